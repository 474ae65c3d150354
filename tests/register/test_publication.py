"""Published returns: kept, made again byte for byte until an erasure, every difference explained by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bnl.domain.event import EventKind
from bnl.domain.identifiers import Handle
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.indicators.rules import ADULTS, COUNTY, ROUGH_SLEEPING, SILENCE_90, StatusRules
from bnl.register.county_events import CountyEvents
from bnl.register.session import Session
from tests.register.county import CHERWELL, CITY, REFUGE, START, County, HandClock, rich

TODAY = START.date()
AUGUST = (date(2026, 8, 1), date(2026, 8, 31))
JULY = (date(2026, 7, 1), date(2026, 7, 31))


def reporter(county: County) -> Session:
    return county.session(CITY, Role.MANAGER, Purpose.STATISTICS)


def keeper(county: County) -> Session:
    return county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)


def met(county: County, number: int, day: date) -> Handle:
    officer = county.officer()
    handle = officer.submit(f"A-{number}", rich(number)).handle
    officer.record_event(handle, EventKind.CONTACT, day, situation="hidden")
    return handle


@pytest.fixture
def peopled(county: County) -> list[Handle]:
    """Twelve people active since July."""
    return [met(county, number, date(2026, 7, 10)) for number in range(12)]


def test_a_return_is_kept_and_prints_the_same_bytes_ever_after(county: County, peopled: list[Handle]) -> None:
    made = reporter(county).publish_return(*AUGUST)
    assert made.printed["opening"] == made.printed["closing"] == "12"
    county.officer().record_event(
        peopled[0], EventKind.ACCOMMODATION_START, date(2026, 7, 20), situation="settled"
    )
    (kept,) = reporter(county).published_returns()
    assert kept == made
    assert kept.document() == made.document()
    assert json.loads(kept.document())["printed"] == made.printed
    remade = reporter(county).remake_return(made.return_id)
    assert remade.same
    assert remade.erased_since == 0


def test_it_is_made_again_after_links_news_and_with_nothing_in_memory(
    county: County, peopled: list[Handle], clock: HandClock
) -> None:
    made = reporter(county).publish_return(*AUGUST)
    clock.advance(days=1)
    county.steward().link(peopled[0], peopled[1])
    county.officer().record_event(peopled[2], EventKind.DEATH, date(2026, 8, 2))
    county.core.county_events = CountyEvents()
    assert keeper(county).remake_return(made.return_id).same


def test_what_is_stored_in_clear_holds_no_small_count_and_nobody(county: County) -> None:
    for number in range(3):
        met(county, number, date(2026, 8, 5))
    made = reporter(county).publish_return(*AUGUST)
    text = made.document().decode()
    assert made.printed["closing"] == "<5"
    assert "per_" not in text
    assert "rec_" not in text
    assert '"3"' not in text


@pytest.mark.parametrize("cause", ["late news", "correction", "link", "un-link"])
def test_every_difference_is_named(
    county: County, peopled: list[Handle], clock: HandClock, cause: str
) -> None:
    officer, steward = county.officer(), county.steward()
    if cause == "un-link":
        steward.link(peopled[0], peopled[1])
    officer.record_event(peopled[2], EventKind.CONTACT, date(2026, 8, 3), situation="hidden")
    first = reporter(county).publish_return(*AUGUST)
    clock.advance(hours=1)
    before = county.size()
    named = ""
    if cause == "late news":
        named = officer.record_event(
            peopled[0], EventKind.ACCOMMODATION_START, date(2026, 8, 9), situation="settled"
        )
    elif cause == "correction":
        told = officer.timeline(peopled[2]).events[0].event.event_id
        named = officer.record_event(
            peopled[2], EventKind.CONTACT, date(2026, 7, 10), corrects=told, withdrawn=True
        )
    else:
        getattr(steward, "link" if cause == "link" else "unlink")(peopled[0], peopled[1])
        named = f"entry {before}"
    second = reporter(county).publish_return(*AUGUST)
    told_apart = keeper(county).compare_returns(second.return_id, first.return_id)
    assert (told_apart.before, told_apart.after) == (first, second)
    assert told_apart.unexplained == {}
    assert told_apart.differences
    assert {one.cause for one in told_apart.differences} == {cause}
    assert all(named in one.events for one in told_apart.differences if one.handle)
    assert sum(told_apart.changes.values()) == sum(one.change for one in told_apart.differences)


def test_nothing_learned_is_no_difference(county: County, peopled: list[Handle]) -> None:
    assert peopled
    first, second = (reporter(county).publish_return(*AUGUST) for _ in range(2))
    told = keeper(county).compare_returns(first.return_id, second.return_id)
    assert told.differences == ()
    assert set(told.changes.values()) == {0}
    assert second.return_id != first.return_id
    assert second.printed == first.printed


def test_other_rules_explain_a_difference(county: County, peopled: list[Handle]) -> None:
    assert peopled
    first = reporter(county).publish_return(*AUGUST)
    second = reporter(county).publish_return(*AUGUST, rules=ROUGH_SLEEPING)
    told = keeper(county).compare_returns(first.return_id, second.return_id)
    assert {one.cause for one in told.differences} == {"rules"}
    assert told.unexplained == {}


def test_the_next_period_opens_with_the_stock_in_print_and_names_corrections(
    county: County, peopled: list[Handle]
) -> None:
    july = reporter(county).publish_return(*JULY)
    for handle in peopled[:6]:
        county.officer().record_event(
            handle, EventKind.ACCOMMODATION_START, date(2026, 7, 20), situation="settled"
        )
    august = reporter(county).publish_return(*AUGUST)
    assert august.printed["opening"] == july.printed["closing"] == "12"
    assert august.printed["corrections"] == "-6"
    assert august.printed["closing"] == "6"


def in_a_refuge(county: County, people: int) -> None:
    refuge = county.worker(REFUGE)
    for number in range(20, 20 + people):
        handle = refuge.submit(f"R-{number}", rich(number)).handle
        refuge.record_event(handle, EventKind.CONTACT, date(2026, 7, 10), situation="hidden")


@pytest.mark.parametrize("made_up", [0, 1, 4, 5, 9])
def test_made_up_people_bring_no_small_number_into_print(
    make_county: Callable[[], County], made_up: int
) -> None:
    """A return is read by whoever padded it, whoever publishes it, and made again as it was."""
    told = []
    for others in (1, 3, 4):
        county = make_county()
        in_a_refuge(county, others)
        for number in range(made_up):
            met(county, number, date(2026, 7, 10))
        by = county.session(CHERWELL, Role.MANAGER, Purpose.STATISTICS)
        made = by.publish_return(*AUGUST)
        told.append(dict(made.printed))
        in_a_refuge(county, 7)
        assert by.remake_return(made.return_id).same
    assert told[0] == told[1] == told[2]
    assert told[0]["opening"] in ("<5", "*")


def test_enough_people_of_others_stand_in_print(county: County, peopled: list[Handle]) -> None:
    in_a_refuge(county, 5)
    assert reporter(county).publish_return(*AUGUST).printed["opening"] == str(len(peopled) + 5)


def test_a_small_change_leaves_the_print_as_it_was(county: County, peopled: list[Handle]) -> None:
    first = reporter(county).publish_return(*AUGUST)
    for handle in peopled[:2]:
        county.officer().record_event(
            handle, EventKind.ACCOMMODATION_START, date(2026, 7, 20), situation="settled"
        )
    second = reporter(county).publish_return(*AUGUST)
    assert second.printed["closing"] == first.printed["closing"] == "12"
    assert keeper(county).compare_returns(first.return_id, second.return_id).changes["closing"] == -2
    # The next month opens with what stands in print, not with a stock that would tell the two.
    september = reporter(county).publish_return(date(2026, 9, 1), date(2026, 9, 1))
    assert september.printed["opening"] == "12"


@pytest.mark.parametrize(
    ("start", "end", "rules", "error"),
    [
        pytest.param(AUGUST[1], AUGUST[0], COUNTY, InvalidValue, id="ends before it starts"),
        pytest.param(TODAY, TODAY + timedelta(days=1), COUNTY, InvalidValue, id="not over"),
        pytest.param(*AUGUST, ADULTS, InvalidValue, id="rules that need birthdays"),
        pytest.param(*AUGUST, SILENCE_90.model_copy(update={"version": 9}), InvalidValue, id="other rules"),
    ],
)
def test_what_cannot_be_published(
    county: County, start: date, end: date, rules: StatusRules, error: type[Exception]
) -> None:
    with pytest.raises(error):
        reporter(county).publish_return(start, end, rules=rules)
    assert reporter(county).published_returns() == []


def test_who_may(county: County, peopled: list[Handle]) -> None:
    assert peopled
    made = reporter(county).publish_return(*AUGUST)
    worker = county.session(CITY, Role.SUPPORT_WORKER, Purpose.STATISTICS)
    for call in (lambda: worker.publish_return(*AUGUST), worker.published_returns):
        with pytest.raises(Denied):
            call()
    with pytest.raises(Denied):
        county.officer().published_returns()
    with pytest.raises(Denied):
        reporter(county).compare_returns(made.return_id, made.return_id)
    with pytest.raises(Denied):
        county.session(CITY, Role.MANAGER, Purpose.STEWARDSHIP).compare_returns("a", "b")
    with pytest.raises(NotFound):
        keeper(county).compare_returns(made.return_id, "none")
    with pytest.raises(NotFound):
        keeper(county).remake_return("none")


def test_returns_of_two_periods_are_not_compared(county: County, peopled: list[Handle]) -> None:
    assert peopled
    one, other = reporter(county).publish_return(*JULY), reporter(county).publish_return(*AUGUST)
    with pytest.raises(InvalidValue):
        keeper(county).compare_returns(one.return_id, other.return_id)


def erase(county: County, handle: Handle) -> None:
    """Erase the one record behind a handle."""
    session = county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)
    found = county.core.handles.handle(CITY, county.record_of(CITY, handle))
    session.erase(found, reason="consent_withdrawn", confirm=[found])


@pytest.mark.parametrize("when", ["between", "after", "before"])
def test_an_erasure_is_a_difference_of_its_own(county: County, peopled: list[Handle], when: str) -> None:
    if when == "before":
        erase(county, peopled[0])
    first = reporter(county).publish_return(*AUGUST)
    if when == "between":
        erase(county, peopled[0])
    county.officer().record_event(
        peopled[1], EventKind.ACCOMMODATION_START, date(2026, 8, 9), situation="settled"
    )
    second = reporter(county).publish_return(*AUGUST)
    if when == "after":
        erase(county, peopled[0])
    told = keeper(county).compare_returns(first.return_id, second.return_id)
    assert told.unexplained == {}
    causes = {one.cause for one in told.differences}
    assert "late news" in causes
    assert ("erasure" in causes) is (when == "between")
    if when == "between":
        gone = [one for one in told.differences if one.cause == "erasure"]
        assert {one.measure: one.change for one in gone} == {"opening": -1, "closing": -1}
        assert all(one.handle is None and one.events for one in gone)


def test_after_an_erasure_a_return_can_no_longer_be_made_and_says_so(
    county: County, peopled: list[Handle]
) -> None:
    made = reporter(county).publish_return(*AUGUST)
    assert reporter(county).remake_return(made.return_id).same
    erase(county, peopled[0])
    remade = reporter(county).remake_return(made.return_id)
    assert not remade.same
    assert remade.erased_since == 1
    assert reporter(county).published_returns() == [made]


def test_the_erased_are_in_no_figure_and_no_frame(county: County, peopled: list[Handle]) -> None:
    assert keeper(county).flows(*AUGUST)["closing"].count == 12
    assert len(county.officer().by_name_list()) == 12
    erase(county, peopled[0])
    assert keeper(county).flows(*AUGUST)["closing"].count == 11
    assert len(county.officer().by_name_list()) == 11
    assert reporter(county).monthly_flows(AUGUST[1], months=1).table["active_end"].to_list() == [11]

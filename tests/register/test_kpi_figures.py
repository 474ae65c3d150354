"""Indicators through the register: everybody behind each by handle, or suppressed, and held to the print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bnl.domain.event import EventKind
from bnl.domain.identifiers import Handle
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Denied, InputError, InvalidValue
from bnl.register.events import Happening
from bnl.register.ground import Reach
from bnl.register.households import Joining
from bnl.register.kpi_figures import NAMES, IndicatorSet, check_shown
from bnl.register.printing import printed_count
from bnl.register.session import Session
from bnl.register.shown import ShownFigure
from tests.register.county import CHARITY, CHERWELL, CITY, HOSTEL, REFUGE, START, County, forbid, rich

TODAY = START.date()
YEAR = (date(2026, 1, 1), date(2026, 8, 31))


def reporter(county: County) -> Session:
    return county.session(CITY, Role.MANAGER, Purpose.STATISTICS)


def keeper(county: County) -> Session:
    return county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)


def known(county: County, number: int, session: Session | None = None) -> Handle:
    return (session or county.officer()).submit(f"A-{number}", rich(number)).handle


def case(county: County, number: int, received: date, triaged: int | None, **more: Any) -> Handle:
    """Somebody referred on a day and triaged so many days later, if at all."""
    officer, handle = county.officer(), known(county, number)
    officer.record_event(handle, EventKind.REFERRAL, received, case=str(number), **more)
    if triaged is not None:
        officer.record_event(handle, EventKind.TRIAGE, received + timedelta(days=triaged), case=str(number))
    return handle


def accept(county: County, handle: Handle) -> None:
    """Case 1 is accepted for full service."""
    data = {"case": "1", "outcome": "accepted", "service_level": "full"}
    county.officer().record_events([Happening(handle, EventKind.REFERRAL_DECIDED, date(2026, 2, 4), data)])


def one(figures: list[ShownFigure], name: str) -> ShownFigure:
    return next(figure for figure in figures if figure.name == name)


def test_triage_names_who_met_it_who_missed_it_and_who_is_not_due(county: County) -> None:
    monday = date(2026, 6, 1)
    met, missed = case(county, 1, monday, 3), case(county, 2, monday, 4)
    waiting = case(county, 3, YEAR[1], None)
    (made,) = county.officer().kpis(*YEAR, "triage")
    assert made.counts["numerator"] == 1
    assert made.counts["denominator"] == 2
    assert made.people["numerator"] == (met,)
    assert set(made.people["denominator"]) == {met, missed}
    assert made.people["excluded: not yet due"] == (waiting,)
    assert made.counts["excluded: not yet due"] == 1
    assert (made.percent, made.met, made.target, made.unit) == (Decimal("50.0"), False, "> 99%", "case")
    assert made.rules == ("triage, working days v1",)
    assert made.size.people == 1
    assert made.reach is Reach.SEEN
    assert repr(made) == "ShownFigure(triage, 2026-01-01 to 2026-08-31)"


@pytest.mark.parametrize("made_up", [0, 1, 4, 5, 9])
def test_made_up_cases_bring_no_small_number_to_light(
    make_county: Callable[[], County], made_up: int
) -> None:
    """Whoever pads an indicator knows what they added: two, three or four cases of others must look alike."""
    told = []
    for others in (2, 3, 4):
        county = make_county()
        for host, first, count in ((county.officer(CHERWELL), 0, others), (county.officer(), 10, made_up)):
            for number in range(first, first + count):
                handle = known(county, number, host)
                host.record_event(handle, EventKind.REFERRAL, date(2026, 6, 1), case=str(number))
                late = timedelta(days=9 if number % 10 == 0 else 1)
                host.record_event(handle, EventKind.TRIAGE, date(2026, 6, 1) + late, case=str(number))
        (made,) = reporter(county).kpis(*YEAR, "triage")
        told.append((made.counts, made.size, made.percent, made.percent_with_unknown, made.met))
    assert told[0] == told[1] == told[2]
    assert not isinstance(told[0][0]["numerator"], int)


def test_enough_cases_of_others_are_told(county: County) -> None:
    for host, first in ((county.officer(CHERWELL), 0), (county.officer(), 10)):
        for number in range(first, first + 5):
            handle = known(county, number, host)
            for kind, day in ((EventKind.REFERRAL, date(2026, 6, 1)), (EventKind.TRIAGE, date(2026, 6, 2))):
                host.record_event(handle, kind, day, case=str(number))
    (made,) = reporter(county).kpis(*YEAR, "triage")
    assert (made.counts["numerator"], made.counts["denominator"], made.size.people) == (10, 10, 10)
    assert made.percent == Decimal("100.0")


def test_a_closure_is_named_by_its_person(county: County) -> None:
    officer = county.officer()
    handle = case(county, 1, date(2026, 2, 2), 1)
    officer.record_event(
        handle,
        EventKind.REFERRAL_DECIDED,
        date(2026, 2, 4),
        case="1",
        outcome="accepted",
        service_level="full",
    )
    officer.record_event(handle, EventKind.CLOSURE, date(2026, 5, 4), case="1", planned=True)
    made = one(county.officer().kpis(*YEAR), "closed")
    assert made.people["numerator"] == (handle,)
    assert made.size.people == made.size.households == 1


def test_family_who_benefit_are_service_users(county: County) -> None:
    officer = county.officer()
    client, child = case(county, 1, date(2026, 2, 2), 1), known(county, 2)
    officer.record_event(
        client,
        EventKind.REFERRAL_DECIDED,
        date(2026, 2, 4),
        case="1",
        outcome="accepted",
        service_level="full",
    )
    joinings = [
        Joining("7", relation, date(2026, 1, 1), handle=handle)
        for relation, handle in (("main", client), ("child", child))
    ]
    _, failed = officer.record_memberships(joinings)
    assert not failed
    made = one(county.officer().kpis(*YEAR), "service_users")
    assert made.counts["numerator"] == 2
    assert made.size.people == 2
    assert made.size.households == 1
    assert made.size.cases == 1
    assert made.counts["flagged: beneficiary"] == 1


def test_official_figures_count_everybody_and_tell_no_small_number(county: County) -> None:
    for number in range(9):
        case(county, number, date(2026, 6, 1), 9 if number < 2 else 1)
    made = one(reporter(county).kpis(*YEAR), "triage")
    assert made.counts["denominator"] == 9
    assert made.counts["numerator"] == "*"
    assert made.percent is None
    assert made.met is None
    assert made.people == {}
    assert made.size.people == "*"
    exact = one(keeper(county).kpis(*YEAR), "triage")
    assert (exact.counts["numerator"], exact.percent) == (7, Decimal("77.8"))
    assert len(exact.people["denominator"]) == 9


def test_only_cases_of_some_agencies(county: County) -> None:
    case(county, 1, date(2026, 6, 1), 1)
    assert one(county.officer().kpis(*YEAR, agencies=(CITY,)), "triage").counts["denominator"] == 1
    assert one(county.officer().kpis(*YEAR, agencies=(HOSTEL,)), "triage").counts["denominator"] == 0


def test_rough_sleeping_of_a_month(county: County) -> None:
    officer = county.officer()
    seen = [known(county, number) for number in range(3)]
    for number, handle in enumerate(seen):
        data = {"verified": "verified" if number else "unverified", "area": "Cowley" if number else "Barton"}
        officer.record_event(handle, EventKind.SIGHTING, date(2026, 8, 3 + number), **data)  # type: ignore[arg-type]
    made = county.officer().kpis(*YEAR, which=IndicatorSet.ROUGH_SLEEPING, night=date(2026, 8, 4))
    assert [figure.name for figure in made] == list(NAMES[IndicatorSet.ROUGH_SLEEPING])
    counts = {figure.name: figure.counts["numerator"] for figure in made}
    assert counts == {"R1": 3, "R1 one night": 1, "P1": 3, "P2": 0, "B1": 0, "NR1": 0, "verified": 2}
    there = county.officer().kpis(*YEAR, "R1", which=IndicatorSet.ROUGH_SLEEPING, area="Cowley")
    assert [figure.counts["numerator"] for figure in there] == [2]
    assert set(made[0].people["numerator"]) == set(seen)


def test_flow_stock_and_returner_of_a_year(county: County) -> None:
    officer = county.officer()
    new, old = known(county, 1), known(county, 2)
    officer.record_event(new, EventKind.SIGHTING, date(2026, 5, 3))
    for day in (date(2025, 5, 3), date(2026, 5, 4)):
        officer.record_event(old, EventKind.SIGHTING, day)
    made = county.officer().kpis(date(2026, 4, 1), YEAR[1], which=IndicatorSet.CHAIN)
    people = {figure.name: figure.people["numerator"] for figure in made}
    assert people == {"flow": (new,), "stock": (old,), "returner": ()}


def test_returns_to_homelessness(county: County) -> None:
    officer, handle = county.officer(), known(county, 1)
    officer.record_event(handle, EventKind.CONTACT, date(2026, 1, 3), situation="hidden")
    officer.record_event(handle, EventKind.ACCOMMODATION_START, date(2026, 2, 3), situation="settled")
    officer.record_event(handle, EventKind.SIGHTING, date(2026, 5, 3))
    made = county.officer().kpis(date(2026, 2, 1), date(2026, 2, 28), which=IndicatorSet.RETURNS)
    assert [figure.counts["numerator"] for figure in made] == [1, 1]
    before = county.officer().kpis(
        date(2026, 2, 1), date(2026, 2, 28), which=IndicatorSet.RETURNS, as_of=date(2026, 5, 2)
    )
    assert [figure.counts["numerator"] for figure in before] == [0, 0]
    assert before[0].people["excluded: not yet due"] == (handle,)


def test_who_is_hidden_from_a_steward_is_counted_and_not_named(county: County) -> None:
    hidden = known(county, 20, county.worker(REFUGE))
    county.worker(REFUGE).record_event(hidden, EventKind.SIGHTING, date(2026, 8, 3))
    county.worker(REFUGE).record_grant(hidden, **forbid(hard=True))
    (made,) = keeper(county).kpis(*YEAR, "R1", which=IndicatorSet.ROUGH_SLEEPING)
    assert made.counts["numerator"] == 1
    assert made.people["numerator"] == ()
    (seen,) = county.officer().kpis(*YEAR, "R1", which=IndicatorSet.ROUGH_SLEEPING)
    assert seen.counts["numerator"] == 0


@pytest.mark.parametrize(
    ("names", "which", "rule", "error"),
    [
        pytest.param(("none",), IndicatorSet.CONTRACT, None, InvalidValue, id="no such indicator"),
        pytest.param(("R1",), IndicatorSet.CONTRACT, None, InvalidValue, id="another set's"),
        pytest.param(("triage",), IndicatorSet.CONTRACT, "mine", InputError, id="no such rule"),
    ],
)
def test_what_is_no_indicator(
    county: County, names: tuple[str, ...], which: IndicatorSet, rule: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        county.officer().kpis(*YEAR, *names, which=which, rule=rule)


def test_who_may_not(county: County) -> None:
    with pytest.raises(Denied):
        county.session(CHARITY, Role.SUPPORT_WORKER, Purpose.STATISTICS).kpis(*YEAR)


@pytest.mark.parametrize(
    ("printed", "agrees"),
    [
        pytest.param("66.7", True, id="one decimal"),
        pytest.param("67", True, id="none, half up"),
        pytest.param("66", False, id="rounded down"),
        pytest.param("66.67", True, id="two decimals"),
        pytest.param("61", False, id="another figure"),
    ],
)
def test_a_printed_percentage_is_held_to_its_parts(county: County, printed: str, agrees: bool) -> None:
    for number in range(3):
        case(county, number, date(2026, 6, 1), 9 if number < 1 else 1)
    made = county.officer().kpis(*YEAR, "triage")
    (finding,) = check_shown(made, {"triage": Decimal(printed)})
    assert finding.agrees is agrees
    assert bool(finding.why) is not agrees


def test_what_may_not_be_told_cannot_be_checked(county: County) -> None:
    for number in range(9):
        case(county, number, date(2026, 6, 1), 9 if number < 2 else 1)
    made = reporter(county).kpis(*YEAR, "triage")
    for name in ("triage", "none"):
        with pytest.raises(InvalidValue):
            check_shown(made, {name: Decimal("77.8")})


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, "<5"), (4, "<5"), (5, 5), (900, 900)], ids=str)
def test_single_counts(count: int, shown: object) -> None:
    assert printed_count(count) == shown

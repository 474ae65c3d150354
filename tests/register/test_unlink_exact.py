"""Through the register: linked, told of, reported and parted again equals never linked, on every report.

Two registers live through the same days. In one of them two records are linked for a while; whatever is
asked afterwards must have the same hash in both, handles and ids put into the words of the story, log
positions aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any

import pytest

from bnl.domain.event import EventKind
from bnl.domain.identifiers import EventId, Handle
from bnl.domain.vocabulary import Purpose, Role
from bnl.register.kpi_figures import IndicatorSet
from bnl.register.reports import REPORTS
from bnl.register.session import Session
from tests.register.county import CHARITY, CITY, START, County, rich

FIRST = date(2026, 5, 1)
TODAY = START.date()
PERIOD = (date(2026, 6, 1), date(2026, 8, 31))
NAMES = ("one", "other", "third")

WORDS: tuple[tuple[EventKind, dict[str, Any]], ...] = (
    (EventKind.CONTACT, {"situation": "hidden"}),
    (EventKind.CONTACT, {"situation": "rough_sleeping"}),
    (EventKind.CONTACT_ATTEMPT, {}),
    (EventKind.SIGHTING, {"verified": "unverified"}),
    (EventKind.REFERRAL, {"case": "7"}),
    (EventKind.TRIAGE, {"case": "7"}),
    (EventKind.REFERRAL_DECIDED, {"case": "7", "outcome": "accepted", "service_level": "full"}),
    (EventKind.REFERRAL_DECIDED, {"case": "8", "outcome": "rejected", "reason": "criteria"}),
    (EventKind.CLOSURE, {"case": "7", "planned": True}),
    (EventKind.ACCOMMODATION_START, {"situation": "settled"}),
    (EventKind.ACCOMMODATION_START, {"situation": "temporary"}),
    (EventKind.ACCOMMODATION_END, {"reason": "evicted"}),
    (EventKind.LEAD_WORKER_ASSIGNED, {"worker": "w-1"}),
    (EventKind.NEXT_ACTION, {"action": "ring", "due_on": "2026-07-09"}),
    (EventKind.HANDOVER_SENT, {"to_agency": CHARITY}),
    (EventKind.DUTY_TO_REFER, {"to_agency": CITY}),
    (EventKind.NOMINATION, {"ref": "n", "landlord": "soha"}),
    (EventKind.NOMINATION_DECIDED, {"ref": "n", "outcome": "refused", "reason": "arrears"}),
    (EventKind.INSTITUTION_ADMISSION, {"institution": "hospital", "entry_situation": "hidden"}),
    (EventKind.INACTIVE, {"attempts": 3}),
    (EventKind.DEATH, {}),
)

Told = tuple[str, EventKind, dict[str, Any], date]


def officer(county: County) -> Session:
    return county.officer()


def keeper(county: County) -> Session:
    return county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)


def reporter(county: County) -> Session:
    return county.session(CITY, Role.MANAGER, Purpose.STATISTICS)


def _report(name: str, who: Callable[[County], Session]) -> Callable[[County], object]:
    def ask(county: County) -> object:
        made = who(county).report(name, start=PERIOD[0], end=PERIOD[1])
        return made.table.to_dicts(), made.unnamed

    return ask


def _kpis(which: IndicatorSet, who: Callable[[County], Session]) -> Callable[[County], object]:
    def ask(county: County) -> object:
        made = who(county).kpis(*PERIOD, which=which, as_of=TODAY)
        return [(one.name, one.counts, one.people, one.size, one.percent) for one in made]

    return ask


def _flows(who: Callable[[County], Session]) -> Callable[[County], object]:
    def ask(county: County) -> object:
        made = who(county).flows(*PERIOD)
        lines = [(one.name, one.count, one.size, one.households, one.people) for one in made.lines]
        return lines, dict(made.cases), made.movements

    return ask


REPORTS_ASKED: dict[str, Callable[[County], object]] = {
    "list": lambda c: [(r.person.handle, r.status) for r in officer(c).by_name_list().rows],
    "lost": lambda c: [(r.person.handle, r.status) for r in officer(c).lost().rows],
    "flows, seen": _flows(officer),
    "flows, official": _flows(reporter),
    "flows, stewardship": _flows(keeper),
    "months": lambda c: officer(c).monthly_flows(months=6).table.to_dicts(),
    "county figures": lambda c: reporter(c).monthly_flows(months=6).table.to_dicts(),
    "priority": lambda c: [(p.handle, p.score, p.parts, p.changes) for p in officer(c).priority().places],
    "equality": lambda c: reporter(c).by_attribute("sex").cells,
    "agenda": lambda c: [
        (i.handles, i.values, i.details, i.status) for i in officer(c).agenda([], since=PERIOD[0]).items
    ],
    "return": lambda c: reporter(c).publish_return(*PERIOD).printed,
    **{f"kpi {which.value}": _kpis(which, officer) for which in IndicatorSet},
    **{f"kpi {which.value}, stewardship": _kpis(which, keeper) for which in IndicatorSet},
    **{f"report {name}": _report(name, officer) for name in REPORTS},
    **{f"report {name}, stewardship": _report(name, keeper) for name in REPORTS},
}


class Story:
    """One register, and the names its people and events go by in the story."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.handles: dict[str, Handle] = {}
        self.names: dict[str, str] = {}
        for number, name in enumerate(NAMES):
            handle = county.officer().submit(name, rich(10 * number)).handle
            self.handles[name] = handle
            self.names[handle] = name
            self.names[county.record_of(CITY, handle)] = name

    def tell(self, told: list[Told]) -> None:
        """Record what happens."""
        for name, kind, data, day in told:
            number = len(self.names)
            if "case" in data:
                data = {**data, "case": f"{data['case']}-{name}"}
            event = self.county.officer().record_event(self.handles[name], kind, day, **data)
            self.names[EventId(event)] = f"event {number}"

    def digest(self, report: str) -> str:
        """Return the hash of a report, told in the names of the story."""
        text = repr(REPORTS_ASKED[report](self.county))
        told = re.sub(r"\b(?:h|rec|evt|per)_[a-z2-7]+", lambda m: self.names.get(m.group(), "somebody"), text)
        assert "somebody" not in told
        words = sorted(word.strip() for word in re.split(r"[,(){}\[\]]+", told))
        return sha256("|".join(words).encode()).hexdigest()


def happenings(random: Random, count: int) -> list[Told]:
    """Events of three people over four months."""
    found = []
    for _ in range(count):
        kind, data = random.choice(WORDS)
        found.append((random.choice(NAMES), kind, data, FIRST + timedelta(days=random.randrange(121))))
    return found


def live_and_part(make_county: Callable[[], County], seed: int) -> tuple[Story, Story]:
    """Return a register in which two were linked, told of, reported and parted, and one in which never."""
    random = Random(seed)
    before, during, after = (happenings(random, random.randint(1, 9)) for _ in range(3))
    linked, never = Story(make_county()), Story(make_county())
    for story in (linked, never):
        story.tell(before)
    linked.county.steward().link(linked.handles["one"], linked.handles["other"])
    for story in (linked, never):
        story.tell(during)
    for ask in REPORTS_ASKED.values():
        ask(linked.county)
    linked.county.steward().unlink(linked.handles["one"], linked.handles["other"])
    for story in (linked, never):
        story.tell(after)
    return linked, never


# What was published while they were linked stands in print; it is no report computed afterwards.
FRESH = sorted(set(REPORTS_ASKED) - {"return"})


@pytest.mark.parametrize("seed", range(3))
def test_parted_again_equals_never_linked(make_county: Callable[[], County], seed: int) -> None:
    linked, never = live_and_part(make_county, seed)
    assert [name for name in FRESH if linked.digest(name) != never.digest(name)] == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_parted_again_equals_never_linked_many_times(make_county: Callable[[], County], seed: int) -> None:
    linked, never = live_and_part(make_county, seed)
    assert [name for name in FRESH if linked.digest(name) != never.digest(name)] == []


@pytest.mark.parametrize("report", ["list", "flows, seen", "flows, stewardship", "kpi contract"])
def test_the_hash_would_tell_a_link(make_county: Callable[[], County], report: str) -> None:
    """The comparison is worth something only if a link does change what is compared."""
    linked, never = Story(make_county()), Story(make_county())
    for story in (linked, never):
        story.tell([(name, *WORDS[0], date(2026, 6, 9)) for name in NAMES])
        story.tell([(name, *word, date(2026, 6, 10)) for name in NAMES for word in WORDS[4:7]])
    assert linked.digest(report) == never.digest(report)
    linked.county.steward().link(linked.handles["one"], linked.handles["other"])
    assert linked.digest(report) != never.digest(report)


def test_what_was_published_while_linked_is_explained_by_the_unlink(county: County) -> None:
    story = Story(county)
    story.tell([(name, *WORDS[0], date(2026, 6, 9)) for name in NAMES])
    never = reporter(county).publish_return(*PERIOD)
    county.steward().link(story.handles["one"], story.handles["other"])
    while_linked = reporter(county).publish_return(*PERIOD)
    county.steward().unlink(story.handles["one"], story.handles["other"])
    after = reporter(county).publish_return(*PERIOD)
    told = keeper(county).compare_returns(while_linked.return_id, after.return_id)
    assert {one.cause for one in told.differences} == {"un-link"}
    assert told.unexplained == {}
    same = keeper(county).compare_returns(never.return_id, after.return_id)
    assert same.differences == ()
    assert set(same.changes.values()) == {0}

"""Life stories: chapters in order of time, an ending, and the people who got lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from random import Random
from typing import Final

from bnl.domain.event import EventKind as K
from bnl.domain.event import Situation
from bnl.simulation.chapters import CHAPTERS, SITUATION, days, set_action, worker
from bnl.simulation.happenings import Happening, Teller
from bnl.simulation.people import Person
from bnl.simulation.statements import Statement
from bnl.simulation.streams import Choice

_ENDINGS = Choice(
    ("housed", "housed_with_support", "inactive", "left_area", "died"), (0.60, 0.12, 0.19, 0.06, 0.03)
)
_STAYS = ("john-radcliffe", "national-probation-service")
_LOST_RATE = 0.08
_ROOM_FOR_A_HOME = 120
_CORRECTED = frozenset({K.SIGHTING, K.CONTACT, K.ASSESSMENT, K.TRIAGE, K.DUTY_TO_REFER})


@dataclass(frozen=True, slots=True)
class Lost:
    """Somebody who got lost, and how.

    Args:
        person_id: Who.
        kind: How: ``no_lead_worker``, ``silent``, ``handover_unanswered``, ``handover_declined``,
            ``action_overdue`` or ``discharge_without_lead``.
    """

    person_id: str
    kind: str


def tell_story(
    person: Person, records: list[Statement], last_day: date, rng: Random, fate: Random
) -> tuple[list[Happening], Lost | None]:
    """Tell one person's life with services.

    Args:
        person: The person.
        records: The person's records, in order of time.
        last_day: Last day of the period, inclusive.
        rng: The person's own stream.
        fate: The stream of the household, which shares one ending.

    Returns:
        What happened, in the order of telling, and the person as lost if so it ends.
    """
    teller = Teller(person.person_id, last_day, rng)
    ends = records[-1].on + days(fate.choice((25, 50, 80, 110, 150, 200, 260)))
    ending = _ENDINGS.draw(fate)
    if ending == "died" and person.relation != "main":
        ending = "housed"
    lost = None
    if ends > last_day - days(2):
        ending, ends = "kept", max(records[-1].on, last_day - days(rng.randrange(1, 45)))
        lost = _loss(records[-1].on, last_day, rng)
        if lost:
            ending, ends = lost, last_day - days(_LOSSES[lost].lead_time)
    teller.until = ends
    _chapters(teller, person, records)
    _corrections(teller)
    teller.until = last_day + days(1)
    teller.let_go(ends)
    after = ends + days(1)
    if ending == "kept":
        _kept(teller, person, records[-1], after)
    elif lost:
        _LOSSES[lost].tell(teller, records[-1], after)
    else:
        _ENDED[ending](teller, records[-1], after)
    return teller.told, Lost(person.person_id, lost) if lost else None


def _chapters(teller: Teller, person: Person, records: list[Statement]) -> None:
    """Tell the stays in institutions first, since nobody else meets the person there."""
    for record in sorted(records, key=lambda one: one.agency_id not in _STAYS):
        if record.agency_id in _STAYS:
            CHAPTERS[record.agency_id](teller, record, person.path, records)
    for one, following in pairwise(records):
        if teller.rng.random() < 0.2:
            _home_for_a_while(teller, person, one, following)
    for record in records:
        if record.agency_id not in _STAYS:
            CHAPTERS[record.agency_id](teller, record, person.path, records)


def _home_for_a_while(teller: Teller, person: Person, one: Statement, following: Statement) -> None:
    """Find a home and lose it again, where there is time for it between two records."""
    start, end = one.on + days(40), following.on - days(teller.rng.randrange(1, 20))
    if (end - start).days < _ROOM_FOR_A_HOME or not teller.free(start, end) or end >= teller.until:
        return
    ref = f"{one.reference}-A"
    teller.away(start, end, one.reference)
    teller.tell(
        one, K.ACCOMMODATION_START, start, ref=ref, situation=Situation.SETTLED.value, landlord="private"
    )
    after = SITUATION[person.path]
    after = Situation.HIDDEN if after in {Situation.SETTLED, Situation.UNKNOWN} else after
    reason = teller.rng.choice(("evicted", "abandoned", "asked_to_leave"))
    teller.tell(one, K.ACCOMMODATION_END, end, ref=ref, reason=reason, situation=after.value)


def _corrections(teller: Teller) -> None:
    """Let some of what was recorded turn out wrong, and be told so later."""
    rng = teller.rng
    for one in list(teller.told):
        if one.kind in _CORRECTED and rng.random() < 0.012:
            earlier = one.occurred_on - days(rng.randrange(1, 6))
            teller.correct(one, on=earlier, withdrawn=rng.random() < 0.3)


def _loss(last_record: date, last_day: date, rng: Random) -> str | None:
    """Choose how somebody who is still open gets lost, if at all; each way takes its time."""
    ways = [name for name, loss in _LOSSES.items() if last_record < last_day - days(loss.lead_time)]
    return rng.choice(ways[-4:]) if ways and rng.random() < _LOST_RATE else None


def _kept(teller: Teller, person: Person, at: Statement, on: date) -> None:
    """Leave somebody open and well kept: seen lately, with a lead worker and a dated next action."""
    rng = teller.rng
    situation = SITUATION[person.path]
    told = {} if situation is Situation.SETTLED else {"situation": situation.value}
    teller.tell(at, K.CONTACT, on, mode="face_to_face", **told)
    teller.tell(at, K.LEAD_WORKER_ASSIGNED, on, worker=worker(at, rng), mode="face_to_face")
    set_action(teller, at, on, teller.last_day + days(rng.randrange(1, 40)))


def _housed(teller: Teller, at: Statement, on: date) -> None:
    _moved(teller, at, on, Situation.SETTLED)


def _housed_with_support(teller: Teller, at: Statement, on: date) -> None:
    _moved(teller, at, on, Situation.SETTLED_WITH_SUPPORT)


def _moved(teller: Teller, at: Statement, on: date, situation: Situation) -> None:
    teller.tell(at, K.REGISTER_APPLICATION, on, ref=at.reference, status="closed")
    scheme = {"scheme": "housing_first"} if situation is Situation.SETTLED_WITH_SUPPORT else {}
    landlord = teller.rng.choice(("soha", "private", "oxford-city-council"))
    teller.tell(
        at,
        K.ACCOMMODATION_START,
        on,
        ref=f"{at.reference}-Z",
        situation=situation.value,
        landlord=landlord,
        **scheme,
    )


def _inactive(teller: Teller, at: Statement, on: date) -> None:
    attempts = teller.rng.randrange(3, 6)
    for attempt in range(attempts, 0, -1):
        teller.tell(at, K.CONTACT_ATTEMPT, on - days(attempt), mode=teller.rng.choice(("phone", "visit")))
    teller.tell(at, K.INACTIVE, on, attempts=attempts, reason="no_contact")


def _left(teller: Teller, at: Statement, on: date) -> None:
    place = teller.rng.choice(("Reading", "London", "Birmingham", "abroad", "Swindon"))
    teller.tell(at, K.LEFT_AREA, on, source=at.agency_id, place=place)


def _died(teller: Teller, at: Statement, on: date) -> None:
    teller.tell(at, K.DEATH, on, source=teller.rng.choice(("coroner", at.agency_id, "family")))


def _sleeping_rough(teller: Teller, at: Statement, on: date) -> None:
    teller.tell(at, K.SIGHTING, on, verified="verified", night=False, time="11:30", area="Oxford")


def _no_lead(teller: Teller, at: Statement, on: date) -> None:
    _sleeping_rough(teller, at, on)
    set_action(teller, at, on, teller.last_day + days(9))


def _silent(teller: Teller, at: Statement, on: date) -> None:
    _sleeping_rough(teller, at, on)
    teller.tell(at, K.LEAD_WORKER_ASSIGNED, on, worker=worker(at, teller.rng), mode="face_to_face")
    set_action(teller, at, on, teller.last_day + days(5))


def _unanswered(teller: Teller, at: Statement, on: date) -> None:
    _sleeping_rough(teller, at, on)
    between = {"from_agency": at.agency_id, "to_agency": "connection-support"}
    teller.tell(at, K.HANDOVER_SENT, on, ref=f"{at.reference}-L", **between)


def _declined(teller: Teller, at: Statement, on: date) -> None:
    _unanswered(teller, at, on)
    teller.tell(at, K.HANDOVER_DECLINED, on + days(5), ref=f"{at.reference}-L", reason="no_space")


def _overdue(teller: Teller, at: Statement, on: date) -> None:
    _sleeping_rough(teller, at, on)
    teller.tell(at, K.LEAD_WORKER_ASSIGNED, on, worker=worker(at, teller.rng), mode="phone")
    set_action(teller, at, on, on + days(10))
    teller.tell(at, K.CONTACT, teller.last_day - days(30), mode="phone")


def _unprepared(teller: Teller, at: Statement, on: date) -> None:
    expected = (teller.last_day + days(21)).isoformat()
    stay = {"ref": f"{at.reference}-L", "institution": "hospital"}
    teller.tell(
        at,
        K.INSTITUTION_ADMISSION,
        on,
        entry_situation=Situation.ROUGH_SLEEPING.value,
        expected_on=expected,
        **stay,
    )


@dataclass(frozen=True)
class _Loss:
    """One way to get lost: how long before the last day it begins, and what is told."""

    lead_time: int
    tell: Callable[[Teller, Statement, date], None]


_LOSSES: Final = {
    "no_lead_worker": _Loss(20, _no_lead),
    "handover_declined": _Loss(40, _declined),
    "handover_unanswered": _Loss(45, _unanswered),
    "silent": _Loss(96, _silent),
    "discharge_without_lead": _Loss(100, _unprepared),
    "action_overdue": _Loss(108, _overdue),
}
_ENDED: Final[dict[str, Callable[[Teller, Statement, date], None]]] = {
    "housed": _housed,
    "housed_with_support": _housed_with_support,
    "inactive": _inactive,
    "left_area": _left,
    "died": _died,
}

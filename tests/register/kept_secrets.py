"""What an actor may not know: changes made in one of two twin counties and not in the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from bnl.consent.decide import ask, decide
from bnl.domain.actor import Actor
from bnl.domain.event import EventKind
from bnl.domain.identifiers import TASK, AgencyId, Handle, PersonId, RecordId, new_id
from bnl.domain.judgement import Verdict, ordered_pair
from bnl.domain.link import Link
from bnl.domain.request import OVERRIDE_BASES, Override
from bnl.domain.vocabulary import Action, FieldCategory, LawfulBasis, Purpose, Role
from bnl.errors import BnlError, Denied, InvalidValue
from bnl.register.households import Joining
from bnl.register.journal import REGISTER_ACTOR, Act
from bnl.register.linkage import LINK_TASK, OPEN, write_links
from bnl.storage.documents import Document
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSPITAL,
    HOSTEL,
    REFUGE,
    START,
    County,
    fields,
    forbid,
    permit,
    rich,
)
from tests.register.twins import Twins

ASKED = (Action.COLLECT, Action.UPDATE, Action.SEARCH, Action.VIEW, Action.LINK, Action.REPORT)
ACTS = (FieldCategory.AGENCY_INVOLVEMENT,)
"""That an agency did something about a person is its involvement: a subject access request tells it."""
FREE_TEXT = {
    "notes": "Asked for a room on the ground floor.",
    "health_conditions": ("asthma",),
    "income": "nil",
}
OTHER_TEXT = {
    "notes": "Will not go back to the hostel.",
    "health_conditions": ("epilepsy",),
    "income": "wages",
}


@dataclass
class Kept:
    """What has been kept secret so far, and of whom.

    Args:
        watched: Records with the field categories nobody who is compared may have of them.
        knowing: Agencies that are in on a secret.
        handles: Handles of hidden records, as their agencies know them.
        ids: Ids of what is hidden, by prefix.
    """

    watched: list[tuple[RecordId, frozenset[FieldCategory]]] = field(default_factory=list)
    knowing: set[AgencyId] = field(default_factory=set)
    handles: list[tuple[AgencyId, Handle]] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)

    def note(self, **ids: Iterable[str]) -> None:
        """Remember ids for others to try."""
        for prefix, some in ids.items():
            self.ids.setdefault(prefix, []).extend(some)


@dataclass
class Base:
    """What both counties know.

    Args:
        handles: Handles by agency, each of a record of its own.
        people: Number of the made-up person behind each.
        ids: Ids of what was recorded, by prefix.
    """

    handles: dict[AgencyId, list[Handle]] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)


def worker_of(county: County, agency: AgencyId) -> tuple[Role, Purpose]:
    """Somebody of an agency who may record much."""
    council = agency in (CITY, CHERWELL)
    if agency == HOSPITAL:
        return Role.DISCHARGE_COORDINATOR, Purpose.HOSPITAL_DISCHARGE
    return (
        (Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION)
        if council
        else (Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT)
    )


def grow(twins: Twins, rng: Random) -> Base:
    """Let both counties come to know the same people."""
    base = Base()
    number = 0
    for agency, count in ((CITY, 4), (CHERWELL, 2), (CHARITY, 4), (HOSTEL, 2), (HOSPITAL, 1)):
        for _ in range(count):
            # Some are said by two agencies, under the same name and number.
            number = rng.choice([number, number + 1, number + 1])
            told = _told(twins, agency, f"{agency[:2]}-{number}", number)
            base.handles.setdefault(agency, []).append(told)
            base.people.append(number)
    for _ in range(6):
        agency = rng.choice(list(base.handles))
        _event(twins, base, agency, rng)
    for agency, others in ((CHARITY, (HOSTEL, HOSPITAL)), (HOSTEL, (CHARITY,)), (CITY, (CHARITY, HOSTEL))):
        for handle in base.handles[agency][:2]:
            _grant(twins, base, agency, handle, permit(agency, *others, purposes="any", categories="any"))
    first = base.handles[CITY][:2]
    joined = [
        Joining("home", r, START.date(), handle=h) for r, h in zip(("main", "child"), first, strict=True)
    ]
    twins.each(lambda c: c.session(CITY, *worker_of(c, CITY)).record_memberships(joined))
    _link(twins, rng.choice(base.handles[CITY]), CITY, base.handles[CHARITY][0], CHARITY)
    _task(twins, base, (CITY, base.handles[CITY][2]), (CHERWELL, base.handles[CHERWELL][0]))
    return base


def _told(twins: Twins, agency: AgencyId, reference: str, number: int, **more: object) -> Handle:
    one, _ = twins.each(
        lambda c: c.session(agency, *worker_of(c, agency)).submit(reference, rich(number, **more))
    )
    handle: Handle = one.handle
    return handle


def _event(twins: Twins, base: Base, agency: AgencyId, rng: Random) -> None:
    handle = rng.choice(base.handles[agency])
    kind = rng.choice([EventKind.CONTACT, EventKind.SIGHTING, EventKind.ASSESSMENT, EventKind.TRIAGE])
    day = START.date() - timedelta(days=rng.randint(0, 90))
    made, _ = twins.each(
        lambda c: _try(lambda: c.session(agency, *worker_of(c, agency)).record_event(handle, kind, day))
    )
    if made is not None:
        base.ids.setdefault("evt", []).append(made)


def _grant(twins: Twins, base: Base, agency: AgencyId, handle: Handle, terms: dict[str, object]) -> None:
    made, _ = twins.each(lambda c: c.session(agency, *worker_of(c, agency)).record_grant(handle, **terms))
    base.ids.setdefault("gra", []).append(made)


def _link(twins: Twins, one: Handle, agency: AgencyId, other: Handle, theirs: AgencyId) -> None:
    def act(county: County) -> None:
        records = [county.record_of(agency, one), county.record_of(theirs, other)]
        oldest = min(records, key=lambda r: county.core.snapshot.arrival[r])
        youngest = next(r for r in records if r != oldest)
        place_link(county, youngest, county.core.snapshot.person(oldest))

    twins.each(act)


def place_link(county: County, record_id: RecordId, person_id: PersonId) -> None:
    """Link a record to a person, as the register's own actor does."""
    with county.core.change() as uow:
        write_links(uow, [Link(record_id=record_id, person_id=person_id, at=county.clock())])
        county.core.journal.write(uow, REGISTER_ACTOR, Act("link.apply", Purpose.LINKAGE.value))


def place_task(county: County, one: RecordId, other: RecordId) -> str:
    """Put a doubtful pair into the queue."""
    left, right = ordered_pair(one, other)
    key = new_id(TASK)
    data = {
        "kind": LINK_TASK,
        "state": OPEN,
        "left": left,
        "right": right,
        "millibits": 4000,
        "per_myriad": 7000,
    }
    data |= {
        "evidence": {"name": "close"},
        "reason": "close",
        "at": county.clock().isoformat(),
        "judgement": "",
    }
    with county.core.change() as uow:
        uow.tasks.add_many([Document(key=key, data=data)])  # type: ignore[arg-type]
        county.core.journal.write(uow, REGISTER_ACTOR, Act("link.queue", Purpose.LINKAGE.value))
    return key


def _task(twins: Twins, base: Base, one: tuple[AgencyId, Handle], other: tuple[AgencyId, Handle]) -> None:
    key, _ = twins.each(lambda c: place_task(c, c.record_of(*one), c.record_of(*other)))
    base.ids.setdefault("tsk", []).append(key)


def _try(act: Callable[[], object]) -> object:
    try:
        return act()
    except BnlError:
        return None


def may_know(county: County, actor: Actor, purpose: Purpose, kept: Kept) -> bool:
    """Tell whether an actor may have anything that is kept secret, or is in on it; by override too."""
    if actor.agency_id in kept.knowing:
        return True
    core = county.core
    core.refresh()
    if purpose is Purpose.STATISTICS and core.may(actor, Action.REPORT, purpose):
        return True  # official figures count everybody
    overrides = [None, *(Override(reason="fire", basis=LawfulBasis(b)) for b in OVERRIDE_BASES)]
    for record_id, categories in kept.watched:
        compiled = core.compiled(core.snapshot.person(record_id))
        for action in ASKED:
            for override in overrides:
                try:
                    request = ask(actor, action, purpose, county.clock(), override=override)
                except Denied:
                    continue
                allowed = decide(request, compiled, core.policy)
                if any(allowed.permits(record_id, category) for category in categories):
                    return True
    return False


# ---------------------------------------------------------------- secrets: told to the second county alone


def hidden_person(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """A person only the refuge knows, who looks like one whom others know; with a whole life."""
    number, reference = rng.choice(base.people), f"R-{rng.random()}"

    def tell(county: County) -> None:
        worker = county.session(REFUGE, *worker_of(county, REFUGE))
        handle = worker.submit(reference, rich(number, **FREE_TEXT)).handle
        kept.handles.append((REFUGE, handle))
        event = _try(lambda: worker.record_event(handle, EventKind.CONTACT, START.date()))
        grant = _try(lambda: worker.record_grant(handle, **permit(REFUGE, HOSTEL, CITY)))
        home = worker.record_memberships([Joining("home", "main", START.date(), handle=handle)])[0]
        record = county.record_of(REFUGE, handle)
        kept.watched.append((record, frozenset(FieldCategory)))
        kept.note(rec=[record], hou=home, evt=[str(event)], gra=[str(grant)])

    kept.knowing.add(REFUGE)
    twins.apart(None, tell)


def forbidden_person(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """A person who forbade everybody everything, linkage and statistics included."""
    agency, number = rng.choice([CITY, CHARITY]), rng.choice(base.people)
    reference = f"F-{rng.random()}"
    hard = forbid(hard=True, purposes=frozenset(Purpose), categories=frozenset({FieldCategory.EXISTENCE}))

    def tell(county: County) -> None:
        worker = county.session(agency, *worker_of(county, agency))
        handle = worker.submit(reference, rich(number, **({} if agency == CITY else FREE_TEXT))).handle
        kept.handles.append((agency, handle))
        kept.note(gra=[worker.record_grant(handle, **hard)], rec=[county.record_of(agency, handle)])
        kept.watched.append((county.record_of(agency, handle), frozenset(FieldCategory)))

    kept.knowing.add(agency)
    twins.apart(None, tell)


def hidden_part(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """The refuge's record of somebody whom others know: linked in both, but it says other things."""
    agency = rng.choice([CITY, CHARITY, HOSTEL])
    whose = rng.choice(base.handles[agency])
    number = base.people[0]
    reference = f"P-{rng.random()}"
    told = _told(twins, REFUGE, reference, number)

    def join(county: County) -> None:
        record = county.record_of(REFUGE, told)
        place_link(county, record, county.core.snapshot.person(county.record_of(agency, whose)))

    twins.each(join)
    twins.apart(
        lambda c: c.session(REFUGE, *worker_of(c, REFUGE)).submit(reference, rich(number, **FREE_TEXT)),
        lambda c: c.session(REFUGE, *worker_of(c, REFUGE)).submit(
            reference, rich(number, address="1 Other Road", postcode="OX44 9ZZ", **OTHER_TEXT)
        ),
    )
    kept.knowing.add(REFUGE)
    kept.handles.append((REFUGE, told))
    record = twins.both[1].record_of(REFUGE, told)
    kept.watched.append((record, frozenset(FieldCategory)))
    kept.note(rec=[record])


def withheld_values(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """What a charity said of somebody's health and money, and in its notes."""
    handle, number = rng.choice(base.handles[CHARITY]), rng.choice(base.people)
    record = twins.both[0].record_of(CHARITY, handle)
    known = twins.both[0].core.refresh().records[record]
    held = known.fields.present()

    def say(words: dict[str, object]) -> Callable[[County], object]:
        return lambda c: c.worker(CHARITY).submit(known.reference, fields(number, **(held | words)))

    twins.apart(say(dict(FREE_TEXT)), say(dict(OTHER_TEXT)))
    kept.knowing.add(CHARITY)
    said = frozenset({FieldCategory.CASE_NOTES, FieldCategory.HEALTH, FieldCategory.FINANCE})
    kept.watched.append((record, said))


def others_grants(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """What somebody permitted and forbade to others, and took back."""
    agency = rng.choice([CHARITY, HOSTEL])
    handle, third = rng.choice(base.handles[agency]), rng.choice([HOSPITAL, CHERWELL])

    def tell(county: County) -> None:
        worker = county.session(agency, *worker_of(county, agency))
        terms = permit(agency, third, actions=frozenset({Action.VIEW}), valid_from=county.clock())
        try:
            given = worker.record_grant(handle, **terms)
        except InvalidValue:
            return  # a call before this one recorded that the person lacks capacity
        kept.note(gra=[given, worker.record_grant(handle, **forbid(agencies=frozenset({third})))])
        if rng.random() < 0.5:
            worker.withdraw_grant(given)

    kept.knowing |= {agency, third}
    twins.apart(None, tell)
    kept.watched.append((twins.both[1].record_of(agency, handle), frozenset(ACTS)))


def hidden_event(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """An event of a kind the actor may not see, on somebody it may."""
    agency = rng.choice([CHARITY, HOSTEL, CITY])
    handle, kind = (
        rng.choice(base.handles[agency]),
        rng.choice([EventKind.INSTITUTION_ADMISSION, EventKind.EMPLOYMENT]),
    )
    data = {"institution": "hospital"} if kind is EventKind.INSTITUTION_ADMISSION else {"status": "employed"}
    told = [FieldCategory.HEALTH, FieldCategory.EMPLOYMENT, FieldCategory.CRIMINAL_JUSTICE, *ACTS]

    def tell(county: County) -> None:
        worker = county.session(agency, *worker_of(county, agency))
        made = _try(lambda: worker.record_event(handle, kind, START.date(), **data))  # type: ignore[arg-type]
        kept.note(evt=[str(made)])

    kept.knowing.add(agency)
    twins.apart(None, tell)
    kept.watched.append((twins.both[1].record_of(agency, handle), frozenset(told)))


def others_quarantine(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """A row of another agency that could not be taken."""
    agency = rng.choice([CHERWELL, HOSTEL, REFUGE])
    unborn = rich(rng.choice(base.people), date_of_birth="2030-01-01")
    kept.knowing.add(agency)
    twins.apart(None, lambda c: _try(lambda: c.session(agency, *worker_of(c, agency)).submit("Q-1", unborn)))


def hidden_task(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """A doubtful pair of which one side is hidden, and a judgement about it."""
    if not kept.handles:
        hidden_person(twins, base, kept, rng)
    agency, hidden = rng.choice(kept.handles)
    other = rng.choice(base.handles[CITY])

    def tell(county: County) -> None:
        record = county.core.handles.record(agency, hidden)
        if record is not None:
            kept.note(tsk=[place_task(county, record, county.record_of(CITY, other))])

    twins.apart(None, tell)


def hidden_judgement(twins: Twins, base: Base, kept: Kept, rng: Random) -> None:
    """A steward of the refuge's own has judged two of its records."""
    hidden_person(twins, base, kept, rng)
    hidden_person(twins, base, kept, rng)
    handles = [handle for agency, handle in kept.handles if agency == REFUGE][-2:]
    steward = Actor.model_validate({"agency_id": REFUGE, "user_id": "s", "role": Role.STEWARD})

    def tell(county: County) -> None:
        session = county.register.session(steward, Purpose.LINKAGE)
        verdict = rng.choice([Verdict.LINK, Verdict.NON_LINK])
        judge = session.link if verdict is Verdict.LINK else session.unlink
        kept.note(jud=[str(_try(lambda: judge(handles[0], handles[1])))])

    twins.apart(None, tell)


SECRETS = (
    hidden_person, forbidden_person, hidden_part, withheld_values, others_grants, hidden_event,
    others_quarantine, hidden_task, hidden_judgement,
)  # fmt: skip

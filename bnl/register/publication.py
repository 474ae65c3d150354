"""Published returns: kept for ever, printed once, made again byte for byte, and compared by named events."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from bnl.domain.actor import Actor
from bnl.domain.identifiers import Handle, PersonId, RecordId
from bnl.domain.vocabulary import Purpose
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.indicators.flows import FlowReturn, Stock, flow_return, stock
from bnl.indicators.ledger import SIX_FLOWS
from bnl.indicators.publish import compare, counts_of, document, publish
from bnl.indicators.rules import COUNTY, STATUS_RULES, StatusRules
from bnl.register.core import Core
from bnl.register.flow_figures import require_period
from bnl.register.ground import Ground, grounded, require_reporter, require_steward
from bnl.register.journal import Act
from bnl.register.kept_returns import Kept, PublishedReturn, keep_return, kept_returns
from bnl.register.reporting import known_by_agency
from bnl.storage.unit_of_work import ReadUnit

MEASURES = ("opening", *dict.fromkeys(SIX_FLOWS.values()), "closing")
ERASURE = "erasure"


class Difference(NamedTuple):
    """Why one person counts differently in two returns.

    Args:
        measure: ``opening``, ``closing``, a flow of the six-flow view, or ``deaths``.
        handle: Who; None if they are not to be named to the asker, or were erased.
        change: By how much the measure changes.
        cause: ``late news``, ``correction``, ``link``, ``un-link``, ``erasure`` or ``rules``.
        events: The events that taught us so; for an erasure, the log entries of the erasures.
    """

    measure: str
    handle: Handle | None
    change: int
    cause: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Two returns of one period, and why they differ.

    Args:
        before: The earlier.
        after: The later.
        changes: By measure, later less earlier: exact.
        differences: Their reasons; the changes of a measure add up to its change, exactly.
        unexplained: What is left of each measure without a reason: always empty.
    """

    before: PublishedReturn
    after: PublishedReturn
    changes: Mapping[str, int]
    differences: tuple[Difference, ...]

    @property
    def unexplained(self) -> dict[str, int]:
        """Return what is left of each measure without a reason: always empty."""
        left = dict(self.changes)
        for one in self.differences:
            left[one.measure] = left.get(one.measure, 0) - one.change
        return {measure: rest for measure, rest in left.items() if rest}

    def __repr__(self) -> str:
        return f"Comparison({self.before.return_id}, {self.after.return_id})"


class Remade(NamedTuple):
    """A published return made again from what the register holds.

    Args:
        published: The return as it was published.
        same: Whether the same bytes came out.
        erased_since: How many records were erased since; with none, the bytes are always the same.
    """

    published: PublishedReturn
    same: bool
    erased_since: int


def publish_return(
    core: Core, actor: Actor, purpose: Purpose, start: date, end: date, rules: StatusRules = COUNTY
) -> PublishedReturn:
    """Publish the flow return of a period, from everything in the register, and keep it.

    The opening stock is the closing stock in print of the period that ends the day before; what was learned
    of it since are corrections. A period published before is restated only where a figure changed by 5 or
    more.

    Args:
        core: The register's state.
        actor: Who publishes; the agreement must let them report for statistics.
        purpose: Statistics.
        start: First day.
        end: Last day, included; not after today.
        rules: A rule set of the library that needs no birthdays, so that the return can be made again.

    Returns:
        What was published.

    Raises:
        Denied: The agreement does not let the actor, or the purpose is another.
        InvalidValue: The period is none, or not over, or the rules are not the library's.
    """
    require_period(start, end)
    if STATUS_RULES.get(rules.name) != rules or rules.adults_only:
        advice = f"Use one of {', '.join(name for name, one in STATUS_RULES.items() if not one.adults_only)}."
        raise InvalidValue("A return is published under rules that stay as they are.", advice)
    _require(purpose, Purpose.STATISTICS)
    with grounded(core, actor, purpose, "return.publish") as ground:
        if end > ground.today:
            raise InvalidValue("The period is not over.", "Publish it once its last day has come.")
        kept = kept_returns(ground.unit)
        before = [one for one in kept if one.is_of(start, end, rules)]
        number = len(before) + 1
        opening = _opening_position(kept, start - timedelta(days=1), rules)
        made = _make(ground, start, end, rules, ground.position, opening)
        printed = publish(made, before[-1].standing() if before else None, _known(ground, ground.position))
        published = PublishedReturn(
            return_id=f"{start}_{end}_{rules.label.replace(' ', '-')}_{number}",
            start=start,
            end=end,
            rules=rules.label,
            log_position=ground.position,
            printed=dict(printed.printed),
            digest=hashlib.sha256(document(made)).hexdigest(),
        )
        kept_now = Kept(published, rules.name, opening, dict(printed.counts), counts_of(made))
        keep_return(ground.unit, kept_now)
    return published


def published_returns(core: Core, actor: Actor, purpose: Purpose) -> list[PublishedReturn]:
    """Return everything published, oldest first.

    Raises:
        Denied: The purpose is neither statistics nor stewardship, or the agreement does not let the actor.
    """
    _require(purpose, Purpose.STATISTICS, Purpose.STEWARDSHIP)
    with core.change() as uow:
        (require_reporter if purpose is Purpose.STATISTICS else require_steward)(core, actor)
        core.journal.write(uow, actor, Act("return.list", purpose.value))
        return [one.published for one in kept_returns(uow)]


def remake_return(core: Core, actor: Actor, purpose: Purpose, return_id: str) -> Remade:
    """Make a published return again from what the register holds, and compare it byte for byte.

    Raises:
        NotFound: There is no such return.
        Denied: As for `published_returns`.
    """
    _require(purpose, Purpose.STATISTICS, Purpose.STEWARDSHIP)
    with grounded(core, actor, purpose, "return.remake") as ground:
        kept = kept_returns(ground.unit)
        wanted = _find(kept, return_id)
        before = [one for one in kept if one.precedes(wanted)]
        made = _remake(ground, wanted)
        known = _known(ground, wanted.position)
        printed = publish(made, before[-1].standing() if before else None, known)
        digest = hashlib.sha256(document(made)).hexdigest()
        same = digest == wanted.published.digest and dict(printed.printed) == wanted.published.printed
        return Remade(wanted.published, same, len(_erasures(ground.unit, wanted.position)))


def compare_returns(core: Core, actor: Actor, purpose: Purpose, one: str, other: str) -> Comparison:
    """Explain every difference between two published returns of one period by what was learned between them.

    Args:
        core: The register's state.
        actor: Who asks; the agreement must make them a steward, for what is told here is exact.
        purpose: Stewardship.
        one: Id of one return.
        other: Id of the other; the one published earlier is the one before.

    Raises:
        NotFound: There is no such return.
        InvalidValue: They are of different periods.
        Denied: The agreement does not let the actor, or the purpose is another.
    """
    _require(purpose, Purpose.STEWARDSHIP)
    with grounded(core, actor, purpose, "return.compare") as ground:
        kept = kept_returns(ground.unit)
        pair = [_find(kept, return_id) for return_id in (one, other)]
        before, after = sorted(pair, key=lambda found: (found.position, found.number))
        if (before.published.start, before.published.end) != (after.published.start, after.published.end):
            raise InvalidValue("The two returns are of different periods.", "Compare returns of one period.")
        then, now = _remake(ground, before), _remake(ground, after)
        differences = _named_differences(ground, then, now, (before.position, after.position))
        changes = {name: after.exact[name] - before.exact[name] for name in MEASURES}
        differences += _by_erasure(ground, changes, then, now, before.position)
        return Comparison(before.published, after.published, changes, tuple(differences))


def _known(ground: Ground, position: int) -> list[frozenset[PersonId]]:
    """Return for each agency the people it knew, by the links of a position of the log.

    What is printed is read by all of them: no count is printed of which too little is left without the people
    whom some one of them can take off.
    """
    found = known_by_agency(ground.core, ground.unit, position)
    return [found[agency_id] for agency_id in sorted(found)]


def _require(purpose: Purpose, *allowed: Purpose) -> None:
    if purpose not in allowed:
        names = " or ".join(one.value for one in allowed)
        raise Denied(f"Published returns are for {names}.", "Sign in for that purpose.", reasons=("purpose",))


def _find(kept: list[Kept], return_id: str) -> Kept:
    for one in kept:
        if one.published.return_id == return_id:
            return one
    raise NotFound("There is no such return.", "Ask for the list of published returns.")


def _opening_position(kept: list[Kept], eve: date, rules: StatusRules) -> int | None:
    """Return the position of the return whose closing stock on the eve is the one in print."""
    found = [one for one in kept if one.published.end == eve and one.published.rules == rules.label]
    in_print = [one.position for one in found if one.counts["closing"] == one.exact["closing"]]
    return in_print[-1] if in_print else None


def _remake(ground: Ground, kept: Kept) -> FlowReturn:
    rules = STATUS_RULES[kept.rules_name]
    return _make(
        ground, kept.published.start, kept.published.end, rules, kept.position, kept.opening_position
    )


def _make(
    ground: Ground, start: date, end: date, rules: StatusRules, position: int, opening: int | None
) -> FlowReturn:
    """Make a return as known at a position of the log, by the links of that moment."""
    events, snapshot, unit = ground.core.county_events, ground.core.snapshot, ground.unit
    told: Stock | None = None
    if opening is not None:
        told = stock(events.past(snapshot, unit, opening), start - timedelta(days=1), rules=rules)
    return flow_return(events.past(snapshot, unit, position), start, end, rules=rules, opening=told)


def _named_differences(
    ground: Ground, then: FlowReturn, now: FlowReturn, positions: tuple[int, int]
) -> list[Difference]:
    past = ground.core.county_events.past(ground.core.snapshot, ground.unit, positions[1])
    rows = compare(then, now, past)
    turns = _links_between(ground, then, now, positions)
    found = []
    for measure, person_id, change, cause, events in rows.iter_rows():
        handle = ground.name(ground.core.snapshot.person(RecordId(person_id)))
        named = (*events, *turns.get(person_id, ())) if handle else ()
        found.append(Difference(measure, handle, change, cause, named))
    return found


def _links_between(
    ground: Ground, then: FlowReturn, now: FlowReturn, positions: tuple[int, int]
) -> dict[str, list[str]]:
    """Return by person the log entries between two positions that linked or parted records of theirs."""
    first, last = positions
    rows = [row for row in ground.unit.links.since(first + 1).rows if row.sequence <= last]
    entries = {row.noun.record_id: f"entry {row.sequence}" for row in rows}
    found: dict[str, set[str]] = {}
    for records in (then.closing.records, now.closing.records):
        for person_id, record_id in records.select("person_id", "record_id").iter_rows():
            for one in (record_id, person_id):
                if one in entries:
                    found.setdefault(person_id, set()).add(entries[one])
    return {person_id: sorted(names) for person_id, names in found.items()}


def _by_erasure(
    ground: Ground, changes: Mapping[str, int], then: FlowReturn, now: FlowReturn, since: int
) -> list[Difference]:
    """Return what no news explains: at a fixed position of the log only an erasure changes what is made."""
    old, new = counts_of(then), counts_of(now)
    rest = {name: changes[name] - (new[name] - old[name]) for name in MEASURES}
    entries = _erasures(ground.unit, since)
    return [Difference(name, None, change, ERASURE, entries) for name, change in rest.items() if change]


def _erasures(unit: ReadUnit, since: int) -> tuple[str, ...]:
    """Return the log entries of the erasures from a position on."""
    sequences = {row.sequence for row in unit.tombstones.since(since).rows}
    return tuple(f"entry {sequence}" for sequence in sorted(sequences))

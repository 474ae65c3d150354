"""Events as one asker may see them, laid out once and kept up from call to call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

import polars as pl

from bnl.consent.decision import Decision
from bnl.domain.event import Event
from bnl.domain.identifiers import PersonId, RecordId
from bnl.domain.vocabulary import FieldCategory
from bnl.indicators.frame import CORE, DATA, events_frame, frame_from_columns, memberships_frame
from bnl.indicators.history import History, Known, history
from bnl.register.county_events import households_of
from bnl.register.masks import masks_of
from bnl.register.snapshot import Snapshot

MOST_ASKERS = 6
MOST_KEPT = 4

Redact = Callable[[PersonId, Decision], list[Event]]


@dataclass(repr=False)
class Seen:
    """What one asker may see of everybody's events.

    Args:
        decisions: Everybody who exists for the asker, each with the decision.
        frame: The events frame of what may be seen of them.
        masks: By person and record, the field mask of the events in the frame.
        memberships: The memberships frame of what may be seen of households.
    """

    decisions: dict[PersonId, Decision]
    frame: pl.DataFrame
    masks: dict[PersonId, dict[RecordId, int]]
    memberships: pl.DataFrame
    _signs: dict[PersonId, Hashable] = field(default_factory=dict)
    _pasts: dict[Known, History] = field(default_factory=dict)

    def past(self, known_as_of: Known = None) -> History:
        """Return the history of the events as known at a moment; the same one while nothing changes."""
        if known_as_of not in self._pasts:
            if len(self._pasts) >= MOST_KEPT:
                self._pasts.pop(next(iter(self._pasts)))
            self._pasts[known_as_of] = history(self.frame, known_as_of)
        return self._pasts[known_as_of]


class SeenEvents:
    """The events of the latest askers, each redacted for its own decisions only.

    Decisions are made anew at every call; only what rests on an unchanged decision about unchanged records
    is used again.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Seen] = OrderedDict()

    def of(
        self, asker: Hashable, decisions: dict[PersonId, Decision], snapshot: Snapshot, redact: Redact
    ) -> Seen:
        """Return what an asker may see now.

        Args:
            asker: Who asks, to do what, and why.
            decisions: Today's decision about everybody who exists for the asker.
            snapshot: The state of the register, events included.
            redact: Returns a person's events as a decision lets them be seen.
        """
        signs = {person_id: _sign(snapshot, one) for person_id, one in decisions.items()}
        kept = self._kept.pop(asker, None)
        before: Mapping[PersonId, Hashable] = {} if kept is None else kept._signs
        changed = {p for p in before.keys() | signs.keys() if before.get(p) != signs.get(p)}
        if kept is None or changed:
            kept = _laid_out(kept, changed, decisions, snapshot, redact)
            kept._signs = signs
        kept.decisions = decisions
        self._kept[asker] = kept
        while len(self._kept) > MOST_ASKERS:
            self._kept.popitem(last=False)
        return kept


def _sign(snapshot: Snapshot, decision: Decision) -> Hashable:
    """Return what the redacted events of a person depend on; the same sign, the same events."""
    records = tuple(
        (
            record.record_id,
            len(snapshot.events.get(record.record_id, ())),
            tuple(snapshot.memberships.get(record.record_id, {}).values()),
        )
        for record in decision.person.records
    )
    return decision.allowed, decision.hidden_places, records


def _laid_out(
    kept: Seen | None,
    changed: set[PersonId],
    decisions: dict[PersonId, Decision],
    snapshot: Snapshot,
    redact: Redact,
) -> Seen:
    """Lay out the events of those who changed, beside what is kept of the others."""
    events: list[Event] = []
    person_of: dict[RecordId, PersonId] = {}
    masks = {} if kept is None else {p: m for p, m in kept.masks.items() if p not in changed}
    for person_id in sorted(changed & decisions.keys()):
        seen = redact(person_id, decisions[person_id])
        events += seen
        masks[person_id] = masks_of(seen)
        person_of.update((event.record_id, person_id) for event in seen)
    homes = households_of(snapshot, [r for r in person_of if _may(decisions[person_of[r]], r)])
    frame = events_frame(events, person_of, homes)
    if kept is not None:
        others = kept.frame.filter(~pl.col("person_id").is_in(list(changed)))
        frame = frame_from_columns(pl.concat([others.select(*CORE, *DATA), frame.select(*CORE, *DATA)]))
    said = [
        membership
        for person_id, decision in decisions.items()
        for record in decision.person.records
        if _may(decision, record.record_id)
        for membership in snapshot.memberships.get(record.record_id, {}).values()
    ]
    return Seen(decisions, frame, masks, memberships_frame(said, snapshot.person_of))


def _may(decision: Decision, record_id: RecordId) -> bool:
    return decision.permits(record_id, FieldCategory.HOUSEHOLD)

"""What retention needs to know of a source record, gathered from the snapshot."""

from __future__ import annotations

from bnl.domain.event import EventKind, category_of
from bnl.domain.identifiers import RecordId
from bnl.domain.vocabulary import FieldCategory
from bnl.register.clock import civil_day
from bnl.register.facts import record_facts
from bnl.register.retention import RetentionFacts, latest
from bnl.register.snapshot import Snapshot

_DECISIONS = frozenset({EventKind.DUTY_OWED, EventKind.DUTY_ENDED})


def retention_facts(snapshot: Snapshot, record_id: RecordId) -> RetentionFacts:
    """Gather what retention needs to know of a record.

    Args:
        snapshot: The state of the register, events included.
        record_id: A readable record.

    Returns:
        Its facts; a death recorded on any record of the person counts for all of them.
    """
    versions = [*snapshot.superseded.get(record_id, ()), snapshot.records[record_id]]
    events = snapshot.events.get(record_id, ())
    said = [civil_day(version.received_at) for version in versions]
    concerned = [civil_day(version.received_at) for version in versions if version.fields.safeguarding]
    concerned += [
        one.occurred_on for one in events if category_of(one.kind, one.data) is FieldCategory.SAFEGUARDING
    ]
    linked = snapshot.members.get(snapshot.person(record_id), [record_id])
    deaths = [died for one in linked if (died := record_facts(snapshot, one).died) is not None]
    happened = [max(one.occurred_on, civil_day(one.recorded_at)) for one in events]
    return RetentionFacts(
        last_activity=max([*said, *happened]),
        died_on=min(deaths, default=None),
        safeguarding_on=latest(concerned),
        decided_on=latest([one.occurred_on for one in events if one.kind in _DECISIONS]),
    )

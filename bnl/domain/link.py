"""Links: which register identity a source record belongs to now, and what stays of it when it is erased."""

from __future__ import annotations

from bnl.domain.base import Noun, UtcDateTime
from bnl.domain.identifiers import AgencyId, PersonId, RecordId


class Link(Noun):
    """The register identity a source record is linked to; the newest version is the one in force.

    Args:
        record_id: The source record.
        person_id: The identity, named after its oldest source record.
        at: When the register concluded it (UTC).
        sequence: Log sequence that made it known; 0 before it is stored.
    """

    record_id: RecordId
    person_id: PersonId
    at: UtcDateTime
    sequence: int = 0


class Tombstone(Noun):
    """What stays of an erased source record, so that the same row sent again is recognised.

    Args:
        reference_hash: Keyed hash of the agency and its own reference.
        record_id: The record that was erased; its opaque id stands in the log for ever anyway.
        agency_id: Whose record it was.
        at: When it was erased (UTC).
        reason: Code of why.
    """

    reference_hash: str
    record_id: RecordId
    agency_id: AgencyId
    at: UtcDateTime
    reason: str = ""

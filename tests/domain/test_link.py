"""Links and tombstones: frozen, dated, and closed to anything else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bnl.domain.identifiers import AgencyId, PersonId, RecordId
from bnl.domain.link import Link, Tombstone

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_link_says_who_a_record_is_taken_to_be() -> None:
    made = Link(record_id=RecordId("rec_a"), person_id=PersonId("per_a"), at=AT)
    assert (made.record_id, made.person_id, made.sequence) == ("rec_a", "per_a", 0)
    with pytest.raises(ValidationError):
        made.person_id = PersonId("per_b")


def test_a_tombstone_keeps_no_more_than_it_must() -> None:
    made = Tombstone(
        reference_hash="ab", record_id=RecordId("rec_a"), agency_id=AgencyId("river-house"), at=AT
    )
    assert set(type(made).model_fields) == {"reference_hash", "record_id", "agency_id", "at", "reason"}


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="no zone"):
        Link(record_id=RecordId("rec_a"), person_id=PersonId("per_a"), at=datetime(2026, 3, 1))

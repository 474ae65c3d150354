"""Source records: one agency's immutable statement about one person, versioned by correction."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool

from bnl.domain.base import PersonalNoun, UtcDateTime
from bnl.domain.identifiers import AgencyId, RecordId, SubmissionId
from bnl.domain.person import PersonFields


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("the reference holds half a character, which no file can hold") from None
    return text


class SourceRecord(PersonalNoun):
    """One agency's statement about one person, as it was said.

    Args:
        record_id: Stable over corrections: a correction is the next version of the same record.
        agency_id: Who said it.
        reference: The agency's own reference for this person.
        version: 1 for the first statement, one more for each correction.
        received_at: When the register received it (UTC).
        submission_id: The batch or call it came in.
        fields: What was said.
        local: The record exists for its own agency only.
        restricted: The person is restricted: no machine ever links this record.
        superseded: A later version stands in its place.
    """

    record_id: RecordId
    agency_id: AgencyId
    reference: str
    version: int = 1
    received_at: UtcDateTime
    submission_id: SubmissionId
    fields: PersonFields
    local: bool = False
    restricted: bool = False
    superseded: bool = False

    def as_superseded(self) -> SourceRecord:
        """Return the same record, as one in whose place a later version stands."""
        return self.model_copy(update={"superseded": True})


class Submission(PersonalNoun):
    """One row on its way in: what an agency wants to say, before the register has taken it.

    Args:
        reference: The agency's own reference; required, so that a re-sent row is recognised.
        fields: What is said.
        local: Asks for a record that exists for the agency alone.
        restricted: Asks for a record that no machine links.
        row: 1-based row in the file as a spreadsheet shows it, header included; 0 for a call.
    """

    reference: Annotated[str, Field(min_length=1, strict=True), AfterValidator(_encodable)]
    fields: PersonFields
    local: StrictBool = False
    restricted: StrictBool = False
    row: int = 0

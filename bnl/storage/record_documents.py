"""Documents of source records: opened and checked at once, made into records when somebody asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import from_json

from bnl.domain.base import Unpickled
from bnl.domain.identifiers import AgencyId, RecordId, SubmissionId
from bnl.domain.person import LIST_FIELDS, PersonFields
from bnl.domain.record import SourceRecord

_CHECKED: Final[TypeAdapter[SourceRecord]] = TypeAdapter(SourceRecord)
_SILENT: Final = PersonFields()
_BLANK: Final = SourceRecord(
    record_id=RecordId(""),
    agency_id=AgencyId(""),
    reference="",
    received_at=datetime.min.replace(tzinfo=UTC),
    submission_id=SubmissionId(""),
    fields=_SILENT,
)
_FIELD_SHAPES: Final[dict[str, type]] = {
    name: list if name in LIST_FIELDS else str for name in PersonFields.model_fields
}
_SHAPES: Final[dict[str, type]] = {
    "record_id": str,
    "agency_id": str,
    "reference": str,
    "version": int,
    "received_at": str,
    "submission_id": str,
    "fields": dict,
    "local": bool,
    "restricted": bool,
    "superseded": bool,
}
_REQUIRED: Final = frozenset(_SHAPES) - {"version", "local", "restricted", "superseded"}
_ZONE: Final = "Z"


class SaidFields(Unpickled):
    """What a record's document says of a person, as matching reads it.

    Args:
        said: Values by field; lists where the noun has tuples.
    """

    __slots__ = ("_said",)

    def __init__(self, said: Mapping[str, object]) -> None:
        self._said = said

    def present(self) -> Mapping[str, object]:
        """Return the fields that say something."""
        return self._said


class RecordDocument(Unpickled):
    """The document of one source record, known to be sound; `record` makes the noun of it.

    Making twenty thousand nouns takes longer than opening their rows, and most are never asked for.

    Args:
        said: The document, every value of its plain shape, the time read.
    """

    __slots__ = ("_said", "agency_id", "record_id", "reference", "version")

    def __init__(self, said: dict[str, Any]) -> None:
        self._said = said
        self.record_id: RecordId = said["record_id"]
        self.agency_id: AgencyId = said["agency_id"]
        self.reference: str = said["reference"]
        self.version: int = said.get("version", 1)

    @property
    def fields(self) -> SaidFields:
        """What it says of the person."""
        return SaidFields(self._said["fields"])

    def as_superseded(self) -> RecordDocument:
        """Return the same document, as that of a record in whose place a later version stands."""
        return RecordDocument(self._said | {"superseded": True})

    def record(self) -> SourceRecord:
        """Return the record, equal to what the full check of the document gives."""
        fields = {
            name: tuple(value) if type(value) is list else value
            for name, value in self._said["fields"].items()
        }
        return _BLANK.model_copy(update=self._said | {"fields": _SILENT.model_copy(update=fields)})


def read_document(document: bytes) -> RecordDocument | SourceRecord:
    """Read the document a record's row was sealed with.

    The seal has shown that it is as it was written, and it was checked before that. So it is taken as it
    stands if each value has the plain shape of its field; one that has not goes through the full check,
    as anything from outside does.

    Args:
        document: JSON, opened.

    Returns:
        The document, or the record if it had to be checked in full.

    Raises:
        ValueError: It is no source record.
    """
    said = from_json(document, cache_strings="keys")
    if not (isinstance(said, dict) and _REQUIRED.issubset(said) and _plain(said)):
        return _CHECKED.validate_json(document)
    said["received_at"] = datetime.fromisoformat(said["received_at"])
    return RecordDocument(said)


def _plain(said: dict[str, Any]) -> bool:
    fields = said["fields"]
    return (
        _shaped(said, _SHAPES)
        and _shaped(fields, _FIELD_SHAPES)
        and all(fields.values())
        and all([type(item) is str for value in fields.values() if type(value) is list for item in value])  # noqa: C419
        and said["received_at"].endswith(_ZONE)
    )


def _shaped(said: dict[str, Any], shapes: dict[str, type]) -> bool:
    return [*map(type, said.values())] == [*map(shapes.get, said)]

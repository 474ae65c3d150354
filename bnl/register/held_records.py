"""The records a register holds in memory: documents until a record is asked for."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, ValuesView

from bnl.domain.identifiers import RecordId
from bnl.domain.record import SourceRecord
from bnl.storage.record_documents import RecordDocument

Held = SourceRecord | RecordDocument


class HeldRecords(MutableMapping[RecordId, SourceRecord]):
    """Source records by id, each made from its document when it is first asked for."""

    def __init__(self) -> None:
        self._held: dict[RecordId, Held] = {}

    def hold(self, held: Held) -> None:
        """Put a record, or the document of one, in its place."""
        self._held[held.record_id] = held

    def held(self) -> ValuesView[Held]:
        """Return what is held, documents as documents: enough for ids, versions and matching."""
        return self._held.values()

    def version(self, record_id: RecordId) -> int:
        """Return the version of a record, 0 if there is none."""
        held = self._held.get(record_id)
        return 0 if held is None else held.version

    def __getitem__(self, record_id: RecordId) -> SourceRecord:
        held = self._held[record_id]
        if isinstance(held, RecordDocument):
            held = self._held[record_id] = held.record()
        return held

    def __setitem__(self, record_id: RecordId, record: SourceRecord) -> None:
        self._held[record_id] = record

    def __delitem__(self, record_id: RecordId) -> None:
        del self._held[record_id]

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._held

    def __iter__(self) -> Iterator[RecordId]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

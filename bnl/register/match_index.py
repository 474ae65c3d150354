"""The match index of a register: every record's identity in memory, kept current with the snapshot."""

from __future__ import annotations

from bnl.domain.identifiers import RecordId
from bnl.matching.index import Index
from bnl.matching.linker import Linker
from bnl.matching.records import row_of
from bnl.register.snapshot import Snapshot


class MatchIndex:
    """An index, and the versions of the records it holds.

    Args:
        linker: A fitted linker.
    """

    def __init__(self, linker: Linker) -> None:
        self._linker = linker
        self._index: Index | None = None
        self._versions: dict[RecordId, int] = {}

    def bring_up(self, snapshot: Snapshot) -> Index:
        """Take in records that came, changed or went since the last call.

        Args:
            snapshot: The state of the register.

        Returns:
            The index, as current as the snapshot.
        """
        held = self._versions
        if self._index is None:
            # All at once, column by column: far quicker than record by record.
            self._index = self._linker.index(snapshot.records.held())
            held.update((record.record_id, record.version) for record in snapshot.records.held())
            return self._index
        index = self._index
        gone = [record_id for record_id in held if record_id not in snapshot.records]
        changed = [r for r in snapshot.records.held() if held.get(r.record_id) != r.version]
        stale = [record.record_id for record in changed if record.record_id in held]
        if gone or stale:
            index.remove([*gone, *stale])
        if changed:
            index.add([row_of(record) for record in changed])
        for record_id in gone:
            del held[record_id]
        held.update((record.record_id, record.version) for record in changed)
        return index

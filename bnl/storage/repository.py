"""Repositories: nouns in, nouns out, one for each projected table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar

from bnl.storage.codec import decode, encode, removal
from bnl.storage.kind import FIRST_CLEAR, Draft, Kind, Loaded, Row, Stored
from bnl.storage.statements import OF_KEY, OF_VERSION, WANTED, Query, statements_of
from bnl.storage.transaction import Transaction

T = TypeVar("T")

KEY_COLUMN: Final = "key"

_CHUNK = 500


class Repository(Generic[T]):
    """The nouns of one kind. Rows are only ever added or removed; the newest version of a key is in force.

    Args:
        transaction: The transaction all this happens in.
        kind: What is stored.
    """

    def __init__(self, transaction: Transaction, kind: Kind[T]) -> None:
        self._transaction = transaction
        self._kind = kind
        self._sql = statements_of(kind.table)

    def add(self, noun: T) -> None:
        """Store one noun; see `add_many`."""
        self.add_many([noun])

    def add_many(self, nouns: Sequence[T]) -> None:
        """Store nouns, each as a new row of the entry to come.

        Args:
            nouns: In the order in which their versions follow one another.

        Raises:
            Conflict: A key and version exists already.
            Erased: The key that would seal one of them is gone.
            StorageError: This transaction only reads, or the database refused.
        """
        self._transaction.require_writing()
        if not nouns:
            return
        self._prepare(nouns)
        keys = [self._kind.key(noun) for noun in nouns]
        sequence = self._transaction.sequence
        bodies = [self._kind.dump(self._kind.stamp(noun, sequence)) for noun in nouns]
        parts = zip(keys, self._versions(nouns, keys), bodies, self._clear(nouns), strict=True)
        drafts = [Draft(key, version, sequence, body, clear) for key, version, body, clear in parts]
        rows, writes = encode(self._kind, self._transaction.keys, drafts)
        self._transaction.put(self._sql.insert, rows)
        self._transaction.note(writes)

    def since(self, position: int = 0) -> Loaded[T]:
        """Read the rows that entries from a position of the log on wrote.

        Args:
            position: How many entries of the log are known already; 0 reads everything.

        Returns:
            The rows in the order of sequence, key and version. A damaged row is named, not raised.
        """
        return self._decoded(self._transaction.ask(self._sql.since, position))

    def get(self, key: str) -> T | None:
        """Read the newest version of one key.

        Args:
            key: The key.

        Returns:
            The noun, or None if there is none.

        Raises:
            Corrupt: The row was altered.
            Erased: Its key is gone.
        """
        return self.get_many([key]).get(key)

    def get_many(self, keys: Collection[str]) -> dict[str, T]:
        """Read the newest version of each key.

        Args:
            keys: The keys; those without a row are left out.

        Returns:
            Nouns by key.

        Raises:
            Corrupt: A row was altered.
            Erased: A row's key is gone.
        """
        return {stored.key: stored.noun for stored in self._newest(KEY_COLUMN, keys)}

    def history(self, key: str) -> list[Stored[T]]:
        """Read every version of a key, oldest first.

        Raises:
            Corrupt: A row was altered.
            Erased: A row's key is gone.
        """
        return sorted(self._require(self._where(KEY_COLUMN, [key])), key=lambda row: row.version)

    def count(self) -> int:
        """Count the rows, all versions."""
        rows = self._transaction.fetch(self._sql.count)
        return int(str(rows[0][0]))

    def delete_many(self, keys: Collection[str]) -> int:
        """Remove every version of some keys; the entry to come names each row as removed.

        Args:
            keys: The keys; those without a row are no error.

        Returns:
            How many rows were removed.
        """
        return self._delete(KEY_COLUMN, keys)

    def delete_superseded(self, keys: Collection[str]) -> int:
        """Remove every version of some keys but the newest; see `delete_many`."""
        newest = self._newest_versions(keys)
        places = self._select(self._sql.places_by(KEY_COLUMN), keys)
        return self._remove([place for place in places if place[1] < newest[place[0]]])

    def _prepare(self, nouns: Sequence[T]) -> None:
        """Make what must exist before the rows do."""

    def _clear(self, nouns: Sequence[T]) -> Iterable[tuple[str, ...]]:
        return [()] * len(nouns)

    def _versions(self, nouns: Sequence[T], keys: Sequence[str]) -> list[int]:
        if self._kind.version is not None:
            return [self._kind.version(noun) for noun in nouns]
        newest = self._newest_versions(keys)
        versions = []
        for key in keys:
            newest[key] = newest.get(key, 0) + 1
            versions.append(newest[key])
        return versions

    def _newest_versions(self, keys: Collection[str]) -> dict[str, int]:
        found = self._select(self._sql.newest_versions, keys)
        return {str(key): int(version) for key, version in found}

    def _where(self, column: str, values: Collection[str]) -> Loaded[T]:
        return self._decoded(self._select(self._sql.read_by(column), values))

    def _newest(self, column: str, values: Collection[str]) -> list[Stored[T]]:
        newest: dict[str, Stored[T]] = {}
        for stored in self._require(self._where(column, values)):
            if stored.key not in newest or stored.version > newest[stored.key].version:
                newest[stored.key] = stored
        return list(newest.values())

    def _delete(self, column: str, values: Collection[str]) -> int:
        self._transaction.require_writing()
        return self._remove(self._select(self._sql.places_by(column), values))

    def _remove(self, doomed: Sequence[Row]) -> int:
        self._transaction.write(
            self._sql.delete, [{OF_KEY: key, OF_VERSION: version} for key, version, _ in doomed]
        )
        self._transaction.note(removal(self._kind.table.name, *row) for row in doomed)
        return len(doomed)

    def _select(self, query: Query, values: Collection[str]) -> list[Row]:
        found: list[Row] = []
        for chunk in _chunks(sorted(set(values))):
            found.extend(self._transaction.fetch(query, {WANTED: chunk}))
        return found

    def _decoded(self, rows: Sequence[Row]) -> Loaded[T]:
        return decode(self._kind, self._transaction.keys, rows)

    def _require(self, loaded: Loaded[T]) -> list[Stored[T]]:
        for damage in loaded.damaged:
            raise damage.error()
        return loaded.rows


class OwnedRepository(Repository[T]):
    """Nouns that hang on a source record or a submission and go when it goes.

    Args:
        transaction: The transaction all this happens in.
        kind: What is stored.
        owner: Gives the id of what a noun hangs on.
    """

    def __init__(self, transaction: Transaction, kind: Kind[T], owner: Callable[[T], str]) -> None:
        super().__init__(transaction, kind)
        self._owner = owner
        self._owner_column = kind.table.columns.keys()[FIRST_CLEAR]

    def of(self, owners: Collection[str]) -> list[T]:
        """Read the newest version of every noun that hangs on some owners.

        Args:
            owners: Ids of source records or submissions.

        Raises:
            Corrupt: A row was altered.
            Erased: The owner's key is gone.
        """
        return [stored.noun for stored in self._newest(self._owner_column, owners)]

    def delete_of(self, owners: Collection[str]) -> int:
        """Remove every version of every noun that hangs on some owners; see `delete_many`."""
        return self._delete(self._owner_column, owners)

    def _clear(self, nouns: Sequence[T]) -> Iterable[tuple[str, ...]]:
        return [(self._owner(noun),) for noun in nouns]


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]

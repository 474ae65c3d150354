"""Repositories whose rows bring a key of their own: source records and submissions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from bnl.crypto.keyring import Keyring
from bnl.domain.record import SourceRecord
from bnl.storage.codec import decode_as
from bnl.storage.documents import Document
from bnl.storage.keys import SYSTEM_REFERENCES, record_key, submission_key
from bnl.storage.kind import Loaded, Row
from bnl.storage.kinds import RECORDS, SUBMISSIONS
from bnl.storage.log_store import LogStore
from bnl.storage.record_documents import RecordDocument, read_document
from bnl.storage.repository import Repository
from bnl.storage.transaction import Transaction

T = TypeVar("T")


def reference_hash(keyring: Keyring, agency_id: str, reference: str) -> str:
    """Hash an agency's own reference, the only identifier of which the database keeps a hash.

    Args:
        keyring: Has the key.
        agency_id: The agency.
        reference: Its own reference.

    Returns:
        64 hex digits; without the key nobody can tell what they stand for.
    """
    return keyring.get(SYSTEM_REFERENCES).keyed_hash("reference", agency_id, reference).hex()


class RecordRepository(Repository[SourceRecord]):
    """Source records, each sealed under a key of its own that is made before its first row.

    Args:
        transaction: The transaction all this happens in.
    """

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, RECORDS)

    def by_reference(self, agency_id: str, references: Iterable[str]) -> dict[str, SourceRecord]:
        """Find records by the agency's own references.

        Args:
            agency_id: The agency.
            references: Its references.

        Returns:
            The newest version of each record found, by reference.

        Raises:
            Corrupt: A row was altered.
            Erased: A row's key is gone, its removal pending.
        """
        hashes = {
            reference_hash(self._transaction.keys.keyring, agency_id, text): text for text in references
        }
        found = self._newest("reference_hash", hashes)
        return {stored.noun.reference: stored.noun for stored in found}

    def _prepare(self, nouns: Sequence[SourceRecord]) -> None:
        fresh = [record_key(noun.record_id) for noun in nouns if noun.version == 1]
        if fresh:
            _make_keys(self._transaction, fresh)

    def _clear(self, nouns: Sequence[SourceRecord]) -> Iterable[tuple[str, ...]]:
        keyring = self._transaction.keys.keyring
        return [(reference_hash(keyring, noun.agency_id, noun.reference),) for noun in nouns]

    def documents_since(self, position: int = 0) -> Loaded[RecordDocument | SourceRecord]:
        """Read what `since` reads, every row opened and checked, without making nouns of all."""
        rows = self._transaction.ask(self._sql.since, position)
        found = decode_as(RECORDS, self._transaction.keys, rows, read_document)
        return _superseding(found, lambda held: held.as_superseded())

    def _decoded(self, rows: Sequence[Row]) -> Loaded[SourceRecord]:
        return _superseding(super()._decoded(rows), lambda noun: noun.as_superseded())


def _make_keys(transaction: Transaction, key_ids: Sequence[str]) -> None:
    """Make keys for rows about to be written, marked with how far the log went when the transaction began."""
    transaction.keys.create_many(key_ids, LogStore(transaction).state(transaction.begun))


def _superseding(loaded: Loaded[T], mark: Callable[[T], T]) -> Loaded[T]:
    """Mark the versions in whose place a later one stands."""
    if all(stored.version == 1 for stored in loaded.rows):
        return loaded
    newest: dict[str, int] = {}
    for stored in loaded.rows:
        newest[stored.key] = max(stored.version, newest.get(stored.key, 0))
    marked = [
        stored if stored.version == newest[stored.key] else stored._replace(noun=mark(stored.noun))
        for stored in loaded.rows
    ]
    return Loaded(marked, loaded.damaged)


class SubmissionRepository(Repository[Document]):
    """Submissions, each sealed under a key of its own that also seals its quarantined rows.

    Args:
        transaction: The transaction all this happens in.
    """

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, SUBMISSIONS)

    def _prepare(self, nouns: Sequence[Document]) -> None:
        known = self._newest_versions([noun.key for noun in nouns])
        fresh = {submission_key(noun.key) for noun in nouns if noun.key not in known}
        if fresh:
            _make_keys(self._transaction, sorted(fresh))

"""Units of work: one transaction with its repositories and its log; what is not committed never was."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Generic, Self, TypeVar

from bnl.crypto.aead import DataKey
from bnl.domain.commitment import RowWrite
from bnl.errors import BnlError
from bnl.storage import kinds
from bnl.storage.engine import translated
from bnl.storage.log_store import LogStore
from bnl.storage.record_repository import RecordRepository, SubmissionRepository
from bnl.storage.repository import OwnedRepository, Repository
from bnl.storage.store import Store
from bnl.storage.transaction import Transaction

R = TypeVar("R")


class _Made(Generic[R]):
    """An attribute made when it is first asked for: most units use few of their repositories."""

    def __init__(self, make: Callable[[Transaction], R]) -> None:
        self._make = make

    def __set_name__(self, owner: type[ReadUnit], name: str) -> None:
        self._name = name

    def __get__(self, unit: ReadUnit, owner: type[ReadUnit]) -> R:
        made = unit.__dict__[self._name] = self._make(unit.transaction)
        return made


class ReadUnit:
    """One consistent view of the store, for reading only. Use it in a ``with`` statement.

    Its repositories and its log are attributes named for what they hold; `open_keys` opens data keys.

    Args:
        store: The store.
    """

    _writing = False
    agencies = _Made(lambda t: Repository(t, kinds.AGENCIES))
    agreements = _Made(lambda t: Repository(t, kinds.AGREEMENTS))
    records = _Made(lambda t: RecordRepository(t))
    grants = _Made(lambda t: OwnedRepository(t, kinds.GRANTS, lambda noun: noun.record_id))
    endings = _Made(lambda t: OwnedRepository(t, kinds.ENDINGS, lambda noun: noun.parent))
    events = _Made(lambda t: OwnedRepository(t, kinds.EVENTS, lambda noun: noun.record_id))
    vitals = _Made(lambda t: OwnedRepository(t, kinds.VITALS, lambda noun: noun.parent))
    memberships = _Made(lambda t: OwnedRepository(t, kinds.MEMBERSHIPS, lambda noun: noun.record_id))
    judgements = _Made(lambda t: Repository(t, kinds.JUDGEMENTS))
    links = _Made(lambda t: Repository(t, kinds.LINKS))
    submissions = _Made(lambda t: SubmissionRepository(t))
    quarantine = _Made(lambda t: OwnedRepository(t, kinds.QUARANTINE, lambda noun: noun.parent))
    tasks = _Made(lambda t: Repository(t, kinds.TASKS))
    returns = _Made(lambda t: Repository(t, kinds.RETURNS))
    receipts = _Made(lambda t: Repository(t, kinds.RECEIPTS))
    tombstones = _Made(lambda t: Repository(t, kinds.TOMBSTONES))
    models = _Made(lambda t: Repository(t, kinds.MODELS))

    def __init__(self, store: Store) -> None:
        self._store = store
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            connection = exits.enter_context(self._store.connection(writing=self._writing))
            transaction = Transaction(connection, self._store.keyring, writing=self._writing)
            self._begin(transaction)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def _begin(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.log = LogStore(transaction)
        transaction.sequence = transaction.begun = self.log.head(lock=self._writing).size

    @property
    def position(self) -> int:
        """How many entries the log has, as this unit sees it."""
        return self.transaction.sequence

    def open_keys(self, key_ids: Collection[str]) -> dict[str, DataKey]:
        """Open data keys; those that this unit of work sealed rows with are open already.

        Args:
            key_ids: Their ids; those without a key are left out.

        Returns:
            Keys by id.

        Raises:
            Corrupt: A stored key was altered.
        """
        return self.transaction.keys.open_many(key_ids)


class UnitOfWork(ReadUnit):
    """One change of the store: rows and the log entries that answer for them are committed together.

    Rows are written first, then `take_writes` gives what the next entry must name, then the entry is appended
    to a log over `log`, and so on for further entries; `commit` ends it. Leaving without undoes everything.

    Args:
        store: The store; other writers wait until this unit is left.
    """

    _writing = True
    _ending = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        # Once a commit was tried the rows may stand, whatever the database answered; a sweep tells later.
        if not self._ending:
            with suppress(BnlError):
                self.transaction.keys.destroy_made()

    @property
    def next_sequence(self) -> int:
        """Sequence of the entry that will answer for the rows written now."""
        return self.transaction.sequence

    def take_writes(self) -> tuple[RowWrite, ...]:
        """Return the rows written and removed since they were last taken, for the entry to be appended."""
        return self.transaction.take()

    def commit(self) -> None:
        """Make everything durable.

        Raises:
            StorageError: A row is not answered for by an entry, or the database refused; nothing is stored.
        """
        self.transaction.require_settled()
        self._ending = True
        with translated():
            self.transaction.connection.commit()
        self.transaction.writing = False
        # What is committed stays so: a key that cannot be settled now is when the register is next opened.
        with suppress(BnlError):
            self.transaction.keys.settle_made()

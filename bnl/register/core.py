"""What every use case works with: the store, the keys, the clock and the snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from bnl.consent.compiled import CompiledPerson, compile_person
from bnl.consent.policy import Asked, Policy, compile_policy
from bnl.crypto.keyring import Keyring
from bnl.domain.actor import Actor
from bnl.domain.identifiers import PersonId, RecordId
from bnl.domain.vocabulary import Action, Purpose
from bnl.matching.fitted import Fitted
from bnl.matching.index import Index
from bnl.matching.linker import Linker
from bnl.register.clock import Clock
from bnl.register.county_events import CountyEvents
from bnl.register.default_model import default_model
from bnl.register.facts import person_facts
from bnl.register.handles import HandleBook
from bnl.register.journal import Journal
from bnl.register.match_index import MatchIndex
from bnl.register.seen_events import SeenEvents
from bnl.register.snapshot import Snapshot
from bnl.register.tombstones import references_in_log
from bnl.storage.codec import collecting_paused
from bnl.storage.documents import Blob
from bnl.storage.keys import SYSTEM_HANDLES
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork

MODEL = "person_model"


class Core:
    """The state behind a register; use cases read and change it, nothing shows it.

    Args:
        store: The open database.
        keyring: Opens the keys.
        clock: Gives the time.
        origin: Name of the log.
    """

    def __init__(self, store: Store, keyring: Keyring, clock: Clock, origin: str) -> None:
        self.store = store
        self.keyring = keyring
        self.clock = clock
        self.snapshot = Snapshot()
        self.journal = Journal(keyring, clock, origin)
        self.handles = HandleBook(keyring.get(SYSTEM_HANDLES), self.snapshot)
        self.county_events = CountyEvents()
        self.seen_events = SeenEvents()
        self.lock = threading.RLock()
        self._commits = threading.local()
        self._learned: list[Callable[[], None]] = []
        self._fitted: Fitted | None = None
        self._match_index: MatchIndex | None = None
        self._policy: tuple[int, Policy] | None = None
        self._compiled: dict[PersonId, CompiledPerson] = {}

    def refresh(self, *, events: bool = False) -> Snapshot:
        """Bring the snapshot up to the newest committed state.

        Args:
            events: Also the events, for lists and timelines.

        Returns:
            The snapshot.
        """
        # Keys opened for reading go with the unit, before cycles are looked for again.
        with self.lock, collecting_paused(), ReadUnit(self.store) as unit:
            self._bring_up(unit, events=events)
        return self.snapshot

    @contextmanager
    def change(self, *, events: bool = False) -> Iterator[UnitOfWork]:
        """Open a unit of work with the snapshot brought up to it under the writer's lock.

        The use case writes its rows and its entry; leaving signs a checkpoint and commits, and takes what was
        written into the snapshot. An exception rolls everything back.

        Args:
            events: Also bring the events up to date.
        """
        with self.lock:
            self._learned.clear()
            with UnitOfWork(self.store) as uow:
                self._bring_up(uow, events=events)
                rows = self.journal.rows
                yield uow
                self.journal.checkpoint(uow)
                uow.commit()
                self._commits.count = self.commits + 1
                position, changed = uow.position, self.journal.rows != rows
            if changed and not self._learned:
                self.refresh(events=events)
                return
            # The writer's lock was held: nothing but this unit's own rows came in between.
            for learn in self._learned:
                learn()
            self.snapshot.position = position

    def _bring_up(self, unit: ReadUnit, *, events: bool) -> None:
        with collecting_paused():
            self.snapshot.refresh(unit)
            if events:
                self.snapshot.refresh_events(unit)
        if self.snapshot.lost_tombstones:
            self.snapshot.tombstones |= references_in_log(unit)
            self.snapshot.lost_tombstones = False
        buried = self.snapshot.take_buried()
        if buried:
            self.snapshot.keep_submissions({stored.key for stored in unit.submissions.since(0).rows})
            self._forget(buried)

    def _forget(self, buried: Iterable[RecordId]) -> None:
        """Drop whatever was opened from erased records; values live on in models and indexes, so both go."""
        for record_id in buried:
            self.handles.forget(record_id)
        self.keyring.purge()
        self._compiled.clear()
        self.county_events, self.seen_events = CountyEvents(), SeenEvents()
        self._fitted, self._match_index = None, None

    @property
    def commits(self) -> int:
        """How many units of work this thread has committed."""
        return getattr(self._commits, "count", 0)

    def learn(self, learn: Callable[[], None]) -> None:
        """Say how the snapshot takes in what the open unit of work wrote, once it is committed.

        A use case that says so answers for every row it wrote; it spares reading them back.
        """
        self._learned.append(learn)

    def index(self, unit: ReadUnit) -> Index:
        """Return the index of every record's identity, as current as the snapshot; filled on first use."""
        if self._match_index is None:
            self._match_index = MatchIndex(Linker(fitted=self._stored_model(unit) or default_model()))
        with collecting_paused():
            return self._match_index.bring_up(self.snapshot)

    def keep_model(self, uow: UnitOfWork, fitted: Fitted) -> None:
        """Store a newly fitted model, sealed, for it knows names; weigh by it from now on."""
        held = self._stored_model(uow)
        if held is None or held.version != fitted.version:
            uow.models.add_many([Blob(key=MODEL, data=fitted.to_json().encode())])
            self._fitted, self._match_index = fitted, None

    def unlearn(self, uow: UnitOfWork) -> None:
        """Replace a fitted model, which knows names, by the packaged one until the next dedup job."""
        if self._stored_model(uow) is not None:
            fitted = default_model()
            uow.models.add_many([Blob(key=MODEL, data=fitted.to_json().encode())])
            uow.models.delete_superseded([MODEL])
            self._fitted, self._match_index = fitted, None

    def _stored_model(self, unit: ReadUnit) -> Fitted | None:
        blob = unit.models.get(MODEL) if self._fitted is None else None
        if blob is not None:
            self._fitted = Fitted.from_json(blob.data.decode())
        return self._fitted

    def may(self, actor: Actor, action: Action, purpose: Purpose) -> bool:
        """Tell whether any clause in force covers an actor's action and purpose, whoever it is about."""
        asked = Asked(actor.agency_id, actor.role, action, purpose)
        return bool(self.policy.lens(asked, self.clock()).clauses)

    @property
    def policy(self) -> Policy:
        """The agreements and agencies as compiled for decisions."""
        snapshot = self.snapshot
        stamp = snapshot.rules
        if self._policy is None or self._policy[0] != stamp:
            policy = compile_policy(snapshot.agreements.values(), snapshot.agencies)
            self._policy = (stamp, policy)
            self._compiled.clear()
        return self._policy[1]

    def compiled(self, person_id: PersonId) -> CompiledPerson:
        """Return what decisions about a person need, compiled once per change."""
        policy = self.policy
        for touched in self.snapshot.take_touched():
            self._compiled.pop(touched, None)
        found = self._compiled.get(person_id)
        if found is None:
            found = compile_person(person_facts(self.snapshot, person_id), policy)
            self._compiled[person_id] = found
        return found

"""The journal: writes the audit entry of every call, in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from bnl.audit.checkpoint import Checkpoint, sign_checkpoint
from bnl.audit.log import Log
from bnl.audit.notes import LogKey
from bnl.audit.subjects import subjects_root
from bnl.crypto.keyring import Keyring
from bnl.crypto.signing import Signer
from bnl.domain.actor import Actor
from bnl.domain.audit import (
    MAX_GRANTS,
    MAX_ROWS,
    AuditEntry,
    Decision,
    SubjectRow,
    instant_text,
)
from bnl.domain.identifiers import AgencyId, RecordId, UserId
from bnl.domain.vocabulary import Role
from bnl.register.clock import Clock
from bnl.storage.keys import SYSTEM_LOG, record_key
from bnl.storage.unit_of_work import UnitOfWork

T = TypeVar("T")

REGISTER_ACTOR = Actor(agency_id=AgencyId("register"), user_id=UserId("register"), role=Role.SYSTEM)
"""The register itself, acting under clauses of purpose linkage and statistics."""


class Act(NamedTuple):
    """What an entry tells of an act.

    Args:
        action: Code of what was done.
        purpose: Code of why; empty for acts on no personal data.
        basis: Code of the lawful basis; empty likewise.
        decision: ``permit``, ``deny`` or ``partial``.
        grants: Ids of the clauses and grants that decided.
        subjects: Field mask per source record concerned.
        details: Further codes, opaque ids and integers; never personal data.
    """

    action: str
    purpose: str = ""
    basis: str = ""
    decision: Decision = "permit"
    grants: Iterable[str] = ()
    subjects: Mapping[RecordId, int] = {}
    details: Mapping[str, str | int] = {}


class Journal:
    """Appends entries to the log of a register and signs its checkpoints.

    Args:
        keyring: Opens the keys of records and the key the log is signed with.
        clock: Gives the time of entries.
        origin: Name of the log, which witnesses know it by.
    """

    def __init__(self, keyring: Keyring, clock: Clock, origin: str) -> None:
        self._clock = clock
        self.rows = 0
        self._signer = Signer(keyring.get(SYSTEM_LOG).derive("signing"))
        self.log_key = LogKey(origin, self._signer.public)

    def write(
        self,
        uow: UnitOfWork,
        actor: Actor,
        act: Act,
    ) -> int:
        """Append the entry of an act, and of all rows the unit has written since the last one.

        Args:
            uow: The open unit of work; the caller commits it.
            actor: Who acted.
            act: What was done.

        Returns:
            Sequence of the entry (of the last one, where more rows or grants than fit made it several).
        """
        rows = uow.take_writes()
        self.rows += len(rows)
        log = Log(uow.log)
        head = log.begin()
        time = max(instant_text(self._clock()), head.last_time)
        sequence = head.size
        subjects = _subject_rows(uow, sequence, act.subjects)
        entries = []
        grants = sorted(set(act.grants))
        parts = zip_longest(_parts(rows, MAX_ROWS), _parts(grants, MAX_GRANTS), fillvalue=())
        for place, (some_rows, some_grants) in enumerate(parts):
            first = place == 0
            entries.append(
                AuditEntry(
                    sequence=sequence + place,
                    time=time,
                    actor=actor.user_id,
                    agency=actor.agency_id,
                    action=act.action,
                    purpose=act.purpose,
                    lawful_basis=act.basis,
                    decision=act.decision,
                    grants=some_grants,
                    rows=some_rows,
                    subjects_root=subjects_root(subjects if first else []),
                    subject_count=len(subjects) if first else 0,
                    details=dict(act.details) if first else {"continues": sequence},
                )
            )
        log.append(entries)
        uow.log.add_subjects(subjects)
        return sequence + len(entries) - 1

    def checkpoint(self, uow: UnitOfWork) -> str:
        """Sign where the log stands, at the end of a unit of work.

        Returns:
            The signed note.
        """
        log = Log(uow.log)
        size = log.head().size
        note = sign_checkpoint(Checkpoint(self.log_key.name, size, log.root()), self._signer)
        uow.log.add_checkpoint(size, note)
        return note


def _subject_rows(uow: UnitOfWork, sequence: int, subjects: Mapping[RecordId, int]) -> list[SubjectRow]:
    opened = uow.open_keys([record_key(record_id) for record_id in subjects])
    made = [
        (opened[record_key(record_id)].keyed_hash("subject", str(sequence)), mask)
        for record_id, mask in subjects.items()
        if record_key(record_id) in opened
    ]
    # Sorted by pseudonym, so that the order of the rows tells nothing about the records.
    return [
        SubjectRow(sequence=sequence, position=place, pseudonym=pseudonym, fields=mask)
        for place, (pseudonym, mask) in enumerate(sorted(made))
    ]


def _parts(items: Sequence[T], most: int) -> list[tuple[T, ...]]:
    return [tuple(items[at : at + most]) for at in range(0, max(len(items), 1), most)]

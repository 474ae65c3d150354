"""A damaged file: no single changed byte of a database goes unnoticed and changes what is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bnl.audit.checkpoint import Checkpoint, Trust, sign_checkpoint
from bnl.audit.log import Log
from bnl.audit.merkle import Node
from bnl.audit.notes import LogKey
from bnl.audit.projection import StoredRow
from bnl.audit.subjects import subjects_root
from bnl.audit.verifier import LogImage, verify_log
from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore
from bnl.crypto.provider import CallableKeyProvider
from bnl.crypto.signing import Signer
from bnl.domain.audit import AuditEntry, SubjectRow, instant_text
from bnl.errors import BnlError
from bnl.storage import engine, rows
from bnl.storage.engine import translated
from bnl.storage.migrate import migrate
from bnl.storage.record_documents import RecordDocument
from bnl.storage.store import Store, fit_keys
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import NOW, add_one_of_each, append, event, record

ORIGIN = "county.example/register"
SIGNER = Signer(bytes(range(32)))
TRUST = Trust(LogKey(ORIGIN, SIGNER.public))
PAGE_BYTES = 1_024
STEP = 997
REPOSITORIES = [
    "agencies",
    "agreements",
    "records",
    "grants",
    "endings",
    "events",
    "vitals",
    "memberships",
    "judgements",
    "links",
    "submissions",
    "quarantine",
    "tasks",
    "returns",
    "receipts",
    "tombstones",
    "models",
]


class Outcome(NamedTuple):
    """What reading everything gave.

    Args:
        content: All that was read.
        noticed: Whether a check told of damage.
    """

    content: dict[str, Any]
    noticed: bool


def keyring() -> Keyring:
    return Keyring(CallableKeyProvider(lambda: 1, lambda _version: b"k" * 32), MemoryKeyStore())


def append_with_subjects(uow: UnitOfWork) -> None:
    subjects = [
        SubjectRow(
            sequence=uow.next_sequence, position=at, pseudonym=bytes([at] * 32), fields=at, sealed=b"part"
        )
        for at in range(3)
    ]
    entry = AuditEntry(
        sequence=uow.next_sequence,
        time=instant_text(NOW),
        actor="usr_9",
        agency="river-house",
        action="view",
        subjects_root=subjects_root(subjects),
        subject_count=len(subjects),
    )
    uow.log.add_subjects(subjects)
    Log(uow.log).append([entry])


class Reader:
    """Opens, verifies and reads a database file again and again, as a process that opens it anew would.

    Args:
        path: The file.
        ring: Its keyring.
    """

    def __init__(self, path: Path, ring: Keyring) -> None:
        self._path = path
        self._ring = ring
        self._store: Store | None = None

    def read(self, content: bytes) -> Outcome:
        """Put a content into the file and read everything.

        Raises:
            BnlError: It cannot be read.
        """
        self.close()
        self._path.write_bytes(content)
        if self._store is None:
            self._store = Store.open(f"sqlite:///{self._path}", self._ring)
        else:
            with self._store.connection(writing=True) as connection, translated():
                migrate(connection)
                fit_keys(connection, self._ring)
        with ReadUnit(self._store) as unit:
            return read_everything(unit, noticed=bool(self._store.damaged_structure()))

    def close(self) -> None:
        """Close the file and remove what lies beside it."""
        if self._store is not None:
            self._store.close()
        for left in self._path.parent.glob(f"{self._path.name}*"):
            left.unlink()


def read_everything(unit: ReadUnit, *, noticed: bool) -> Outcome:
    notes = [note for _, note in unit.log.checkpoints()]
    image = LogImage(
        leaves=unit.log.all_leaves(),
        head=unit.log.head(lock=False),
        nodes=(Node(*node) for node in unit.log.nodes()),
        rows=(StoredRow(*row[:5]) for row in rows.iterate(unit)),
        subjects=unit.log.subjects(),
    )
    report = verify_log(image, TRUST, notes)
    noticed |= not report.sound
    content: dict[str, Any] = {}
    for name in REPOSITORIES:
        loaded = getattr(unit, name).since(0)
        content[name] = loaded.rows
        noticed |= bool(loaded.damaged)
    opened = unit.records.documents_since()
    content["documents"] = [
        held.noun.record() if isinstance(held.noun, RecordDocument) else held.noun for held in opened.rows
    ]
    noticed |= bool(opened.damaged)
    content["record"] = unit.records.get("rec_b")
    content["owned"] = unit.events.of(["rec_a"])
    content["log"] = (report.size, report.root, report.checkpoints)
    return Outcome(content, noticed)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PRAGMAS", (*engine._PRAGMAS, "PRAGMA synchronous=OFF"))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Keyring]:
    """A small database with a row in every table, and its keyring."""
    path = tmp_path_factory.mktemp("flips") / "original.db"
    ring = keyring()
    store = Store.open(f"sqlite:///{path}", ring)
    with UnitOfWork(store) as uow:
        add_one_of_each(uow)
        append(uow)
        for at in range(6):
            uow.records.add(record(f"rec_{at}"))
            uow.events.add(event(f"evt_{at}"))
            append(uow)
        append_with_subjects(uow)
        log = Log(uow.log)
        checkpoint = Checkpoint(ORIGIN, uow.position, log.root())
        uow.log.add_checkpoint(checkpoint.size, sign_checkpoint(checkpoint, SIGNER))
        uow.commit()
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        connection.execute("VACUUM")
    connection.close()
    return path, ring


@pytest.fixture
def reader(original: tuple[Path, Keyring], tmp_path: Path) -> Iterator[Reader]:
    made = Reader(tmp_path / "damaged.db", original[1])
    yield made
    made.close()


def silent_flips(content: bytes, reader: Reader, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Flip one byte after another; return those that changed what is read and were not noticed."""
    intact = reader.read(content)
    assert not intact.noticed
    silent = []
    for place, mask in places:
        try:
            outcome = reader.read(content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :])
        except BnlError:
            continue
        if not outcome.noticed and outcome.content != intact.content:
            silent.append((place, mask))
    return silent


def test_the_intact_file_reads_clean(original: tuple[Path, Keyring], reader: Reader) -> None:
    content = original[0].read_bytes()
    assert len(content) >= 64 * 1_024
    for _ in range(2):
        outcome = reader.read(content)
        assert not outcome.noticed
        assert all(outcome.content[name] for name in REPOSITORIES)
        assert outcome.content["log"][0] == 8
        assert outcome.content["log"][2] == 1


def test_no_flip_among_a_sample_is_silent(original: tuple[Path, Keyring], reader: Reader) -> None:
    content = original[0].read_bytes()
    places = [(place, 1 << place // STEP % 8) for place in range(7, len(content), STEP)]
    assert silent_flips(content, reader, places) == []


@pytest.mark.long
@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_no_flip_of_any_byte_is_silent(original: tuple[Path, Keyring], reader: Reader, mask: int) -> None:
    content = original[0].read_bytes()
    assert silent_flips(content, reader, [(place, mask) for place in range(len(content))]) == []

"""The verifier: finds every kind of damage, says where, and finds none where there is none."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from bnl.audit import report as report_module
from bnl.audit import verifier as verifier_module
from bnl.audit.checkpoint import Trust
from bnl.audit.entry import encode
from bnl.audit.log import Log
from bnl.audit.merkle import EMPTY_ROOT, Node, leaf_hash
from bnl.audit.projection import StoredRow
from bnl.audit.report import Fault, Finding, Report
from bnl.audit.subjects import SubjectTuple
from bnl.audit.verifier import LogImage, verify_log
from bnl.crypto.signing import Signer
from bnl.domain.audit import AuditEntry, Head
from bnl.domain.commitment import RowWrite, canonical_row, row_commitment
from tests.audit import merkle_reference as reference
from tests.audit.note_keys import LOG_KEY, TRUST, WITNESS_KEYS, cosigned, signed
from tests.audit_entries import entry, with_subjects
from tests.audit_store import MemoryLogStore

SIZE = 600
CHECKED_SIZES = (0, 1, 100, 256, 599, SIZE)


class Register:
    """A log with rows, subjects and checkpoints, that lies open to be damaged."""

    def __init__(self, size: int = SIZE) -> None:
        self.store = MemoryLogStore()
        self.rows: list[StoredRow] = []
        self.subjects: list[SubjectTuple] = []
        log = Log(self.store)
        log.append([self._entry(sequence) for sequence in range(size)])
        self.checkpoints = [signed(at, log.root(at)) for at in CHECKED_SIZES if at <= size]

    def _entry(self, sequence: int) -> AuditEntry:
        if sequence % 10 == 3:
            made, subjects = with_subjects(sequence, 2)
            self.subjects += [(s.sequence, s.position, s.pseudonym, s.fields, s.sealed) for s in subjects]
            return made
        if sequence % 10 == 5:
            row = StoredRow("record", f"rec_{sequence}", 1, b"s" * 16, canonical_row([("n", sequence)]))
            self.rows.append(row)
            hashed = row_commitment(row.table, row.key, row.version, row.salt, row.stored)
            return entry(sequence, rows=[RowWrite(row.table, row.key, row.version, hashed)])
        return entry(sequence)

    def image(self) -> LogImage:
        nodes = [Node(level, position, hashed) for (level, position), hashed in self.store.nodes.items()]
        return LogImage(self.store.stored, self.store.row, nodes, self.rows, self.subjects)

    def verify(self) -> Report:
        return verify_log(self.image(), TRUST, self.checkpoints)

    def faults(self) -> list[tuple[Fault, str]]:
        return [(finding.fault, finding.where) for finding in self.verify().findings]

    def replace(self, sequence: int, leaf: bytes, hashed: bytes | None = None) -> None:
        self.store.stored[sequence] = (sequence, leaf, leaf_hash(leaf) if hashed is None else hashed)


@pytest.fixture
def register() -> Register:
    return Register()


def test_a_sound_register_has_no_findings(register: Register) -> None:
    report = register.verify()
    assert report == Report(SIZE, Log(register.store).root(), 6, SIZE, 60, (), 0)
    assert report.sound


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257])
def test_logs_of_any_size_are_sound(size: int) -> None:
    register = Register(size)
    report = register.verify()
    assert (report.size, report.sound, report.covered) == (
        size,
        True,
        max(at for at in CHECKED_SIZES if at <= size),
    )
    assert report.root == reference.tree_hash([leaf for _, leaf, _ in register.store.stored])


def test_chunks_do_not_matter(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = register.verify()
    monkeypatch.setattr(verifier_module, "_CHUNK", 7)
    assert register.verify() == whole


def test_an_image_without_tables_is_verified_as_far_as_it_goes(register: Register) -> None:
    report = verify_log(LogImage(iter(register.store.stored)), TRUST, register.checkpoints)
    assert report.sound
    assert (report.size, report.rows, report.checkpoints) == (SIZE, 0, 6)
    assert verify_log(LogImage([]), TRUST) == Report(0, EMPTY_ROOT, 0, 0, 0, (), 0)


@pytest.mark.parametrize("sequence", [0, 1, 99, 100, 255, 256, 598, 599])
def test_an_entry_with_a_changed_byte_is_found(register: Register, sequence: int) -> None:
    leaf = register.store.stored[sequence][1].replace(b"user_7", b"user_8")
    register.replace(sequence, leaf, register.store.stored[sequence][2])
    what = "its bytes do not give its stored hash"
    assert register.verify().findings[0] == Finding(Fault.ENTRY_CHANGED, f"entry {sequence}", what, sequence)
    found = register.faults()
    later = [at for at in CHECKED_SIZES if at > sequence]
    contradicted = {where for fault, where in found if fault is Fault.CHECKPOINT_CONTRADICTED}
    assert contradicted == {f"checkpoint of size {at}" for at in later}


def test_an_entry_changed_with_its_hash_is_found_by_tree_and_checkpoint(register: Register) -> None:
    register.replace(120, encode(entry(120, actor="user_8")))
    report = register.verify()
    assert [tuple(finding) for finding in report.findings] == [
        (Fault.NODE_DAMAGED, "node 0 of level 8", "does not fit entries 0 to 255", None),
        (
            Fault.CHECKPOINT_CONTRADICTED,
            "checkpoint of size 256",
            "not the log that was signed: changed among entries 100 to 255",
            None,
        ),
        (
            Fault.CHECKPOINT_CONTRADICTED,
            "checkpoint of size 599",
            "not the log that was signed: changed among entries 100 to 598",
            None,
        ),
        (
            Fault.CHECKPOINT_CONTRADICTED,
            "checkpoint of size 600",
            "not the log that was signed: changed among entries 100 to 599",
            None,
        ),
        (Fault.HEAD_DAMAGED, "head row, frontier", "does not fit the entries", None),
    ]
    assert report.covered == 100


def test_the_last_node_level_tells_the_entries_it_spans(register: Register) -> None:
    register.replace(300, encode(entry(300, actor="user_8")))
    first = register.verify().findings[0]
    assert first.what == "does not fit entries 256 to 511"


@pytest.mark.parametrize("sequence", [0, 50, 255, 599])
def test_a_deleted_entry_is_found(register: Register, sequence: int) -> None:
    del register.store.stored[sequence]
    found = register.verify().findings
    if sequence < SIZE - 1:
        missing = Finding(Fault.ENTRY_MISSING, f"entry {sequence}", "not there", sequence)
        assert missing in found
    assert any(finding.fault is Fault.LOG_TRUNCATED for finding in found)
    assert any(finding.where == "head row, size" for finding in found)


def test_several_deleted_entries_are_told_together(register: Register) -> None:
    del register.store.stored[50:60]
    assert (Fault.ENTRY_MISSING, "entries 50 to 59") in register.faults()


def test_a_repeated_entry_is_found(register: Register) -> None:
    register.store.stored.insert(51, register.store.stored[50])
    finding = Finding(Fault.ENTRY_REPEATED, "entry 50", "stands twice or out of order", 50)
    assert finding in register.verify().findings


def test_swapped_entries_are_found(register: Register) -> None:
    one, other = register.store.stored[50], register.store.stored[51]
    register.store.stored[50] = (50, *other[1:])
    register.store.stored[51] = (51, *one[1:])
    found = register.verify().findings
    assert Finding(Fault.ENTRY_MOVED, "entry 50", "holds entry 51", 50) in found
    assert Finding(Fault.ENTRY_MOVED, "entry 51", "holds entry 50", 51) in found
    assert Finding(Fault.TIME_DECREASED, "entry 51", "timed before the entry that precedes it", 51) in found


def test_an_inserted_entry_is_found(register: Register) -> None:
    leaf = encode(entry(SIZE))
    register.store.stored.append((SIZE, leaf, leaf_hash(leaf)))
    assert register.faults() == [
        (Fault.HEAD_DAMAGED, "head row, size"),
        (Fault.HEAD_DAMAGED, "head row, frontier"),
        (Fault.HEAD_DAMAGED, "head row, last_time"),
    ]


@pytest.mark.parametrize("leaf", [b"", b"{}", b"\xff", b"x" * 70_000])
def test_a_leaf_that_is_no_entry_is_found(register: Register, leaf: bytes) -> None:
    register.replace(50, leaf)
    finding = Finding(Fault.ENTRY_MALFORMED, "entry 50", "not an entry in canonical form", 50)
    assert finding in register.verify().findings


@pytest.mark.parametrize("leaf", [None, "text", 5, 1.5])
def test_a_leaf_of_another_type_is_found(register: Register, leaf: bytes) -> None:
    register.store.stored[50] = (50, leaf, register.store.stored[50][2])
    found = register.faults()
    assert (Fault.ENTRY_CHANGED, "entry 50") in found
    assert (Fault.ENTRY_MALFORMED, "entry 50") in found


def test_time_that_goes_back_is_found_though_all_else_fits() -> None:
    """As an operator would leave it who rebuilt the whole log: no checkpoint contradicts."""
    store, leaves = MemoryLogStore(), [encode(entry(0)), encode(entry(1)), encode(entry(2))]
    leaves[1] = encode(entry(1, time="2026-01-31T08:59:59.999999Z"))
    store.stored = [(at, leaf, leaf_hash(leaf)) for at, leaf in enumerate(leaves)]
    report = verify_log(LogImage(store.stored), TRUST)
    assert [(finding.fault, finding.sequence) for finding in report.findings] == [(Fault.TIME_DECREASED, 1)]


def test_equal_times_are_no_fault() -> None:
    leaf = [encode(entry(at, time="2026-01-31T09:00:00.000000Z")) for at in range(3)]
    assert verify_log(LogImage([(at, leaf[at], leaf_hash(leaf[at])) for at in range(3)]), TRUST).sound


Damage = Callable[[MemoryLogStore], object]


@pytest.mark.parametrize(
    ("damage", "where", "what"),
    [
        pytest.param(lambda store: store.nodes.pop((8, 1)), "node 1 of level 8", "not stored", id="deleted"),
        pytest.param(
            lambda store: store.nodes.update({(8, 1): b"h" * 32}),
            "node 1 of level 8",
            "does not fit entries 256 to 511",
            id="changed",
        ),
        pytest.param(
            lambda store: store.nodes.update({(8, 2): b"h" * 32}),
            "node 2 of level 8",
            "does not belong to the log",
            id="added",
        ),
    ],
)
def test_a_damaged_node_is_found(register: Register, damage: Damage, where: str, what: str) -> None:
    damage(register.store)
    assert register.verify().findings == (Finding(Fault.NODE_DAMAGED, where, what),)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"size": 601}, "size", id="size"),
        pytest.param({"frontier": b"h" * 32}, "frontier", id="frontier"),
        pytest.param({"last_time": "2026-01-31T09:00:00.000000Z"}, "last_time", id="time"),
        pytest.param({"size": "600"}, "size", id="size-a-text"),
        pytest.param({"frontier": None}, "frontier", id="frontier-none"),
    ],
)
def test_a_damaged_head_is_found(register: Register, change: dict[str, object], field: str) -> None:
    register.store.row = Head(*({**register.store.row._asdict(), **change}.values()))
    finding = Finding(Fault.HEAD_DAMAGED, f"head row, {field}", "does not fit the entries")
    assert register.verify().findings == (finding,)


def test_every_damaged_row_is_found(register: Register) -> None:
    deleted = register.rows.pop(5)
    register.rows[7] = register.rows[7]._replace(stored=b"")
    report = register.verify()
    changed = register.rows[7]
    assert report.rows == 59
    assert report.findings == (
        Finding(Fault.ROW_DAMAGED, f"table record, row {changed.key}", "changed", 85),
        Finding(Fault.ROW_DAMAGED, f"table record, row {deleted.key}", "missing", 55),
    )


def test_a_log_that_gives_a_row_the_same_version_twice_is_found() -> None:
    rows = [RowWrite("record", "rec_a", 1, b"c" * 32)]
    leaves = [encode(entry(at, rows=rows)) for at in range(2)]
    image = LogImage([(at, leaf, leaf_hash(leaf)) for at, leaf in enumerate(leaves)], rows=[])
    found = verify_log(image, TRUST).findings
    place = "table record, row rec_a"
    assert found == (
        Finding(Fault.ROW_DAMAGED, place, "log_order", 1),
        Finding(Fault.ROW_DAMAGED, place, "missing", 1),
    )
    assert verify_log(image._replace(rows=None), TRUST).sound


def test_damaged_subjects_are_found(register: Register) -> None:
    del register.subjects[3]
    assert register.verify().findings == (
        Finding(Fault.SUBJECTS_DAMAGED, "subjects of entry 13", "1 of 2 missing", 13),
    )


def test_a_truncated_log_is_found(register: Register) -> None:
    """With head, nodes, rows and subjects cut back as well, only the later checkpoints tell."""
    shorter = Register(598)
    report = verify_log(shorter.image(), TRUST, register.checkpoints)
    assert [tuple(finding) for finding in report.findings] == [
        (
            Fault.LOG_TRUNCATED,
            f"checkpoint of size {size}",
            f"the log has 598 entries, but was signed with {size}",
            None,
        )
        for size in (599, 600)
    ]
    assert report.covered == 256


def test_checkpoints_that_are_not_the_logs_are_found(register: Register) -> None:
    good = register.checkpoints[3]
    forged = signed(256, b"f" * 32, Signer(bytes(32)))
    damaged: Any = None
    register.checkpoints = [forged, good, "nonsense", damaged]
    report = register.verify()
    assert [(finding.fault, finding.where) for finding in report.findings] == [
        (Fault.CHECKPOINT_INVALID, "checkpoint 0"),
        (Fault.CHECKPOINT_INVALID, "checkpoint 2"),
        (Fault.CHECKPOINT_INVALID, "checkpoint 3"),
    ]
    assert (report.checkpoints, report.covered) == (1, 256)
    assert report.findings[0].what == "The checkpoint is not signed by the log."


def test_how_far_a_witness_vouches_is_told_beside_how_far_the_log_does(register: Register) -> None:
    """The log's own signature stops nobody who holds its key: what no witness saw may be a history anew."""
    trust = Trust(LOG_KEY, WITNESS_KEYS)
    register.checkpoints[2] = cosigned(register.checkpoints[2], 0)
    register.checkpoints[3] = cosigned(register.checkpoints[3], 1, 2)
    report = verify_log(register.image(), trust, register.checkpoints)
    assert (report.sound, report.covered, report.cosigned) == (True, SIZE, 256)
    assert verify_log(register.image(), TRUST, register.checkpoints).cosigned == 0
    register.replace(120, encode(entry(120, actor="user_8")))
    assert verify_log(register.image(), trust, register.checkpoints).cosigned == 100


def test_a_log_that_fits_no_checkpoint_may_be_changed_from_its_first_entry(register: Register) -> None:
    register.checkpoints = [signed(256, b"f" * 32)]
    (finding,) = register.verify().findings
    assert finding.what == "not the log that was signed: changed among entries 0 to 255"


def test_checkpoints_may_come_in_any_order_and_twice(register: Register) -> None:
    register.checkpoints = [*register.checkpoints[::-1], register.checkpoints[2]]
    report = register.verify()
    assert (report.sound, report.checkpoints, report.covered) == (True, 7, SIZE)


def test_a_fork_is_found_at_the_first_checkpoint_it_contradicts() -> None:
    """Two histories that part at entry 110, each signed by the log: the other's checkpoints do not fit."""
    ours, theirs = Register(), MemoryLogStore()
    log = Log(theirs)
    log.append([entry(at, actor="user_8" if at == 110 else "user_7") for at in range(SIZE)])
    outside = [signed(256, log.root(256)), signed(SIZE, log.root())]
    report = verify_log(ours.image(), TRUST, [*ours.checkpoints, *outside])
    assert [finding.where for finding in report.findings] == [
        "checkpoint of size 256",
        "checkpoint of size 600",
    ]


def test_findings_are_bounded_and_counted(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier_module, "MAX_FINDINGS", 5)
    register.rows.clear()
    report = register.verify()
    assert (len(report.findings), report.omitted) == (5, 55)
    assert report_module.MAX_FINDINGS == 10_000


def test_findings_name_no_person(register: Register) -> None:
    """Whatever a damaged row may hold, a finding gives its place only."""
    canary = "Canary Madeup"
    register.rows[0] = register.rows[0]._replace(stored=canary.encode())
    register.replace(50, canary.encode())
    register.store.stored[60] = (60, canary, b"")  # type: ignore[assignment]
    assert canary not in repr(register.verify())


def test_any_single_change_of_any_stored_byte_is_found() -> None:
    """Every byte of leaves, hashes, nodes, head, rows and subjects, one random flip each."""
    chance = random.Random(7)
    register = Register(8)
    checkpoints = [signed(8, Log(register.store).root())]

    def flipped(data: bytes, at: int) -> bytes:
        return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]

    image = register.image()
    tried = 0
    for sequence, leaf, hashed in register.store.stored:
        for at in range(len(leaf)):
            leaves = list(register.store.stored)
            leaves[sequence] = (sequence, flipped(leaf, at), hashed)
            assert not verify_log(image._replace(leaves=leaves), TRUST, checkpoints).sound
            tried += 1
        leaves = list(register.store.stored)
        leaves[sequence] = (sequence, leaf, flipped(hashed, sequence))
        assert not verify_log(image._replace(leaves=leaves), TRUST, checkpoints).sound
    for number, row in enumerate(register.rows):
        damaged = [row._replace(salt=flipped(row.salt, at)) for at in range(len(row.salt))]
        damaged += [row._replace(stored=flipped(row.stored, at)) for at in range(len(row.stored))]
        for other in damaged:
            rows = [*register.rows[:number], other, *register.rows[number + 1 :]]
            assert not verify_log(image._replace(rows=rows), TRUST, checkpoints).sound
    for number, (sequence, position, pseudonym, fields, sealed) in enumerate(register.subjects):
        for at in range(32):
            subjects = list(register.subjects)
            subjects[number] = (sequence, position, flipped(pseudonym, at), fields, sealed)
            assert not verify_log(image._replace(subjects=subjects), TRUST, checkpoints).sound
    assert tried > 8 * 300

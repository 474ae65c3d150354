"""Verifies a whole log, with public keys only: whether anything was changed, and where."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bnl.audit.checkpoint import Checkpoint, Trust, open_checkpoint
from bnl.audit.cosigned import vouched
from bnl.audit.entry import LeafFacts, facts
from bnl.audit.merkle import Frontier, Node, extended, leaf_hash, root
from bnl.audit.projection import Projection, StoredRow
from bnl.audit.report import MAX_FINDINGS, Fault, Finding, Report
from bnl.audit.subjects import SubjectTuple, damaged_subjects
from bnl.domain.audit import Head
from bnl.errors import ProofError

_CHUNK = 4096


class LogImage(NamedTuple):
    """A log and its tables as they lie in a database or an export.

    Args:
        leaves: Sequence, leaf and stored leaf hash, by sequence.
        head: The head row; None if the source has none.
        nodes: All stored nodes; None if the source has none.
        rows: All rows of all committed tables; None to leave them out.
        subjects: All subject rows by sequence and position; None to leave them out.
    """

    leaves: Iterable[tuple[int, bytes, bytes]]
    head: Head | None = None
    nodes: Iterable[Node] | None = None
    rows: Iterable[StoredRow] | None = None
    subjects: Iterable[SubjectTuple] | None = None


def verify_log(image: LogImage, trust: Trust, checkpoints: Sequence[bytes | str] = ()) -> Report:
    """Verify a log against its signed checkpoints, and its tables against the log.

    A rollback to an earlier valid state, or a history signed anew by the holder of the log's key, shows only
    against a later checkpoint that somebody else kept: give every checkpoint held outside as well.

    Args:
        image: What to verify. It is read once, in order.
        trust: The log's public key and the witnesses'.
        checkpoints: Signed notes, in any order.

    Returns:
        What was found; it never raises for damage.
    """
    return _Verification(image, trust, checkpoints).report()


class _Verification:
    """One pass over a log."""

    def __init__(self, image: LogImage, trust: Trust, checkpoints: Sequence[bytes | str]) -> None:
        self._image = image
        self._findings: list[Finding] = []
        self._omitted = 0
        self._frontier = Frontier()
        self._expected = 0
        self._last_time = ""
        self._projection = Projection()
        self._subject_claims: list[tuple[int, int, str]] = []
        self._agreed: list[Checkpoint] = []
        self._pending = self._opened(checkpoints, trust)
        self._vouched = vouched(checkpoints, trust)
        stored = image.nodes if image.nodes is not None else ()
        self._nodes = {(level, position): hashed for level, position, hashed in stored}

    def report(self) -> Report:
        """Go through everything and report."""
        self._meet_checkpoints()
        leaves = iter(self._image.leaves)
        while chunk := list(itertools.islice(leaves, self._until_checkpoint())):
            self._take(chunk)
            self._meet_checkpoints()
        self._finish_tree()
        self._compare_subjects()
        rows = self._compare_rows()
        covered = max((checkpoint.size for checkpoint in self._agreed), default=0)
        cosigned = max((one.size for one in self._agreed if one in self._vouched), default=0)
        found = tuple(self._findings)
        size, tree_root = self._frontier.size, root(self._frontier)
        return Report(size, tree_root, len(self._agreed), covered, rows, found, self._omitted, cosigned)

    def _find(self, fault: Fault, where: str, what: str, sequence: int | None = None) -> None:
        if len(self._findings) < MAX_FINDINGS:
            self._findings.append(Finding(fault, where, what, sequence))
        else:
            self._omitted += 1

    def _opened(self, contents: Sequence[bytes | str], trust: Trust) -> list[Checkpoint]:
        opened = []
        for number, content in enumerate(contents):
            try:
                opened.append(open_checkpoint(content, trust))
            except ProofError as error:
                self._find(Fault.CHECKPOINT_INVALID, f"checkpoint {number}", error.message)
        return sorted(opened, key=lambda checkpoint: checkpoint.size, reverse=True)

    def _until_checkpoint(self) -> int:
        """Return how many leaves to take before the next checkpoint must be compared."""
        if not self._pending:
            return _CHUNK
        return min(_CHUNK, self._pending[-1].size - self._frontier.size)

    def _meet_checkpoints(self) -> None:
        while self._pending and self._pending[-1].size == self._frontier.size:
            checkpoint = self._pending.pop()
            if checkpoint.root == root(self._frontier):
                self._agreed.append(checkpoint)
                continue
            good = self._agreed[-1].size if self._agreed else 0
            what = f"not the log that was signed: changed among entries {good} to {checkpoint.size - 1}"
            self._find(Fault.CHECKPOINT_CONTRADICTED, f"checkpoint of size {checkpoint.size}", what)

    def _take(self, chunk: list[tuple[int, bytes, bytes]]) -> None:
        hashes = []
        for sequence, held, stored in chunk:
            leaf = _as_bytes(held)
            hashed = leaf_hash(leaf)
            hashes.append(hashed)
            if sequence != self._expected:
                self._misplaced(sequence)
            self._expected = sequence + 1
            if hashed != stored:
                what = "its bytes do not give its stored hash"
                self._find(Fault.ENTRY_CHANGED, f"entry {sequence}", what, sequence)
            read = facts(leaf)
            if read is None:
                what = "not an entry in canonical form"
                self._find(Fault.ENTRY_MALFORMED, f"entry {sequence}", what, sequence)
            else:
                self._take_entry(sequence, read)
        self._frontier, completed = extended(self._frontier, hashes)
        if self._image.nodes is not None:
            self._check_nodes(completed)

    def _misplaced(self, sequence: int) -> None:
        if sequence < self._expected:
            what = "stands twice or out of order"
            self._find(Fault.ENTRY_REPEATED, f"entry {sequence}", what, sequence)
            return
        last = sequence - 1
        where = f"entry {last}" if last == self._expected else f"entries {self._expected} to {last}"
        self._find(Fault.ENTRY_MISSING, where, "not there", self._expected)

    def _take_entry(self, sequence: int, read: LeafFacts) -> None:
        if read.sequence != sequence:
            what = f"holds entry {read.sequence}"
            self._find(Fault.ENTRY_MOVED, f"entry {sequence}", what, sequence)
        if read.time < self._last_time:
            what = "timed before the entry that precedes it"
            self._find(Fault.TIME_DECREASED, f"entry {sequence}", what, sequence)
        self._last_time = max(self._last_time, read.time)
        if self._image.subjects is not None and read.subject_count:
            self._subject_claims.append((sequence, read.subject_count, read.subjects_root))
        if self._image.rows is not None and read.rows:
            for table, key, damage, _ in self._projection.fold(sequence, read.rows):
                self._find(Fault.ROW_DAMAGED, f"table {table}, row {key}", damage.value, sequence)

    def _check_nodes(self, completed: Iterable[Node]) -> None:
        for level, position, hashed in completed:
            stored = self._nodes.pop((level, position), None)
            if stored != hashed:
                first, last = position << level, ((position + 1) << level) - 1
                what = "not stored" if stored is None else f"does not fit entries {first} to {last}"
                self._find(Fault.NODE_DAMAGED, f"node {position} of level {level}", what)

    def _finish_tree(self) -> None:
        for level, position in self._nodes:
            self._find(Fault.NODE_DAMAGED, f"node {position} of level {level}", "does not belong to the log")
        for checkpoint in reversed(self._pending):
            what = f"the log has {self._frontier.size} entries, but was signed with {checkpoint.size}"
            self._find(Fault.LOG_TRUNCATED, f"checkpoint of size {checkpoint.size}", what)
        head = self._image.head
        if head is None:
            return
        # The head row must be what appending all these leaves would have left.
        expected = Head(self._frontier.size, b"".join(self._frontier.hashes), self._last_time)
        for name, held, due in zip(Head._fields, head, expected, strict=True):
            if held != due:
                self._find(Fault.HEAD_DAMAGED, f"head row, {name}", "does not fit the entries")

    def _compare_subjects(self) -> None:
        if self._image.subjects is None:
            return
        for sequence, what in damaged_subjects(self._subject_claims, self._image.subjects):
            self._find(Fault.SUBJECTS_DAMAGED, f"subjects of entry {sequence}", what, sequence)

    def _compare_rows(self) -> int:
        if self._image.rows is None:
            return 0
        counted = _Counted(self._image.rows)
        for table, key, damage, sequence in self._projection.compare(counted):
            self._find(Fault.ROW_DAMAGED, f"table {table}, row {key}", damage.value, sequence)
        return counted.count


class _Counted:
    """Rows, counted as they pass."""

    def __init__(self, rows: Iterable[StoredRow]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[StoredRow]:
        for row in self._rows:
            self.count += 1
            yield row


def _as_bytes(held: object) -> bytes:
    # A damaged database may give any type in any column; what is not bytes is no canonical entry either.
    return held if isinstance(held, bytes) else repr(held).encode()

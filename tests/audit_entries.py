"""Made-up audit entries, and hypothesis strategies for them."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import Any

from hypothesis import strategies as st

from bnl.audit.log import Log
from bnl.audit.subjects import subjects_root
from bnl.domain.audit import MAX_DETAILS, MAX_INTEGER, AuditEntry, SubjectRow, instant_text
from bnl.domain.commitment import RowWrite
from tests.audit_store import MemoryLogStore

codes = st.text("abz09_.:-", min_size=1, max_size=12)
opaque_ids = st.text("AZaz09_.:/+=~-", min_size=1, max_size=12)
integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
row_writes = st.builds(
    RowWrite,
    codes,
    opaque_ids,
    st.integers(1, MAX_INTEGER),
    st.one_of(st.just(b""), st.binary(min_size=32, max_size=32)),
)
subject_roots = st.one_of(
    st.just({}),
    st.builds(
        lambda count, root: {"subject_count": count, "subjects_root": root.hex()},
        st.integers(1, MAX_INTEGER),
        st.binary(min_size=32, max_size=32),
    ),
)


@st.composite
def entries(draw: st.DrawFn, sequence: int | None = None) -> AuditEntry:
    """Any entry that can be."""
    members: dict[str, Any] = {
        "sequence": draw(st.integers(0, MAX_INTEGER)) if sequence is None else sequence,
        "time": instant_text(draw(st.datetimes()).replace(tzinfo=UTC)),
        "actor": draw(opaque_ids),
        "agency": draw(opaque_ids),
        "action": draw(codes),
        "purpose": draw(st.one_of(st.just(""), codes)),
        "lawful_basis": draw(st.one_of(st.just(""), codes)),
        "decision": draw(st.sampled_from(["permit", "deny", "partial"])),
        "grants": draw(st.lists(opaque_ids, max_size=4)),
        "rows": draw(st.lists(row_writes, max_size=4)),
        "details": draw(st.dictionaries(codes, st.one_of(opaque_ids, integers), max_size=MAX_DETAILS)),
        **draw(subject_roots),
    }
    return AuditEntry(**members)


def entry(sequence: int, **members: Any) -> AuditEntry:
    """One ordinary entry."""
    defaults: dict[str, Any] = {
        "sequence": sequence,
        "time": f"2026-01-31T09:{sequence // 60 % 60:02d}:{sequence % 60:02d}.000000Z",
        "actor": "user_7",
        "agency": "shelter",
        "action": "view",
        "purpose": "outreach",
        "lawful_basis": "public_task",
        "grants": ("gra_a",),
    }
    return AuditEntry(**{**defaults, **members})


def subject_rows(sequence: int, count: int) -> list[SubjectRow]:
    """Subject rows of one entry."""
    return [
        SubjectRow(
            sequence=sequence,
            position=position,
            pseudonym=hashlib.sha256(b"%d %d" % (sequence, position)).digest(),
            fields=position + 1,
            sealed=b"sealed",
        )
        for position in range(count)
    ]


def with_subjects(sequence: int, count: int) -> tuple[AuditEntry, list[SubjectRow]]:
    """An entry with its subject rows."""
    rows = subject_rows(sequence, count)
    return entry(sequence, subject_count=count, subjects_root=subjects_root(rows)), rows


def filled(size: int, batch: int = 64) -> MemoryLogStore:
    """A log of some ordinary entries."""
    store = MemoryLogStore()
    log = Log(store)
    for start in range(0, size, batch):
        log.append([entry(sequence) for sequence in range(start, min(size, start + batch))])
    return store

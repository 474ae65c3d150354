"""The canonical form: one entry has one spelling, read fast and read slowly alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.audit.entry import MAX_LEAF_BYTES, decode, encode, facts
from bnl.domain.audit import EMPTY_ROOT, MAX_DETAILS, MAX_GRANTS, MAX_INTEGER, MAX_ROWS, AuditEntry
from bnl.domain.commitment import RowWrite
from bnl.errors import Corrupt
from tests.audit_entries import entries, entry

COMMITMENT = b"\xab" * 32
PIECES = [b"", b'"', b",", b"0", b"[", b"}", b" ", b"\\", b"x", b"\xc3", b"\n"]


def decodes(leaf: bytes) -> bool:
    try:
        decode(leaf)
    except Corrupt:
        return False
    return True


def spelt(members: dict[str, Any]) -> bytes:
    """Spell members canonically, whatever they are."""
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def members_of(made: AuditEntry) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(encode(made))
    return loaded


def test_an_entry_is_spelt_as_written_by_hand() -> None:
    made = entry(
        3,
        details={"shown": 2, "also": "x"},
        rows=[RowWrite("record", "rec_a", 1, COMMITMENT)],
        grants=["g1", "g2"],
    )
    assert encode(made) == (
        b'{"action":"view","actor":"user_7","agency":"shelter","decision":"permit",'
        b'"details":{"also":"x","shown":2},"grants":["g1","g2"],"lawful_basis":"public_task",'
        b'"purpose":"outreach","rows":[["record","rec_a",1,"' + COMMITMENT.hex().encode() + b'"]],'
        b'"sequence":3,"subject_count":0,"subjects_root":"' + EMPTY_ROOT.encode() + b'",'
        b'"time":"2026-01-31T09:00:03.000000Z","version":1}'
    )


@given(entries())
@settings(max_examples=200)
def test_what_is_spelt_is_read_back_both_ways(made: AuditEntry) -> None:
    leaf = encode(made)
    assert decode(leaf) == made
    read = facts(leaf)
    assert read is not None
    assert (read.sequence, read.time) == (made.sequence, made.time)
    assert (read.subject_count, read.subjects_root) == (made.subject_count, made.subjects_root)
    assert [(t, k, v, bytes.fromhex(c)) for t, k, v, c in read.rows] == [tuple(row) for row in made.rows]
    assert leaf.isascii()
    assert leaf == spelt(json.loads(leaf))


@given(entries(), st.data())
@settings(max_examples=300)
def test_both_readers_agree_on_every_altered_leaf(made: AuditEntry, data: st.DataObject) -> None:
    leaf = bytearray(encode(made))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(leaf)))
        piece = data.draw(
            st.sampled_from([b"", b'"', b",", b"0", b"[", b"}", b" ", b"\\", b"x", b"\xc3", b"\n"])
        )
        leaf[at : at + data.draw(st.integers(0, 2))] = piece
    assert (facts(bytes(leaf)) is not None) == decodes(bytes(leaf))


def test_both_readers_agree_on_every_flipped_bit() -> None:
    leaf = encode(entry(3, details={"a": -5}, rows=[RowWrite("record", "rec_a", 1, COMMITMENT)]))
    accepted = 0
    for at in range(len(leaf)):
        for bit in range(8):
            flipped = bytearray(leaf)
            flipped[at] ^= 1 << bit
            read = facts(bytes(flipped))
            assert (read is not None) == decodes(bytes(flipped))
            accepted += read is not None
    # Some flips give another entry in canonical form, such as another letter of an id: those are for the
    # tree to find. Most give no entry at all.
    assert 0 < accepted < len(leaf) * 4


GOOD = members_of(entry(3))
BACKWARDS = dict(reversed(list(GOOD.items())))
HUGE = {"subject_count": MAX_INTEGER + 1, "subjects_root": "ab" * 32}


@pytest.mark.parametrize(
    "leaf",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}", id="no-members"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"rows"', id="a-text"),
        pytest.param(b"[" * 5000, id="deeply-nested"),
        pytest.param(b"\xff" + spelt(GOOD), id="not-utf-8"),
        pytest.param(spelt(GOOD) + b"\n", id="newline-after"),
        pytest.param(b" " + spelt(GOOD), id="space-before"),
        pytest.param(json.dumps(GOOD, sort_keys=True).encode(), id="spaces-between"),
        pytest.param(json.dumps(GOOD, separators=(",", ":")).encode()[::-1], id="backwards"),
        pytest.param(
            json.dumps(dict(reversed(list(GOOD.items()))), separators=(",", ":")).encode(),
            id="members-unsorted",
        ),
        pytest.param(
            spelt({key: value for key, value in GOOD.items() if key != "time"}), id="member-missing"
        ),
        pytest.param(spelt({**GOOD, "zebra": 1}), id="member-added"),
        pytest.param(spelt(GOOD)[:-1] + b',"version":1}', id="member-twice"),
        pytest.param(spelt(GOOD).replace(b'"view"', b'"vie\\u0077"'), id="escaped"),
        pytest.param(spelt({**GOOD, "sequence": 3.0}), id="float"),
        pytest.param(spelt(GOOD).replace(b'"sequence":3', b'"sequence":03'), id="leading-nought"),
        pytest.param(spelt(GOOD).replace(b'"sequence":3', b'"sequence":3e0'), id="exponent"),
        pytest.param(spelt(GOOD).replace(b'"sequence":3', b'"sequence":-0'), id="minus-nought"),
        pytest.param(spelt({**GOOD, "sequence": -1}), id="negative"),
        pytest.param(spelt({**GOOD, "sequence": MAX_INTEGER + 1}), id="sequence-too-great"),
        pytest.param(spelt({**GOOD, "version": 2}), id="other-version"),
        pytest.param(spelt({**GOOD, "version": True}), id="version-true"),
        pytest.param(spelt({**GOOD, "action": ""}), id="no-action"),
        pytest.param(spelt({**GOOD, "actor": "a b"}), id="space-in-an-id"),
        pytest.param(spelt({**GOOD, "decision": "maybe"}), id="other-decision"),
        pytest.param(spelt({**GOOD, "grants": ["g"] * 101}), id="too-many-grants"),
        pytest.param(spelt({**GOOD, "grants": [5]}), id="grant-a-number"),
        pytest.param(spelt({**GOOD, "grants": [""]}), id="grant-empty"),
        pytest.param(spelt({**GOOD, "details": {"a": 1, "b": 1.5}}), id="detail-a-float"),
        pytest.param(spelt({**GOOD, "details": {"a": None}}), id="detail-null"),
        pytest.param(spelt({**GOOD, "details": {"a": MAX_INTEGER + 1}}), id="detail-too-great"),
        pytest.param(spelt({**GOOD, "details": {"a": -MAX_INTEGER - 1}}), id="detail-too-small"),
        pytest.param(spelt({**GOOD, "details": {f"d{n}": n for n in range(21)}}), id="too-many-details"),
        pytest.param(spelt(GOOD).replace(b"{}", b'{"b":1,"a":2}'), id="details-unsorted"),
        pytest.param(spelt(GOOD).replace(b"{}", b'{"a":1,"a":2}'), id="detail-twice"),
        pytest.param(spelt(GOOD).replace(b"{}", b'{"":1}'), id="detail-without-name"),
        pytest.param(spelt({**GOOD, "rows": [["t", "k", 0, ""]]}), id="row-version-nought"),
        pytest.param(spelt({**GOOD, "rows": [["t", "k", MAX_INTEGER + 1, ""]]}), id="row-version-too-great"),
        pytest.param(spelt({**GOOD, "rows": [["t", "k", 1, "ab"]]}), id="row-commitment-short"),
        pytest.param(spelt({**GOOD, "rows": [["t", "k", 1, "AB" * 32]]}), id="row-commitment-in-capitals"),
        pytest.param(spelt({**GOOD, "rows": [["t", "k", 1]]}), id="row-cut"),
        pytest.param(spelt({**GOOD, "rows": [["", "k", 1, ""]]}), id="row-without-table"),
        pytest.param(spelt({**GOOD, "rows": [["t", "k", 1, ""]] * (MAX_ROWS + 1)}), id="too-many-rows"),
        pytest.param(spelt({**GOOD, "subject_count": 1}), id="subjects-without-root"),
        pytest.param(spelt({**GOOD, "subjects_root": "ab" * 32}), id="root-without-subjects"),
        pytest.param(
            spelt({**GOOD, "subject_count": MAX_INTEGER + 1, "subjects_root": "ab" * 32}),
            id="subjects-too-many",
        ),
        pytest.param(spelt({**GOOD, "time": "2026-02-30T09:00:03.000000Z"}), id="time-on-no-day"),
        pytest.param(spelt({**GOOD, "time": "2026-01-31T09:00:03Z"}), id="time-short"),
        pytest.param(
            spelt({**GOOD, "grants": ["g" * 128] * 100, "details": {"a": "x" * 70_000}}), id="too-long"
        ),
    ],
)
def test_anything_else_is_refused_by_both_readers(leaf: bytes) -> None:
    with pytest.raises(Corrupt, match="not an entry in canonical form"):
        decode(leaf)
    assert facts(leaf) is None


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"grants": ["g"] * 100}, id="most-grants"),
        pytest.param({"rows": [["t", "k", 1, ""]] * MAX_ROWS}, id="most-rows"),
        pytest.param({"rows": [["t", "k", MAX_INTEGER, ""]]}, id="greatest-version"),
        pytest.param({"details": {f"d{n:02d}": n for n in range(20)}}, id="most-details"),
        pytest.param({"details": {"a": MAX_INTEGER, "b": -MAX_INTEGER, "c": 0}}, id="greatest-details"),
        pytest.param({"sequence": MAX_INTEGER}, id="greatest-sequence"),
        pytest.param({"purpose": "", "lawful_basis": ""}, id="no-purpose-and-no-basis"),
    ],
)
def test_the_limits_themselves_are_inside(members: dict[str, Any]) -> None:
    leaf = spelt({**GOOD, **members})
    assert encode(decode(leaf)) == leaf
    assert facts(leaf) is not None


def test_the_longest_entry_there_can_be_fits_in_a_leaf() -> None:
    row = RowWrite("t" * 64, "k" * 128, MAX_INTEGER, COMMITMENT)
    longest = AuditEntry(
        sequence=MAX_INTEGER,
        time="2026-01-31T09:00:03.000000Z",
        actor="a" * 128,
        agency="b" * 128,
        action="c" * 64,
        purpose="d" * 64,
        lawful_basis="e" * 64,
        decision="partial",
        grants=("g" * 128,) * MAX_GRANTS,
        rows=(row,) * MAX_ROWS,
        subjects_root="ab" * 32,
        subject_count=MAX_INTEGER,
        details={f"{number:064d}": "v" * 128 for number in range(MAX_DETAILS)},
    )
    leaf = encode(longest)
    assert 60_000 < len(leaf) <= MAX_LEAF_BYTES == 2**16 - 1
    assert decode(leaf) == longest
    assert facts(leaf) is not None


def test_a_longer_leaf_is_refused_before_it_is_read() -> None:
    leaf = spelt({**GOOD, "rows": [["t" * 64, "k" * 128, 1, "ab" * 32]] * 300})
    assert len(leaf) > MAX_LEAF_BYTES
    assert facts(leaf) is None
    assert not decodes(leaf)

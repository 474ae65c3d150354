"""Subject rows: every loss, gain, swap and change is found at its entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bnl.audit.subjects import SubjectTuple, damaged_subjects, subjects_root
from bnl.domain.audit import EMPTY_ROOT, SubjectRow
from tests.audit import merkle_reference as reference
from tests.audit_entries import subject_rows

COUNTS = {2: 1, 5: 3, 6: 2}


def as_tuple(row: SubjectRow) -> SubjectTuple:
    return row.sequence, row.position, row.pseudonym, row.fields, row.sealed


def everything() -> list[SubjectTuple]:
    return [as_tuple(row) for sequence, count in COUNTS.items() for row in subject_rows(sequence, count)]


def claims() -> list[tuple[int, int, str]]:
    return [
        (sequence, count, subjects_root(subject_rows(sequence, count))) for sequence, count in COUNTS.items()
    ]


def test_the_root_is_that_of_the_leaves() -> None:
    rows = subject_rows(5, 3)
    assert subjects_root(rows) == reference.tree_hash([row.leaf() for row in rows]).hex()
    assert subjects_root([]) == EMPTY_ROOT


def test_what_is_as_named_is_not_damaged() -> None:
    assert list(damaged_subjects(claims(), everything())) == []
    assert list(damaged_subjects([], [])) == []


def test_every_missing_row_is_found() -> None:
    for at, row in enumerate(everything()):
        rows = everything()
        del rows[at]
        count = COUNTS[row[0]]
        assert list(damaged_subjects(claims(), rows)) == [(row[0], f"1 of {count} missing")]


def test_all_missing_rows_are_found() -> None:
    assert list(damaged_subjects(claims(), [])) == [
        (2, "1 of 1 missing"),
        (5, "3 of 3 missing"),
        (6, "2 of 2 missing"),
    ]


def test_every_added_row_is_found() -> None:
    for sequence, count in COUNTS.items():
        rows = sorted([*everything(), (sequence, count, b"p" * 32, 1, b"")])
        assert list(damaged_subjects(claims(), rows)) == [(sequence, "1 more than the entry names")]
    rows = sorted([*everything(), (4, 0, b"p" * 32, 1, b"")])
    assert list(damaged_subjects(claims(), rows)) == [(4, "1 more than the entry names")]


def test_every_repeated_row_is_found() -> None:
    for row in everything():
        rows = sorted([*everything(), row])
        assert [sequence for sequence, _ in damaged_subjects(claims(), rows)] == [row[0]]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda row: (*row[:2], b"q" * 32, *row[3:]), id="pseudonym"),
        pytest.param(lambda row: (*row[:3], row[3] + 1, row[4]), id="mask"),
        pytest.param(lambda row: (*row[:4], row[4] + b"x"), id="sealed"),
        pytest.param(lambda row: (row[0], row[1] + 7, *row[2:]), id="position"),
        pytest.param(lambda row: (row[0], row[1], row[2] + row[4][:1], row[3], row[4][1:]), id="byte-moved"),
        pytest.param(lambda row: (row[0], row[1], "text", *row[3:]), id="pseudonym-a-text"),
        pytest.param(lambda row: (row[0], row[1], None, *row[3:]), id="pseudonym-none"),
        pytest.param(lambda row: (*row[:3], -1, row[4]), id="mask-negative"),
        pytest.param(lambda row: (*row[:3], 2**64, row[4]), id="mask-too-great"),
        pytest.param(lambda row: (*row[:3], 1.5, row[4]), id="mask-a-float"),
        pytest.param(lambda row: (*row[:4], None), id="sealed-none"),
        pytest.param(lambda row: (*row[:4], "sealed"), id="sealed-a-text"),
    ],
)
def test_every_changed_row_is_found(change: Callable[[Any], SubjectTuple]) -> None:
    for at, row in enumerate(everything()):
        rows = everything()
        rows[at] = change(row)
        ((sequence, what),) = damaged_subjects(claims(), rows)
        assert sequence == row[0]
        assert what in {"changed", "positions changed"}


def test_swapped_rows_are_found() -> None:
    rows = everything()
    # Positions stay; what they hold changes places.
    rows[1], rows[2] = (*rows[1][:2], *rows[2][2:]), (*rows[2][:2], *rows[1][2:])
    assert list(damaged_subjects(claims(), rows)) == [(5, "changed")]
    rows = everything()
    # Across entries: each entry has its own pseudonyms.
    rows[0], rows[4] = (*rows[0][:2], *rows[4][2:]), (*rows[4][:2], *rows[0][2:])
    assert [sequence for sequence, _ in damaged_subjects(claims(), rows)] == [2, 6]


def test_a_moved_row_is_found_at_both_ends() -> None:
    rows = everything()
    moved = (6, 2, *rows.pop(3)[2:])
    found = dict(damaged_subjects(claims(), sorted([*rows, moved])))
    assert found == {5: "1 of 3 missing", 6: "1 more than the entry names"}

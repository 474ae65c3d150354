"""Case rows: chosen, changed and joined together, every column along."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from bnl.indicators.case_rows import CaseRows
from bnl.indicators.casework import casework
from tests.happenings import ev, frame


def three() -> CaseRows:
    """Return three cases of three people, referred on three days."""
    rows = [ev(f"p{n}", "referral", f"2024-01-1{n}", case=str(n), sequence=n + 1) for n in range(3)]
    return casework(frame(*rows)).facts.rows


def columns(rows: CaseRows) -> list[list[object]]:
    return [getattr(rows, column.name).tolist() for column in fields(rows)]


def test_rows_are_taken_with_every_column() -> None:
    rows = three()
    assert len(rows) == 3
    taken = rows.take(np.array([2, 0]))
    assert columns(taken) == [[column[2], column[0]] for column in columns(rows)]
    assert columns(rows.take(rows.place > 0)) == [column[1:] for column in columns(rows)]


def test_a_column_is_changed_afterwards() -> None:
    rows = three()
    changed = rows.take(np.array([1]), last=np.array([7], dtype=np.int32))
    assert (changed.last.tolist(), changed.referred.tolist()) == ([7], rows.referred[1:2].tolist())


def test_rows_joined_are_the_ones_and_then_the_others() -> None:
    rows = three()
    parts = rows.take(rows.place < 1), rows.take(rows.place >= 1)
    assert columns(parts[0].joined(parts[1])) == columns(rows)

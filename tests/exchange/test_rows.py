"""Rows and tables are silent about what they hold."""

from __future__ import annotations

import dataclasses

import pytest

from bnl.exchange.findings import Reason
from bnl.exchange.rows import RawRow, Table


def test_a_broken_row_shows_its_reason_and_not_what_was_sent() -> None:
    shown = repr(RawRow(7, (), Reason.TOO_FEW_CELLS, "C1;Carter"))
    assert "TOO_FEW_CELLS" in shown
    assert "Carter" not in shown


def test_rows_and_tables_do_not_change() -> None:
    table = Table(("a",), iter([RawRow(2, ("1",))]))
    assert table.notes == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.header = ()  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        next(table.rows).number = 3  # type: ignore[misc]

"""Rows as frames: names of columns, lists in cells, broken rows."""

from __future__ import annotations

import polars as pl
import pytest

from bnl.errors import InputError
from bnl.exchange.findings import Reason
from bnl.exchange.row_frames import frame_of_rows, places_of
from bnl.exchange.rows import RawRow, Table


def test_columns_are_found_where_they_stand() -> None:
    assert places_of(["Date of birth", "no"], ["no", "x", "date_of_birth"], "f") == {
        "Date of birth": 2,
        "no": 0,
    }


@pytest.mark.parametrize(
    ("header", "said"),
    [
        pytest.param(["a", "b"], "there is no column no. It has a, b.", id="missing"),
        pytest.param(["No", "no "], "twice", id="twice"),
    ],
)
def test_a_column_that_cannot_be_told_is_refused(header: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        places_of(["no"], header, "people.csv")


def test_a_broken_row_is_empty_and_named() -> None:
    rows = [RawRow(2, ("1", "a")), RawRow(3, (), Reason.UNCLOSED_QUOTE), RawRow(4, ("", "b"))]
    found = frame_of_rows(Table(("no", "name"), iter(rows)), ["name", "no"], "f")
    assert found.frame.rows() == [("a", "1"), (None, None), ("b", None)]
    assert found.broken == (3,)


def test_a_column_with_lists_is_a_column_of_lists() -> None:
    rows = [RawRow(1, (("a", "b"),)), RawRow(2, ("c",)), RawRow(3, (None,))]
    found = frame_of_rows(Table(("names",), iter(rows)), ["names"], "f").frame
    assert found.schema["names"] == pl.List(pl.String)
    assert found["names"].to_list() == [["a", "b"], ["c"], None]

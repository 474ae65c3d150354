"""Files of figures: formulas defused, types kept, nothing written that cannot be whole."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.register.outputs import as_frame, write_rows
from bnl.register.report_page import Picture

PICTURE = Picture("flows", "Flows <by> month", "What & why", "<svg></svg>")
ROWS: list[dict[str, object]] = [
    {"name": "=cmd()", "people": 5, "share": 0.5, "on": date(2026, 8, 1), "open": True, "printed": 7},
    {"name": "Zoë", "people": None, "share": None, "on": None, "open": False, "printed": "<5"},
]


def test_columns_keep_their_types_and_mixed_ones_are_text() -> None:
    frame = as_frame(ROWS)
    assert dict(frame.schema) == {
        "name": pl.String,
        "people": pl.Int64,
        "share": pl.Float64,
        "on": pl.Date,
        "open": pl.Boolean,
        "printed": pl.String,
    }
    assert frame["printed"].to_list() == ["7", "<5"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(["a", "b"], "a; b", id="a list"),
        pytest.param(("h_1",), "h_1", id="a tuple of one"),
        pytest.param((), "", id="nothing in it"),
        pytest.param([date(2026, 8, 1)], "2026-08-01", id="days"),
        pytest.param(Decimal("61.5"), "61.5", id="a decimal"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_other_values_are_text(value: object, text: str | None) -> None:
    assert as_frame([{"a": value}]).row(0) == (text,)


def test_no_rows_are_an_empty_file(tmp_path: Path) -> None:
    assert as_frame([]).is_empty()
    assert write_rows([], tmp_path / "none.parquet").exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝"])
def test_a_formula_is_defused_in_csv(tmp_path: Path, start: str) -> None:
    place = write_rows([{"name": f"{start}HYPERLINK(1)"}], tmp_path / "rows.csv")
    (_, (cell,)) = list(csv.reader(io.StringIO(place.read_bytes().decode(), newline="")))
    assert cell.startswith("'")


@given(st.text(max_size=12))
def test_a_text_is_the_same_text_in_a_frame(text: str) -> None:
    assert as_frame([{"name": text}])["name"].to_list() == [text]


def test_numbers_stay_numbers_in_parquet(tmp_path: Path) -> None:
    read = pl.read_parquet(write_rows(ROWS, tmp_path / "rows.parquet"))
    assert read["people"].to_list() == [5, None]
    assert read["name"].to_list() == ["=cmd()", "Zoë"]


def test_a_page_holds_picture_numbers_and_foot_and_needs_no_network(tmp_path: Path) -> None:
    text = write_rows(ROWS, tmp_path / "rows.html", PICTURE, "As of <today>.").read_text(encoding="utf-8")
    for said in (
        "Flows &lt;by&gt; month",
        "What &amp; why",
        "<svg></svg>",
        "&lt;today&gt;",
        "Zoë",
        "2026-08-01",
    ):
        assert said in text
    assert "<script" not in text
    assert "src=" not in text
    assert "http" not in text


def test_a_page_without_a_picture_is_a_table(tmp_path: Path) -> None:
    text = write_rows(ROWS, tmp_path / "rows.html").read_text(encoding="utf-8")
    assert "<figure>" not in text
    assert "<td>Zoë</td>" in text


def test_a_picture_alone(tmp_path: Path) -> None:
    assert write_rows(ROWS, tmp_path / "rows.svg", PICTURE).read_text(encoding="utf-8") == "<svg></svg>"


@pytest.mark.parametrize("file", ["rows.svg", "rows.docx", "rows", "missing/rows.html", "missing/rows.csv"])
def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path, file: str) -> None:
    with pytest.raises(InputError) as caught:
        write_rows(ROWS, tmp_path / file)
    assert str(tmp_path) not in str(caught.value)
    assert list(tmp_path.iterdir()) == []

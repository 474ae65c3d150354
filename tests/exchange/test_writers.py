"""Files out: no cell runs, nothing changes on the way, a file appears whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import stat
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.exchange.writers import FORMULA_STARTS, csv_text, frame_bytes, guard, write_frame

FRAME = pl.DataFrame(
    {
        "name": ["Zoë", "=1+1", None],
        "phones": [["+44 7700 900123", "01865"], [], None],
        "born": [dt.date(1990, 1, 31), None, None],
        "seen": [dt.datetime(2026, 1, 2, 3, 4, 5), None, None],
        "count": [-5, 0, 10**17],
        "share": [0.5, float("nan"), None],
        "ok": [True, False, None],
    }
)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_what_begins_like_a_formula_is_guarded(start: str) -> None:
    assert guard(start + "1+1") == "'" + start + "1+1"
    assert guard("  " + start) == "'  " + start


@pytest.mark.parametrize("text", ["", "Smith", "a=b", "1-2", "'t Hooft", " x", "(=1)"])
def test_what_is_harmless_is_left_alone(text: str) -> None:
    assert guard(text) == text


def test_csv_as_a_spreadsheet_reads_it() -> None:
    rows = list(csv.reader(io.StringIO(frame_bytes(FRAME, "csv").decode(), newline="")))
    assert rows == [
        ["name", "phones", "born", "seen", "count", "share", "ok"],
        ["Zoë", "'+44 7700 900123; 01865", "1990-01-31", "2026-01-02T03:04:05", "-5", "0.5", "true"],
        ["'=1+1", "", "", "", "0", "nan", "false"],
        ["", "", "", "", "100000000000000000", "", ""],
    ]


def test_csv_with_a_mark_for_excel() -> None:
    assert frame_bytes(FRAME, "csv", bom=True).startswith(b"\xef\xbb\xbf")
    assert not frame_bytes(FRAME, "csv").startswith(b"\xef\xbb\xbf")


def test_headers_are_guarded_too() -> None:
    assert csv_text(["=1+1", "a"], []) == "'=1+1,a\r\n"


def test_structures_bytes_and_times_become_text() -> None:
    row = [{"a": dt.date(2026, 1, 2)}, b"\x01\xff", dt.time(3, 4), [1, None, 2]]
    assert (
        csv_text(["a", "b", "c", "d"], [row]).splitlines()[1]
        == '"{""a"": ""2026-01-02""}",01ff,03:04:00,1; 2'
    )


def test_json_lines_keep_types() -> None:
    lines = [json.loads(line) for line in frame_bytes(FRAME, "jsonl").decode().splitlines()]
    assert lines[0] == {
        "name": "Zoë",
        "phones": ["+44 7700 900123", "01865"],
        "born": "1990-01-31",
        "seen": "2026-01-02T03:04:05",
        "count": -5,
        "share": 0.5,
        "ok": True,
    }
    assert lines[2]["name"] is None
    assert lines[1]["share"] is None
    nested = pl.DataFrame({"a": [[1.5, float("inf")]], "b": [{"c": float("nan")}]})
    assert json.loads(frame_bytes(nested, "jsonl")) == {"a": [1.5, None], "b": {"c": None}}


def test_parquet_keeps_the_frame() -> None:
    assert pl.read_parquet(frame_bytes(FRAME, "parquet")).equals(FRAME)


def test_excel_shows_texts_as_texts_and_numbers_as_numbers() -> None:
    data = frame_bytes(FRAME, "xlsx")
    rows = fastexcel.read_excel(data).load_sheet(0, dtypes="string").to_polars().rows()
    assert rows[0] == (
        "Zoë",
        "+44 7700 900123; 01865",
        "1990-01-31",
        "2026-01-02T03:04:05",
        "-5",
        "0.5",
        "true",
    )
    assert rows[1][0] == "=1+1"
    assert rows[2][4] == "100000000000000000"


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_equal_frames_make_equal_files(kind: str) -> None:
    assert frame_bytes(FRAME, kind) == frame_bytes(FRAME.clone(), kind)  # type: ignore[arg-type]


def test_what_excel_cannot_hold_is_refused() -> None:
    with pytest.raises(InputError, match="longer than an Excel cell"):
        frame_bytes(pl.DataFrame({"a": ["x" * 32_768]}), "xlsx")
    with pytest.raises(InputError, match="larger than an Excel sheet"):
        frame_bytes(pl.DataFrame({"a": range(1_048_576)}), "xlsx")


@pytest.mark.parametrize("name", ["f.csv", "f.xlsx", "f.jsonl", "f.NDJSON", "f.parquet"])
def test_a_file_is_written_for_its_owner_alone(tmp_path: Path, name: str) -> None:
    path = write_frame(FRAME, tmp_path / name)
    assert path == tmp_path / name
    assert path.stat().st_size > 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_file_that_was_there_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("old" * 10_000)
    write_frame(pl.DataFrame({"a": [1]}), str(path))
    assert path.read_bytes() == b"a\r\n1\r\n"


@pytest.mark.parametrize("name", ["f.txt", "f", "f.csv.gz"])
def test_an_ending_that_names_no_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="names no format"):
        write_frame(FRAME, tmp_path / name)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"file f\.csv: the file cannot be written .FileNotFoundError"):
        write_frame(FRAME, tmp_path / "none" / "f.csv")


def test_what_cannot_take_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "f.csv").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_frame(FRAME, tmp_path / "f.csv")
    assert [entry.name for entry in tmp_path.iterdir()] == ["f.csv"]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=15)


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=8))
def test_no_cell_of_a_csv_file_can_run(rows: list[list[str]]) -> None:
    written = csv_text(["a", "b"], rows)
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert len(read) == len(rows) + 1
    for cells, texts in zip(read[1:], rows, strict=True):
        for cell, text in zip(cells, texts, strict=True):
            assert not cell.lstrip(" ").startswith(FORMULA_STARTS)
            assert cell.removeprefix("'") == text.removeprefix("'")


@given(st.lists(st.none() | TEXTS, max_size=8))
def test_json_lines_and_parquet_lose_nothing(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"a": texts}, schema={"a": pl.String})
    lines = frame_bytes(frame, "jsonl").decode().split("\n")[:-1]
    assert [json.loads(line)["a"] for line in lines] == texts
    assert pl.read_parquet(frame_bytes(frame, "parquet"))["a"].to_list() == texts

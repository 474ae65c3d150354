"""Workbooks and Parquet files: the same texts as CSV, clear refusals, and bytes that are damaged."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError, ProfileError
from bnl.exchange import typed_rows
from bnl.exchange.rows import Table
from bnl.exchange.source import Source
from bnl.exchange.typed_rows import read_excel, read_parquet


def workbook(rows: list[list[object]], *, sheet: str = "Clients", more: tuple[str, ...] = ()) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(at, column, dt.datetime(value.year, value.month, value.day), day)
                elif value is not None:
                    page.write(at, column, value)
        for name in more:
            book.add_worksheet(name)
    return buffer.getvalue()


def excel(data: bytes, **options: str | int) -> Table:
    return read_excel(Source("f.xlsx", data=data), **options)  # type: ignore[arg-type]


GOOD = workbook(
    [
        ["Ref", "Name", "DOB", "Phone"],
        [1, "Zoë", dt.date(1990, 1, 31), 7700900123],
        ["A2", "Bo", "31/1/90", ""],
    ]
)


def test_cells_become_the_texts_a_person_sees() -> None:
    table = excel(GOOD)
    assert table.header == ("Ref", "Name", "DOB", "Phone")
    first, second = table.rows
    assert (first.number, first.cells) == (2, ("1", "Zoë", "1990-01-31 00:00:00", "7700900123"))
    assert (second.number, second.cells) == (3, ("A2", "Bo", "31/1/90", None))
    assert table.notes == ('sheet "Clients"',)


def test_a_path_reads_as_bytes_do(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    path.write_bytes(GOOD)
    assert list(read_excel(Source("f.xlsx", path)).rows) == list(excel(GOOD).rows)


def test_a_formula_shows_its_value() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["Ref", "Name"])
        page.write_formula(1, 0, "=1+1", value=2)
        page.write_string(1, 1, "=1+1")
    assert next(excel(buffer.getvalue()).rows).cells == ("2", "=1+1")


def test_blank_rows_and_titles_keep_the_numbers_of_the_sheet() -> None:
    data = workbook([["Clients of 2026"], [], ["Ref", "Name"], [1, "A"], [], [2, "B"]])
    table = excel(data, skip_rows=1)
    assert table.header == ("Ref", "Name")
    assert [(row.number, row.cells) for row in table.rows] == [
        (4, ("1", "A")),
        (5, (None, None)),
        (6, ("2", "B")),
    ]


def test_a_sheet_is_found_by_its_name() -> None:
    data = workbook([["Ref"], [1]], sheet="People", more=("Notes",))
    assert excel(data, sheet="People").notes == ('sheet "People", one of 2',)
    with pytest.raises(ProfileError, match='no sheet "Clients"; it has "People", "Notes"'):
        excel(data, sheet="Clients")
    with pytest.raises(InputError, match="the sheet is empty"):
        excel(data, sheet="Notes")


def test_a_header_alone_is_a_table_of_no_rows() -> None:
    table = excel(workbook([["Ref", "Name"]]))
    assert table.header == ("Ref", "Name")
    assert list(table.rows) == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GOOD[: len(GOOD) // 2], id="cut-in-half"),
        pytest.param(GOOD[:-40], id="end-missing"),
        pytest.param(GOOD[:10], id="ten-bytes"),
        pytest.param(b"", id="empty"),
        pytest.param(b"Ref,Name\n1,Smith\n", id="csv"),
        pytest.param(b"PK\x03\x04" + b"\x00" * 100, id="zip-without-content"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, id="old-workbook-without-content"),
    ],
)
def test_a_damaged_workbook_is_refused_with_advice(data: bytes) -> None:
    with pytest.raises(
        InputError, match=r"file f\.xlsx: the file cannot be read as an Excel workbook"
    ) as caught:
        excel(data)
    assert "Export it again" in caught.value.advice


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match="cannot be read as an Excel workbook"):
        excel(buffer.getvalue())


def test_a_workbook_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_rows, "_MAX_UNPACKED", 100)
    with pytest.raises(InputError, match="unpacks to more than"):
        excel(GOOD)


@given(st.data())
def test_a_workbook_damaged_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    damage = data.draw(st.binary(min_size=1, max_size=8))
    broken = GOOD[:at] + damage + GOOD[at + len(damage) :]
    try:
        table = excel(broken)
    except InputError as refusal:
        table = Table((), iter(()), (refusal.message,))
    assert all(len(row.cells) == len(table.header) for row in table.rows)


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


FRAME = pl.DataFrame(
    {
        "ref": [1, 2],
        "name": ["Zoë", None],
        "dob": [dt.date(1990, 1, 31), None],
        "seen": [dt.datetime(2026, 1, 2, 3, 4), None],
        "phones": [["1", "2"], []],
        "score": [1.0, 2.5],
        "ok": [True, False],
        "raw": [b"ab", b"\xff"],
    }
)


def test_parquet_values_become_texts() -> None:
    table = read_parquet(Source("f.parquet", data=parquet(FRAME)))
    assert table.header == tuple(FRAME.columns)
    first, second = table.rows
    assert first.number == 2
    assert first.cells == ("1", "Zoë", "1990-01-31", "2026-01-02 03:04:00", ("1", "2"), "1", "true", "ab")
    assert second.cells == ("2", "", "", "", (), "2.5", "false", "\ufffd")


def test_a_structure_in_parquet_costs_its_row() -> None:
    frame = pl.DataFrame({"ref": [{"a": 1}]})
    row = next(read_parquet(Source("f.parquet", data=parquet(frame))).rows)
    assert row.broken is not None


def test_long_parquet_files_are_read_in_slices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(typed_rows, "_SLICE", 3)
    path = tmp_path / "f.parquet"
    pl.DataFrame({"ref": range(10)}).write_parquet(path)
    rows = list(read_parquet(Source("f.parquet", path)).rows)
    assert [(row.number, row.cells) for row in rows] == [(at + 2, (str(at),)) for at in range(10)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"a,b\n", id="csv"),
        pytest.param(parquet(FRAME)[:-10], id="cut"),
    ],
)
def test_a_damaged_parquet_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"file f\.parquet"):
        read_parquet(Source("f.parquet", data=data))

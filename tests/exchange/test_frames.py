"""Frames from files: only the columns asked for, in that order, as the file says them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.exchange.frames import read_columns

TABLE = pl.DataFrame(
    {
        "first": ["Zoë", "José"],
        "born": ["2001-02-03", "01/02/1990"],
        "code": ["007", ""],
        "secret": ["x", "y"],
    }
)


def as_csv(separator: str) -> Callable[[Path], None]:
    return lambda path: TABLE.write_csv(path, separator=separator)


WRITERS: list[object] = [
    pytest.param("people.parquet", TABLE.write_parquet, id="parquet"),
    pytest.param("people.csv", as_csv(","), id="csv with commas"),
    pytest.param("people.csv", as_csv(";"), id="csv with semicolons"),
    pytest.param("people.txt", as_csv("|"), id="text with bars"),
    pytest.param("people.tsv", as_csv("\t"), id="tabs"),
    pytest.param("people.jsonl", TABLE.write_ndjson, id="json lines"),
    pytest.param("people.ndjson", TABLE.write_ndjson, id="ndjson"),
    pytest.param("people.xlsx", TABLE.write_excel, id="excel"),
    pytest.param("PEOPLE.CSV", as_csv(","), id="ending in upper case"),
]


@pytest.mark.parametrize(("name", "write"), WRITERS)
def test_the_columns_asked_for_come_in_the_order_asked_for(
    name: str, write: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / name
    write(path)
    found = read_columns(path, ["born", "first"]).frame
    assert found.columns == ["born", "first"]
    assert found.get_column("first").to_list() == ["Zoë", "José"]
    assert found.get_column("born").to_list() == ["2001-02-03", "01/02/1990"]


@pytest.mark.parametrize(("name", "write"), WRITERS)
def test_digits_are_text_and_keep_their_noughts(
    name: str, write: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / name
    write(path)
    codes = read_columns(path, ["code"]).frame.get_column("code")
    assert codes.dtype == pl.String
    assert codes[0] == "007"


@pytest.mark.parametrize(("name", "write"), WRITERS)
def test_a_missing_column_is_named_with_those_that_are_there(
    name: str, write: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / name
    write(path)
    with pytest.raises(InputError, match="there is no column surname") as caught:
        read_columns(str(path), ["first", "surname"])
    assert "first, born, code, secret" in str(caught.value)
    assert caught.value.file == name
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("people.parquet", b"PAR1 and nothing more", id="truncated parquet"),
        pytest.param("people.xlsx", b"PK\x03\x04", id="truncated excel"),
        pytest.param("people.jsonl", b'{"first": "Ze', id="json cut off"),
        pytest.param("people.csv", b"", id="empty csv"),
    ],
)
def test_a_broken_file_is_an_error_with_its_name_and_no_path(
    name: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_columns(path, ["first"])
    assert caught.value.file == name
    assert caught.value.advice
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"file gone\.csv: the file cannot be opened \(FileNotFoundError\)"):
        read_columns(tmp_path / "gone.csv", ["first"])


def test_an_unknown_ending_names_those_that_are_known(tmp_path: Path) -> None:
    path = tmp_path / "people.docx"
    path.write_bytes(b"anything")
    with pytest.raises(InputError, match=r"Use \.parquet, \.csv, \.jsonl or \.xlsx"):
        read_columns(path, ["first"])


def test_a_byte_that_is_not_utf8_loses_no_row(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("first,born\nJosé,1990-01-02\nAda,1990-01-03\n".encode("cp1252"))
    found = read_columns(path, ["first", "born"]).frame
    assert found.get_column("born").to_list() == ["1990-01-02", "1990-01-03"]
    assert found.get_column("first")[1] == "Ada"


def test_a_header_alone_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("first,born\n", encoding="utf-8")
    assert read_columns(path, ["born"]).frame.shape == (0, 1)


cells = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), min_size=1)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=20))
def test_what_is_written_is_read_back_from_every_format(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("frames")
    table = pl.DataFrame(rows, schema={"one": pl.String, "two": pl.String}, orient="row")
    table.write_csv(folder / "t.csv")
    table.write_parquet(folder / "t.parquet")
    table.write_ndjson(folder / "t.jsonl")
    for name in ("t.csv", "t.parquet", "t.jsonl"):
        assert read_columns(folder / name, ["two", "one"]).frame.rows() == [
            (two, one) for one, two in rows
        ], name


def test_a_workbook_may_begin_lower_down(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    pl.DataFrame([("", ""), ("Born ", "first"), ("1990-01-02", "Ada")], orient="row").write_excel(
        path, include_header=False
    )
    assert read_columns(path, ["first", "born"]).frame.rows() == [("Ada", "1990-01-02")]


def test_an_empty_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none.xlsx"
    pl.DataFrame().write_excel(path)
    with pytest.raises(InputError, match="empty"):
        read_columns(path, ["first"])


@pytest.mark.parametrize(
    ("lines", "rows", "broken"),
    [
        pytest.param(['{"first": null, "born": 1}'] * 150 + ['{"first": "Zoë"}'], 151, (), id="late"),
        pytest.param(['{"first": "A"}', '{"first": 5}', '{"born": "x"}'], 3, (), id="kinds mixed"),
        pytest.param(['{"first": "A", "born": 1}', '{"first": "B', '{"first": "C"}'], 3, (2,), id="cut off"),
        pytest.param(['{"first": ["A", "B"], "born": 1}', '{"first": "C"}'], 2, (), id="a list"),
    ],
)
def test_json_lines_need_not_be_of_one_kind(
    lines: list[str], rows: int, broken: tuple[int, ...], tmp_path: Path
) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read_columns(path, ["first", "born"])
    assert found.frame.height == rows
    assert found.broken == broken

"""CSV files as frames: whatever program wrote them, and whatever is broken in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.exchange.csv_frames import read_csv
from bnl.exchange.source import source_of

ROWS = [("7", "Zoë", "O’Brien"), ("8", "José", ""), ("9", "Anna, Maria", 'the "Red"')]
PLAIN = [("7", "Zoë", "Muñoz"), ("8", "José", "x"), ("9", "Anna, Maria", 'the "Red"')]


def written(rows: Sequence[tuple[str, ...]], **how: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **how).writerows([("no", "first", "last"), *rows])  # type: ignore[arg-type]
    return out.getvalue()


def read(content: bytes, *columns: str) -> tuple[list[tuple[object, ...]], tuple[int, ...]]:
    found = read_csv(source_of(content, "people.csv"), columns or ("no", "first", "last"))
    return found.frame.rows(), found.broken


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_a_file_reads_alike_whatever_program_wrote_it(delimiter: str, end: str, encoding: str) -> None:
    text = written(PLAIN, delimiter=delimiter, lineterminator=end)
    assert read(text.encode(encoding)) == (PLAIN, ())


def test_quotes_around_everything_hide_no_delimiter() -> None:
    header = '"no";"first";"last, or family, or sur-";"x"\r\n'
    assert read((header + '"1";"Ada";"B";""\r\n').encode(), "no", "first") == ([("1", "Ada")], ())


def test_empty_cells_are_missing() -> None:
    assert read(written(ROWS).encode())[0][1] == ("8", "José", None)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("No,FIRST,Last", id="capitals"),
        pytest.param(" no , first ,last", id="blanks"),
        pytest.param('"no","first","last"', id="quotes"),
        pytest.param("\n\nno,first,last", id="blank lines above"),
        pytest.param("sep=,\nno,first,last", id="a spreadsheet's hint above"),
    ],
)
def test_a_header_is_found_as_a_person_would(header: str) -> None:
    assert read(f"{header}\n1,Ada,Byron\n".encode()) == ([("1", "Ada", "Byron")], ())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("2,Bo,Ek,surplus", None, id="a cell too many"),
        pytest.param("2,Bo,Ek,a,b,c", None, id="three too many"),
        pytest.param("2,Bo,Ek,,", ("2", "Bo", "Ek"), id="empty cells too many"),
        pytest.param("2,Bo", ("2", "Bo", None), id="a cell missing at the end"),
        pytest.param('2,"Bo\nBu",Ek', ("2", "Bo\nBu", "Ek"), id="a line break in quotes"),
        pytest.param('2,B"o,Ek', ("2", 'B"o', "Ek"), id="a quote within"),
        pytest.param('2,"Bo,Ek', None, id="a quote that never ends"),
    ],
)
def test_a_broken_row_costs_one_row_and_is_named(line: str, expected: tuple[str, ...] | None) -> None:
    rows, broken = read(f"no,first,last\n1,Ada,Byron\n{line}\n3,Cy,Fox\n".encode())
    assert rows == [("1", "Ada", "Byron"), expected or (None, None, None), ("3", "Cy", "Fox")]
    assert broken == (() if expected else (3,))


def test_a_byte_that_fits_no_encoding_costs_no_row() -> None:
    many = "".join(f"{n},Zoë,x\n" for n in range(20)).encode()
    rows, broken = read(b"no,first,last\n" + many + b"21,Zo\xff,x\n")
    assert len(rows) == 21
    assert rows[-1][1] == "Zo\ufffd"
    assert broken == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\n\n", "empty", id="blank"),
        pytest.param(b"no,first,first,last\n1,a,b,c\n", "twice", id="a column twice"),
        pytest.param(b"no,first\n1,a\n", "there is no column last", id="a column missing"),
        pytest.param(b"PK\x03\x04", "seems to be an Excel workbook", id="a workbook"),
        pytest.param(b"\x1f\x8b\x00", "gzip", id="an archive"),
    ],
)
def test_what_cannot_be_read_at_all_is_told(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(content)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=15), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_read_back(rows: list[tuple[str, str, str]], end: str) -> None:
    content = written(rows, lineterminator=end, quoting=csv.QUOTE_ALL).encode()  # type: ignore[arg-type]
    found, broken = read(content)
    assert [tuple(cell or "" for cell in row) for row in found] == rows
    assert broken == ()


def test_no_more_than_the_columns_asked_for_comes_back(tmp_path: Path) -> None:
    place = tmp_path / "people.csv"
    place.write_text(written(PLAIN), encoding="utf-8")
    assert read_csv(source_of(place), ["last"]).frame.columns == ["last"]

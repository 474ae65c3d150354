"""CSV row by row: RFC 4180 against the standard library as oracle, and one broken row costing one row."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.exchange.csv_rows import MAX_LINE, MAX_LINES, open_csv
from bnl.exchange.findings import Reason
from bnl.exchange.rows import RawRow, Table
from bnl.exchange.source import Source


def table_of(
    data: str | bytes, *, delimiter: str = ",", skip_rows: int = 0, encoding: str = "detect"
) -> Table:
    raw = data.encode() if isinstance(data, str) else data
    return open_csv(
        Source("f.csv", data=raw),
        encoding=encoding,
        delimiter=delimiter,
        skip_rows=skip_rows,
        expected=("a", "b"),
    )


def rows_of(data: str | bytes, **options: str) -> list[RawRow]:
    return list(table_of(data, **options).rows)  # type: ignore[arg-type]


def shown(rows: Sequence[RawRow]) -> list[tuple[int, object]]:
    return [(row.number, row.broken or list(row.cells)) for row in rows]


def test_header_and_rows_with_the_numbers_of_a_spreadsheet() -> None:
    table = table_of("a,b\n1,x\n\n2,y\n")
    assert table.header == ("a", "b")
    assert shown(list(table.rows)) == [(2, ["1", "x"]), (3, ["", ""]), (4, ["2", "y"])]
    assert table.notes == ("encoding utf-8: it is plain ASCII",)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param('"1","x"\n', [(2, ["1", "x"])], id="quoted"),
        pytest.param('1,"x, y"\n', [(2, ["1", "x, y"])], id="delimiter-in-quotes"),
        pytest.param('1,"x ""y"" z"\n', [(2, ["1", 'x "y" z'])], id="doubled-quotes"),
        pytest.param(
            '1,"x\ny"\n2,z\n', [(2, ["1", "x\ny"]), (3, ["2", "z"])], id="a-cell-of-two-lines-is-one-row"
        ),
        pytest.param('1,"x\r\ny"\r\n', [(2, ["1", "x\r\ny"])], id="carriage-returns"),
        pytest.param("1,x", [(2, ["1", "x"])], id="no-line-end-at-the-end"),
        pytest.param("1,x\r2,y\r", [(2, ["1", "x"]), (3, ["2", "y"])], id="old-mac"),
        pytest.param("1,x,,\n", [(2, ["1", "x"])], id="empty-surplus-cells"),
        pytest.param(",,,,\n", [(2, ["", ""])], id="only-delimiters"),
        pytest.param("1,5'10\"\n", [(2, ["1", "5'10\""])], id="inches"),
        pytest.param("1,x,y\n2,z\n", [(2, Reason.TOO_MANY_CELLS), (3, ["2", "z"])], id="too-many"),
        pytest.param("1\n2,z\n", [(2, Reason.TOO_FEW_CELLS), (3, ["2", "z"])], id="too-few"),
        pytest.param(
            '1,"x\n2,y\n3,z\n', [(2, Reason.UNCLOSED_QUOTE), (3, ["2", "y"]), (4, ["3", "z"])], id="open"
        ),
        pytest.param(
            '1,"x\n2,"y"\n3,z\n',
            [(2, Reason.UNCLOSED_QUOTE), (3, ["2", "y"]), (4, ["3", "z"])],
            id="open-then-quoted",
        ),
        pytest.param('1,"x"y\n2,z\n', [(2, Reason.UNCLOSED_QUOTE), (3, ["2", "z"])], id="text-after-a-quote"),
        pytest.param(
            '1,"x\n2,y",q\n', [(2, Reason.UNCLOSED_QUOTE), (3, Reason.TOO_MANY_CELLS)], id="swallowed-row"
        ),
        pytest.param("1,x\x00y\n", [(2, ["1", "x\x00y"])], id="nul-is-left-to-the-cleaning"),
    ],
)
def test_each_row_is_read_or_said_to_be_broken(body: str, expected: list[tuple[int, object]]) -> None:
    assert shown(rows_of("a,b\n" + body)) == expected


def test_a_line_of_two_megabytes_costs_one_row() -> None:
    rows = rows_of("a,b\n1,x\n2," + "y" * 2_000_000 + "\n3,z\n")
    assert shown(rows) == [(2, ["1", "x"]), (3, Reason.LINE_TOO_LONG), (4, ["3", "z"])]
    assert len(rows[1].raw) == MAX_LINE


def test_an_open_quote_before_many_lines_costs_one_row() -> None:
    rows = rows_of('a,b\n1,"x\n' + "2,y\n" * (3 * MAX_LINES))
    assert rows[0].broken is Reason.UNCLOSED_QUOTE
    assert [list(row.cells) for row in rows[1:]] == [["2", "y"]] * (3 * MAX_LINES)


def test_an_open_quote_before_long_lines_costs_one_row() -> None:
    long = "2," + "y" * (MAX_LINE // 2) + "\n"
    rows = rows_of('a,b\n1,"x\n' + long * 3)
    assert [row.broken for row in rows] == [Reason.UNCLOSED_QUOTE, None, None, None]


def test_a_broken_row_keeps_what_was_sent_and_does_not_show_it() -> None:
    row = rows_of("a,b\n1,Smith,x\n")[0]
    assert row.raw == "1,Smith,x\n"
    assert "Smith" not in repr(row)


def test_rows_above_the_header_are_skipped_and_counted() -> None:
    table = table_of("Clients of 2026\n\na,b\n1,x\n", skip_rows=2)
    assert table.header == ("a", "b")
    assert shown(list(table.rows)) == [(4, ["1", "x"])]


@pytest.mark.parametrize("hint", ["sep=;", "SEP=;", '"sep=;"'])
@pytest.mark.parametrize("delimiter", ["detect", ";"])
def test_the_hint_a_spreadsheet_writes_is_followed_and_is_no_row(hint: str, delimiter: str) -> None:
    table = table_of(hint + "\r\na;b\r\n1;x, y, z\r\n", delimiter=delimiter)
    assert table.header == ("a", "b")
    assert shown(list(table.rows)) == [(2, ["1", "x, y, z"])]


def test_a_hint_may_name_a_delimiter_nobody_else_uses() -> None:
    table = table_of("sep=~\na~b\n1~x\n", delimiter="detect")
    assert table.header == ("a", "b")
    assert table.notes[1] == "delimiter ~: the first line of the file says so"
    with pytest.raises(InputError, match="the header has no comma, it is parted by the ~"):
        table_of("sep=~\na~b\n1~x\n", delimiter=",")


def test_a_hint_further_down_is_a_row() -> None:
    assert shown(rows_of("a,b\nsep=;\n")) == [(2, Reason.TOO_FEW_CELLS)]


def test_blank_rows_above_the_header_are_counted() -> None:
    assert shown(rows_of("\n,\na,b\n1,x\n")) == [(4, ["1", "x"])]


def test_header_names_are_trimmed_of_blanks_and_of_a_mark() -> None:
    assert table_of("\ufeff a ,b\t\n".encode("utf-8-sig")).header == ("a", "b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "cp1252"])
def test_every_encoding_gives_the_same_rows(encoding: str) -> None:
    assert shown(rows_of("a;b\n1;Zoë\n".encode(encoding), delimiter="detect")) == [(2, ["1", "Zoë"])]


def test_one_row_in_another_encoding_is_marked_by_the_replacement_character() -> None:
    data = "a,b\n1,Żółć\n".encode() + b"2,Zo\xeb\n" + b"3,x\n"
    assert shown(rows_of(data)) == [(2, ["1", "Żółć"]), (3, ["2", "Zo\ufffd"]), (4, ["3", "x"])]


def test_the_delimiter_is_found_and_noted() -> None:
    table = table_of("a;b\n1;x\n", delimiter="detect")
    assert table.header == ("a", "b")
    assert (
        table.notes[1] == "delimiter semicolon: with the semicolon the header shows 2 of 2 columns expected"
    )


@pytest.mark.parametrize(
    ("data", "delimiter", "message"),
    [
        pytest.param("a;b\n1;x\n", ",", "the header has no comma, it is parted by the semicolon", id="wrong"),
        pytest.param("a,b\n1,x\n", ",,", "is not one character", id="two-characters"),
        pytest.param("a,b\n1,x\n", '"', "is not one character", id="quote"),
        pytest.param('"a\n' + "b\n" * 100, ",", "the header cannot be read", id="broken-header"),
        pytest.param("x" * (MAX_LINE + 1), ",", "the header cannot be read", id="endless-header"),
        pytest.param(",,,\n\n,\n", ",", "the file has no header", id="only-delimiters"),
        pytest.param("", ",", "the file is empty", id="empty"),
        pytest.param(b"PK\x03\x04xxxx", ",", "seems to be an Excel workbook", id="workbook"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_name(
    data: str | bytes, delimiter: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        table_of(data, delimiter=delimiter)
    assert str(caught.value).startswith("file f.csv")
    assert caught.value.advice


def test_a_file_of_one_column_needs_no_delimiter() -> None:
    assert shown(rows_of("a\n1\n2\n", delimiter="detect")) == [(2, ["1"]), (3, ["2"])]
    assert shown(rows_of("a\n1\n", delimiter=";")) == [(2, ["1"])]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=12)


@given(
    st.integers(min_value=1, max_value=4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
    ),
    st.sampled_from([",", ";", "|", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_what_the_standard_library_writes_is_read_back(
    rows: list[list[str]], delimiter: str, end: str, everything_quoted: bool
) -> None:
    out = io.StringIO(newline="")
    if everything_quoted:
        csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    header = [f"h{at}" for at in range(len(rows[0]))]
    text = delimiter.join(header) + end + out.getvalue()
    found = rows_of(text.encode(), delimiter=delimiter, encoding="utf-8")
    assert [list(row.cells) for row in found] == rows


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["x", "", "y z"])), min_size=1, max_size=12),
    st.data(),
)
def test_one_broken_row_loses_no_other(good: list[tuple[int, str]], data: st.DataObject) -> None:
    broken = data.draw(st.sampled_from(['7,"oops', '7,"oops"x', "7", "7,x,y", "7," + "x" * (MAX_LINE + 5)]))
    at = data.draw(st.integers(0, len(good)))
    lines = [f"{number},{text}" for number, text in good]
    lines.insert(at, broken)
    rows = rows_of("a,b\n" + "\n".join(lines) + "\n")
    assert [row.number for row in rows if row.broken] == [at + 2]
    assert [list(row.cells) for row in rows if not row.broken] == [
        [str(number), text] for number, text in good
    ]


@given(st.text('a,"\n\rb', max_size=80))
def test_every_line_that_holds_anything_is_in_some_row(body: str) -> None:
    rows = rows_of("a,b\n" + body)
    letters = sum(char in "ab" for char in body)
    seen = sum(
        char in "ab" for row in rows for char in (row.raw if row.broken else "".join(map(str, row.cells)))
    )
    assert seen == letters
    assert [row.number for row in rows] == list(range(2, len(rows) + 2))


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_clear_refusal(data: bytes) -> None:
    with contextlib.suppress(InputError):
        table = table_of(data, delimiter="detect")
        width = len(table.header)
        for row in table.rows:
            assert row.broken or len(row.cells) == width

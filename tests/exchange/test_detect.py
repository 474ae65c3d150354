"""Detection of encodings and delimiters, with the reason for each answer."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.exchange.detect import DELIMITERS, Detected, detect_delimiter, first_lines, resolve_encoding
from bnl.exchange.source import Source

TEXT = "Ref;Name\n1;Żółć\n2;Ó Néill\n"


def encoding(data: bytes, declared: str = "detect") -> Detected:
    return resolve_encoding(Source("f.csv", data=data), declared)


@pytest.mark.parametrize(
    ("data", "expected", "why"),
    [
        pytest.param(b"Ref,Name\n1,Smith\n", "utf-8", "plain ASCII", id="ascii"),
        pytest.param(TEXT.encode(), "utf-8", "reads as UTF-8", id="utf-8"),
        pytest.param(TEXT.encode("utf-8-sig"), "utf-8-sig", "mark of UTF-8", id="utf-8-mark"),
        pytest.param(TEXT.encode("utf-16"), "utf-16", "mark of UTF-16", id="utf-16-mark"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16", "mark of UTF-16", id="utf-16-be-mark"),
        pytest.param(TEXT.encode("utf-32"), "utf-32", "mark of UTF-32", id="utf-32-mark"),
        pytest.param(TEXT.encode("utf-16-le"), "utf-16-le", "every other byte is zero", id="utf-16-le"),
        pytest.param(TEXT.encode("utf-16-be"), "utf-16-be", "every other byte is zero", id="utf-16-be"),
        pytest.param("Ref;Name\n1;Zoë\n".encode("cp1252"), "cp1252", "Windows-1252", id="cp1252"),
        pytest.param(
            TEXT.encode() + b"3;Zo\xeb\n", "utf-8", "6 characters read as UTF-8", id="one-row-of-another"
        ),
        pytest.param(
            "1;Zoë\n".encode() + b"2;Zo\xeb\n" * 9,
            "utf-8",
            "9 bytes do not",
            id="names-are-never-misspelt-in-silence",
        ),
        pytest.param(
            "1;JOSÉ’S\n".encode("cp1252") + b"2;Zo\xeb\n" * 11,
            "cp1252",
            "Windows-1252",
            id="one-pair-that-reads-as-utf-8-by-chance",
        ),
        pytest.param(b"a,b\n1,\x00\n", "utf-8", "plain ASCII", id="a-single-nul"),
    ],
)
def test_finds_the_encoding_and_says_why(data: bytes, expected: str, why: str) -> None:
    found = encoding(data)
    assert found.value == expected
    assert why in found.why


def test_accents_far_down_a_long_file_are_seen() -> None:
    long = b"Ref,Name\n" + b"1,Smith\n" * 300_000
    assert encoding(long + "2,Zoë\n".encode("cp1252")).value == "cp1252"
    assert encoding(long + "2,Zoë\n".encode()).value == "utf-8"


def test_a_character_cut_by_the_end_counts_as_broken() -> None:
    assert encoding(b"Ref,Name\n1,Zo\xc3").value == "cp1252"


def test_what_is_declared_counts_unless_a_mark_says_otherwise() -> None:
    assert encoding(TEXT.encode("cp1250"), "cp1250") == Detected("cp1250", "the profile says so")
    assert encoding(TEXT.encode("utf-8-sig"), "cp1252").value == "utf-8-sig"


@pytest.mark.parametrize("name", ["", "utf-9", "rot13", "hex", "\x00"])
def test_an_encoding_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="names an encoding that does not exist"):
        encoding(b"a,b\n", name)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b" \t\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00\x00"], ids=repr
)
def test_an_empty_file_is_said_to_be_empty(data: bytes) -> None:
    with pytest.raises(InputError, match=r"file f\.csv: the file is empty"):
        encoding(data)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param(b"PK\x03\x04" + b"\x00" * 50, "Excel workbook", id="workbook"),
        pytest.param(b"%PDF-1.4", "PDF", id="pdf"),
        pytest.param(b"ab\x00\x00" * 20, "full of zero bytes", id="zero-bytes"),
    ],
)
def test_what_is_no_text_is_said_to_be_none(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        encoding(data)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_finds_each_delimiter(delimiter: str) -> None:
    lines = first_lines("Ref,Name,DOB\n1,Smith,1990\n2,Jones,1991\n".replace(",", delimiter))
    assert detect_delimiter(lines).value == delimiter
    assert detect_delimiter(lines, ("Ref", "DOB")).value == delimiter


@pytest.mark.parametrize(
    ("text", "expected", "delimiter"),
    [
        pytest.param("Ref;Address\n1;1, High St, Oxford\n", (), ";", id="commas-in-cells"),
        pytest.param("Ref,Notes\n1,a; b; c\n2,d; e; f\n", (), ",", id="semicolons-in-cells"),
        pytest.param('Ref|Name\n1|"a|b"\n', (), "|", id="quoted"),
        pytest.param("Surname, Forename;Ref\nx, y;1\n", ("Ref",), ";", id="comma-in-the-header"),
        pytest.param("a;b,c\n1;2,3\n", ("b,c",), ";", id="expected-columns-decide"),
        pytest.param("\n\nRef;Name\n1;x\n", (), ";", id="blank-lines-above"),
    ],
)
def test_the_evidence_that_counts(text: str, expected: tuple[str, ...], delimiter: str) -> None:
    assert detect_delimiter(first_lines(text), expected).value == delimiter


def test_the_reason_is_given() -> None:
    assert "shows 2 of 2 columns expected" in detect_delimiter(["Ref;Name\n"], ("ref", "name ")).why
    assert "100% of the first rows" in detect_delimiter(["Ref;Name\n", "1;x\n"]).why
    assert "needs no delimiter" in detect_delimiter(["Ref\n", "1\n"]).why
    assert "needs no delimiter" in detect_delimiter([]).why


def test_a_cell_longer_than_the_reader_allows_does_not_stop_it() -> None:
    assert detect_delimiter(["Ref;Name\n", "1;" + "x" * 200_000 + "\n"]).value in DELIMITERS


@given(st.binary(max_size=300))
def test_any_bytes_have_an_encoding_or_a_clear_refusal(data: bytes) -> None:
    with contextlib.suppress(InputError):
        found = encoding(data)
        assert data.decode(found.value, errors="replace")


@given(st.text(max_size=200))
def test_any_text_has_a_delimiter(text: str) -> None:
    assert detect_delimiter(first_lines(text), ("Ref",)).value in DELIMITERS

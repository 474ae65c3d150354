"""Cleaning of cells: what is taken out, what is refused, and that nothing else changes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.exchange.cells import LONG, MIDDLE, SHORT, Cleaner
from bnl.exchange.findings import Doubt, Finding, Reason


def clean(text: str, field: str = "family_name") -> tuple[str | None, list[Doubt | Reason]]:
    found: list[Finding] = []
    value = Cleaner(field, "Col").clean(text, found)
    assert all(finding.column == "Col" for finding in found)
    return value, [finding.code for finding in found]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param("Smith", "Smith", id="as-it-is"),
        pytest.param("  Smith\t", "Smith", id="trimmed"),
        pytest.param("Mary   Ann", "Mary Ann", id="blanks-collapse"),
        pytest.param("Mary\nAnn", "Mary Ann", id="line-break-in-a-name"),
        pytest.param("Mary\tAnn", "Mary Ann", id="tab-in-a-name"),
        pytest.param("\u00a0Smith\u00a0", "Smith", id="no-break-space"),
        pytest.param("Zoe\u0308", "Zo\u00eb", id="composed"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="persian-joiner-stays"),
        pytest.param("O'Neill", "O'Neill", id="apostrophe"),
        pytest.param("Null", "Null", id="the-family-called-null"),
        pytest.param("Nan", "Nan", id="the-girl-called-nan"),
        pytest.param("NA", "NA", id="the-family-called-na"),
        pytest.param("#17", "#17", id="hash-number"),
        pytest.param("-5", "-5", id="negative-number"),
        pytest.param("+44 7700 900123", "+44 7700 900123", id="phone"),
        pytest.param("+44 (0)1865 496 000", "+44 (0)1865 496 000", id="phone-with-brackets"),
        pytest.param("'t Hooft", "'t Hooft", id="dutch-apostrophe"),
    ],
)
def test_keeps_what_was_said(cell: str, text: str) -> None:
    assert clean(cell) == (text, [])


@pytest.mark.parametrize(
    "cell",
    [
        "",
        " ",
        "\t",
        "\u00a0",
        "n/a",
        "N/A",
        "Unknown",
        "NOT KNOWN",
        "tbc",
        "TBC",
        "-",
        "--",
        "?",
        "NULL",
        "null",
        "NaN",
    ],
)
def test_knows_that_nothing_was_said(cell: str) -> None:
    assert clean(cell) == (None, [])


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        pytest.param("Smi\x00th", Reason.CONTROL_CHARACTER, id="nul"),
        pytest.param("Smith\x07", Reason.CONTROL_CHARACTER, id="bell"),
        pytest.param("Smi\x1bth", Reason.CONTROL_CHARACTER, id="escape"),
        pytest.param("Smith\x7f", Reason.CONTROL_CHARACTER, id="delete"),
        pytest.param("Smi\x9bth", Reason.CONTROL_CHARACTER, id="c1-control"),
        pytest.param("Smi\ufffdth", Reason.UNDECODABLE, id="replacement-character"),
        pytest.param("Smi\ud800th", Reason.UNDECODABLE, id="lone-surrogate"),
        pytest.param("htimS\u202e", Reason.TEXT_DIRECTION, id="right-to-left-override"),
        pytest.param("\u202dSmith", Reason.TEXT_DIRECTION, id="left-to-right-override"),
        pytest.param("x" * (SHORT + 1), Reason.CELL_TOO_LONG, id="too-long"),
        pytest.param("=1+1", Reason.FORMULA, id="equals"),
        pytest.param("=HYPERLINK(A1)", Reason.FORMULA, id="hyperlink"),
        pytest.param("@SUM(A1)", Reason.FORMULA, id="at"),
        pytest.param("+cmd|' /C calc'!A0", Reason.FORMULA, id="plus"),
        pytest.param("-cmd|' /C calc'!A0", Reason.FORMULA, id="minus"),
        pytest.param("'=1+1", Reason.FORMULA, id="guarded-formula"),
        pytest.param('="=1+1"', Reason.FORMULA, id="wrapped-formula"),
    ],
)
def test_refuses_what_could_deceive(cell: str, reason: Reason) -> None:
    assert reason in clean(cell)[1]


@pytest.mark.parametrize(
    ("cell", "field", "text", "doubt"),
    [
        pytest.param('="01865"', "phones", "01865", Doubt.SPREADSHEET_TEXT, id="wrapped"),
        pytest.param('=""', "phones", None, Doubt.SPREADSHEET_TEXT, id="wrapped-nothing"),
        pytest.param('="n/a"', "phones", None, Doubt.SPREADSHEET_TEXT, id="wrapped-null"),
        pytest.param("#N/A", "sex", None, Doubt.SPREADSHEET_ERROR, id="not-available"),
        pytest.param("#REF!", "sex", None, Doubt.SPREADSHEET_ERROR, id="bad-reference"),
        pytest.param("Smith\u200b", "sex", "Smith", Doubt.INVISIBLE, id="zero-width-space"),
        pytest.param("\ufeffSmith", "sex", "Smith", Doubt.INVISIBLE, id="byte-order-mark"),
        pytest.param("\u2067علي\u2069", "sex", "علي", Doubt.INVISIBLE, id="isolates"),
        pytest.param("- rang today", "notes", "- rang today", Doubt.FORMULA_LIKE, id="list-in-notes"),
        pytest.param(
            "@ the night shelter", "address", "@ the night shelter", Doubt.FORMULA_LIKE, id="at-in-address"
        ),
    ],
)
def test_takes_what_is_doubtful_and_says_so(cell: str, field: str, text: str | None, doubt: Doubt) -> None:
    assert clean(cell, field) == (text, [doubt])


def test_a_guarded_phone_from_an_export_comes_back() -> None:
    assert clean("'+44 7700 900123", "phones") == ("+44 7700 900123", [])


def test_a_formula_in_notes_is_refused_too() -> None:
    assert clean("=1+1", "notes")[1] == [Reason.FORMULA]


def test_notes_keep_their_lines_and_lose_their_edges() -> None:
    assert clean(" first  line \r\n\tsecond\n", "notes") == ("first line\nsecond", [])


def test_an_address_becomes_one_line() -> None:
    assert clean("1 High Street\nOxford", "address") == ("1 High Street Oxford", [])


@pytest.mark.parametrize(
    ("field", "limit"),
    [("family_name", SHORT), ("address", MIDDLE), ("support_needs", MIDDLE), ("notes", LONG)],
)
def test_each_field_has_its_length(field: str, limit: int) -> None:
    assert clean("x" * limit, field) == ("x" * limit, [])
    assert clean("x" * (limit + 1), field)[1] == [Reason.CELL_TOO_LONG]


def test_the_texts_for_nothing_can_be_chosen() -> None:
    found: list[Finding] = []
    cleaner = Cleaner("sex", "Col", ("XX",))
    assert cleaner.clean("xx", found) is None
    assert cleaner.clean("unknown", found) == "unknown"
    assert found == []


@given(st.text(max_size=80), st.sampled_from(["family_name", "notes", "phones", "address"]))
def test_cleaning_twice_changes_nothing_more(cell: str, field: str) -> None:
    once, codes = clean(cell, field)
    if once is not None and not any(isinstance(code, Reason) for code in codes):
        again, codes = clean(once, field)
        assert again in (once, None)
        assert not any(isinstance(code, Reason) and code is not Reason.FORMULA for code in codes)


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=2, max_size=60))
def test_letters_and_digits_are_never_changed(cell: str) -> None:
    text, codes = clean(cell)
    assert codes == []
    assert text in (unicodedata.normalize("NFC", cell), None)
    assert text is not None or cell.casefold() in {"null", "nan", "none", "unknown", "tbc"}


@given(st.text(max_size=300))
def test_what_is_taken_holds_nothing_unseen(cell: str) -> None:
    text, codes = clean(cell)
    if text is not None and not any(isinstance(code, Reason) for code in codes):
        assert text == text.strip()
        assert "  " not in text
        assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in text)
        assert len(text) <= SHORT

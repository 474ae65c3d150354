"""Normalising: what agrees comes out equal, and junk comes out missing."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching import normalise
from bnl.matching.normalise import MISSING, NORMALISERS


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("1969-01-29", "19690129", id="iso"),
        pytest.param("19690129", "19690129", id="eight digits"),
        pytest.param("1969-01", "19690100", id="month only"),
        pytest.param("1969", "19690000", id="year only"),
        pytest.param("29/01/1969", "19690129", id="day first"),
        pytest.param("29.01.1969", "19690129", id="dots"),
        pytest.param("01-29-1969", "19690129", id="month first, when nothing else is possible"),
        pytest.param("03/02/1970", "19700203", id="ambiguous is day first"),
        pytest.param("01/1969", "19690100", id="month and year"),
        pytest.param("29 January 1969", "19690129", id="English month"),
        pytest.param("29th Jan 1969", "19690129", id="ordinal"),
        pytest.param("1969-01-29T00:00:00", "19690129", id="with a time"),
        pytest.param("1990-02-31", "19900200", id="a day that never was keeps its month"),
        pytest.param("1990-13-01", "19900000", id="a month that never was keeps its year"),
        pytest.param("1900-01-01", "", id="the null date of many systems"),
        pytest.param("0001-01-01", "", id="year one"),
        pytest.param("unknown", "", id="a word"),
        pytest.param("", "", id="nothing"),
        pytest.param("29/Foo/1969", "", id="a month with no name"),
        pytest.param("1969/01/29", "19690129", id="year first with slashes"),
        pytest.param("29/01/1969 00:00:00", "19690129", id="day first with a time"),
        pytest.param("29/01/69", "19690129", id="a year of two digits"),
        pytest.param("29/01/05", "20050129", id="a year of two digits, of this century"),
        pytest.param("29-Jan-69", "19690129", id="a month by its name and a year of two digits"),
        pytest.param("69-01-29", "", id="three short numbers with the year first"),
        pytest.param("January 29, 1969", "19690129", id="month first by its name"),
        pytest.param("29 Sept. 1969", "19690929", id="a month cut short"),
        pytest.param("25232", "19690129", id="the day number of a spreadsheet"),
        pytest.param("25232.0", "19690129", id="the same, made decimal"),
        pytest.param("29011969", "19690129", id="eight digits, day first"),
        pytest.param("19691301", "19690000", id="eight digits, a month that never was"),
    ],
)
def test_dates_of_birth(written: str, expected: str) -> None:
    assert normalise.date_of_birth(written) == expected


@given(st.dates(min_value=dt.date(1901, 1, 2), max_value=dt.date(2099, 12, 31)))
def test_every_spelling_of_a_day_is_one_value(day: dt.date) -> None:
    plain = f"{day:%Y%m%d}"
    for spelling in (
        "%Y-%m-%d",
        "%Y%m%d",
        "%d/%m/%Y",
        "%d.%m.%Y",
        "%d %B %Y",
        "%d-%b-%Y",
        "%B %d, %Y",
        "%Y/%m/%d",
    ):
        assert normalise.date_of_birth(day.strftime(spelling)) == plain


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("07700 900123", "07700900123", id="spaces"),
        pytest.param("+44 7700 900123", "07700900123", id="plus"),
        pytest.param("+44 (0)7700 900123", "07700900123", id="plus and zero"),
        pytest.param("0044 7700 900123", "07700900123", id="double zero"),
        pytest.param("447700900123", "07700900123", id="no plus"),
        pytest.param("tel: 0118 496 0123", "01184960123", id="words before"),
        pytest.param("12345", "", id="too short"),
        pytest.param("0" * 20, "", id="too long"),
        pytest.param("0700000000", "", id="one digit repeated"),
        pytest.param("none", "", id="a word"),
    ],
)
def test_phones(written: str, expected: str) -> None:
    assert normalise.phone(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("GS 12 34 57 A", "GS123457", id="spaces"),
        pytest.param("gs123457a", "GS123457", id="small letters"),
        pytest.param("GS123457", "GS123457", id="without suffix"),
        pytest.param("TN010203F", "", id="temporary number"),
        pytest.param("TN010203A", "", id="temporary number of the right shape"),
        pytest.param("AB123456C", "", id="the example on every form"),
        pytest.param("AB111111C", "", id="one digit repeated"),
        pytest.param("1234567AB", "", id="wrong shape"),
        pytest.param("TBC", "", id="a word"),
    ],
)
def test_ni_numbers(written: str, expected: str) -> None:
    assert normalise.ni_number(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("943 476 5919", "9434765919", id="the example of the data dictionary"),
        pytest.param("9434765919", "9434765919", id="plain"),
        pytest.param("9434765918", "", id="wrong check digit"),
        pytest.param("0000000000", "", id="zeros"),
        pytest.param("943476591", "", id="nine digits"),
    ],
)
def test_nhs_numbers(written: str, expected: str) -> None:
    assert normalise.nhs_number(written) == expected


@given(st.integers(100_000_000, 999_999_999), st.integers(0, 9))
def test_at_most_one_check_digit_is_right(front: int, digit: int) -> None:
    right = [check for check in range(10) if normalise.nhs_number(f"{front}{check}")]
    assert len(right) <= 1
    assert bool(normalise.nhs_number(f"{front}{digit}")) == (digit in right)


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        pytest.param("email", " Jo.Bloggs@Example.ORG ", "jo.bloggs@example.org", id="email folded"),
        pytest.param("email", "mailto:jo@example.org", "jo@example.org", id="email with scheme"),
        pytest.param("email", "jo.example.org", "", id="email without at"),
        pytest.param("email", "@example.org", "", id="email without name"),
        pytest.param("postcode", "ox1 1aa", "OX11AA", id="postcode"),
        pytest.param("postcode", "NFA", "", id="postcode of nowhere"),
        pytest.param("postcode", "3172", "3172", id="foreign postcode"),
        pytest.param("sex", "Female", "f", id="female"),
        pytest.param("sex", "M", "m", id="m"),
        pytest.param("sex", "prefer not to say", "", id="unsaid"),
        pytest.param("reference", "a-1234 b", "A1234B", id="reference"),
        pytest.param("reference", "0000", "", id="reference of zeros"),
        pytest.param("reference", "n/a", "", id="no reference"),
        pytest.param("text", "12, Mill Lane", "12 mill lane", id="address"),
        pytest.param("text", "No Fixed Abode", "", id="no fixed abode"),
        pytest.param("text", "Of no fixed abode", "", id="of no fixed abode"),
        pytest.param("text", "Rough sleeping", "", id="rough sleeping"),
        pytest.param("name", "Unknown", "", id="unknown name"),
        pytest.param("name", "Zoë", "zoe", id="accent"),
        pytest.param("name", "O'Brien", "obrien", id="apostrophe"),
    ],
)
def test_other_values(kind: str, written: str, expected: str) -> None:
    assert NORMALISERS[kind](written) == expected


@pytest.mark.parametrize("kind", sorted(NORMALISERS))
@given(written=st.text(max_size=30))
def test_no_text_is_an_error(kind: str, written: str) -> None:
    assert isinstance(NORMALISERS[kind](written), str)


@pytest.mark.parametrize("kind", sorted(NORMALISERS))
@pytest.mark.parametrize("word", ["", "n/a", "unknown", "TBC", "not known", "-"])
def test_ways_of_saying_nothing_are_missing(kind: str, word: str) -> None:
    assert NORMALISERS[kind](word) == ""


def test_the_list_of_missing_words_has_no_empty_or_padded_word() -> None:
    assert all(word and word == word.strip().lower() for word in MISSING)

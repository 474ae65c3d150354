"""Partial dates are real days of the calendar, written one way."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.dates import DatePrecision, check_partial_date, precision


@pytest.mark.parametrize(
    ("text", "known"),
    [
        pytest.param("1969-01-29", DatePrecision.DAY, id="day"),
        pytest.param("1969-01", DatePrecision.MONTH, id="month"),
        pytest.param("1969", DatePrecision.YEAR, id="year"),
        pytest.param("2024-02-29", DatePrecision.DAY, id="leap day"),
    ],
)
def test_a_possible_date_is_taken_as_it_is(text: str, known: DatePrecision) -> None:
    assert check_partial_date(text) == text
    assert precision(text) is known


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1990-02-31", id="no such day"),
        pytest.param("2023-02-29", id="no leap year"),
        pytest.param("1990-13", id="no such month"),
        pytest.param("0000", id="year nought"),
        pytest.param("29/01/1969", id="not ISO"),
        pytest.param("1969-1-2", id="not padded"),
        pytest.param("19690129", id="basic form"),
        pytest.param("1969-01-29 ", id="trailing space"),
        pytest.param("1969-01-29\n", id="trailing newline"),
        pytest.param("٢٠٢٤", id="digits of another script"),
        pytest.param("", id="empty"),
    ],
)
def test_an_impossible_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day"):
        check_partial_date(text)


@given(st.dates())
def test_every_day_is_a_date_and_so_are_its_month_and_year(day: date) -> None:
    text = day.isoformat()
    for shorter in (text, text[:7], text[:4]):
        assert check_partial_date(shorter) == shorter


@given(st.text(max_size=12))
def test_nothing_else_gets_through(text: str) -> None:
    try:
        taken = check_partial_date(text)
    except ValueError:
        return
    assert taken == text
    assert set(text) <= set("0123456789-")

"""Dates of birth compared: every level by an example, and one slip against a count of digits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.compare_dates import DateComparer, one_slip
from bnl.matching.features import DateFeatures
from bnl.matching.levels import LEVELS
from bnl.matching.table import Table
from tests.matching import reference

dates = st.builds(
    lambda year, month, day: f"{year}{month:02d}{day:02d}",
    st.integers(1940, 1943),
    st.integers(0, 12),
    st.integers(0, 28),
).map(lambda text: text[:6] + "00" if text[4:6] == "00" else text)


def level(a: str, b: str, placeholders: bool = True) -> str:
    table = Table(["date_of_birth"])
    table.extend(["a", "b"], [{"date_of_birth": _iso(a)}, {"date_of_birth": _iso(b)}])
    comparer = DateComparer(table, DateFeatures(table.lexicons["date_of_birth"]), placeholders)
    found = comparer.levels(np.array([0], dtype=np.int32), np.array([1], dtype=np.int32))
    return LEVELS["date"][int(found[0])].name


def _iso(text: str) -> str:
    if not text:
        return ""
    if text[4:6] == "00":
        return text[:4]
    return f"{text[:4]}-{text[4:6]}" + ("" if text[6:] == "00" else f"-{text[6:]}")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param("19690129", "19690129", "exact", id="exact"),
        pytest.param("19690101", "19690101", "default", id="1 January on both sides"),
        pytest.param("19690000", "19690129", "partial", id="year only on one side"),
        pytest.param("19690100", "19690129", "partial", id="month on one side"),
        pytest.param("19690000", "19690000", "partial", id="year only on both"),
        pytest.param("19690503", "19690305", "swapped", id="day and month exchanged"),
        pytest.param("19690129", "19690128", "digit", id="one digit"),
        pytest.param("19690129", "19690192", "near", id="a day that never was is a month"),
        pytest.param("19690112", "19690121", "digit", id="two digits exchanged"),
        pytest.param("19690129", "19790129", "digit", id="ten years off is one digit"),
        pytest.param("19690129", "19700129", "decade_off", id="one year off over a ten"),
        pytest.param("19690129", "19690105", "month", id="same month"),
        pytest.param("19690129", "19480129", "day", id="same day of another year"),
        pytest.param("19690101", "19690722", "placeholder", id="1 January for a birthday not known"),
        pytest.param("19690101", "19790101", "new_years", id="1 January on both sides, a digit off"),
        pytest.param("19690101", "19700101", "new_years", id="1 January on both sides, a year off"),
        pytest.param("19690101", "19960101", "new_years", id="1 January on both sides, digits exchanged"),
        pytest.param("19690101", "19510101", "different", id="1 January on both sides, far apart"),
        pytest.param("19690101", "19590129", "decade", id="1 January on one side, ten years off"),
        pytest.param("19690101", "19690122", "placeholder", id="1 January for a birthday in January"),
        pytest.param("19690129", "19690722", "year", id="same year"),
        pytest.param("19690129", "19691001", "year", id="same year again"),
        pytest.param("19690722", "19700305", "near", id="within a year"),
        pytest.param("19690722", "19760305", "decade", id="within ten years"),
        pytest.param("19690722", "19930305", "different", id="far apart"),
        pytest.param("", "19690129", "missing", id="missing"),
    ],
)
def test_levels(a: str, b: str, expected: str) -> None:
    if reference.is_day(b) or b.endswith("00"):
        assert level(a, b) == expected
        assert level(b, a) == expected


@given(dates, dates)
def test_levels_are_those_of_the_reference(a: str, b: str) -> None:
    readable = [text for text in (a, b) if text.endswith("00") or reference.is_day(text)]
    if len(readable) == 2:
        assert level(a, b) == reference.date_level(a, b)


@given(st.integers(0, 99_999_999), st.integers(0, 99_999_999))
def test_one_slip_is_one_digit_or_two_neighbours_exchanged(a: int, b: int) -> None:
    one, two = f"{a:08d}", f"{b:08d}"
    differ = [place for place in range(8) if one[place] != two[place]]
    neighbours = len(differ) == 2 and differ[1] - differ[0] == 1
    exchanged = neighbours and one[differ[0]] == two[differ[1]] and one[differ[1]] == two[differ[0]]
    parts = [np.array([[int(t[:4]), int(t[4:6]), int(t[6:])]], dtype=np.int32) for t in (one, two)]
    assert bool(one_slip(*parts)[0]) == (len(differ) == 1 or exchanged)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param("19690101", "19690101", "exact", id="1 January is a date like others"),
        pytest.param("19690101", "19690722", "year", id="and no sign of an unknown day"),
        pytest.param("19690101", "19790101", "digit", id="a slip in its year is one"),
        pytest.param("19690503", "19690305", "swapped", id="all else is as before"),
    ],
)
def test_placeholders_may_be_left_out(a: str, b: str, expected: str) -> None:
    assert level(a, b, placeholders=False) == expected

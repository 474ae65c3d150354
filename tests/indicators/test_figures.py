"""Figures: rounding, rates with and without the unknown, targets, pooling."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.indicators.figures import Figure, percent, pooled, round_half_up
from tests.happenings import day

START, END = day("2024-01-01"), day("2024-03-31")


def figure(
    met: int, missed: int, unknown: int = 0, target: Fraction | None = None, name: str = "f"
) -> Figure:
    """Return a figure of so many."""
    numerator = tuple(f"m{number}" for number in range(met))
    denominator = numerator + tuple(f"x{number}" for number in range(missed))
    return Figure(
        name,
        ("r v1",),
        START,
        END,
        "case",
        numerator,
        denominator,
        tuple(f"u{number}" for number in range(unknown)),
        target=target,
        log_position=met,
    )


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        pytest.param(Fraction(1, 2), 0, "1", id="half goes up"),
        pytest.param(Fraction(5, 2), 0, "3", id="two and a half goes up"),
        pytest.param(Fraction(-1, 2), 0, "-1", id="away from nought"),
        pytest.param(Fraction(1, 8), 2, "0.13", id="an eighth"),
        pytest.param(Fraction(1, 3), 2, "0.33", id="a third"),
        pytest.param(Fraction(2, 3), 2, "0.67", id="two thirds"),
        pytest.param(Fraction(0), 1, "0.0", id="nought"),
        pytest.param(Fraction(100), 1, "100.0", id="a hundred"),
        pytest.param(Fraction(9995, 100), 1, "100.0", id="carries over"),
    ],
)
def test_rounding_half_up(value: Fraction, places: int, expected: str) -> None:
    assert str(round_half_up(value, places)) == expected


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000), st.integers(0, 4))
def test_rounding_is_that_of_the_decimal_module(top: int, bottom: int, places: int) -> None:
    value = Fraction(top, bottom)
    if (value * 10**places * 2).denominator == 1:
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        assert round_half_up(value, places) == exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert abs(Fraction(round_half_up(value, places)) - value) <= Fraction(1, 2 * 10**places)


@pytest.mark.parametrize(
    ("met", "missed", "unknown", "without", "included"),
    [
        pytest.param(107, 24, 103, Decimal("81.7"), Decimal("45.7"), id="the county's first two quarters"),
        pytest.param(0, 0, 5, None, Decimal("0.0"), id="only unknown"),
        pytest.param(0, 0, 0, None, None, id="nobody"),
        pytest.param(3, 0, 0, Decimal("100.0"), Decimal("100.0"), id="all"),
    ],
)
def test_rates_with_and_without_the_unknown(
    met: int, missed: int, unknown: int, without: Decimal | None, included: Decimal | None
) -> None:
    found = figure(met, missed, unknown)
    assert found.percent() == without
    assert found.percent(with_unknown=True) == included


@pytest.mark.parametrize(
    ("met", "missed", "target", "expected"),
    [
        pytest.param(66, 34, Fraction(65, 100), True, id="above"),
        pytest.param(65, 35, Fraction(65, 100), False, id="exactly is not above"),
        pytest.param(701, 0, Fraction(700), True, id="count above"),
        pytest.param(700, 0, Fraction(700), False, id="count exactly"),
        pytest.param(0, 0, Fraction(65, 100), None, id="nobody"),
        pytest.param(1, 0, None, None, id="no target"),
    ],
)
def test_targets(met: int, missed: int, target: Fraction | None, expected: bool | None) -> None:
    assert figure(met, missed, target=target).met is expected


def test_percent_of_nothing_is_nothing() -> None:
    assert percent(0, 0) is None
    assert percent(1, 3) == Decimal("33.3")
    assert percent(1, 3, 0) == Decimal(33)


def test_pooling_joins_ids_and_averages_rates() -> None:
    whole, mean = pooled([figure(1, 1), figure(3, 0), figure(0, 0)])
    assert (len(whole.numerator), len(whole.denominator)) == (4, 5)
    assert mean == Fraction(3, 4)
    assert whole.log_position == 3
    assert pooled([figure(0, 0)])[1] is None


@pytest.mark.parametrize(
    "figures",
    [pytest.param([], id="none"), pytest.param([figure(1, 0), figure(1, 0, name="g")], id="two names")],
)
def test_only_figures_of_one_name_are_pooled(figures: list[Figure]) -> None:
    with pytest.raises(InputError, match="one indicator"):
        pooled(figures)

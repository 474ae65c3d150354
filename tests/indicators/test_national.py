"""England's indicators and CHAIN: agreed with a reference that walks through sightings one by one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.indicators.calendar import add_months, month_end
from bnl.indicators.national import chain, rough_sleeping
from tests.happenings import day, ev, frame

MONTH = date(2024, 6, 1)
LAST = date(2024, 6, 30)


def reference(seen: list[date], out: list[date]) -> set[str]:
    """Return which indicators one person counts in, month of June 2024."""
    now = sorted(on for on in seen if MONTH <= on <= LAST)
    if not now:
        return set()
    found = {"seen"}
    first = now[0]
    before = [on for on in seen if on < first]
    if not [on for on in before if on >= add_months(first, -60)]:
        found.add("new")
    elif (first - max(before)).days >= 180:
        found.add("returning")
    if any(0 <= (on - gone).days <= 85 for on in now for gone in out):
        found.add("discharged")
    window = {(on.year, on.month) for on in seen if date(2023, 7, 1) <= on <= LAST}
    if len(window) >= 3:
        found.add("long_term")
    return found


@settings(max_examples=150, deadline=None)
@given(
    people=st.lists(
        st.tuples(
            st.lists(st.integers(-2200, 29) | st.integers(-400, 29), max_size=6),
            st.lists(st.integers(-150, 29), max_size=2),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_indicator_is_that_of_the_reference(people: list[tuple[list[int], list[int]]]) -> None:
    rows, expected = [], {}
    for number, (seen, out) in enumerate(people):
        name = f"p{number}"
        sightings = [MONTH + timedelta(days=n) for n in seen]
        discharges = [MONTH + timedelta(days=n) for n in out]
        rows += [ev(name, "sighting", on) for on in sightings]
        rows += [ev(name, "institution_discharge", on) for on in discharges]
        expected[name] = reference(sightings, discharges)
    found = rough_sleeping(frame(*rows), MONTH)
    for measure in ("seen", "new", "discharged", "long_term", "returning"):
        figure = getattr(found, measure)
        assert figure.numerator == tuple(sorted(name for name, words in expected.items() if measure in words))
        assert set(figure.numerator) <= set(figure.denominator) == set(found.seen.numerator)


def test_new_and_returning_exclude_each_other() -> None:
    rows = [
        ev("p", "sighting", "2024-06-05"),
        ev("q", "sighting", "2023-06-05"),
        ev("q", "sighting", "2024-06-05"),
    ]
    found = rough_sleeping(frame(*rows), MONTH)
    assert found.new.numerator == ("p",)
    assert found.returning.numerator == ("q",)


@pytest.mark.parametrize(
    ("verified", "share"),
    [
        pytest.param(["verified"], Decimal("100.0"), id="verified"),
        pytest.param(["unverified"], Decimal("0.0"), id="unverified still counts"),
        pytest.param(["self_reported"], Decimal("0.0"), id="self-reported still counts"),
        pytest.param([None], Decimal("0.0"), id="nothing said still counts"),
        pytest.param(["unverified", "verified"], Decimal("100.0"), id="one verified is enough"),
    ],
)
def test_unverified_sightings_count_and_the_share_is_shown(
    verified: list[str | None], share: Decimal
) -> None:
    rows = [ev("p", "sighting", f"2024-06-{5 + n:02}", verified=word) for n, word in enumerate(verified)]
    found = rough_sleeping(frame(*rows), MONTH)
    assert len(found.seen.numerator) == 1
    assert found.verified_share == share


@pytest.mark.parametrize(
    ("people", "population", "expected"),
    [
        pytest.param(3, 162_000, Decimal("1.9"), id="rounded half up from 1.85"),
        pytest.param(0, 162_000, Decimal("0.0"), id="nobody"),
        pytest.param(3, None, None, id="population not known"),
        pytest.param(1, 100_000, Decimal("1.0"), id="one in a hundred thousand"),
    ],
)
def test_rates_per_hundred_thousand(people: int, population: int | None, expected: Decimal | None) -> None:
    rows = [ev(f"p{n}", "sighting", "2024-06-05") for n in range(people)]
    found = rough_sleeping(frame(*rows), MONTH, population=population)
    assert found.per_100_000(found.seen) == expected


def test_only_one_area() -> None:
    rows = [ev("p", "sighting", "2024-06-05", area="north"), ev("q", "sighting", "2024-06-05", area="south")]
    assert rough_sleeping(frame(*rows), MONTH, area="north").seen.numerator == ("p",)
    assert rough_sleeping(frame(*rows), MONTH).seen.numerator == ("p", "q")


def test_a_night_nobody_asked_for_counts_nobody() -> None:
    found = rough_sleeping(frame(ev("p", "sighting", "2024-06-05")), MONTH)
    assert found.one_night.numerator == ()
    assert rough_sleeping(frame(), MONTH).verified_share is None


def test_a_sighting_learned_later_is_not_in_an_earlier_return() -> None:
    rows = [ev("p", "sighting", "2024-06-05", known="2024-08-01"), ev("q", "sighting", "2024-06-06")]
    early = rough_sleeping(frame(*rows), MONTH, rows[0]["sequence"] - 1)
    assert early.seen.numerator == ()


@pytest.mark.parametrize(
    ("seen", "group"),
    [
        pytest.param(["2024-05-01"], "flow", id="never before"),
        pytest.param(["2024-05-01", "2024-06-01"], "flow", id="twice this year"),
        pytest.param(["2024-05-01", "2023-05-01"], "stock", id="last year too"),
        pytest.param(["2024-05-01", "2023-05-01", "2020-05-01"], "stock", id="last year and earlier"),
        pytest.param(["2024-05-01", "2022-05-01"], "returner", id="not last year"),
        pytest.param(["2024-04-01", "2024-03-31"], "stock", id="the year begins on 1 April"),
        pytest.param(["2025-03-31", "2023-03-31"], "returner", id="the last day of the year before last"),
        pytest.param(["2025-03-31", "2023-04-01"], "stock", id="the first day of last year"),
        pytest.param(["2023-05-01"], None, id="not seen this year"),
        pytest.param(["2025-04-01"], None, id="seen next year"),
    ],
)
def test_chain_groups(seen: list[str], group: str | None) -> None:
    found = chain(frame(*(ev("p", "sighting", on) for on in seen)), date(2024, 4, 1))
    groups = {"flow": found.flow, "stock": found.stock, "returner": found.returner}
    assert [name for name, figure in groups.items() if figure.numerator] == ([group] if group else [])


@settings(max_examples=80, deadline=None)
@given(people=st.lists(st.lists(st.integers(-1500, 400), max_size=5), min_size=1, max_size=6))
def test_chain_puts_everybody_seen_in_exactly_one_group(people: list[list[int]]) -> None:
    start = date(2024, 4, 1)
    rows = [ev(f"p{n}", "sighting", start + timedelta(days=d)) for n, days in enumerate(people) for d in days]
    found = chain(frame(*rows), start)
    groups = [*found.flow.numerator, *found.stock.numerator, *found.returner.numerator]
    expected = {f"p{n}" for n, days in enumerate(people) if any(0 <= d <= 364 for d in days)}
    assert sorted(groups) == sorted(expected)
    assert set(found.flow.denominator) == expected


def test_a_month_is_the_whole_month() -> None:
    rows = [
        ev("p", "sighting", "2024-02-29"),
        ev("q", "sighting", "2024-02-01"),
        ev("r", "sighting", "2024-03-01"),
    ]
    found = rough_sleeping(frame(*rows), day("2024-02-10"))
    assert found.seen.numerator == ("p", "q")
    assert (found.seen.start, found.seen.end) == (day("2024-02-01"), month_end(day("2024-02-10")))

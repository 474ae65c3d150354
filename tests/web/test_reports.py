"""The reports page: the county's figures as the register suppresses them, to those who may report."""

from __future__ import annotations

from datetime import date

import pytest

from bnl.domain.actor import Actor
from bnl.domain.identifiers import UserId
from bnl.domain.vocabulary import Role
from tests.register.county import CHARITY, CITY, HOSPITAL, STEWARD
from tests.web.bench import OFFICER, WORKER, Bench
from tests.web.page import Page

ANALYST = Actor(agency_id=CITY, user_id=UserId("analyst"), role=Role.DATA_OFFICER)
MANAGER = Actor(agency_id=CHARITY, user_id=UserId("manager"), role=Role.MANAGER)
AUGUST = "/reports?as_of=2026-08-31&months=3"


@pytest.mark.parametrize("actor", [STEWARD, ANALYST, MANAGER], ids=lambda a: a.user_id)
def test_figures_are_those_of_the_register(bench: Bench, actor: Actor) -> None:
    figures = bench.county.register.county_figures(by=actor, as_of=date(2026, 8, 31), months=3)
    answer = bench.client(actor).get(AUGUST)
    assert answer.status_code == 200
    text = Page(answer.text).words()
    for row in figures.flows.iter_rows(named=True):
        cells = [row[name] for name in ("active_start", "inflow", "outflow", "active_end")]
        said = " ".join("■ hidden" if cell is None else f"{cell}" for cell in cells)
        assert f"{row['month']:%b %Y} {said}" in text
    for row in figures.records_per_person.iter_rows(named=True):
        assert f"{row['records']} {'■ hidden' if row['people'] is None else row['people']}" in text
    assert "As of 2026-08-31" in text


def test_a_small_count_is_hidden_with_what_would_give_it_away(bench: Bench) -> None:
    """One person became active in August: neither flow of that month may be told."""
    text = Page(bench.client().get(AUGUST).text).words()
    assert "Aug 2026 0 ■ hidden ■ hidden ■ hidden" in text
    assert "Jul 2026 0 0 0 0" in text
    assert "could point at somebody" in text


def test_bars_are_as_long_as_their_counts(bench: Bench) -> None:
    stranger = Actor(agency_id=HOSPITAL, user_id=UserId("stranger"), role=Role.MANAGER)
    figures = bench.county.register.county_figures(by=stranger, as_of=date(2026, 8, 31), months=3)
    counts = [row["people"] for row in figures.records_per_person.to_dicts() if row["people"] is not None]
    page = Page(bench.client(stranger).get(AUGUST).text)
    widths = [int(rect["width"]) for rect in page.all("rect")]
    assert widths[-len(counts) :] == [160 * count // max(counts) for count in counts]
    assert all(0 <= width <= 160 for width in widths)
    assert {drawing["aria-hidden"] for drawing in page.all("svg")} == {"true"}


def test_figures_are_logged_for_statistics(bench: Bench) -> None:
    size = bench.county.size()
    bench.client(ANALYST).get(AUGUST)
    (entry,) = bench.county.entries(size)
    assert (entry.action, entry.purpose, entry.actor) == ("report", "statistics", "analyst")


@pytest.mark.parametrize("actor", [OFFICER, WORKER], ids=lambda a: a.user_id)
def test_who_may_not_report_is_told_whom_to_ask(bench: Bench, actor: Actor) -> None:
    size = bench.county.size()
    answer = bench.client(actor).get(AUGUST)
    assert answer.status_code == 403
    assert "This role may not report figures. Ask the steward" in Page(answer.text).words()
    assert bench.county.size() == size


def test_without_a_day_it_is_today_and_a_year_back(bench: Bench) -> None:
    page = Page(bench.client().get("/reports").text)
    assert len(page.all("tr")) == 1 + 12 + 1 + 8
    (day,) = [one["value"] for one in page.all("input") if one.get("type") == "date"]
    assert date.fromisoformat(day) >= date(2026, 9, 1)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("as_of=1066-10-14", id="too early"),
        pytest.param("as_of=2026-13-01", id="no such month"),
        pytest.param("months=0", id="no months"),
        pytest.param("months=61", id="too many months"),
    ],
)
def test_what_cannot_be_counted_is_refused(bench: Bench, query: str) -> None:
    assert bench.client().get("/reports?" + query).status_code == 422

"""Pictures of figures: drawn from what is shown, nothing hidden in them; told when they cannot be drawn."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from bnl.errors import MissingExtra
from bnl.register.figure_page import draw_flows, draw_indicators, draw_joins, draw_months, figure_page
from bnl.register.flow_figures import FlowFigures, FlowLine, MonthlyFlows
from bnl.register.ground import Reach
from bnl.register.printing import Shown
from bnl.register.reports import TableReport
from bnl.register.shown import ShownFigure, Size

START, END = date(2026, 7, 1), date(2026, 8, 31)


def months(*inflow: int | None) -> MonthlyFlows:
    size = len(inflow)
    table = pl.DataFrame(
        {
            "month": [date(2026, 7 + number, 1) for number in range(size)],
            "active_start": [20] * size,
            "inflow": list(inflow),
            "outflow": [None if one is None else 6 for one in inflow],
            "active_end": [24] * size,
        },
        schema_overrides={"inflow": pl.Int64, "outflow": pl.Int64},
    )
    return MonthlyFlows(table, END, "county v1", Reach.OFFICIAL, 99)


def line(name: str, count: Shown) -> FlowLine:
    return FlowLine(name, count, Size(count, count, count), count, ())


def flows(*lines: FlowLine) -> FlowFigures:
    return FlowFigures(START, END, lines, {}, (), 0, "county v1", Reach.OFFICIAL, 99)


def figure(name: str, percent: str | None, target: str = "> 65%", unit: str = "case") -> ShownFigure:
    return ShownFigure(
        name=name,
        rules=("rule v1",),
        start=START,
        end=END,
        unit=unit,
        target=target,
        met=None,
        counts={"numerator": 7, "denominator": 9, "unknown": 0},
        percent=None if percent is None else Decimal(percent),
        percent_with_unknown=None,
        people={},
        size=Size(7, 7, 0),
        reach=Reach.OFFICIAL,
        log_position=99,
    )


def joins(rows: int) -> TableReport:
    table = pl.DataFrame(
        {
            "from_agency": [f"a{number}" for number in range(rows)],
            "to_agency": ["b"] * rows,
            "accepted": [6] * rows,
            "declined": [None] * rows,
            "waiting": [9] * rows,
        },
        schema_overrides={"declined": pl.Int64, "accepted": pl.Int64, "waiting": pl.Int64},
    )
    return TableReport("joins", "", table, 0, START, END, END, "county v1", Reach.OFFICIAL, 99)


def test_months_are_drawn_with_both_ways_and_the_stock() -> None:
    picture = draw_months(months(9, 8))
    assert picture.svg.startswith("<svg")
    assert "inflow" in picture.svg
    assert "active at the end" in picture.svg
    assert "hidden" in picture.caption


@pytest.mark.parametrize(
    "inflow", [(None, None), (None, 9), ()], ids=["all hidden", "one hidden", "no months"]
)
def test_hidden_months_are_left_out(inflow: tuple[int | None, ...]) -> None:
    assert draw_months(months(*inflow)).svg.startswith("<svg")


def test_flows_in_go_one_way_and_flows_out_the_other() -> None:
    lines = [line("opening", 40), line("newly_identified", 12), line("housed", 6), line("closing", 46)]
    picture = draw_flows(flows(*lines))
    assert "newly identified" in picture.svg
    assert "housed" in picture.svg
    assert "opening" not in picture.svg
    assert picture.title == "Flows from 2026-07-01 to 2026-08-31"
    assert "county v1" in picture.caption


def test_a_hidden_flow_is_not_drawn() -> None:
    picture = draw_flows(flows(line("newly_identified", "<5"), line("housed", 6)))
    assert "newly identified" not in picture.svg
    assert "&lt;5" not in picture.svg


def test_indicators_are_rates_with_their_targets() -> None:
    picture = draw_indicators([figure("closed", "62.1"), figure("triage", None)])
    assert "closed" in picture.svg
    assert "triage" not in picture.svg
    assert "per cent" in picture.svg
    assert "2026-07-01" in picture.caption


def test_headcounts_are_drawn_where_there_are_no_rates() -> None:
    picture = draw_indicators([figure("R1", "100.0", target="", unit="person")])
    assert "R1" in picture.svg
    assert "people" in picture.svg


@pytest.mark.parametrize("figures", [[], [figure("closed", None)]], ids=["none", "all hidden"])
def test_nothing_to_draw_is_an_empty_picture(figures: list[ShownFigure]) -> None:
    assert draw_indicators(figures).svg.startswith("<svg")


@pytest.mark.parametrize("rows", [0, 1, 30])
def test_joins_are_drawn_by_pair(rows: int) -> None:
    picture = draw_joins(joins(rows))
    assert picture.svg.startswith("<svg")
    assert ("a0 → b" in picture.svg) is (rows > 0)


def test_a_page_escapes_what_it_is_given() -> None:
    picture = draw_months(months(9))
    text = figure_page(picture, [{"a<b": ["x", "y"], "on": date(2026, 8, 1), "none": None}], "by <rules>")
    for said in ("a&lt;b", "x, y", "2026-08-01", "by &lt;rules&gt;", "<figure>"):
        assert said in text
    assert figure_page(None, [], "").startswith("<!doctype html>")


@pytest.mark.parametrize("module", ["altair", "vl_convert"])
def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match="report"):
        draw_months(months(9))

"""Pictures of figures, and a page with a picture and its numbers that needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import polars as pl

from bnl.register.flow_figures import FlowFigures, MonthlyFlows
from bnl.register.report_page import (
    COOL,
    HEIGHT,
    INK,
    STYLE,
    WARM,
    WIDTH,
    Picture,
    altair,
    chart_data,
    html_table,
    svg_of,
)
from bnl.register.reports import TableReport
from bnl.register.shown import ShownFigure

INWARD = ("newly_identified", "returned_from_housing", "returned_from_inactive")
HIDDEN_SAID = " What is hidden is left out."


def draw_months(flows: MonthlyFlows) -> Picture:
    """Draw inflow up, outflow down and the stock at the end of each month as a line.

    Raises:
        MissingExtra: Altair or vl-convert is not installed.
    """
    alt = altair()
    table = flows.table.with_columns(pl.col("month").cast(pl.String), outflow=-pl.col("outflow"))
    long = table.unpivot(["inflow", "outflow"], index="month", variable_name="flow", value_name="people")
    colours = alt.Scale(domain=["inflow", "outflow"], range=[WARM, COOL])
    month = alt.X("month:T", timeUnit="yearmonth", title=None, axis=alt.Axis(format="%b %y", labelAngle=0))
    bars = alt.Chart(chart_data(long.drop_nulls())).mark_bar().encode(
        x=month,
        y=alt.Y("people:Q", title="people in (up), out (down)"),
        color=alt.Color("flow:N", scale=colours, title=None),
    )  # fmt: skip
    stock = alt.Chart(chart_data(table.select("month", "active_end").drop_nulls()))
    line = stock.mark_line(color=INK, point=True).encode(
        x=month, y=alt.Y("active_end:Q", title="active at the end of the month", scale=alt.Scale(zero=True))
    )
    chart = _sized(bars, HEIGHT) & _sized(line, HEIGHT // 2)
    caption = "Who became active and who ceased to be, and who was active at the end of each month."
    return Picture("flows", "Flows by month", caption + HIDDEN_SAID, svg_of(chart))


def draw_flows(flows: FlowFigures) -> Picture:
    """Draw the flows of a period, those in to the right and those out to the left."""
    alt = altair()
    rows = [
        {"flow": _words(line.name), "people": line.count if line.name in INWARD else -line.count, "way": way}
        for line in flows.lines
        if line.name not in ("opening", "closing") and isinstance(line.count, int)
        for way in ["in" if line.name in INWARD else "out"]
    ]
    bars = alt.Chart(alt.Data(values=rows)).mark_bar().encode(
        y=alt.Y("flow:N", sort=[row["flow"] for row in rows], title=None, axis=alt.Axis(labelLimit=220)),
        x=alt.X("people:Q", title="transitions: out (left), in (right)"),
        color=alt.Color("way:N", scale=alt.Scale(domain=["in", "out"], range=[WARM, COOL]), title=None),
    )  # fmt: skip
    title = f"Flows from {flows.start} to {flows.end}"
    return Picture(
        "flows", title, f"By {flows.rules}, {flows.reach}." + HIDDEN_SAID, svg_of(_sized(bars, 220))
    )


def draw_indicators(figures: Sequence[ShownFigure]) -> Picture:
    """Draw rates as bars, each with its target as a line; headcounts where there are no rates."""
    alt = altair()
    rated = [one for one in figures if one.percent is not None and one.unit != "person"]
    rows: list[dict[str, object]] = [
        {"name": _words(one.name), "value": float(one.percent or 0), "target": _goal(one)} for one in rated
    ]
    title = "per cent; the line is the target"
    if not rated:
        title = "people"
        rows = [
            {"name": one.name, "value": count, "target": None}
            for one in figures
            for count in [one.counts["numerator"]]
            if isinstance(count, int)
        ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("name:N", sort=[row["name"] for row in rows], title=None, axis=alt.Axis(labelLimit=220))
    )
    bars = base.mark_bar(color=INK).encode(x=alt.X("value:Q", title=title))
    aims = base.transform_filter("isValid(datum.target)").mark_tick(color=WARM, thickness=3, size=18)
    chart = _sized(bars + aims.encode(x="target:Q"), 26 * max(len(rows), 2) + 20)
    span = f"From {figures[0].start} to {figures[0].end}." if figures else ""
    return Picture("indicators", "Indicators", span + HIDDEN_SAID, svg_of(chart))


def draw_joins(joins: TableReport) -> Picture:
    """Draw what became of the handovers between each pair of agencies."""
    alt = altair()
    words = ("accepted", "declined", "waiting")
    pair = pl.concat_str("from_agency", pl.lit(" → "), "to_agency").alias("pair")
    long = joins.table.select(pair, *words).unpivot(
        list(words), index="pair", variable_name="answer", value_name="handovers"
    )
    bars = alt.Chart(chart_data(long.drop_nulls())).mark_bar().encode(
        y=alt.Y("pair:N", title=None, axis=alt.Axis(labelLimit=320)),
        x=alt.X("handovers:Q", title="handovers", stack="zero", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("answer:N", title=None, scale=alt.Scale(domain=words, range=[COOL, WARM, "#bbbbbb"])),
    )  # fmt: skip
    caption = f"Sent from {joins.start} to {joins.end}, as of {joins.as_of}." + HIDDEN_SAID
    chart = _sized(bars, 22 * max(joins.table.height, 3))
    return Picture("joins", "From one agency to another", caption, svg_of(chart))


def figure_page(picture: Picture | None, rows: Sequence[Mapping[str, object]], foot: str) -> str:
    """Lay out a picture with its numbers as one HTML document that needs no network."""
    title = "Figures" if picture is None else picture.title
    names = list(rows[0]) if rows else []
    heads = [_words(name) for name in names]
    cells = [["" if row[name] is None else _cell(row[name]) for name in names] for row in rows]
    drawn = ""
    if picture is not None:
        drawn = f"<figure>{picture.svg}<figcaption>{escape(picture.caption)}</figcaption></figure>"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><h1>{escape(title)}</h1>'
        f"{drawn}{html_table('In numbers', heads, cells)}<footer><p>{escape(foot)}</p></footer></html>"
    )


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_cell(part) for part in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _goal(figure: ShownFigure) -> float | None:
    text = figure.target.removeprefix("> ")
    return float(text.removesuffix("%")) if text.endswith("%") else None


def _sized(chart: Any, height: int) -> Any:
    return chart.properties(width=WIDTH, height=height)

"""The report page: official figures as pictures in one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import polars as pl

from bnl.errors import MissingExtra
from bnl.register.reporting import CountyFigures

WIDTH, HEIGHT = 640, 240
INK, WARM, COOL = "#1f4e79", "#c8553d", "#588157"

FLOWS = (
    "Who became active, and who ceased to be; counts of 1 to 4, and what would give them away, are left out."
)
WEIGHTS = "Pairs weighed. Right of the right line they link; between the lines a person looks."
RECORDS = "How many agency records make one person."

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}
figure{margin:0}figure svg{max-width:100%;height:auto}
figcaption,footer{color:#555;font-size:.9rem}table{border-collapse:collapse}
td,th{padding:.15rem .8rem .15rem 0;text-align:right}td:first-child,th:first-child{text-align:left}
@media (prefers-color-scheme:dark){body{background:#fff}}
"""


class Picture(NamedTuple):
    """One picture of the report.

    Args:
        name: Short name, fit for a file.
        title: Heading.
        caption: What it shows.
        svg: The picture.
    """

    name: str
    title: str
    caption: str
    svg: str


def draw_pictures(
    figures: CountyFigures, weights: pl.Series | None = None, thresholds: Sequence[float] = ()
) -> list[Picture]:
    """Draw the pictures of the report.

    Args:
        figures: The county's figures, suppressed already.
        weights: Match weights in bits of the pairs a dedup job weighed, if one ran.
        thresholds: Review and link threshold in bits, drawn into the histogram.

    Raises:
        MissingExtra: Altair or vl-convert is not installed.
    """
    pictures = [Picture("flows", "Flows by month", FLOWS, svg_of(_flows(figures.flows)))]
    if weights is not None and len(weights):
        pictures.append(Picture("weights", "Match weights", WEIGHTS, svg_of(_weights(weights, thresholds))))
    counts = figures.records_per_person
    return [*pictures, Picture("records", "Records per person", RECORDS, svg_of(_records(counts)))]


def report_page(
    title: str,
    figures: CountyFigures,
    pictures: Sequence[Picture],
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]] = (),
) -> str:
    """Lay the report out.

    Args:
        title: Heading.
        figures: What the pictures were drawn from; its day and log position are named below them.
        pictures: The pictures.
        tables: Further tables: heading, column names, rows.

    Returns:
        One HTML document that needs no network; the pictures are in it.
    """
    body = "".join(
        f"<h2>{escape(p.title)}</h2><figure>{p.svg}<figcaption>{escape(p.caption)}</figcaption></figure>"
        for p in pictures
    )
    body += "".join(html_table(*one) for one in tables)
    foot = f"As of {figures.as_of.isoformat()}, computed from {figures.log_position:,} log entries."
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<h1>{escape(title)}</h1>{body}<footer><p>{escape(foot)}</p></footer></html>"
    )


def html_table(heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with its heading as HTML; every cell is escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{escape(heading)}</h2><table><tr>{head}</tr>{lines}</table>"


def altair() -> Any:
    """Return the module that draws charts.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import altair as alt
    except ModuleNotFoundError:
        raise MissingExtra("Pictures need Altair.", "Install it with `pip install bnl[report]`.") from None
    return alt


def svg_of(chart: Any) -> str:
    """Return a chart as SVG text.

    Raises:
        MissingExtra: What draws it is not installed.
    """
    try:
        import vl_convert
    except ModuleNotFoundError:
        raise MissingExtra(
            "Pictures need vl-convert.", "Install it with `pip install bnl[report]`."
        ) from None
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def chart_data(frame: pl.DataFrame) -> Any:
    """Return a frame as data of a chart."""
    return altair().Data(values=frame.to_dicts())


def _flows(flows: pl.DataFrame) -> Any:
    alt = altair()
    long = flows.select(pl.col("month").cast(pl.String), "inflow", outflow=-pl.col("outflow"))
    long = long.unpivot(["inflow", "outflow"], index="month", variable_name="flow", value_name="people")
    colours = alt.Scale(domain=["inflow", "outflow"], range=[WARM, COOL])
    bars = alt.Chart(chart_data(long)).mark_bar().encode(
        x=alt.X("month:T", timeUnit="yearmonth", title=None),
        y=alt.Y("people:Q", title="people in (up), out (down)"),
        color=alt.Color("flow:N", scale=colours, title=None),
    )  # fmt: skip
    return bars.properties(width=WIDTH, height=HEIGHT)


def _records(counts: pl.DataFrame) -> Any:
    alt = altair()
    order = counts.get_column("records").to_list()
    bars = alt.Chart(chart_data(counts)).mark_bar(color=INK).encode(
        x=alt.X("records:O", sort=order, title="records", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("people:Q", title="people"),
    )  # fmt: skip
    return bars.properties(width=WIDTH, height=HEIGHT)


def _weights(weights: pl.Series, thresholds: Sequence[float]) -> Any:
    alt = altair()
    binned = (
        pl.DataFrame({"weight": weights})
        .select(start=pl.col("weight").floor())
        .group_by("start")
        .agg(pairs=pl.len())
    )
    data = chart_data(binned.with_columns(end=pl.col("start") + 1).sort("start"))
    across = alt.X("start:Q", bin="binned", title="match weight (bits)")
    bars = alt.Chart(data).mark_bar(color=INK).encode(x=across, x2="end:Q", y=alt.Y("pairs:Q", title="pairs"))
    lines = alt.Chart(alt.Data(values=[{"at": at} for at in thresholds])).mark_rule(
        color=WARM, strokeDash=[4, 3]
    )
    return (bars + lines.encode(x="at:Q")).properties(width=WIDTH, height=HEIGHT)

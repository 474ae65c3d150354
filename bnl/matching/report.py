"""Write one self-contained HTML report of a match run: no network, no script, no personal values."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape

import polars as pl

from bnl.errors import MissingExtra
from bnl.matching.charts import (
    blocking_chart,
    calibration_chart,
    cluster_chart,
    level_chart,
    m_u_chart,
    size_chart,
    waterfall_chart,
    weight_chart,
)
from bnl.matching.drawing import Chart, to_svg
from bnl.matching.evaluate import Evaluation
from bnl.matching.intervals import Interval
from bnl.matching.quality import Estimate
from bnl.matching.views import ClusterView

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#263238;background:#f6f7f8;margin:0}
main{max-width:980px;margin:0 auto;padding:24px}
h1{font-size:26px;margin:8px 0}h2{font-size:18px;margin:0 0 8px}
section{background:#fff;border:1px solid #e3e7ea;border-radius:8px;padding:18px 20px;margin:16px 0}
section{overflow-x:auto}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px}
.tile{background:#f0f4f5;border-radius:6px;padding:10px 12px}.tile b{display:block;font-size:22px}
table{border-collapse:collapse;font-size:13px}
th,td{padding:4px 10px;border-bottom:1px solid #eceff1;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}img{max-width:100%;height:auto}
p.note{color:#5c6b76;margin:4px 0 10px}p.warn{color:#8a3324}
"""


@dataclass(frozen=True)
class ReportData:
    """What a report shows; every frame is one that `views` makes.

    Attributes:
        title: Heading.
        run: Facts of the run, as `runs.run_document` writes them.
        weights: What `views.weight_histogram` returns.
        sizes: What `views.cluster_sizes` returns.
        blocking: What `views.blocking_table` returns.
        levels: What `views.level_table` returns, or None.
        review: Pairs to judge: ``unique_id_l``, ``unique_id_r``, ``match_weight``, ``match_probability`` and
            ``reason``; the first are shown. Ids only: no value of a record enters a report.
        clusters: What `views.cluster_view` returns for the clusters to show.
        waterfalls: Heading and `views.waterfall` frame of the pairs to explain.
        evaluation: Measured quality, or None without truth.
        estimate: Estimated quality, or None without a labelled review.
        calibration: What `views.calibration` returns, or None.
        groups: What `by_group` returns, or None.
    """

    title: str
    run: Mapping[str, object]
    weights: pl.DataFrame
    sizes: pl.DataFrame
    blocking: pl.DataFrame
    levels: pl.DataFrame | None = None
    review: pl.DataFrame | None = None
    clusters: Sequence[ClusterView] = ()
    waterfalls: Sequence[tuple[str, pl.DataFrame]] = ()
    evaluation: Evaluation | None = None
    estimate: Estimate | None = None
    calibration: pl.DataFrame | None = None
    groups: pl.DataFrame | None = None
    shown: int = field(default=25)


def _number(value: object) -> str:
    """Write a number for people: thousands apart, three significant decimals."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else ("yes" if value else "no")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
    return str(value)


def _bits(value: object) -> str | None:
    """Write a threshold with its unit."""
    return f"{value:.1f} bits" if isinstance(value, int | float) else None


def _table(frame: pl.DataFrame) -> str:
    """Write a frame as an HTML table."""
    numeric = [dtype.is_numeric() for dtype in frame.dtypes]
    mark = [' class="n"' if is_number else "" for is_number in numeric]
    head = "".join(
        f"<th{kind}>{escape(name.replace('_', ' '))}</th>"
        for name, kind in zip(frame.columns, mark, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{escape(_number(cell))}</td>" for cell, kind in zip(row, mark, strict=True))
        + "</tr>"
        for row in frame.iter_rows()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _picture(draw: Callable[[pl.DataFrame], Chart], table: pl.DataFrame, words: str) -> str:
    """Draw a chart into the page; without the drawing libraries show its numbers instead."""
    if table.is_empty():
        return '<p class="note">Nothing to show.</p>'
    try:
        svg = to_svg(draw(table))
    except MissingExtra as missing:
        return f'<p class="note">{escape(str(missing))}</p>{_table(table)}'
    data = base64.b64encode(svg.encode()).decode("ascii")
    return f'<img alt="{escape(words)}" src="data:image/svg+xml;base64,{data}">'


def _section(heading: str, *parts: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{''.join(parts)}</section>"


def _note(words: str) -> str:
    return f'<p class="note">{escape(words)}</p>'


def _summary(run: Mapping[str, object]) -> str:
    """Show the counts of a run as tiles."""
    tiles = {
        "records": run.get("rows"),
        "people found": run.get("clusters"),
        "links": run.get("links"),
        "pairs to review": run.get("for_review"),
        "pairs scored": run.get("pairs_scored"),
        "largest cluster": run.get("largest_cluster"),
        "link from": _bits(run.get("link_threshold_bits")),
        "review from": _bits(run.get("review_threshold_bits")),
    }
    cells = "".join(
        f'<div class="tile"><b>{escape(_number(value))}</b>{escape(name)}</div>'
        for name, value in tiles.items()
        if value is not None
    )
    notes = run.get("notes")
    said = [str(note) for note in notes] if isinstance(notes, list) else []
    warnings = "".join(f'<p class="warn">{escape(note)}</p>' for note in said)
    return f'<section><div class="tiles">{cells}</div>{warnings}</section>'


def _measured(found: Evaluation) -> str:
    """Show quality measured against truth."""
    rows = []
    for name, scores in (("pairs at the threshold", found.pairs), ("clusters", found.clusters)):
        if scores is not None:
            counts = scores.counts
            errors = (counts.false_positives, counts.false_negatives)
            rows.append((name, counts.precision, counts.recall, counts.f1, *errors))
    names = ["measured on", "precision", "recall", "F1", "wrong", "missed"]
    parts = [_table(pl.DataFrame(rows, schema=names, orient="row"))]
    if found.clusters is not None:
        parts.append(_note(f"B-cubed F1 of the clusters: {found.clusters.b3_f1:.3f}."))
    if found.pairs is not None:
        parts.append(_note(f"Blocking lets {found.pairs.recall_ceiling:.1%} of the true pairs through."))
    if not found.by_tag.is_empty():
        parts.append(_table(found.by_tag))
    return _section("Measured quality", *parts)


def _percent(interval: Interval) -> str:
    return f"{interval.value:.1%} (95% interval {interval.low:.1%} to {interval.high:.1%})"


def _estimated(found: Estimate) -> str:
    """Show quality estimated from a review."""
    return _section(
        "Estimated quality",
        _note(f"Precision {_percent(found.precision)}; recall {_percent(found.recall)}."),
        _note(f"From {found.labelled} labelled pairs; recall allows for pairs never compared."),
        _table(found.by_stratum),
    )


def _blocking(table: pl.DataFrame) -> str:
    """Show what blocking produced and what it left out."""
    left_out = int(table.get_column("capped_pairs").sum())
    words = f"{left_out:,} pairs in blocks too large were left to the other rules."
    warning = f'<p class="warn">{escape(words)}</p>' if left_out else ""
    return _section("Blocking", warning, _picture(blocking_chart, table, "Pairs by blocking rule"))


def _drawn(view: ClusterView, _: pl.DataFrame) -> Chart:
    return cluster_chart(view, "Weights of its pairs, in bits")


def _optional(data: ReportData) -> list[str]:
    """Write the sections that a run has only sometimes."""
    parts = []
    if data.levels is not None:
        picture = _picture(level_chart, data.levels, "Match weight of each level")
        often = _picture(m_u_chart, data.levels, "How often each level occurs")
        note = _note("From the records alone, without labels.")
        parts.append(_section("What was learned", note, picture, often))
    if data.calibration is not None:
        parts.append(_section("Calibration", _picture(calibration_chart, data.calibration, "Calibration")))
    if data.groups is not None:
        shown = data.groups.select("group", "records", "recall", "precision", "flagged", "why")
        parts.append(_section("Groups of people", _table(shown)))
    for view in data.clusters:
        words = f"{view.nodes.height} records that are held to be one person."
        picture = _picture(partial(_drawn, view), view.nodes, "One cluster")
        parts.append(_section(f"Cluster {view.cluster_id}", _note(words), picture))
    for heading, steps in data.waterfalls:
        parts.append(_section(heading, _picture(waterfall_chart, steps, heading)))
    if data.review is not None:
        columns = ("unique_id_l", "unique_id_r", "match_weight", "match_probability", "reason")
        kept = data.review.select(name for name in columns if name in data.review.columns).head(data.shown)
        note = f"The first {kept.height} of {data.review.height:,}, the least certain first."
        parts.append(_section("For a person to judge", _note(note), _table(kept)))
    return parts


def match_report(data: ReportData) -> str:
    """Write the report of a match run as one HTML page.

    The page holds its pictures and its style; it loads nothing and runs no script. It shows record ids,
    counts and weights, never a value of a record.

    Args:
        data: What to show.
    """
    seconds = data.run.get("seconds")
    took = list(seconds.items()) if isinstance(seconds, Mapping) else []
    quality = [_measured(data.evaluation)] if data.evaluation is not None else []
    quality += [_estimated(data.estimate)] if data.estimate is not None else []
    sections = [
        _summary(data.run),
        *quality,
        _section("Match weights", _picture(weight_chart, data.weights, "Pairs by match weight")),
        _section("People", _picture(size_chart, data.sizes, "Records per person")),
        _blocking(data.blocking),
        *_optional(data),
    ]
    if took:
        memory = _note(f"Peak memory {_number(data.run.get('peak_mb'))} MB.")
        table = pl.DataFrame(took, schema=["phase", "seconds"], orient="row")
        sections.append(_section("The run", _table(table), memory))
    title = escape(data.title)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>{''.join(sections)}</main></body></html>\n"
    )

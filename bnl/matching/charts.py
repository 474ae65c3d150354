"""Draw what a match run found, with Altair (extra `report`); each chart takes a frame of `views`."""

import polars as pl

from bnl.matching.drawing import (
    AGAINST,
    FAINT,
    FOR,
    PLAIN,
    TOTAL,
    WARN,
    Chart,
    altair,
    categories,
    colours,
    finished,
    rows,
)
from bnl.matching.views import ClusterView

_SIDES = {"for": FOR, "against": AGAINST}
_DECISIONS = {"no link": FAINT, "review": WARN, "link": FOR}
_EDGES = {"link": FOR, "below the threshold": AGAINST}
_BLOCKS = {"looked at": PLAIN, "left out: block too large": AGAINST}
_ADDED = {"new": FOR, "produced by an earlier rule": FAINT}
_AMONG = {"m": "m: pairs of one person", "u": "u: pairs taken by chance"}
_WIDTH, _ROW, _NEAR = 420, 15, 0.27
_SIZES = 40
_READABLE, _WEAKEST = 21, 10
_SHARES = (0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1)
# Where the name of a record stands beside its dot: outside the circle.
_LABELS = (
    (pl.col("x") > _NEAR, {"align": "left", "dx": 12}),
    (pl.col("x") < -_NEAR, {"align": "right", "dx": -12}),
    (pl.col("x").abs().le(_NEAR) & (pl.col("y") >= 0), {"dy": -18}),
    (pl.col("x").abs().le(_NEAR) & (pl.col("y") < 0), {"dy": 18}),
)


def _plain(column: str) -> pl.Expr:
    """Write the names of a column with spaces."""
    return pl.col(column).str.replace_all("_", " ")


def _haloed(base: Chart, field: str, **look: object) -> list[Chart]:
    """Write a field as text that stays readable over lines."""
    halo = base.mark_text(stroke="white", strokeWidth=3, **look).encode(text=f"{field}:N")
    return [halo, base.mark_text(color=TOTAL, **look).encode(text=f"{field}:N")]


def waterfall_chart(table: pl.DataFrame, title: str = "Why these two records match, in bits") -> Chart:
    """Draw the waterfall of a pair.

    Args:
        table: What `views.waterfall` returns.
        title: Of the chart.
    """
    alt = altair()
    signed = pl.Series("text", [f"{bits:+.1f}" for bits in table.get_column("bits")], dtype=pl.String)
    named = table.with_columns(
        (_plain("column") + ": " + pl.col("words")).alias("evidence"),
        pl.max_horizontal("start", "end").alias("edge"),
        signed,
    )
    base = alt.Chart(rows(named)).encode(y=categories("evidence"))
    start = alt.X("start:Q", title="match weight so far (bits)")
    bars = base.mark_bar(height=14).encode(
        x=start, x2="end:Q", color=colours(_SIDES | {"total": TOTAL}, "speaks")
    )
    zero = alt.Chart(alt.Data(values=[{"x": 0}])).mark_rule(color=TOTAL).encode(x="x:Q")
    text = _haloed(base.encode(x="edge:Q"), "text", align="left", dx=5, fontSize=11)
    return finished(alt.layer(bars, zero, *text), title, _WIDTH, 22 * table.height)


def blocking_chart(table: pl.DataFrame, title: str = "Candidate pairs by blocking rule") -> Chart:
    """Draw how many pairs each blocking rule gave, and how many it left out with blocks too large.

    Args:
        table: What `views.blocking_table` returns.
        title: Of the chart.
    """
    alt = altair()
    kinds = zip(("pairs", "capped_pairs"), _BLOCKS, strict=True)
    long = pl.concat(
        [
            table.select(
                "place",
                _plain("rule"),
                pl.col(column).cast(pl.Int64).alias("pairs"),
                pl.lit(kind).alias("kind"),
            )
            for column, kind in kinds
        ]
    )
    encoded = (
        alt.Chart(rows(long))
        .mark_bar(height=11)
        .encode(
            x=alt.X("pairs:Q", title="pairs", axis=alt.Axis(format="~s")),
            y=categories("rule"),
            color=colours(_BLOCKS, "kind"),
            order=alt.Order("kind:N", sort="descending"),
        )
    )
    return finished(encoded, title, _WIDTH, max(60, _ROW * table.height))


def coverage_chart(table: pl.DataFrame, title: str = "What each blocking rule adds") -> Chart:
    """Draw, rule by rule, the pairs that no earlier rule produced beside those that one did.

    Args:
        table: The ``rules`` of a `BlockingAnalysis`.
        title: Of the chart.
    """
    alt = altair()
    repeated = pl.max_horizontal(pl.col("pairs") - pl.col("new_pairs"), pl.lit(0))
    kinds = zip((pl.col("new_pairs"), repeated), _ADDED, strict=True)
    long = pl.concat(
        [
            table.select("place", _plain("rule"), count.alias("pairs"), pl.lit(kind).alias("kind"))
            for count, kind in kinds
        ]
    )
    encoded = (
        alt.Chart(rows(long))
        .mark_bar(height=11)
        .encode(
            x=alt.X("pairs:Q", title="pairs", axis=alt.Axis(format="~s")),
            y=categories("rule"),
            color=colours(_ADDED, "kind"),
            order=alt.Order("kind:N"),
        )
    )
    return finished(encoded, title, _WIDTH, max(60, _ROW * table.height))


def _evidence(table: pl.DataFrame) -> pl.DataFrame:
    """Number the levels of a level table and name them in plain words."""
    named = (_plain("column") + ": " + _plain("level")).alias("evidence")
    return table.with_row_index("place").with_columns(named)


def level_chart(table: pl.DataFrame, title: str = "What agreement is worth, in bits") -> Chart:
    """Draw the match weight of every level of every comparison.

    Args:
        table: What `views.level_table` returns.
        title: Of the chart.
    """
    alt = altair()
    speaks = pl.when(pl.col("bits") >= 0).then(pl.lit("for")).otherwise(pl.lit("against")).alias("speaks")
    encoded = (
        alt.Chart(rows(_evidence(table).with_columns(speaks)))
        .mark_bar(height=10)
        .encode(
            x=alt.X("bits:Q", title="match weight (bits)"),
            y=categories("evidence"),
            color=colours(_SIDES, "speaks"),
        )
    )
    return finished(encoded, title, _WIDTH, max(60, _ROW * table.height))


def m_u_chart(table: pl.DataFrame, title: str = "How often each level occurs") -> Chart:
    """Draw the m and u probability of every level beside each other.

    Args:
        table: What `views.level_table` returns.
        title: Of the chart.
    """
    alt = altair()
    named = _evidence(table)
    long = pl.concat(
        [
            named.select("place", "evidence", pl.col(side).alias("share"), pl.lit(words).alias("among"))
            for side, words in _AMONG.items()
        ]
    )
    # The root spreads the small shares, among which most levels lie.
    root = alt.Scale(domain=[0, 1], type="sqrt")
    ticks = alt.Axis(format="%", values=list(_SHARES))
    share = alt.X("share:Q", title="probability (root scale)", scale=root, axis=ticks)
    encoded = (
        alt.Chart(rows(long))
        .mark_point(filled=True, size=55, opacity=0.9)
        .encode(
            x=share,
            y=categories("evidence"),
            color=colours(dict(zip(_AMONG.values(), (FOR, AGAINST), strict=True)), "among"),
        )
    )
    return finished(encoded, title, _WIDTH, max(60, _ROW * table.height))


def weight_chart(table: pl.DataFrame, title: str = "Pairs by match weight") -> Chart:
    """Draw the histogram of match weights with the decision each bar leads to.

    Args:
        table: What `views.weight_histogram` returns.
        title: Of the chart.
    """
    alt = altair()
    encoded = (
        alt.Chart(rows(table))
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("weight_from:Q", title="match weight (bits)", bin="binned"),
            x2="weight_to:Q",
            y=alt.Y("pairs:Q", title="pairs"),
            color=colours(_DECISIONS, "decision"),
        )
    )
    return finished(encoded, title, 620, 240)


def calibration_chart(table: pl.DataFrame, title: str = "Probability given and observed") -> Chart:
    """Draw the calibration curve with its 95% limits; on the diagonal probabilities mean what they say.

    Args:
        table: What `views.calibration` returns.
        title: Of the chart.
    """
    alt = altair()
    part = {"scale": alt.Scale(domain=[0, 1]), "axis": alt.Axis(format="%")}
    base = alt.Chart(rows(table)).encode(x=alt.X("given:Q", title="probability given", **part))
    limits = alt.Y("low:Q", title="share that is one person", **part)
    size = alt.Size("pairs:Q", legend=alt.Legend(title="pairs"), scale=alt.Scale(range=[40, 400]))
    ideal = alt.Chart(alt.Data(values=[{"v": 0}, {"v": 1}])).mark_line(color=FAINT, strokeDash=[4, 4])
    layers = [
        ideal.encode(x="v:Q", y="v:Q"),
        base.mark_rule(color=PLAIN).encode(y=limits, y2="high:Q"),
        base.mark_line(color=PLAIN).encode(y="observed:Q"),
        base.mark_point(filled=True, color=PLAIN, opacity=1).encode(y="observed:Q", size=size),
    ]
    return finished(alt.layer(*layers), title, 360, 360)


def size_chart(table: pl.DataFrame, title: str = "Records per person") -> Chart:
    """Draw how many clusters there are of each size.

    Args:
        table: What `views.cluster_sizes` returns.
        title: Of the chart.
    """
    alt = altair()
    largest = int(table.get_column("records").max() or 0)  # type: ignore[arg-type]
    if largest <= _SIZES:
        # A size that no cluster has keeps its place, so that the gap is seen.
        every = pl.DataFrame({"records": range(1, largest + 1)}, schema={"records": pl.Int64})
        table = every.join(table, on="records", how="left").with_columns(pl.col("clusters").fill_null(0))
    axis = alt.Axis(labelAngle=0, grid=False, labelOverlap=True)
    encoded = (
        alt.Chart(rows(table))
        .mark_bar(color=PLAIN)
        .encode(
            x=alt.X("records:O", title="records in a cluster", axis=axis),
            y=alt.Y("clusters:Q", title="clusters"),
        )
    )
    return finished(encoded, title, 620, 200)


def cluster_chart(view: ClusterView, title: str | None = None) -> Chart:
    """Draw one cluster: its records, and the weight of every pair in it.

    Args:
        view: What `views.cluster_view` returns.
        title: Of the chart; the cluster id when None.
    """
    alt = altair()
    across = {"scale": alt.Scale(domain=[-2.4, 2.4]), "axis": None}
    along = {"scale": alt.Scale(domain=[-1.3, 1.3]), "axis": None}
    # Weights stand nearer to one end of their line, where lines seldom cross.
    edges = view.edges.with_columns(
        (pl.col("x") + (pl.col("x2") - pl.col("x")) * _NEAR).alias("mx"),
        (pl.col("y") + (pl.col("y2") - pl.col("y")) * _NEAR).alias("my"),
        pl.col("weight").round(1).cast(pl.String).alias("text"),
        pl.when("link").then(pl.lit("link")).otherwise(pl.lit("below the threshold")).alias("kind"),
    )
    x, y = alt.X("x:Q", **across), alt.Y("y:Q", **along)
    drawn = alt.Chart(rows(edges))
    ends = {"x": x, "y": y, "x2": "x2:Q", "y2": "y2:Q"}
    lines = drawn.mark_rule(strokeWidth=1.5).encode(color=colours(_EDGES, "kind"), **ends)
    # In a large cluster only the weakest weights are written: they are what one looks for.
    told = edges if edges.height <= _READABLE else edges.sort("weight", "left", "right").head(_WEAKEST)
    placed = alt.Chart(rows(told)).encode(x=alt.X("mx:Q", **across), y=alt.Y("my:Q", **along))
    weights = _haloed(placed, "text", fontSize=10)
    nodes = alt.Chart(rows(view.nodes)).mark_circle(size=160, color=PLAIN, opacity=1).encode(x=x, y=y)
    names: list[Chart] = []
    for side, look in _LABELS:
        base = alt.Chart(rows(view.nodes.filter(side))).encode(x=x, y=y)
        names += _haloed(base, "text", fontSize=11, **look)
    layers = alt.layer(lines, *weights, nodes, *names)
    return finished(layers, title or f"Cluster {view.cluster_id}", 620, 400)

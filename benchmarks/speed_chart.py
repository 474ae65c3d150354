"""Draw the picture of speed and memory beside a peer from the kept results of `benchmarks.matching`.

    python -m benchmarks.speed_chart [OUT.svg]

The picture is `docs/pictures/speed.svg` unless another file is named.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl

from bnl.matching.drawing import FAINT, FOR, altair, colours, rows, to_svg

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "matching-speed.json"
SETS = {
    "febrl3": "5,000 records (FEBRL 3)",
    "narrow_1m": "a million records, narrow rules",
    "wide_1m": "a million records, wide rules",
}
ENGINES = {"bnl": FOR, "peer": FAINT}
TAKES_DATA = False


def table(results: dict[str, Any]) -> pl.DataFrame:
    """Lay out the runs of the sets that are drawn: seconds and megabytes of each engine.

    Args:
        results: What `benchmarks.matching` keeps.
    """
    return pl.DataFrame(
        {
            "set": label,
            "engine": engine,
            "seconds": results[name][engine]["total"],
            "memory": results[name][engine]["peak_mb"],
            "ratio": f"{results[name]['ratio']:.1f} times" if engine == "bnl" else "",
        }
        for name, label in SETS.items()
        if name in results and "ratio" in results[name]
        for engine in ENGINES
    )


def draw(results: dict[str, Any]) -> str:
    """Return the picture as SVG."""
    alt = altair()
    base = alt.Chart(rows(table(results))).encode(y=alt.Y("engine:N", title=None, axis=None))
    panels = []
    for field, title, least in (("seconds", "seconds, end to end", 0.1), ("memory", "peak memory, MB", 10)):
        scale = alt.Scale(type="log", domainMin=least)
        x = alt.X(f"{field}:Q", title=f"{title} (log)", scale=scale, axis=alt.Axis(grid=False, tickCount=4))
        bars = base.mark_bar(height=13).encode(x=x, x2=alt.datum(least), color=colours(ENGINES, "engine"))
        text = base.mark_text(align="left", dx=4, fontSize=11).encode(
            x=f"{field}:Q", text=alt.Text(f"{field}:Q", format=",.3~r" if field == "seconds" else ",.0f")
        )
        panel = alt.layer(bars, text).properties(width=270, height=38)
        header = alt.Header(labelAngle=0, labelAlign="left", labelFontSize=12, labelLimit=220, title=None)
        labels = header if field == "seconds" else None
        panels.append(panel.facet(row=alt.Row("set:N", header=labels, sort=list(SETS.values()), title=None)))
    both = alt.hconcat(*panels).properties(title="One run side by side: this library and its peer")
    return to_svg(
        both.configure_view(stroke=None)
        .configure_title(anchor="start", fontSize=14)
        .configure_legend(labelFontSize=11)
    )


def main() -> None:
    """Draw the picture from the kept results."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures" / "speed.svg"
    out.write_text(draw(json.loads(RESULTS.read_text())), encoding="utf-8")
    print(f"Drawn to {out.name}.")


if __name__ == "__main__":
    main()

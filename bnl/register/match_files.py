"""`bnl match` without a register: who is who in a data officer's own files."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from bnl.errors import InputError
from bnl.exchange.frames import read_columns
from bnl.matching.linker import Linker
from bnl.matching.report import ReportData, match_report
from bnl.matching.runs import (
    MatchPlan,
    make_plan,
    match_records,
    match_tables,
    run_document,
    standard_records,
)
from bnl.matching.views import (
    blocking_table,
    cluster_sizes,
    cluster_view,
    level_table,
    waterfall,
    weight_histogram,
)

Progress = Callable[[str, int, int], None]
SOURCE = "source_dataset"
SHOWN = 6
# Clusters drawn, and the largest that can still be read as a drawing.
CLUSTERS, DRAWN = 2, 12
_KILOBYTES_PER_MB = 1024


def plan_of(
    roles: Sequence[str], *, id_column: str | None, source_column: str | None, link_type: str
) -> MatchPlan:
    """Return the plan that options state; see `bnl.matching.runs.make_plan`.

    Raises:
        MatchingError: A role is unknown or not ``role=column``.
    """
    linking = link_type == "link" and source_column is None
    # Between two files the file itself is the source; which column it becomes is settled when they are read.
    plan = make_plan(
        roles, id_column=id_column, source_column=source_column, link_type="dedupe" if linking else link_type
    )
    return replace(plan, link_type=link_type)


def match_files(
    files: Sequence[Path],
    out: Path,
    plan: MatchPlan,
    *,
    threads: int = 0,
    report: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Match the records of files and write what was found.

    Args:
        files: Parquet, CSV, JSON-lines or Excel files; several are read under one another.
        out: Folder the results go to: ``pairs.parquet``, ``clusters.parquet``, ``review.parquet``,
            ``run.json`` and ``report.html``.
        plan: Which columns play which role; no other column is read.
        threads: Worker threads; 0 means one for each core. The result does not depend on it.
        report: Whether to draw the report.
        progress: Called with a phase, what is done and what there is to do.

    Returns:
        What `run.json` holds.

    Raises:
        InputError: A file cannot be read, lacks a column, or the folder cannot be written.
        MatchingError: Ids repeat, or the records cannot be matched as asked.
    """
    clock, seconds = time.perf_counter, {}
    began = clock()
    frame, plan = _read(files, plan)
    records = standard_records(frame, plan)
    seconds["read"] = clock() - began
    linker = Linker(threads=threads or None)
    began = clock()
    found = match_records(records, plan, linker, progress)
    seconds["match"] = clock() - began
    began = clock()
    tables = match_tables(found)
    _make(out)
    tables.pairs.write_parquet(out / "pairs.parquet")
    tables.clusters.write_parquet(out / "clusters.parquet")
    tables.review.write_parquet(out / "review.parquet")
    seconds["write"] = clock() - began
    run = run_document(found, plan, records.height, seconds, _peak_mb())
    if report:
        began = clock()
        (out / "report.html").write_text(_report(found, linker, tables, run), encoding="utf-8")
        seconds["report"] = clock() - began
        run = run_document(found, plan, records.height, seconds, _peak_mb())
    (out / "run.json").write_text(json.dumps(run, indent=1), encoding="utf-8")
    return run


def _read(files: Sequence[Path], plan: MatchPlan) -> tuple[pl.DataFrame, MatchPlan]:
    """Read the files; where no column tells the source of a record and there are several, its file does."""
    frames = [read_columns(path, plan.columns()) for path in files]
    if len(files) > 1 and plan.source_column is None:
        names = [path.stem for path in files]
        if len(set(names)) < len(names):
            raise InputError("two files have the same name.", "Rename one, or name a source column.")
        frames = [
            frame.with_columns(pl.lit(name).alias(SOURCE)) for frame, name in zip(frames, names, strict=True)
        ]
        plan = replace(plan, source_column=SOURCE)
    return pl.concat(frames, how="vertical_relaxed"), plan


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "Give a folder that can be written."
        raise InputError(f"the folder cannot be made: {error.strerror}.", advice, file=out.name) from None


def _report(found: Any, linker: Linker, tables: Any, run: dict[str, Any]) -> str:
    # The least certain pair of each reason first, so that the reader sees one of every kind.
    review = tables.review.with_columns(pl.int_range(pl.len()).over("reason").alias("nth"))
    shown = review.sort("nth", maintain_order=True).head(SHOWN)
    falls = [
        (f"{left} and {right}", waterfall(found.explain(left, right).steps))
        for left, right in shown.select("unique_id_l", "unique_id_r").iter_rows()
    ]
    sizes = found.clusters.group_by("cluster_id").len().filter(pl.col("len").is_between(2, DRAWN))
    largest = sizes.sort("len", "cluster_id", descending=[True, False]).head(CLUSTERS)
    views = [
        cluster_view(cluster_id, found.clusters, found.pairs, found.link_threshold)
        for cluster_id in largest.get_column("cluster_id")
    ]
    return match_report(
        ReportData(
            title="Match report",
            run=run,
            weights=weight_histogram(found.pairs, found.link_threshold, found.review_threshold),
            sizes=cluster_sizes(found.clusters),
            blocking=blocking_table(found.blocking),
            levels=level_table(linker.fitted) if linker.fitted is not None else pl.DataFrame(),
            review=tables.review,
            clusters=views,
            waterfalls=falls,
        )
    )


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILOBYTES_PER_MB
    return peak / _KILOBYTES_PER_MB if sys.platform == "darwin" else peak

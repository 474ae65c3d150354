"""`bnl match` without a register: who is who in a data officer's own files."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from bnl.errors import InputError
from bnl.exchange.frames import read_columns
from bnl.matching.columns import readable
from bnl.matching.found import Found
from bnl.matching.linker import Linker
from bnl.matching.report import ReportData, match_report
from bnl.matching.runs import (
    MatchPlan,
    MatchTables,
    ids_carry_source,
    make_plan,
    match_records,
    match_tables,
    notes_of,
    run_document,
    standard_records,
    values_given,
)
from bnl.matching.views import (
    blocking_table,
    cluster_sizes,
    cluster_view,
    level_table,
    waterfall,
    weight_histogram,
)
from bnl.register.results_folder import results_folder

Progress = Callable[[str, int, int], None]
SOURCE = "source_dataset"
SHOWN = 6
RESULTS = ("pairs.parquet", "clusters.parquet", "review.parquet", "report.html", "run.json")
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
        What `run.json` holds. Nothing is in the folder before all of it is written; results of an earlier
        run are replaced together.

    Raises:
        InputError: A file cannot be read, lacks a column, or the folder cannot be written.
        MatchingError: Ids repeat, or the records cannot be matched as asked.
    """
    run = _Run(plan, threads, progress)
    began = time.perf_counter()
    frame, run.plan, run.broken = _read(files, plan)
    records = standard_records(frame, run.plan)
    if plan.id_column is not None and ids_carry_source(records, frame.get_column(plan.id_column)):
        run.notes.append("The lists use the same ids, so a record is identified as list:id.")
    run.seconds["read"] = time.perf_counter() - began
    del frame
    with results_folder(out, RESULTS) as folder:
        return run.write(records, folder, report=report)


class _Run:
    """One run: what was read, what was found, and how long each phase took."""

    def __init__(self, plan: MatchPlan, threads: int, progress: Progress | None) -> None:
        self.plan = plan
        self.broken: dict[str, tuple[int, ...]] = {}
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []
        self._linker = Linker(threads=threads or None)
        self._progress = progress

    def write(self, records: pl.DataFrame, folder: Path, *, report: bool) -> dict[str, Any]:
        """Match records, write everything into a folder and return what `run.json` holds."""
        given, clock = values_given(records), time.perf_counter
        began = clock()
        found = match_records(records, self.plan, self._linker, self._progress)
        self.seconds["match"] = clock() - began
        began = clock()
        tables = match_tables(found)
        tables.pairs.write_parquet(folder / "pairs.parquet")
        tables.clusters.write_parquet(folder / "clusters.parquet")
        tables.review.write_parquet(folder / "review.parquet")
        self.seconds["write"] = clock() - began
        run = self._document(found, records.height, given)
        if report:
            began = clock()
            page = _report(found, self._linker, tables, run)
            (folder / "report.html").write_text(page, encoding="utf-8")
            self.seconds["report"] = clock() - began
            run = self._document(found, records.height, given)
        (folder / "run.json").write_text(json.dumps(run, indent=1), encoding="utf-8")
        return run

    def _document(self, found: Found, rows: int, given: Mapping[str, int]) -> dict[str, Any]:
        understood = found.understood
        return {
            **run_document(found, self.plan, rows, self.seconds, _peak_mb()),
            "values": {
                name: {"given": number, "understood": understood.get(name, 0)}
                for name, number in given.items()
            },
            "rows_left_out": {file: list(rows) for file, rows in self.broken.items() if rows},
            "notes": [*self.notes, *notes_of(found, given, self.broken)],
        }


def _read(
    files: Sequence[Path], plan: MatchPlan
) -> tuple[pl.DataFrame, MatchPlan, dict[str, tuple[int, ...]]]:
    """Read the files; where no column tells the source of a record and there are several, its file does."""
    read = [read_columns(path, plan.columns()) for path in files]
    frames = [_without_blank(one.frame, plan) for one in read]
    broken = {path.name: one.broken for path, one in zip(files, read, strict=True)}
    if len(files) > 1 and plan.source_column is None:
        names = [path.stem for path in files]
        if len(set(names)) < len(names):
            raise InputError("two files have the same name.", "Rename one, or name a source column.")
        frames = [
            frame.with_columns(pl.lit(name).alias(SOURCE)) for frame, name in zip(frames, names, strict=True)
        ]
        plan = replace(plan, source_column=SOURCE)
    return _together(frames), plan, broken


def _without_blank(frame: pl.DataFrame, plan: MatchPlan) -> pl.DataFrame:
    """Drop rows in which nothing stands; where rows are known by their number, only those at the end."""
    if not frame.width or not frame.height:
        return frame
    held = frame.select(
        held=pl.any_horizontal(
            pl.col(name).is_not_null() if kind != pl.String else pl.col(name).str.strip_chars() != ""
            for name, kind in frame.schema.items()
        ).fill_null(value=False)
    ).get_column("held")
    if held.all():
        return frame
    if plan.id_column is not None:
        return frame.filter(held)
    return frame.head(max(held.arg_true().to_list(), default=-1) + 1)


def _together(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put files under one another; a column that is of different kinds in them is text."""
    kinds: dict[str, set[pl.DataType]] = {}
    for frame in frames:
        for name, kind in frame.schema.items():
            kinds.setdefault(name, set()).add(kind)
    mixed = [name for name, of in kinds.items() if len(of) > 1]
    if not mixed:
        return pl.concat(frames)
    alike = [
        frame.with_columns(
            readable(frame.get_column(name)).cast(pl.String)
            if not isinstance(frame.schema[name], pl.List)
            else frame.get_column(name).cast(pl.List(pl.String)).list.join(";")
            for name in mixed
        )
        for frame in frames
    ]
    return pl.concat(alike)


def _report(found: Found, linker: Linker, tables: MatchTables, run: dict[str, Any]) -> str:
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

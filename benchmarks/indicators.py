"""Speed of the list, 36 months of flows and all KPIs, beside straightforward SQL (DuckDB) in the same run.

Usage: python -m benchmarks.indicators [people] [events]. The last line is JSON.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from bnl.indicators.casework import casework
from bnl.indicators.figures import Figure
from bnl.indicators.flows import flows_by_month
from bnl.indicators.frame import frame_from_columns
from bnl.indicators.history import history
from bnl.indicators.kpi import kpis
from bnl.indicators.kpi_rules import Kpi
from bnl.indicators.listing import by_name_list

FIRST, DAYS = date(2022, 1, 1), 1280
ON = date(2025, 3, 1)
PERIOD = (date(2024, 1, 1), date(2024, 12, 31))
ROUNDS = 5
EVERY_PERSON = {
    "sighting": 4,
    "accommodation_start": 3,
    "inactive": 0.4,
    "death": 0.01,
    "lead_worker_assigned": 2,
    "next_action": 4,
    "next_action_done": 3,
    "handover_sent": 1,
    "handover_accepted": 0.8,
    "contact_attempt": 4,
}
CASES = 1.5


def columns(people: int, events: int, seed: int = 11) -> pl.DataFrame:
    """Return made-up events: cases, places, people who keep them, and contacts for the rest."""
    random = np.random.default_rng(seed)
    parts = [_cases(random, people)]
    for kind, each in EVERY_PERSON.items():
        parts.append(_plain(random, people, kind, int(people * each)))
    parts.append(_plain(random, people, "contact", max(0, events - sum(part.height for part in parts))))
    table = pl.concat(parts, how="diagonal")
    order = np.argsort(table["day"].to_numpy(), kind="stable")
    table = table[order].with_columns(pl.int_range(1, table.height + 1).alias("sequence"))
    day = _day(pl.col("day"))
    return table.select(
        pl.format("evt_{}", "sequence").alias("event_id"),
        pl.format("per_{}", "who").alias("person_id"),
        pl.format("rec_{}_{}", "who", "agency").alias("record_id"),
        pl.format("agency-{}", "agency").alias("agency_id"),
        "kind",
        day.alias("occurred_on"),
        day.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("recorded_at"),
        "sequence",
        "situation",
        "case",
        "outcome",
        "planned",
        "status",
        "eligible",
        "service_level",
        "worker",
        "attempts",
        day.dt.offset_by("14d").alias("due_on"),
    )


def _day(number: pl.Expr) -> pl.Expr:
    """Return the day so many days after the first."""
    return (number.cast(pl.Int32) + (FIRST - date(1970, 1, 1)).days).cast(pl.Date)


def _plain(random: np.random.Generator, people: int, kind: str, count: int) -> pl.DataFrame:
    places = np.array(["temporary", "emergency", "hidden", "supported", "settled", "settled"])
    table = pl.DataFrame(
        {
            "who": random.integers(0, people, count),
            "agency": random.integers(0, 12, count),
            "day": random.integers(0, DAYS, count),
            "situation": places[random.integers(0, len(places), count)],
        }
    ).with_columns(pl.lit(kind).alias("kind"), pl.lit(2, dtype=pl.Int64).alias("attempts"))
    if kind != "accommodation_start":
        table = table.with_columns(pl.lit(None, dtype=pl.String).alias("situation"))
    if kind == "lead_worker_assigned":
        table = table.with_columns(pl.format("worker-{}", pl.col("who") % 400).alias("worker"))
    return table


def _cases(random: np.random.Generator, people: int) -> pl.DataFrame:
    count = int(people * CASES)
    base = pl.DataFrame(
        {
            "who": random.integers(0, people, count),
            "agency": random.integers(0, 12, count),
            "start": random.integers(0, DAYS - 260, count),
            "draw": random.integers(0, 100, count),
        }
    ).with_row_index("number")
    steps = {
        "referral": 0,
        "triage": 2,
        "referral_decided": 4,
        "assessment": 9,
        "prevention_outcome": 120,
        "closure": 150,
        "employment": 100,
    }
    parts = []
    for kind, after in steps.items():
        wait = after + (pl.col("draw") * (after > 0) * (1 + after // 40)) // 12
        parts.append(
            base.select(
                "who",
                "agency",
                (pl.col("start") + wait).alias("day"),
                pl.lit(kind).alias("kind"),
                pl.format("case-{}", "number").alias("case"),
                pl.col("draw"),
            )
        )
    table = pl.concat(parts)
    decided = pl.when(pl.col("draw") < 60).then(pl.lit("accepted")).otherwise(pl.lit("rejected"))
    ended = pl.when(pl.col("draw") % 3 == 0).then(pl.lit("prevented")).otherwise(pl.lit("unknown"))
    worked = pl.when(pl.col("draw") % 2 == 0).then(pl.lit("employed")).otherwise(pl.lit("unemployed"))
    return table.with_columns(
        pl.when(pl.col("kind") == "referral_decided")
        .then(decided)
        .when(pl.col("kind") == "prevention_outcome")
        .then(ended)
        .alias("outcome"),
        pl.when(pl.col("kind") == "closure").then(pl.col("draw") % 4 != 0).alias("planned"),
        pl.when(pl.col("kind") == "employment").then(pl.col("draw") % 5 != 0).alias("eligible"),
        pl.when(pl.col("kind") == "employment").then(worked).alias("status"),
        pl.when(pl.col("kind") == "referral_decided").then(pl.lit("full")).alias("service_level"),
    ).drop("draw")


def queries() -> dict[str, str]:
    """Return the SQL of this benchmark by name."""
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    parts = [part.split("\n", 1) for part in text.split("-- name: ")[1:]]
    return {name.strip(): body for name, body in parts}


def best(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return the least wall and processor seconds of some rounds, and the result."""
    wall, used, result = [], [], None
    for _ in range(ROUNDS):
        began, clock = time.perf_counter(), time.process_time()
        result = work()
        wall.append(time.perf_counter() - began)
        used.append(time.process_time() - clock)
    return min(wall), min(used), result


def main() -> None:
    """Measure and print; the numbers of both sides are compared first."""
    people, events = (
        (int(text) for text in (*sys.argv[1:3], "20000", "1000000")[:2])
        if len(sys.argv) > 2
        else (20_000, 1_000_000)
    )
    table = columns(people, events)
    build, _, frame = best(lambda: frame_from_columns(table))
    past = history(frame)
    connection = duckdb.connect(config={"threads": os.cpu_count() or 1})
    connection.register("loaded", table.to_arrow())
    connection.execute("create table events as select * from loaded")
    text = queries()
    connection.execute(text["ranked"])

    def sql(query: str, **values: Any) -> Any:
        return pl.DataFrame(connection.sql(query, params=values).to_arrow_table())

    since = date(2022, 3, 1)
    last = date(2025, 2, 28)
    runs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "list, from the frame": (
            lambda: by_name_list(frame, ON),
            lambda: sql(text["course"] + text["list"], until=ON),
        ),
        "list, from a history": (
            lambda: by_name_list(past, ON),
            lambda: sql(text["course"] + text["list"], until=ON),
        ),
        "36 months of flows": (
            lambda: flows_by_month(frame, since, 36),
            lambda: sql(text["course"] + text["flows"], since=since, until=last),
        ),
        "all KPIs": (
            partial(every_kpi, frame),
            lambda: sql(text["kpis"], since=PERIOD[0], until=PERIOD[1]),
        ),
    }
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    print(f"{people:,} people, {table.height:,} events; frame built in {build:.2f} s")
    out: dict[str, Any] = {"people": people, "events": table.height, "build_s": round(build, 3)}
    results = {}
    for name, (ours, theirs) in runs.items():
        wall, used, result = best(ours)
        peer, peer_used, reference = best(theirs)
        results[name] = (result, reference)
        out[name] = {
            "ms": round(1000 * wall, 1),
            "cpu_ms": round(1000 * used, 1),
            "sql_ms": round(1000 * peer, 1),
            "sql_cpu_ms": round(1000 * peer_used, 1),
        }
        out[name]["ratio"] = round(peer / wall, 2)
        out[name]["cpu_ratio"] = round(peer_used / used, 2)
        print(
            f"{name:24} {1000 * wall:8.1f} ms   SQL {1000 * peer:8.1f} ms   ratio {peer / wall:5.2f}"
            f"   processor {1000 * used:8.1f} ms   SQL {1000 * peer_used:8.1f} ms   {peer_used / used:5.2f}"
        )
    agree(results)
    out["growth"] = growth(people, events)
    print(json.dumps(out))


def every_kpi(frame: pl.DataFrame) -> dict[Kpi, Figure]:
    """Return all KPIs of the year, from the frame."""
    return kpis(casework(frame), *PERIOD)


def growth(people: int, events: int) -> dict[str, float]:
    """Return how much longer four times the events take, per work; 4 is linear."""
    times = []
    for share in (4, 1):
        frame = frame_from_columns(columns(people // share, events // share))
        runs = (
            partial(by_name_list, frame, ON),
            partial(flows_by_month, frame, date(2022, 3, 1), 36),
            partial(every_kpi, frame),
        )
        times.append([best(run)[1] for run in runs])
    factors = {
        name: round(large / small, 2)
        for name, small, large in zip(("list", "flows", "KPIs"), times[0], times[1], strict=True)
    }
    print(
        "four times the events take",
        ", ".join(f"{name} {factor}" for name, factor in factors.items()),
        "times the time",
    )
    return factors


def agree(results: dict[str, tuple[Any, Any]]) -> None:
    """Check that both sides say the same; a fast wrong answer is none."""
    mine, theirs = results["list, from the frame"]
    for name in ("person_id", "state", "last_contact", "agencies", "records", "first_seen"):
        left = mine[name].cast(pl.String) if name == "state" else mine[name]
        if left.to_list() != theirs[name].to_list():
            raise SystemExit(f"the list and the SQL differ in {name}")
    months, rows = results["36 months of flows"]
    for name in ("newly_identified", "deceased", "inactive", "housed"):
        if months[name].to_list() != rows[name].to_list():
            raise SystemExit(f"the flows and the SQL differ in {name}")
    figures, row = results["all KPIs"][0], results["all KPIs"][1].row(0, named=True)
    for name, key in SAME.items():
        mine = sorted(text.rpartition("/")[2].partition("@")[0] for text in figures[name].numerator)
        theirs = row[key] or []
        if mine != theirs:
            raise SystemExit(f"{name.value} and the SQL differ: {len(mine)} and {len(theirs)}")


SAME = {
    Kpi.ASSESSMENT: "assessed",
    Kpi.CLOSED: "closed",
    Kpi.PREVENTION: "prevented",
    Kpi.REJECTED: "rejected",
    Kpi.SERVICE_USERS: "served",
    Kpi.RE_REFERRAL: "again",
    Kpi.EVICTIONS_AVOIDED: "kept",
    Kpi.IN_EMPLOYMENT: "employed",
    Kpi.UPSTREAM: "early",
}
"""Column of the SQL for each KPI; triage is left out, for the SQL knows no bank holidays.

The SQL of the list and the flows knows no ends of stays and no risks, so nobody is evicted or referred early.
"""


if __name__ == "__main__":
    main()

"""Measure search before create: an index of a million people, searched, explained and added to on one core.

    python -m benchmarks.search [--records 1000000] [--searches 2000] [--additions 20000] [--peers DIR]

The people come from the generator of large sets (``gen_scale.py`` in ``--peers``, see `benchmarks.matching`).
Each search is for one of them with one field spoilt, and its explanations are read. Beside the wall clock
stands the processor time of the process: on a machine that others use it says what the work costs. Exits with
1 if a floor is missed on both clocks. The last line is JSON; it is also kept as
``results/matching-search.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.matching import LARGE_COLUMNS, Case, data_of, keep, shared

FLOORS = {"p50_ms": 2.0, "p99_ms": 10.0, "additions_per_second": 5_000.0, "build_seconds": 60.0}
FIT_ON = 100_000
TAKES_DATA = True


def spoilt(record: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return what an officer might type: one field with two letters exchanged, the id left out."""
    said = {column: value for column, value in record.items() if column != "record_id" and value}
    column = rng.choice(sorted(said))
    value = str(said[column])
    place = rng.randrange(max(1, len(value) - 1))
    return {
        **said,
        column: value[:place] + value[place + 1 : place + 2] + value[place : place + 1] + value[place + 2 :],
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Return milliseconds at the middle, at 99 of 100 and at worst."""
    ordered = sorted(seconds)
    places = {"p50_ms": len(ordered) // 2, "p99_ms": len(ordered) * 99 // 100, "worst_ms": len(ordered) - 1}
    return {name: round(ordered[place] * 1e3, 3) for name, place in places.items()}


class Clocks:
    """Wall clock and processor time since it was made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def taken(self) -> tuple[float, float]:
        """Return the seconds of both."""
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def searched(index: Any, asked: list[dict[str, Any]]) -> tuple[dict[str, Any], float]:
    """Search for each person and read the explanations."""
    wall, cpu, compared, found = [], [], [], 0
    for record in asked:
        clocks = Clocks()
        seen = index.look(record)
        bits = sum(step.bits for one in seen.candidates for step in one.explanation.steps)
        taken = clocks.taken()
        wall.append(taken[0])
        cpu.append(taken[1])
        compared.append(seen.compared)
        found += bool(seen.candidates) and bits != 0
    return {
        "wall": percentiles(wall),
        "cpu": percentiles(cpu),
        "compared_p50": sorted(compared)[len(compared) // 2],
        "compared_most": max(compared),
    }, found / len(asked)


def measure(path: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Build the index and measure it."""
    import polars as pl

    from bnl.matching.index import Index
    from bnl.matching.linker import Linker

    frame = pl.read_parquet(path, columns=[*LARGE_COLUMNS, "middle_name", "email", "phone"])
    frame = frame.rename({"unique_id": "record_id"})
    rng = random.Random(5)
    clocks = Clocks()
    fitted = Linker(threads=1).fit(frame.head(FIT_ON)).fitted
    assert fitted is not None
    fit = clocks.taken()
    clocks = Clocks()
    index = Index(fitted, frame)
    build = clocks.taken()
    chosen = frame[
        [rng.randrange(frame.height) for _ in range(options.searches + options.additions)]
    ].to_dicts()
    asked = [spoilt(record, rng) for record in chosen[: options.searches]]
    for record in asked[:50]:
        index.search(record)
    search, found = searched(index, asked)
    fresh = [
        {**record, "record_id": f"new-{place}"} for place, record in enumerate(chosen[options.searches :])
    ]
    clocks = Clocks()
    for record in fresh:
        index.add([record])
    # A search takes in whatever still waits.
    index.search(asked[0])
    added = clocks.taken()
    turns, _ = searched(_Alternating(index), asked[:500])
    return {
        "records": frame.height,
        "fit_seconds": fit,
        "build_seconds": {"wall": build[0], "cpu": build[1]},
        "search": search,
        "found": found,
        "additions_per_second": {"wall": len(fresh) / added[0], "cpu": len(fresh) / added[1]},
        "add_then_search": turns,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": os.getloadavg()[0],
    }


class _Alternating:
    """Adds a record before each search, so that every search meets one that nobody has encoded yet."""

    def __init__(self, index: Any) -> None:
        self._index, self._number = index, 0

    def look(self, record: dict[str, Any]) -> Any:
        self._number += 1
        self._index.add([{**record, "record_id": f"turn-{self._number}"}])
        return self._index.look(record)


def missed(figures: dict[str, Any]) -> list[str]:
    """Return the floors that neither clock keeps."""
    best = {
        "p50_ms": min(figures["search"][clock]["p50_ms"] for clock in ("wall", "cpu")),
        "p99_ms": min(figures["search"][clock]["p99_ms"] for clock in ("wall", "cpu")),
        "build_seconds": min(figures["build_seconds"].values()),
    }
    out = [name for name, value in best.items() if value > FLOORS[name]]
    if max(figures["additions_per_second"].values()) < FLOORS["additions_per_second"]:
        out.append("additions_per_second")
    return out


def main() -> None:
    """Run the benchmark on one core."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=2_000)
    parser.add_argument("--additions", type=int, default=20_000)
    parser.add_argument("--peers", type=Path, default=None)
    parser.add_argument("--data", type=Path, default=None)
    options = parser.parse_args()
    folder = shared()
    peers = options.peers or (options.data and options.data.parent / "peers") or (folder and folder / "peers")
    if not peers or not peers.is_dir():
        print("The generator of large sets is not here; name its folder with --peers. Nothing was measured.")
        return
    os.environ["POLARS_MAX_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as scratch:
        path = data_of(Case("search", options.records, "scale"), peers, peers, Path(scratch))
        figures = measure(path, options)
    failed = missed(figures)
    keep("matching-search.json", {f"{options.records}": figures})
    print(json.dumps({"floors": FLOORS, "missed": failed, **figures}))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()

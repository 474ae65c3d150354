"""Measure the matching engine, and a peer beside it: accuracy, seconds per phase, peak memory, ratios.

    python -m benchmarks.matching [--sets febrl3 narrow_1m …] [--runs 3] [--threads 2]
                                 [--peers DIR] [--data DIR]

Each run is a process of its own; the engines take turns on the same data. ``--peers`` names the folder of
the peer's runner (``splink_run.py``), its scorer (``score.py``) and the generator of large sets
(``gen_scale.py``); ``--data`` the folder of labelled sets. Both default to ``shared`` beside the checkout or
``BNL_SHARED``. The last line is JSON; it is also kept under ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
TAKES_DATA = True

# The peer's published rules for large sets, restated in keys of this library.
NARROW = (
    ("given", "family", "birth_year"),
    ("family", "date_of_birth"),
    ("given", "date_of_birth"),
    ("postcode", "given"),
    ("postcode", "family"),
    ("postcode", "date_of_birth"),
    ("names_crossed", "birth_year"),
)
WIDE = (
    ("family", "given_initial"),
    ("date_of_birth",),
    ("postcode",),
    ("given", "birth_year"),
)
LARGE_COLUMNS = ("unique_id", "source_dataset", "first_name", "surname", "dob", "sex", "postcode")


@dataclass(frozen=True)
class Case:
    """One data set and how both engines are run on it.

    Args:
        name: Name in the results.
        source: Name of a labelled set, or the number of records to generate.
        peer_model: The peer's best model for it.
        rules: Blocking rules, None for the default model as it is.
        columns: Columns given to the engine; empty for all but truth.
    """

    name: str
    source: str | int
    peer_model: str
    rules: tuple[tuple[str, ...], ...] | None = None
    columns: tuple[str, ...] = ()


CASES = {
    case.name: case
    for case in (
        Case("febrl3", "febrl3", "demo"),
        Case("febrl4", "febrl4", "demo_extended"),
        Case("fake_1000", "fake_1000", "tutorial"),
        Case("historical_50k", "historical_50k", "wide_v2"),
        Case(
            "pp_census_ssa",
            "pp_census_ssa",
            "expert",
            None,
            ("unique_id", "source_dataset", "first_name", "middle_initial", "last_name", "dob", "sex"),
        ),
        Case("narrow_100k", 100_000, "scale", NARROW, LARGE_COLUMNS),
        Case("narrow_1m", 1_000_000, "scale", NARROW, LARGE_COLUMNS),
        Case("wide_1m", 1_000_000, "scale_wide", WIDE, LARGE_COLUMNS),
    )
}


def shared() -> Path | None:
    """Return the folder of shared material, if there is one."""
    folder = Path(os.environ.get("BNL_SHARED", ROOT.parent / "shared"))
    return folder if folder.is_dir() else None


def load(path: Path) -> ModuleType:
    """Import a script by its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def data_of(case: Case, data: Path, peers: Path, scratch: Path) -> Path:
    """Return the file of a case, generating it if it is a large one."""
    if isinstance(case.source, str):
        return data / f"{case.source}.parquet"
    out = scratch / f"generated_{case.source}.parquet"
    if not out.exists():
        subprocess.run([sys.executable, peers / "gen_scale.py", str(case.source), out], check=True)
    return out


def worker(case: Case, path: Path, out: Path, threads: int, link_type: str) -> None:
    """Run this library once on one file and write pairs, clusters and figures."""
    begun = time.perf_counter()
    import polars as pl  # the import is part of what is measured

    from bnl.matching.linker import Linker
    from bnl.matching.model import Model, person_model

    seconds = {"import": time.perf_counter() - begun}
    last = time.perf_counter()

    def mark(phase: str) -> None:
        nonlocal last
        seconds[phase] = time.perf_counter() - last
        last = time.perf_counter()

    frame = pl.read_parquet(path, columns=list(case.columns) or None)
    frame = frame.drop("entity_id", "source_id", "first_and_surname", strict=False)
    mark("read")
    model = person_model()
    if case.rules is not None:
        model = Model(model.comparisons, case.rules, None)
    linker = Linker(model, threads=threads)
    if link_type == "link_only":
        sources = sorted(set(frame["source_dataset"]))
        sides = [frame.filter(pl.col("source_dataset") == source) for source in sources]
        linker.fit(*sides)
        mark("fit")
        found = linker.link(*sides)
    else:
        linker.fit(frame)
        mark("fit")
        found = linker.dedupe(frame)
    mark("find")
    names = {"left": "unique_id_l", "right": "unique_id_r", "weight": "match_weight"}
    pairs = found.pairs.rename({**names, "probability": "match_probability"})
    pairs.select(*names.values(), "match_probability").write_parquet(out / "pairs.parquet")
    # Compressed as the peer's are.
    clusters = found.clusters.rename({"record_id": "unique_id"})
    clusters.write_parquet(out / "clusters.parquet", compression="snappy")
    mark("write")
    figures = {
        "seconds": seconds,
        "total": sum(seconds.values()),
        "without_import": sum(value for phase, value in seconds.items() if phase not in {"import", "write"}),
        "pairs_scored": found.pairs_scored,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    (out / "run.json").write_text(json.dumps(figures))


def _installed() -> dict[str, str]:
    """Return an environment in which modules are compiled once, as those of an installed package are."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run_bnl(case: Case, path: Path, out: Path, threads: int, link_type: str) -> dict[str, Any]:
    """Run this library in a process of its own."""
    arguments = ["--worker", case.name, str(path), str(out), link_type, "--threads", str(threads)]
    subprocess.run([sys.executable, __file__, *arguments], check=True, cwd=ROOT, env=_installed())
    figures: dict[str, Any] = json.loads((out / "run.json").read_text())
    return figures


def run_peer(case: Case, path: Path, out: Path, threads: int, peers: Path) -> dict[str, Any]:
    """Run the peer in a process of its own."""
    name = case.source if isinstance(case.source, str) else str(path)
    script = str(peers / "splink_run.py")
    command = [sys.executable, script, name, "--model", case.peer_model, "--out", str(out)]
    command += ["--threads", str(threads), "--data", str(path.parent)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_installed())
    figures = json.loads((out / "run.json").read_text())
    return {
        "seconds": figures["seconds"],
        # What the peer calls its total leaves out what it imports and what it writes; ours has both.
        "total": figures["total_without_import"]
        + sum(figures["seconds"][phase] for phase in ("import", "write")),
        "without_import": figures["total_without_import"],
        "pairs_scored": figures["pairs_scored"],
        "peak_mb": figures["peak_rss_mb"],
        "others_cpu_seconds": figures["others_cpu_seconds"],
    }


def accuracy(script: Path, path: Path, out: Path, link_type: str) -> dict[str, Any]:
    """Score pairs and clusters of one run against the truth."""
    import polars as pl

    scorer = load(script)
    truth = scorer.load_truth(path, link_type)
    pairs = pl.read_parquet(out / "pairs.parquet")
    report = scorer.evaluate(truth, pairs, pl.read_parquet(out / "clusters.parquet"), (0.5, 0.95), grid=False)
    clusters = report["clusters"]
    return {
        "recall_ceiling": report["pairs"]["blocking_recall"],
        "pairs_f1_at_50": report["pairs"]["at_0.5"]["f1"],
        "pairs_f1_at_95": report["pairs"]["at_0.95"]["f1"],
        "pairs_f1_best": report["pairs"]["best"]["f1"],
        "cluster_precision": clusters["precision"],
        "cluster_recall": clusters["recall"],
        "cluster_f1": clusters["f1"],
        "b_cubed": clusters["bcubed_f1"],
    }


def median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the run of median total time, with the totals of all."""
    middle = statistics.median_low([run["total"] for run in runs])
    return {**next(run for run in runs if run["total"] == middle), "totals": [run["total"] for run in runs]}


def measure(case: Case, options: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Run both engines in turn on one case and compare them."""
    path = data_of(case, options.data, options.peers, scratch)
    meta = json.loads((options.data / "datasets.json").read_text())
    link_type = meta[case.source]["link_type"] if isinstance(case.source, str) else "dedupe_only"
    ours: list[dict[str, Any]] = []
    peer: list[dict[str, Any]] = []
    mine, theirs = scratch / f"{case.name}_bnl", scratch / f"{case.name}_peer"
    for folder in (mine, theirs):
        folder.mkdir(exist_ok=True)
    for _ in range(options.runs):
        ours.append(run_bnl(case, path, mine, options.threads, link_type))
        if options.peer:
            peer.append(run_peer(case, path, theirs, options.threads, options.peers))
    # A process inherits the peak of the one that starts it, so this one is kept small.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:

        def scores(folder: Path) -> dict[str, Any]:
            return pool.submit(accuracy, options.peers / "score.py", path, folder, link_type).result()

        out = {"bnl": {**median(ours), **scores(mine)}}
        if peer:
            out["peer"] = {**median(peer), **scores(theirs)}
    if peer:
        out["ratio"] = out["peer"]["total"] / out["bnl"]["total"]
        out["memory_ratio"] = out["peer"]["peak_mb"] / out["bnl"]["peak_mb"]
    return out


def keep(name: str, found: dict[str, Any]) -> None:
    """Write results, keeping those of cases that were not run now."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / name
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**before, **found}, indent=1, sort_keys=True) + "\n")


def _scores(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the accuracy among the figures of a run."""
    kept = ("pairs_f1", "cluster", "b_cubed", "recall")
    return {key: value for key, value in figures.items() if key.startswith(kept)}


def main() -> None:
    """Run the cases asked for and print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peers", type=Path, default=None)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="measure this library only")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        name, path, out, link_type = options.worker
        worker(CASES[name], Path(path), Path(out), options.threads, link_type)
        return
    folder = shared()
    options.data = options.data or (folder and folder / "data")
    options.peers = options.peers or (options.data and options.data.parent / "peers")
    if not options.data or not options.peers.is_dir():
        print("No labelled sets and no peer here: name their folders with --data and --peers.")
        return
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.sets:
            found[name] = measure(CASES[name], options, Path(scratch))
            ours, peer = found[name]["bnl"], found[name].get("peer", {})
            print(
                f"{name}: {ours['total']:.1f} s, {ours['peak_mb']} MB, cluster F1 {ours['cluster_f1']:.4f}",
                end="",
            )
            print(f"; peer {peer['total']:.1f} s, {peer['peak_mb']} MB" if peer else "", flush=True)
    keep("matching-speed.json", found)
    both = ("bnl", "peer")
    keep(
        "matching-accuracy.json",
        {name: {who: _scores(one[who]) for who in both if who in one} for name, one in found.items()},
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()

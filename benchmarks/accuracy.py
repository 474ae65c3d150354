"""Measure how right the matching engine is: made-up counties with their truth, and labelled sets if given.

    python -m benchmarks.accuracy [--tuned 1 11 12 14] [--held-back 101 102 103]
                                  [--sets fake_1000 …] [--data DIR] [--peers DIR]

A county is measured at the engine's own thresholds, learned without truth: clusters, look-alikes joined, gaps
between communities, calibration. The seeds looked at while the engine was made are kept apart from those that
were not. The last line is JSON; it is also kept in ``benchmarks/results/matching-accuracy.json``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.matching import CASES, RESULTS, accuracy, keep, run_bnl, shared
from bnl.matching.evaluate import evaluate
from bnl.matching.found import Found
from bnl.matching.groups import by_group
from bnl.matching.linker import Linker
from bnl.matching.model import Model, person_model
from bnl.simulation.county import County, simulate

TAKES_DATA = True
TUNED, HELD_BACK = (1, 11, 12, 14), (101, 102, 103)
SETS = ("fake_1000", "febrl3", "febrl4", "pp_census_ssa", "historical_50k")
_LEAST, _BINS = 0.01, 10


def calibration(probabilities: np.ndarray[Any, Any], true: np.ndarray[Any, Any]) -> float:
    """Return the mean distance of stated from true shares over ten bins of the pairs above one per cent."""
    kept = probabilities > _LEAST
    probabilities, true = probabilities[kept], true[kept]
    place = np.minimum((probabilities * _BINS).astype(np.int64), _BINS - 1)
    stated = np.bincount(place, weights=probabilities, minlength=_BINS)
    right = np.bincount(place, weights=true, minlength=_BINS)
    return float(np.abs(stated - right).sum() / max(1, probabilities.size))


def pair_calibration(found: Found, truth: pl.DataFrame) -> float:
    """Return the calibration error of a run whose truth has record_id and entity_id."""
    entity = dict(truth.select("record_id", "entity_id").iter_rows())
    sides = found.pairs.select("left", "right").iter_rows()
    same = np.array([entity[a] is not None and entity[a] == entity[b] for a, b in sides])
    return calibration(found.pairs["probability"].to_numpy(), same)


def joined_look_alikes(county: County, clusters: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Count the pairs of look-alikes of whom a record each shares a cluster, and all, by kind."""
    placed = county.truth.join(clusters, on="record_id")
    of: dict[str, set[str]] = {}
    for person, cluster in placed.select("person", "cluster_id").iter_rows():
        of.setdefault(person, set()).add(cluster)
    out: dict[str, tuple[int, int]] = {}
    for left, right, kind in county.hard_negatives.iter_rows():
        if left in of and right in of:
            joined, every = out.get(kind, (0, 0))
            out[kind] = (joined + (not of[left].isdisjoint(of[right])), every + 1)
    return out


def one_county(seed: int, threads: int, model: Model | None = None) -> dict[str, Any]:
    """Measure one county."""
    county = simulate(seed=seed)
    records = county.records()
    found = Linker(model, threads=threads).fit(records).dedupe(records)
    truth = county.truth.select("record_id", pl.col("person").alias("entity_id"))
    measured = evaluate(found, truth)
    groups = by_group(found, truth, county.truth.select("record_id", pl.col("community").alias("group")))
    alike = joined_look_alikes(county, found.clusters)
    assert measured.clusters is not None
    worst = groups.sort("f1_gap", descending=True).row(0, named=True)
    return {
        "seed": seed,
        "cluster_f1": measured.clusters.counts.f1,
        "precision": measured.clusters.counts.precision,
        "recall": measured.clusters.counts.recall,
        "twins_joined": list(alike["twins"]),
        "hard_negatives_joined": [sum(n for n, _ in alike.values()), sum(n for _, n in alike.values())],
        "worst_gap": worst["f1_gap"],
        "worst_group": worst["group"],
        "worst_recall_gap": groups["recall_gap"].max(),
        "worst_precision_gap": groups["precision_gap"].max(),
        "flagged": groups.filter("flagged")["group"].to_list(),
        "calibration_error": pair_calibration(found, truth),
        "groups": dict(groups.select("group", "f1_gap").iter_rows()),
    }


def together(counties: list[dict[str, Any]]) -> dict[str, Any]:
    """Return means over counties; look-alikes are counted over all of them."""

    def share(name: str) -> float:
        return float(sum(one[name][0] for one in counties) / sum(one[name][1] for one in counties))

    names = ("cluster_f1", "precision", "recall", "worst_gap", "calibration_error")
    out: dict[str, Any] = {name: float(np.mean([one[name] for one in counties])) for name in names}
    out |= {name: share(name) for name in ("twins_joined", "hard_negatives_joined")}
    communities = sorted(counties[0]["groups"])
    out["mean_gap_by_group"] = {
        name: float(np.mean([one["groups"][name] for one in counties])) for name in communities
    }
    out["worst_mean_gap"] = max(out["mean_gap_by_group"].values())
    return {**out, "counties": counties}


def one_set(name: str, data: Path, peers: Path, threads: int) -> dict[str, Any]:
    """Measure one labelled set with the peer's own scorer."""
    case, path = CASES[name], data / f"{name}.parquet"
    link_type = json.loads((data / "datasets.json").read_text())[name]["link_type"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        run_bnl(case, path, out, threads, link_type)
        scores = accuracy(peers / "score.py", path, out, link_type)
        clusters = pl.read_parquet(out / "clusters.parquet").rename({"unique_id": "record_id"})
        pairs = pl.read_parquet(out / "pairs.parquet")
    truth = pl.read_parquet(path, columns=["unique_id", "entity_id"]).rename({"unique_id": "record_id"})
    entity = dict(truth.iter_rows())
    sides = pairs.select("unique_id_l", "unique_id_r").iter_rows()
    same = np.array([entity[a] is not None and entity[a] == entity[b] for a, b in sides])
    scores["calibration_error"] = calibration(pairs["match_probability"].to_numpy(), same)
    if name == "historical_50k":
        scores |= _odd_half(truth, clusters)
        frame = pl.read_parquet(path).drop("entity_id", "source_id", "first_and_surname")
        plain = Linker(person_model(placeholders=False), threads=threads).fit(frame).dedupe(frame)
        scores |= {
            f"{key}_without_placeholder_level": value
            for key, value in _odd_half(truth, plain.clusters).items()
        }
    return scores


def _odd_half(truth: pl.DataFrame, clusters: pl.DataFrame) -> dict[str, float]:
    """Measure clusters on the entities of odd hash, the half that nothing was tuned to."""
    odd = [row for row in truth.iter_rows() if row[1] is not None and zlib.crc32(str(row[1]).encode()) % 2]
    half = pl.DataFrame(odd, schema=["record_id", "entity_id"], orient="row")
    measured = evaluate(clusters.join(half.select("record_id"), on="record_id"), half)
    assert measured.clusters is not None
    return {"odd_half_cluster_f1": measured.clusters.counts.f1, "odd_half_b_cubed": measured.clusters.b3_f1}


def main() -> None:
    """Measure what was asked for, print it and keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tuned", nargs="*", type=int, default=list(TUNED))
    parser.add_argument("--held-back", nargs="*", type=int, default=list(HELD_BACK))
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--peers", type=Path, default=None)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    for name, seeds in (("county_tuned", options.tuned), ("county_held_back", options.held_back)):
        counties = []
        for seed in seeds:
            counties.append(one_county(seed, options.threads))
            print({key: value for key, value in counties[-1].items() if key != "groups"}, flush=True)
        if counties:
            found[name] = together(counties)
    folder = shared() or Path("shared")
    data: Path = options.data or folder / "data"
    peers: Path = options.peers or data.parent / "peers"
    for name in options.sets if data.is_dir() and peers.is_dir() else ():
        found[name] = {"bnl": one_set(name, data, peers, options.threads)}
        print(name, found[name]["bnl"], flush=True)
    # What was measured of the peer on the same sets stays.
    path = RESULTS / "matching-accuracy.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    keep(path.name, {name: {**before.get(name, {}), **one} for name, one in found.items()})
    print(json.dumps(found))


if __name__ == "__main__":
    main()

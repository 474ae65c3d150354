"""Linkage: the register's own actor finds who is who, and writes down what it concludes, reversibly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.identifiers import TASK, PersonId, RecordId, new_id
from bnl.domain.judgement import Verdict, ordered_pair
from bnl.domain.link import Link
from bnl.domain.record import SourceRecord
from bnl.domain.vocabulary import Purpose
from bnl.errors import Corrupt
from bnl.matching.fitted import Fitted
from bnl.matching.found import Found
from bnl.matching.linker import Linker
from bnl.matching.model import person_model
from bnl.matching.records import to_frame
from bnl.register.core import Core
from bnl.register.default_model import ENOUGH, default_model
from bnl.register.journal import Act
from bnl.register.snapshot import Snapshot
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

Progress = Callable[[str, int, int], None]
Pair = tuple[RecordId, RecordId]

PAIR = 2
OPEN, CLOSED = "open", "closed"
LINK_TASK = "possible_link"
CONTRADICTED = "judgements of people contradict one another"
_NAMED = 5
_NO_EVIDENCE = {"left", "right", "weight", "probability", "linked", "reason"}


class Weighed(NamedTuple):
    """A pair the engine could not decide.

    Args:
        pair: The two records, smaller id first.
        weight: Match weight in bits.
        probability: That the two are one person, in [0, 1].
        evidence: Level per comparison.
        reason: Why a person should look.
    """

    pair: Pair
    weight: float
    probability: float
    evidence: dict[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class DedupReport:
    """What a dedup job did.

    Args:
        records: Records gone through.
        people: People they make now.
        pairs_scored: Candidate pairs whose evidence was weighed.
        joined: Records whose person changed by being linked.
        parted: Records whose person changed by being un-linked.
        queued: Pairs newly put into the review queue.
        waiting: Pairs waiting in the review queue in all.
        link_threshold: Weight from which pairs link, in bits.
        review_threshold: Weight from which pairs are looked at by a person, in bits.
    """

    records: int
    people: int
    pairs_scored: int
    joined: int
    parted: int
    queued: int
    waiting: int
    link_threshold: float
    review_threshold: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A dedup job's report, and what the engine found, for reports and measurements of the register's own."""

    report: DedupReport
    found: Found | None


def deduplicate(core: Core, actor: Actor, progress: Progress | None = None) -> Outcome:
    """Find who is who among all records, under every human judgement, and apply what is certain.

    Links that are certain are applied, what lies between the thresholds goes to the review queue. Human
    judgements bind: a pair judged apart is never in one person. Local records are linked within their own
    agency only, restricted and unreadable ones not at all. Run again on the same data it changes nothing.

    Args:
        core: The register's state.
        actor: In whose name the job runs; the linking itself is the register's act.
        progress: Called with a phase, what is done and what there is to do.

    Returns:
        What was done.

    Raises:
        Corrupt: A judgement cannot be read.
    """
    snapshot = core.refresh()
    if snapshot.lost_judgements:
        lost = sorted(snapshot.lost_judgements)
        raise Corrupt(
            f"No machine links anybody while what people judged cannot be read: altered in table judgement: "
            f"{', '.join(lost[:_NAMED])}{' …' if len(lost) > _NAMED else ''}.",
            "Restore these rows from a backup (`bnl audit verify` locates them); until then people can still "
            "be linked and parted by hand.",
            table="judgement",
            key=lost[0],
        )
    concluded = _conclude(snapshot, progress)
    with core.change() as uow:
        if _bounds(snapshot, concluded.clusters) != concluded.bounds:
            # Somebody judged, or a record was hidden, meanwhile: conclude again while nobody else can write.
            concluded = _conclude(snapshot, None)
        clusters, found = concluded.clusters, concluded.found
        joined, parted = _apply(core, uow, clusters)
        if concluded.fitted is not None:
            core.keep_model(uow, concluded.fitted)
        queued = queue_doubtful(core, uow, concluded.doubtful)
        details = {"records": len(clusters), "joined": joined, "parted": parted, "queued": queued}
        core.journal.write(uow, actor, Act("dedup", Purpose.LINKAGE.value, details=details))
    report = DedupReport(
        records=len(clusters),
        people=len(core.snapshot.members),
        pairs_scored=found.pairs_scored if found else 0,
        joined=joined,
        parted=parted,
        queued=queued,
        waiting=len(open_tasks(core.snapshot)),
        link_threshold=found.link_threshold if found else 0.0,
        review_threshold=found.review_threshold if found else 0.0,
    )
    return Outcome(report, found)


@dataclass(frozen=True, slots=True)
class _Concluded:
    """What the engine and the human judgements come to, and the bounds under which they were reached."""

    clusters: dict[RecordId, RecordId]
    doubtful: list[Weighed]
    found: Found | None
    fitted: Fitted | None
    bounds: object


def _conclude(snapshot: Snapshot, progress: Progress | None) -> _Concluded:
    clusters: dict[RecordId, RecordId] = {record_id: record_id for record_id in snapshot.arrival}
    bounds = _bounds(snapshot, clusters)
    doubtful: list[Weighed] = []
    found: Found | None = None
    fitted: Fitted | None = None
    for records in _scopes(snapshot):
        if len(records) < PAIR:
            continue
        frame = to_frame(records)
        if fitted is None and len(records) >= ENOUGH:
            if progress is not None:
                progress("fit", 0, 1)
            fitted = Linker(person_model()).fit(frame).fitted
        result = _match(snapshot, frame, fitted or default_model(), progress)
        found = found or result
        clusters.update(_clusters(result))
        doubtful += _doubtful(result)
    clusters = _with_human_links(snapshot, clusters)
    doubtful += _contradicted(snapshot, clusters)
    return _Concluded(clusters, doubtful, found, fitted, bounds)


def _bounds(snapshot: Snapshot, record_ids: Iterable[RecordId]) -> object:
    """Return what no conclusion may overstep: judgements, and which records are local or restricted."""
    marks = {
        record_id: (record.local, record.restricted, record_id in snapshot.corrupt)
        for record_id in record_ids
        if (record := snapshot.records.get(record_id)) is not None
    }
    return human_pairs(snapshot), marks


def _contradicted(snapshot: Snapshot, clusters: Mapping[RecordId, RecordId]) -> list[Weighed]:
    """Return the human links that other human judgements keep from holding; people must settle them."""
    links, _ = human_pairs(snapshot)
    return [
        Weighed(pair, 0.0, 0.5, {}, CONTRADICTED)
        for pair in links
        if all(r in clusters for r in pair) and clusters[pair[0]] != clusters[pair[1]]
    ]


def _scopes(snapshot: Snapshot) -> list[list[SourceRecord]]:
    """Return the sets of records that machines may link: the county's, and each agency's local ones."""
    usable = [
        snapshot.records[record_id]
        for record_id in sorted(snapshot.records)
        if record_id not in snapshot.corrupt and not snapshot.records[record_id].restricted
    ]
    county = [record for record in usable if not record.local]
    hidden = sorted({record.agency_id for record in usable if record.local})
    local = [[record for record in usable if record.local and record.agency_id == a] for a in hidden]
    return [county, *local]


def _match(snapshot: Snapshot, frame: pl.DataFrame, fitted: Fitted, progress: Progress | None) -> Found:
    inside = set(frame.get_column("record_id"))
    must, cannot = human_pairs(snapshot)
    return Linker(fitted=fitted).dedupe(
        frame,
        must_link=[pair for pair in must if inside.issuperset(pair)],
        cannot_link=[pair for pair in cannot if inside.issuperset(pair)],
        progress=progress,
    )


def _clusters(found: Found) -> dict[RecordId, RecordId]:
    table = found.clusters
    ids, labels = table.get_column("record_id").to_list(), table.get_column("cluster_id").to_list()
    return dict(zip(ids, labels, strict=True))


def _doubtful(found: Found) -> list[Weighed]:
    evidence = [name for name in found.possible_links.columns if name not in _NO_EVIDENCE]
    rows = found.possible_links.iter_rows(named=True)
    return [
        Weighed(
            ordered_pair(row["left"], row["right"]),
            round(float(row["weight"]), 3),
            round(float(row["probability"]), 4),
            {name: str(row[name]) for name in evidence if row[name] is not None},
            str(row["reason"]),
        )
        for row in rows
    ]


def human_pairs(snapshot: Snapshot) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs that people judged one, and those they judged two; where both were said, two holds."""
    links: set[Pair] = set()
    apart: set[Pair] = set()
    for judgement in snapshot.judgements.values():
        if not judgement.human or judgement.undone_by is not None:
            continue
        pair = (judgement.left, judgement.right)
        if judgement.verdict is Verdict.LINK:
            links.add(pair)
        elif judgement.verdict is Verdict.NON_LINK:
            apart.add(pair)
    return sorted(links - apart), sorted(apart)


def _with_human_links(snapshot: Snapshot, clusters: Mapping[RecordId, RecordId]) -> dict[RecordId, RecordId]:
    """Join what people linked across scopes the engine keeps apart (local and restricted records)."""
    links, apart = human_pairs(snapshot)
    label = dict(clusters)
    members: dict[RecordId, set[RecordId]] = {}
    for record_id, cluster in label.items():
        members.setdefault(cluster, set()).add(record_id)
    forbidden = set(apart)
    for left, right in links:
        one, other = label.get(left), label.get(right)
        if one is None or other is None or one == other:
            continue
        crossing = {ordered_pair(a, b) for a in members[one] for b in members[other]}
        if crossing & forbidden:
            continue
        keep, gone = min(one, other), max(one, other)
        members[keep] |= members.pop(gone)
        label.update(dict.fromkeys(members[keep], keep))
    return label


def _apply(core: Core, uow: UnitOfWork, clusters: Mapping[RecordId, RecordId]) -> tuple[int, int]:
    """Write the links that differ from those in force; return how many records were joined and parted."""
    snapshot, now = core.snapshot, core.clock()
    members: dict[RecordId, list[RecordId]] = {}
    for record_id, cluster in clusters.items():
        if record_id in snapshot.arrival:
            members.setdefault(cluster, []).append(record_id)
    links: list[Link] = []
    joined = parted = 0
    for group in members.values():
        oldest = min(group, key=lambda record_id: (snapshot.arrival[record_id], record_id))
        for record_id in group:
            before = snapshot.person(record_id)
            if before == PersonId(oldest):
                continue
            links.append(Link(record_id=record_id, person_id=PersonId(oldest), at=now))
            joined += len(group) > 1
            parted += len(group) == 1
    write_links(uow, links)
    return joined, parted


def write_links(uow: UnitOfWork, links: Sequence[Link]) -> None:
    """Store links in the order of their records."""
    uow.links.add_many(sorted(links, key=lambda link: link.record_id))


def queue_doubtful(core: Core, uow: UnitOfWork, doubtful: Iterable[Weighed]) -> int:
    """Put new doubtful pairs into the queue; what has been judged or waits already is left as it is."""
    snapshot, now = core.snapshot, core.clock()
    judged = {(j.left, j.right) for j in snapshot.judgements.values() if j.human and j.undone_by is None}
    waiting = {task_pair(task) for task in snapshot.tasks.values() if task.data["kind"] == LINK_TASK}
    fresh = [one for one in doubtful if one.pair not in judged and one.pair not in waiting]
    tasks = [_task(one, now, new_id(TASK)) for one in fresh] + _disputed(snapshot, doubtful, now)
    uow.tasks.add_many(tasks)
    return len(tasks)


def _disputed(snapshot: Snapshot, doubtful: Iterable[Weighed], now: datetime) -> list[Document]:
    """Return tasks, new or opened again, for the links whose judgements contradict one another."""
    held = {task_pair(task): task for task in snapshot.tasks.values() if task.data["kind"] == LINK_TASK}
    disputed = {one.pair: one for one in doubtful if one.reason == CONTRADICTED}
    closed = {pair: one for pair, one in disputed.items() if pair not in held or _closed(held[pair])}
    return [_task(one, now, held[pair].key if pair in held else new_id(TASK)) for pair, one in closed.items()]


def _closed(task: Document) -> bool:
    return task.data["state"] == CLOSED


def _task(one: Weighed, now: datetime, key: str) -> Document:
    left, right = one.pair
    return Document(
        key=key,
        data={
            "kind": LINK_TASK,
            "state": OPEN,
            "left": left,
            "right": right,
            "millibits": round(one.weight * 1000),
            "per_myriad": round(one.probability * 10_000),
            "evidence": dict(one.evidence),
            "reason": one.reason,
            "at": now.isoformat(),
        },
    )


def task_pair(task: Document) -> Pair:
    """Return the pair a task is about."""
    return RecordId(str(task.data["left"])), RecordId(str(task.data["right"]))


def open_tasks(snapshot: Snapshot) -> list[Document]:
    """Return open tasks about pairs, heaviest first."""
    tasks = [t for t in snapshot.tasks.values() if t.data["kind"] == LINK_TASK and t.data["state"] == OPEN]
    return sorted(tasks, key=lambda task: (-int(str(task.data["millibits"])), task.key))

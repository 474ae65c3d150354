"""Uncertainty: between what and what a headcount lies while pairs of records still await review."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from bnl.domain.identifiers import PersonId, RecordId
from bnl.indicators.frame import relink

MOST_PAIRS: Final = 6

Count = Callable[[pl.DataFrame], Iterable[str]]


@dataclass(frozen=True)
class Interval:
    """A headcount and the bounds the pairs in review leave it.

    Args:
        low: The least it can be once all pairs are judged.
        count: What it is with no pair linked.
        high: The most it can be.
        exact: Whether the bounds are reached; False if some group of pairs was too large to try every way.
    """

    low: int
    count: int
    high: int
    exact: bool


def headcount_interval(
    frame: pl.DataFrame,
    pairs: Iterable[tuple[RecordId, RecordId]],
    count: Count,
    most_pairs: int = MOST_PAIRS,
    now: Iterable[str] | None = None,
) -> Interval:
    """Return the interval of a headcount while pairs of source records await review.

    Every way of judging the pairs is tried, group by group of people connected by pairs: each pair is
    linked or not, whoever is linked is one person. Larger groups get safe bounds: nobody at least,
    everybody in the group at most.

    Args:
        frame: An events frame.
        pairs: Pairs of source records in review; pairs within one person, or of records not in the frame,
            change nothing.
        count: Returns the ids counted in a frame, for example those active on a day.
        most_pairs: Pairs up to which every way of judging a group is tried.
        now: What ``count`` returns for the frame as it is, if it is known already.

    Returns:
        The interval.
    """
    owner: dict[str, str] = dict(frame.select("record_id", "person_id").unique().iter_rows())
    edges = sorted(
        {_ordered(owner[a], owner[b]) for a, b in pairs if a in owner and b in owner and owner[a] != owner[b]}
    )
    now = set(count(frame) if now is None else now)
    if not edges:
        return Interval(len(now), len(now), len(now), exact=True)
    groups = _groups(edges)
    concerned = {person for group in groups for edge in group for person in edge}
    low = high = len(now - concerned)
    small = [group for group in groups if len(group) <= most_pairs]
    if small:
        few = {person for group in small for edge in group for person in edge}
        ranges = _ranges(frame.filter(pl.col("person_id").is_in(few)), small, owner, count)
        low += sum(least for least, _ in ranges)
        high += sum(most for _, most in ranges)
    for group in groups:
        if len(group) > most_pairs:
            high += len({person for edge in group for person in edge})
    return Interval(low, len(now), high, exact=len(small) == len(groups))


def _ordered(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _groups(edges: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Return the pairs by connected group of people."""
    root = _merge(edges)
    groups: dict[str, list[tuple[str, str]]] = {}
    for edge in edges:
        groups.setdefault(root[edge[0]], []).append(edge)
    return list(groups.values())


def _merge(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for each person named the least id of everybody linked with them."""
    root: dict[str, str] = {}

    def find(one: str) -> str:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    for one, other in edges:
        a, b = sorted((find(one), find(other)))
        root[b] = a
    return {one: find(one) for one in root}


def _ranges(
    frame: pl.DataFrame, groups: list[list[tuple[str, str]]], owner: Mapping[str, str], count: Count
) -> list[tuple[int, int]]:
    """Return least and most counted per group; the n-th way of judging is tried in all groups at once."""
    records: dict[str, list[str]] = {}
    for record, person in owner.items():
        records.setdefault(person, []).append(record)
    group_of = {person: number for number, group in enumerate(groups) for edge in group for person in edge}
    found: list[list[int]] = [[] for _ in groups]
    for way in range(max(2 ** len(group) for group in groups)):
        linked = [
            edge for group in groups for bit, edge in enumerate(group) if way % 2 ** len(group) >> bit & 1
        ]
        root = _merge(linked)
        person_of = {
            RecordId(record): PersonId(root.get(person, person))
            for person in group_of
            for record in records[person]
        }
        tally = [0] * len(groups)
        for person in set(count(relink(frame, person_of))):
            tally[group_of[person]] += 1
        for number, counted in enumerate(tally):
            found[number].append(counted)
    return [(min(counted), max(counted)) for counted in found]

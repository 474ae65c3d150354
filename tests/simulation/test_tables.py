"""Tables: one row for each thing, typed also when there are none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import polars as pl
import pytest

from bnl.simulation.county import County
from bnl.simulation.tables import answers_table, events_table, faults_table, lost_table, members_table

TABLES: list[Any] = [events_table, answers_table, members_table, lost_table, faults_table]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_nothing_has_its_columns(table: Callable[[Iterable[Any]], pl.DataFrame]) -> None:
    empty = table([])

    assert empty.height == 0
    assert empty.width >= 2
    assert pl.Null not in empty.dtypes


def test_types_do_not_depend_on_the_rows(hamlet: County) -> None:
    rows: list[Iterable[Any]] = [
        hamlet.events,
        hamlet.answers,
        hamlet.members,
        hamlet.lost,
        hamlet.exports.values(),
    ]
    for table, one in zip(TABLES, rows, strict=True):
        assert table(one).schema == table([]).schema


def test_events_keep_their_data(hamlet: County) -> None:
    frame = events_table(hamlet.events)

    assert frame.height == len(hamlet.events)
    for row, one in zip(frame.iter_rows(named=True), hamlet.events, strict=True):
        assert json.loads(row["data"]) == one.data
        assert (row["kind"], row["recorded_at"]) == (one.kind.value, one.recorded_at)
        assert (row["corrects"], row["withdrawn"]) == (one.corrects, one.withdrawn)


def test_answers_keep_their_sets_in_order(hamlet: County) -> None:
    frame = answers_table(hamlet.answers)

    for row, one in zip(frame.iter_rows(named=True), hamlet.answers, strict=True):
        for column in ("categories", "purposes", "actions"):
            values = getattr(one, column)
            assert row[column] == (None if values is None else sorted(value.value for value in values))
        assert row["agencies"] == (None if one.agencies is None else sorted(one.agencies))


def test_memberships_losses_and_faults_are_all_there(hamlet: County) -> None:
    assert members_table(hamlet.members).height == len(hamlet.members)
    assert lost_table(hamlet.lost)["person"].to_list() == [one.person_id for one in hamlet.lost]
    planted = [fault for export in hamlet.exports.values() for fault in export.faults]
    assert faults_table(hamlet.exports.values())["kind"].to_list() == [fault.kind for fault in planted]

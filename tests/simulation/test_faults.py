"""Planted rows: spoilt in the one way they say, at the row they say, and nothing else touched."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.simulation.county import County
from bnl.simulation.faults import Fault, plant
from bnl.simulation.layouts import Layout, layouts

KINDS = {"impossible_date", "future_birth", "no_reference", "ragged"}


def rows_of(layout: Layout, count: int) -> list[tuple[str, ...]]:
    return [tuple(f"{source}{at}" for _, source in layout.columns) for at in range(count)]


def column(layout: Layout, wanted: str) -> int:
    sources = [source for _, source in layout.columns]
    return next(at for at, source in enumerate(sources) if source.startswith(wanted))


@pytest.mark.parametrize("agency", sorted(layouts()))
@pytest.mark.parametrize("count", [1, 40, 4000])
def test_the_sound_rows_stay_in_their_order(agency: AgencyId, count: int) -> None:
    layout = layouts()[agency]
    sound = rows_of(layout, count)

    mixed, faults = plant(agency, layout, sound, Random(1))

    first = 1 if layout.format == "jsonl" else 2
    planted = {fault.row for fault in faults}
    assert [row for place, row in enumerate(mixed, first) if place not in planted] == sound
    assert len(mixed) == count + len(faults)
    assert 3 <= len(faults) <= 12


@pytest.mark.parametrize("agency", sorted(layouts()))
def test_each_is_spoilt_as_it_says(agency: AgencyId) -> None:
    layout = layouts()[agency]
    first = 1 if layout.format == "jsonl" else 2
    reference = column(layout, "reference")
    born = next(
        at
        for at, (_, source) in enumerate(layout.columns)
        if source == "date_of_birth" or source.startswith("born")
    )

    mixed, faults = plant(agency, layout, rows_of(layout, 3000), Random(2))

    for fault in faults:
        row = mixed[fault.row - first]
        if fault.kind == "no_reference":
            assert row[reference] == ""
        elif fault.kind == "ragged":
            assert len(row) > len(layout.columns)
        elif fault.kind == "future_birth":
            assert "2071" in row[born]
        else:
            assert "31" in row[born] or "30" in row[born]
    assert {fault.kind for fault in faults} == (KINDS if layout.format == "csv" else KINDS - {"ragged"})


def test_planted_rows_bear_references_of_their_own(county: County) -> None:
    for agency, export in county.exports.items():
        known = {one.reference for one in county.statements if one.agency_id == agency}
        at = column(export.layout, "reference")
        first = 1 if export.layout.format == "jsonl" else 2
        for fault in export.faults:
            assert export.rows[fault.row - first][at] not in known


def test_an_empty_export_gets_none() -> None:
    agency = AgencyId("soha")

    assert plant(agency, layouts()[agency], [], Random(1)) == ((), ())


def test_a_county_has_faults_of_every_kind(county: County) -> None:
    counts = Counter(fault.kind for export in county.exports.values() for fault in export.faults)

    assert set(counts) == KINDS
    assert all(isinstance(fault, Fault) for export in county.exports.values() for fault in export.faults)
    assert counts.total() < len(county.statements) / 100

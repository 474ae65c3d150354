"""Exports: every record stands in its agency's file, and the file's bytes are what its layout says."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from random import Random

import polars as pl
import pytest

from bnl.domain.identifiers import AgencyId
from bnl.simulation.county import County
from bnl.simulation.exports import Export, build_exports
from bnl.simulation.layouts import layouts

AGENCIES = sorted(layouts())


def references(export: Export) -> Counter[str]:
    at = [source for _, source in export.layout.columns].index("reference")
    planted = {fault.row for fault in export.faults}
    first = 1 if export.layout.format == "jsonl" else 2
    return Counter(row[at] for place, row in enumerate(export.rows, first) if place not in planted)


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_record_stands_in_the_export_twice_if_corrected(county: County, agency: AgencyId) -> None:
    expected = Counter(
        {
            one.reference: 1 if one.first_said is None else 2
            for one in county.statements
            if one.agency_id == agency
        }
    )

    assert references(county.exports[agency]) == expected


@pytest.mark.parametrize("agency", AGENCIES)
def test_a_correction_stands_below_what_it_corrects(county: County, agency: AgencyId) -> None:
    export = county.exports[agency]
    at = [source for _, source in export.layout.columns].index("reference")
    places = {row[at]: place for place, row in enumerate(export.rows)}
    for one in county.statements:
        if one.agency_id == agency and one.first_said is not None:
            first = next(place for place, row in enumerate(export.rows) if row[at] == one.reference)
            assert first < places[one.reference]


@pytest.mark.parametrize("agency", AGENCIES)
def test_rows_are_as_wide_as_the_header_but_for_planted_ones(hamlet: County, agency: AgencyId) -> None:
    export = hamlet.exports[agency]
    ragged = [row for row in export.rows if len(row) != len(export.header)]

    assert len(ragged) == sum(fault.kind == "ragged" for fault in export.faults)


@pytest.mark.parametrize("agency", [key for key in AGENCIES if layouts()[key].format == "csv"])
def test_csv_reads_back(hamlet: County, agency: AgencyId) -> None:
    export = hamlet.exports[agency]
    text = export.render().decode(export.layout.encoding)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=export.layout.delimiter))

    assert tuple(rows[0]) == export.header
    assert [tuple(row) for row in rows[1:]] == list(export.rows)


@pytest.mark.parametrize("agency", [key for key in AGENCIES if layouts()[key].format == "excel"])
def test_workbooks_read_back(hamlet: County, agency: AgencyId) -> None:
    export = hamlet.exports[agency]
    frame = pl.read_excel(io.BytesIO(export.render()), sheet_name=export.layout.sheet, infer_schema_length=0)

    assert tuple(frame.columns) == export.header
    assert [tuple(cell or "" for cell in row) for row in frame.iter_rows()] == list(export.rows)


def test_json_lines_leave_out_what_is_not_known(hamlet: County) -> None:
    export = hamlet.exports[AgencyId("connection-support")]
    lines = [json.loads(line) for line in export.render().decode().splitlines()]

    assert len(lines) == len(export.rows)
    for line, row in zip(lines, export.rows, strict=True):
        assert line == {name: value for name, value in zip(export.header, row, strict=True) if value}


@pytest.mark.parametrize("agency", AGENCIES)
def test_bytes_are_the_same_every_time(hamlet: County, agency: AgencyId) -> None:
    assert hamlet.exports[agency].render() == hamlet.exports[agency].render()


def test_one_file_begins_with_the_mark_of_utf_8(hamlet: County) -> None:
    assert hamlet.exports[AgencyId("oxford-city-council")].render().startswith(b"\xef\xbb\xbf")


def test_one_file_is_readable_as_cp1252_only(county: County) -> None:
    data = county.exports[AgencyId("homeless-oxfordshire")].render()

    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert "ã" in data.decode("cp1252")


def test_a_workbook_has_the_whole_name_in_one_column(county: County) -> None:
    export = county.exports[AgencyId("cherwell-district-council")]
    names = [row[export.header.index("Applicant")] for row in export.rows]

    assert any("(known as " in name for name in names)
    assert sum(", " in name for name in names) > len(names) * 0.9


def test_an_agency_without_records_has_an_empty_export() -> None:
    exports = build_exports([], Random(1))

    assert all(export.rows == () and export.faults == () for export in exports.values())
    assert exports[AgencyId("soha")].render()

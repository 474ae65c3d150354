"""Agencies' exports: the statements of one agency as rows of its own columns, in its own file format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import xlsxwriter

from bnl.domain.identifiers import AgencyId
from bnl.simulation.faults import Fault, plant
from bnl.simulation.layouts import Layout, cell, layouts
from bnl.simulation.statements import Statement

_FIXED = datetime(2026, 4, 1)  # noqa: DTZ001 - a workbook's creation time has no zone


@dataclass(frozen=True)
class Export:
    """One agency's file.

    Args:
        agency_id: Whose it is.
        layout: How it is laid out.
        rows: Its rows, without the header, as the text of their cells.
        faults: Rows among them that cannot be taken.
    """

    agency_id: AgencyId
    layout: Layout
    rows: tuple[tuple[str, ...], ...]
    faults: tuple[Fault, ...] = ()

    @property
    def filename(self) -> str:
        """Name of the file."""
        return self.layout.filename

    @property
    def header(self) -> tuple[str, ...]:
        """Names of its columns."""
        return tuple(name for name, _ in self.layout.columns)

    def render(self) -> bytes:
        """Return the file's bytes, the same every time."""
        if self.layout.format == "excel":
            return _workbook(self.header, self.rows, self.layout.sheet)
        if self.layout.format == "jsonl":
            return _json_lines(self.header, self.rows)
        return _csv(self.header, self.rows, self.layout)


def build_exports(statements: Sequence[Statement], rng: Random) -> dict[AgencyId, Export]:
    """Lay out every agency's records as its own export.

    Args:
        statements: All records.
        rng: The stream to draw the mess from.

    Returns:
        Exports by agency, a corrected record standing twice, the correction below.
    """
    exports = {}
    for agency_id, layout in layouts().items():
        rows: list[tuple[str, ...]] = []
        later: list[tuple[str, ...]] = []
        for one in statements:
            if one.agency_id != agency_id:
                continue
            now = tuple(cell(source, one, one.fields) for _, source in layout.columns)
            if one.first_said is not None:
                rows.append(tuple(cell(source, one, one.first_said) for _, source in layout.columns))
                later.append(now)
            else:
                rows.append(now)
        mixed, faults = plant(agency_id, layout, (*rows, *later), rng)
        exports[agency_id] = Export(agency_id, layout, mixed, faults)
    return exports


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]], layout: Layout) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode(layout.encoding)


def _json_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    lines = []
    for row in rows:
        said = {name: value for name, value in zip(header, row, strict=True) if value}
        lines.append(json.dumps(said, ensure_ascii=False))
    return ("\n".join(lines) + "\n").encode()


def _workbook(header: Sequence[str], rows: Sequence[Sequence[str]], sheet: str) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": "Export", "created": _FIXED})
    page = book.add_worksheet(sheet)
    for at, row in enumerate((header, *rows)):
        for column, text in enumerate(row):
            if text:
                page.write_string(at, column, text)
    book.close()
    return out.getvalue()

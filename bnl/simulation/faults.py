"""Rows that no register can take, planted in the exports as real files have them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bnl.domain.identifiers import AgencyId
from bnl.simulation.layouts import Layout

Row = tuple[str, ...]
_SHARE = 250
_FEWEST, _MOST = 3, 12
_NEVER: Final = {
    "/": ("31/02/1990", "30/02/1978"),
    ".": ("31.02.1990", "30.02.1978"),
    "-mmm-": ("31-Feb-1990", "30-Feb-1978"),
    "yyyymmdd": ("19900231", "19780230"),
    "": ("1990-02-31", "1978-02-30"),
}
_FUTURE: Final = {
    "/": "12/05/2071",
    ".": "12.05.2071",
    "-mmm-": "12-May-2071",
    "yyyymmdd": "20710512",
    "": "2071-05-12",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted row that cannot be taken.

    Args:
        agency_id: Whose export it stands in.
        row: Its row as a spreadsheet shows it, header included; in JSON lines its line.
        kind: ``impossible_date``, ``future_birth``, ``no_reference`` or ``ragged``.
    """

    agency_id: AgencyId
    row: int
    kind: str


def plant(
    agency_id: AgencyId, layout: Layout, rows: Sequence[Row], rng: Random
) -> tuple[tuple[Row, ...], tuple[Fault, ...]]:
    """Put rows that cannot be taken between the rows of an export.

    Args:
        agency_id: Whose export it is.
        layout: How it is laid out.
        rows: Its rows.
        rng: The stream to draw from.

    Returns:
        All rows in their new order, and where the planted ones stand.
    """
    if not rows:
        return (), ()
    kinds = [*_SPOILS] if layout.format == "csv" else [kind for kind in _SPOILS if kind != "ragged"]
    count = min(max(len(rows) // _SHARE, _FEWEST), _MOST)
    mixed: list[tuple[Row, str]] = [(row, "") for row in rows]
    for place in range(count):
        kind = kinds[place % len(kinds)]
        spoilt = _SPOILS[kind](rng.choice(rows), layout, f"{place + 1}", rng)
        mixed.insert(rng.randrange(1, len(mixed) + 1), (spoilt, kind))
    first = 1 if layout.format == "jsonl" else 2
    faults = tuple(Fault(agency_id, at + first, kind) for at, (_, kind) in enumerate(mixed) if kind)
    return tuple(row for row, _ in mixed), faults


def _impossible_date(row: Row, layout: Layout, place: str, rng: Random) -> Row:
    return _with(row, layout, place, _born(layout), rng.choice(_NEVER[_style(layout)]))


def _future_birth(row: Row, layout: Layout, place: str, rng: Random) -> Row:
    return _with(row, layout, place, _born(layout), _FUTURE[_style(layout)])


def _no_reference(row: Row, layout: Layout, place: str, rng: Random) -> Row:
    cells = list(row)
    cells[_column(layout, "reference")] = ""
    return tuple(cells)


def _ragged(row: Row, layout: Layout, place: str, rng: Random) -> Row:
    cells = _with(row, layout, place, _born(layout), row[_born(layout)])
    return (*cells[:-1], "see", "file", "note")


def _with(row: Row, layout: Layout, place: str, column: int, text: str) -> Row:
    """Return a copy of a row under a reference of its own, with one cell changed."""
    cells = list(row)
    reference = _column(layout, "reference")
    cells[reference] = f"{cells[reference]}X{place}"
    cells[column] = text
    return tuple(cells)


def _column(layout: Layout, source: str) -> int:
    return next(at for at, (_, what) in enumerate(layout.columns) if what == source)


def _born(layout: Layout) -> int:
    return next(
        at
        for at, (_, what) in enumerate(layout.columns)
        if what == "date_of_birth" or what.startswith("born ")
    )


def _style(layout: Layout) -> str:
    written = layout.columns[_born(layout)][1]
    return next(style for style in _NEVER if style in written)


_SPOILS: Final[dict[str, Callable[[Row, Layout, str, Random], Row]]] = {
    "impossible_date": _impossible_date,
    "future_birth": _future_birth,
    "no_reference": _no_reference,
    "ragged": _ragged,
}

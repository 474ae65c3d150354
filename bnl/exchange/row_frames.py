"""Rows of a file, one by one, as a frame of the columns asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from bnl.errors import InputError
from bnl.exchange.columns import locate
from bnl.exchange.rows import Cell, Table


@dataclass(frozen=True, slots=True)
class ColumnsRead:
    """Some columns of a file.

    Args:
        frame: One row per row of the file, under the names asked for.
        broken: Rows that could not be read, as a spreadsheet numbers them; in the frame they are empty.
    """

    frame: pl.DataFrame
    broken: tuple[int, ...] = ()


def places_of(columns: Iterable[str], header: Sequence[str], file: str) -> dict[str, int]:
    """Find columns in the header of a file; capitals, blanks and underscores do not count.

    Args:
        columns: The columns asked for.
        header: Names of the file's columns.
        file: Name of the file, for the error.

    Returns:
        The place of each, counted from 0.

    Raises:
        InputError: A column is not there, or stands there twice.
    """
    wanted = list(columns)
    places = locate(wanted, tuple(header), optional=wanted, file=file)
    absent = [name for name in wanted if name not in places]
    if absent:
        advice = f"It has {', '.join(name for name in header if name)}."
        raise InputError(f"there is no column {', '.join(absent)}.", advice, file=file)
    return places


def frame_of_rows(table: Table, columns: Sequence[str], file: str) -> ColumnsRead:
    """Gather the columns asked for from the rows of an opened file.

    Args:
        table: The file.
        columns: The columns asked for.
        file: Name of the file, for errors.

    Raises:
        InputError: A column is not there, or stands there twice.
    """
    places = places_of(columns, table.header, file)
    held: dict[str, list[Cell]] = {name: [] for name in columns}
    broken: list[int] = []
    for row in table.rows:
        if row.broken is not None:
            broken.append(row.number)
        for name, cells in held.items():
            cells.append(None if row.broken is not None else row.cells[places[name]] or None)
    return ColumnsRead(pl.DataFrame([_series(name, cells) for name, cells in held.items()]), tuple(broken))


def _series(name: str, cells: list[Cell]) -> pl.Series:
    if not any(isinstance(cell, tuple) for cell in cells):
        return pl.Series(name, cells, dtype=pl.String)
    lists = [list(cell) if isinstance(cell, tuple) else cell and [cell] for cell in cells]
    return pl.Series(name, lists, dtype=pl.List(pl.String))

"""Rows as a reader hands them on: numbered as a spreadsheet shows them, whole or with the reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bnl.exchange.findings import Reason

Cell = str | tuple[str, ...] | None
"""What a reader found in one cell: a text, several texts (JSON and Parquet lists), or nothing."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of a file, before anything is made of it.

    Args:
        number: 1-based row as a spreadsheet shows it, header included.
        cells: One cell for each column of the header; empty if the row is broken.
        broken: Why the row could not be read, if it could not.
        raw: A broken row as it was sent, as far as it could be read.
    """

    number: int
    cells: tuple[Cell, ...] | list[str]
    broken: Reason | None = None
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file.

    Args:
        header: Names of the columns.
        rows: The rows below the header, read as they are asked for.
        notes: What was found out about the file, and why.
    """

    header: tuple[str, ...]
    rows: Iterator[RawRow]
    notes: tuple[str, ...] = ()

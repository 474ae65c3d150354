"""Reading an agency's file: every row ends accepted or quarantined, and the tally says how many of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from bnl.exchange.columns import locate
from bnl.exchange.csv_rows import open_csv
from bnl.exchange.hmis import client_file
from bnl.exchange.isolated import open_isolated
from bnl.exchange.json_rows import open_json_lines
from bnl.exchange.mapping import Mapper
from bnl.exchange.outcomes import Accepted, Outcome, Repeat, Tally
from bnl.exchange.profile import Profile
from bnl.exchange.rows import RawRow, Table
from bnl.exchange.source import Source, source_of


@dataclass(frozen=True, slots=True)
class Reading:
    """An opened file; going through it once yields an outcome for every row, in the order of the file.

    Args:
        tally: Counts what has been read so far; complete when the last outcome has been taken.
        outcomes: The outcomes, made as they are asked for.
        header: The columns of the file, those the profile does not read included.
    """

    tally: Tally
    outcomes: Iterator[Outcome] = field(repr=False)
    header: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Outcome]:
        return self.outcomes


def read_submissions(
    given: str | Path | bytes, profile: Profile, today: date, *, name: str | None = None
) -> Reading:
    """Open an agency's file and read it by its profile.

    Args:
        given: A path, or the bytes of the file.
        profile: How the file is to be read.
        today: The civil date in London; no birth lies after it.
        name: Name of the file for messages; the path's own, or ``upload``, if not given.

    Returns:
        The reading. Memory does not grow with the file, but for the references seen and, for a workbook,
        its sheet.

    Raises:
        InputError: If nothing can be read: the file is missing, empty, cut short, of another kind, or
            without a header.
        ProfileError: If the profile reads a column, or a sheet, that the file does not have.
    """
    source = source_of(given, name)
    if profile.format == "hmis":
        source = client_file(source)
    table = open_table(source, profile)
    places = locate(profile.columns(), table.header, optional=profile.optional, file=source.name)
    mapper = Mapper(profile, places, file=source.name, today=today)
    tally = Tally(source.name, notes=table.notes)
    return Reading(tally, _outcomes(table, mapper, tally), tuple(table.header))


def open_table(source: Source, profile: Profile) -> Table:
    """Open a file in the format its profile names.

    Raises:
        InputError: If it cannot be read in that format.
        ProfileError: If a workbook has no sheet of the profile's name.
    """
    if profile.format == "excel":
        return open_isolated(source, "excel", sheet=profile.sheet, skip_rows=profile.skip_rows)
    if profile.format == "jsonl":
        return open_json_lines(source, encoding=profile.encoding, optional=profile.optional)
    if profile.format == "parquet":
        return open_isolated(source, "parquet")
    return open_csv(
        source,
        encoding=profile.encoding,
        delimiter=profile.delimiter,
        skip_rows=profile.skip_rows,
        expected=profile.columns(),
    )


def _outcomes(table: Table, mapper: Mapper, tally: Tally) -> Iterator[Outcome]:
    seen: dict[str, int] = {}
    for row in table.rows:
        if _blank(row):
            tally.blank += 1
            continue
        outcome = mapper.map(row)
        if isinstance(outcome, Accepted):
            outcome = _compared(outcome, seen)
        tally.count(outcome)
        yield outcome
    if not tally.rows:
        tally.notes = (*tally.notes, "the file has a header and no rows")


def _blank(row: RawRow) -> bool:
    if row.broken is not None:
        return False
    return not any(cell if isinstance(cell, tuple) else cell and cell.strip() for cell in row.cells)


def _compared(outcome: Accepted, seen: dict[str, int]) -> Accepted:
    """Mark a row whose reference stood in an earlier row of the file."""
    submission = outcome.submission
    mark = hash((submission.fields, submission.local, submission.restricted, outcome.grants))
    before = seen.get(submission.reference)
    seen[submission.reference] = mark
    if before is None:
        return outcome
    return replace(outcome, repeat=Repeat.DUPLICATE if before == mark else Repeat.CORRECTION)

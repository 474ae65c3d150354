"""Receipt checks: whether what comes back with a receipt is what was sent, and may still be held."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from bnl.domain.actor import Actor
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import Purpose
from bnl.errors import InputError
from bnl.register.core import Core
from bnl.register.exporting import CHECK_COLUMN, RECEIPT_COLUMN
from bnl.register.journal import Act
from bnl.register.receipts import is_still_good, lines_of, received_by, said, unguarded

_PEEK = 1 << 16
_LARGEST = 1 << 28


class State(StrEnum):
    """What became of a row's receipt."""

    GOOD = "good"
    UNKNOWN = "unknown"
    ALTERED = "altered"
    ENDED = "ended"


class RowCheck(NamedTuple):
    """What is found of one row.

    Args:
        row: 1-based row, the header included.
        receipt: The receipt it carries.
        handle: The record it says it is of.
        state: ``good``; ``unknown``: no receipt of that id was issued to this agency for this record;
            ``altered``: the row is not what was sent; ``ended``: what it rested on has ended since.
    """

    row: int
    receipt: str
    handle: str
    state: State


class ReceiptReport(NamedTuple):
    """What was found of a file.

    Args:
        checks: One for each row.
    """

    checks: tuple[RowCheck, ...]

    @property
    def states(self) -> Counter[str]:
        """How many rows are in which state."""
        return Counter(check.state.value for check in self.checks)

    @property
    def good(self) -> bool:
        """Whether every row may still be held as it is."""
        return all(check.state is State.GOOD for check in self.checks)


def check_receipts(core: Core, actor: Actor, purpose: Purpose, path: str | Path) -> ReceiptReport:
    """Check a file of rows that came out of a register with receipts.

    Args:
        core: The register's state.
        actor: Who checks; only receipts issued to the actor's agency are known to it.
        purpose: Why; it is logged.
        path: The file, CSV or JSON lines.

    Returns:
        What was found, row by row.

    Raises:
        InputError: The file cannot be read, or has no receipts.
    """
    rows = list(_read(Path(path)))
    with core.change() as uow:
        checks = tuple(_check(core, actor, number, row) for number, row in rows)
        good = [one.handle for one in checks if one.state is State.GOOD]
        known = [core.handles.record(actor.agency_id, handle) for handle in good]
        subjects = {record_id: 0 for record_id in known if record_id is not None}
        act = Act("export.check", purpose.value, subjects=subjects, details={"rows": len(checks)})
        core.journal.write(uow, actor, act)
    return ReceiptReport(checks)


def require_no_receipts(path: Path, header: Collection[str] = ()) -> None:
    """Raise if a file carries receipts: its rows are other agencies' words and no statement of one's own.

    Args:
        path: The file, whose beginning is looked at.
        header: Its columns as they were read, where that needed more than looking: of a workbook, say.

    Raises:
        InputError: It does.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_PEEK)
    except OSError:
        return
    if RECEIPT_COLUMN.encode() in head or RECEIPT_COLUMN in {name.strip().casefold() for name in header}:
        raise InputError(
            "This file came out of the register with receipts; it is not your agency's own statement.",
            "Check it with `bnl export check`, and submit only what the person told you yourselves.",
            file=path.name,
        )


def _check(core: Core, actor: Actor, number: int, row: Mapping[str, object]) -> RowCheck:
    receipt_id, handle = str(row.get(RECEIPT_COLUMN) or ""), str(row.get("handle") or "")
    values = [(name, unguarded(str(row[name]))) for name in FIELD_CATEGORY if row.get(name)]
    return RowCheck(number, receipt_id, handle, _state(core, actor, row, receipt_id, handle, said(values)))


def _state(
    core: Core, actor: Actor, row: Mapping[str, object], receipt_id: str, handle: str, text: str
) -> State:
    receipt = received_by(core, actor.agency_id, receipt_id)
    record_id = core.handles.record(actor.agency_id, handle)
    line = None if receipt is None or record_id is None else lines_of(receipt).get(record_id)
    if receipt is None or record_id is None or line is None:
        return State.UNKNOWN
    if row.get(CHECK_COLUMN) != core.handles.check_value(receipt_id, handle, text):
        return State.ALTERED
    return State.GOOD if is_still_good(core, receipt, record_id, line) else State.ENDED


def _read(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("The file is too large.", "Check it in parts.", file=path.name)
        text = path.read_text(encoding="utf-8-sig")
        rows = _json_rows(text) if path.suffix.lower() in {".jsonl", ".ndjson"} else _csv_rows(text)
        found = list(rows)
    except (OSError, ValueError, csv.Error, RecursionError) as error:
        raise InputError(
            f"The file cannot be read ({type(error).__name__}).",
            "Give a CSV or JSON lines file.",
            file=path.name,
        ) from None
    if not found or RECEIPT_COLUMN not in found[0][1]:
        raise InputError(
            "There are no receipts in the file.", "Give a file that was exported.", file=path.name
        )
    return iter(found)


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline=""), strict=True), 2):
        yield number, {str(key): value for key, value in row.items() if isinstance(value, str)}


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(text.splitlines(), 1):
        row = json.loads(line) if line.strip() else None
        if row is not None:
            if not isinstance(row, dict):
                raise ValueError("no object")
            yield number, row

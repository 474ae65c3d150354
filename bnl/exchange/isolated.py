"""Workbooks and Parquet files read in a process of their own, which a damaged file may end but not this one.

The readers of these formats are native code that trusts the lengths a file gives: a few wrong bytes make them
ask for more memory than there is, and the process is gone. So a child reads the file, writes its rows as
JSON lines, and whatever becomes of the child, the parent answers with rows or with one clear error.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, Literal, cast

from bnl.errors import InputError, ProfileError
from bnl.exchange.findings import Reason
from bnl.exchange.rows import Cell, RawRow, Table
from bnl.exchange.source import Source, damaged, source_of
from bnl.exchange.typed_rows import read_excel, read_parquet

Kind = Literal["excel", "parquet"]

_NAMES: Final[dict[Kind, str]] = {"excel": "an Excel workbook", "parquet": "a Parquet file"}
_STARTS: Final[dict[Kind, tuple[bytes, ...]]] = {
    "excel": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    "parquet": (b"PAR1",),
}
_MEMORY: Final = 8 << 30
_CHILD: Final = "from bnl.exchange.isolated import serve; serve()"


def open_isolated(source: Source, kind: Kind, *, sheet: str | None = None, skip_rows: int = 0) -> Table:
    """Open a workbook or a Parquet file.

    Args:
        source: The file.
        kind: What it is.
        sheet: Name of a workbook's sheet; the first if not given.
        skip_rows: Rows above a workbook's header.

    Raises:
        InputError: If it is not what it should be, is damaged or cut short, or a sheet is empty.
        ProfileError: If a workbook has no sheet of that name.
    """
    with source.open() as stream:
        if not stream.read(8).startswith(_STARTS[kind]):
            raise damaged(source, _NAMES[kind])
    lines = _lines(source, kind, sheet, skip_rows)
    first = next(lines)
    return Table(tuple(first["header"]), _rows(lines), tuple(first["notes"]))


def _rows(lines: Iterator[Any]) -> Iterator[RawRow]:
    for number, cells in lines:
        if cells is None:
            yield RawRow(number, (), Reason.NOT_JSON)
        else:
            yield RawRow(number, tuple(tuple(cell) if isinstance(cell, list) else cell for cell in cells))


def _lines(source: Source, kind: Kind, sheet: str | None, skip_rows: int) -> Iterator[Any]:
    """Yield what the child writes, and raise unless it comes to its end."""
    path = None if source.path is None else str(source.path.resolve())
    asked = json.dumps({"kind": kind, "path": path, "sheet": sheet, "skip_rows": skip_rows})
    paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    environment = {**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": "2"}
    # The command is fixed; the file is data on its standard input.
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What native code prints about a broken file may hold values from it.
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as child:
        try:
            with contextlib.suppress(BrokenPipeError):
                _ask(cast("IO[bytes]", child.stdin), asked, source.data)
            for line in cast("IO[bytes]", child.stdout):
                said = json.loads(line) if line.endswith(b"\n") else None
                if said == "end":
                    return
                if said is None:
                    break
                if isinstance(said, dict) and "error" in said:
                    error = ProfileError if said["error"] == "profile" else InputError
                    raise error(said["message"], said["advice"], file=source.name)
                yield said
            raise damaged(source, _NAMES[kind])
        finally:
            child.kill()


def _ask(stream: IO[bytes], asked: str, data: bytes) -> None:
    with stream:
        stream.write(asked.encode() + b"\n" + data)


def serve(stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
    """Answer one question of the parent: the header and then every row, each as a line of JSON, then the end.

    Args:
        stdin: Where the question comes from, and after its line the bytes of the file.
        stdout: Where the answer goes.
    """
    if stdin is None:
        _bound_memory()
    question = stdin or sys.stdin.buffer
    asked = json.loads(question.readline())
    source = source_of(asked["path"] if asked["path"] is not None else question.read(), "file")
    answer = stdout or sys.stdout.buffer
    for said in _answers(source, asked):
        answer.write(json.dumps(said).encode() + b"\n")
    answer.flush()


def _bound_memory() -> None:
    """Set the most memory the child may have, where the system knows such a bound."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _answers(source: Source, asked: dict[str, Any]) -> Iterator[object]:
    try:
        if asked["kind"] == "excel":
            table = read_excel(source, sheet=asked["sheet"], skip_rows=asked["skip_rows"])
        else:
            table = read_parquet(source)
        yield {"header": table.header, "notes": table.notes}
        for row in table.rows:
            cells: tuple[Cell, ...] | list[str] | None = None if row.broken else row.cells
            yield [row.number, cells]
    except InputError as failure:
        kind = "profile" if isinstance(failure, ProfileError) else "input"
        yield {"error": kind, "message": failure.message, "advice": failure.advice}
    yield "end"

"""JSON lines: one object per line, nested names joined by a dot, a broken line costs one row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from bnl.errors import InputError
from bnl.exchange.columns import plain_name
from bnl.exchange.detect import DETECT, resolve_encoding
from bnl.exchange.findings import Reason
from bnl.exchange.lines import Lines, open_text
from bnl.exchange.rows import Cell, RawRow, Table
from bnl.exchange.source import Source, readable

_MAX_LINE: Final = 1_000_000
_PEEK = 200

_Line = dict[str, Cell] | Reason | None


def open_json_lines(source: Source, *, encoding: str = DETECT, optional: Iterable[str] = ()) -> Table:
    """Open a file of JSON lines; its first line is row 1.

    Args:
        source: The file.
        encoding: Its encoding, or ``detect``.
        optional: Columns that need not appear among the first lines.

    Returns:
        The table; its header are the keys of the first 200 objects, then the optional ones.

    Raises:
        InputError: If the file is empty, no text, or holds no objects.
    """
    found = resolve_encoding(source, encoding)
    keys: dict[str, None] = {}
    array = False
    for at, (line, row) in enumerate(islice(_objects(source, found.value), _PEEK)):
        array = array or (at == 0 and line.lstrip().startswith("["))
        if isinstance(row, dict):
            keys.update(dict.fromkeys(row))
    if array or not keys:
        raise InputError(
            "this is no file of JSON lines.",
            "Write one object per line, without an array around them.",
            file=source.name,
        )
    known = {plain_name(key) for key in keys}
    late = {plain_name(name): name for name in optional if plain_name(name) not in known}
    rows = _rows(source, found.value, tuple(keys), late)
    header = (*keys, *late.values())
    return Table(header, rows, (f"encoding {found.value}: {found.why}",))


def _objects(source: Source, encoding: str) -> Iterator[tuple[str, _Line]]:
    """Yield each line with its flattened object, the reason why it has none, or None if it is blank."""
    with readable(source, "a file of JSON lines"), open_text(source, encoding) as stream:
        lines = Lines(stream, _MAX_LINE)
        while (line := lines.next()) is not None:
            yield line, _parse(line)


def _parse(line: str) -> _Line:
    if len(line) > _MAX_LINE:
        return Reason.LINE_TOO_LONG
    if not line.strip():
        return None
    try:
        value = json.loads(line, object_pairs_hook=_unrepeated)
        if "\\ud" in line or "\\uD" in line:
            # Half a surrogate pair is no text; nothing further on could store it. UnicodeEncodeError says so.
            json.dumps(value, ensure_ascii=False).encode()
        flat: dict[str, Cell] = {}
        if not isinstance(value, dict):
            return Reason.NOT_JSON
        _flatten(value, "", flat)
    except (ValueError, RecursionError):
        return Reason.NOT_JSON
    return flat


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names a key twice")
    return found


def _flatten(value: dict[str, Any], prefix: str, into: dict[str, Cell]) -> None:
    for key, item in value.items():
        name = prefix + key
        if isinstance(item, dict):
            _flatten(item, name + ".", into)
        elif name in into:
            raise ValueError("two keys have one name")
        elif isinstance(item, list):
            into[name] = tuple(text for part in item if (text := as_text(part)))
        else:
            into[name] = as_text(item)


def as_text(value: object) -> str:
    """Write a value of a typed file as the text a CSV file would have; nothing becomes the empty text.

    Raises:
        ValueError: If the value is a structure and no single value.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dict | list | tuple | set):
        raise ValueError("a list of structures cannot be read as a cell")  # noqa: TRY004
    return str(value)


def _rows(source: Source, encoding: str, keys: tuple[str, ...], late: Mapping[str, str]) -> Iterator[RawRow]:
    """Yield the rows; columns that may come late are looked for as the header's columns are."""
    for number, (line, row) in enumerate(_objects(source, encoding), start=1):
        if isinstance(row, Reason):
            yield RawRow(number, (), row, line)
        else:
            found = row or {}
            cells = [found.get(name, "") for name in keys]
            if late:
                others = {plain_name(key): cell for key, cell in found.items() if key not in keys}
                cells += [others.get(name, "") for name in late]
            yield RawRow(number, tuple(cells))

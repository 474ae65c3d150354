"""The canonical bytes of an audit entry: one entry has one spelling, and any other is refused."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from bnl.domain.audit import (
    CODE,
    EMPTY_ROOT,
    HASH,
    MAX_DETAILS,
    MAX_GRANTS,
    MAX_INTEGER,
    MAX_ROWS,
    OPAQUE,
    TIME,
    AuditEntry,
    instant,
)
from bnl.domain.commitment import RowWrite
from bnl.errors import Corrupt

MAX_LEAF_BYTES = 65_535
"""Tiled logs give the length of an entry in two bytes."""

_DAY = len("2026-01-31")
_NO_ROWS: tuple[tuple[str, str, int, str], ...] = ()
_INTEGER = r"(?:0|-?[1-9][0-9]{0,18})"
_COUNT = r"(?:0|[1-9][0-9]{0,18})"
_ROW = rf'\["{CODE}","{OPAQUE}",{_COUNT},"(?:{HASH})?"\]'
_DETAIL = rf'"{CODE}":(?:"{OPAQUE}"|{_INTEGER})'


def _list_of(item: str) -> str:
    return rf"(?:{item}(?:,{item})*)?"


# The whole grammar of an entry: member names in order, no white space, no escapes, no floats. Strings cannot
# hold a quote, a backslash or anything but printable ASCII, so a match is canonical without being parsed.
_CANONICAL = re.compile(
    (
        r'\{"action":"(?:' + CODE + r')",'
        r'"actor":"(?:' + OPAQUE + r')",'
        r'"agency":"(?:' + OPAQUE + r')",'
        r'"decision":"(?:permit|deny|partial)",'
        r'"details":(?P<details>\{' + _list_of(_DETAIL) + r"\}),"
        r'"grants":\[(?P<grants>' + _list_of(rf'"{OPAQUE}"') + r")\],"
        r'"lawful_basis":"(?:' + CODE + r')?",'
        r'"purpose":"(?:' + CODE + r')?",'
        r'"rows":(?P<rows>\[' + _list_of(_ROW) + r"\]),"
        r'"sequence":(?P<sequence>' + _COUNT + r"),"
        r'"subject_count":(?P<subject_count>' + _COUNT + r"),"
        r'"subjects_root":"(?P<subjects_root>' + HASH + r')",'
        r'"time":"(?P<time>' + TIME + r')",'
        r'"version":1\}'
    ),
    re.ASCII,
)

_to_text = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class LeafFacts(NamedTuple):
    """What a verifier needs of an entry, read without building one.

    Args:
        sequence: Of the entry.
        time: Of the entry, 27 characters.
        rows: Table, key, version and hex commitment of each of its rows.
        subjects_root: Hex.
        subject_count: Number of subject rows.
    """

    sequence: int
    time: str
    rows: Sequence[tuple[str, str, int, str]]
    subjects_root: str
    subject_count: int


def encode(entry: AuditEntry) -> bytes:
    """Spell an entry as its leaf.

    Args:
        entry: The entry.

    Returns:
        Canonical JSON: ASCII, members sorted, no white space, integers and strings only; at most
        `MAX_LEAF_BYTES`, since the limits of an entry leave room for no more.
    """
    rows = [(table, key, version, commitment.hex()) for table, key, version, commitment in entry.rows]
    return _to_text({**entry.__dict__, "rows": rows}).encode("ascii")


def decode(leaf: bytes) -> AuditEntry:
    """Read an entry from its leaf.

    Args:
        leaf: What `encode` gave.

    Returns:
        The entry.

    Raises:
        Corrupt: It is not the canonical spelling of an entry.
    """
    try:
        members = json.loads(leaf)
        rows = [
            RowWrite(table, key, version, bytes.fromhex(commitment))
            for table, key, version, commitment in members["rows"]
        ]
        entry = AuditEntry(**{**members, "rows": rows})
    except (KeyError, TypeError, ValueError, RecursionError):
        raise _not_canonical() from None
    if encode(entry) != leaf:
        raise _not_canonical()
    return entry


def facts(leaf: bytes) -> LeafFacts | None:
    """Read what a verifier needs of a leaf, if it is an entry in canonical form.

    Args:
        leaf: Any bytes.

    Returns:
        The facts, or None exactly where `decode` would refuse the leaf; this is the fast way to know.
    """
    if len(leaf) > MAX_LEAF_BYTES or not leaf.isascii():
        return None
    match = _CANONICAL.fullmatch(leaf.decode("ascii"))
    if match is None:
        return None
    details, grants, rows, sequence, count, root, time = match.groups()
    if not _is_day(time[:_DAY]) or (details != "{}" and not _possible_details(details)):
        return None
    if grants.count(",") >= MAX_GRANTS or rows.count("[") > 1 + MAX_ROWS:
        return None
    written = _NO_ROWS if rows == "[]" else _rows_of(rows)
    highest = max([row[2] for row in written], default=1)
    lowest = min([row[2] for row in written], default=1)
    if lowest < 1 or max(highest, int(sequence), int(count)) > MAX_INTEGER:
        return None
    if (count == "0") != (root == EMPTY_ROOT):
        return None
    return LeafFacts(int(sequence), time, written, root, int(count))


def _not_canonical() -> Corrupt:
    return Corrupt("A leaf of the log is not an entry in canonical form.", "Run `bnl audit verify`.")


@lru_cache(maxsize=4096)
def _is_day(date: str) -> bool:
    # The grammar keeps hours, minutes and seconds in range; only a calendar knows which days there are.
    try:
        instant(date)
    except ValueError:
        return False
    return True


def _rows_of(rows: str) -> list[tuple[str, str, int, str]]:
    # The grammar allows no comma or bracket within a string, so these part the rows and their members.
    parted = [row.split(",") for row in rows[2:-2].split("],[")]
    return [(table[1:-1], key[1:-1], int(version), hashed[1:-1]) for table, key, version, hashed in parted]


def _possible_details(details: str) -> bool:
    pairs = json.loads(details, object_pairs_hook=list)
    if len(pairs) > MAX_DETAILS or any(left >= right for (left, _), (right, _) in itertools.pairwise(pairs)):
        return False
    return all(isinstance(value, str) or abs(value) <= MAX_INTEGER for _, value in pairs)

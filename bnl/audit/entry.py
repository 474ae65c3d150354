"""The canonical bytes of an audit entry: one entry has one spelling, and any other is refused."""

from __future__ import annotations

import itertools
import json
import re
from typing import NamedTuple

from pydantic import ValidationError

from bnl.domain.audit import CODE, HASH, OPAQUE, TIME, AuditEntry
from bnl.errors import Corrupt, LogError

MAX_LEAF_BYTES = 65_535
"""Tiled logs give the length of an entry two bytes."""

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
        r'"grants":\[(?:' + _list_of(rf'"{OPAQUE}"') + r")\],"
        r'"lawful_basis":"(?:' + CODE + r')?",'
        r'"purpose":"(?:' + CODE + r')?",'
        r'"rows":(?P<rows>\[' + _list_of(_ROW) + r"\]),"
        r'"sequence":(?P<sequence>' + _COUNT + r"),"
        r'"subject_count":(?P<subject_count>' + _COUNT + r"),"
        r'"subjects_root":"(?P<subjects_root>' + HASH + r')",'
        r'"time":"(?P<time>' + TIME + r')",'
        r'"version":1\}'
    ).encode()
)

_to_text = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class LeafFacts(NamedTuple):
    """What a verifier needs of an entry, read without building one.

    Args:
        sequence: Of the entry.
        time: Of the entry, 27 characters.
        rows: JSON of its rows, a list of table, key, version and commitment.
        subjects_root: Hex.
        subject_count: Number of subject rows.
    """

    sequence: int
    time: bytes
    rows: bytes
    subjects_root: bytes
    subject_count: int


def encode(entry: AuditEntry) -> bytes:
    """Spell an entry as its leaf.

    Args:
        entry: The entry.

    Returns:
        Canonical JSON: ASCII, members sorted, no white space, integers and strings only.

    Raises:
        LogError: It is longer than a leaf may be.
    """
    leaf = _to_text(entry.__dict__).encode("ascii")
    if len(leaf) > MAX_LEAF_BYTES:
        raise LogError(
            f"Entry {entry.sequence} has {len(leaf)} bytes.", "Split the change into several entries."
        )
    return leaf


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
        entry = AuditEntry.model_validate_json(leaf)
        canonical = encode(entry) == leaf
    except (ValidationError, LogError):
        canonical = False
    if not canonical:
        raise Corrupt("A leaf of the log is not an entry in canonical form.", "Run `bnl audit verify`.")
    return entry


def facts(leaf: bytes) -> LeafFacts | None:
    """Read what a verifier needs of a leaf, if it is canonical.

    Args:
        leaf: Any bytes.

    Returns:
        The facts, or None if `decode` would refuse the leaf for its spelling.
    """
    match = _CANONICAL.fullmatch(leaf) if len(leaf) <= MAX_LEAF_BYTES else None
    if match is None:
        return None
    details = match["details"]
    if details != b"{}" and not _sorted_once(details):
        return None
    return LeafFacts(
        int(match["sequence"]),
        match["time"],
        match["rows"],
        match["subjects_root"],
        int(match["subject_count"]),
    )


def _sorted_once(details: bytes) -> bool:
    names = [name for name, _ in json.loads(details, object_pairs_hook=list)]
    return all(left < right for left, right in itertools.pairwise(names))

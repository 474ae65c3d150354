"""The log as plain files that any reader of tiled logs can check: tiles of hashes, bundles of entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bnl.audit.checkpoint import Trust, open_checkpoint
from bnl.audit.merkle import HASH_BYTES, TILE_HEIGHT, Node
from bnl.audit.report import Fault, Finding, Report
from bnl.audit.store import LeafStore
from bnl.audit.verifier import LogImage, verify_log
from bnl.errors import ProofError

TILE_WIDTH = 1 << TILE_HEIGHT
CHECKPOINT_PATH = "checkpoint"
_LENGTH_BYTES = 2
_GROUP = 1000

Fetch = Callable[[str], bytes | None]
"""Gives the content of a file of the export by its path, or None if there is no such file."""


def tile_path(level: int | str, index: int, width: int) -> str:
    """Name the file of a tile.

    Args:
        level: Level of the tile, from 0, or ``"entries"`` for a bundle of entries.
        index: Its place on the level, from 0.
        width: How many hashes or entries it holds, from 1 to 256.

    Returns:
        For example ``tile/0/x001/234`` or ``tile/1/000.p/17``.

    Source:
        C2SP tlog-tiles.
    """
    groups = [f"{index % _GROUP:03d}"]
    while index := index // _GROUP:
        groups.append(f"x{index % _GROUP:03d}")
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def export_tiles(store: LeafStore, size: int, checkpoint: str) -> Iterator[tuple[str, bytes]]:
    """Export a log as files.

    Args:
        store: Of a log that has at least `size` entries.
        size: Of the checkpoint.
        checkpoint: Signed note.

    Yields:
        Path and content of each file; the checkpoint last, so that none is met without its tiles.
    """
    for path, start, stop in _places("entries", size):
        entries = [leaf for _, leaf, _ in store.leaves(start, stop)]
        yield path, b"".join(len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in entries)
    level = 0
    while count := size >> (level * TILE_HEIGHT):
        for path, start, stop in _places(level, count):
            yield path, b"".join(store.hashes(level * TILE_HEIGHT, start, stop))
        level += 1
    yield CHECKPOINT_PATH, checkpoint.encode()


def verify_tiles(fetch: Fetch, trust: Trust, checkpoints: Sequence[bytes | str] = ()) -> Report:
    """Verify an exported log with public keys only.

    Args:
        fetch: Gives the files.
        trust: The log's public key and the witnesses'.
        checkpoints: Signed notes held outside, beside the export's own.

    Returns:
        What was found; `bnl.audit.verifier.verify_log` says more.
    """
    note = fetch(CHECKPOINT_PATH)
    damaged: list[Finding] = []
    size = 0
    if note is None:
        damaged.append(Finding(Fault.CHECKPOINT_INVALID, CHECKPOINT_PATH, "not there"))
    else:
        try:
            size = open_checkpoint(note, trust).size
        except ProofError as error:
            damaged.append(Finding(Fault.CHECKPOINT_INVALID, CHECKPOINT_PATH, error.message))
    nodes = list(_nodes(fetch, size, damaged))
    image = LogImage(_leaves(fetch, size, damaged), nodes=nodes)
    own = () if note is None or not size else (note,)
    report = verify_log(image, trust, (*own, *checkpoints))
    return report._replace(findings=(*damaged, *report.findings))


def _places(level: int | str, count: int) -> Iterator[tuple[str, int, int]]:
    """Yield path, first and last position of each tile of a level."""
    for index, start in enumerate(range(0, count, TILE_WIDTH)):
        stop = min(count, start + TILE_WIDTH)
        yield tile_path(level, index, stop - start), start, stop


def _tile(fetch: Fetch, path: str, width: int, damaged: list[Finding]) -> list[bytes]:
    content = fetch(path)
    if content is None or len(content) != width * HASH_BYTES:
        damaged.append(
            Finding(Fault.NODE_DAMAGED, path, "not there" if content is None else "of wrong length")
        )
        return [b""] * width
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def _nodes(fetch: Fetch, size: int, damaged: list[Finding]) -> Iterator[Node]:
    level = 1
    while count := size >> (level * TILE_HEIGHT):
        for path, start, stop in _places(level, count):
            for position, hashed in enumerate(_tile(fetch, path, stop - start, damaged), start):
                yield Node(level * TILE_HEIGHT, position, hashed)
        level += 1


def _leaves(fetch: Fetch, size: int, damaged: list[Finding]) -> Iterator[tuple[int, bytes, bytes]]:
    bundles = _places("entries", size)
    for (path, start, stop), (hash_path, _, _) in zip(bundles, _places(0, size), strict=True):
        hashes = _tile(fetch, hash_path, stop - start, damaged)
        entries = _bundle(fetch(path))
        if len(entries) != stop - start:
            what = f"{len(entries)} of {stop - start} entries can be read"
            damaged.append(Finding(Fault.ENTRY_MISSING, path, what, start))
        for at, (leaf, hashed) in enumerate(zip(entries, hashes, strict=False), start):
            yield at, leaf, hashed


def _bundle(content: bytes | None) -> list[bytes]:
    """Take a bundle apart; what is cut off or left over counts as one more entry, that fits nowhere."""
    entries, at = [], 0
    while content and at < len(content):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(content[at:start], "big")
        entries.append(content[start:at])
        if at > len(content):
            entries.append(b"")
    return entries

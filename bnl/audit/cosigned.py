"""Cosigned checkpoints: what their witnesses say is gathered, and only what holds is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bnl.audit.checkpoint import Checkpoint, Trust, open_checkpoint
from bnl.audit.cosignature import cosigned_at
from bnl.audit.notes import Note, note_text, parse_note, verified_by
from bnl.errors import ProofError


class Cosigned(NamedTuple):
    """A checkpoint and who vouches for it.

    Args:
        checkpoint: What was signed.
        witnesses: Name of each witness believed, and when it cosigned, in seconds since 1970-01-01 UTC.
        note: The note, with the cosignatures that hold and no others.
    """

    checkpoint: Checkpoint
    witnesses: tuple[tuple[str, int], ...]
    note: str


def open_cosigned(content: bytes | str, trust: Trust) -> Cosigned:
    """Read a checkpoint, and take over the cosignatures of the witnesses believed.

    Args:
        content: The note.
        trust: Whom to believe; lines of witnesses that are not named are dropped.

    Returns:
        The checkpoint with the witnesses that vouch for it.

    Raises:
        ProofError: As `open_checkpoint` does.
    """
    checkpoint = open_checkpoint(content, trust)
    note = parse_note(content)
    believed = {(key.name, key.key_id) for key in verified_by(note, trust.witnesses)}
    own = (trust.log.name, trust.log.key_id)
    signed = {(line.name, line.key_id): line for line in note.signatures}
    lines = [line for place, line in signed.items() if place in believed]
    witnesses = tuple((line.name, cosigned_at(line)) for line in lines)
    return Cosigned(checkpoint, witnesses, note_text(Note(note.text, (signed[own], *lines))))


def joined(held: str, cosigned: str) -> str:
    """Add the cosignatures of one copy of a checkpoint to another copy; a later one of a witness counts.

    Args:
        held: The copy that is held; one that is no note, or of another checkpoint, is replaced.
        cosigned: The other copy, as `open_cosigned` gives it.

    Returns:
        One note.
    """
    fresh = parse_note(cosigned)
    try:
        before = parse_note(held)
    except ProofError:
        return cosigned
    if before.text != fresh.text:
        return cosigned
    lines = {(line.name, line.key_id): line for line in fresh.signatures}
    lines = lines | {
        (line.name, line.key_id): line for line in before.signatures if (line.name, line.key_id) not in lines
    }
    return note_text(Note(fresh.text, tuple(lines.values())))


def claimed(contents: Iterable[object]) -> list[str]:
    """Return the notes that carry more than their log's signature; whose it is, is not checked."""
    return [content for content in contents if isinstance(content, str) and content.count("\n\u2014 ") > 1]


def vouched(contents: Iterable[bytes | str], trust: Trust) -> set[Checkpoint]:
    """Return the checkpoints for which at least one of the witnesses believed vouches.

    Args:
        contents: Notes; those that are not to be believed at all are left out.
        trust: Whom to believe.
    """
    found = set()
    for content in contents if trust.witnesses else ():
        try:
            cosigned = open_cosigned(content, trust)
        except ProofError:
            continue
        if cosigned.witnesses:
            found.add(cosigned.checkpoint)
    return found

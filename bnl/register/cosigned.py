"""Cosigned checkpoints come back from witnesses: checked against the log, kept with it, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bnl.audit.checkpoint import Trust
from bnl.audit.cosignature import WitnessKey
from bnl.audit.cosigned import Cosigned, claimed, joined, open_cosigned
from bnl.audit.log import Log
from bnl.errors import InvalidValue, NotFound, ProofError
from bnl.register.core import Core
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork


class Vouched(NamedTuple):
    """A checkpoint for which witnesses vouch.

    Args:
        size: Number of log entries it covers.
        root: Root of the tree over them, hex.
        witnesses: Name of each witness, and when it cosigned (UTC).
        note: The note, to hand to anybody.
    """

    size: int
    root: str
    witnesses: tuple[tuple[str, datetime], ...]
    note: str


def keep_cosigned(core: Core, note: str, witness_keys: Sequence[str]) -> Vouched:
    """Keep a checkpoint that came back cosigned, beside the log it is of.

    Args:
        core: The register's state.
        note: What the witness sent.
        witness_keys: Public keys of witnesses as text; a cosignature of nobody named is not kept.

    Returns:
        What is vouched for now, with what other witnesses had said of the same checkpoint before.

    Raises:
        InvalidValue: No witness is named.
        ProofError: This log did not sign it, no witness named cosigned it, a signature does not hold, or the
            log is not what was signed: keep the note then, and tell the partners.
    """
    trust = _trust(core, witness_keys)
    cosigned = open_cosigned(note, trust)
    size = cosigned.checkpoint.size
    with UnitOfWork(core.store) as uow:
        if size > uow.position or Log(uow.log).root(size) != cosigned.checkpoint.root:
            advice = "Keep the note, tell the partners, and run `bnl audit verify --checkpoint` with it."
            raise ProofError(f"The log is not the one that was cosigned at size {size}.", advice)
        kept = joined(uow.log.checkpoint(size) or "", cosigned.note)
        uow.log.add_checkpoint(size, kept)
        uow.commit()
    return _vouched(open_cosigned(kept, trust))


def newest_cosigned(core: Core, witness_keys: Sequence[str]) -> Vouched:
    """Return the newest checkpoint kept for which a witness named vouches.

    Args:
        core: The register's state.
        witness_keys: Public keys of witnesses as text.

    Raises:
        InvalidValue: No witness is named.
        NotFound: None of them has cosigned any.
    """
    trust = _trust(core, witness_keys)
    with ReadUnit(core.store) as unit:
        notes = claimed(note for _, note in unit.log.checkpoints())
    for note in reversed(notes):
        try:
            return _vouched(open_cosigned(note, trust))
        except ProofError:
            continue
    advice = "Send a witness what `bnl audit request` prints, and keep what comes back with `--keep`."
    raise NotFound("No checkpoint is kept that a witness named has cosigned.", advice)


def _trust(core: Core, witness_keys: Sequence[str]) -> Trust:
    if not witness_keys:
        raise InvalidValue("No witness is named.", "Give the public key of each witness that is believed.")
    return Trust(core.journal.log_key, tuple(WitnessKey.parse(one) for one in witness_keys), quorum=1)


def _vouched(cosigned: Cosigned) -> Vouched:
    said = tuple((name, datetime.fromtimestamp(at, UTC)) for name, at in cosigned.witnesses)
    return Vouched(cosigned.checkpoint.size, cosigned.checkpoint.root.hex(), said, cosigned.note)

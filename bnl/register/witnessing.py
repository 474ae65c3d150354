"""Witnessing: a partner keeps the latest checkpoint, and cosigns a later one only if it continues that."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bnl.audit.checkpoint import Trust, open_checkpoint
from bnl.audit.cosignature import WitnessKey
from bnl.audit.log import Log
from bnl.audit.notes import LogKey
from bnl.audit.vkeys import valid_name
from bnl.audit.witness import parse_request, request_text
from bnl.audit.witness_file import WitnessFile
from bnl.crypto.signer_file import create_signer, load_signer
from bnl.errors import ConfigError, StorageError
from bnl.register.clock import Clock, system_clock
from bnl.register.core import Core
from bnl.storage.unit_of_work import ReadUnit


class Seen(NamedTuple):
    """Where a witness stands.

    Args:
        log: Name of the log.
        size: Size of the latest checkpoint it cosigned; 0 before the first.
        root: Its root, hex; empty before the first.
        note: That checkpoint as a note, with the cosignature; empty before the first.
    """

    log: str
    size: int
    root: str
    note: str


def begin_witness(state: str | Path, key_file: str | Path, log_key: str, name: str) -> str:
    """Begin to witness a log: make the witness's key and its state file.

    Args:
        state: Where the state is to be kept; nothing may be there.
        key_file: Where the signing key is to be kept; nothing may be there.
        log_key: Public key of the log as text.
        name: Name of the witness, without spaces.

    Returns:
        The witness's public key as text, to publish.

    Raises:
        ConfigError: The name is not one.
        Conflict: There is a state already.
        KeyringError: There is a key file already.
        ProofError: The log's key is not one.
    """
    if not valid_name(name):
        raise ConfigError("The name of a witness has no spaces and no plus sign.", "Give another.")
    log = LogKey.parse(log_key)
    signer = create_signer(key_file)
    try:
        WitnessFile.create(state, log)
    except BaseException:
        # A key whose witness never began would only stand in the way of the next attempt.
        Path(key_file).unlink()
        raise
    return WitnessKey(name, signer.public).vkey()


def cosign_request(
    state: str | Path,
    key_file: str | Path,
    log_key: str,
    name: str,
    request: str,
    clock: Clock = system_clock,
) -> str:
    """Check a checkpoint against the latest one seen, keep it, and cosign it.

    Args:
        state: The state file.
        key_file: The signing key.
        log_key: Public key of the log as text.
        name: Name of the witness.
        request: What the log's operator sent, by `bnl audit request`.
        clock: Gives the time of the cosignature.

    Returns:
        The cosigned checkpoint, to send back and to publish.

    Raises:
        ProofError: The checkpoint does not continue what was seen: keep both, and tell the partners.
        Conflict: The proof starts from another size than the one seen.
        LogError: The state file is missing or cannot be read or written.
        KeyringError: The key file is missing or can be used by others.
    """
    signer = load_signer(key_file)
    witness = WitnessFile(state, LogKey.parse(log_key))
    return witness.cosign(parse_request(request), name, signer, int(clock().timestamp()))


def seen_by(state: str | Path, log_key: str) -> Seen:
    """Tell where a witness stands.

    Raises:
        LogError: The state file is missing or cannot be read.
        ProofError: It was altered, or the key is not the log's.
    """
    log = LogKey.parse(log_key)
    witness = WitnessFile(state, log)
    latest = witness.latest()
    if latest is None:
        return Seen(log.name, 0, "", "")
    return Seen(log.name, latest.size, latest.root.hex(), witness.note() or "")


def cosigned_by(note: str, log_key: str, witness_keys: list[str]) -> int:
    """Check a cosigned checkpoint.

    Args:
        note: The checkpoint.
        log_key: Public key of the log as text.
        witness_keys: Public keys of witnesses as text; every one of them must have cosigned.

    Returns:
        The size of the log it vouches for.

    Raises:
        ProofError: The log did not sign it, or a witness did not cosign it.
    """
    witnesses = tuple(WitnessKey.parse(one) for one in witness_keys)
    return open_checkpoint(note, Trust(LogKey.parse(log_key), witnesses, len(witnesses))).size


def witness_request(core: Core, old_size: int) -> str:
    """Write the request by which a witness is asked to cosign the newest checkpoint.

    Args:
        core: The register's state.
        old_size: Size of the log that the witness saw last; 0 if it saw none.

    Returns:
        The request, with a proof that the log continues what the witness saw.

    Raises:
        LogError: The log was never of that size.
    """
    with ReadUnit(core.store) as unit:
        newest = unit.log.newest_checkpoint()
        if newest is None:
            raise StorageError("The log holds no checkpoint.", "Run `bnl audit verify`.")
        size, note = newest
        proof = Log(unit.log).consistency_proof(old_size, size) if old_size else []
    return request_text(old_size, proof, note)

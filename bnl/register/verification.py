"""Verification: the log and every row it tells of, checked with the public key and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bnl.audit.checkpoint import Trust
from bnl.audit.cosignature import WitnessKey
from bnl.audit.cosigned import claimed
from bnl.audit.log import Log
from bnl.audit.merkle import Node
from bnl.audit.notes import LogKey
from bnl.audit.projection import StoredRow
from bnl.audit.report import Fault, Finding, Report
from bnl.audit.verifier import LogImage, verify_log
from bnl.storage.rows import iterate
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit

CHECKPOINTS_READ = 256


def verify_store(
    store: Store, log_key: LogKey, outside: Sequence[str] = (), witnesses: Sequence[WitnessKey] = ()
) -> Report:
    """Check a whole store; needs no key that opens anything.

    Args:
        store: The open database.
        log_key: Public key of the log.
        outside: Signed checkpoints held outside, by a witness or on paper; only these show a rollback.
        witnesses: Keys of witnesses; their cosignatures must hold wherever they stand, and the report says
            how far they vouch.

    Returns:
        What was checked, and where the damage is.
    """
    with ReadUnit(store) as unit:
        image = LogImage(
            leaves=unit.log.all_leaves(),
            head=Log(unit.log).head(),
            nodes=[Node(*node) for node in unit.log.nodes()],
            rows=_rows(unit),
            subjects=unit.log.subjects(),
        )
        notes = [note for _, note in unit.log.checkpoints()]
        trust = Trust(log_key, tuple(witnesses))
        return _require_signed(verify_log(image, trust, [*_chosen(notes), *outside]))


def verify_database(
    url: str, public_key: str, outside: Sequence[str] = (), witness_keys: Sequence[str] = ()
) -> Report:
    """Check a database from outside, without any of its keys; see `verify_store`.

    Args:
        url: Of the database, which is not changed.
        public_key: The log's public key as text.
        outside: Signed checkpoints held outside.
        witness_keys: Public keys of witnesses as text.

    Raises:
        ProofError: A public key is not one.
        StorageError: There is no database there.
    """
    log_key, witnesses = LogKey.parse(public_key), [WitnessKey.parse(one) for one in witness_keys]
    store = Store.keyless(url)
    try:
        return verify_store(store, log_key, outside, witnesses)
    finally:
        store.close()


def _require_signed(report: Report) -> Report:
    """Find fault with entries that no checkpoint covers: every commit signs one, so none is damage."""
    if report.covered >= report.size:
        return report
    what = f"no signed checkpoint covers the entries from {report.covered} on"
    unsigned = Finding(Fault.ENTRIES_UNSIGNED, "the log", what, report.covered)
    return report._replace(findings=(*report.findings, unsigned))


def _rows(unit: ReadUnit) -> Iterator[StoredRow]:
    for row in iterate(unit):
        yield StoredRow(row.table, row.key, row.version, row.salt, row.stored)


def _chosen(notes: Sequence[str]) -> list[str]:
    """Return the checkpoints to compare: those spread over the log, and the latest that are cosigned."""
    spread = _spread(notes)
    return [*spread, *(note for note in claimed(notes)[-CHECKPOINTS_READ:] if note not in set(spread))]


def _spread(notes: Sequence[str]) -> list[str]:
    """Return the last checkpoint and others spread evenly over the rest: each later one covers all before."""
    if len(notes) <= CHECKPOINTS_READ:
        return list(notes)
    step = -(-len(notes) // CHECKPOINTS_READ)
    return list(notes[len(notes) - 1 :: -step])

"""Processor time of the log and the keys alone, without SQL: append, verify, prove, seal, unwrap.

Run with ``python -m benchmarks.log [entries]``; figures are of the machine they were taken on.
"""

from __future__ import annotations

import hashlib
import os
import resource
import sys
import time

from bnl.audit.checkpoint import Checkpoint, Trust, sign_checkpoint
from bnl.audit.log import Log
from bnl.audit.merkle import Node
from bnl.audit.notes import LogKey
from bnl.audit.projection import StoredRow
from bnl.audit.verifier import LogImage, verify_log
from bnl.audit.verify import inclusion_holds
from bnl.crypto.aead import Cell, DataKey
from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore
from bnl.crypto.provider import CallableKeyProvider
from bnl.crypto.signing import Signer
from bnl.domain.audit import AuditEntry
from bnl.domain.commitment import RowWrite, canonical_row, row_commitment
from tests.audit_store import MemoryLogStore

BATCH = 100
ORIGIN = "county.example/bnl"


def row(number: int) -> StoredRow:
    stored = canonical_row([("sealed", b"x" * 300), ("received", "2026-01-31"), ("number", number)])
    return StoredRow("record", f"rec_{number:024d}", 1, number.to_bytes(16, "big"), stored)


def entry(number: int) -> AuditEntry:
    held = row(number)
    hashed = row_commitment(held.table, held.key, held.version, held.salt, held.stored)
    return AuditEntry(
        sequence=number,
        time="2026-01-31T09:30:00.000000Z",
        actor="usr_aaaaaaaaaaaaaaaaaaaaaaaa",
        agency="shelter",
        action="collect",
        purpose="outreach",
        lawful_basis="public_task",
        grants=("gra_aaaaaaaaaaaaaaaaaaaaaaaa",),
        rows=(RowWrite(held.table, held.key, 1, hashed),),
    )


def measured(what: str, count: int, start: float) -> None:
    seconds = time.process_time() - start
    print(f"{what:<44}{seconds:>9.2f} s{count / seconds:>14,.0f} /s{seconds / count * 1e6:>10.1f} us each")


def log_figures(size: int) -> None:
    store = MemoryLogStore()
    log = Log(store)
    start = time.process_time()
    for first in range(0, size, BATCH):
        log.append([entry(number) for number in range(first, min(size, first + BATCH))])
    measured(f"append in batches of {BATCH}, rows committed", size, start)
    signer = Signer(hashlib.sha256(b"made-up key").digest())
    note = sign_checkpoint(Checkpoint(ORIGIN, size, log.root()), signer)
    nodes = [Node(level, position, hashed) for (level, position), hashed in store.nodes.items()]
    image = LogImage(store.stored, store.row, nodes, map(row, range(size)), [])
    start = time.process_time()
    report = verify_log(image, Trust(LogKey(ORIGIN, signer.public)), [note])
    measured("verify entries and rows", size, start)
    assert report.sound
    assert report.rows == size
    start = time.process_time()
    for number in range(100):
        sequence = number * size // 100
        proof = log.inclusion_proof(sequence, size)
        assert inclusion_holds(sequence, size, store.stored[sequence][2], proof, log.root())
    measured("inclusion proof, made and checked", 100, start)


def key_figures(count: int) -> None:
    ring = Keyring(CallableKeyProvider(lambda: 1, lambda version: bytes(32)), MemoryKeyStore())
    ids = [f"record:rec_{number:024d}" for number in range(count)]
    start = time.process_time()
    ring.create_many(ids)
    measured("make and wrap keys", count, start)
    start = time.process_time()
    keys = ring.get_many(ids)
    measured("unwrap keys", count, start)
    values = [os.urandom(300) for _ in ids]
    cells = [Cell("record", "sealed", key_id, key_id) for key_id in ids]
    start = time.process_time()
    sealed = [keys[c.record].seal(value, c) for c, value in zip(cells, values, strict=True)]
    measured("seal 300 bytes, each under its own key", count, start)
    start = time.process_time()
    opened = [keys[c.record].unseal(value, c) for c, value in zip(cells, sealed, strict=True)]
    measured("unseal them", count, start)
    assert opened == values
    key = DataKey({1: bytes(32)}, bytes(32))
    start = time.process_time()
    for number in range(count):
        key.keyed_hash("subject", str(number))
    measured("pseudonyms", count, start)


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    key_figures(20_000)
    log_figures(size)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()

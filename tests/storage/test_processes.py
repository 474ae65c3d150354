"""Several processes at once, and processes that die: no entry is lost, doubled or left half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bnl.audit.log import Log
from bnl.crypto.keyring import Keyring
from bnl.crypto.provider import CallableKeyProvider
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.store import Store
from bnl.storage.sweep import orphaned_keys
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import agency, damaged_rows, finish, record

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import os, signal, sys
from bnl.crypto.keyring import Keyring
from bnl.crypto.provider import CallableKeyProvider
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.store import Store
from bnl.storage.unit_of_work import UnitOfWork
from tests.storage_samples import append, finish, record

url, keys, name, script = sys.argv[1:]
ring = Keyring(CallableKeyProvider(lambda: 1, lambda _version: b"k" * 32), SqlKeyStore(keys))
store = Store.open(url, ring)
print("ready", flush=True)
sys.stdin.readline()
"""

WRITE = """
for number in range(12):
    with UnitOfWork(store) as uow:
        uow.records.add(record(f"rec_{name}_{number}"))
        finish(uow)
    print(number, flush=True)
"""

DIE = {
    "before-anything": "os.kill(os.getpid(), signal.SIGKILL)",
    "after-the-rows": """
with UnitOfWork(store) as uow:
    uow.records.add(record("rec_dead"))
    os.kill(os.getpid(), signal.SIGKILL)
""",
    "after-the-entry": """
with UnitOfWork(store) as uow:
    uow.records.add(record("rec_dead"))
    append(uow)
    os.kill(os.getpid(), signal.SIGKILL)
""",
    "after-the-commit": """
with UnitOfWork(store) as uow:
    uow.records.add(record("rec_done"))
    finish(uow)
    os.kill(os.getpid(), signal.SIGKILL)
""",
}


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    kept = SqlKeyStore(tmp_path / "keys.db")
    return Keyring(CallableKeyProvider(lambda: 1, lambda _version: b"k" * 32), kept)


@pytest.fixture
def start(store_url: str, tmp_path: Path) -> Callable[[str, str], subprocess.Popen[str]]:
    def run(name: str, script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM + script, store_url, str(tmp_path / "keys.db"), name, "-"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


def test_processes_that_open_and_write_at_once_interleave_without_loss(
    store_url: str, ring: Keyring, start: Callable[[str, str], subprocess.Popen[str]]
) -> None:
    # Nobody made the database before: whoever comes first does, the other waits and finds it made.
    running = [start(name, WRITE) for name in ("one", "two")]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        _, problems = process.communicate("go\n")
        assert process.returncode == 0, problems
    store = Store.open(store_url, ring)
    with ReadUnit(store) as unit:
        assert unit.position == 24
        assert unit.records.since().damaged == []
        assert {row.key for row in unit.records.since().rows} == {
            f"rec_{name}_{number}" for name in ("one", "two") for number in range(12)
        }
        assert len(list(Log(unit.log).entries())) == 24
        assert damaged_rows(unit) == []
    store.close()


@pytest.mark.parametrize("moment", [pytest.param(moment, id=moment) for moment in DIE])
def test_a_process_that_dies_leaves_all_or_nothing(
    store_url: str, ring: Keyring, start: Callable[[str, str], subprocess.Popen[str]], moment: str
) -> None:
    store = Store.open(store_url, ring)
    with UnitOfWork(store) as uow:
        uow.records.add(record("rec_before"))
        finish(uow)
    process = start("dying", DIE[moment])
    process.communicate("go\n")
    assert process.returncode == -signal.SIGKILL
    expected = {"rec_before"} | ({"rec_done"} if moment == "after-the-commit" else set())
    with UnitOfWork(store) as uow:
        assert {row.key for row in uow.records.since().rows} == expected
        assert uow.position == len(expected)
        assert damaged_rows(uow) == []
        lost = ["record:rec_dead"] if moment in {"after-the-rows", "after-the-entry"} else []
        assert orphaned_keys(uow) == lost
        uow.agencies.add(agency())
        finish(uow)
    with ReadUnit(store) as unit:
        assert damaged_rows(unit) == []
    assert store.damaged_structure() == []
    store.close()


def test_acknowledged_writes_survive_a_kill_at_any_moment(
    store_url: str, ring: Keyring, start: Callable[[str, str], subprocess.Popen[str]]
) -> None:
    process = start("killed", WRITE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    lines = [process.stdout.readline() for _ in range(8)]
    process.kill()
    rest, _ = process.communicate()
    acknowledged = [int(line) for line in [*lines, *rest.splitlines(keepends=True)] if line.strip().isdigit()]
    assert len(acknowledged) >= 7
    store = Store.open(store_url, ring)
    with ReadUnit(store) as unit:
        kept = {row.key for row in unit.records.since().rows}
        assert kept >= {f"rec_killed_{number}" for number in acknowledged}
        assert unit.position == len(kept)
        assert damaged_rows(unit) == []
    store.close()

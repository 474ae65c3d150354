"""Keys without a row, left by a process that was killed, are gone after the next opening, and no others."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bnl.errors import StorageError
from bnl.register import register as opening
from bnl.register.key_sweep import sweep_keys
from bnl.register.keys import open_keyring
from bnl.storage.keys import RECORD_PREFIX, record_key, submission_key
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.register.county import CITY, County, HandClock, rich
from tests.register.dying import DIED, run

DYING = """
import sys
from bnl.register.keys import open_keyring
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.unit_of_work import UnitOfWork
from tests.register.county import CITY, County, HandClock, rich
from tests.register.dying import die_at
url, keys, step = sys.argv[1:]
county = County(url, open_keyring(keys), HandClock())
name, number, when = step.split("-")
die_at(UnitOfWork if name == "commit" else SqlKeyStore, name, int(number), when)
county.officer(CITY).submit("A-2", rich(2))
"""


def made(tmp_path: Path) -> tuple[str, Path]:
    """Make a register of one record, and close it."""
    url, keys = f"sqlite:///{tmp_path / 'register.db'}", tmp_path / "keys"
    county = County(url, open_keyring(keys, create=True), HandClock())
    county.officer(CITY).submit("A-1", rich(1))
    county.register.close()
    return url, keys


def data_keys(county: County) -> set[str]:
    return {one for one in county.keyring.ids() if not one.startswith("system:")}


def wanted_keys(county: County) -> set[str]:
    records = county.core.snapshot.records.values()
    return {key for r in records for key in (record_key(r.record_id), submission_key(r.submission_id))}


@pytest.mark.parametrize(
    ("step", "stored"),
    [
        pytest.param("insert-1-before", False, id="before the first key is made"),
        pytest.param("insert-1-after", False, id="after the first key is made"),
        pytest.param("insert-2-after", False, id="after all keys are made"),
        pytest.param("commit-1-before", False, id="before the rows are committed"),
        pytest.param("commit-1-after", True, id="after the rows are committed"),
        pytest.param("settle-1-before", True, id="before the keys are settled"),
        pytest.param("settle-1-after", True, id="after the keys are settled"),
    ],
)
def test_a_submission_that_is_killed_leaves_no_key_without_a_row(
    tmp_path: Path, step: str, stored: bool
) -> None:
    url, keys = made(tmp_path)
    done = run(DYING, url, str(keys), step)
    assert done.returncode == DIED, done.stderr
    left = open_keyring(keys)
    assert bool(left.unsettled()) == (step not in {"insert-1-before", "commit-1-after", "settle-1-after"})
    again = County(url, open_keyring(keys), HandClock())
    assert len(again.core.snapshot.records) == 1 + stored
    assert data_keys(again) == wanted_keys(again)
    assert again.keyring.unsettled() == []
    assert again.register.verify().sound
    assert again.officer(CITY).submit("A-2", rich(2)).handle


def test_a_key_whose_row_another_is_about_to_commit_is_not_swept(county: County) -> None:
    """The sweep waits for whoever writes, and then finds the row."""
    swept: list[int] = []
    with UnitOfWork(county.core.store) as uow:
        county.core.keyring.create_many([record_key("rec_new")], uow.log.state(uow.position))
        waiting = threading.Thread(target=lambda: swept.append(_tried(county)))
        waiting.start()
        waiting.join(timeout=0.3)
        assert swept == []
        assert record_key("rec_new") in set(county.keyring.ids())
    waiting.join()
    assert swept == [1]
    assert record_key("rec_new") not in set(county.keyring.ids())


def _tried(county: County) -> int:
    return sweep_keys(county.core)


def test_nothing_unsettled_takes_no_lock(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnl.register.key_sweep.UnitOfWork", None)
    assert sweep_keys(county.core) == 0


def test_a_sweep_that_cannot_be_made_does_not_keep_the_register_shut(
    file_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_core: object) -> int:
        raise StorageError("The database is busy.")

    file_county.officer(CITY).submit("A-1", rich(1))
    monkeypatch.setattr(opening, "sweep_keys", busy)
    file_county.reopen()
    assert len(file_county.core.snapshot.records) == 1


def test_records_at_work_lose_nothing_to_a_sweep(county: County) -> None:
    handles = [county.officer(CITY).submit(f"A-{n}", rich(n)).handle for n in range(3)]
    with ReadUnit(county.core.store) as unit:
        state = unit.log.state(unit.position)
    county.core.keyring.create_many([record_key("rec_lost")], state)
    before = {one for one in county.keyring.ids() if one.startswith(RECORD_PREFIX)}
    assert sweep_keys(county.core) == 1
    assert {one for one in county.keyring.ids() if one.startswith(RECORD_PREFIX)} == before - {
        record_key("rec_lost")
    }
    assert [county.officer(CITY).person(handle).handle for handle in handles] == handles

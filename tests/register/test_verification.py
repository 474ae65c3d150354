"""Verification: sound after everything, and every row edited, deleted or repeated is found where it is."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bnl.audit.report import Fault, require_sound
from bnl.crypto.keyring import Keyring
from bnl.domain.event import EventKind
from bnl.domain.judgement import Verdict, ordered_pair
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Corrupt, NotFound, ProofError, StorageError
from bnl.exchange.findings import Finding, Reason
from bnl.exchange.outcomes import Quarantined
from bnl.register.consents import Given
from bnl.register.households import Joining
from bnl.register.intake import take_in
from bnl.register.keys import open_keyring
from bnl.register.linkage import Weighed
from bnl.register.register import Register
from bnl.register.verification import _spread, verify_database
from bnl.storage.tables import PROJECTED
from tests.register.county import (
    CHERWELL,
    CITY,
    HOSTEL,
    START,
    STEWARD,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)

DAY = START.date()
NEVER_WRITTEN = {"published_return", "receipt", "tombstone"}
WRITTEN = sorted(table.name for table in PROJECTED if table.name not in NEVER_WRITTEN)


def fill(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do everything a register does once, so that every table has rows."""
    officer, cherwell, steward = county.officer(CITY), county.officer(CHERWELL), county.steward()
    handles = [officer.submit(f"A-{number}", rich(number)).handle for number in range(4)]
    cherwell.submit("B-0", rich(0))
    twice = county.core.refresh().by_reference[CHERWELL, "B-0"]
    steward.link(handles[0], county.core.handles.handle(CITY, twice))
    bad = Quarantined("f.csv", 2, (Finding(Reason.UNREADABLE_DATE, "DOB"),), "A-77", "A-77;31/02")
    take_in(county.core, officer.actor, officer.purpose, [bad])
    grants, _ = officer.record_grants([Given(permit(CITY, HOSTEL), handles[0]), Given(forbid(), handles[1])])
    officer.withdraw_grant(grants[0])
    officer.record_event(handles[0], EventKind.CONTACT, DAY)
    officer.record_event(handles[3], EventKind.DEATH, DAY)
    officer.record_memberships([Joining("7", "main", DAY, handle=handles[0])])
    records = [county.record_of(CITY, handle) for handle in handles]
    doubts = [Weighed(ordered_pair(records[1], records[2]), 1.0, 0.5, {}, "test")]
    with monkeypatch.context() as patched:
        patched.setattr("bnl.register.linkage._doubtful", lambda found: doubts)
        patched.setattr("bnl.register.linkage.ENOUGH", 2)
        county.register.dedup(by=STEWARD)
    steward.judge(steward.review_queue()[0].task_id, Verdict.NON_LINK)
    officer.submit("A-1", rich(11))
    officer.by_name_list()


@pytest.fixture
def filled(file_county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    fill(file_county, monkeypatch)
    return file_county


@pytest.fixture
def database(filled: County) -> Path:
    """The file of a closed register in which everything was done."""
    filled.register.close()
    return Path(filled.url.removeprefix("sqlite:///"))


def test_it_is_sound_after_everything(stored_county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    county = stored_county
    fill(county, monkeypatch)
    report = county.register.verify()
    require_sound(report)
    assert report.size == county.size()
    assert report.covered == report.size
    assert report.rows > 20
    assert report.checkpoints > 5
    outside = county.register.checkpoint()
    assert county.register.verify([outside]).sound
    keyless = verify_database(county.url, county.register.public_key, [outside])
    assert keyless.sound
    assert (keyless.rows, keyless.root) == (report.rows, county.register.verify().root)


def damage(database: Path, *statements: str) -> None:
    """Edit the file behind the register's back."""
    with sqlite3.connect(database) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_every_table_is_tried(filled: County) -> None:
    with sqlite3.connect(filled.url.removeprefix("sqlite:///")) as connection:
        for table in WRITTEN:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0], table
    connection.close()


def test_a_row_edited_deleted_or_repeated_in_any_table_is_found_and_located(
    filled: County, database: Path, tmp_path: Path
) -> None:
    key = filled.register.public_key
    for table in WRITTEN:
        with sqlite3.connect(database) as connection:
            chosen = connection.execute(f"SELECT key, version FROM {table} ORDER BY key LIMIT 1").fetchone()
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        connection.close()
        where = f"key = '{chosen[0]}' AND version = {chosen[1]}"
        rest = ", ".join(name for name in columns if name not in {"key", "version", "reference_hash"})
        named = ", reference_hash" if "reference_hash" in columns else ""
        changes = {
            "edited": f"UPDATE {table} SET body = body || ' ' WHERE {where}",
            "salted": f"UPDATE {table} SET salt = x'00112233445566778899aabbccddeeff' WHERE {where}",
            "deleted": f"DELETE FROM {table} WHERE {where}",
            "repeated": f"INSERT INTO {table} (key, version{named}, {rest}) "
            f"SELECT key, version + 50{named}, {rest} FROM {table} WHERE {where}",
            "moved": f"UPDATE {table} SET version = version + 50 WHERE {where}",
        }
        for change, statement in changes.items():
            copy = tmp_path / "copy.db"
            shutil.copyfile(database, copy)
            damage(copy, statement)
            report = verify_database(f"sqlite:///{copy}", key)
            found = [f for f in report.findings if f.fault is Fault.ROW_DAMAGED]
            assert found, (table, change)
            assert any(table in f.where and chosen[0] in f.where for f in found), (table, change)
            assert all(table in f.where for f in found), (table, change)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("DELETE FROM log_leaf WHERE position = 5", id="entry-deleted"),
        pytest.param(
            "UPDATE log_leaf SET leaf = replace(leaf, 'permit', 'deny') WHERE position = 5", id="entry-edited"
        ),
        pytest.param("UPDATE log_head SET size = size - 1", id="head-moved-back"),
        pytest.param("UPDATE log_subject SET fields = fields + 1 WHERE rowid = 1", id="subject-edited"),
        pytest.param("DELETE FROM log_subject WHERE rowid = 1", id="subject-deleted"),
        pytest.param("UPDATE checkpoint SET note = replace(note, 'e', 'f')", id="checkpoints-edited"),
    ],
)
def test_damage_to_the_log_itself_is_found(filled: County, database: Path, statement: str) -> None:
    key = filled.register.public_key
    assert verify_database(filled.url, key).sound
    damage(database, statement)
    report = verify_database(filled.url, key)
    assert not report.sound
    with pytest.raises(Corrupt, match="damaged places"):
        require_sound(report)


def test_a_rollback_of_the_whole_file_is_found_by_a_checkpoint_held_outside_only(
    file_county: County, tmp_path: Path
) -> None:
    county, copy = file_county, tmp_path / "older.db"
    county.officer().submit("A-1", rich(1))
    county.register.close()
    shutil.copyfile(county.url.removeprefix("sqlite:///"), copy)
    county.reopen()
    county.officer().submit("A-2", rich(2))
    outside, key = county.register.checkpoint(), county.register.public_key
    older = f"sqlite:///{copy}"
    assert verify_database(older, key).sound
    report = verify_database(older, key, [outside])
    assert {finding.fault for finding in report.findings} == {Fault.LOG_TRUNCATED}


def test_another_registers_key_vouches_for_nothing(filled: County, make_county: Callable[[], County]) -> None:
    stranger = make_county().register.public_key
    assert not verify_database(filled.url, stranger).sound
    with pytest.raises(ProofError):
        verify_database(filled.url, "no key")


def test_a_database_that_is_not_there(tmp_path: Path, county: County) -> None:
    with pytest.raises(StorageError):
        verify_database(f"sqlite:///{tmp_path / 'none.db'}", county.register.public_key)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("count", [1, 255, 256, 257, 1000])
def test_checkpoints_read_are_few_and_have_the_last_among_them(count: int) -> None:
    notes = [str(number) for number in range(count)]
    chosen = _spread(notes)
    assert str(count - 1) in chosen
    assert len(chosen) == len(set(chosen)) <= 256
    assert set(chosen) <= set(notes)


@pytest.mark.parametrize(
    ("table", "owner"),
    [
        pytest.param("link", "key", id="link"),
        pytest.param("vital", "record_id", id="death"),
        pytest.param("membership", "record_id", id="household"),
        pytest.param("consent_grant", "record_id", id="grant"),
    ],
)
def test_what_hangs_on_a_damaged_row_is_shown_to_nobody_else(
    filled: County, database: Path, table: str, owner: str
) -> None:
    """A forbid, a link, a death or a household that cannot be read might have narrowed what is shown."""
    with sqlite3.connect(database) as connection:
        record_id = connection.execute(f"SELECT {owner} FROM {table} ORDER BY key").fetchone()[0]
    connection.close()
    damage(database, f"UPDATE {table} SET body = body || '~' WHERE {owner} = '{record_id}'")
    assert not verify_database(filled.url, filled.register.public_key).sound
    filled.reopen()
    reader = filled.session(HOSTEL, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING)
    with pytest.raises(NotFound):
        reader.person(filled.core.handles.handle(HOSTEL, record_id))


def test_a_damaged_record_is_hidden_and_the_rest_goes_on(filled: County, database: Path) -> None:
    record_id = filled.core.snapshot.by_reference[CITY, "A-2"]
    damage(database, f"UPDATE source_record SET body = zeroblob(length(body)) WHERE key = '{record_id}'")
    filled.reopen()
    assert record_id in filled.core.snapshot.corrupt
    names = {one.person.value("family_name") for one in filled.officer(CITY).search(rich(2))}
    assert rich(2).family_name not in names
    assert filled.officer(CITY).search(rich(0))
    finding = next(f for f in filled.register.verify().findings if f.fault is Fault.ROW_DAMAGED)
    assert record_id in finding.where


PROGRAM = """
import os, sys
from bnl.register.register import Register
from tests.register.county import CITY, HandClock, County, STEWARD, rich
from bnl.register.keys import open_keyring
url, keys, name, how_many, die = sys.argv[1:]
county = County(url, open_keyring(keys), HandClock())
officer = county.officer(CITY)
for number in range(int(how_many)):
    if die == "before" and number == 3:
        from bnl.storage import unit_of_work
        unit_of_work.UnitOfWork.commit = lambda self: os._exit(9)
    if die == "after" and number == 3:
        from bnl.storage import unit_of_work
        real = unit_of_work.UnitOfWork.commit
        unit_of_work.UnitOfWork.commit = lambda self: (real(self), os._exit(9))
    officer.submit(f"{name}-{number}", rich(number))
    print(f"{name}-{number}", flush=True)
"""


def program(url: str, keys: Path, name: str, how_many: int, die: str = "never") -> subprocess.Popen[str]:
    """Start another process at work on the register."""
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    arguments = [sys.executable, "-c", PROGRAM, url, str(keys), name, str(how_many), die]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment, cwd=root)


@pytest.fixture
def shared(tmp_path: Path) -> tuple[str, Path]:
    """A register whose keys lie in a folder, so that other processes can open it."""
    url, keys = f"sqlite:///{tmp_path / 'register.db'}", tmp_path / "keys"
    County(url, open_keyring(keys, create=True), HandClock()).register.close()
    return url, keys


def references(url: str, keyring: Keyring) -> tuple[set[str], bool]:
    """What the register holds after all, and whether it is sound."""
    with Register.open(url, keyring=keyring, clock=HandClock()) as register:
        records = register._core.snapshot.records.values()
        return {record.reference for record in records}, register.verify().sound


def test_two_processes_writing_at_once_lose_nothing(shared: tuple[str, Path]) -> None:
    url, keys = shared
    both = [program(url, keys, name, 4) for name in ("A", "B")]
    told = [process.communicate(timeout=120)[0].split() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    held, sound = references(url, open_keyring(keys))
    assert held == {*told[0], *told[1]}
    assert len(held) == 8
    assert sound


@pytest.mark.parametrize("die", ["before", "after"])
def test_a_process_killed_in_the_middle_loses_no_acknowledged_call(
    shared: tuple[str, Path], die: str
) -> None:
    url, keys = shared
    killed = program(url, keys, "A", 6, die)
    told = set(killed.communicate(timeout=120)[0].split())
    assert killed.returncode == 9
    held, sound = references(url, open_keyring(keys))
    assert told == {"A-0", "A-1", "A-2"}
    assert held == (told if die == "before" else {*told, "A-3"})
    assert sound
    with Register.open(url, keyring=keys, clock=HandClock()) as register:
        register.session(STEWARD, "linkage").review_queue()  # type: ignore[arg-type]
        assert register.verify().sound

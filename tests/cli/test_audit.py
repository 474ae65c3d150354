"""`bnl audit verify`: with the public key alone, sound or damaged, and where."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import OFFICER, Ran, Runner, run

pytestmark = pytest.mark.xdist_group("demo")


def verify(county: Runner, key: str, *more: str) -> Ran:
    """Verify without the keys of the register: their folder is not named."""
    return run("audit", "verify", "-d", county.here()[1], "--public-key", key, *more)


def alter(county: Runner, statement: str) -> None:
    with closing(sqlite3.connect(county.folder / "register.db")) as raw:
        raw.execute(statement)
        raw.commit()


def test_a_sound_register_is_said_to_be_sound(at: Runner) -> None:
    ran = verify(at, at.public_key())
    assert ran.code == 0
    assert ran.out.startswith("sound: ")
    for said in ("entries", "rows", "checkpoints"):
        assert said in ran.out


def test_a_program_reads_how_much_was_checked(at: Runner) -> None:
    ran = verify(at, at.public_key(), "--json")
    assert ran.code == 0
    found = ran.json()
    assert found["sound"] is True
    assert found["findings"] == []
    assert found["entries"] > 50
    assert found["rows"] > 1000


def test_the_register_is_verified_without_its_keys(on_own: Runner) -> None:
    key = on_own.public_key()
    shutil.rmtree(on_own.folder / "keys")
    assert verify(on_own, key).code == 0


@pytest.mark.parametrize(
    ("statement", "fault", "where"),
    [
        pytest.param(
            "UPDATE link SET body = replace(body, 'rec_', 'reC_') WHERE key = (SELECT min(key) FROM link)",
            "row_damaged",
            "table link",
            id="a link altered",
        ),
        pytest.param(
            "DELETE FROM link WHERE key = (SELECT min(key) FROM link)",
            "row_",
            "table link",
            id="a link removed",
        ),
    ],
)
def test_an_altered_row_is_found_and_named(on_own: Runner, statement: str, fault: str, where: str) -> None:
    key = on_own.public_key()
    shutil.rmtree(on_own.folder / "keys")
    alter(on_own, statement)
    ran = verify(on_own, key)
    assert ran.code == 1
    assert ran.out.startswith("DAMAGED: ")
    assert "Where the damage is" in ran.out
    assert fault in ran.out
    assert where in ran.words()
    told = verify(on_own, key, "--json")
    assert told.code == 1
    assert told.json()["sound"] is False
    assert any(where in finding["where"] for finding in told.json()["findings"])


def test_a_rolled_back_database_is_shown_by_a_checkpoint_held_outside(on_own: Runner, tmp_path: Path) -> None:
    key = on_own.public_key()
    backup = tmp_path / "backup.db"
    with (
        closing(sqlite3.connect(on_own.folder / "register.db")) as raw,
        closing(sqlite3.connect(backup)) as copy,
    ):
        raw.backup(copy)
    on_own("lost", *OFFICER)
    with closing(sqlite3.connect(on_own.folder / "register.db")) as raw:
        (text,) = raw.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    held = tmp_path / "held.txt"
    held.write_text(text if isinstance(text, str) else text.decode(), encoding="utf-8")
    assert verify(on_own, key, "--checkpoint", str(held)).code == 0
    back = ("audit", "verify", "-d", f"sqlite:///{backup}", "--public-key", key)
    assert run(*back).code == 0
    ran = run(*back, "--checkpoint", str(held))
    assert ran.code == 1
    assert "DAMAGED" in ran.out


def test_another_registers_key_does_not_verify(at: Runner, tmp_path: Path) -> None:
    other = ("-d", f"sqlite:///{tmp_path / 'o.db'}", "-k", str(tmp_path / "o-keys"))
    key = run("init", *other, "--json").json()["public_key"]
    assert verify(at, key).code == 1


@pytest.mark.parametrize("key", ["x", "", "bnl.example/register+0+AAAA"])
def test_what_is_no_key_is_told(at: Runner, key: str) -> None:
    ran = verify(at, key)
    assert ran.code == 5
    assert ran.err.startswith("bnl: ")
    assert "Give the whole line, as published." in ran.err


def test_the_key_and_the_register_come_from_the_environment(at: Runner) -> None:
    settings = {"BNL_PUBLIC_KEY": at.public_key(), "BNL_DATABASE": at.here()[1]}
    ran = run("audit", "verify", "--json", env=settings)
    assert ran.code == 0
    assert json.loads(ran.out)["sound"] is True


def test_without_a_key_it_is_wrong_usage(at: Runner) -> None:
    ran = run("audit", "verify", "-d", at.here()[1])
    assert ran.code == 2
    assert "--public-key" in ran.err


def test_a_checkpoint_that_is_not_there_is_wrong_usage(at: Runner, tmp_path: Path) -> None:
    assert verify(at, "x", "--checkpoint", str(tmp_path / "none")).code == 2


def test_no_database_is_told(tmp_path: Path, at: Runner) -> None:
    missing = tmp_path / "none.db"
    ran = run("audit", "verify", "-d", f"sqlite:///{missing}", "--public-key", at.public_key())
    assert ran.code in {2, 5}
    assert ran.err.startswith("bnl: ")
    assert not missing.exists()


# ---------------------------------------------------------------- FHIR


def test_entries_are_exported_as_fhir_without_keys(on_own: Runner) -> None:
    key = on_own.public_key()
    on_own("person", "h_none", *OFFICER)
    shutil.rmtree(on_own.folder / "keys")
    ran = run("audit", "fhir", *on_own.here()[:2], "--public-key", key)
    assert ran.code == 0
    events = [json.loads(line) for line in ran.out.splitlines()]
    assert {event["resourceType"] for event in events} == {"AuditEvent"}
    assert {"success", "error"} <= {event["outcome"]["code"]["code"] for event in events}
    some = run("audit", "fhir", *on_own.here()[:2], "--public-key", key, "--from", "3", "--to", "5")
    assert [json.loads(line)["id"] for line in some.out.splitlines()] == ["entry-3", "entry-4"]
    assert run("audit", "fhir", *on_own.here()[:2], "--public-key", key, "--from", "-3").code == 3

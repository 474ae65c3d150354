"""`bnl keys`: made once, shown, rotated, renewed, and refused if others can read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bnl.crypto.provider import FileKeyProvider
from tests.cli.command import OFFICER, Runner, run

pytestmark = pytest.mark.xdist_group("demo")


def test_keys_are_made_and_shown(tmp_path: Path) -> None:
    folder = str(tmp_path / "keys")
    assert run("keys", "init", "-k", folder).code == 0
    again = run("keys", "init", "-k", folder)
    assert again.code == 5
    assert "never replaced" in again.err
    told = run("keys", "status", "-k", folder, "--json")
    assert told.code == 0
    assert told.json() == {
        "current": 1, "versions": [1], "wrapped_by": {}, "keys": 0, "unfinished": 0, "rotating": False,
    }  # fmt: skip
    made = run("init", "-d", f"sqlite:///{tmp_path / 'r.db'}", "-k", folder)
    assert made.code == 0


def test_a_rotated_register_reads_as_before(on_own: Runner) -> None:
    folder = str(on_own.folder / "keys")
    before = on_own("list", *OFFICER, "--json").out
    ran = run("keys", "rotate", "-k", folder)
    assert ran.code == 0
    assert "current" in ran.out
    told = run("keys", "status", "-k", folder, "--json").json()
    assert (told["current"], told["versions"]) == (2, [2])
    assert on_own("list", *OFFICER, "--json").json()["people"] == json.loads(before)["people"]


def test_an_unfinished_rotation_is_said_and_ended(on_own: Runner) -> None:
    folder = on_own.folder / "keys"
    FileKeyProvider(folder / "key.json").add_version()
    told = run("keys", "status", "-k", str(folder))
    assert told.code == 1
    assert "run `bnl keys rotate` again" in told.words()
    assert run("keys", "rotate", "-k", str(folder), "--json").json()["versions"] == [2]
    assert run("keys", "status", "-k", str(folder)).code == 0


def test_everything_is_encrypted_anew(on_own: Runner) -> None:
    key = on_own.public_key()
    ran = run("keys", "renew", *on_own.here())
    assert ran.code == 0
    assert "keys renewed" in ran.out
    assert run("keys", "renew", "--unfinished", *on_own.here()).out.startswith("0 keys")
    assert run("audit", "verify", *on_own.here()[:2], "--public-key", key).code == 0


def test_keys_that_others_can_read_are_refused(on_own: Runner) -> None:
    folder = on_own.folder / "keys"
    assert run("keys", "check-permissions", "-k", str(folder)).code == 0
    (folder / "key.json").chmod(0o644)
    ran = run("keys", "check-permissions", "-k", str(folder), "--json")
    assert ran.code == 1
    assert ran.json()["private"] is False
    assert "chmod 600" in ran.json()["faults"][0]
    for command in ("status", "rotate"):
        refused = run("keys", command, "-k", str(folder))
        assert refused.code == 5
        assert "can be used by others" in refused.err
    assert on_own("list", *OFFICER).code == 5


def test_no_keys_are_told(tmp_path: Path) -> None:
    ran = run("keys", "status", "-k", str(tmp_path / "none"))
    assert ran.code == 5
    assert "There is no key file" in ran.err

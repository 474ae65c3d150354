"""`bnl agreement`: an agreement read back, two compared, and what is in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnl.register.county import county_agreement_path
from tests.cli.command import Runner, run

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FILE, AGENCIES = EXAMPLES / "county_agreement.toml", EXAMPLES / "county_agencies.toml"
SMALL = """
agreement = "small"
version = {version}
title = "Two agencies"
valid_from = 2026-01-01
open_ended = true
parties = ["oxford-city-council", "connection-support", "nobody-knows-them"]

[[clause]]
id = "basics"
agencies = ["connection-support"]
roles = ["support_worker"]
purposes = ["housing_support"]
actions = ["view"]
categories = [{categories}]
basis = "public_task"

[[clause]]
id = "city"
agencies = ["oxford-city-council"]
roles = ["housing_officer"]
purposes = ["allocation"]
actions = ["view"]
categories = [{categories}]
basis = "public_task"
"""


def test_the_worked_agreement_has_effect_in_every_word() -> None:
    ran = run("agreement", "check", str(FILE), "--agencies", str(AGENCIES), "--json")
    told = ran.json()
    assert ran.code == 0
    assert (told["unknown"], told["void"], told["changes"]) == ([], [], [])
    seen = [
        one
        for one in told["reaches"]
        if (one["agency"], one["role"], one["purpose"], one["action"])
        == ("connection-support", "navigator", "housing_support", "view")
    ]
    assert [one["stands"] for one in seen] == [[]]
    assert {"support_needs", "health", "identity"} <= set(seen[0]["with_permit"])


@pytest.mark.parametrize(
    ("roles", "basis", "more", "wide"),
    [
        pytest.param('"any"', "public_task", "", ["basics"], id="any-role-without-asking"),
        pytest.param('"any"', "public_task", "received_only = true", [], id="what-is-received"),
        pytest.param('"any"', "consent", "", [], id="with-consent-alone"),
        pytest.param('["support_worker"]', "public_task", "", [], id="one-role"),
    ],
)
def test_a_clause_open_to_every_role_is_named(
    tmp_path: Path, roles: str, basis: str, more: str, wide: list[str]
) -> None:
    text = SMALL.format(version=1, categories='"identity"')
    text = text.replace('roles = ["support_worker"]', f"roles = {roles}\n{more}", 1)
    file = tmp_path / "wide.toml"
    file.write_text(text.replace('basis = "public_task"', f'basis = "{basis}"', 1))
    assert run("agreement", "check", str(file), "--json").json()["wide"] == wide
    assert ("Open to every role" in run("agreement", "check", str(file)).out) is bool(wide)


def test_the_worked_agreement_opens_nothing_to_every_role() -> None:
    assert run("agreement", "check", str(FILE), "--agencies", str(AGENCIES), "--json").json()["wide"] == []


def test_the_example_is_the_agreement_that_ships() -> None:
    assert FILE.read_bytes() == county_agreement_path().read_bytes()


def test_the_matrix_is_printed_for_whom_it_is_asked() -> None:
    who = ("--only", "john-radcliffe", "--role", "discharge_coordinator")
    ran = run("agreement", "check", str(FILE), "--agencies", str(AGENCIES), *who)
    assert ran.code == 0
    words = ran.words()
    assert "without asking" in words
    assert "Everything it names has effect." in words
    assert "navigator" not in words


def test_what_is_void_or_unknown_is_told_with_exit_1(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(SMALL.format(version=1, categories='"identity", "health"'), encoding="utf-8")
    ran = run("agreement", "check", str(file))
    assert ran.code == 1
    words = ran.words()
    assert "nobody-knows-them" in words
    assert "Void" in words
    told = run("agreement", "check", str(file), "--json").json()
    assert {(one["agency"], one["why"]) for one in told["void"]} == {
        ("connection-support", "basis_not_open"),
        ("oxford-city-council", "condition_missing"),
    }


def test_a_new_version_is_compared_with_the_old(tmp_path: Path) -> None:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(SMALL.format(version=1, categories='"identity"'), encoding="utf-8")
    new.write_text(SMALL.format(version=2, categories='"contact"'), encoding="utf-8")
    words = run("agreement", "check", str(old), str(new)).words()
    assert "What changes" in words
    assert "oxford-city-council" in words
    told = run("agreement", "check", str(old), str(new), "--json").json()
    (change,) = told["changes"]
    assert (change["role"], change["gained"], change["lost"]) == (
        "housing_officer",
        ["contact"],
        ["identity"],
    )
    assert told["versions"] == [1, 2]


@pytest.mark.parametrize("text", ["not toml [", "agreement = 3", 'agreement = "a"\nparties = []'])
def test_what_is_no_agreement_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text, encoding="utf-8")
    ran = run("agreement", "check", str(file))
    assert ran.code == 3
    assert ran.err.startswith("bnl: ")


@pytest.mark.xdist_group("demo")
def test_what_is_in_force_is_shown(at: Runner) -> None:
    where = ("-d", f"sqlite:///{at.folder / 'register.db'}", "-k", str(at.folder / "keys"))
    ran = run("agreement", "show", *where)
    assert ran.code == 0
    assert "housing-authorities" in ran.words()
    (told,) = run("agreement", "show", *where, "--json").json()
    assert told["agreement_id"] == "oxfordshire-by-name-list"


def test_a_register_without_one_says_so(tmp_path: Path) -> None:
    where = ("-d", f"sqlite:///{tmp_path / 'r.db'}", "-k", str(tmp_path / "keys"))
    assert run("init", *where).code == 0
    assert "No agreement is in force" in run("agreement", "show", *where).words()

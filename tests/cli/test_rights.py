"""`bnl erase`, `bnl access`, `bnl retention`, and the letter: what is asked for on the person's behalf."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import DAY, OFFICER, Runner, run

pytestmark = pytest.mark.xdist_group("demo")


def somebody(county: Runner) -> str:
    """The person on the officer's list of whom most is known."""
    listed = county("list", *OFFICER, "--as-of", DAY, "--json").json()["people"]
    found: str = max(listed, key=lambda one: (len(one["fields"]), one["handle"]))["handle"]
    return found


def plan(county: Runner, handle: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = county("erase", handle, "--json").json()
    return found


def free(county: Runner) -> tuple[str, list[str]]:
    """Somebody with records that nothing keeps, and the handles of these."""
    for one in county("list", *OFFICER, "--as-of", DAY, "--json").json()["people"]:
        records = [record["handle"] for record in plan(county, one["handle"]) if not record["kept"]]
        if records:
            return one["handle"], records
    raise AssertionError("everybody is kept")


def test_without_confirmation_nothing_is_erased(at: Runner) -> None:
    handle = somebody(at)
    ran = at("erase", handle)
    assert ran.code == 0
    assert "Nothing has been erased" in ran.out
    assert handle in ran.out
    assert at("person", handle, *OFFICER).code == 0


def test_an_erasure_leaves_a_certificate_that_holds(on_own: Runner, tmp_path: Path) -> None:
    handle, records = free(on_own)
    key, page = on_own.public_key(), tmp_path / "certificate.html"
    confirm = [word for record in records for word in ("--confirm", record)]
    ran = on_own("erase", handle, *confirm, "--reason", "consent_withdrawn", "--certificate", str(page))
    assert ran.code == 0
    assert f"Erased: {len(records)} records" in ran.out
    checked = run("audit", "check-letter", str(page), "--public-key", key)
    assert checked.code == 0
    assert "certificate" in checked.out
    assert all(record in checked.out for record in records)
    for record in records:
        assert on_own("erase", record).code == 4
    assert run("audit", "verify", *on_own.here()[:2], "--public-key", key).code == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        pytest.param(("--confirm", "h_x"), 2, "--reason", id="no reason"),
        pytest.param(("--confirm", "h_x", "--reason", "whim"), 3, "no reason of the retention", id="a whim"),
        pytest.param(
            ("--confirm", "h_x", "--reason", "objection"), 4, "not one of this person", id="a stranger"
        ),
        pytest.param(("--policy", "/nowhere.toml"), 3, "cannot be read", id="no policy"),
        pytest.param(("-r", "support_worker"), 4, "may not erase", id="a worker"),
    ],
)
def test_what_cannot_be_erased_is_told(at: Runner, options: tuple[str, ...], code: int, said: str) -> None:
    ran = at("erase", somebody(at), *options)
    assert ran.code == code
    assert said in ran.err


def test_a_certificate_never_replaces_a_file(on_own: Runner, tmp_path: Path) -> None:
    held = tmp_path / "held.json"
    held.write_text("mine", encoding="utf-8")
    handle, records = free(on_own)
    ran = on_own(
        "erase", handle, "--confirm", records[0], "--reason", "objection", "--certificate", str(held)
    )
    assert ran.code == 3
    assert held.read_text(encoding="utf-8") == "mine"
    assert on_own("erase", records[0]).code == 0


def test_everything_held_is_written_for_the_owner_alone(at: Runner, tmp_path: Path) -> None:
    handle, page = somebody(at), tmp_path / "held.html"
    ran = at("access", handle, "--page", str(page))
    assert ran.code == 0
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "What is held about you" in page.read_text(encoding="utf-8")
    assert at("access", handle, "--page", str(page)).code == 3
    found = at("access", handle, "--json").json()
    assert found["format"] == "bnl-access/1"
    assert found["agencies"]
    assert at("access", handle).code == 2
    assert at("access", handle, "--json", "-r", "support_worker").code == 4


@pytest.mark.parametrize("suffix", ["html", "json"])
def test_the_letter_is_checked_with_the_public_key_alone(at: Runner, tmp_path: Path, suffix: str) -> None:
    letter, key = tmp_path / f"letter.{suffix}", at.public_key()
    ran = at("disclosures", somebody(at), "--letter", str(letter))
    assert ran.code == 0
    assert "check-letter" in ran.out
    checked = run("audit", "check-letter", str(letter), "--public-key", key)
    assert checked.code == 0
    assert checked.out.startswith("holds: every line of this letter")
    told = run("audit", "check-letter", str(letter), "--public-key", key, "--json").json()
    assert told["kind"] == "letter"
    assert {line["action"] for line in told["lines"]} >= {"collect"}
    text = letter.read_text(encoding="utf-8")
    letter.write_text(text.replace("collect", "search", 1), encoding="utf-8")
    refused = run("audit", "check-letter", str(letter), "--public-key", key)
    assert refused.code == 5
    assert "o not rely on " in refused.err


def test_a_letter_that_is_not_there_is_told(at: Runner, tmp_path: Path) -> None:
    ran = run("audit", "check-letter", str(tmp_path / "none"), "--public-key", at.public_key())
    assert ran.code == 3
    assert "cannot be read" in ran.err


def test_the_policy_is_shown_with_reasons_and_sources(at: Runner) -> None:
    ran = at("retention")
    assert ran.code == 0
    words = ran.words()
    for said in ("mortality_review", "Care Act 2014", "records are due for review"):
        assert said in words
    told = at("retention", "--json").json()
    assert told["policy"]["policy"] == "oxfordshire-retention"
    assert isinstance(told["due"], list)


def test_quarantine_is_cleared_on_request(on_own: Runner) -> None:
    assert "destroyed" in on_own("retention", "--clear").out
    assert on_own("retention", "--clear", "--json").json()["cleared"] == 0


def test_the_plan_says_why_the_law_keeps_something(on_own: Runner, tmp_path: Path) -> None:
    """Two years after, everybody is still within a policy that keeps decisions for a hundred."""
    packaged = Path(__file__).parents[2] / "bnl/register/data/retention.toml"
    own = tmp_path / "own.toml"
    own.write_text(
        packaged.read_text(encoding="utf-8").replace("months = 6\n", "months = 1200\n"), encoding="utf-8"
    )
    people = on_own("list", *OFFICER, "--as-of", DAY, "--json").json()["people"]
    for one in people:
        ran = on_own("erase", one["handle"], "--policy", str(own), "--json")
        kept = [record for record in json.loads(ran.out) if record["kept"]]
        if kept:
            break
    else:
        raise AssertionError("nobody was owed a duty")
    shown = on_own("erase", one["handle"], "--policy", str(own))
    assert "homelessness_decision until" in shown.words()
    assert "Housing Act 1996" in shown.words()
    refused = on_own(
        "erase", one["handle"], "--policy", str(own), "--confirm", kept[0]["handle"], "--reason", "objection"
    )
    assert refused.code == 4
    assert "The law keeps" in refused.err

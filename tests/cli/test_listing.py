"""`bnl list` and `bnl lost`: as of a day, as far as whoever asks may see, in full for a program."""

from __future__ import annotations

import re

import pytest

from bnl.errors import BnlError
from tests.cli.command import CITY, DAY, OFFICER, Runner, run

pytestmark = pytest.mark.xdist_group("demo")


@pytest.mark.parametrize("command", ["list", "lost"])
def test_a_list_is_shown_with_its_day_rules_and_size(at: Runner, command: str) -> None:
    told = at(command, *OFFICER, "--as-of", DAY, "--json").json()
    shown = at(command, *OFFICER, "--as-of", DAY)
    assert shown.code == 0
    assert told["as_of"] == DAY
    assert told["log_position"] > 50
    assert (
        f"{len(told['people'])} people as of {DAY}, by {told['rules']}, from events you may see." in shown.out
    )
    assert told["people"]
    for person in told["people"]:
        assert person["handle"] in shown.out
        assert person["status"]["state"] in shown.out


def test_the_lost_are_on_the_list_with_reasons(at: Runner) -> None:
    listed = {one["handle"] for one in at("list", *OFFICER, "--as-of", DAY, "--json").json()["people"]}
    lost = at("lost", *OFFICER, "--as-of", DAY, "--json").json()["people"]
    assert {one["handle"] for one in lost} <= listed
    assert all(one["status"]["reasons"] for one in lost)
    assert " why " in at("lost", *OFFICER, "--as-of", DAY).words()
    assert " next action due " in at("list", *OFFICER, "--as-of", DAY).words()


def test_only_who_may_link_is_told_how_uncertain_the_number_is(at: Runner) -> None:
    assert at("list", *OFFICER, "--as-of", DAY, "--json").json()["once_reviewed"] is None
    assert "in review" not in at("list", *OFFICER, "--as-of", DAY).out
    steward = ("-a", CITY, "-u", "steward-1", "-r", "steward", "-p", "stewardship")
    told = at("list", *steward, "--as-of", DAY, "--json").json()
    low, high = (int(part) for part in re.findall(r"\d+", told["once_reviewed"]))
    assert 0 < low <= len(told["people"]) <= high
    foot = f"Once the pairs in review are judged: {told['once_reviewed']}."
    assert foot in at("list", *steward, "--as-of", DAY).words()


def test_no_id_of_the_register_is_told(at: Runner) -> None:
    out = at("list", *OFFICER, "--as-of", DAY, "--json").out
    for prefix in ("per_", "rec_", "evt_", "hou_"):
        assert f'"{prefix}' not in out


def test_a_limit_shortens_what_is_printed_and_says_so(at: Runner) -> None:
    full = len(at("list", *OFFICER, "--as-of", DAY, "--json").json()["people"])
    ran = at("list", *OFFICER, "--as-of", DAY, "--limit", "2")
    assert len(re.findall(r"\bh_[a-z2-7]{8,}", ran.out)) == 2
    assert f"{full} people as of" in ran.out
    assert "2 shown; --limit shows more." in ran.out
    assert "shown;" not in at("list", *OFFICER, "--as-of", DAY, "--limit", str(full)).out


def test_before_anything_was_known_nobody_is_listed(at: Runner) -> None:
    assert "0 people as of 2019-01-01" in at("list", *OFFICER, "--as-of", "2019-01-01").out


def test_without_a_day_it_is_today(at: Runner) -> None:
    assert at("list", *OFFICER, "--json").json()["as_of"] > DAY


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--as-of", "31/03/2026"), "--as-of", id="a date written otherwise"),
        pytest.param(("--as-of", "2026-02-30"), "--as-of", id="no such day"),
        pytest.param(("--limit", "0"), "--limit", id="no rows"),
        pytest.param(("-r", "king"), "--role", id="no such role"),
        pytest.param(("-p", "curiosity"), "--purpose", id="no such purpose"),
    ],
)
def test_wrong_usage_is_told(at: Runner, arguments: tuple[str, ...], said: str) -> None:
    ran = at("list", *arguments)
    assert ran.code == 2
    assert said in ran.err


# ---------------------------------------------------------------- signing in


def test_everything_can_come_from_the_environment(at: Runner) -> None:
    _, url, _, keys = at.here()
    settings = {
        "BNL_DATABASE": url,
        "BNL_KEYS": keys,
        "BNL_AGENCY": CITY,
        "BNL_USER": "user-2",
        "BNL_ROLE": "housing_officer",
        "BNL_PURPOSE": "homelessness_prevention",
    }
    ran = run("list", "--as-of", DAY, "--json", env=settings)
    assert ran.code == 0
    handles = [one["handle"] for one in ran.json()["people"]]
    assert handles == [
        one["handle"] for one in at("list", *OFFICER, "--as-of", DAY, "--json").json()["people"]
    ]


def test_an_option_goes_before_the_environment(at: Runner) -> None:
    ran = run("list", *at.here(), "-a", CITY, "-u", "u", env={"BNL_AGENCY": "elsewhere", "BNL_DATABASE": "x"})
    assert ran.code == 0


def test_a_register_that_is_not_there_is_not_made(at: Runner) -> None:
    missing = at.folder.parent / "none.db"
    ran = run("list", "-d", f"sqlite:///{missing}", "-a", CITY, "-u", "u")
    assert ran.code == 2
    assert ran.err == "bnl: There is no register there. Make one with `bnl init`, or give --database.\n"
    assert not missing.exists()


def test_an_agency_that_is_not_enrolled_is_refused(at: Runner) -> None:
    ran = run("list", *at.here(), "-a", "elsewhere", "-u", "u")
    assert ran.code == 4
    assert "Ask the register's operator to enrol it." in ran.err


def test_keys_of_another_register_open_nothing(at: Runner, on_own: Runner) -> None:
    other = on_own.folder.parent / "other"
    run("init", "-d", f"sqlite:///{other}.db", "-k", str(other))
    ran = run("list", "-d", at.here()[1], "-k", str(other), "-a", CITY, "-u", "u")
    assert ran.code == 5
    assert ran.err.startswith("bnl: ")
    assert issubclass(BnlError, Exception)


def test_a_setting_that_is_no_number_is_told(at: Runner) -> None:
    ran = run("list", *at.here(), "-a", CITY, "-u", "u", env={"BNL_THREADS": "many"})
    assert ran.code == 2
    assert "BNL_THREADS is not a whole number" in ran.err

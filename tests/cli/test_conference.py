"""`bnl agenda`, `bnl priority`, `bnl agency`: through the command as through the register."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import DAY, OFFICER, Runner

pytestmark = pytest.mark.xdist_group("demo")

ROOM = ("--with", "cherwell-district-council:user-2:housing_officer")


def test_an_agenda_of_two_councils(at: Runner, tmp_path: Path) -> None:
    told = at("agenda", *OFFICER, *ROOM, "--as-of", DAY, "--json").json()
    assert told["agencies"] == ["oxford-city-council", "cherwell-district-council"]
    assert told["people"]
    for one in told["people"]:
        assert one["why"]
        assert set(one["handles"]) == set(told["agencies"])
    shown = at("agenda", *OFFICER, *ROOM, "--as-of", DAY)
    assert f"{len(told['people'])} people as of {DAY}" in shown.words()
    place = tmp_path / "agenda.csv"
    assert at("agenda", *OFFICER, *ROOM, "--as-of", DAY, "--out", str(place)).code == 0
    assert place.read_text(encoding="utf-8").startswith("handle,name,state,why,because")


@pytest.mark.parametrize("who", ["soha", "soha:u:king", "a:b:manager:d", "nowhere:u:manager"])
def test_who_cannot_be_in_a_room(at: Runner, who: str) -> None:
    assert at("agenda", *OFFICER, "--with", who).code in (3, 4)


def test_an_order_with_its_weights_and_equity(at: Runner) -> None:
    told = at("priority", *OFFICER, "--as-of", DAY, "--json").json()
    assert [one["place"] for one in told["places"]] == list(range(1, len(told["places"]) + 1))
    scores = [float(one["score"]) for one in told["places"]]
    assert scores == sorted(scores, reverse=True)
    assert set(told["equity"]) == {"first", "all"}
    assert told["factors"]["weights"] == [30, 20, 10, 15, 15, 10]
    shown = at("priority", *OFFICER, "--as-of", DAY, "--factors", "young people")
    assert "young people v1" in shown.words()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("--factors", "mine"), 3, id="no such factors"),
        pytest.param(("--by", "family_name"), 3, id="no such attribute"),
        pytest.param(("-r", "manager", "-p", "statistics"), 4, id="no official figure"),
    ],
)
def test_orders_that_cannot_be(at: Runner, arguments: tuple[str, ...], code: int) -> None:
    assert at("priority", *arguments).code == code


def test_which_agency_is_meant(at: Runner) -> None:
    known = at("agency", "resolve", "MASH", "--json")
    assert known.code == 0
    assert known.json()["known"]
    unknown = at("agency", "resolve", "Zzyzx")
    assert unknown.code == 1
    assert "To be told by a person" in unknown.out


def test_the_queue_of_names(at: Runner) -> None:
    told = at("agency", "queue", *OFFICER, "--json").json()["names"]
    assert all(one["why"] in ("ambiguous", "similar", "unknown", "empty") for one in told)
    assert f"{len(told)} names wait for a person." in at("agency", "queue", *OFFICER).words()

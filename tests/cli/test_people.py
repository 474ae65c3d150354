"""`bnl search`, `bnl person`, `bnl disclosures`: one person, as far as whoever asks may see them."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.domain.person import PersonFields
from tests.cli.command import DAY, OFFICER, Runner

pytestmark = pytest.mark.xdist_group("demo")
NAVIGATOR = ("-r", "navigator", "-p", "housing_support")
ACCESS = ("-r", "steward", "-p", "subject_access")


@pytest.fixture
def somebody(at: Runner) -> dict[str, Any]:
    """The person on the officer's list of whom most is known."""
    listed = at("list", *OFFICER, "--as-of", DAY, "--json").json()["people"]
    found: dict[str, Any] = max(listed, key=lambda person: (len(person["fields"]), person["handle"]))
    return found


def known(person: dict[str, Any], *names: str) -> list[str]:
    return [f"{name}={person['fields'][name]}" for name in names]


# ---------------------------------------------------------------- search


def test_a_search_finds_who_is_meant_likeliest_first(at: Runner, somebody: dict[str, Any]) -> None:
    asked = known(somebody, "given_names", "family_name", "date_of_birth")
    found = at("search", *asked, *OFFICER, "--json").json()
    assert somebody["handle"] in [one["handle"] for one in found]
    weights = [one["weight"] for one in found]
    assert weights == sorted(weights, reverse=True)
    assert all(0 <= one["probability"] <= 1 for one in found)
    shown = at("search", *asked, *OFFICER)
    assert shown.code == 0
    assert somebody["handle"] in shown.out
    assert str(somebody["fields"]["date_of_birth"]) in shown.out


def test_several_values_of_a_field_can_be_searched(at: Runner, somebody: dict[str, Any]) -> None:
    assert at("search", "phones=01632 960999", "family_name=Nobody", *OFFICER).code == 0


def test_who_may_see_nobody_finds_nobody(at: Runner, somebody: dict[str, Any]) -> None:
    asked = known(somebody, "given_names", "family_name", "date_of_birth")
    stranger = Runner(at.folder, "aspire")
    ran = stranger("search", *asked, *NAVIGATOR, "--json")
    assert ran.code == 4  # no such agency in this county
    assert "not enrolled" in ran.err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param("Bradlow", "field=value", id="no field"),
        pytest.param("surname=Bradlow", "such as family_name", id="no such field"),
        pytest.param("date_of_birth=Bradlow", "Dates are written YYYY-MM-DD", id="no date"),
        pytest.param("date_of_birth=1990-02-31", "Dates are written YYYY-MM-DD", id="no such day"),
    ],
)
def test_what_cannot_be_searched_is_told_without_repeating_it(at: Runner, asked: str, said: str) -> None:
    ran = at("search", asked, *OFFICER)
    assert ran.code == 3
    assert said in ran.err
    assert "Bradlow" not in ran.err
    assert "1990" not in ran.err


def test_nothing_to_search_by_is_wrong_usage(at: Runner) -> None:
    assert at("search", *OFFICER).code == 2


# ---------------------------------------------------------------- person


def test_a_person_is_shown_with_who_said_what_and_what_is_withheld(
    at: Runner, somebody: dict[str, Any]
) -> None:
    ran = at("person", somebody["handle"], *OFFICER)
    assert ran.code == 0
    text = ran.words()
    for name, value in somebody["fields"].items():
        assert name in text
        assert str(value if isinstance(value, str) else value[0]).split()[0] in text
    assert CITY_SAID in text
    assert "Not yours to see: " in text
    assert "health" in text.partition("Not yours to see: ")[2]
    assert " what said by " in text


CITY_SAID = "oxford-city-council"


def test_a_program_reads_a_person(at: Runner, somebody: dict[str, Any]) -> None:
    person = at("person", somebody["handle"], *OFFICER, "--json").json()
    assert set(person) == {"handle", "fields", "withheld", "events", "obligations"}
    assert person["fields"] == somebody["fields"]
    assert set(person["fields"]) <= set(PersonFields.model_fields)
    assert "health" in person["withheld"]
    assert person["events"]
    assert all({"on", "kind", "agency", "data"} == set(event) for event in person["events"])
    assert [event["on"] for event in person["events"]] == sorted(event["on"] for event in person["events"])


@pytest.mark.parametrize("command", ["person", "disclosures"])
@pytest.mark.parametrize("handle", ["h_nobody", "rec_abc", "x"])
def test_an_unknown_handle_is_refused(at: Runner, command: str, handle: str) -> None:
    ran = at(command, handle, *OFFICER)
    assert ran.code == 4
    assert "There is nobody under this handle." in ran.err
    assert ran.out == ""


def test_another_agencys_handle_is_nobody(at: Runner, somebody: dict[str, Any]) -> None:
    charity = Runner(at.folder, "connection-support")
    assert charity("person", somebody["handle"], *NAVIGATOR).code == 4


# ---------------------------------------------------------------- disclosures


def test_disclosures_tell_who_saw_what_and_why(at: Runner, somebody: dict[str, Any]) -> None:
    at("person", somebody["handle"], *OFFICER)
    found = at("disclosures", somebody["handle"], *ACCESS, "--json").json()
    assert found
    last = [one for one in found if one["action"] == "timeline"][-1]
    assert (last["agency"], last["actor"]) == (CITY_SAID, "user-1")
    assert last["purpose"] == "homelessness_prevention"
    assert "family_name" in last["fields"]
    assert [one["sequence"] for one in found] == sorted(one["sequence"] for one in found)
    shown = at("disclosures", somebody["handle"], *ACCESS)
    assert shown.code == 0
    assert "entries, of " in shown.out
    assert "subject_access" in shown.words()

"""Rule sets: named, versioned, immutable data, each with the effect its name says."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bnl.indicators.rules import ADULTS, COUNTY, ROUGH_SLEEPING, SILENCE_90, STATUS_RULES, StatusRules
from bnl.indicators.states import HOMELESS_STATES, State
from bnl.indicators.status import status_at
from tests.happenings import after, day, ev, frame

HOME = [
    pytest.param("rough_sleeping", True, True, id="rough sleeping"),
    pytest.param("emergency", True, False, id="emergency"),
    pytest.param("temporary", True, False, id="temporary"),
    pytest.param("hidden", True, False, id="hidden"),
    pytest.param("supported", True, False, id="supported"),
    pytest.param("homeless", True, False, id="place not known"),
    pytest.param("settled", False, False, id="settled"),
    pytest.param("settled_with_support", False, False, id="settled with support"),
]


def test_every_rule_set_is_found_under_its_name() -> None:
    assert all(rules.name == name for name, rules in STATUS_RULES.items())
    assert {COUNTY.label, SILENCE_90.label, ADULTS.label} == {"county v1", "silence(90) v1", "adults v1"}


def test_a_rule_set_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        COUNTY.silence_days = 5


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"silence_days": 0}, id="no silence at all"),
        pytest.param({"institution_days": 0}, id="no stay at all"),
        pytest.param({"version": 0}, id="version nought"),
        pytest.param({"active": ["palace"]}, id="a state that does not exist"),
        pytest.param({"patience": 3}, id="a rule that does not exist"),
    ],
)
def test_impossible_rules_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StatusRules.model_validate({"name": "ours", **wrong})


@pytest.mark.parametrize(("situation", "county", "rough"), HOME)
def test_what_counts_as_homeless(situation: str, county: bool, rough: bool) -> None:
    table = frame(ev("p", "accommodation_start", "2024-01-01", situation=situation))
    on = day("2024-01-02")
    assert status_at(table, on, rules=COUNTY)["active"].to_list() == [county]
    assert status_at(table, on, rules=ROUGH_SLEEPING)["active"].to_list() == [rough]


def test_a_county_that_does_not_count_the_pathway() -> None:
    ours = StatusRules(name="without the pathway", active=HOMELESS_STATES - {State.SUPPORTED})
    table = frame(ev("p", "accommodation_start", "2024-01-01", situation="supported"))
    found = status_at(table, day("2024-01-02"), rules=ours)
    assert found.select("state", "active").rows() == [("supported", False)]


@pytest.mark.parametrize("days", [1, 30, 90, 365])
def test_silence_of_any_length(days: int) -> None:
    ours = StatusRules(name=f"silence({days})", silence_days=days)
    table = frame(ev("p", "accommodation_start", "2024-01-01", situation="hidden"))
    assert status_at(table, day(after("2024-01-01", days)), rules=ours)["state"].to_list() == ["hidden"]
    assert status_at(table, day(after("2024-01-01", days + 1)), rules=ours)["state"].to_list() == ["inactive"]


@pytest.mark.parametrize("days", [1, 28, 90])
def test_stays_of_any_length(days: int) -> None:
    ours = StatusRules(name="ours", institution_days=days)
    table = frame(
        ev("p", "accommodation_start", "2023-01-01", situation="hidden"),
        ev("p", "institution_admission", "2024-01-01"),
    )
    assert status_at(table, day(after("2024-01-01", days)), rules=ours)["state"].to_list() == ["hidden"]
    assert status_at(table, day(after("2024-01-01", days + 1)), rules=ours)["state"].to_list() == [
        "institution"
    ]


def test_adults_whose_birthday_is_not_known_count() -> None:
    table = frame(ev("p", "sighting", "2024-01-01"))
    assert status_at(table, day("2024-01-02"), rules=ADULTS)["active"].to_list() == [True]
    known = status_at(table, day("2024-01-02"), rules=ADULTS, born_on={"other": day("2020-01-01")})
    assert known["active"].to_list() == [True]


def test_birthdays_matter_only_to_rules_about_adults() -> None:
    table = frame(ev("p", "sighting", "2024-01-01"))
    born_on = {"p": day("2015-01-01")}
    assert status_at(table, day("2024-01-02"), rules=COUNTY, born_on=born_on)["active"].to_list() == [True]
    assert status_at(table, day("2024-01-02"), rules=ADULTS, born_on=born_on)["active"].to_list() == [False]

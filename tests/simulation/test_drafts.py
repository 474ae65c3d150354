"""Drafts: letters a system does not know, and how a note becomes what an agency says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.simulation.drafts import Draft, as_fields, western_letters, without_accents


@pytest.mark.parametrize(
    ("text", "plain", "western"),
    [
        pytest.param("Łukasz", "Lukasz", "Lukasz", id="Polish stroke"),
        pytest.param("Wójcik", "Wojcik", "Wójcik", id="Polish acute on o"),
        pytest.param("Stępień", "Stepien", "Stepien", id="ogonek and acute n"),
        pytest.param("Ștefan", "Stefan", "Stefan", id="Romanian comma"),
        pytest.param("João", "Joao", "João", id="Portuguese tilde"),
        pytest.param("José", "Jose", "José", id="acute"),
        pytest.param("O'Brien", "O'Brien", "O'Brien", id="apostrophe stays"),
        pytest.param("Al-Hassan", "Al-Hassan", "Al-Hassan", id="hyphen stays"),
    ],
)
def test_letters_are_lost_as_the_system_loses_them(text: str, plain: str, western: str) -> None:
    assert without_accents(text) == plain
    assert western_letters(text) == western


@given(st.text(alphabet="abcÀéłńșțõŻżÓó -'", max_size=20))
def test_losing_letters_twice_loses_no_more(text: str) -> None:
    assert without_accents(without_accents(text)) == without_accents(text)
    assert western_letters(western_letters(text)) == western_letters(text)
    without_accents(text).encode("ascii")
    western_letters(text).encode("cp1252")


def test_a_note_becomes_fields() -> None:
    note = Draft(["Ada", "May"], ["Stone"], born="1984-05", sex="female", phones=["0113 496 0001"])

    fields = as_fields(note, upper=False)

    assert (fields.given_names, fields.family_name, fields.full_name) == ("Ada May", "Stone", None)
    assert (fields.date_of_birth, fields.sex, fields.phones) == ("1984-05", "female", ("0113 496 0001",))


def test_what_is_absent_is_unknown_not_empty() -> None:
    fields = as_fields(Draft([], ["Stone"]), upper=False)

    assert fields.present() == {"family_name": "Stone"}


def test_capitals_take_names_and_address_and_leave_numbers() -> None:
    note = Draft(["Ada"], ["Stone"], ["Vera"], address="1 Fern Close", emails=["ada@example.org"])

    fields = as_fields(note, upper=True)

    assert fields.family_name == "STONE"
    assert fields.aliases == ("VERA",)
    assert fields.address == "1 FERN CLOSE"
    assert fields.emails == ("ada@example.org",)


@pytest.mark.parametrize(
    ("given_names", "family", "whole"),
    [
        pytest.param(["Ada"], ["Stone"], "Ada Stone", id="both"),
        pytest.param(["Ada"], [], "Ada", id="given alone"),
        pytest.param([], ["da Silva", "Soares"], "da Silva Soares", id="family alone"),
    ],
)
def test_one_box_holds_the_whole_name(given_names: list[str], family: list[str], whole: str) -> None:
    fields = as_fields(Draft(given_names, family), upper=False, one_name_box=True)

    assert (fields.full_name, fields.given_names, fields.family_name) == (whole, None, None)


def test_circumstances_are_carried_along() -> None:
    note = Draft(["Ada"], ["Stone"], extras={"nationality": "British", "benefits": ("PIP",)})

    fields = as_fields(note, upper=False)

    assert (fields.nationality, fields.benefits) == ("British", ("PIP",))

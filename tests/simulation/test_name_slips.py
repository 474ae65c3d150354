"""Slips with names: each does what its tag says, and says when there was nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from bnl.simulation import name_slips
from bnl.simulation.drafts import Draft, Slip
from bnl.simulation.name_slips import NAME_SLIPS, accents_lost, mistyped
from bnl.simulation.naming import Name
from bnl.simulation.people import Person

SlipFunction = Callable[[Draft, Person, Random], bool]


def note(person: Person) -> Draft:
    return Draft([name.text for name in person.given], [name.text for name in person.family])


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=15), st.integers(0, 2**32))
def test_a_typing_error_is_one_edit(text: str, seed: int) -> None:
    wrong = mistyped(text, Random(seed))

    assert DamerauLevenshtein.distance(text, wrong) <= 1
    assert wrong[0] == text[0]


@given(st.sampled_from(["da Cruz", "El Masry", "Ben Ali", "O'Brien", "Al-Hassan"]), st.integers(0, 2**32))
def test_a_typing_error_leaves_blanks_and_marks_alone(text: str, seed: int) -> None:
    marks = [letter for letter in text if not letter.isalpha()]

    assert [letter for letter in mistyped(text, Random(seed)) if not letter.isalpha()] == marks


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param("Li", "Lii", id="two letters"), pytest.param("J", "JJ", id="an initial")],
)
def test_very_short_names_are_only_doubled(text: str, expected: str) -> None:
    assert mistyped(text, Random(1)) == expected


def test_some_typing_errors_are_of_every_kind() -> None:
    lengths = {len(mistyped("Margaret", Random(seed))) - len("Margaret") for seed in range(100)}

    assert lengths == {-1, 0, 1}


@pytest.mark.parametrize(
    ("slip", "given_names", "family"),
    [
        pytest.param(name_slips.nickname, ["Beth"], ["Hall-Dixon"], id="nickname"),
        pytest.param(name_slips.alias, ["Vera"], ["Stone"], id="alias"),
        pytest.param(name_slips.married_name, ["Elizabeth", "Anne"], ["Turner"], id="name before marriage"),
        pytest.param(name_slips.swapped, ["Hall-Dixon"], ["Elizabeth", "Anne"], id="swapped"),
        pytest.param(name_slips.initial_only, ["E"], ["Hall-Dixon"], id="initial"),
        pytest.param(name_slips.given_missing, [], ["Hall-Dixon"], id="no given name"),
        pytest.param(name_slips.family_missing, ["Elizabeth", "Anne"], [], id="no family name"),
        pytest.param(name_slips.middle_first, ["Anne"], ["Hall-Dixon"], id="middle name first"),
    ],
)
def test_a_slip_changes_what_it_says(
    person: Person, rng: Random, slip: SlipFunction, given_names: list[str], family: list[str]
) -> None:
    written = note(person)

    assert slip(written, person, rng) is True
    assert (written.given, written.family) == (given_names, family)


@pytest.mark.parametrize(
    ("slip", "without"),
    [
        pytest.param(name_slips.nickname, {"goes_by": None}, id="no nickname"),
        pytest.param(name_slips.alias, {"alias": None}, id="no alias"),
        pytest.param(name_slips.married_name, {"former_family": None}, id="no former name"),
        pytest.param(name_slips.middle_first, {"given": (Name("Ada"),)}, id="no middle name"),
        pytest.param(name_slips.part_missing, {"family": (Name("Stone"),)}, id="one part only"),
    ],
)
def test_a_slip_without_occasion_changes_nothing(
    person: Person, rng: Random, slip: SlipFunction, without: dict[str, object]
) -> None:
    plain = replace(person, **without)  # type: ignore[arg-type]
    written = note(plain)

    assert slip(written, plain, rng) is False
    assert written == note(plain)


@pytest.mark.parametrize(
    ("community", "given_names", "family", "left"),
    [
        pytest.param("english", ["Ada"], ["Hall-Dixon"], {"Hall", "Dixon"}, id="double-barrelled"),
        pytest.param("portuguese", ["Ana"], ["da Silva", "Soares"], {"da Silva", "Soares"}, id="two names"),
    ],
)
def test_a_part_of_a_name_is_lost(
    person: Person, community: str, given_names: list[str], family: list[str], left: set[str]
) -> None:
    seen = set()
    for seed in range(30):
        written = Draft(list(given_names), list(family))
        assert name_slips.part_missing(written, replace(person, community=community), Random(seed))
        seen |= set(written.family)

    assert seen == left


def test_a_prefix_is_dropped_where_prefixes_are_the_custom(person: Person, rng: Random) -> None:
    written = Draft(["Mohammed", "Bilal"], ["Khan"])

    assert name_slips.part_missing(written, replace(person, community="pakistani_bangladeshi"), rng)
    assert written.given == ["Bilal"]


@pytest.mark.parametrize("family", ["Al-Hassan", "El-Sayed"])
def test_an_arabic_article_is_no_half_of_a_double_barrelled_name(
    person: Person, rng: Random, family: str
) -> None:
    written = Draft(["Omar"], [family])

    assert not name_slips.part_missing(written, person, rng)


def test_transliteration_stays_among_the_spellings_of_the_name(person: Person) -> None:
    bearer = replace(
        person, given=(Name("Youssef", ("Yusuf", "Yousef")),), family=(Name("Haddad", ("Hadad",)),)
    )
    written = [note(bearer) for _ in range(40)]
    done = [name_slips.transliterated(one, bearer, Random(seed)) for seed, one in enumerate(written)]

    assert any(done)
    assert not all(done)
    for one, changed in zip(written, done, strict=True):
        assert one.given[0] in {"Youssef", "Yusuf", "Yousef"}
        assert one.family[0] in {"Haddad", "Hadad"}
        assert changed is ((one.given, one.family) != (["Youssef"], ["Haddad"]))


def test_a_nickname_is_not_transliterated_as_if_it_were_the_name(person: Person, rng: Random) -> None:
    written = Draft(["Beth"], ["Turner"])

    assert not name_slips.transliterated(written, person, rng)


@pytest.mark.parametrize(
    ("letters", "expected", "changed"),
    [
        pytest.param("plain", "Jose Wojcik", True, id="plain"),
        pytest.param("western", "José Wójcik", False, id="western keeps both"),
    ],
)
def test_accents_are_lost(letters: str, expected: str, changed: bool) -> None:
    written = Draft(["José"], ["Wójcik"], aliases=["Łucja"], former=["Stępień"])

    assert accents_lost(written, letters) is changed
    assert f"{written.given[0]} {written.family[0]}" == expected
    assert (written.aliases, written.former) == (["Lucja"], ["Stepien"])


@pytest.mark.parametrize("slip", NAME_SLIPS, ids=lambda one: one.tag)
def test_slips_are_rare_and_named_once(slip: Slip) -> None:
    assert 0 < slip.rate < 0.3
    assert slip.where in {"given", "family"}
    assert [one.tag for one in NAME_SLIPS].count(slip.tag) == 1


def test_typos_change_one_word_only(person: Person, rng: Random) -> None:
    written = Draft(["Elizabeth", "Anne"], ["da Silva", "Soares"])

    name_slips.typo_in_given(written, person, rng)
    name_slips.typo_in_family(written, person, rng)

    assert written.given[1] == "Anne"
    assert written.family[0] == "da Silva"
    assert written.given[0] != "Elizabeth" or written.family[1] != "Soares"

"""Slips with dates, numbers, contacts and addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs

from bnl.simulation import number_slips
from bnl.simulation.drafts import Draft, Slip
from bnl.simulation.number_slips import NUMBER_SLIPS, SHARED_INBOXES, SWITCHBOARDS
from bnl.simulation.numbers import JUNK_NHS, JUNK_NI
from bnl.simulation.people import Person
from bnl.simulation.places import DAY_CENTRE, NO_FIXED_ABODE

SlipFunction = Callable[[Draft, Person, Random], bool]
BORN = st.dates(date(1930, 1, 1), date(2020, 12, 31))
NOBODY = Person("P0", "english", "male", (), (), date(1980, 1, 1), "rough_sleeping")


def note(born: str | None = None) -> Draft:
    return Draft(["Ada"], ["Stone"], born=born)


@given(BORN)
def test_swapping_day_and_month_gives_a_day_that_is(born: date) -> None:
    written = note(born.isoformat())

    if number_slips.dob_swapped(written, NOBODY, Random(1)):
        swapped = date.fromisoformat(str(written.born))
        assert (swapped.year, swapped.month, swapped.day) == (born.year, born.day, born.month)
        assert swapped != born
    else:
        assert written.born == born.isoformat()
        assert born.day > 12 or born.day == born.month


@given(BORN, st.integers(0, 2**32))
def test_one_wrong_digit_gives_another_day_that_is(born: date, seed: int) -> None:
    written = note(born.isoformat())

    assert number_slips.dob_digit(written, NOBODY, Random(seed))
    wrong = date.fromisoformat(str(written.born))
    assert wrong != born
    assert (wrong.month, abs(wrong.year - born.year) in {0, 1, 10}) == (born.month, True)


def test_one_wrong_digit_makes_nobody_older_than_they_could_be() -> None:
    for seed in range(60):
        written = note("1998-05-09")
        number_slips.dob_digit(written, NOBODY, Random(seed))
        assert date.fromisoformat(str(written.born)) < date(2008, 1, 1)


@pytest.mark.parametrize(
    ("slip", "before", "after", "done"),
    [
        pytest.param(number_slips.dob_missing, "1984-05-09", None, True, id="left out"),
        pytest.param(number_slips.dob_year_only, "1984-05-09", "1984", True, id="year alone"),
        pytest.param(number_slips.dob_1_january, "1984-05-09", "1984-01-01", True, id="1 January"),
        pytest.param(number_slips.dob_1_january, "1984-01-01", "1984-01-01", False, id="born on 1 January"),
        pytest.param(number_slips.dob_1_january, "1984", "1984", False, id="1 January of a bare year"),
        pytest.param(number_slips.dob_1_january, None, None, False, id="1 January of nothing"),
        pytest.param(number_slips.dob_swapped, "1984-05-09", "1984-09-05", True, id="swapped"),
        pytest.param(number_slips.dob_swapped, "1984-05-19", "1984-05-19", False, id="no 19th month"),
        pytest.param(number_slips.dob_swapped, "1984-05-05", "1984-05-05", False, id="same either way"),
        pytest.param(number_slips.dob_swapped, "1984", "1984", False, id="nothing to swap"),
        pytest.param(number_slips.dob_digit, "1984", "1984", False, id="a digit of a bare year"),
        pytest.param(number_slips.dob_digit, None, None, False, id="a digit of nothing"),
    ],
)
def test_slips_of_birth_dates(
    slip: SlipFunction, before: str | None, after: str | None, done: bool, rng: Random
) -> None:
    written = note(before)

    assert slip(written, NOBODY, rng) is done
    assert written.born == after


@given(st.integers(0, 2**32))
def test_a_mistyped_ni_number_differs_in_one_digit(seed: int) -> None:
    written = replace(note(), ni_number="GA123456B")

    assert number_slips.ni_mistyped(written, NOBODY, Random(seed))
    wrong = str(written.ni_number)
    assert sum(one != other for one, other in zip(wrong, "GA123456B", strict=True)) == 1
    assert (wrong[:2], wrong[-1], wrong[2:8].isdigit()) == ("GA", "B", True)


@given(st.integers(0, 2**32))
def test_the_check_digit_tells_a_mistyped_nhs_number(seed: int) -> None:
    written = replace(note(), nhs_number="9990000026")
    assert nhs.is_valid("9990000026")

    assert number_slips.nhs_mistyped(written, NOBODY, Random(seed))
    assert not nhs.is_valid(str(written.nhs_number))


@pytest.mark.parametrize("junk", JUNK_NI)
def test_junk_ni_numbers_are_not_mistyped_too(junk: str, rng: Random) -> None:
    written = replace(note(), ni_number=junk)

    assert not number_slips.ni_mistyped(written, NOBODY, rng)
    assert written.ni_number == junk


@pytest.mark.parametrize("junk", JUNK_NHS)
def test_junk_nhs_numbers_are_not_mistyped_too(junk: str, rng: Random) -> None:
    written = replace(note(), nhs_number=junk)

    assert not number_slips.nhs_mistyped(written, NOBODY, rng)


@pytest.mark.parametrize(
    ("slip", "field", "values"),
    [
        pytest.param(number_slips.ni_junk, "ni_number", set(JUNK_NI), id="NI"),
        pytest.param(number_slips.nhs_junk, "nhs_number", set(JUNK_NHS), id="NHS"),
    ],
)
def test_junk_is_one_of_the_usual_words(slip: SlipFunction, field: str, values: set[str]) -> None:
    seen = set()
    for seed in range(100):
        written = note()
        assert slip(written, NOBODY, Random(seed))
        seen.add(getattr(written, field))

    assert seen == values


def test_shared_contacts_belong_to_services(rng: Random) -> None:
    written = replace(note(), phones=["0113 496 0001"], emails=["ada@example.org"])

    assert number_slips.shared_phone(written, NOBODY, rng)
    assert number_slips.shared_email(written, NOBODY, rng)
    assert written.phones[0] in SWITCHBOARDS
    assert written.emails[0] in SHARED_INBOXES


def test_a_mistyped_phone_differs_in_its_last_digit(rng: Random) -> None:
    written = replace(note(), phones=["0113 496 0001", "0113 496 0002"])

    assert number_slips.phone_mistyped(written, NOBODY, rng)
    assert written.phones[0][:-1] == "0113 496 000"
    assert written.phones[0] != "0113 496 0001"
    assert written.phones[1] == "0113 496 0002"


@pytest.mark.parametrize(
    ("slip", "given"),
    [
        pytest.param(number_slips.ni_mistyped, {}, id="no NI number"),
        pytest.param(number_slips.nhs_mistyped, {}, id="no NHS number"),
        pytest.param(number_slips.phone_mistyped, {}, id="no phone"),
    ],
)
def test_nothing_to_mistype(slip: SlipFunction, given: dict[str, str], rng: Random) -> None:
    written = note()

    assert slip(written, NOBODY, rng) is False
    assert written == note()


@pytest.mark.parametrize(
    ("path", "care_of", "abode"),
    [
        pytest.param("rough_sleeping", True, True, id="rough sleeping"),
        pytest.param("drop_in", True, True, id="drop-in"),
        pytest.param("sofa_surfing", False, True, id="with friends"),
        pytest.param("prevention", False, False, id="in a home"),
        pytest.param("family", False, False, id="a family"),
    ],
)
def test_no_address_fits_the_life(path: str, care_of: bool, abode: bool, rng: Random) -> None:
    somebody = replace(NOBODY, path=path)
    one, other = (replace(note(), address="1 Fern Close", postcode="OX4 1AB") for _ in range(2))

    assert number_slips.care_of(one, somebody, rng) is care_of
    assert number_slips.no_fixed_abode(other, somebody, rng) is abode
    assert (one.address == DAY_CENTRE.text, one.postcode == DAY_CENTRE.postcode) == (care_of, care_of)
    assert (other.address in NO_FIXED_ABODE, other.postcode is None) == (abode, abode)


@pytest.mark.parametrize("slip", NUMBER_SLIPS, ids=lambda one: one.tag)
def test_slips_are_rare_and_concern_a_field_of_the_note(slip: Slip) -> None:
    assert 0 < slip.rate <= 0.1
    assert hasattr(note(), slip.where)
    assert [one.tag for one in NUMBER_SLIPS].count(slip.tag) == 1

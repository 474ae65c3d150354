"""Identifiers: valid in form, belonging to nobody, each handed out once."""

from __future__ import annotations

import re
from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs

from bnl.simulation.numbers import JUNK_NHS, JUNK_NI, Numbers, nhs_check_digit

NI = re.compile(r"[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]")
NEVER_ISSUED = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


@pytest.fixture
def numbers() -> Numbers:
    return Numbers(Random(1))


@given(st.integers(0, 999_999_999))
def test_the_check_digit_agrees_with_the_published_algorithm(number: int) -> None:
    nine = f"{number:09d}"
    check = nhs_check_digit(nine)
    valid = [digit for digit in "0123456789" if nhs.is_valid(nine + digit)]

    assert valid == ([] if check is None else [str(check)])


@pytest.mark.parametrize(
    ("nine", "check"),
    [
        pytest.param("943476591", 9, id="the dictionary's example"),
        pytest.param("000000000", 0, id="eleven becomes nought"),
        pytest.param("999000000", None, id="ten is no check digit"),
    ],
)
def test_check_digits(nine: str, check: int | None) -> None:
    assert nhs_check_digit(nine) == check


def test_nhs_numbers_are_valid_and_of_the_test_range(numbers: Numbers) -> None:
    made = [numbers.nhs_number() for _ in range(500)]

    assert all(nhs.is_valid(number) and number.startswith("999") for number in made)
    assert len(set(made)) == 500


def test_ni_numbers_have_the_right_form(numbers: Numbers) -> None:
    made = [numbers.ni_number() for _ in range(500)]

    assert all(NI.fullmatch(number) for number in made)
    assert not NEVER_ISSUED & {number[:2] for number in made}
    assert {number[0] for number in made} == {"G"}
    assert len(set(made)) == 500


def test_prison_numbers_have_the_right_form(numbers: Numbers) -> None:
    made = [numbers.prison_number() for _ in range(300)]

    assert all(re.fullmatch(r"A\d{4}Z[XYZ]", number) for number in made)
    assert len(set(made)) == 300


def test_phones_are_numbers_kept_for_drama(numbers: Numbers) -> None:
    made = [numbers.phone() for _ in range(2000)]
    drama = re.compile(
        r"01(13|14|16|17|18|21|31|41|51|61) 496 0\d{3}|0191 498 0\d{3}|020 7946 0\d{3}|028 9649 6\d{3}"
        r"|029 2018 0\d{3}|0306 999 0\d{3}|07700 900\d{3}"
    )

    assert all(drama.fullmatch(number) for number in made)
    assert len(set(made)) == 2000


def test_phones_parse_as_british_numbers(numbers: Numbers) -> None:
    for _ in range(300):
        parsed = phonenumbers.parse(numbers.phone(), "GB")
        assert phonenumbers.is_possible_number(parsed)
        assert parsed.country_code == 44


def test_phones_come_round_only_when_all_are_used(numbers: Numbers) -> None:
    made = [numbers.phone() for _ in range(16_001)]

    assert len(set(made[:16_000])) == 16_000
    assert made[16_000] == made[0]


@pytest.mark.parametrize(
    ("given_name", "family"),
    [
        pytest.param("John", "Smith", id="plain"),
        pytest.param("Łukasz", "Wójcik", id="accents"),
        pytest.param("Siu-Fong", "Al-Hassan", id="hyphens"),
        pytest.param("Ș", "Ț", id="no plain letter at all"),
    ],
)
def test_emails_are_of_domains_kept_for_examples(numbers: Numbers, given_name: str, family: str) -> None:
    made = [numbers.email(given_name, family, 1984) for _ in range(40)]

    assert all(re.fullmatch(r"[a-z0-9.]+@example\.(org|com|net)", email) for email in made)
    assert len(set(made)) == 40


def test_two_counties_of_one_seed_hand_out_the_same() -> None:
    one, other = Numbers(Random(4)), Numbers(Random(4))

    for make in ("ni_number", "nhs_number", "prison_number", "phone"):
        assert getattr(one, make)() == getattr(other, make)()


@pytest.mark.parametrize("junk", JUNK_NHS)
def test_junk_nhs_numbers_lie_outside_the_range_of_true_ones(junk: str) -> None:
    assert not (nhs.is_valid(junk) and junk.startswith("999") and junk != "9999999999")


@pytest.mark.parametrize("junk", JUNK_NI)
def test_junk_ni_numbers_are_of_no_series_in_use_here(junk: str) -> None:
    assert not junk.startswith("G")

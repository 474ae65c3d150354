"""Plausibility of phones, emails and identifiers: doubt, mend a lost zero, never lose the value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.exchange.checks import CHECKS, check_email, check_nhs_number, check_ni_number, check_phone
from bnl.exchange.findings import Doubt


@pytest.mark.parametrize(
    "text",
    [
        "07700 900123",
        "07700900123",
        "+44 7700 900123",
        "+44 (0) 7700 900123",
        "0048 512 345 678",
        "0044 7700 900123",
        "01865 496000",
        "(01865) 496-000",
        "020 7946 0000",
        "0800 000 0000",
        "+48 512 345 678",
        "+353 85 012 3456",
    ],
)
def test_a_phone_that_can_be_rung_is_left_alone(text: str) -> None:
    assert check_phone(text) == (text, None)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        pytest.param("7700900123", "07700900123", id="mobile"),
        pytest.param("7700 900123", "07700 900123", id="mobile-with-blank"),
        pytest.param("1865496000", "01865496000", id="landline"),
        pytest.param("2079460000", "02079460000", id="london"),
        pytest.param("7700900123.0", "07700900123", id="float"),
    ],
)
def test_a_lost_zero_is_put_back(text: str, mended: str) -> None:
    assert check_phone(text) == (mended, Doubt.PHONE_ZERO)


@pytest.mark.parametrize("text", ["123", "no phone", "07700 900", "7.7009E+09", "0770090012345678", "+999 1"])
def test_what_cannot_be_rung_is_doubted_and_kept(text: str) -> None:
    assert check_phone(text) == (text, Doubt.PHONE)


@pytest.mark.parametrize("text", ["a@example.org", "first.last+tag@mail.example.co.uk", "é@example.org"])
def test_an_email_is_left_alone(text: str) -> None:
    assert check_email(text) == (text, None)


@pytest.mark.parametrize(
    "text", ["a", "a@", "@example.org", "a@example", "a b@example.org", "a@b@c.org", "a@.org"]
)
def test_what_is_no_email_is_doubted(text: str) -> None:
    assert check_email(text) == (text, Doubt.EMAIL)


@pytest.mark.parametrize("text", ["AB123456C", "ab 12 34 56 c", "AB123456", "JG-10-37-59-A"])
def test_a_national_insurance_number_is_left_alone(text: str) -> None:
    assert check_ni_number(text) == (text, None)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("QQ123456C", id="q"),
        pytest.param("DA123456C", id="d-first"),
        pytest.param("AO123456C", id="o-second"),
        pytest.param("GB123456C", id="unused-pair"),
        pytest.param("TN123456C", id="temporary"),
        pytest.param("ZZ123456C", id="zz"),
        pytest.param("AB123456E", id="suffix"),
        pytest.param("AB12345C", id="short"),
        pytest.param("123456789", id="digits"),
        pytest.param("AB１２３４５６C", id="wide-digits"),
    ],
)
def test_what_cannot_be_a_national_insurance_number_is_doubted(text: str) -> None:
    assert check_ni_number(text) == (text, Doubt.NI_NUMBER)


def test_nhs_numbers() -> None:
    assert check_nhs_number("999 000 0018") == ("999 000 0018", None)
    assert check_nhs_number("9990000018.0") == ("9990000018", None)
    assert check_nhs_number("999 000 0017") == ("999 000 0017", Doubt.NHS_NUMBER)
    assert check_nhs_number("999") == ("999", Doubt.NHS_NUMBER)
    assert check_nhs_number("ABCDEFGHIJ") == ("ABCDEFGHIJ", Doubt.NHS_NUMBER)


def _nhs_is_right(digits: str) -> bool:
    weighted = sum(int(digit) * (10 - at) for at, digit in enumerate(digits[:9]))
    check = 11 - weighted % 11
    return str(0 if check == 11 else check) == digits[9]


@given(st.from_regex(r"[0-9]{10}", fullmatch=True))
def test_the_check_digit_is_that_of_the_rule(digits: str) -> None:
    assert (check_nhs_number(digits)[1] is None) is _nhs_is_right(digits)


@given(st.sampled_from(sorted(CHECKS)), st.text(max_size=40))
def test_no_value_is_lost_by_a_check(field: str, text: str) -> None:
    value, _ = CHECKS[field](text)
    assert value in {text, "0" + text, text.removesuffix(".0"), "0" + text.removesuffix(".0")}

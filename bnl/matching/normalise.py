"""Bring one value of each standard column to the form in which it is compared; junk becomes missing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from bnl.matching.fold import fold

MISSING: Final = frozenset(
    """
    -|--|.|?|n/a|na|n.a.|nil|none|null|nan|unknown|unkown|not known|not given|not provided|not stated
    |not recorded|notknown|tbc|tba|tbd|to be confirmed|refused|declined|missing|anonymous|anon|xx|xxx|xxxx
    |test|unk|u/k|dk|withheld|confidential|prefer not to say|no fixed abode|no fixed address|nfa|n.f.a|n.f.a.
    |n/f/a|of no fixed abode|homeless|rough sleeper|rough sleeping|street homeless|sofa surfing|no address
    |various|no abode
    """.replace("\n    ", "")
    .strip()
    .split("|")
)

_DIGITS = re.compile(r"\D+")
_NOT_ALNUM = re.compile(r"[^A-Z0-9]+")
_NI = re.compile(r"[A-Z]{2}\d{6}[A-D]?\Z")
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[t ].*)?\Z")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_DAY_FIRST = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4}|\d{2})(?:[t ]\d.*)?\Z")
_MONTH_YEAR = re.compile(r"(\d{1,2})[./](\d{4})\Z")
_DAY_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3})[a-z]*\.?[ ,-]+(\d{4}|\d{2})(?:[t ]\d.*)?\Z")
_NAME_DAY = re.compile(r"([a-z]{3})[a-z]*\.?[ -](\d{1,2})(?:st|nd|rd|th)?[ ,-]+(\d{4})\Z")
# A day number of a spreadsheet, from which such programs count the days since 30 December 1899.
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?\Z")
_EPOCH = dt.date(1899, 12, 30)
_TURN = 30
_EARLIEST, _LATEST = 1850, 2100
_MONTHS: Final = MappingProxyType(
    {
        name: place
        for place, name in enumerate(
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
        )
    }
)
MIN_PHONE, MAX_PHONE = 7, 15
MIN_YEAR, MAX_YEAR = 1000, 2200
NHS_LENGTH = 10
_DAYS = 31
_ELEVEN = 11


def text(value: str) -> str:
    """Fold free text (an address, a place, an occupation); empty when it says nothing."""
    plain = value.strip().lower()
    return "" if plain in MISSING else fold(plain)


def name(value: str) -> str:
    """Fold a name; empty when it is a way of saying that no name is known."""
    return text(value)


def postcode(value: str) -> str:
    """Write a postcode or zip code without spaces, in capitals."""
    plain = value.strip()
    return "" if plain.lower() in MISSING else _NOT_ALNUM.sub("", plain.upper())


def phone(value: str) -> str:
    """Bring a telephone number to its national digits, so that +44, 0044 and 0 agree.

    Returns:
        Digits, the trunk 0 included for a number of the United Kingdom; empty for a number too short, too
        long, or of one repeated digit.
    """
    digits = _DIGITS.sub("", value)
    digits = digits.removeprefix("00")
    if digits.startswith("44") and len(digits) > NHS_LENGTH:
        digits = "0" + digits[2:].removeprefix("0")
    if not MIN_PHONE <= len(digits) <= MAX_PHONE or len(set(digits[2:])) <= 1:
        return ""
    return digits


def email(value: str) -> str:
    """Fold an e-mail address; empty when it has no local part or no domain."""
    plain = value.strip().lower().removeprefix("mailto:").replace(" ", "")
    local, at, domain = plain.partition("@")
    return plain if at and local and domain else ""


def ni_number(value: str) -> str:
    """Write a National Insurance number as two letters and six digits; junk and temporary numbers are empty.

    The suffix letter is dropped: it says nothing about who a person is and is often left out.

    Source: HMRC National Insurance Manual NIM39110 (format), NIM39120 (TN temporary numbers).
    """
    plain = _NOT_ALNUM.sub("", value.upper())
    if not _NI.match(plain):
        return ""
    digits = plain[2:8]
    if plain.startswith("TN") or digits in {"123456", "000000", "999999"} or len(set(digits)) == 1:
        return ""
    return plain[:8]


def nhs_number(value: str) -> str:
    """Return the ten digits of an NHS number whose check digit is right, else nothing.

    Source: NHS Data Model and Dictionary, NHS NUMBER (modulus 11).
    """
    digits = _DIGITS.sub("", value)
    if len(digits) != NHS_LENGTH or len(set(digits)) == 1:
        return ""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    check = (_ELEVEN - total % _ELEVEN) % _ELEVEN
    return digits if check == int(digits[9]) else ""


def reference(value: str) -> str:
    """Write any other identifier in capitals without punctuation; one repeated character is junk."""
    if value.strip().lower() in MISSING:
        return ""
    plain = _NOT_ALNUM.sub("", value.upper())
    return plain if len(set(plain)) > 1 else ""


def sex(value: str) -> str:
    """Reduce a recorded sex to ``f`` or ``m``; anything else is not evidence and is missing."""
    plain = value.strip().lower()
    if plain in {"f", "female", "woman", "w", "girl", "2"}:
        return "f"
    return "m" if plain in {"m", "male", "man", "boy", "1"} else ""


def _checked(year: int, month: int, day: int) -> str:
    """Spell a date out as far as it is possible, padding what is not known with zeros."""
    if not MIN_YEAR <= year <= MAX_YEAR:
        return ""
    if not 1 <= month <= 12:
        return f"{year:04d}0000"
    try:
        dt.date(year, month, day)
    except ValueError:
        return f"{year:04d}{month:02d}00"
    return f"{year:04d}{month:02d}{day:02d}"


def _century(written: str) -> int:
    """Return a year; of two digits, 00 to 29 are of this century, as spreadsheets read them."""
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < _TURN else 1900)


def _eight(digits: str) -> str:
    """Read eight digits: year first, unless only day first makes a date of our times."""
    spelled = _checked(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if spelled.endswith("00") or not spelled:
        turned = _checked(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
        if _EARLIEST <= int(digits[4:]) <= _LATEST and not turned.endswith("00"):
            return turned
    return spelled


def _day_first(one: int, two: int, written: str) -> str:
    # The first of three short numbers may be the year; which it is cannot be told.
    if one > _DAYS and len(written) < 4:
        return ""
    return _checked(_century(written), *((one, two) if two > 12 >= one else (two, one)))


def _spelled(plain: str) -> str:
    if _EIGHT.match(plain):
        return _eight(plain)
    if found := _ISO.match(plain):
        year, month, day = (int(part or 0) for part in found.groups())
        return _checked(year, month, day)
    if found := _DAY_FIRST.match(plain):
        return _day_first(int(found[1]), int(found[2]), found[3])
    if found := _MONTH_YEAR.match(plain):
        return _checked(int(found[2]), int(found[1]), 0)
    if found := _DAY_NAME.match(plain):
        return _checked(_century(found[3]), _MONTHS.get(found[2], 0), int(found[1]))
    if found := _NAME_DAY.match(plain):
        return _checked(int(found[3]), _MONTHS.get(found[1], 0), int(found[2]))
    if found := _SERIAL.match(plain):
        return (_EPOCH + dt.timedelta(days=int(found[1]))).strftime("%Y%m%d")
    return ""


def date_of_birth(value: str) -> str:
    """Bring a date of birth to eight digits, ``00`` where the month or the day is not known.

    ISO dates (whole or partial), eight digits, day first with any separator, English month names, years of
    two digits (00 to 29 are of this century) and the day numbers of spreadsheets are read; a time after them
    is not. A date that never was keeps the part that could be right. ``1900-01-01`` means not known.

    Returns:
        ``YYYYMMDD`` with zeros for what is missing, or nothing.
    """
    spelled = _spelled(value.strip().lower())
    return "" if spelled == "19000101" else spelled


NORMALISERS: Final[MappingProxyType[str, Callable[[str], str]]] = MappingProxyType(
    {
        "name": name,
        "date": date_of_birth,
        "sex": sex,
        "ni": ni_number,
        "nhs": nhs_number,
        "reference": reference,
        "phone": phone,
        "email": email,
        "postcode": postcode,
        "text": text,
    }
)

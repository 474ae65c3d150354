"""Whether a phone, an email or an identifier can be right at all; what cannot is a warning, never a loss."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import phonenumbers
from stdnum.gb import nhs

from bnl.exchange.findings import Doubt

Check = Callable[[str], tuple[str, Doubt | None]]
"""Takes a value and returns it, mended if a spreadsheet broke it, with what is doubtful about it."""

_REGION = "GB"
_FILLING = re.compile(r"[\s().\-/]+")
_UK = re.compile(r"(?:(?:\+44|0044)0?|0)(?:7\d{9}|[1238]\d{8,9})\Z", re.ASCII)
_UK_MEANT = re.compile(r"\+44|0044|0[^0]", re.ASCII)
_ZERO_LOST = re.compile(r"(?:7\d{9}|[12]\d{9})\Z", re.ASCII)
_FLOAT = re.compile(r"(\d+)\.0\Z", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+\Z")
_NI = re.compile(r"[A-Z]{2}\d{6}[A-D]?\Z", re.ASCII)
_NI_PREFIX_UNUSED = re.compile(r"[DFIQUV]|.[DFIQUVO]|BG|GB|KN|NK|NT|TN|ZZ")
_NHS_DIGITS = 10


def check_phone(text: str) -> tuple[str, Doubt | None]:
    """Put back the leading zero a spreadsheet dropped, and doubt what cannot be rung."""
    if whole := _FLOAT.match(text):
        text = whole.group(1)
    digits = _FILLING.sub("", text)
    if _UK.match(digits):
        return text, None
    if _ZERO_LOST.match(digits):
        return "0" + text, Doubt.PHONE_ZERO
    return text, None if not _UK_MEANT.match(digits) and _possible(digits) else Doubt.PHONE


@lru_cache(maxsize=4096)
def _possible(digits: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(digits, _REGION))
    except phonenumbers.NumberParseException:
        return False


def check_email(text: str) -> tuple[str, Doubt | None]:
    """Doubt what has not the shape of an email address."""
    return text, None if _EMAIL.match(text) else Doubt.EMAIL


def check_ni_number(text: str) -> tuple[str, Doubt | None]:
    """Doubt what cannot be a National Insurance number.

    Source: HM Revenue and Customs, National Insurance Manual NIM39110: two letters without D, F, I, Q, U
    and V, the second not O, not one of seven unused pairs; six digits; a suffix A to D, which may be missing.
    """
    plain = _FILLING.sub("", text).upper()
    good = _NI.match(plain) and not _NI_PREFIX_UNUSED.match(plain)
    return text, None if good else Doubt.NI_NUMBER


def check_nhs_number(text: str) -> tuple[str, Doubt | None]:
    """Doubt an NHS number whose check digit is wrong; a zero dropped by a spreadsheet is no doubt here."""
    if whole := _FLOAT.match(text):
        text = whole.group(1)
    plain = _FILLING.sub("", text)
    good = len(plain) == _NHS_DIGITS and plain.isascii() and plain.isdigit() and nhs.is_valid(plain)
    return text, None if good else Doubt.NHS_NUMBER


CHECKS: Final = MappingProxyType(
    {
        "phones": check_phone,
        "emails": check_email,
        "ni_number": check_ni_number,
        "nhs_number": check_nhs_number,
    }
)
"""The check of each standard field that has one."""

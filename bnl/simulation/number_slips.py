"""What goes wrong with birth dates, identifiers, contacts and addresses."""

from __future__ import annotations

from random import Random
from typing import Final, TypeGuard

from bnl.simulation.drafts import Draft, Slip
from bnl.simulation.numbers import JUNK_NHS, JUNK_NI
from bnl.simulation.people import Person
from bnl.simulation.places import DAY_CENTRE, NO_FIXED_ABODE

SWITCHBOARDS = ("0808 157 0100", "0808 157 0200", "0808 157 0300", "0808 157 0400")
SHARED_INBOXES = ("drop-in@example.org", "support@example.org", "keywork@example.net")
_FULL = 10
_LAST_MONTH = 12


def dob_missing(draft: Draft, person: Person, rng: Random) -> bool:
    """Leave the birth date out."""
    draft.born = None
    return True


def dob_year_only(draft: Draft, person: Person, rng: Random) -> bool:
    """Write the year alone."""
    draft.born = draft.born[:4] if draft.born else None
    return True


def dob_1_january(draft: Draft, person: Person, rng: Random) -> bool:
    """Write 1 January where only the year is known."""
    if not _whole(draft.born) or draft.born.endswith("-01-01"):
        return False
    draft.born = f"{draft.born[:4]}-01-01"
    return True


def dob_swapped(draft: Draft, person: Person, rng: Random) -> bool:
    """Swap day and month."""
    if not _whole(draft.born) or int(draft.born[8:]) > _LAST_MONTH or draft.born[5:7] == draft.born[8:]:
        return False
    draft.born = f"{draft.born[:4]}-{draft.born[8:]}-{draft.born[5:7]}"
    return True


def dob_digit(draft: Draft, person: Person, rng: Random) -> bool:
    """Get one digit wrong: of the day, or of the year."""
    if not _whole(draft.born):
        return False
    year, month, day = int(draft.born[:4]), draft.born[5:7], int(draft.born[8:])
    kind = rng.randrange(3)
    if kind == 0:
        year += rng.choice((-1, 1))
    elif kind == 1:
        year += -10 if year > 1995 else rng.choice((-10, 10))
    else:
        day = day + 10 if day <= 18 else day - 10
    if month == "02":
        day = min(day, 28)
    draft.born = f"{year:04d}-{month}-{day:02d}"
    return True


def ni_junk(draft: Draft, person: Person, rng: Random) -> bool:
    """Write something into the box so that the form can be sent."""
    draft.ni_number = rng.choice(JUNK_NI)
    return True


def ni_mistyped(draft: Draft, person: Person, rng: Random) -> bool:
    """Get one digit of the NI number wrong."""
    if not draft.ni_number or draft.ni_number in JUNK_NI:
        return False
    at = rng.randrange(2, 8)
    draft.ni_number = (
        draft.ni_number[:at] + _other_digit(draft.ni_number[at], rng) + draft.ni_number[at + 1 :]
    )
    return True


def nhs_junk(draft: Draft, person: Person, rng: Random) -> bool:
    """Write a number that is none into the NHS number's box."""
    draft.nhs_number = rng.choice(JUNK_NHS)
    return True


def nhs_mistyped(draft: Draft, person: Person, rng: Random) -> bool:
    """Get one digit of the NHS number wrong; the check digit tells."""
    if not draft.nhs_number or draft.nhs_number in JUNK_NHS:
        return False
    at = rng.randrange(3, 10)
    draft.nhs_number = (
        draft.nhs_number[:at] + _other_digit(draft.nhs_number[at], rng) + draft.nhs_number[at + 1 :]
    )
    return True


def shared_phone(draft: Draft, person: Person, rng: Random) -> bool:
    """Give the worker's or the day centre's phone as the person's own."""
    draft.phones = [rng.choice(SWITCHBOARDS)]
    return True


def phone_mistyped(draft: Draft, person: Person, rng: Random) -> bool:
    """Get one of the last digits of a phone number wrong."""
    if not draft.phones:
        return False
    number = draft.phones[0]
    draft.phones[0] = number[:-1] + _other_digit(number[-1], rng)
    return True


def shared_email(draft: Draft, person: Person, rng: Random) -> bool:
    """Give a service's inbox as the person's own."""
    draft.emails = [rng.choice(SHARED_INBOXES)]
    return True


def care_of(draft: Draft, person: Person, rng: Random) -> bool:
    """Use the day centre as postal address."""
    if person.path not in {"rough_sleeping", "drop_in", "hostel"}:
        return False
    draft.address, draft.postcode = DAY_CENTRE.text, DAY_CENTRE.postcode
    return True


def no_fixed_abode(draft: Draft, person: Person, rng: Random) -> bool:
    """Write that there is no address, though the person has somewhere."""
    if person.path in {"prevention", "family", "domestic_abuse"}:
        return False
    draft.address, draft.postcode = rng.choice(NO_FIXED_ABODE), None
    return True


def _whole(born: str | None) -> TypeGuard[str]:
    return born is not None and len(born) == _FULL


def _other_digit(digit: str, rng: Random) -> str:
    return rng.choice([other for other in "0123456789" if other != digit])


NUMBER_SLIPS: Final = (
    Slip("dob_year_only", 0.012, dob_year_only, "born"),
    Slip("dob_1_january", 0.012, dob_1_january, "born"),
    Slip("dob_swapped", 0.014, dob_swapped, "born"),
    Slip("dob_digit", 0.022, dob_digit, "born"),
    Slip("ni_junk", 0.025, ni_junk, "ni_number"),
    Slip("ni_mistyped", 0.030, ni_mistyped, "ni_number"),
    Slip("nhs_junk", 0.012, nhs_junk, "nhs_number"),
    Slip("nhs_mistyped", 0.020, nhs_mistyped, "nhs_number"),
    Slip("shared_phone", 0.045, shared_phone, "phones"),
    Slip("phone_mistyped", 0.020, phone_mistyped, "phones"),
    Slip("shared_email", 0.020, shared_email, "emails"),
    Slip("care_of", 0.080, care_of, "address"),
    Slip("no_fixed_abode", 0.060, no_fixed_abode, "address"),
)
"""Slips with dates, numbers, contacts and addresses, in the order in which they happen."""

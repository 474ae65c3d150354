"""Numbers nobody was ever given: NI and NHS numbers, phones and emails of ranges kept for fiction."""

from __future__ import annotations

from random import Random

# Series of NI numbers that pass the published format and, as far as is known, were never allocated.
_NI_PREFIXES = ("GA", "GC", "GE", "GH", "GJ", "GL", "GM", "GP", "GR", "GS", "GT", "GW", "GX", "GZ")
_NI_SUFFIXES = "ABCD"
# Ofcom keeps a thousand numbers in each of these for drama; few are mobiles, so landlines stand in for them.
_DRAMA = (
    "0113 496 0", "0114 496 0", "0116 496 0", "0117 496 0", "0118 496 0", "0121 496 0", "0131 496 0",
    "0141 496 0", "0151 496 0", "0161 496 0", "0191 498 0", "020 7946 0", "028 9649 6", "029 2018 0",
    "0306 999 0", "07700 900",
)  # fmt: skip
_THOUSAND = 1000
_DOMAINS = ("example.org", "example.com", "example.net")
_NHS_WEIGHTS = range(10, 1, -1)
_NO_CHECK_DIGIT = 10
_ELEVEN = 11

JUNK_NI = ("AB123456C", "QQ123456C", "TN000000A", "TBC", "N/A", "unknown", "XX999999X")
JUNK_NHS = ("0000000000", "9999999999", "1234567890", "TBC", "not known")


def nhs_check_digit(nine: str) -> int | None:
    """Return the check digit of the first nine digits of an NHS number, or None if they have none.

    Source: NHS Data Dictionary, NHS NUMBER, modulus 11 algorithm.
    """
    total = sum(weight * int(digit) for weight, digit in zip(_NHS_WEIGHTS, nine, strict=True))
    check = (_ELEVEN - total % _ELEVEN) % _ELEVEN
    return None if check == _NO_CHECK_DIGIT else check


class Numbers:
    """Hands out identifiers, each once, from ranges that belong to nobody.

    Args:
        rng: The stream to draw from.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._used: set[str] = set()
        self._phones = [f"{stem}{last:03d}" for stem in _DRAMA for last in range(_THOUSAND)]
        rng.shuffle(self._phones)
        self._next_phone = 0

    def _fresh(self, candidate: str) -> bool:
        if candidate in self._used:
            return False
        self._used.add(candidate)
        return True

    def ni_number(self) -> str:
        """Make a National Insurance number of a series that was never allocated."""
        while True:
            middle = self._rng.randrange(100_000, 1_000_000)
            number = f"{self._rng.choice(_NI_PREFIXES)}{middle}{self._rng.choice(_NI_SUFFIXES)}"
            if self._fresh(number):
                return number

    def nhs_number(self) -> str:
        """Make an NHS number of the 999 range kept for tests, with its check digit."""
        while True:
            nine = f"999{self._rng.randrange(1_000_000):06d}"
            check = nhs_check_digit(nine)
            if check is not None and self._fresh(f"{nine}{check}"):
                return f"{nine}{check}"

    def prison_number(self) -> str:
        """Make a prison number of the usual shape, whose last letters, ZX to ZZ, keep it apart."""
        while True:
            number = f"A{self._rng.randrange(10_000):04d}Z{self._rng.choice('XYZ')}"
            if self._fresh(number):
                return number

    def phone(self) -> str:
        """Hand out the next phone number kept for drama; after 16,000 they come round again."""
        number = self._phones[self._next_phone % len(self._phones)]
        self._next_phone += 1
        return number

    def email(self, given: str, family: str, born: int) -> str:
        """Make an email address of a domain kept for examples, in the style people choose theirs."""
        first, last = (_ascii(part) or "me" for part in (given, family))
        styles = (f"{first}.{last}", f"{first}{born % 100:02d}", f"{first[0]}{last}", f"{last}{first}{born}")
        while True:
            local = f"{self._rng.choice(styles)}{self._rng.choice(('', '', self._rng.randrange(1, 99)))}"
            address = f"{local}@{self._rng.choice(_DOMAINS)}"
            if self._fresh(address):
                return address


def _ascii(text: str) -> str:
    return "".join(letter for letter in text.lower() if "a" <= letter <= "z")

"""The true people of the county, before any agency has written down a word about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from bnl.simulation.naming import Name, NameBook, for_sex, own_spelling
from bnl.simulation.numbers import Numbers
from bnl.simulation.places import Address, home, hostel, nowhere
from bnl.simulation.streams import Choice

PATHS = (
    "prevention",
    "rough_sleeping",
    "hostel",
    "sofa_surfing",
    "hospital",
    "prison",
    "family",
    "domestic_abuse",
    "drop_in",
)
_PATH = Choice(PATHS, (0.27, 0.17, 0.15, 0.13, 0.07, 0.09, 0.03, 0.03, 0.06))
_MALE = {"prevention": 0.46, "family": 0.25, "domestic_abuse": 0.06, "prison": 0.93, "rough_sleeping": 0.84}
_UNSETTLED = {"rough_sleeping": 0.75, "drop_in": 0.6, "prison": 0.45, "hospital": 0.35, "sofa_surfing": 0.25}
_ADULT = Choice(
    ((18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 79)), (0.15, 0.25, 0.25, 0.2, 0.11, 0.04)
)


@dataclass(slots=True)
class Person:
    """One made-up person, as they are.

    Args:
        person_id: Identifier in the truth, never seen by an agency.
        community: Community whose names the person bears.
        sex: ``male`` or ``female``.
        given: First name, then the other given names.
        family: Family names; in patronymic communities the father's name.
        born: The birth date on the person's papers; 1 January for many who were given one at a border.
        path: The way through services that life takes.
        goes_by: Nickname everybody uses, if any.
        alias: Another name used with some services, if any.
        former_family: Family name before marriage, if any.
        ni_number: National Insurance number, if the person has one.
        nhs_number: NHS number.
        prison_number: Prison number, if ever in prison.
        phones: Numbers in the order in which they were used.
        emails: Addresses, the usual one first.
        places: Addresses in the order in which they were lived at.
        household_id: Household, if not alone.
        relation: Relation to the household's main applicant.
        language: Language spoken at home.
        nationality: Nationality.
        ethnicity: Ethnic group as the person would say it.
    """

    person_id: str
    community: str
    sex: str
    given: tuple[Name, ...]
    family: tuple[Name, ...]
    born: date
    path: str
    goes_by: str | None = None
    alias: tuple[str, str] | None = None
    former_family: Name | None = None
    ni_number: str | None = None
    nhs_number: str | None = None
    prison_number: str | None = None
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    places: list[Address] = field(default_factory=list)
    household_id: str | None = None
    relation: str = "main"
    language: str = "English"
    nationality: str = "British"
    ethnicity: str = ""

    def name(self) -> str:
        """Return the name on the person's papers, given names first."""
        return " ".join(name.text for name in (*self.given, *self.family))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is already settled about a person to be made; the rest is drawn.

    Args:
        sex: ``male`` or ``female``.
        born: Birth date.
        given: Given names.
        family: Family names.
        path: Way through services.
        places: Addresses, shared with a household.
        phones: Phones, shared with a household.
    """

    sex: str | None = None
    born: date | None = None
    given: tuple[Name, ...] | None = None
    family: tuple[Name, ...] | None = None
    path: str | None = None
    places: tuple[Address, ...] | None = None
    phones: tuple[str, ...] | None = None


NOTHING_SETTLED = Wish()


class Nursery:
    """Makes people, one at a time.

    Args:
        rng: The stream to draw from.
        numbers: Where identifiers come from.
        first_day: First day of the county's period; ages are as of then.
    """

    def __init__(self, rng: Random, numbers: Numbers, first_day: date) -> None:
        self.rng = rng
        self.people: list[Person] = []
        self._numbers = numbers
        self._first_day = first_day

    def make(self, book: NameBook, wish: Wish = NOTHING_SETTLED) -> Person:
        """Make one person of a community.

        Args:
            book: The community's names.
            wish: What is settled already.

        Returns:
            The person, also kept in ``people``.
        """
        rng = self.rng
        path = wish.path or _PATH.draw(rng)
        sex = wish.sex or ("male" if rng.random() < _MALE.get(path, 0.68) else "female")
        person = Person(
            person_id=f"P{len(self.people) + 1:05d}",
            community=book.community,
            sex=sex,
            given=wish.given or self._given(book, sex),
            family=wish.family or self.family(book, sex),
            born=wish.born or self._born(book),
            path=path,
            language=book.language,
            nationality=book.nationality,
            ethnicity=book.ethnicity,
        )
        self._by_names(person, book)
        self._identifiers(person)
        own_phones = rng.choice((1, 1, 1, 2, 2, 3))
        person.phones = (
            list(wish.phones)
            if wish.phones is not None
            else [self._numbers.phone() for _ in range(own_phones)]
        )
        person.places = list(wish.places or self._places(path))
        self.people.append(person)
        return person

    def family(self, book: NameBook, sex: str) -> tuple[Name, ...]:
        """Draw the family name, or names, a person of a community bears."""
        rng = self.rng
        first = own_spelling(for_sex(book.family.draw(rng), sex), rng, 0.12)
        double = rng.random() < book.custom("two_family_names")
        grandfather = book.custom("patronymic") > 0 and rng.random() < 0.3
        if not (double or grandfather):
            return (first,)
        second = for_sex(book.family.draw(rng), sex)
        return (first, second) if second.text != first.text else (first,)

    def other_given(self, book: NameBook, sex: str, than: Person) -> tuple[Name, ...]:
        """Draw given names whose first differs from that of a sibling."""
        while True:
            names = self._given(book, sex)
            if names[0].text != than.given[0].text or (len(names) > 1 and names[1] not in than.given):
                return names

    def make_middle(self, book: NameBook, father: Person) -> tuple[Name, ...]:
        """Draw a son's further given names, which may be none."""
        if self.rng.random() > book.custom("middle_names"):
            return ()
        return (self.other_given(book, "male", father)[0],)

    def born_between(self, low: int, high: int) -> date:
        """Draw a birth date of somebody of at least ``low`` and under ``high`` years on the first day."""
        return self._first_day - timedelta(days=self.rng.randrange(low * 366, high * 365))

    def _given(self, book: NameBook, sex: str) -> tuple[Name, ...]:
        rng = self.rng
        names = [own_spelling(book.given[sex].draw(rng), rng, 0.2)]
        prefix = book.prefix if sex == "male" and rng.random() < book.custom("prefix_rate") else None
        if prefix and names[0].text not in (prefix.text, *prefix.spellings):
            names.insert(0, prefix)
        if rng.random() < max(book.custom("middle_names"), book.custom("fathers_name")):
            middle = book.given["male" if book.custom("fathers_name") else sex].draw(rng)
            if middle.text not in {name.text for name in names}:
                names.append(middle)
        return tuple(names)

    def _born(self, book: NameBook) -> date:
        rng = self.rng
        low, high = _ADULT.draw(rng)
        born = self._first_day - timedelta(days=rng.randrange(low * 365 + 5, (high + 1) * 365))
        return born.replace(month=1, day=1) if rng.random() < book.custom("one_january") else born

    def _by_names(self, person: Person, book: NameBook) -> None:
        rng = self.rng
        short = (*person.given[0].short, *book.nicknames)
        if short and rng.random() < 0.45:
            person.goes_by = rng.choice(short)
        if rng.random() < 0.035:
            other = book.given[person.sex].draw(rng).text
            last = self.family(book, person.sex)[0].text if rng.random() < 0.5 else person.family[0].text
            person.alias = (other, last)
        if person.sex == "female" and book.custom("patronymic") == 0 and rng.random() < 0.28:
            person.former_family = self.family(book, person.sex)[0]

    def _identifiers(self, person: Person) -> None:
        rng, numbers = self.rng, self._numbers
        if rng.random() < (0.9 if person.nationality == "British" else 0.7):
            person.ni_number = numbers.ni_number()
        person.nhs_number = numbers.nhs_number()
        if person.path == "prison" or rng.random() < 0.04:
            person.prison_number = numbers.prison_number()
        if rng.random() < 0.55:
            given, family = person.given[0].text, person.family[-1].text
            person.emails = [numbers.email(given, family, person.born.year)]

    def _places(self, path: str) -> list[Address]:
        rng = self.rng
        places: list[Address] = []
        unsettled = _UNSETTLED.get(path, 0.05)
        for _ in range(rng.choice((1, 2, 2, 3, 3, 4))):
            draw = rng.random()
            if path == "hostel" and draw < 0.55:
                places.append(hostel(rng))
            elif draw < unsettled:
                places.append(nowhere(rng, home(rng).district))
            elif draw < unsettled + 0.1:
                places.append(hostel(rng))
            else:
                places.append(home(rng))
        return places

"""Households of the county, and the people in them and outside them who are easily taken for one another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bnl.simulation.naming import Name, NameBook, for_sex
from bnl.simulation.people import Nursery, Person, Wish
from bnl.simulation.places import Address, home, hostel
from bnl.simulation.streams import Choice

_OWN_PHONE = 2008


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Two different people who are easily taken for one.

    Args:
        left: One person's id in the truth.
        right: The other's.
        kind: Why they look alike: ``twins``, ``father_and_son``, ``siblings``, ``couple``, ``namesakes``
            (one name, one birth year), ``hostel_namesakes`` (one name, one hostel).
    """

    left: str
    right: str
    kind: str


class Settlement:
    """Fills the county with singles, households and look-alikes until there are enough people.

    Args:
        nursery: Makes the people.
        books: Name books of the communities.
    """

    def __init__(self, nursery: Nursery, books: tuple[NameBook, ...]) -> None:
        self.nursery = nursery
        self.look_alikes: list[LookAlikes] = []
        self._books = Choice(books, [book.share for book in books])
        self._households = 0

    def fill(self, people: int) -> None:
        """Add groups until the county has at least so many people."""
        rng = self.nursery.rng
        while len(self.nursery.people) < people:
            book = self._books.draw(rng)
            kinds = _TRAVELLER_GROUPS if book.community == "traveller" else _GROUPS
            kinds.draw(rng)(self, book)

    def household(self, members: list[tuple[Person, str]]) -> None:
        """Put people into a new household, the main applicant first."""
        self._households += 1
        for person, relation in members:
            person.household_id = f"H{self._households:05d}"
            person.relation = relation

    def alike(self, one: Person, other: Person, kind: str) -> None:
        """Note that two people look alike."""
        self.look_alikes.append(LookAlikes(one.person_id, other.person_id, kind))


def _single(county: Settlement, book: NameBook) -> None:
    county.nursery.make(book)


def _couple(county: Settlement, book: NameBook) -> None:
    rng = county.nursery.rng
    path = rng.choice(("prevention", "rough_sleeping", "hostel", "family"))
    one = county.nursery.make(book, Wish(sex="male", path=path))
    shared = tuple(one.phones) if rng.random() < 0.5 else None
    other = county.nursery.make(
        book,
        Wish(
            sex="female",
            path=path,
            family=_family_of(one, "female") if rng.random() < 0.5 else None,
            places=tuple(one.places),
            phones=shared,
        ),
    )
    if one.emails and rng.random() < 0.25:
        other.emails = list(one.emails)
    county.household([(one, "main"), (other, "partner")])
    county.alike(one, other, "couple")


def _parents(county: Settlement, book: NameBook) -> None:
    rng = county.nursery.rng
    mother = county.nursery.make(book, Wish(sex="female", path="family", born=_adult(county, 24, 45)))
    members = [(mother, "main")]
    if rng.random() < 0.4:
        wish = Wish(
            sex="male", path="family", places=tuple(mother.places), phones=_maybe(county, mother, 0.4)
        )
        members.append((county.nursery.make(book, wish), "partner"))
    children: list[Person] = []
    first_year = mother.born.year + rng.randrange(18, 24)
    for place in range(rng.choice((1, 1, 2, 2, 3))):
        year = min(first_year + 2 * place, 2022)
        child = _child(county, book, mother, date(year, rng.randrange(1, 13), rng.randrange(1, 29)))
        for elder in children:
            county.alike(elder, child, "siblings")
        children.append(child)
        members.append((child, "child"))
    county.household(members)


def _twins(county: Settlement, book: NameBook) -> None:
    rng = county.nursery.rng
    path = rng.choice(("prevention", "rough_sleeping", "sofa_surfing", "hostel", "prevention"))
    one = county.nursery.make(
        book, Wish(path=path, born=_adult(county, 17, 40), places=(home(rng), home(rng)))
    )
    sex = one.sex if rng.random() < 0.75 else None
    other = _sibling(
        county, book, one, Wish(sex=sex, born=one.born, path=path, phones=_maybe(county, one, 0.2))
    )
    county.household([(one, "main"), (other, "sibling")])
    county.alike(one, other, "twins")


def _siblings(county: Settlement, book: NameBook) -> None:
    rng = county.nursery.rng
    one = county.nursery.make(book, Wish(born=_adult(county, 18, 45), places=(home(rng),)))
    gap = timedelta(days=rng.randrange(330, 430))
    born = one.born - gap
    if rng.random() < 0.3:
        born = date(one.born.year - 1, one.born.month, min(one.born.day, 28))
    other = _sibling(
        county, book, one, Wish(sex=one.sex, born=born, path=one.path, phones=_maybe(county, one, 0.25))
    )
    county.household([(one, "main"), (other, "sibling")])
    county.alike(one, other, "siblings")


def _father_and_son(county: Settlement, book: NameBook) -> None:
    rng = county.nursery.rng
    father = county.nursery.make(book, Wish(sex="male", born=_adult(county, 40, 68), places=(home(rng),)))
    born = date(father.born.year + rng.randrange(18, 30), rng.randrange(1, 13), rng.randrange(1, 29))
    if rng.random() < 0.2:
        born = born.replace(month=father.born.month, day=min(father.born.day, 28))
    wish = Wish(
        sex="male",
        born=born,
        given=father.given[:1] + county.nursery.make_middle(book, father),
        family=father.family,
        places=(father.places[0], home(rng)) if rng.random() < 0.5 else tuple(father.places),
        phones=_maybe(county, father, 0.2),
    )
    son = county.nursery.make(book, wish)
    county.household([(father, "main"), (son, "child")])
    county.alike(father, son, "father_and_son")


def _namesakes(county: Settlement, book: NameBook) -> None:
    rng = county.nursery.rng
    one = county.nursery.make(book)
    born = date(one.born.year, rng.randrange(1, 13), rng.randrange(1, 29))
    other = county.nursery.make(book, Wish(sex=one.sex, born=born, given=one.given[:1], family=one.family))
    county.alike(one, other, "namesakes")


def _hostel_namesakes(county: Settlement, book: NameBook) -> None:
    rng = county.nursery.rng
    shared: tuple[Address, ...] = (hostel(rng),)
    one = county.nursery.make(book, Wish(path="hostel", places=shared))
    other = county.nursery.make(
        book, Wish(sex=one.sex, path="hostel", given=one.given[:1], family=one.family, places=shared)
    )
    county.alike(one, other, "hostel_namesakes")


def _child(county: Settlement, book: NameBook, parent: Person, born: date) -> Person:
    sex = county.nursery.rng.choice(("male", "female"))
    wish = Wish(
        sex=sex,
        born=born,
        path="family",
        family=_family_of(parent, sex),
        places=tuple(parent.places),
        phones=None if born.year <= _OWN_PHONE else (),
    )
    child = county.nursery.make(book, wish)
    child.emails, child.alias, child.former_family, child.prison_number = [], None, None, None
    if born.year > _OWN_PHONE:
        child.ni_number = None
    return child


def _sibling(county: Settlement, book: NameBook, one: Person, wish: Wish) -> Person:
    sex = wish.sex or ("female" if one.sex == "male" else "male")
    settled = Wish(
        sex=sex,
        born=wish.born,
        path=wish.path,
        family=_family_of(one, sex),
        places=(one.places[0], home(county.nursery.rng)),
        phones=wish.phones,
        given=county.nursery.other_given(book, sex, one),
    )
    return county.nursery.make(book, settled)


def _family_of(one: Person, sex: str) -> tuple[Name, ...]:
    """Return a relative's family names: the same, in the form the other sex bears where there is one."""
    if one.community != "polish" or one.sex == sex:
        return one.family
    ends = ("ski", "ska") if sex == "female" else ("ska", "ski")
    return tuple(
        for_sex(Name(name.text.removesuffix(ends[0]) + ends[1]), sex) if name.text.endswith(ends[0]) else name
        for name in one.family
    )


def _maybe(county: Settlement, one: Person, rate: float) -> tuple[str, ...] | None:
    return tuple(one.phones) if county.nursery.rng.random() < rate else None


def _adult(county: Settlement, low: int, high: int) -> date:
    return county.nursery.born_between(low, high)


_KINDS = (_single, _couple, _parents, _twins, _siblings, _father_and_son, _namesakes, _hostel_namesakes)
_GROUPS = Choice(_KINDS, (0.84, 0.055, 0.05, 0.012, 0.018, 0.006, 0.012, 0.005))
_TRAVELLER_GROUPS = Choice(_KINDS, (0.66, 0.06, 0.10, 0.02, 0.05, 0.05, 0.03, 0.01))

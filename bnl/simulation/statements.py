"""What each agency wrote down about each person: true facts, seen through that agency's habits and slips."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import TypeVar

from bnl.domain.identifiers import AgencyId
from bnl.domain.person import PersonFields
from bnl.simulation.circumstances import circumstances
from bnl.simulation.drafts import Draft, as_fields, without_accents
from bnl.simulation.engagements import Engagement
from bnl.simulation.name_slips import (
    NAME_SLIPS,
    accents_lost,
    alias,
    married_name,
    nickname,
    swapped,
    transliterated,
    typo_in_family,
)
from bnl.simulation.number_slips import NUMBER_SLIPS, dob_1_january, dob_digit
from bnl.simulation.people import Person
from bnl.simulation.services import Service

_TRANSLITERATED = {
    "english": 0.03,
    "traveller": 0.12,
    "polish": 0.12,
    "romanian": 0.12,
    "portuguese": 0.14,
    "chinese": 0.04,
}
_OFTEN_TRANSLITERATED = 0.20
_SWAPPED = {"chinese": 0.03, "romanian": 0.03, "eritrean": 0.03, "portuguese": 0.02}
_PLACEHOLDERS = {"eritrean": 0.08, "somali": 0.08, "kurdish_iranian_afghan": 0.08, "arabic": 0.05}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Statement:
    """One record: what an agency says about one person, and which pitfalls stand in it.

    Args:
        agency_id: Who says so.
        reference: The agency's own reference.
        person_id: Whom it is about, in the truth.
        on: Day the record was opened.
        fields: What it says now.
        tags: Pitfalls in what it says now.
        first_said: What an earlier row of the same export said, if it was corrected.
        consent: ``yes``, ``no`` or empty where the person was not asked.
    """

    agency_id: AgencyId
    reference: str
    person_id: str
    on: date
    fields: PersonFields
    tags: tuple[str, ...]
    first_said: PersonFields | None = None
    consent: str = ""


def state(engagement: Engagement, service: Service, reference: str, rng: Random) -> Statement:
    """Write down one person as one agency would.

    Args:
        engagement: Who came to which agency, when.
        service: The agency's habits.
        reference: The agency's reference for the record.
        rng: The record's own stream.

    Returns:
        The statement with its pitfalls named.
    """
    person = engagement.person
    note = _true_note(engagement, service, rng)
    _naming(note, person, service, rng)
    for slip in (*NAME_SLIPS, *NUMBER_SLIPS):
        rate = slip.rate if slip.tag == "name_part_missing" else slip.rate * service.care
        due = getattr(note, slip.where) and rng.random() < rate
        if due and not (slip.where == "born" and _date_spoilt(note)) and slip.does(note, person, rng):
            note.tags.append(slip.tag)
    _by_community(note, person, rng)
    _standing_tags(note, person)
    _never_nameless(note, person)
    if service.letters != "all" and accents_lost(note, service.letters):
        note.tags.append("accents_lost")
    fields = _said(note, service)
    earlier = _mistaken(note, person, service, rng) if rng.random() < 0.012 else fields
    return Statement(
        agency_id=service.agency.agency_id,
        reference=reference,
        person_id=person.person_id,
        on=engagement.on,
        fields=fields,
        tags=tuple(note.tags),
        first_said=None if earlier == fields else earlier,
        consent=rng.choices(("yes", "no", ""), (0.8, 0.07, 0.13))[0],
    )


def _said(note: Draft, service: Service) -> PersonFields:
    return as_fields(note, upper=service.upper, one_name_box=service.one_name_box)


def _true_note(engagement: Engagement, service: Service, rng: Random) -> Draft:
    person, asks = engagement.person, service.asks

    def known(question: str) -> bool:
        return rng.random() < asks[question]

    given = [name.text for name in person.given]
    if len(given) > 1 and person.community != "pakistani_bangladeshi" and not known("middle"):
        given = given[:1]
    place = _at(person.places, engagement.progress)
    note = Draft(given=given, family=[name.text for name in person.family])
    note.born = person.born.isoformat() if known("dob") else None
    note.sex = person.sex if known("sex") else None
    note.ni_number = person.ni_number if known("ni") else None
    note.nhs_number = person.nhs_number if known("nhs") else None
    if service.agency.agency_id == "national-probation-service":
        note.prison_number = person.prison_number
    if known("phone") and person.phones:
        note.phones = [_at(person.phones, engagement.progress)]
        if len(person.phones) > 1 and rng.random() < 0.15:
            note.phones = list(dict.fromkeys([*note.phones, rng.choice(person.phones)]))
    note.emails = person.emails[:1] if known("email") else []
    if known("address"):
        note.address, note.postcode = place.text, place.postcode or None
    note.extras = circumstances(person, service.notes, place, rng)
    return note


def _at(values: list[T], progress: float) -> T:
    return values[min(int(progress * len(values)), len(values) - 1)]


def _naming(note: Draft, person: Person, service: Service, rng: Random) -> None:
    """Choose the name the agency knows somebody by; what it knows beside goes to the aliases."""
    asks_aliases = service.asks["aliases"]
    if person.former_family and rng.random() < 0.22:
        if rng.random() < service.asks["former"]:
            note.former = [person.former_family.text]
        elif married_name(note, person, rng):
            note.tags.append("married_name")
    if rng.random() < 0.3 and alias(note, person, rng):
        note.tags.append("alias")
        if rng.random() < asks_aliases * 0.5:
            note.aliases = [person.name()]
    elif person.goes_by and rng.random() < service.informal:
        if rng.random() < asks_aliases * 0.3:
            note.aliases = [person.goes_by]
        elif nickname(note, person, rng):
            note.tags.append("nickname")
    elif person.goes_by and rng.random() < asks_aliases * 0.5:
        note.aliases = [person.goes_by]


def _by_community(note: Draft, person: Person, rng: Random) -> None:
    """Let the slips happen that befall some communities' names and dates more than others'."""
    heard_anew = rng.random() < _TRANSLITERATED.get(person.community, _OFTEN_TRANSLITERATED)
    if heard_anew and transliterated(note, person, rng):
        note.tags.append("transliterated")
    if note.given and note.family and rng.random() < _SWAPPED.get(person.community, 0.008):
        swapped(note, person, rng)
        note.tags.append("swapped_names")
    placeholder = rng.random() < _PLACEHOLDERS.get(person.community, 0.0)
    if placeholder and not _date_spoilt(note) and dob_1_january(note, person, rng):
        note.tags.append("dob_1_january")


def _date_spoilt(note: Draft) -> bool:
    """Tell whether something went wrong with the birth date already; once is enough."""
    return any(tag.startswith("dob_") for tag in note.tags)


def _standing_tags(note: Draft, person: Person) -> None:
    """Name the pitfalls that are no slip: what was never known, and what many share."""
    if not note.born:
        note.tags.append("dob_missing")
    elif note.born == person.born.isoformat() and note.born.endswith("-01-01"):
        note.tags.append("dob_official_1_january")
    for tag, value in (("ni_missing", note.ni_number), ("nhs_missing", note.nhs_number)):
        if not value:
            note.tags.append(tag)
    place = next((one for one in person.places if one.text == note.address), None)
    if place and place.kind == "hostel":
        note.tags.append("hostel")
    elif place and place.kind == "none" and "no_fixed_abode" not in note.tags:
        note.tags.append("no_fixed_abode")
    if not note.address:
        note.tags.append("address_missing")


def _never_nameless(note: Draft, person: Person) -> None:
    """A record with neither name is no record: the nickname or the first name stands in it."""
    if not (note.given or note.family):
        note.given = [without_accents(person.goes_by or person.given[0].text)]


def _mistaken(note: Draft, person: Person, service: Service, rng: Random) -> PersonFields:
    """Return what was first written of a record that was corrected later."""
    wrong = replace(note, given=list(note.given), family=list(note.family))
    dob_digit(wrong, person, rng)
    if wrong.family:
        typo_in_family(wrong, person, rng)
    return _said(wrong, service)

"""Statements: what agencies say is about the right person, and every pitfall in it is tagged truthfully."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.simulation.county import County
from bnl.simulation.drafts import without_accents
from bnl.simulation.engagements import Engagement
from bnl.simulation.number_slips import SHARED_INBOXES, SWITCHBOARDS
from bnl.simulation.numbers import JUNK_NHS, JUNK_NI
from bnl.simulation.people import Person
from bnl.simulation.places import DAY_CENTRE
from bnl.simulation.services import services
from bnl.simulation.statements import Statement, state

PITFALLS = {
    "nickname", "alias", "typo_given", "typo_family", "swapped_names", "given_missing", "family_missing",
    "initial_only", "middle_name_first", "name_part_missing", "married_name", "transliterated",
    "accents_lost", "dob_missing", "dob_year_only", "dob_1_january", "dob_official_1_january", "dob_swapped",
    "dob_digit", "ni_missing", "ni_junk", "ni_mistyped", "nhs_missing", "nhs_junk", "nhs_mistyped",
    "shared_phone", "phone_mistyped", "shared_email", "hostel", "no_fixed_abode", "care_of",
    "address_missing",
}  # fmt: skip


def stated(person: Person, agency: str, seed: int = 1) -> Statement:
    visit = Engagement(person, AgencyId(agency), date(2025, 1, 6), 0.0)
    return state(visit, services()[AgencyId(agency)], "R1", Random(seed))


def tagged(county: County, tag: str) -> list[tuple[Statement, Person]]:
    known = {person.person_id: person for person in county.people}
    return [(one, known[one.person_id]) for one in county.statements if tag in one.tags]


def test_every_pitfall_occurs_and_no_other_is_named(county: County) -> None:
    assert {tag for one in county.statements for tag in one.tags} == PITFALLS


@pytest.mark.parametrize("tag", sorted(PITFALLS))
def test_a_pitfall_occurs_often_enough_to_be_measured(county: County, tag: str) -> None:
    assert len(tagged(county, tag)) >= 20


def test_no_pitfall_is_named_twice_in_one_record(county: County) -> None:
    repeated = Counter(tag for one in county.statements for tag, n in Counter(one.tags).items() if n > 1)

    assert repeated == Counter()


def test_a_record_without_tags_on_names_and_dates_tells_the_truth(county: County) -> None:
    known = {person.person_id: person for person in county.people}
    trouble = PITFALLS - {"ni_missing", "nhs_missing", "address_missing", "hostel", "no_fixed_abode"}
    clean = [one for one in county.statements if not trouble & set(one.tags)]
    for one in clean:
        person, fields = known[one.person_id], one.fields
        assert fields.date_of_birth == person.born.isoformat()
        assert fields.ni_number in {None, person.ni_number}
        assert fields.nhs_number in {None, person.nhs_number}
        assert set(fields.phones) <= set(person.phones)
        assert set(fields.emails) <= set(person.emails)
        if fields.full_name is None:
            family = " ".join(name.text for name in person.family)
            assert str(fields.family_name).casefold() == family.casefold()
            assert str(fields.given_names).split()[0].casefold() == person.given[0].text.split()[0].casefold()
    assert len(clean) > 5000


@pytest.mark.parametrize(
    ("tag", "field"),
    [
        pytest.param("dob_missing", "date_of_birth", id="birth date"),
        pytest.param("ni_missing", "ni_number", id="NI number"),
        pytest.param("nhs_missing", "nhs_number", id="NHS number"),
        pytest.param("address_missing", "address", id="address"),
    ],
)
def test_what_is_tagged_missing_is_missing(county: County, tag: str, field: str) -> None:
    missing = [one for one in county.statements if getattr(one.fields, field) is None]

    assert [one for one, _ in tagged(county, tag)] == missing


def test_birth_dates_are_wrong_as_tagged(county: County) -> None:
    for one, person in tagged(county, "dob_year_only"):
        assert one.fields.date_of_birth == f"{person.born:%Y}"
    for one, person in tagged(county, "dob_official_1_january"):
        assert one.fields.date_of_birth == person.born.isoformat() == f"{person.born:%Y}-01-01"
    for one, person in tagged(county, "dob_digit"):
        assert one.fields.date_of_birth != person.born.isoformat()
    for one, person in tagged(county, "dob_1_january"):
        assert one.fields.date_of_birth == f"{person.born:%Y}-01-01" != person.born.isoformat()
    for one, person in tagged(county, "dob_swapped"):
        assert one.fields.date_of_birth == f"{person.born:%Y-%d-%m}"


@pytest.mark.parametrize(
    ("tag", "field", "junk"),
    [
        pytest.param("ni_junk", "ni_number", JUNK_NI, id="NI"),
        pytest.param("nhs_junk", "nhs_number", JUNK_NHS, id="NHS"),
    ],
)
def test_junk_is_junk(county: County, tag: str, field: str, junk: tuple[str, ...]) -> None:
    assert all(getattr(one.fields, field) in junk for one, _ in tagged(county, tag))


def test_shared_contacts_are_shared(county: County) -> None:
    assert all(
        one.fields.phones[0][:-1] in {s[:-1] for s in SWITCHBOARDS}
        for one, _ in tagged(county, "shared_phone")
    )
    assert all(one.fields.emails[0] in SHARED_INBOXES for one, _ in tagged(county, "shared_email"))
    hundreds = Counter(one.fields.address for one in county.statements if one.fields.address)
    assert hundreds.most_common(1)[0][1] > 200
    for one, _ in tagged(county, "care_of"):
        if "no_fixed_abode" not in one.tags:
            assert str(one.fields.address).casefold() == DAY_CENTRE.text.casefold()


def test_nobody_is_nameless(county: County) -> None:
    for one in county.statements:
        assert one.fields.given_names or one.fields.family_name or one.fields.full_name


@pytest.mark.parametrize(
    ("agency", "upper", "one_box"),
    [
        pytest.param("st-mungos", True, True, id="outreach"),
        pytest.param("john-radcliffe", True, False, id="hospital"),
        pytest.param("oxford-city-council", False, False, id="council"),
    ],
)
def test_agencies_write_in_their_own_way(county: County, agency: str, upper: bool, one_box: bool) -> None:
    for one in county.statements:
        if one.agency_id == agency:
            name = one.fields.full_name or one.fields.family_name or one.fields.given_names
            assert name is not None
            assert (one.fields.full_name is not None) is one_box
            if upper:
                assert name == name.upper()


def test_plain_systems_know_no_accents(county: County) -> None:
    plain = {key for key, service in services().items() if service.letters == "plain"}
    for one in county.statements:
        if one.agency_id in plain:
            for text in (one.fields.full_name, one.fields.given_names, one.fields.family_name):
                assert text is None or text == without_accents(text)


def test_only_probation_knows_prison_numbers(county: County) -> None:
    knowing = {one.agency_id for one in county.statements if one.fields.prison_number}

    assert knowing == {"national-probation-service"}


def test_a_corrected_record_first_said_something_else(county: County) -> None:
    corrected = [one for one in county.statements if one.first_said]

    assert 100 < len(corrected) < 500
    for one in corrected:
        assert one.first_said != one.fields
        assert one.first_said is not None
        assert one.first_said.phones == one.fields.phones


def test_most_people_asked_agree(county: County) -> None:
    answers = Counter(one.consent for one in county.statements)

    assert set(answers) == {"yes", "no", ""}
    assert answers["yes"] > 5 * answers["no"] > 0


@pytest.mark.parametrize("seed", range(40))
def test_a_nickname_stands_as_given_name_or_as_alias_never_lost(person: Person, seed: int) -> None:
    somebody = replace(person, alias=None, former_family=None, community="english")
    one = stated(somebody, "homeless-oxfordshire", seed)
    if "nickname" in one.tags and "typo_given" not in one.tags and "initial_only" not in one.tags:
        assert "Beth" in f"{one.fields.given_names} {one.fields.family_name}"
        assert one.fields.aliases == ()


def test_the_same_stream_says_the_same(person: Person) -> None:
    assert stated(person, "st-mungos", 4) == stated(person, "st-mungos", 4)


def test_careless_agencies_slip_more_often(county: County) -> None:
    slips = {"typo_given", "typo_family", "dob_digit"}

    def rate(agency: str) -> float:
        own = [one for one in county.statements if one.agency_id == agency]
        return sum(bool(slips & set(one.tags)) for one in own) / len(own)

    assert rate("st-mungos") > rate("john-radcliffe") * 1.4

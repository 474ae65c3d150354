"""Surveys in plain words: each thing said once, and nothing said where there is nothing."""

from __future__ import annotations

from bnl.consent.explain_survey import explain_reach, explain_sights
from bnl.consent.survey import Reach, Sight
from bnl.domain.agency import Agency
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import Action, AgencyKind, FieldCategory, Purpose, Role

CITY, HOSTEL = AgencyId("city"), AgencyId("hostel")
NAMES = {CITY: Agency(agency_id=CITY, name="The City", kind=AgencyKind.LOCAL_AUTHORITY)}
EMPTY: frozenset[FieldCategory] = frozenset()


def reach(**what: frozenset[FieldCategory]) -> Reach:
    parts = {"stands": EMPTY, "with_permit": EMPTY, "with_explicit_consent": EMPTY, "emergency": EMPTY} | what
    return Reach(
        agency_id=CITY,
        role=Role.MANAGER,
        purpose=Purpose.OUTREACH,
        action=Action.VIEW,
        clauses=("a/1/b",),
        **parts,
    )


def test_each_condition_has_a_sentence_of_its_own() -> None:
    told = explain_reach(
        [
            reach(
                stands=frozenset({FieldCategory.CONTACT, FieldCategory.IDENTITY}),
                with_permit=frozenset({FieldCategory.HOUSING}),
                with_explicit_consent=frozenset({FieldCategory.HEALTH}),
                emergency=frozenset({FieldCategory.LOCATION}),
            ),
            reach(stands=frozenset({FieldCategory.RISK})),
        ]
    )
    opening = "To see for reaching people who sleep rough"
    assert told == (
        f"{opening}, without asking the person: name, date of birth and numbers; phone, email and language.",
        f"{opening}, if the person permitted it: housing situation.",
        f"{opening}, with the person's explicit consent: health.",
        f"{opening}, by breaking the glass in an emergency: address and where somebody stays.",
        f"{opening}, without asking the person: risks.",
    )


def test_nothing_is_said_to_be_nothing() -> None:
    nothing = ("No clause of an agreement in force covers this role and purpose.",)
    assert explain_reach([]) == explain_reach([reach()]) == nothing
    assert explain_sights([], NAMES, "you") == ("Nobody may see anything of you.",)


def test_roles_are_put_together_and_purposes_listed_once() -> None:
    basics = frozenset({FieldCategory.IDENTITY, FieldCategory.EXISTENCE})
    sights = [
        Sight(CITY, Role.MANAGER, Purpose.OUTREACH, basics),
        Sight(CITY, Role.HOUSING_OFFICER, Purpose.OUTREACH, basics),
        Sight(CITY, Role.MANAGER, Purpose.ALLOCATION, basics),
        Sight(HOSTEL, Role.MANAGER, Purpose.OUTREACH, frozenset({FieldCategory.CONTACT})),
    ]
    assert explain_sights(sights, NAMES, "this person") == (
        "The City may see of this person: being on the list at all; name, date of birth and numbers. "
        "For: reaching people who sleep rough; letting social housing.",
        "hostel may see of this person: phone, email and language. For: reaching people who sleep rough.",
    )

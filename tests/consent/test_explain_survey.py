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
        [reach(stands=frozenset({FieldCategory.IDENTITY}), emergency=frozenset({FieldCategory.LOCATION}))]
    )
    assert len(told) == 2
    assert "without asking the person" in told[0]
    assert "emergency" in told[1]
    assert all(text.startswith("To ") and text.endswith(".") for text in told)


def test_nothing_is_said_to_be_nothing() -> None:
    assert explain_reach([]) == explain_reach([reach()])
    assert "No clause" in explain_reach([])[0]
    assert explain_sights([], NAMES, "you") == ("Nobody may see anything of you.",)


def test_roles_are_put_together_and_purposes_listed_once() -> None:
    basics = frozenset({FieldCategory.IDENTITY, FieldCategory.EXISTENCE})
    sights = [
        Sight(CITY, Role.MANAGER, Purpose.OUTREACH, basics),
        Sight(CITY, Role.HOUSING_OFFICER, Purpose.OUTREACH, basics),
        Sight(CITY, Role.MANAGER, Purpose.ALLOCATION, basics),
        Sight(HOSTEL, Role.MANAGER, Purpose.OUTREACH, frozenset({FieldCategory.CONTACT})),
    ]
    city, hostel = explain_sights(sights, NAMES, "this person")
    assert city.startswith("The City may see of this person: ")
    assert city.count(";") >= 2
    assert hostel.startswith("hostel may see")

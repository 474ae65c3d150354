"""Agreement files: the county's own is read whole, and what a lead can get wrong is told with its place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from bnl.consent.agreement_check import void_parts
from bnl.consent.agreement_file import agreement_from, parse_agreement
from bnl.consent.policy import compile_policy
from bnl.consent.reasons import Reason
from bnl.consent.survey import matrix
from bnl.domain.agency import Agency
from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, AgencyKind, Purpose, Role
from bnl.domain.vocabulary import FieldCategory as C
from bnl.errors import InvalidValue
from tests.consent.build import DAY, NOW, actor, decided, permit, person, record, request

COUNTY = (files("bnl.register") / "data" / "county_agreement.toml").read_text(encoding="utf-8")
KINDS = {
    "oxford-city-council": AgencyKind.LOCAL_AUTHORITY,
    "connection-support": AgencyKind.CHARITY,
    "john-radcliffe": AgencyKind.HEALTH,
    "soha": AgencyKind.HOUSING_PROVIDER,
    "national-probation-service": AgencyKind.CRIMINAL_JUSTICE,
    "register": AgencyKind.LOCAL_AUTHORITY,
}
AGENCIES = {AgencyId(a): Agency(agency_id=AgencyId(a), name=a, kind=k) for a, k in KINDS.items()}

SMALL: dict[str, Any] = {
    "agreement": "small",
    "valid_from": datetime(2026, 1, 1, tzinfo=UTC),
    "open_ended": True,
    "parties": ["@everybody"],
    "groups": {"everybody": ["@councils", "charity"], "councils": ["council"]},
    "clause": [
        {
            "id": "one",
            "agencies": ["@councils"],
            "roles": "any",
            "purposes": ["outreach"],
            "actions": ["view"],
            "categories": ["identity"],
            "basis": "public_task",
        }
    ],
}


def small(**fields: Any) -> Any:
    return agreement_from(SMALL | fields, recorded_at=NOW)


def with_clause(**fields: Any) -> Any:
    return small(clause=[SMALL["clause"][0] | fields])


def test_groups_are_spelled_out() -> None:
    made = small()
    assert made.parties == {"council", "charity"}
    assert made.clauses[0].agencies == {"council"}
    assert made.clauses[0].roles is ANY


def test_a_bare_date_is_midnight_in_london() -> None:
    text = 'agreement = "a"\nvalid_from = 2026-07-01\nopen_ended = true\nparties = ["x"]\n'
    made = parse_agreement(text, recorded_at=NOW, sequence=7)
    assert made.valid_from == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert (made.sequence, made.recorded_at, made.clauses) == (7, NOW, ())


def test_an_instant_of_another_zone_is_taken_in_utc() -> None:
    text = 'agreement = "a"\nvalid_from = 2026-07-01T01:00:00+01:00\nopen_ended = true\nparties = ["x"]\n'
    made = parse_agreement(text, recorded_at=NOW)
    assert made.valid_from == datetime(2026, 7, 1, tzinfo=UTC)
    assert made.valid_from.tzinfo is UTC


STAND = "The agreement cannot stand. "
ROLES = ", ".join(f"'{role.value}'" for role in list(Role)[:-1]) + f" or '{list(Role)[-1].value}'"
UNDEFINED = "is not defined. List its members under [groups]."


def table(name: str) -> str:
    return f"{name} is not a table. Write it under [{name}] or [[{name}]]."


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"parties": ["@nobody"]}, f"The group @nobody {UNDEFINED}", id="group"),
        pytest.param(
            {"groups": {"councils": ["council"], "everybody": ["@everybody"]}},
            f"The group @everybody {UNDEFINED}",
            id="group_of_itself",
        ),
        pytest.param(
            {"groups": {"councils": ["council"], "everybody": "any"}},
            f"The group @everybody {UNDEFINED}",
            id="group_no_list",
        ),
        pytest.param(
            {"valid_from": "2026-01-01"},
            "valid_from is not a date. Write it as 2026-04-01, without quotation marks.",
            id="date_in_quotes",
        ),
        pytest.param(
            {"valid_until": NOW.replace(tzinfo=None)},
            "valid_until has a time without a zone. Add Z for UTC, or give a date only.",
            id="naive",
        ),
        pytest.param(
            {"valid_until": NOW},
            f"{STAND}Value error, an agreement states its end or says open_ended, one of the two.",
            id="two_ends",
        ),
        pytest.param({"shoe": 1}, f"{STAND}shoe: Extra inputs are not permitted.", id="unknown_word"),
        pytest.param(
            {"shoe": 1, "hat": 2},
            f"{STAND}shoe: Extra inputs are not permitted. hat: Extra inputs are not permitted.",
            id="two_unknown_words",
        ),
        pytest.param(
            {"break_glass": {"zeal": 1, "rules": []}},
            "break_glass says rules, zeal, which it cannot.",
            id="unknown_in_break_glass",
        ),
        pytest.param({"break_glass": ["manager"]}, table("break_glass"), id="no_table"),
        pytest.param({"groups": ["x"]}, table("groups"), id="groups_no_table"),
        pytest.param({"clause": ["x"]}, table("clause"), id="clause_no_table"),
        pytest.param({"policy_document": ["x"]}, table("policy_document"), id="document_no_table"),
        pytest.param(
            {"parties": "any"}, f"{STAND}parties: Input should be a valid frozenset.", id="parties_no_list"
        ),
    ],
)
def test_what_an_agreement_cannot_say_is_told(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        small(**fields)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"parties": ["charity"]}, "not a party", id="clause_of_no_party"),
        pytest.param({"agreement": ""}, "agreement_id", id="no_name"),
    ],
)
def test_what_the_noun_refuses_is_told_too(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        small(**fields)


def test_an_agreement_without_parties_is_told() -> None:
    nobody = {key: value for key, value in SMALL.items() if key != "parties"}
    with pytest.raises(InvalidValue, match="parties: Frozenset should have at least 1 item"):
        agreement_from(nobody, recorded_at=NOW)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"basis": "goodwill"}, "clauses.0.basis: Input should be 'consent', ", id="basis"),
        pytest.param(
            {"roles": ["king"]},
            f"clauses.0.roles.0: Input should be {ROLES}. clauses.0.roles: Input should be 'any'.",
            id="role",
        ),
        pytest.param(
            {"agencies": [7]},
            "clauses.0.agencies.0: Input should be a valid string. "
            "clauses.0.agencies: Input should be 'any'.",
            id="agency_no_text",
        ),
        pytest.param({"roles": []}, "clauses.0.roles: ", id="empty"),
        pytest.param({"categories": ["shoe_size"]}, "clauses.0.categories.0: Input should", id="category"),
        pytest.param(
            {"condition": [{"condition": "vital_interests"}]},
            "clauses.0.citations.0.categories: Frozenset should have at least 1 item",
            id="condition_of_nothing",
        ),
        pytest.param({"until": "soon"}, "clauses.0.until: Extra inputs are not", id="unknown_word"),
    ],
)
def test_what_a_clause_cannot_say_is_told_with_its_place(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        with_clause(**fields)
    assert str(caught.value).startswith(STAND + says)


def test_a_condition_that_is_no_table_is_told() -> None:
    with pytest.raises(InvalidValue) as caught:
        with_clause(condition=["x"])
    assert str(caught.value) == table("clause.condition")


def test_a_clause_that_stands_against_what_it_cannot_is_told() -> None:
    with pytest.raises(InvalidValue, match="stand against"):
        with_clause(stands_against_soft_forbids=True)


def test_a_group_may_stand_for_categories_of_a_condition() -> None:
    made = small(
        groups=SMALL["groups"] | {"sensitive": ["health", "equality"]},
        clause=[
            SMALL["clause"][0]
            | {
                "categories": ["identity", "@sensitive"],
                "condition": [{"condition": "vital_interests", "categories": ["@sensitive"]}],
            }
        ],
    )
    assert made.clauses[0].categories == {C.IDENTITY, C.HEALTH, C.EQUALITY}
    assert made.clauses[0].citations[0].categories == {C.HEALTH, C.EQUALITY}


def test_the_end_and_the_emergency_are_read() -> None:
    made = small(
        open_ended=False,
        valid_until=date(2026, 7, 1),
        break_glass={"roles": ["manager"], "categories": ["contact"]},
    )
    assert made.valid_until == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert (made.break_glass_roles, made.emergency_categories) == ({Role.MANAGER}, {C.CONTACT})
    assert made.sequence == 0
    bare = 'agreement = "a"\nvalid_from = 2026-07-01\nopen_ended = true\nparties = ["x"]\n'
    assert parse_agreement(bare, recorded_at=NOW).sequence == 0


def test_a_file_that_is_no_toml_is_told() -> None:
    with pytest.raises(InvalidValue, match="not readable"):
        parse_agreement("agreement = ", recorded_at=NOW)


def test_the_example_a_lead_reads_is_an_agreement() -> None:
    page = Path(__file__).parents[2] / "docs" / "consent.md"
    example = page.read_text(encoding="utf-8").split("```toml")[1].split("```")[0]
    made = parse_agreement(example, recorded_at=NOW)
    assert (made.version, len(made.clauses), len(made.policy_documents)) == (2, 1, 1)
    assert made.clauses[0].agencies is ANY


@pytest.mark.parametrize("words", [Action, Purpose, C])
def test_the_page_for_leads_names_every_word(words: Any) -> None:
    page = (Path(__file__).parents[2] / "docs" / "consent.md").read_text(encoding="utf-8")
    assert all(f"`{word.value}`" in page for word in words)


# --- the county's own agreement ----------------------------------------------------------------------------

AGREEMENT = parse_agreement(COUNTY, recorded_at=NOW)
RULE = compile_policy([AGREEMENT], AGENCIES)


def test_the_countys_agreement_survives_storing() -> None:
    assert type(AGREEMENT).model_validate_json(AGREEMENT.model_dump_json()) == AGREEMENT
    assert len(AGREEMENT.parties) > 15


def test_no_clause_of_the_county_is_void_for_anything_it_names() -> None:
    """Each clause reaches, for some agency it names, every category it names."""
    for clause in AGREEMENT.clauses:
        alone = compile_policy([AGREEMENT.model_copy(update={"clauses": (clause,)})], AGENCIES)
        reached: set[C] = set()
        for cell in matrix(alone, NOW):
            reached |= cell.stands | cell.with_permit | cell.with_explicit_consent
        named = set(C) if clause.categories is ANY else set(clause.categories)
        assert named <= reached, clause.clause_id


def test_nothing_the_county_names_is_without_effect() -> None:
    assert void_parts(RULE, NOW) == ()


VIEWS = {
    "officer": ("oxford-city-council", "housing_officer", "homelessness_prevention"),
    "navigator": ("connection-support", "navigator", "housing_support"),
    "hospital": ("john-radcliffe", "discharge_coordinator", "hospital_discharge"),
}


def sees(who: str, *held: Any) -> frozenset[C]:
    agency, role, purpose = VIEWS[who]
    facts = person(*held, records=(record(agency="soha"),))
    return decided(facts, request(actor(agency, role), purpose=purpose), RULE).categories(
        facts.records[0].record_id
    )


def test_three_actors_see_three_views_of_somebody_who_was_never_asked() -> None:
    assert C.LOCATION in sees("officer")
    assert C.HEALTH not in sees("officer")
    assert sees("navigator") == frozenset()
    assert sees("hospital") == {C.EXISTENCE, C.IDENTITY, C.HOUSING, C.HEALTH, C.AGENCY_INVOLVEMENT}


def test_a_permit_opens_the_navigators_view() -> None:
    agreed = permit(relying_party="connection-support", categories={"identity", "contact", "support_needs"})
    assert sees("navigator", agreed) == {C.EXISTENCE, C.IDENTITY, C.CONTACT, C.SUPPORT_NEEDS}


def test_the_register_links_and_stewards_review() -> None:
    facts = person(records=(record(agency="soha"),))
    system = request(actor("register", "system"), action="link", purpose="linkage")
    steward = request(actor("register", "steward"), purpose="linkage")
    officer = request(actor("oxford-city-council", "housing_officer"), action="link", purpose="linkage")
    assert decided(facts, system, RULE).exists
    assert decided(facts, steward, RULE).exists
    assert decided(facts, officer, RULE).reasons() == (Reason.NOT_FOUND,)


@pytest.mark.parametrize("agency", ["oxford-city-council", "connection-support", "soha", "john-radcliffe"])
def test_every_party_can_record_what_it_knows(agency: str) -> None:
    asked = request(actor(agency, "data_officer"), action="collect", purpose="housing_support")
    facts = person(records=(record(agency=agency),))
    assert decided(facts, asked, RULE).categories(facts.records[0].record_id) == frozenset(C)


def test_nobody_but_a_safeguarding_lead_searches_for_safeguarding() -> None:
    cells = [
        cell
        for cell in matrix(RULE, NOW)
        if cell.purpose is Purpose.SAFEGUARDING and cell.action is Action.SEARCH
    ]
    assert {cell.role for cell in cells} == {Role.SAFEGUARDING_LEAD}


def test_the_agreement_is_not_in_force_before_it_begins() -> None:
    assert matrix(RULE, AGREEMENT.valid_from - DAY) == ()

"""FHIR R5 Consent out and in: a grant comes back as it was, or is refused on the way out."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from bnl.consent.fhir_in import from_fhir
from bnl.consent.fhir_out import to_fhir
from bnl.domain.consent import Grant, Notice
from bnl.domain.identifiers import Handle
from bnl.domain.scope import ANY
from bnl.errors import InvalidValue
from tests.consent.build import DAY, NOW, forbid, giver, permit
from tests.consent.worlds import RECORDS, attempt, make_grant

SUBJECT = Handle("hdl_1")
REFERRAL = {"to_refer": True, "contact_details": True, "authority": "council"}


def there_and_back(grant: Grant) -> Grant:
    travelled = json.loads(json.dumps(to_fhir(grant, SUBJECT)))
    (back,) = from_fhir(travelled, record_id=grant.record_id, recorded_at=grant.recorded_at)
    return back


@pytest.mark.parametrize(
    "grant",
    [
        pytest.param(permit(), id="any"),
        pytest.param(
            permit(
                agencies={"council", "refuge"},
                users={"ann"},
                roles={"manager"},
                actions={"view", "search"},
                purposes={"outreach"},
                categories={"identity", "health"},
                areas={"Oxford"},
            ),
            id="every_dimension",
        ),
        pytest.param(permit(valid_until=NOW + DAY), id="ends"),
        pytest.param(permit(evidence=("form", "tape"), supersedes=("gra_0",), version=3), id="papers"),
        pytest.param(
            permit(condition="sch1_18_safeguarding", reason_not_asked="x", policy_document="apd"), id="18"
        ),
        pytest.param(permit(referral=REFERRAL, notice=Notice(reference="n", language="pl")), id="referral"),
        pytest.param(permit(onward_recipients={"refuge"}), id="onward"),
        pytest.param(permit(given_by=giver("mum", "parental_responsibility", competence="c")), id="giver"),
        pytest.param(forbid(), id="forbid_everything"),
        pytest.param(forbid(hard=True, categories={"location"}, agencies={"council"}), id="hard"),
        pytest.param(forbid(objection=True, purposes=ANY, users={"bob"}), id="objection"),
        pytest.param(
            forbid(basis="public_task", relying_party="council", valid_until=NOW), id="papers_of_a_forbid"
        ),
    ],
)
def test_a_grant_comes_back_as_it_was(grant: Grant) -> None:
    assert there_and_back(grant) == grant


@pytest.mark.parametrize("chunk", range(4))
def test_any_grant_comes_back_as_it_was_or_is_refused_for_its_silence(chunk: int) -> None:
    back = 0
    for i in range(150):
        grant = attempt(Random(f"fhir {chunk} {i}"), lambda rng: make_grant(rng, RECORDS, []))
        dimensions = ("agencies", "users", "roles", "actions", "purposes", "categories", "areas")
        if grant.permits and any(getattr(grant, name) is None for name in dimensions):
            with pytest.raises(InvalidValue, match="does not say"):
                to_fhir(grant, SUBJECT)
            continue
        assert there_and_back(grant) == grant
        back += 1
    assert back > 75


def identifier(system: str, value: str) -> dict[str, Any]:
    return {"system": f"urn:bnl:consent:{system}", "value": value}


def coded(system: str, *values: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": f"urn:bnl:consent:{system}", "code": value}]} for value in values]


def extension(name: str, **facts: str) -> dict[str, Any]:
    said = [{"url": fact, "valueString": value} for fact, value in facts.items()]
    return {"url": f"urn:bnl:consent:{name}", "extension": said}


DETAILS = {
    "condition": "null",
    "given_by": '{"capacity": "self", "competence": null, "reference": "person"}',
    "hard": "false",
    "notice": "null",
    "objection": "false",
    "onward_recipients": "null",
    "open_ended": "false",
    "policy_document": "null",
    "reason_not_asked": "null",
    "referral": "null",
    "repaired_by": "[]",
    "supersedes": "[]",
    "version": "1",
}


def test_a_permit_is_a_resource_of_the_standard_to_the_last_word() -> None:
    grant = permit(
        agencies={"council", "refuge"},
        users={"bob", "ann"},
        roles={"manager"},
        actions={"view", "search"},
        purposes={"outreach", "allocation"},
        categories={"identity", "contact"},
        areas=ANY,
        valid_until=NOW + DAY,
        evidence=("form", "letter"),
    )
    period = {"start": "2026-06-05T12:00:00Z", "end": "2026-06-16T12:00:00Z"}
    agencies = [identifier("agency", name) for name in ("council", "refuge")]
    assert to_fhir(grant, SUBJECT) == {
        "resourceType": "Consent",
        "identifier": [identifier("grant-id", "gra_p")],
        "status": "active",
        "subject": {"identifier": identifier("handle", "hdl_1")},
        "date": "2026-06-05",
        "grantor": [{"identifier": identifier("giver", "person")}],
        "decision": "deny",
        "extension": [extension("details", **DETAILS)],
        "controller": [{"identifier": identifier("agency", "charity")}],
        "regulatoryBasis": coded("lawful-basis", "consent"),
        "sourceReference": [{"identifier": identifier("evidence", name)} for name in ("form", "letter")],
        "provision": [
            {
                "actor": [{"reference": {"identifier": one}} for one in agencies],
                "action": coded("actions", "search", "view"),
                "purpose": [
                    {"system": "urn:bnl:consent:purposes", "code": code}
                    for code in ("allocation", "outreach")
                ],
                "code": coded("categories", "contact", "identity"),
                "modifierExtension": [
                    extension("scope", users='["ann", "bob"]', roles='["manager"]', areas='"any"')
                ],
                "period": period,
            }
        ],
    }


def test_a_forbid_is_a_resource_of_the_standard_to_the_last_word() -> None:
    grant = forbid(categories={"location"}, agencies=ANY, hard=True)
    assert to_fhir(grant, SUBJECT) == {
        "resourceType": "Consent",
        "identifier": [identifier("grant-id", "gra_f")],
        "status": "active",
        "subject": {"identifier": identifier("handle", "hdl_1")},
        "date": "2026-06-10",
        "grantor": [{"identifier": identifier("giver", "person")}],
        "decision": "deny",
        "extension": [extension("details", **(DETAILS | {"hard": "true"}))],
        "period": {"start": "2026-06-10T12:00:00Z"},
        "modifierExtension": [extension("scope", agencies='"any"', categories='["location"]')],
    }


def test_a_permit_for_any_of_an_element_says_so_where_a_stranger_must_refuse_it() -> None:
    """An element left out means everything to FHIR too; the modifier keeps it from being read alone."""
    (provision,) = to_fhir(permit(), SUBJECT)["provision"]
    (modifier,) = provision.pop("modifierExtension")
    assert provision == {"period": {"start": "2026-06-05T12:00:00Z"}}
    assert sorted(one["url"] for one in modifier["extension"]) == [
        "actions", "agencies", "areas", "categories", "purposes", "roles", "users"
    ]  # fmt: skip
    assert {one["valueString"] for one in modifier["extension"]} == {'"any"'}


def test_a_permit_is_an_exception_to_a_base_of_deny() -> None:
    found = to_fhir(permit(categories={"identity"}, purposes={"outreach"}), SUBJECT)
    (provision,) = found["provision"]
    assert (found["resourceType"], found["status"], found["decision"]) == ("Consent", "active", "deny")
    assert provision["code"] == [{"coding": [{"system": "urn:bnl:consent:categories", "code": "identity"}]}]
    assert provision["purpose"] == [{"system": "urn:bnl:consent:purposes", "code": "outreach"}]
    assert provision["period"] == {"start": "2026-06-05T12:00:00Z"}
    assert found["subject"]["identifier"]["value"] == SUBJECT
    assert found["controller"][0]["identifier"]["value"] == "charity"


def test_a_forbid_reads_as_a_whole_refusal_to_whoever_does_not_know_its_scope() -> None:
    found = to_fhir(forbid(categories={"location"}), SUBJECT)
    assert found["decision"] == "deny"
    assert "provision" not in found
    assert [one["url"] for one in found["modifierExtension"]] == ["urn:bnl:consent:scope"]


def test_what_narrows_a_permit_beyond_fhir_is_a_modifier() -> None:
    (provision,) = to_fhir(permit(roles={"manager"}, areas={"Oxford"}), SUBJECT)["provision"]
    (modifier,) = provision["modifierExtension"]
    said = {one["url"]: one["valueString"] for one in modifier["extension"]}
    assert (said["roles"], said["areas"], said["users"]) == ('["manager"]', '["Oxford"]', '"any"')


def test_no_record_id_leaves() -> None:
    assert "rec_1" not in json.dumps(to_fhir(permit(), SUBJECT))


@pytest.mark.parametrize("name", ["agencies", "users", "roles", "actions", "purposes", "categories", "areas"])
def test_a_silent_permit_is_not_sent_where_silence_means_everything(name: str) -> None:
    fields: dict[str, Any] = {name: None}
    with pytest.raises(InvalidValue, match=name):
        to_fhir(permit(**fields), SUBJECT)


def test_all_that_a_permit_does_not_say_is_told() -> None:
    with pytest.raises(InvalidValue) as caught:
        to_fhir(permit(users=None, areas=None), SUBJECT)
    assert str(caught.value) == (
        "The permit does not say users, areas: that matches nothing here and everything in FHIR."
    )


def test_facts_travel_in_one_order() -> None:
    grant = permit(notice=Notice(reference="n", language="pl"))
    facts = {one["url"]: one["valueString"] for one in to_fhir(grant, SUBJECT)["extension"][0]["extension"]}
    notice = json.loads(facts["notice"])
    assert list(notice) == sorted(notice)
    assert len(notice) > 3

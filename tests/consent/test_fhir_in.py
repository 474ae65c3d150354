"""FHIR R5 Consent in: inner denies are subtracted, inner permits refused, and nothing unread is let pass."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from bnl.consent.fhir_in import from_fhir
from bnl.consent.fhir_out import to_fhir
from bnl.domain.consent import Grant
from bnl.domain.identifiers import Handle
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, Capacity, Effect
from bnl.domain.vocabulary import FieldCategory as C
from bnl.errors import InvalidValue
from tests.consent.build import DAY, NOW, ONE, forbid, permit

BASE: dict[str, Any] = to_fhir(
    permit(agencies={"council"}, actions={"view", "search"}, categories={"identity", "contact", "health"}),
    Handle("hdl"),
)
URN = "urn:bnl:consent:"


def read(resource: Any, **more: Any) -> tuple[Grant, ...]:
    return from_fhir(resource, record_id=ONE, recorded_at=NOW, **more)


def changed(**fields: Any) -> dict[str, Any]:
    resource = deepcopy(BASE) | fields
    return {name: value for name, value in resource.items() if value is not None}


def provision(**fields: Any) -> dict[str, Any]:
    one = deepcopy(BASE["provision"][0]) | fields
    return {name: value for name, value in one.items() if value is not None}


def codes(*names: str) -> list[Any]:
    return [{"coding": [{"system": f"{URN}categories", "code": name}]} for name in names]


def denying(*inner: dict[str, Any]) -> dict[str, Any]:
    return changed(provision=[provision(provision=list(inner))])


# --- inner provisions --------------------------------------------------------------------------------------


def test_an_inner_deny_is_subtracted_field_by_field() -> None:
    (grant,) = read(denying({"code": codes("health")}))
    assert grant.categories == frozenset({C.IDENTITY, C.CONTACT})
    assert grant.grant_id == "gra_p"
    (twice,) = read(denying({"code": codes("health")}, {"code": codes("contact", "finance")}))
    assert twice.categories == frozenset({C.IDENTITY})


def test_an_inner_deny_of_an_action_or_agency() -> None:
    search = [{"coding": [{"system": f"{URN}actions", "code": "search"}]}]
    (grant,) = read(denying({"action": search}))
    assert grant.actions == frozenset({Action.VIEW})
    council = [{"reference": {"identifier": {"system": f"{URN}agency", "value": "council"}}}]
    assert read(denying({"actor": council})) == ()


def test_an_inner_deny_of_everything_leaves_nothing() -> None:
    assert read(denying({})) == ()
    assert read(denying({"code": codes("existence")})) == ()
    assert read(denying({"code": codes("identity", "contact", "health")})) == ()


def test_an_inner_deny_that_touches_nothing_changes_nothing() -> None:
    (plain,) = read(BASE)
    assert read(denying({"code": codes("finance")})) == (plain,)
    assert read(denying({"period": {"end": "2026-01-01T00:00:00Z"}})) == (plain,)


def test_an_inner_deny_of_a_later_time_ends_the_permit() -> None:
    (grant,) = read(denying({"period": {"start": "2026-12-01T00:00:00Z"}}))
    assert grant.valid_until is not None
    assert grant.valid_until.year == 2026
    assert not grant.open_ended


def test_an_inner_deny_that_cannot_be_subtracted_exactly_is_refused() -> None:
    search = [{"coding": [{"system": f"{URN}actions", "code": "search"}]}]
    for inner in (
        {"code": codes("health"), "action": search},
        {"code": codes("health"), "period": {"start": "2026-12-01T00:00:00Z"}},
        {"period": {"start": "2026-07-01T00:00:00Z", "end": "2026-08-01T00:00:00Z"}},
        {"modifierExtension": [scope(areas=["Oxford"])]},
    ):
        with pytest.raises(InvalidValue):
            read(denying(inner))


def scope(**dimensions: Any) -> dict[str, Any]:
    inner = [{"url": name, "valueString": json.dumps(value)} for name, value in dimensions.items()]
    return {"url": f"{URN}scope", "extension": inner}


def test_an_inner_permit_is_taken_only_under_the_root() -> None:
    with pytest.raises(InvalidValue, match="under the root"):
        read(denying({"code": codes("health"), "provision": [{"code": codes("health")}]}))


def test_several_permits_under_the_root_are_several_grants() -> None:
    two = changed(provision=[provision(code=codes("identity")), provision(code=codes("contact"))])
    assert [(grant.grant_id, grant.categories) for grant in read(two)] == [
        ("gra_p.1", frozenset({C.IDENTITY})),
        ("gra_p.2", frozenset({C.CONTACT})),
    ]


def test_a_base_of_permit_says_its_scope_and_loses_what_it_denies() -> None:
    whole = scope(
        agencies=["council"],
        users="any",
        roles="any",
        actions="any",
        purposes="any",
        categories="any",
        areas="any",
    )
    root = changed(
        decision="permit",
        modifierExtension=[whole],
        period={"start": "2026-06-01T00:00:00Z"},
        provision=[{"code": codes("health")}],
    )
    (grant,) = read(root)
    assert grant.categories == frozenset(C) - {C.HEALTH}
    assert grant.purposes is ANY
    with pytest.raises(InvalidValue, match="without saying"):
        read(changed(decision="permit", provision=None, period={"start": "2026-06-01T00:00:00Z"}))


def test_a_base_of_deny_without_provisions_is_a_forbid() -> None:
    refusal = changed(
        provision=None, regulatoryBasis=None, controller=None, period={"start": "2026-06-01T00:00:00Z"}
    )
    facts = refusal["extension"][0]["extension"]
    refusal["extension"][0]["extension"] = [one for one in facts if one["url"] in {"given_by", "version"}]
    (grant,) = read(refusal)
    assert grant.effect is Effect.FORBID
    assert grant.categories is None


# --- silence, strangers and damage -------------------------------------------------------------------------


@pytest.mark.parametrize("element", ["actor", "action", "code"])
def test_silence_means_everything_in_fhir_and_is_refused_here(element: str) -> None:
    with pytest.raises(InvalidValue, match="without saying"):
        read(changed(provision=[provision(**{element: None})]))


def foreign() -> dict[str, Any]:
    return changed(extension=None)


def test_a_consent_from_elsewhere_says_in_what_capacity_or_is_told() -> None:
    with pytest.raises(InvalidValue, match="capacity"):
        read(foreign())
    resource = foreign()
    resource["provision"][0]["period"] = {"start": "2026-06-01T00:00:00Z", "end": "2027-06-01T00:00:00Z"}
    (grant,) = read(resource, capacity=Capacity.SELF)
    assert (grant.given_by.reference, grant.given_by.capacity) == ("person", Capacity.SELF)


def test_a_consent_that_does_not_say_its_end_is_not_taken_as_endless() -> None:
    with pytest.raises(InvalidValue, match="states its end"):
        read(foreign(), capacity=Capacity.SELF)


@pytest.mark.parametrize(
    ("code", "actions"),
    [
        ("collect", {Action.COLLECT}),
        ("access", {Action.VIEW, Action.SEARCH}),
        ("correct", {Action.UPDATE}),
        ("disclose", {Action.EXPORT, Action.REFER}),
    ],
)
def test_standard_actions_are_those_that_mean_the_same(code: str, actions: set[Action]) -> None:
    system = "http://terminology.hl7.org/CodeSystem/consentaction"
    (grant,) = read(changed(provision=[provision(action=[{"coding": [{"system": system, "code": code}]}])]))
    assert grant.actions == frozenset(actions)


def test_an_action_without_exact_counterpart_is_refused() -> None:
    system = "http://terminology.hl7.org/CodeSystem/consentaction"
    with pytest.raises(InvalidValue, match="no exact counterpart"):
        read(changed(provision=[provision(action=[{"coding": [{"system": system, "code": "use"}]}])]))


PERIOD = {"start": "2026-06-01T00:00:00Z"}


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param("Consent", id="no_object"),
        pytest.param({}, id="empty"),
        pytest.param(changed(resourceType="Patient"), id="another_resource"),
        pytest.param(changed(status="inactive"), id="inactive"),
        pytest.param(changed(status="entered-in-error"), id="error"),
        pytest.param(changed(decision=None), id="no_decision"),
        pytest.param(changed(decision="maybe"), id="unknown_decision"),
        pytest.param(changed(policyText=[]), id="unknown_element"),
        pytest.param(changed(identifier=[]), id="no_identifier"),
        pytest.param(changed(identifier=BASE["identifier"] * 2), id="two_identifiers"),
        pytest.param(changed(identifier=[{"system": "urn:x", "value": "y"}]), id="strange_identifier"),
        pytest.param(changed(identifier=[{"system": f"{URN}grant-id", "value": 7}]), id="identifier_no_text"),
        pytest.param(changed(controller=BASE["controller"] * 2), id="two_controllers"),
        pytest.param(changed(controller=[{"display": "Charity"}]), id="controller_by_name"),
        pytest.param(changed(regulatoryBasis=[{"text": "because"}]), id="basis_in_words"),
        pytest.param(changed(regulatoryBasis=None), id="no_basis"),
        pytest.param(changed(period=PERIOD), id="period_beside_provisions"),
        pytest.param(changed(extension=[{"url": "urn:x", "valueString": "y"}]), id="strange_extension"),
        pytest.param(changed(extension=[{"url": "urn:x", "extension": []}]), id="unknown_extension"),
        pytest.param(changed(extension={}), id="extension_no_list"),
        pytest.param(changed(modifierExtension=[scope(shoes="any")]), id="unknown_dimension"),
        pytest.param(changed(provision={}), id="provision_no_list"),
        pytest.param(changed(provision=[[]]), id="provision_no_object"),
        pytest.param(changed(provision=[provision(dataPeriod={})]), id="unknown_restriction"),
        pytest.param(changed(provision=[provision(code=[])]), id="empty_list"),
        pytest.param(changed(provision=[provision(code=codes("shoe_size"))]), id="unknown_category"),
        pytest.param(
            changed(provision=[provision(code=[{"coding": [{"system": "loinc", "code": "1"}]}])]), id="loinc"
        ),
        pytest.param(
            changed(provision=[provision(purpose=[{"system": "urn:x", "code": "TREAT"}])]), id="purpose"
        ),
        pytest.param(changed(provision=[provision(purpose=codes("x"))]), id="purpose_no_coding"),
        pytest.param(changed(provision=[provision(actor=[{"role": {}}])]), id="actor_by_role"),
        pytest.param(changed(provision=[provision(actor=[{}])]), id="actor_of_nothing"),
        pytest.param(changed(provision=[provision(period={"start": "2026-06-01"})]), id="bare_date"),
        pytest.param(
            changed(provision=[provision(period={"start": "2026-06-01T00:00:00+02:00"})]), id="zone"
        ),
        pytest.param(changed(provision=[provision(period=None)]), id="no_start"),
        pytest.param(changed(provision=[provision(action=[7])]), id="action_no_concept"),
        pytest.param(
            changed(
                provision=[provision(code=codes("identity"), modifierExtension=[scope(categories="any")])]
            ),
            id="said_twice",
        ),
    ],
)
def test_what_cannot_be_taken_over_exactly_is_refused(resource: Any) -> None:
    with pytest.raises(InvalidValue):
        read(resource, capacity=Capacity.SELF)


@pytest.mark.parametrize("value", ["{", 7, None, pytest.param("[" * 100_000, id="deep")])
def test_an_extension_that_cannot_be_read_is_refused(value: Any) -> None:
    broken = changed()
    broken["extension"][0]["extension"][0] = {"url": "version", "valueString": value}
    with pytest.raises(InvalidValue, match="cannot be read"):
        read(broken)


def test_a_forbid_from_elsewhere_without_a_scope_forbids_everything() -> None:
    bare = {name: BASE[name] for name in ("resourceType", "identifier", "status", "grantor", "decision")}
    (grant,) = read(bare | {"period": PERIOD}, capacity=Capacity.SELF)
    expected = forbid(
        grant_id="gra_p", valid_from=NOW.replace(day=1, hour=0), recorded_at=NOW, given_by=grant.given_by
    )
    assert grant == expected
    assert grant.valid_from < NOW + DAY


# --- what is told of what cannot be taken over -------------------------------------------------------------

EXACTLY = (
    "which cannot be taken over exactly. Leave it out if it does not narrow the consent, or record the grant "
    "by hand."
)
USE = {"system": "http://terminology.hl7.org/CodeSystem/consentaction", "code": "use"}


def inside(**fields: Any) -> dict[str, Any]:
    return changed(provision=[provision(**fields)])


def details(facts: Any) -> dict[str, Any]:
    return changed(extension=[{"url": f"{URN}details", "extension": facts}])


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        pytest.param("x", "The consent is not an object.", id="no_object"),
        pytest.param({"b": 2, "a": 1}, f"The consent holds a, b, {EXACTLY}", id="unknown_elements"),
        pytest.param(changed(provision={}), "provision is not a list.", id="provision"),
        pytest.param(changed(provision=[[]]), "A provision is not an object.", id="a_provision"),
        pytest.param(inside(provision={}), "provision is not a list.", id="inner_provision"),
        pytest.param(inside(provision=[[]]), "An inner provision is not an object.", id="an_inner_provision"),
        pytest.param(denying({"x": 1}), f"An inner provision holds x, {EXACTLY}", id="unknown_inside"),
        pytest.param(changed(sourceReference={}), "sourceReference is not a list.", id="source"),
        pytest.param(changed(extension={}), "extension is not a list.", id="extension"),
        pytest.param(changed(extension=[[]]), "An extension is not an object.", id="an_extension"),
        pytest.param(details({}), "extension is not a list.", id="inner_extension"),
        pytest.param(details([[]]), "An extension is not an object.", id="an_inner_extension"),
        pytest.param(inside(code={}), "code is not a list.", id="code"),
        pytest.param(inside(actor=[[]]), "actor is not an object.", id="actor"),
        pytest.param(inside(purpose=[[]], modifierExtension=None), "A coding is not an object.", id="coding"),
        pytest.param(inside(action=[7]), "A concept is not an object.", id="concept"),
        pytest.param(inside(code=[{"coding": {}}]), "coding is not a list.", id="codings"),
        pytest.param(inside(code=[{"coding": [[]]}]), "A coding is not an object.", id="a_coding"),
        pytest.param(inside(period=[]), "A period is not an object.", id="period"),
        pytest.param(changed(identifier={}), "identifier is not a list.", id="identifier"),
        pytest.param(changed(identifier=[[]]), "An identifier is not an object.", id="an_identifier"),
        pytest.param(changed(grantor=[[]], extension=None), "A reference is not an object.", id="reference"),
        pytest.param(
            inside(code=None, actor=None, modifierExtension=None),
            "The consent permits without saying agencies, users, roles, purposes, categories, areas. "
            "FHIR means everything by that; say what is meant.",
            id="silence",
        ),
        pytest.param(
            inside(code=[{"coding": [{"system": f"{URN}categories", "code": 7}]}]),
            f"A code is not of the system {URN}categories.",
            id="code_no_text",
        ),
        pytest.param(
            inside(action=[{"coding": [USE]}]), "The action use has no exact counterpart here.", id="use"
        ),
        pytest.param(
            changed(regulatoryBasis=None, controller=None, date="x", identifier=[BASE["identifier"][0]]),
            "The consent makes no grant that can stand: Value error, a permit names its lawful basis and the "
            "agency relying on it.",
            id="no_grant",
        ),
    ],
)
def test_what_cannot_be_taken_over_is_told_with_its_place(resource: Any, says: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read(resource, capacity=Capacity.SELF)
    assert str(caught.value) == says


def test_all_that_keeps_a_grant_from_standing_is_told() -> None:
    facts = deepcopy(BASE["extension"][0]["extension"])
    strange = [one | {"valueString": "[]"} if one["url"] in {"hard", "version"} else one for one in facts]
    with pytest.raises(
        InvalidValue, match="Input should be a valid integer; Input should be a valid boolean"
    ):
        read(details(strange))


def test_words_beside_a_code_do_not_matter() -> None:
    worded = [{"text": "their name", "coding": [codes("identity")[0]["coding"][0] | {"display": "Identity"}]}]
    (grant,) = read(inside(code=worded))
    assert grant.categories == frozenset({C.IDENTITY})


@pytest.mark.parametrize("coding", [{}, "x", {"system": 7}, [7], []])
def test_an_action_that_is_no_coding_is_refused_and_never_an_error(coding: Any) -> None:
    with pytest.raises(InvalidValue):
        read(inside(action=[{"coding": coding}]))

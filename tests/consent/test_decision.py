"""A decision answers field by field and record by record, and marks what is not the asker's to see."""

from __future__ import annotations

import pytest

from bnl.consent.masks import EVERYTHING
from bnl.consent.reasons import Reason
from bnl.domain.identifiers import RecordId
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    ONE,
    TWO,
    actor,
    agreement,
    clause,
    decided,
    forbid,
    permit,
    person,
    policy,
    record,
    request,
)

PARTLY = person(
    permit(categories={"identity", "contact"}),
    permit(grant_id="gra_2", record_id=TWO, categories={"housing"}),
    records=(record(), record(TWO, "refuge")),
)


@pytest.mark.parametrize("field", list(FIELD_CATEGORY))
def test_every_field_follows_its_category(field: str) -> None:
    found = decided(PARTLY)
    category = FIELD_CATEGORY[field]
    assert found.permits_field(ONE, field) is (category in {C.IDENTITY, C.CONTACT})
    assert found.permits_field(TWO, field) is (category is C.HOUSING)
    assert found.verdict(field) is (category in {C.IDENTITY, C.CONTACT, C.HOUSING})


def test_records_are_answered_apart() -> None:
    found = decided(PARTLY)
    assert found.records == (ONE, TWO)
    assert found.categories(ONE) == {C.EXISTENCE, C.IDENTITY, C.CONTACT}
    assert found.categories(TWO) == {C.EXISTENCE, C.HOUSING}
    assert found.permits(TWO, C.HOUSING)
    assert not found.permits(ONE, C.HOUSING)
    assert found.mask(RecordId("rec_9")) == 0


def test_a_category_withheld_on_any_record_that_exists_is_marked() -> None:
    assert decided(PARTLY).withheld == frozenset(C) - {C.EXISTENCE}
    whole = decided(person(), request(actor("charity", "navigator")))
    assert whole.withheld == frozenset()
    assert whole.allowed == (EVERYTHING,)


def test_a_record_that_does_not_exist_for_the_asker_marks_nothing() -> None:
    alone = decided(person(permit()))
    linked = decided(person(permit(), records=(record(), record(TWO, "refuge"))))
    assert linked.withheld == alone.withheld
    assert linked.reasons() == alone.reasons()


def test_only_what_was_asked_for_is_marked() -> None:
    asked = request(fields={"phones", "health_conditions", "landlord"})
    assert decided(person(permit(categories={"contact"})), asked).withheld == {C.HEALTH, C.HOUSING}


@pytest.mark.parametrize(
    ("category", "reason"),
    [(C.IDENTITY, Reason.SHARED), (C.HOUSING, Reason.NOT_SHARED), (C.FINANCE, Reason.NO_CLAUSE)],
)
def test_the_requesters_reason_for_a_category(category: C, reason: Reason) -> None:
    assert decided(person(permit(categories={"identity"}))).reason(category) is reason


def test_of_nobody_the_reason_is_the_same_for_everything() -> None:
    hidden, refused = decided(person(forbid(hard=True))), decided(person(), request(actor("nobody")))
    assert {hidden.reason(category) for category in C} == {Reason.NOT_FOUND}
    assert {refused.reason(category) for category in C} == {Reason.UNKNOWN_VALUE}


def test_a_decision_is_silent_and_counts_an_override() -> None:
    urgent = request(override={"reason": "fire", "basis": "vital_interests"})
    rule = policy(agreement(clause()))
    assert repr(decided(PARTLY)) == "Decision(some)"
    assert repr(decided(person())) == "Decision(none)"
    assert decided(PARTLY, urgent, rule).overridden
    assert not decided(PARTLY).overridden

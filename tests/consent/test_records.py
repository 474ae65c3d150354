"""Consent records hold what the standard asks for, and the receipt says it in text, JSON and on a page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bnl.consent.records import (
    State,
    consent_record,
    receipt_json,
    receipt_page,
    receipt_text,
)
from bnl.consent.rules import terms
from bnl.consent.rules.terms import term_of
from bnl.domain.consent import Notice
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, LawfulBasis, Purpose
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import AGENCIES, DAY, NOW, ending, forbid, giver, permit

NOTICE = Notice(
    reference="notice 4",
    language="pl",
    storage="county data centre",
    retention="six years",
    withdrawal_method="ask any worker",
)
GRANT = permit(
    agencies={"refuge", "council"},
    actions={"view"},
    purposes={"outreach"},
    categories={"contact", "health", "criminal_justice"},
    notice=NOTICE,
    evidence=("form 7",),
    onward_recipients={"hospital"},
    valid_until=NOW + 9 * DAY,
)


def made(grant: Any = GRANT, *endings: Any, now: Any = NOW) -> Any:
    return consent_record(grant, endings, AGENCIES, now)


def test_a_record_holds_what_the_standard_asks_for() -> None:
    found = made()
    assert found.schema_version == "ISO/IEC TS 27560:2023"
    assert (found.record_id, found.version, found.principal) == ("gra_p", 1, "person")
    assert found.notice == NOTICE
    assert found.purposes == (("outreach", "dpv:PublicBenefit"),)
    assert found.lawful_basis == ("consent", "eu-gdpr:A6-1-a")
    assert found.processing == (("view", "dpv:Consult"),)
    assert [(item.category, item.special_category, item.criminal_offence) for item in found.data] == [
        ("contact", False, False),
        ("health", True, False),
        ("criminal_justice", False, True),
    ]
    assert [(one.party_id, one.name, one.role) for one in found.parties] == [
        ("person", "", "principal"),
        ("charity", "Charity", "controller"),
        ("council", "Council", "recipient"),
        ("refuge", "Refuge", "recipient"),
    ]
    assert found.onward == ("hospital",)
    assert found.events[0].evidence == ("form 7",)
    assert (found.valid_from, found.valid_until) == (GRANT.valid_from, GRANT.valid_until)
    assert len(found.rights) == 5


@pytest.mark.parametrize(
    ("grant", "endings", "days", "state"),
    [
        pytest.param(GRANT, (), 0, State.GIVEN, id="given"),
        pytest.param(GRANT, (), 9, State.EXPIRED, id="expired"),
        pytest.param(GRANT, (ending(),), 0, State.WITHDRAWN, id="withdrawn"),
        pytest.param(GRANT, (ending(),), 99, State.WITHDRAWN, id="withdrawn_before_it_expired"),
        pytest.param(forbid(), (), 0, State.REFUSED, id="refused"),
        pytest.param(forbid(), (ending(grant_id="gra_f"),), 0, State.WITHDRAWN, id="refusal_withdrawn"),
        pytest.param(
            forbid(objection=True),
            (ending(grant_id="gra_f", kind="answered"),),
            0,
            State.INVALIDATED,
            id="answered",
        ),
        pytest.param(forbid(hard=True), (ending(grant_id="gra_f"),), 0, State.REFUSED, id="not_ended_so"),
        pytest.param(GRANT, (ending(grant_id="gra_x"),), 0, State.GIVEN, id="another_grant"),
    ],
)
def test_the_state_is_that_of_the_last_event(grant: Any, endings: Any, days: int, state: State) -> None:
    found = made(grant, *endings, now=NOW + days * DAY)
    assert found.state is state
    assert found.events[-1].term == terms.STATUS_TERMS[state.value]
    assert [event.time for event in found.events] == sorted(event.time for event in found.events)


@pytest.mark.parametrize(
    ("grant", "data", "purposes", "onward"),
    [
        pytest.param(
            permit(categories=ANY, purposes=ANY, onward_recipients=ANY),
            len(C),
            len(Purpose),
            ("any",),
            id="any",
        ),
        pytest.param(permit(categories=None, purposes=None), 0, 0, (), id="silent_permit"),
        pytest.param(forbid(), len(C), len(Purpose), (), id="silent_forbid"),
    ],
)
def test_what_is_not_said_is_recorded_as_it_counts(
    grant: Any, data: int, purposes: int, onward: tuple[str, ...]
) -> None:
    found = made(grant)
    assert (len(found.data), len(found.purposes), found.onward) == (data, purposes, onward)


def test_the_receipt_as_json_is_the_record_and_always_the_same() -> None:
    found = made()
    assert json.loads(receipt_json(found)) == found.model_dump(mode="json")
    assert receipt_json(found) == receipt_json(made())


def test_the_receipt_as_text() -> None:
    text = receipt_text(made())
    for line in (
        "State: given, since 05 June 2026 12:00 UTC",
        "Receipt number: gra_p, version 1",
        "Until: 24 June 2026",
        "Responsible: Charity",
        "Who: Council; Refuge",
        "May be passed on to: hospital",
        "Notice: notice 4 (pl)",
        "Kept how long: six years",
        "How to withdraw: ask any worker",
        "Your right: to withdraw this at any time, as easily as it was given",
    ):
        assert line + "\n" in text
    bare = receipt_text(made(forbid()))
    assert "Until: no end stated\n" in bare
    assert "Responsible: not stated\n" in bare
    assert "Who: anybody\n" in bare
    assert "May be passed on to: nobody\n" in bare
    assert "How to withdraw: tell any worker of any partner\n" in bare


def test_the_receipt_as_a_page_is_escaped_and_loads_nothing() -> None:
    hostile = Notice(reference="<script>alert(1)</script>", language="en' onload='x", storage="A & B")
    page = receipt_page(made(permit(notice=hostile)))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "A &amp; B" in page
    assert "<html lang='en&#x27; onload=&#x27;x'>" in page
    assert "src=" not in page


def test_every_value_has_a_term_of_a_known_namespace() -> None:
    values = (*Action, *Purpose, *C, *LawfulBasis)
    assert {term_of(value).split(":")[0] for value in values} == {"dpv", "pd", "eu-gdpr"}
    assert set(terms.PREFIXES) == {"dpv", "pd", "eu-gdpr"}
    assert {state.value for state in State} == set(terms.STATUS_TERMS)


def test_a_giver_is_named_by_reference_only() -> None:
    found = made(permit(given_by=giver("ref-1", "attorney_or_deputy")))
    assert (found.principal, found.parties[0].capacity) == ("ref-1", "attorney_or_deputy")
    assert "ref-1" not in repr(found)

"""Consent records hold what the standard asks for, and the receipt says it in text, JSON and on a page."""

from __future__ import annotations

import json
from datetime import timedelta
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
    onward_recipients={"hospital", "council"},
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
    assert found.onward == ("council", "hospital")
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
    found = made(permit(notice=Notice(reference="Zgoda – łąka")))
    lines = receipt_json(found).splitlines()
    assert lines[1] == '  "data": ['
    assert lines[-2].startswith('  "version"')
    assert any("Zgoda – łąka" in line for line in lines)
    assert list(json.loads(receipt_json(found))) == sorted(found.model_dump())
    assert json.loads(receipt_json(found)) == found.model_dump(mode="json")
    found = made()
    assert json.loads(receipt_json(found)) == found.model_dump(mode="json")
    assert receipt_json(found) == receipt_json(made())


RIGHTS = """\
Your right: to withdraw this at any time, as easily as it was given
Your right: to see what is held about you and who saw it
Your right: to have what is wrong put right
Your right: to have it erased, restricted, or to object
Your right: to complain to the Information Commissioner (ico.org.uk, 0303 123 1113)
"""
WHOLE = """\
What was said: Council, Refuge may see this: phone, email and language, offences, prison and probation, \
health; for reaching people who sleep rough; from 05 June 2026 until 24 June 2026; said by the person \
themselves.
State: given, since 05 June 2026 12:00 UTC
Receipt number: gra_p, version 1
From: 05 June 2026
Until: 24 June 2026
What it is about: phone, email and language; health; offences, prison and probation
Responsible: Charity
Who: Council; Refuge
May be passed on to: council; hospital
Notice: notice 4 (pl)
Kept where: county data centre
Kept how long: six years
Law: GB-ENG
How to withdraw: ask any worker
"""
REFUSED = """\
What was said: Any agency must not use this: address and where somebody stays; for any purpose; \
from 10 June 2026 with no end; said by the person themselves.
State: refused, since 10 June 2026 12:00 UTC
Receipt number: gra_f, version 1
From: 10 June 2026
Until: no end stated
What it is about: address and where somebody stays
Responsible: not stated
Who: any agency
May be passed on to: nobody
Notice: not stated (en-GB)
Kept where: not stated
Kept how long: not stated
Law: GB-ENG
How to withdraw: tell any worker of any partner
"""
SILENT = """\
What was said: Nobody may do nothing with this: nothing; for no purpose; from 05 June 2026 with no end; \
said by the person themselves.
State: given, since 05 June 2026 12:00 UTC
Receipt number: gra_p, version 1
From: 05 June 2026
Until: no end stated
What it is about: nothing
Responsible: Charity
Who: nobody
May be passed on to: any agency
Notice: not stated (en-GB)
Kept where: not stated
Kept how long: not stated
Law: GB-ENG
How to withdraw: tell any worker of any partner
"""


@pytest.mark.parametrize(
    ("grant", "text"),
    [
        pytest.param(GRANT, WHOLE, id="everything_said"),
        pytest.param(forbid(categories={"location"}), REFUSED, id="a_forbid_that_names_nobody_is_for_all"),
        pytest.param(
            permit(agencies=None, categories=None, purposes=None, actions=None, onward_recipients=ANY),
            SILENT,
            id="a_permit_that_names_nobody_is_for_none",
        ),
    ],
)
def test_the_receipt_as_text(grant: Any, text: str) -> None:
    assert receipt_text(made(grant)) == text + RIGHTS


def test_whoever_it_is_for_is_named() -> None:
    assert "Who: any agency\n" in receipt_text(made(permit()))
    (_, controller, recipient) = made(permit(agencies={"gone"}, relying_party="gone")).parties
    assert (controller.party_id, controller.name, controller.capacity) == ("gone", "gone", "")
    assert (recipient.party_id, recipient.name, recipient.role) == ("gone", "gone", "recipient")


def test_what_happened_is_told_with_who_said_it_and_its_papers() -> None:
    gone = ending(evidence=("letter",), said_at=NOW - 2 * DAY, recorded_at=NOW - DAY)
    second = ending(said_at=NOW - DAY, recorded_at=NOW - DAY)
    for endings in ((gone, second), (second, gone)):
        found = made(GRANT, *endings)
        assert [(one.time, one.state, one.by, one.evidence) for one in found.events] == [
            (GRANT.recorded_at, State.GIVEN, "self", ("form 7",)),
            (NOW - 2 * DAY, State.WITHDRAWN, "self", ("letter",)),
        ]
    objection = forbid(objection=True)
    answer = ending(grant_id="gra_f", kind="answered", evidence=("reply",))
    (_, answered) = made(objection, answer).events
    assert (answered.by, answered.evidence) == ("steward", ("reply",))
    (_, over) = made(GRANT, now=NOW + 9 * DAY).events
    assert (over.time, over.by, over.evidence) == (NOW + 9 * DAY, "time", ())
    assert len(made(GRANT, now=NOW + 9 * DAY - timedelta(microseconds=1)).events) == 1


def test_of_two_endings_said_at_once_the_one_recorded_first_counts() -> None:
    early = ending(said_at=NOW - 2 * DAY, recorded_at=NOW - 2 * DAY, evidence=("first",))
    late = ending(said_at=NOW - 2 * DAY, recorded_at=NOW - DAY, evidence=("second",))
    for endings in ((early, late), (late, early)):
        assert made(GRANT, *endings).events[1].evidence == ("first",)


def test_the_receipt_as_a_page_is_escaped_and_loads_nothing() -> None:
    hostile = Notice(reference="<script>alert(1)</script>", language="en' onload='x", storage="A & B")
    page = receipt_page(made(permit(notice=hostile)))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "A &amp; B" in page
    assert "<html lang='en&#x27; onload=&#x27;x'>" in page
    assert "src=" not in page


def test_the_page_is_the_text_in_a_table() -> None:
    page = receipt_page(made())
    head, *rows = page.split("<tr>")
    assert head == (
        "<!doctype html>\n<html lang='pl'><head><meta charset='utf-8'><title>Receipt</title>"
        "<style>body{font:12pt sans-serif;margin:2cm}"
        "th{text-align:left;vertical-align:top;padding-right:1em}</style></head>\n"
        "<body><h1>Your receipt</h1>\n<table>\n"
    )
    lines = [line.split(": ", 1) for line in receipt_text(made()).splitlines()]
    wanted = [f"<th scope='row'>{first}</th><td>{rest}</td></tr>\n" for first, rest in lines]
    assert rows == [*wanted[:-1], wanted[-1] + "</table>\n</body></html>\n"]


def test_every_value_has_a_term_of_a_known_namespace() -> None:
    values = (*Action, *Purpose, *C, *LawfulBasis)
    assert {term_of(value).split(":")[0] for value in values} == {"dpv", "pd", "eu-gdpr"}
    assert set(terms.PREFIXES) == {"dpv", "pd", "eu-gdpr"}
    assert {state.value for state in State} == set(terms.STATUS_TERMS)


def test_a_giver_is_named_by_reference_only() -> None:
    found = made(permit(given_by=giver("ref-1", "attorney_or_deputy")))
    assert (found.principal, found.parties[0].capacity) == ("ref-1", "attorney_or_deputy")
    assert "ref-1" not in repr(found)

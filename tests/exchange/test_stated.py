"""Statements on consent and marks: never guessed, never dropped."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import Capacity, FieldCategory, LawfulBasis
from bnl.exchange.findings import Finding, Reason
from bnl.exchange.profile import Profile
from bnl.exchange.rows import Cell
from bnl.exchange.rules import FieldRule, GrantRule, MarkRule
from bnl.exchange.stated import GrantStep, MarkStep
from bnl.exchange.statements import GrantStatement, StatedEffect

TODAY = date(2026, 11, 21)
PLACES = {"Consent": 0, "On": 1, "Until": 2}
PROFILE = Profile(agency=AgencyId("a"), reference=("Ref",), fields={"notes": FieldRule(column=("N",))})


def grant(rule: dict[str, Any], *cells: Cell) -> tuple[GrantStatement | None, list[Finding]]:
    found: list[Finding] = []
    step = GrantStep(GrantRule.model_validate(rule), PROFILE, PLACES, TODAY)
    return step([*cells, *[""] * (3 - len(cells))], found), found


@pytest.mark.parametrize(
    ("answer", "effect"),
    [
        pytest.param("Yes", StatedEffect.PERMIT, id="yes"),
        pytest.param(" y ", StatedEffect.PERMIT, id="y"),
        pytest.param("true", StatedEffect.PERMIT, id="true"),
        pytest.param("NO", StatedEffect.FORBID, id="no"),
    ],
)
def test_an_answer_becomes_a_statement(answer: str, effect: StatedEffect) -> None:
    statement, found = grant({"column": "Consent"}, answer)
    assert statement is not None
    assert statement.effect is effect
    assert found == []


@pytest.mark.parametrize("answer", ["", "  ", None])
def test_no_answer_is_no_statement(answer: str | None) -> None:
    assert grant({"column": "Consent"}, answer) == (None, [])


@pytest.mark.parametrize(
    "answer",
    ["maybe", "yes but not to the police", "refused", "0", "n/a", "none", "not given", "-", "#N/A", "NULL"],
)
def test_an_answer_that_cannot_be_read_is_never_dropped(answer: str) -> None:
    assert grant({"column": "Consent"}, answer) == (None, [Finding(Reason.UNREADABLE_CONSENT, "Consent")])


def test_a_listed_answer_may_state_nothing() -> None:
    assert grant({"column": "Consent", "codes": {"not asked": "none"}}, "Not asked") == (None, [])


def test_of_two_answers_in_one_cell_the_refusal_counts() -> None:
    statement, _ = grant({"column": "Consent"}, ("yes", "no"))
    assert statement is not None
    assert statement.effect is StatedEffect.FORBID


def test_one_effect_for_every_row() -> None:
    statement, found = grant({"effect": "permit", "lawful_basis": "public_task", "open_ended": True})
    assert statement == GrantStatement(
        effect=StatedEffect.PERMIT, lawful_basis=LawfulBasis.PUBLIC_TASK, open_ended=True
    )
    assert found == []


def test_everything_stated_is_handed_on_and_nothing_is_filled_in() -> None:
    rule = {
        "column": "Consent",
        "given_on_column": "On",
        "valid_until_column": "Until",
        "categories": ["identity"],
        "given_by": "self",
        "evidence": "form 7",
        "hard": True,
        "open_ended": True,
    }
    statement, _ = grant(rule, "no", "01/02/2026", "01/02/2027")
    assert statement == GrantStatement(
        effect=StatedEffect.FORBID,
        hard=True,
        categories=frozenset({FieldCategory.IDENTITY}),
        given_by=Capacity.SELF,
        given_on=date(2026, 2, 1),
        valid_until=date(2027, 2, 1),
        evidence="form 7",
    )
    permit, _ = grant(rule, "yes")
    assert permit is not None
    assert not permit.hard
    assert permit.open_ended
    assert permit.purposes is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        pytest.param("31/02/2026", Reason.IMPOSSIBLE_DATE, id="impossible"),
        pytest.param("22/11/2026", Reason.FUTURE_DATE, id="tomorrow"),
        pytest.param("2026", Reason.UNREADABLE_DATE, id="year-only"),
        pytest.param("soon", Reason.UNREADABLE_DATE, id="word"),
    ],
)
def test_a_consent_whose_date_cannot_be_read_is_quarantined(cell: str, reason: Reason) -> None:
    _, found = grant({"column": "Consent", "given_on_column": "On"}, "yes", cell)
    assert found == [Finding(reason, "On")]


def test_equal_statements_are_one() -> None:
    step = GrantStep(GrantRule(column="Consent"), PROFILE, PLACES, TODAY)
    assert step(["yes", "", ""], []) is step(["Y", "", ""], [])
    assert step(["no", "", ""], []) != step(["Y", "", ""], [])


def mark(rule: bool | MarkRule, cell: Cell) -> tuple[bool, list[Finding]]:
    found: list[Finding] = []
    return MarkStep(rule, PROFILE, PLACES)([cell, "", ""], found), found


@pytest.mark.parametrize(
    ("rule", "cell", "marked"),
    [
        pytest.param(True, "no", True, id="all"),
        pytest.param(False, "yes", False, id="none"),
        pytest.param(MarkRule(column="Consent"), "Yes", True, id="yes"),
        pytest.param(MarkRule(column="Consent"), "N", False, id="no"),
        pytest.param(MarkRule(column="Consent"), "", False, id="empty"),
        pytest.param(MarkRule(column="Consent", yes=("DV",), no=()), "dv", True, id="own-word"),
    ],
)
def test_marks(rule: bool | MarkRule, cell: str, marked: bool) -> None:
    assert mark(rule, cell) == (marked, [])


def test_a_mark_that_cannot_be_read_is_never_guessed() -> None:
    for word in ("perhaps", "unknown", "n/a"):
        assert mark(MarkRule(column="Consent"), word)[1] == [Finding(Reason.UNREADABLE_MARK, "Consent")]

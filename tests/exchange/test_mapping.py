"""Rows made into submissions, or set aside with everything that was found."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from bnl.exchange.findings import Doubt, Finding, Reason
from bnl.exchange.mapping import Mapper
from bnl.exchange.outcomes import Accepted, Outcome, Quarantined
from bnl.exchange.profile import Profile
from bnl.exchange.rows import Cell, RawRow
from bnl.exchange.statements import StatedEffect

PLACES = {"Ref": 0, "First": 1, "Last": 2, "DOB": 3, "Consent": 4, "Secret": 5}
SAID: dict[str, Any] = {
    "agency": "a",
    "reference": "Ref",
    "fields": {"given_names": "First", "family_name": "Last", "date_of_birth": "DOB"},
    "grants": [{"column": "Consent"}],
    "local": {"column": "Secret"},
}


def outcome_of(*cells: Cell, said: dict[str, Any] | None = None) -> Outcome:
    profile = Profile.model_validate({**SAID, **(said or {})})
    mapper = Mapper(profile, PLACES, file="f.csv", today=date(2026, 11, 21))
    return mapper.map(RawRow(9, (*cells, *[""] * (6 - len(cells)))))


def accepted(*cells: Cell, said: dict[str, Any] | None = None) -> Accepted:
    outcome = outcome_of(*cells, said=said)
    assert isinstance(outcome, Accepted)
    return outcome


def quarantined(*cells: Cell, said: dict[str, Any] | None = None) -> Quarantined:
    outcome = outcome_of(*cells, said=said)
    assert isinstance(outcome, Quarantined)
    return outcome


def test_a_row_becomes_a_submission() -> None:
    outcome = accepted("C1", "Ann", "Carter", "31/01/1990", "yes", "no")
    submission = outcome.submission
    assert (submission.reference, submission.row, submission.local, submission.restricted) == (
        "C1",
        9,
        False,
        False,
    )
    assert submission.fields.present() == {
        "given_names": "Ann",
        "family_name": "Carter",
        "date_of_birth": "1990-01-31",
    }
    assert [grant.effect for grant in outcome.grants] == [StatedEffect.PERMIT]
    assert outcome.warnings == ()
    assert outcome.file == "f.csv"


def test_marks_reach_the_submission() -> None:
    assert accepted("C1", "Ann", "", "", "", "yes").submission.local
    assert accepted("C1", "Ann", said={"restricted": True}).submission.restricted


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        pytest.param(("", "Ann"), Reason.MISSING_REFERENCE, "Ref", id="no-reference"),
        pytest.param(("n/a", "Ann"), Reason.MISSING_REFERENCE, "Ref", id="reference-for-nothing"),
        pytest.param(("1.23E+05", "Ann"), Reason.ROUNDED_REFERENCE, "Ref", id="rounded-reference"),
        pytest.param(("1e21", "Ann"), Reason.ROUNDED_REFERENCE, "Ref", id="rounded-reference-small-e"),
        pytest.param(("=1+1", "Ann"), Reason.FORMULA, "Ref", id="formula-reference"),
        pytest.param(("C1", "", "", "", "yes"), Reason.NOTHING_SAID, None, id="nothing-about-the-person"),
        pytest.param(("C1", "Ann", "", "31/02/1990"), Reason.IMPOSSIBLE_DATE, "DOB", id="date"),
        pytest.param(("C1", "Ann", "", "", "perhaps"), Reason.UNREADABLE_CONSENT, "Consent", id="consent"),
        pytest.param(("C1", "Ann", "", "", "", "perhaps"), Reason.UNREADABLE_MARK, "Secret", id="mark"),
        pytest.param(("C1", "A\x00nn"), Reason.CONTROL_CHARACTER, "First", id="nul"),
    ],
)
def test_a_row_is_set_aside_with_its_reason(
    cells: tuple[str, ...], reason: Reason, column: str | None
) -> None:
    outcome = quarantined(*cells)
    assert Finding(reason, column) in outcome.findings
    assert outcome.findings[0].fatal
    assert outcome.row == 9


def test_everything_found_is_said_the_fatal_first() -> None:
    said = {"fields": {**SAID["fields"], "phones": "Last"}}
    outcome = quarantined("C1", "=1+1", "12", "31/02/1990", said=said)
    assert outcome.findings == (
        Finding(Reason.FORMULA, "First"),
        Finding(Reason.IMPOSSIBLE_DATE, "DOB"),
        Finding(Doubt.PHONE, "Last"),
    )


def test_what_is_set_aside_is_kept_whole() -> None:
    outcome = quarantined("C1", "Żółć", ("a", "b"), "31/02/1990")
    assert outcome.reference == "C1"
    assert json.loads(outcome.raw) == ["C1", "Żółć", ["a", "b"], "31/02/1990", "", ""]
    assert quarantined("", "Ann").reference is None


def test_a_row_that_could_not_be_read_is_set_aside_as_it_was_sent() -> None:
    mapper = Mapper(Profile.model_validate(SAID), PLACES, file="f.csv", today=date(2026, 11, 21))
    outcome = mapper.map(RawRow(3, (), Reason.TOO_FEW_CELLS, "C1;Ann\n"))
    assert outcome == Quarantined("f.csv", 3, (Finding(Reason.TOO_FEW_CELLS),), None, "C1;Ann\n")


def test_references_of_several_columns_and_of_spreadsheets() -> None:
    assert accepted("C1", "Ann", "7", said={"reference": ["Ref", "Last"]}).submission.reference == "C1-7"
    assert accepted("17.0", "Ann").submission.reference == "17"
    assert accepted("007", "Ann").submission.reference == "007"
    assert quarantined("C1", "Ann", "", said={"reference": ["Ref", "Last"]}).column == "Last"


def test_somebody_without_a_name_is_taken_with_a_warning() -> None:
    assert accepted("C1", "", "", "31/01/1990").warnings == (Finding(Doubt.NO_NAME),)


def test_constants_alone_say_nothing_about_a_person() -> None:
    fields = {"given_names": "First", "area": {"constant": "Oxford"}}
    assert quarantined("C1", "", said={"fields": fields}).reason == "nothing_said"
    assert accepted("C1", "Ann", said={"fields": fields}).submission.fields.area == "Oxford"


def test_several_sources_of_one_field_are_joined_and_repeats_are_not() -> None:
    said = {
        "fields": {"given_names": "First", "notes": ["Last", "DOB"], "aliases": ["Consent", "Secret"]},
        "names": [{"column": "Last", "pattern": "SURNAME, Forename"}],
        "grants": [],
        "local": False,
    }
    fields = accepted("C1", "Ann", "CARTER, Ann", "x", "Nan2", "Nan2", said=said).submission.fields
    assert fields.given_names == "Ann"
    assert fields.family_name == "CARTER"
    assert fields.aliases == ("Nan2",)
    assert accepted("C1", "Bea", "CARTER, Ann", said=said).submission.fields.given_names == "Bea Ann"

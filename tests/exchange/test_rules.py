"""The rules of a profile: what each accepts, and what it refuses as a contradiction."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bnl.domain.vocabulary import FieldCategory
from bnl.exchange.rules import FieldRule, GrantRule, MarkRule, NameRule, SplitRule
from bnl.exchange.statements import StatedEffect


@pytest.mark.parametrize(
    ("short", "columns"),
    [
        pytest.param("Surname", ("Surname",), id="text"),
        pytest.param(["A", "B"], ("A", "B"), id="list"),
        pytest.param({"column": "Surname"}, ("Surname",), id="table"),
        pytest.param({"column": ["A", "B"]}, ("A", "B"), id="table-with-list"),
    ],
)
def test_a_field_rule_has_short_forms(short: Any, columns: tuple[str, ...]) -> None:
    assert FieldRule.model_validate(short).column == columns


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"column": "A", "constant": "x"}, id="both"),
        pytest.param({"column": "A", "date_formats": "dd"}, id="no-date-format"),
        pytest.param({"column": "A", "unknown_codes": "guess"}, id="no-such-way"),
        pytest.param({"column": "A", "colour": "red"}, id="unknown-entry"),
        pytest.param(17, id="a-number"),
    ],
)
def test_a_field_rule_that_contradicts_itself_is_refused(said: Any) -> None:
    with pytest.raises(ValidationError):
        FieldRule.model_validate(said)


def test_one_date_format_may_stand_alone() -> None:
    assert FieldRule.model_validate({"column": "A", "date_formats": "yyyy-mm-dd"}).date_formats == (
        "yyyy-mm-dd",
    )


def test_a_name_rule_needs_a_pattern_that_is_one() -> None:
    assert NameRule(column="Name", pattern="SURNAME, Forename").column == "Name"
    with pytest.raises(ValidationError, match="name pattern"):
        NameRule(column="Name", pattern="whatever")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"column": "A", "separator": "", "into": ("address", "postcode")}, id="no-separator"),
        pytest.param({"column": "A", "separator": ",", "into": ("address",)}, id="one-field"),
    ],
)
def test_a_split_parts_something_into_several(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SplitRule.model_validate(said)


def test_a_mark_knows_yes_and_no_by_itself() -> None:
    rule = MarkRule(column="Confidential")
    assert "yes" in rule.yes
    assert "no" in rule.no


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"column": "Consent", "effect": "permit"}, id="both"),
        pytest.param({"column": "Consent", "categories": []}, id="empty-set"),
        pytest.param({"column": "Consent", "purposes": ["marketing"]}, id="unknown-purpose"),
        pytest.param({"column": "Consent", "codes": {"Y": "maybe"}}, id="unknown-effect"),
        pytest.param({"column": "Consent", "given_by": "cousin"}, id="unknown-capacity"),
    ],
)
def test_a_grant_rule_that_could_be_misread_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GrantRule.model_validate(said)


def test_a_grant_rule_leaves_unsaid_what_is_not_said() -> None:
    rule = GrantRule.model_validate({"column": "Consent", "categories": ["identity"]})
    assert rule.categories == frozenset({FieldCategory.IDENTITY})
    assert rule.purposes is None
    assert rule.codes["yes"] is StatedEffect.PERMIT
    assert rule.codes["no"] is StatedEffect.FORBID


def test_the_answers_of_one_rule_are_its_own() -> None:
    first, second = GrantRule(column="A"), GrantRule(column="B")
    first.codes["x"] = "none"
    assert "x" not in second.codes

"""From cells to the values of a field: joins, lists, codes, names, splits and checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.exchange.fields import FieldStep, NameStep, SplitStep, Values
from bnl.exchange.findings import Doubt, Finding, Reason
from bnl.exchange.profile import Profile
from bnl.exchange.rows import Cell
from bnl.exchange.rules import FieldRule, NameRule, SplitRule

TODAY = date(2026, 11, 21)
PLACES = {"A": 0, "B": 1, "C": 2}
PROFILE = Profile(
    agency=AgencyId("a"),
    reference=("Ref",),
    fields={"notes": FieldRule(column=("A",))},
    date_formats=("dd/mm/yyyy",),
    null_tokens=("unknown",),
)


def field(name: str, rule: Any, *cells: Cell) -> tuple[list[str] | None, list[Doubt | Reason]]:
    values: Values = {}
    found: list[Finding] = []
    FieldStep(name, FieldRule.model_validate(rule), PROFILE, PLACES, TODAY)(cells, values, found)
    assert set(values) <= {name}
    return values.get(name), [finding.code for finding in found]


@pytest.mark.parametrize(
    ("name", "rule", "cells", "expected"),
    [
        pytest.param("family_name", "A", ("Smith",), ["Smith"], id="one-column"),
        pytest.param("given_names", ["A", "B"], ("Mary", "Ann"), ["Mary Ann"], id="joined-by-a-blank"),
        pytest.param("given_names", ["A", "B"], ("Mary", ""), ["Mary"], id="second-empty"),
        pytest.param(
            "address",
            {"column": ["A", "B", "C"], "join": ", "},
            ("1 High St", "", "Oxford"),
            [
                "1 High St, Oxford",
            ],
            id="joined-by-a-comma",
        ),
        pytest.param("family_name", "A", ("",), None, id="empty"),
        pytest.param("family_name", "A", (None,), None, id="nothing"),
        pytest.param("family_name", "A", ("Unknown",), None, id="null-token"),
        pytest.param("family_name", "Missing", ("x",), None, id="optional-column-missing"),
        pytest.param("area", {"constant": "Oxford"}, ("x",), ["Oxford"], id="constant"),
        pytest.param(
            "phones",
            ["A", "B"],
            ("01865 496000", "07700 900123"),
            ["01865 496000", "07700 900123"],
            id="two",
        ),
        pytest.param(
            "phones",
            "A",
            ("01865 496000 / 07700 900123",),
            ["01865 496000", "07700 900123"],
            id="parted-by-a-slash",
        ),
        pytest.param(
            "emails",
            "A",
            ("a@example.org; b@example.org",),
            ["a@example.org", "b@example.org"],
            id="emails",
        ),
        pytest.param("aliases", "A", ("Jack; J",), ["Jack", "J"], id="aliases"),
        pytest.param("aliases", "A", ("Jack; unknown; ; J",), ["Jack", "J"], id="null-parts-are-left-out"),
        pytest.param("aliases", "A", (" ; ",), None, id="only-separators"),
        pytest.param("aliases", "A", ("Smith, Jack",), ["Smith, Jack"], id="aliases-keep-commas"),
        pytest.param(
            "aliases",
            {"column": "A", "separators": " & "},
            ("Jack & J",),
            ["Jack", "J"],
            id="own-separator",
        ),
        pytest.param(
            "aliases",
            {"column": "A", "separators": []},
            ("Jack; J",),
            ["Jack; J"],
            id="no-separator",
        ),
        pytest.param("aliases", "A", (("Jack", "", "J"),), ["Jack", "J"], id="a-list-in-the-cell"),
        pytest.param("given_names", "A", (("Mary", "Ann"),), ["Mary Ann"], id="a-list-for-one-value"),
        pytest.param(
            "sex",
            {"column": "A", "codes": {"1": "male", "F": "female"}},
            ("f",),
            ["female"],
            id="code",
        ),
        pytest.param("sex", {"column": "A", "codes": {"9": ""}}, ("9",), None, id="code-for-nothing"),
        pytest.param(
            "sex",
            {"column": "A", "codes": {"1": "m"}, "unknown_codes": "drop"},
            ("x",),
            None,
            id="dropped",
        ),
        pytest.param("date_of_birth", "A", ("31/01/1990",), ["1990-01-31"], id="date"),
        pytest.param(
            "date_of_birth", ["A", "B", "C"], ("3", "1", "1990"), ["1990-01-03"], id="date-in-three-columns"
        ),
        pytest.param(
            "date_of_birth", ["A", "B", "C"], ("", "", "1990"), ["1990"], id="only-the-year-of-three"
        ),
        pytest.param(
            "date_of_birth",
            {"column": "A", "date_formats": ["mm/dd/yyyy"]},
            ("01/31/1990",),
            ["1990-01-31"],
            id="date-format-of-the-column",
        ),
    ],
)
def test_a_field_is_filled(name: str, rule: Any, cells: Sequence[Cell], expected: list[str] | None) -> None:
    assert field(name, rule, *cells) == (expected, [])


@pytest.mark.parametrize(
    ("name", "rule", "cell", "expected", "code"),
    [
        pytest.param(
            "sex", {"column": "A", "codes": {"1": "m"}}, "x", ["x"], Doubt.UNKNOWN_CODE_KEPT, id="code"
        ),
        pytest.param("phones", "A", "7700900123", ["07700900123"], Doubt.PHONE_ZERO, id="phone"),
        pytest.param("ni_number", "A", "QQ123456C", ["QQ123456C"], Doubt.NI_NUMBER, id="ni"),
        pytest.param("nhs_number", "A", "123", ["123"], Doubt.NHS_NUMBER, id="nhs"),
        pytest.param("emails", "A", "nobody", ["nobody"], Doubt.EMAIL, id="email"),
        pytest.param("date_of_birth", "A", "32874", ["1990-01-01"], Doubt.SPREADSHEET_DATE, id="date"),
    ],
)
def test_a_doubtful_value_is_taken_with_its_doubt(
    name: str, rule: Any, cell: str, expected: list[str], code: Doubt
) -> None:
    assert field(name, rule, cell) == (expected, [code])


@pytest.mark.parametrize(
    ("name", "rule", "cell", "reason"),
    [
        pytest.param("date_of_birth", "A", "31/02/1990", Reason.IMPOSSIBLE_DATE, id="date"),
        pytest.param("family_name", "A", "=1+1", Reason.FORMULA, id="formula"),
        pytest.param("aliases", "A", "Jack; =1+1", Reason.FORMULA, id="formula-in-a-part"),
        pytest.param(
            "sex",
            {"column": "A", "codes": {"1": "m"}, "unknown_codes": "quarantine"},
            "x",
            Reason.UNKNOWN_CODE,
            id="code",
        ),
    ],
)
def test_a_value_that_cannot_be_taken_gives_its_reason(
    name: str, rule: Any, cell: str, reason: Reason
) -> None:
    assert field(name, rule, cell)[1] == [reason]


def test_a_code_may_say_that_a_date_is_none() -> None:
    rule = {"column": "A", "codes": {"01/01/1901": ""}}
    assert field("date_of_birth", rule, "01/01/1901") == (None, [])
    assert field("date_of_birth", rule, "31/01/1990") == (["1990-01-31"], [])


def test_a_constant_that_is_no_date_gives_its_reason() -> None:
    assert field("date_of_birth", {"constant": "1990"}) == (["1990"], [])
    assert field("date_of_birth", {"constant": "soon"}) == (None, [Reason.UNREADABLE_DATE])


def test_findings_name_the_column_of_the_file() -> None:
    found: list[Finding] = []
    FieldStep("phones", FieldRule(column=("A", "B")), PROFILE, PLACES, TODAY)(
        ("01865 496000", "12"), {}, found
    )
    assert found == [Finding(Doubt.PHONE, "B")]


def names(pattern: str, cell: Cell) -> tuple[Values, list[Doubt | Reason]]:
    values: Values = {}
    found: list[Finding] = []
    NameStep(NameRule(column="A", pattern=pattern), PROFILE, PLACES)((cell,), values, found)
    return {key: value for key, value in values.items() if value}, [finding.code for finding in found]


def test_a_name_is_taken_apart() -> None:
    assert names("SURNAME, Forename (known as X)", "SMITH, John (known as Jack)") == (
        {"family_name": ["SMITH"], "given_names": ["John"], "aliases": ["Jack"]},
        [],
    )
    assert names("Forename", "John") == ({"given_names": ["John"]}, [])
    assert names("Forename", "") == ({}, [])


def test_a_name_that_does_not_fit_is_kept_whole() -> None:
    assert names("SURNAME, Forename", "John Smith") == ({"full_name": ["John Smith"]}, [Doubt.NAME_PATTERN])


def split(cell: Cell, *into: str) -> tuple[Values, list[Finding]]:
    values: Values = {}
    found: list[Finding] = []
    rule = SplitRule(column="A", separator="|", into=into)
    SplitStep(rule, PROFILE, PLACES, TODAY)((cell,), values, found)
    return values, found


def test_a_column_is_split_over_fields() -> None:
    assert split("1 High St | OX1 1AA", "address", "postcode") == (
        {"address": ["1 High St"], "postcode": ["OX1 1AA"]},
        [],
    )
    assert split("1 High St", "address", "postcode") == ({"address": ["1 High St"]}, [])
    assert split("", "address", "postcode") == ({}, [])


def test_a_surplus_of_parts_stays_with_the_last_and_is_said() -> None:
    assert split("a|b|c", "address", "postcode") == (
        {"address": ["a"], "postcode": ["b|c"]},
        [Finding(Doubt.SPLIT_SURPLUS, "A")],
    )


def test_parts_are_checked_as_their_fields_are() -> None:
    assert split("Bo|31/02/1990", "given_names", "date_of_birth") == (
        {"given_names": ["Bo"]},
        [Finding(Reason.IMPOSSIBLE_DATE, "A")],
    )

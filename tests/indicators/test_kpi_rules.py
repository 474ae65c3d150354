"""KPI rules: versions with dates, targets as published, nothing without a name."""

from __future__ import annotations

from fractions import Fraction

import pytest
from pydantic import ValidationError

from bnl.errors import InputError
from bnl.indicators.kpi_rules import DEFAULT, RULES, Kpi, KpiRule, versions_of
from tests.happenings import day


@pytest.mark.parametrize(
    ("kpi", "target"),
    [
        pytest.param(Kpi.SERVICE_USERS, Fraction(700), id="more than 700 service users"),
        pytest.param(Kpi.EVICTIONS_AVOIDED, Fraction(95, 100), id="more than 95% avoided"),
        pytest.param(Kpi.TRIAGE, Fraction(99, 100), id="more than 99% in 3 days"),
        pytest.param(Kpi.ASSESSMENT, Fraction(95, 100), id="more than 95% in 14 days"),
        pytest.param(Kpi.CLOSED, Fraction(65, 100), id="more than 65% in six months"),
        pytest.param(Kpi.IN_EMPLOYMENT, Fraction(70, 100), id="more than 70% in employment"),
        pytest.param(Kpi.RE_REFERRAL, None, id="no target for re-referrals"),
        pytest.param(Kpi.PREVENTION, None, id="no target for prevention"),
        pytest.param(Kpi.REJECTED, None, id="no target for rejections"),
        pytest.param(Kpi.UPSTREAM, None, id="no target for urgency"),
    ],
)
def test_targets_as_published(kpi: Kpi, target: Fraction | None) -> None:
    assert {version.target for version in versions_of(kpi, None)} == {target}


@pytest.mark.parametrize(
    ("kpi", "days"),
    [
        pytest.param(Kpi.TRIAGE, 3, id="three days"),
        pytest.param(Kpi.ASSESSMENT, 14, id="fourteen days"),
        pytest.param(Kpi.CLOSED, 180, id="six months are 180 days"),
    ],
)
def test_limits_in_days(kpi: Kpi, days: int) -> None:
    assert {version.days for version in versions_of(kpi, None)} == {days}


@pytest.mark.parametrize(
    ("name", "on", "version"),
    [
        pytest.param("service users", "2018-12-31", 1, id="before family counted"),
        pytest.param("service users", "2019-01-01", 2, id="since family counts"),
        pytest.param("closed in six months, planned", "2020-03-31", 1, id="before the pause"),
        pytest.param("closed in six months, planned", "2020-04-01", 2, id="the pause begins"),
        pytest.param("closed in six months, planned", "2021-03-31", 2, id="the pause ends"),
        pytest.param("closed in six months, planned", "2021-04-01", 3, id="after the pause"),
        pytest.param("closed in six months, all", "2020-07-01", 2, id="the other rule pauses too"),
        pytest.param("triage, working days", "1999-01-01", 1, id="always"),
    ],
)
def test_the_version_in_force(name: str, on: str, version: int) -> None:
    assert [one.version for one in RULES[name] if one.in_force(day(on))] == [version]


def test_labels_name_rule_and_version() -> None:
    assert [version.label for version in RULES["service users"]] == ["service users v1", "service users v2"]
    assert all(version.name == name for name, versions in RULES.items() for version in versions)


def test_versions_say_whether_they_always_hold() -> None:
    assert [version.always for version in RULES["prevention"]] == [True]
    assert [version.always for version in RULES["service users"]] == [False, False]


@pytest.mark.parametrize("kpi", list(Kpi))
def test_a_rule_is_found_by_default_by_name_and_as_given(kpi: Kpi) -> None:
    default = versions_of(kpi, None)
    assert versions_of(kpi, DEFAULT[kpi]) == default
    assert versions_of(kpi, default) == default


@pytest.mark.parametrize("kpi", list(Kpi))
def test_an_empty_rule_is_none(kpi: Kpi) -> None:
    with pytest.raises(InputError, match=kpi.value):
        versions_of(kpi, ())


def test_the_advice_names_the_rules_there_are() -> None:
    with pytest.raises(InputError) as caught:
        versions_of(Kpi.TRIAGE, "triage in moon days")
    assert "triage, working days" in caught.value.advice
    assert "triage, calendar days" in caught.value.advice


def test_a_rule_is_immutable_and_closed() -> None:
    with pytest.raises(ValidationError):
        KpiRule.model_validate({"kpi": "triage", "name": "x", "version": 0})
    with pytest.raises(ValidationError):
        KpiRule.model_validate({"kpi": "triage", "name": "x", "version": 1, "moon": True})

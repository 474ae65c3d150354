"""The page on indicators is true: its code runs; it names every rule, state, flow, limit and weight."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bnl.indicators import caseloads, institutions, national, spells, suppression
from bnl.indicators.kpi_rules import RULES, Kpi
from bnl.indicators.ledger import SIX_FLOWS, Flow
from bnl.indicators.priority import COUNTY_FACTORS, YOUTH_FACTORS
from bnl.indicators.rules import COUNTY, STATUS_RULES
from bnl.indicators.states import State

PAGE = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_code_on_the_page_runs() -> None:
    assert BLOCKS
    for block in BLOCKS:
        exec(compile(block, "docs/indicators.md", "exec"), {})


@pytest.mark.parametrize("state", list(State), ids=lambda state: state.value)
def test_every_state_is_named(state: State) -> None:
    words = {
        State.AT_RISK_OVER_56: "`>56`",
        State.AT_RISK_WITHIN_56: "`0–56`",
        State.AT_RISK_UNKNOWN: "at risk",
        State.LEFT_AREA: "left the area",
    }
    assert words.get(state, state.value.replace("_", " ")) in PAGE


@pytest.mark.parametrize("name", sorted(STATUS_RULES))
def test_every_rule_set_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("flow", list(Flow), ids=lambda flow: flow.value)
def test_every_flow_is_named(flow: Flow) -> None:
    words = {
        Flow.RETURNED_FROM_INSTITUTION: "from an institution",
        Flow.RETURNED_FROM_ELSEWHERE: "from elsewhere",
        Flow.RETURNED_AFTER_OTHER: "after other",
        Flow.LEFT_AREA: "left the area",
    }
    assert words.get(flow, flow.value.replace("_", " ")) in PAGE


def test_the_six_flows_are_named() -> None:
    for name in dict.fromkeys(SIX_FLOWS.values()):
        words = {
            "inactive": "moved to inactive",
            "no_longer_meets": "no longer meets the criteria",
            "deceased": "deaths",
        }
        assert words.get(name, name.replace("_", " ")) in PAGE


@pytest.mark.parametrize("kpi", list(Kpi), ids=lambda kpi: kpi.value)
def test_every_indicator_is_named(kpi: Kpi) -> None:
    words = {
        Kpi.RE_REFERRAL: "re-referral",
        Kpi.ASSESSMENT: "full assessment in 14 days",
        Kpi.TRIAGE: "triage in 3 working days",
        Kpi.CLOSED: "closed in six months",
    }
    assert words.get(kpi, kpi.value.replace("_", " ")) in PAGE


def test_targets_are_those_of_the_rules() -> None:
    for versions in RULES.values():
        target = versions[0].target
        if target is not None:
            text = f"> {target}" if target > 1 else f"> {round(100 * target)}%"
            assert text in PAGE


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(COUNTY.lost_after_days, id="silence"),
        pytest.param(COUNTY.institution_days, id="institution"),
        pytest.param(COUNTY.discharge_days, id="discharge"),
        pytest.param(COUNTY.handover_days, id="handover"),
        pytest.param(national.NEW_MONTHS, id="new"),
        pytest.param(national.DISCHARGE_DAYS, id="after discharge"),
        pytest.param(national.RETURN_DAYS, id="returning"),
        pytest.param(spells.HUD_DAYS[1], id="two years"),
        pytest.param(spells.GRACE_DAYS, id="grace"),
        pytest.param(caseloads.LIMIT, id="caseload"),
        pytest.param(caseloads.DIGITAL_LIMIT, id="digital caseload"),
        pytest.param(suppression.SMALL, id="small numbers"),
    ],
)
def test_every_limit_is_on_the_page(number: int) -> None:
    assert re.search(rf"\b{number}\b", PAGE)


def test_weights_are_those_published() -> None:
    for factor, weight in zip(COUNTY_FACTORS.factors, COUNTY_FACTORS.weights, strict=True):
        assert f"{factor.name} {weight}" in PAGE
    assert f"`{YOUTH_FACTORS.name}`" in PAGE


def test_no_situation_without_a_home_is_forgotten() -> None:
    assert {situation.value for situation in institutions.NO_HOME} == {state.value for state in COUNTY.active}

"""The county's own printed figures: those that reconcile come out, those that do not are flagged.

Source: Oxfordshire Housing Support Service, review 2018 to 2021; Homelessness Prevention Trailblazer,
review of year one.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from bnl.errors import InputError
from bnl.indicators.casework import casework
from bnl.indicators.consistency import Claim, check_consistency, claim_of
from bnl.indicators.kpi import kpi
from bnl.indicators.kpi_rules import Kpi
from tests.happenings import day, ev, frame

PERIOD = (day("2018-04-01"), day("2018-09-30"))


@pytest.mark.parametrize(
    ("claim", "computed"),
    [
        pytest.param(Claim("referrals", "sum", (145, 126, 67), Decimal(338)), "338", id="338 referrals"),
        pytest.param(Claim("closed", "sum", (107, 24, 103), Decimal(234)), "234", id="234 closed cases"),
        pytest.param(Claim("prevented", "percent", (107, 234), Decimal(46)), "46", id="46% prevented"),
        pytest.param(Claim("not prevented", "percent", (24, 234), Decimal(10)), "10", id="10% not prevented"),
        pytest.param(Claim("unknown", "percent", (103, 234), Decimal(44)), "44", id="44% unknown"),
        pytest.param(Claim("navigators", "sum", (92, 57, 4), Decimal(153)), "153", id="153 referrals"),
        pytest.param(Claim("over 56", "percent", (92, 153), Decimal(60)), "60", id="60% over 56 days"),
        pytest.param(Claim("within 56", "percent", (57, 153), Decimal(37)), "37", id="37% within 56 days"),
        pytest.param(Claim("already", "percent", (4, 153), Decimal(3)), "3", id="3% already homeless"),
        pytest.param(Claim("closed", "sum", (35, 4, 14), Decimal(53)), "53", id="53 closed"),
        pytest.param(Claim("ways", "sum", (30, 5), Decimal(35)), "35", id="35 prevented"),
        pytest.param(Claim("grant", "sum", (790_000, 100_000), Decimal(890_000)), "890000", id="£890,000"),
        pytest.param(
            Claim("upstream", "difference", (1793, 679), Decimal(1114)), "1114", id="1,114 upstream"
        ),
        pytest.param(Claim("crisis", "difference", (679, 75), Decimal(604)), "604", id="604 at crisis point"),
        pytest.param(Claim("households", "sum", (835, 604), Decimal(1439)), "1439", id="1,439 households"),
        pytest.param(
            Claim("three years", "product", (600_000, 3), Decimal("1.8"), 1_000_000),
            "1.8",
            id="£1.8m for three years",
        ),
        pytest.param(
            Claim("per household", "product", (20_128, Fraction(3, 2), Fraction(1, 2)), Decimal(15_096)),
            "15096",
            id="£15,096 a household",
        ),
    ],
)
def test_what_reconciles(claim: Claim, computed: str) -> None:
    found = check_consistency([claim])[0]
    assert (found.agrees, str(found.computed), found.why) == (True, computed, "")


@pytest.mark.parametrize(
    ("claim", "computed"),
    [
        pytest.param(Claim("upstream", "percent", (1114, 1793), Decimal(61)), "62", id="61% should be 62%"),
        pytest.param(Claim("upstream", "percent", (1114, 1793), Decimal("61.0")), "62.1", id="61% is 62.1%"),
        pytest.param(
            Claim("avoided", "percent", (1793 - 75, 1793), Decimal("98.95")),
            "95.82",
            id="98.95% avoided is 95.82%",
        ),
        pytest.param(
            Claim("saving", "product", (15_096, 1439), Decimal("22.8"), 1_000_000),
            "21.7",
            id="£22.8m is £21.7m",
        ),
        pytest.param(
            Claim("footnote", "product", (15_906, 1439), Decimal("22.8880"), 1_000_000),
            "22.8887",
            id="the footnote rounds its transposed figure down",
        ),
        pytest.param(
            Claim("net", "difference", (15_096 * 1439, 1_800_000), Decimal(21), 1_000_000),
            "20",
            id="£21m net is £20m",
        ),
    ],
)
def test_what_does_not_reconcile_is_flagged(claim: Claim, computed: str) -> None:
    found = check_consistency([claim])[0]
    assert not found.agrees
    assert str(found.computed) == computed
    assert str(found.printed) in found.why


def test_a_sum_of_annual_counts_is_flagged_though_it_adds_up() -> None:
    found = check_consistency([Claim("people", "distinct", (905, 778, 688), Decimal(2371))])[0]
    assert not found.agrees
    assert "twice" in found.why
    apart = check_consistency([Claim("people", "distinct", (905, 778, 688), Decimal(2200))])[0]
    assert apart.agrees


@pytest.mark.parametrize(
    "parts", [pytest.param((1,), id="one number"), pytest.param((1, 0), id="of nothing")]
)
def test_a_percentage_needs_two_numbers(parts: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="two numbers"):
        check_consistency([Claim("x", "percent", parts, Decimal(1))])


def trailblazer() -> list[dict[str, Any]]:
    """Return 338 referrals from three systems, 234 of them closed with the outcomes reported."""
    rows = []
    outcomes = ["prevented"] * 107 + ["not_prevented"] * 24 + ["unknown"] * 103
    systems = ["health"] * 145 + ["justice"] * 126 + ["children"] * 67
    for number, system in enumerate(systems):
        name, on = f"p{number:03}", date(2018, 4, 2) + timedelta(days=number % 150)
        rows.append(ev(name, "referral", on, case=name, from_agency=system))
        rows.append(ev(name, "referral_decided", on, case=name, outcome="accepted"))
        if number < len(outcomes):
            rows.append(ev(name, "prevention_outcome", "2018-09-20", case=name, outcome=outcomes[number]))
            rows.append(ev(name, "closure", "2018-09-20", case=name, planned=True))
    return rows


def test_the_embedded_workers_figures_come_out_of_events() -> None:
    work = casework(frame(*trailblazer()))
    assert work.cases.height == 338
    by_system = dict(work.cases.group_by("from_agency").len().iter_rows())
    assert by_system == {"health": 145, "justice": 126, "children": 67}
    found = kpi(work, Kpi.PREVENTION, *PERIOD)
    assert (len(found.numerator), len(found.denominator), len(found.unknown)) == (107, 131, 103)
    assert found.percent(0, with_unknown=True) == 46
    assert found.percent() == Decimal("81.7")
    assert check_consistency([claim_of(found, Decimal(46), with_unknown=True)])[0].agrees
    assert not check_consistency([claim_of(found, Decimal(46))])[0].agrees


def test_the_navigators_bands_come_out_of_events() -> None:
    rows = []
    for number in range(153):
        ahead = 80 if number < 92 else 30
        data: dict[str, Any] = {"homeless_on": date(2018, 5, 1) + timedelta(days=ahead)}
        if number >= 149:
            data = {"homeless": True}
        rows.append(ev(f"p{number:03}", "referral", "2018-05-01", **data))
    work = casework(frame(*rows))
    assert dict(work.cases.group_by("band").len().iter_rows()) == {">56": 92, "0–56": 57, "already": 4}
    assert kpi(work, Kpi.UPSTREAM, *PERIOD).percent(0) == 60


def test_planned_closures_and_all_closures_give_the_two_figures_of_the_review() -> None:
    rows = []
    for number in range(100):
        name, planned = f"p{number:03}", number < 50
        quick = number < 26 or 50 <= number < 86
        shut = "2018-08-01" if quick else "2019-02-01"
        rows.append(ev(name, "referral", "2018-06-01", case=name))
        rows.append(ev(name, "referral_decided", "2018-06-01", case=name, outcome="accepted"))
        rows.append(ev(name, "closure", shut, case=name, planned=planned))
    work, year = casework(frame(*rows)), (day("2018-04-01"), day("2019-03-31"))
    assert kpi(work, Kpi.CLOSED, *year).percent(0) == 52
    assert kpi(work, Kpi.CLOSED, *year, rule="closed in six months, all").percent(0) == 62
    assert kpi(work, Kpi.CLOSED, *year).met is False


def test_thirteen_per_cent_had_full_service_before() -> None:
    rows = []
    for number in range(100):
        name = f"p{number:03}"
        if number < 13:
            rows.append(ev(name, "referral", "2017-01-01", case=f"old{name}"))
            rows.append(
                ev(
                    name,
                    "referral_decided",
                    "2017-01-01",
                    case=f"old{name}",
                    outcome="accepted",
                    service_level="full",
                )
            )
            rows.append(ev(name, "closure", "2017-06-01", case=f"old{name}", planned=True))
        rows.append(ev(name, "referral", "2018-06-01", case=name))
    found = kpi(casework(frame(*rows)), Kpi.RE_REFERRAL, *PERIOD)
    assert found.percent(0) == 13

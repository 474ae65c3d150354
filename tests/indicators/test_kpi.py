"""KPIs: who counts, who is left out and why, which version of the rule, and what stays the same for ever."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.indicators.cases import cases
from bnl.indicators.casework import casework
from bnl.indicators.figures import pooled
from bnl.indicators.history import history
from bnl.indicators.kpi import kpi, kpis
from bnl.indicators.kpi_rules import DEFAULT, RULES, Kpi, KpiRule, versions_of
from tests.happenings import after, day, ev, frame, home, homes

Q1 = (day("2024-01-01"), day("2024-03-31"))


def referred(case: str, on: str, person: str = "p", **more: Any) -> dict[str, Any]:
    """Return a referral."""
    return ev(person, "referral", on, case=case, **more)


def accepted(case: str, on: str, person: str = "p", level: str | None = "full") -> dict[str, Any]:
    """Return an acceptance."""
    return ev(person, "referral_decided", on, case=case, outcome="accepted", service_level=level)


def closed(case: str, on: str, person: str = "p", **more: Any) -> dict[str, Any]:
    """Return a planned closure."""
    return ev(person, "closure", on, case=case, **({"planned": True} | more))


def verdict(
    name: Kpi, rows: list[dict[str, Any]], start: date = Q1[0], end: date = Q1[1], **options: Any
) -> str:
    """Return what an indicator says of one case."""
    found = kpi(casework(frame(*rows)), name, start, end, **options)
    if found.numerator:
        return "met"
    if found.denominator:
        return "missed"
    return "unknown" if found.unknown else next(iter(found.exclusions), "nothing")


TRIAGED = ev("p", "triage", "2024-01-09", case="c")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([referred("c", "2024-01-08"), TRIAGED], "met", id="in time"),
        pytest.param([referred("c", "2024-01-08")], "missed", id="never"),
        pytest.param([referred("c", "2023-12-29"), TRIAGED], "nothing", id="received before the period"),
        pytest.param([referred("c", "2024-04-01")], "nothing", id="received after the period"),
        pytest.param([referred("c", "2024-01-01"), TRIAGED], "missed", id="New Year's Day: day 0 is the 2nd"),
        pytest.param(
            [
                referred("c", "2024-01-08"),
                ev("p", "referral_decided", "2024-01-10", case="c", outcome="withdrawn"),
            ],
            "withdrawn before due",
            id="withdrawn before it was due",
        ),
        pytest.param(
            [
                referred("c", "2024-01-08"),
                ev("p", "referral_decided", "2024-01-20", case="c", outcome="withdrawn"),
            ],
            "missed",
            id="withdrawn afterwards",
        ),
        pytest.param(
            [referred("c", "2024-01-08"), ev("p", "death", "2024-01-09")], "died before due", id="died"
        ),
        pytest.param(
            [referred("c", "2024-01-08"), ev("p", "triage", "2024-01-09", agency="b", case="c")],
            "missed",
            id="another agency's triage is of another case",
        ),
        pytest.param(
            [referred("c", "2024-01-08", agency="b", to_agency="a"), TRIAGED],
            "met",
            id="the receiver owns the case",
        ),
        pytest.param(
            [ev("p", "referral", "2024-01-08"), ev("p", "triage", "2024-01-09")],
            "met",
            id="without case numbers",
        ),
    ],
)
def test_triage(rows: list[dict[str, Any]], expected: str) -> None:
    assert verdict(Kpi.TRIAGE, rows) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([ev("p", "assessment", "2024-01-20", case="c")], "met", id="full unless said otherwise"),
        pytest.param([ev("p", "assessment", "2024-01-20", case="c", stage="full")], "met", id="full"),
        pytest.param(
            [ev("p", "assessment", "2024-01-20", case="c", stage="initial")], "missed", id="initial only"
        ),
        pytest.param(
            [ev("p", "referral_decided", "2024-01-10", case="c", outcome="rejected")],
            "not accepted",
            id="rejected",
        ),
        pytest.param([accepted("c", "2024-01-10", level="advice")], "advice only", id="advice only"),
        pytest.param([accepted("c", "2024-01-10")], "missed", id="accepted and then nothing"),
        pytest.param(
            [ev("p", "referral_decided", "2024-01-10", case="c", outcome="withdrawn")],
            "withdrawn before due",
            id="withdrawn",
        ),
    ],
)
def test_assessment(rows: list[dict[str, Any]], expected: str) -> None:
    assert verdict(Kpi.ASSESSMENT, [referred("c", "2024-01-08"), *rows]) == expected


OPENED = [referred("c", "2023-11-01"), accepted("c", "2023-11-03")]


@pytest.mark.parametrize(
    ("rows", "rule", "expected"),
    [
        pytest.param([closed("c", "2024-01-10")], None, "met", id="planned"),
        pytest.param([], None, "open", id="open"),
        pytest.param([closed("c", "2024-04-01")], None, "open", id="closed after the period"),
        pytest.param([closed("c", "2023-12-31")], None, "nothing", id="closed before the period"),
        pytest.param([closed("c", "2024-01-10", planned=False)], None, "unplanned", id="unplanned"),
        pytest.param(
            [closed("c", "2024-01-10", planned=False)],
            "closed in six months, all",
            "met",
            id="unplanned counts",
        ),
        pytest.param([closed("c", "2024-01-10", planned=None)], None, "unknown", id="nobody said"),
        pytest.param(
            [closed("c", "2024-01-10"), ev("p", "death", "2024-01-09")],
            None,
            "died",
            id="closed because of death",
        ),
        pytest.param([closed("c", "2024-01-10", reason="died")], None, "died", id="said to have died"),
        pytest.param(
            [closed("c", "2024-01-10"), ev("p", "death", "2024-02-09")], None, "met", id="died afterwards"
        ),
        pytest.param([closed("c", "2024-01-01")], None, "met", id="on the first day"),
        pytest.param([closed("c", "2024-03-31")], None, "met", id="on the last day"),
    ],
)
def test_closure(rows: list[dict[str, Any]], rule: str | None, expected: str) -> None:
    assert verdict(Kpi.CLOSED, [*OPENED, *rows], rule=rule) == expected


def test_a_case_closed_reopened_and_closed_again_counts_each_time() -> None:
    rows = [
        *OPENED,
        closed("c", "2024-01-10"),
        ev("p", "reopening", "2024-02-01", case="c"),
        closed("c", "2024-02-20"),
    ]
    found = kpi(casework(frame(*rows)), Kpi.CLOSED, *Q1)
    assert found.numerator == ("a/c@2024-01-10", "a/c@2024-02-20")


def test_days_count_from_the_reopening() -> None:
    rows = [
        referred("c", "2023-01-01"),
        accepted("c", "2023-01-01"),
        closed("c", "2023-03-01"),
        ev("p", "reopening", "2024-01-15", case="c"),
        closed("c", "2024-02-20"),
    ]
    assert verdict(Kpi.CLOSED, rows) == "met"


def test_a_reopening_after_the_period_rewrites_nothing() -> None:
    rows = [
        *OPENED,
        closed("c", "2024-03-30"),
        ev("p", "prevention_outcome", "2024-03-30", case="c", outcome="prevented"),
    ]
    later = [
        ev("p", "reopening", "2024-04-02", case="c"),
        ev("p", "prevention_outcome", "2024-04-20", outcome="unknown"),
    ]
    for name in Kpi:
        before = kpi(casework(frame(*rows)), name, *Q1)
        now = kpi(casework(frame(*rows, *later)), name, *Q1)
        assert (before.numerator, before.denominator, before.unknown, before.exclusions) == (
            now.numerator,
            now.denominator,
            now.unknown,
            now.exclusions,
        )


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        pytest.param("prevented", "met", id="prevented"),
        pytest.param("not_prevented", "missed", id="not prevented"),
        pytest.param("unknown", "unknown", id="unknown"),
        pytest.param(None, "unknown", id="nothing recorded"),
        pytest.param("maybe", "unknown", id="a word nobody knows"),
    ],
)
def test_prevention(outcome: str | None, expected: str) -> None:
    rows = [*OPENED, closed("c", "2024-01-10")]
    if outcome:
        rows.append(ev("p", "prevention_outcome", "2024-01-10", case="c", outcome=outcome))
    assert verdict(Kpi.PREVENTION, rows) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], "met", id="nothing happened"),
        pytest.param([ev("p", "accommodation_end", "2024-01-10", reason="evicted")], "missed", id="evicted"),
        pytest.param([ev("p", "accommodation_end", "2024-01-10", reason="planned")], "met", id="moved"),
        pytest.param(
            [ev("p", "accommodation_end", "2023-10-01", reason="evicted")], "met", id="evicted before"
        ),
        pytest.param(
            [closed("c", "2024-01-10"), ev("p", "accommodation_end", "2024-01-11", reason="evicted")],
            "met",
            id="evicted the day after closure",
        ),
        pytest.param(
            [closed("c", "2024-01-10"), ev("p", "accommodation_end", "2024-01-10", reason="evicted")],
            "missed",
            id="evicted on the closing day",
        ),
        pytest.param(
            [ev("p", "prevention_outcome", "2024-01-10", case="c", outcome="unknown")],
            "unknown",
            id="lost sight of",
        ),
        pytest.param(
            [ev("q", "accommodation_end", "2024-01-10", reason="evicted")], "met", id="somebody else"
        ),
    ],
)
def test_evictions(rows: list[dict[str, Any]], expected: str) -> None:
    assert verdict(Kpi.EVICTIONS_AVOIDED, [*OPENED, *rows]) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], "not eligible", id="nothing said"),
        pytest.param(
            [ev("p", "employment", "2024-01-10", case="c", status="employed", eligible=True)],
            "met",
            id="in work",
        ),
        pytest.param(
            [ev("p", "employment", "2024-01-10", case="c", status="not_employed", eligible=True)],
            "missed",
            id="out of work",
        ),
        pytest.param(
            [ev("p", "employment", "2024-01-10", case="c", status="employed", eligible=False)],
            "not eligible",
            id="not eligible",
        ),
        pytest.param(
            [ev("p", "employment", "2024-01-10", case="c", status="unknown", eligible=True)],
            "unknown",
            id="not known",
        ),
        pytest.param(
            [
                ev("p", "employment", "2024-01-10", case="c", status="employed", eligible=True),
                ev("p", "employment", "2024-02-10", case="c", status="not_employed"),
            ],
            "missed",
            id="lost the job",
        ),
    ],
)
def test_employment(rows: list[dict[str, Any]], expected: str) -> None:
    assert verdict(Kpi.IN_EMPLOYMENT, [*OPENED, *rows]) == expected


@pytest.mark.parametrize(
    ("prior", "expected", "flagged"),
    [
        pytest.param([], "missed", False, id="never before"),
        pytest.param(
            [referred("o", "2022-06-01"), accepted("o", "2022-06-01"), closed("o", "2023-01-01")],
            "met",
            False,
            id="full service within two years",
        ),
        pytest.param(
            [referred("o", "2023-06-01"), accepted("o", "2023-06-01")],
            "met",
            True,
            id="still open: a duplicate",
        ),
        pytest.param(
            [
                referred("o", "2022-06-01"),
                accepted("o", "2022-06-01", level="advice"),
                closed("o", "2023-01-01"),
            ],
            "missed",
            False,
            id="advice is not full service",
        ),
        pytest.param(
            [
                referred("o", "2023-06-01"),
                ev("p", "referral_decided", "2023-06-02", case="o", outcome="rejected"),
            ],
            "missed",
            False,
            id="rejected before",
        ),
        pytest.param(
            [referred("o", "2020-06-01"), accepted("o", "2020-06-01"), closed("o", "2021-01-01")],
            "missed",
            False,
            id="long ago",
        ),
    ],
)
def test_re_referral(prior: list[dict[str, Any]], expected: str, flagged: bool) -> None:
    rows = [*prior, referred("c", "2024-01-08")]
    found = kpi(casework(frame(*rows)), Kpi.RE_REFERRAL, *Q1)
    assert verdict(Kpi.RE_REFERRAL, rows) == expected
    assert bool(found.flags) == flagged


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        pytest.param("rejected", "met", id="rejected"),
        pytest.param("accepted", "missed", id="accepted"),
        pytest.param("withdrawn", "withdrawn", id="withdrawn"),
        pytest.param(None, "not decided", id="not decided"),
    ],
)
def test_rejections(outcome: str | None, expected: str) -> None:
    rows = [referred("c", "2024-01-08")]
    if outcome:
        rows.append(ev("p", "referral_decided", "2024-01-10", case="c", outcome=outcome))
    assert verdict(Kpi.REJECTED, rows) == expected


@pytest.mark.parametrize(
    ("data", "band", "expected"),
    [
        pytest.param({"homeless_on": after("2024-01-08", 57)}, ">56", "met", id="57 days"),
        pytest.param({"homeless_on": after("2024-01-08", 56)}, "0–56", "missed", id="56 days"),
        pytest.param({"homeless_on": "2024-01-08"}, "0–56", "missed", id="today"),
        pytest.param({"homeless_on": "2024-01-07"}, "already", "missed", id="yesterday"),
        pytest.param({"homeless": True}, "already", "missed", id="flag"),
        pytest.param({}, "unknown", "unknown", id="nothing said"),
    ],
)
def test_urgency_at_referral(data: dict[str, Any], band: str, expected: str) -> None:
    rows = [referred("c", "2024-01-08", **data)]
    assert cases(history(frame(*rows)))["band"].to_list() == [band]
    assert verdict(Kpi.UPSTREAM, rows) == expected


MEMBERS = homes(
    home("p", "h", "2018-01-01"),
    home("kid", "h", "2018-01-01"),
    home("lodger", "h", "2018-01-01", beneficiary=False),
    home("ex", "h", "2018-01-01", "2018-02-01"),
    home("other", "k", "2018-01-01"),
)
SERVED = [referred("c", "2018-06-01"), accepted("c", "2018-06-01")]


@pytest.mark.parametrize(
    ("shut", "start", "end", "people", "label"),
    [
        pytest.param(
            "2018-12-31", "2018-04-01", "2019-03-31", ("p",), "service users v1", id="closed in 2018"
        ),
        pytest.param(
            "2019-01-01",
            "2018-04-01",
            "2019-03-31",
            ("kid", "p"),
            "service users v2",
            id="closed on 1 January 2019",
        ),
        pytest.param(
            None, "2018-04-01", "2018-12-31", ("p",), "service users v1", id="last day under the old rule"
        ),
        pytest.param(
            None, "2018-04-01", "2019-01-01", ("kid", "p"), "service users v2", id="first day under the new"
        ),
    ],
)
def test_family_counts_as_service_users_from_2019(
    shut: str | None, start: str, end: str, people: tuple[str, ...], label: str
) -> None:
    rows = [*SERVED, *([closed("c", shut)] if shut else [])]
    found = kpi(casework(frame(*rows), memberships=MEMBERS), Kpi.SERVICE_USERS, day(start), day(end))
    assert found.numerator == people
    assert found.rules == (label,)
    assert found.unit == "person"


def test_family_are_flagged_and_need_memberships() -> None:
    found = kpi(casework(frame(*SERVED), memberships=MEMBERS), Kpi.SERVICE_USERS, *Q1)
    assert found.flags == {"beneficiary": ("kid",)}
    assert kpi(casework(frame(*SERVED)), Kpi.SERVICE_USERS, *Q1).numerator == ("p",)


def test_a_period_over_two_versions_names_both() -> None:
    rows = [
        referred("c", "2020-01-01"), accepted("c", "2020-01-01"), closed("c", "2020-03-01"),
        referred("d", "2020-01-01"), accepted("d", "2020-01-01"), closed("d", "2020-05-01"),
    ]  # fmt: skip
    found = kpi(casework(frame(*rows)), Kpi.CLOSED, day("2020-01-01"), day("2020-06-30"))
    assert found.rules == ("closed in six months, planned v1", "closed in six months, planned v2")
    assert found.numerator == ("a/c@2020-03-01",)
    assert found.exclusions == {"suspended": ("a/d@2020-05-01",)}


def test_only_some_agencies() -> None:
    rows = [referred("c", "2024-01-08"), referred("c", "2024-01-08", person="q", agency="b")]
    work = casework(frame(*rows))
    assert kpi(work, Kpi.TRIAGE, *Q1).denominator == ("a/c", "b/c")
    assert kpi(work, Kpi.TRIAGE, *Q1, agencies=["b"]).denominator == ("b/c",)
    assert kpis(work, *Q1, agencies=["b"])[Kpi.TRIAGE].denominator == ("b/c",)


def test_quarters_are_pooled_and_their_mean_stands_beside() -> None:
    rows = [referred("c", "2024-01-08"), TRIAGED, referred("d", "2024-04-08"), referred("e", "2024-04-08")]
    rows.append(ev("p", "triage", "2024-04-08", case="d"))
    rows.append(referred("f", "2024-04-08"))
    work = casework(frame(*rows))
    parts = [kpi(work, Kpi.TRIAGE, *Q1), kpi(work, Kpi.TRIAGE, day("2024-04-01"), day("2024-06-30"))]
    whole, mean = pooled(parts)
    assert whole.rate == Fraction(2, 4)
    assert mean == (Fraction(1) + Fraction(1, 3)) / 2
    assert (whole.start, whole.end) == (Q1[0], day("2024-06-30"))


def test_own_rules() -> None:
    slow = KpiRule(kpi=Kpi.TRIAGE, name="ours", version=1, days=10, target=Fraction(1, 2))
    rows = [referred("c", "2024-01-08"), ev("p", "triage", "2024-01-19", case="c")]
    found = kpi(casework(frame(*rows)), Kpi.TRIAGE, *Q1, rule=(slow,))
    assert found.met is True
    assert found.rules == ("ours v1",)


@pytest.mark.parametrize(
    ("name", "rule"),
    [pytest.param(Kpi.TRIAGE, "prevention", id="another's"), pytest.param(Kpi.TRIAGE, "no such", id="none")],
)
def test_a_rule_that_does_not_exist_is_refused(name: Kpi, rule: str) -> None:
    with pytest.raises(InputError, match="no such rule"):
        versions_of(name, rule)


def test_every_indicator_has_a_default_rule_and_no_day_has_two_versions() -> None:
    assert set(DEFAULT) == set(Kpi)
    for versions in RULES.values():
        for when in (date(2017, 1, 1) + timedelta(days=n) for n in range(0, 3000, 7)):
            assert sum(version.in_force(when) for version in versions) == 1
        assert [version.version for version in versions] == list(range(1, len(versions) + 1))


def test_what_was_known_then() -> None:
    late = ev("p", "triage", "2024-01-09", case="c", known="2024-05-01")
    table = frame(referred("c", "2024-01-08"), late)
    assert kpi(casework(table), Kpi.TRIAGE, *Q1).numerator == ("a/c",)
    earlier = casework(table, late["sequence"] - 1)
    assert kpi(earlier, Kpi.TRIAGE, *Q1).numerator == ()
    assert kpi(earlier, Kpi.TRIAGE, *Q1).log_position < late["sequence"]


KINDS = ["referral", "triage", "assessment", "referral_decided", "closure", "reopening", "prevention_outcome"]


@settings(max_examples=150, deadline=None)
@given(
    plan=st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.integers(0, 200),
            st.sampled_from(["c", "d", None]),
            st.sampled_from("pq"),
        ),
        min_size=1,
        max_size=14,
    )
)
def test_every_case_is_judged_once_and_the_unknown_never_succeed(
    plan: list[tuple[str, int, str | None, str]],
) -> None:
    rows = []
    for kind, offset, case, person in plan:
        data: dict[str, Any] = {"case": f"{case}{person}" if case else None}
        if kind == "referral_decided":
            data["outcome"] = "accepted"
        if kind == "closure":
            data["planned"] = offset % 3 == 0
        rows.append(ev(person, kind, date(2024, 1, 1) + timedelta(days=offset), **data))
    work = casework(frame(*rows))
    for name, figure in kpis(work, date(2024, 1, 1), date(2024, 6, 30)).items():
        groups = [
            set(figure.denominator),
            set(figure.unknown),
            *(set(ids) for ids in figure.exclusions.values()),
        ]
        assert sum(map(len, groups)) == len(set().union(*groups)), name
        assert set(figure.numerator) <= set(figure.denominator)
        assert figure.rate is None or 0 <= figure.rate <= 1


@settings(max_examples=80, deadline=None)
@given(
    days=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=12),
    limit=st.integers(0, 20),
)
def test_assessment_agrees_with_counting_by_hand(days: list[tuple[int, int]], limit: int) -> None:
    rows, met = [], []
    for number, (received, took) in enumerate(days):
        on = date(2024, 1, 1) + timedelta(days=received)
        rows.append(ev(f"p{number}", "referral", on, case=f"c{number:02}"))
        rows.append(ev(f"p{number}", "assessment", on + timedelta(days=took), case=f"c{number:02}"))
        if took <= limit:
            met.append(f"a/c{number:02}")
    rule = (KpiRule(kpi=Kpi.ASSESSMENT, name="ours", version=1, days=limit),)
    found = kpi(casework(frame(*rows)), Kpi.ASSESSMENT, date(2024, 1, 1), date(2024, 12, 31), rule)
    assert list(found.numerator) == met
    assert len(found.denominator) == len(days)


def test_a_case_is_read_in_one_row() -> None:
    rows = [
        referred("c", "2024-01-08", agency="b", to_agency="a", homeless_on="2024-02-01", household_id="h"),
        ev("p", "triage", "2024-01-09", case="c"),
        ev("p", "assessment", "2024-01-10", case="c", stage="initial"),
        ev("p", "assessment", "2024-01-20", case="c"),
        accepted("c", "2024-01-12"),
        closed("c", "2024-03-01", reason="rehoused"),
    ]
    found = cases(history(frame(*rows))).row(0, named=True)
    expected = {
        "case_id": "a/c",
        "person_id": "p",
        "household_id": "h",
        "agency_id": "a",
        "from_agency": "b",
        "referred_on": day("2024-01-08"),
        "opened_on": day("2024-01-12"),
        "triaged_on": day("2024-01-09"),
        "assessed_on": day("2024-01-20"),
        "closed_on": day("2024-03-01"),
        "band": "0–56",
        "outcome": "accepted",
        "planned": True,
        "close_reason": "rehoused",
    }
    assert {key: found[key] for key in expected} == expected


def test_events_without_any_case_belong_to_none() -> None:
    table = cases(history(frame(ev("p", "triage", "2024-01-09"), ev("p", "closure", "2024-01-10"))))
    assert table.is_empty()
    assert isinstance(table, pl.DataFrame)

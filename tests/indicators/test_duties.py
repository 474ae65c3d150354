"""Duties and offers: unanswered duty-to-refer referrals, nominations, exclusions, rejections, plans."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.indicators.duties import (
    exclusions,
    nominations,
    rejections,
    repeatedly_rejected,
    stale_plans,
    unacknowledged,
)
from tests.happenings import day, ev, frame

ON = day("2024-03-01")
PERIOD = (day("2024-01-01"), day("2024-03-31"))


def duty(on: str, ref: str | None = "d", person: str = "p", to: str = "district") -> dict[str, Any]:
    """Return a duty-to-refer referral."""
    return ev(person, "duty_to_refer", on, agency="hospital", to_agency=to, ref=ref)


@pytest.mark.parametrize(
    ("rows", "waiting"),
    [
        pytest.param([duty("2024-02-23")], ["p"], id="waiting"),
        pytest.param(
            [duty("2024-02-23"), ev("p", "duty_acknowledged", "2024-02-26", agency="district", ref="d")],
            [],
            id="acknowledged",
        ),
        pytest.param(
            [duty("2024-02-23", None), ev("p", "duty_acknowledged", "2024-02-26", agency="district")],
            [],
            id="acknowledged without a number",
        ),
        pytest.param(
            [duty("2024-02-23", None), ev("p", "duty_acknowledged", "2024-02-26", agency="elsewhere")],
            ["p"],
            id="acknowledged by another district",
        ),
        pytest.param(
            [duty("2024-02-23"), ev("p", "duty_acknowledged", "2024-03-02", agency="district", ref="d")],
            ["p"],
            id="acknowledged afterwards",
        ),
        pytest.param([duty("2024-02-23"), ev("p", "death", "2024-02-25")], [], id="died"),
        pytest.param([duty("2024-03-02")], [], id="sent afterwards"),
        pytest.param(
            [duty("2024-02-23", person="q"), duty("2024-02-20")], ["p", "q"], id="the longest first"
        ),
    ],
)
def test_unacknowledged(rows: list[dict[str, Any]], waiting: list[str]) -> None:
    assert unacknowledged(frame(*rows), ON)["person_id"].to_list() == waiting


def test_waiting_in_calendar_and_working_days() -> None:
    found = unacknowledged(frame(duty("2024-02-23")), ON).row(0, named=True)
    assert (found["days"], found["working_days"]) == (7, 5)
    assert (found["from_agency"], found["to_agency"]) == ("hospital", "district")


def nominated(ref: str, person: str, landlord: str = "soha", on: str = "2024-01-10") -> dict[str, Any]:
    """Return a nomination."""
    return ev(person, "nomination", on, ref=ref, landlord=landlord)


def decided(ref: str, person: str, outcome: str, **more: Any) -> dict[str, Any]:
    """Return a decision."""
    return ev(person, "nomination_decided", "2024-02-01", ref=ref, outcome=outcome, agency="landlord", **more)


def test_nominations_by_landlord() -> None:
    table = frame(
        nominated("1", "p"),
        decided("1", "p", "refused", reason="arrears"),
        nominated("2", "q"),
        decided("2", "q", "refused"),
        nominated("3", "r"),
        decided("3", "r", "accepted"),
        nominated("4", "s"),
        decided("4", "s", "withdrawn"),
        nominated("5", "t"),
        nominated("6", "u", "other"),
        ev("v", "exclusion", "2024-01-05", scope="landlord", landlord="soha", reason="conduct"),
    )
    found = {row["landlord"]: row for row in nominations(table, *PERIOD).iter_rows(named=True)}
    assert found["soha"] == {
        "landlord": "soha",
        "nominated": 5,
        "accepted": 1,
        "refused": 2,
        "withdrawn": 1,
        "open": 1,
        "refusal_rate": 2 / 3,
        "reasons": ["arrears", "not said"],
        "excluded": 1,
        "exclusion_reasons": ["conduct"],
        "people_refused": ["p", "q"],
    }
    assert (found["other"]["nominated"], found["other"]["refusal_rate"]) == (1, None)


def test_a_landlord_who_only_excludes_is_shown() -> None:
    table = frame(ev("v", "exclusion", "2024-01-05", scope="landlord", landlord="soha"))
    row = nominations(table, *PERIOD).row(0, named=True)
    assert (row["landlord"], row["nominated"], row["excluded"], row["reasons"]) == ("soha", 0, 1, [])


def test_a_landlord_named_with_the_decision() -> None:
    table = frame(ev("p", "nomination", "2024-01-10", ref="1"), decided("1", "p", "refused", landlord="soha"))
    assert nominations(table, *PERIOD)["landlord"].to_list() == ["soha"]


def test_decisions_after_the_day_do_not_count() -> None:
    table = frame(nominated("1", "p"), decided("1", "p", "refused"))
    row = nominations(table, *PERIOD, as_of=day("2024-01-31")).row(0, named=True)
    assert (row["open"], row["refused"]) == (1, 0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [ev("p", "exclusion", "2024-01-05")], [("p", "register")], id="from the register unless said"
        ),
        pytest.param(
            [ev("p", "exclusion", "2024-01-05", scope="landlord")], [("p", "landlord")], id="by a landlord"
        ),
        pytest.param(
            [ev("p", "exclusion", "2024-01-05"), ev("p", "exclusion_ended", "2024-02-05")], [], id="ended"
        ),
        pytest.param(
            [ev("p", "exclusion", "2024-01-05", ref="x"), ev("p", "exclusion_ended", "2024-02-05", ref="y")],
            [("p", "register")],
            id="another one ended",
        ),
        pytest.param(
            [ev("p", "exclusion", "2024-01-05"), ev("p", "exclusion_ended", "2024-03-05")],
            [("p", "register")],
            id="ends later",
        ),
    ],
)
def test_exclusions(rows: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    assert exclusions(frame(*rows), ON).select("person_id", "scope").rows() == expected


def rejected(person: str, case: str, on: str, sender: str, **more: Any) -> list[dict[str, Any]]:
    """Return a referral and its rejection."""
    return [
        ev(person, "referral", on, case=case, agency="service", from_agency=sender),
        ev(person, "referral_decided", on, case=case, agency="service", outcome="rejected", **more),
    ]


REJECTED = [
    *rejected("p", "1", "2024-01-10", "gp", reason="no housing need", signposted_to="advice"),
    *rejected("p", "2", "2024-02-10", "gp", reason="no housing need"),
    *rejected("q", "3", "2024-02-10", "school"),
    ev("r", "referral", "2024-02-10", case="4", agency="service", from_agency="gp"),
    ev("r", "referral_decided", "2024-02-10", case="4", agency="service", outcome="accepted"),
    *rejected("s", "5", "2024-06-10", "gp"),
]


def test_rejections_by_sender_and_reason() -> None:
    assert rejections(frame(*REJECTED), *PERIOD).rows() == [
        ("gp", "no housing need", 2, 1, 1),
        ("school", "not said", 1, 1, 0),
    ]


def test_the_repeatedly_rejected_stay_traceable() -> None:
    assert repeatedly_rejected(frame(*REJECTED), *PERIOD).rows() == [
        ("p", 2, ["gp"], ["advice"], day("2024-02-10"))
    ]
    assert repeatedly_rejected(frame(*REJECTED), *PERIOD, times=1)["person_id"].to_list() == ["p", "q"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([ev("p", "support_plan", "2024-01-01", review_on="2024-03-01")], [], id="due today"),
        pytest.param(
            [ev("p", "support_plan", "2024-01-01", review_on="2024-02-29")],
            [("support_plan", 1)],
            id="due yesterday",
        ),
        pytest.param([ev("p", "support_plan", "2024-01-01")], [], id="no review named"),
        pytest.param(
            [
                ev("p", "support_plan", "2024-01-01", review_on="2024-02-01"),
                ev("p", "support_plan", "2024-02-10", review_on="2024-05-01"),
            ],
            [],
            id="reviewed",
        ),
        pytest.param(
            [ev("p", "register_application", "2024-01-01", status="live", review_on="2024-02-20")],
            [("register_application", 10)],
            id="application not reviewed",
        ),
        pytest.param(
            [ev("p", "register_application", "2024-01-01", status="closed", review_on="2024-02-20")],
            [],
            id="closed",
        ),
        pytest.param(
            [ev("p", "register_application", "2024-01-01", status="suspended")],
            [("register_application", None)],
            id="suspended",
        ),
        pytest.param(
            [ev("p", "support_plan", "2024-01-01", review_on="2024-02-01"), ev("p", "death", "2024-02-10")],
            [],
            id="nobody is prompted about the dead",
        ),
    ],
)
def test_stale_plans(rows: list[dict[str, Any]], expected: list[tuple[str, int | None]]) -> None:
    assert stale_plans(frame(*rows), ON).select("what", "days_overdue").rows() == expected

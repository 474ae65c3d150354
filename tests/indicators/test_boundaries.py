"""Boundaries worked out by hand: the day on which each rule turns, and the days on either side."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from bnl.indicators.calendar import add_months, add_working_days, is_working_day, working_days_between
from bnl.indicators.caseloads import caseloads
from bnl.indicators.casework import casework
from bnl.indicators.figures import Figure, is_reliable, reliability
from bnl.indicators.flows import flow_return
from bnl.indicators.kpi import kpi
from bnl.indicators.kpi_rules import Kpi
from bnl.indicators.ledger import Flow
from bnl.indicators.lost import lost
from bnl.indicators.national import rough_sleeping
from bnl.indicators.rules import ADULTS, COUNTY, NEW_AFTER_24_MONTHS, SILENCE_90, StatusRules
from bnl.indicators.spells import returns
from bnl.indicators.status import birthday, status_at
from tests.happenings import after, at, day, ev, frame


def state_of(table: pl.DataFrame, on: str, rules: StatusRules = COUNTY) -> str | None:
    """Return the state of the only person, None if nothing is known of them."""
    rows = status_at(table, day(on), rules=rules)
    return str(rows["state"][0]) if rows.height else None


RISK = frame(ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-03-15"))


@pytest.mark.parametrize(
    ("homeless_on", "expected"),
    [
        pytest.param(after("2024-01-10", 58), "at_risk_over_56", id="58 days"),
        pytest.param(after("2024-01-10", 57), "at_risk_over_56", id="57 days"),
        pytest.param(after("2024-01-10", 56), "at_risk_within_56", id="56 days"),
        pytest.param(after("2024-01-10", 55), "at_risk_within_56", id="55 days"),
        pytest.param(after("2024-01-10", 1), "at_risk_within_56", id="tomorrow"),
        pytest.param("2024-01-10", "at_risk_within_56", id="today is day 0"),
        pytest.param("2024-01-09", "homeless", id="yesterday"),
        pytest.param("2023-01-09", "homeless", id="last year"),
    ],
)
def test_fifty_six_days_on_the_day_of_the_news(homeless_on: str, expected: str) -> None:
    table = frame(ev("p", "risk_of_homelessness", "2024-01-10", homeless_on=homeless_on))
    assert state_of(table, "2024-01-10") == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        pytest.param("2023-12-31", None, id="before anything is known"),
        pytest.param("2024-01-18", "at_risk_over_56", id="57 days ahead, over a leap day"),
        pytest.param("2024-01-19", "at_risk_within_56", id="56 days ahead, over a leap day"),
        pytest.param("2024-03-15", "at_risk_within_56", id="the day itself"),
        pytest.param("2024-03-16", "homeless", id="the day after"),
    ],
)
def test_fifty_six_days_as_time_goes_by(on: str, expected: str | None) -> None:
    assert state_of(RISK, on) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param({"homeless": True}, "homeless", id="flag alone"),
        pytest.param({"homeless": True, "homeless_on": "2024-09-01"}, "homeless", id="flag beats a far day"),
        pytest.param(
            {"homeless": False, "homeless_on": "2024-01-01"}, "homeless", id="a past day beats the flag"
        ),
        pytest.param({"homeless": False}, "at_risk_unknown", id="not yet, no day"),
        pytest.param({}, "at_risk_unknown", id="nothing said"),
    ],
)
def test_the_worse_news_wins(data: dict[str, Any], expected: str) -> None:
    table = frame(ev("p", "risk_of_homelessness", "2024-01-10", **data))
    assert state_of(table, "2024-01-10") == expected


@pytest.mark.parametrize(
    ("admitted", "discharged", "on", "expected"),
    [
        pytest.param("2024-02-01", None, after("2024-02-01", 89), "hidden", id="89 days"),
        pytest.param("2024-02-01", None, after("2024-02-01", 90), "hidden", id="90 days"),
        pytest.param("2024-02-01", None, "2024-05-01", "hidden", id="90 days over the leap day is 1 May"),
        pytest.param("2023-02-01", None, "2023-05-02", "hidden", id="90 days without it is 2 May"),
        pytest.param("2024-02-01", None, after("2024-02-01", 91), "institution", id="91 days"),
        pytest.param(
            "2024-02-01", after("2024-02-01", 90), after("2024-02-01", 91), "hidden", id="out on day 90"
        ),
        pytest.param(
            "2024-02-01", after("2024-02-01", 91), after("2024-02-01", 91), "hidden", id="out on day 91"
        ),
        pytest.param("2024-02-01", "2024-02-01", after("2024-02-01", 200), "hidden", id="day case"),
    ],
)
def test_ninety_days_in_an_institution(admitted: str, discharged: str | None, on: str, expected: str) -> None:
    rows = [ev("p", "accommodation_start", "2023-01-01", situation="hidden")]
    rows.append(ev("p", "institution_admission", admitted, institution="prison"))
    if discharged:
        rows.append(ev("p", "institution_discharge", discharged))
    assert state_of(frame(*rows), on) == expected


def test_a_stay_of_ninety_one_days_shows_both_ways_on_its_last_day() -> None:
    out = after("2024-02-01", 91)
    table = frame(
        ev("p", "sighting", "2024-01-01"),
        ev("p", "institution_admission", "2024-02-01"),
        ev("p", "institution_discharge", out),
    )
    made = flow_return(table, day(out), day(out))
    assert made.counts()[Flow.INSTITUTION] == 1
    assert made.counts()[Flow.RETURNED_FROM_INSTITUTION] == 1
    assert made.residual == 0


@pytest.mark.parametrize(
    ("days", "rules", "expected"),
    [
        pytest.param(89, SILENCE_90, "hidden", id="day 89"),
        pytest.param(90, SILENCE_90, "hidden", id="day 90 is still active"),
        pytest.param(91, SILENCE_90, "inactive", id="day 91 is inactive"),
        pytest.param(92, SILENCE_90, "inactive", id="day 92"),
        pytest.param(91, COUNTY, "hidden", id="never by silence alone"),
        pytest.param(3000, COUNTY, "hidden", id="not after years"),
    ],
)
def test_ninety_days_of_silence(days: int, rules: StatusRules, expected: str) -> None:
    table = frame(ev("p", "accommodation_start", "2024-02-28", situation="hidden"))
    assert state_of(table, after("2024-02-28", days), rules) == expected


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        pytest.param("contact", {}, "hidden", id="contact"),
        pytest.param("contact", {"answered": True}, "hidden", id="answered"),
        pytest.param("contact", {"answered": False}, "inactive", id="not answered"),
        pytest.param("contact_attempt", {}, "inactive", id="attempt"),
        pytest.param("next_action", {"due_on": "2024-06-01"}, "inactive", id="paperwork"),
        pytest.param("assessment", {}, "hidden", id="assessment"),
        pytest.param("sighting", {}, "rough_sleeping", id="sighting"),
    ],
)
def test_what_breaks_the_silence(kind: str, data: dict[str, Any], expected: str) -> None:
    table = frame(
        ev("p", "accommodation_start", "2024-01-01", situation="hidden"),
        ev("p", kind, "2024-02-01", **data),
    )
    assert state_of(table, after("2024-01-01", 91), SILENCE_90) == expected


def test_lapse_and_return_on_one_day_are_both_shown() -> None:
    back = after("2024-01-01", 91)
    table = frame(ev("p", "accommodation_start", "2024-01-01", situation="hidden"), ev("p", "contact", back))
    made = flow_return(table, day(back), day(back), rules=SILENCE_90)
    assert (made.counts()[Flow.INACTIVE], made.counts()[Flow.RETURNED_FROM_INACTIVE]) == (1, 1)
    assert made.residual == 0


def kept(*more: dict[str, Any]) -> pl.DataFrame:
    """Return somebody with a lead worker and a next action, and what else is given."""
    return frame(
        ev("p", "accommodation_start", "2024-01-01", situation="hidden"),
        ev("p", "lead_worker_assigned", "2024-01-01", worker="w"),
        ev("p", "next_action", "2024-01-01", action="call", due_on="2024-01-15"),
        *more,
    )


@pytest.mark.parametrize(
    ("table", "on", "expected"),
    [
        pytest.param(kept(), "2024-01-02", [], id="kept"),
        pytest.param(kept(), after("2024-01-01", 90), [], id="90 days of silence"),
        pytest.param(kept(), after("2024-01-01", 91), ["silent"], id="91 days of silence"),
        pytest.param(
            kept(ev("p", "contact", after("2024-01-01", 80))),
            after("2024-01-15", 90),
            [],
            id="90 days overdue",
        ),
        pytest.param(
            kept(ev("p", "contact", after("2024-01-01", 80))),
            after("2024-01-15", 91),
            ["action_overdue"],
            id="91 days overdue",
        ),
    ],
)
def test_the_limits_of_being_kept(table: pl.DataFrame, on: str, expected: list[str]) -> None:
    found = lost(table, day(on))
    assert (found["reasons"].to_list() or [[]])[0] == expected


@pytest.mark.parametrize(
    ("days", "is_lost"),
    [
        pytest.param(0, False, id="the day it is sent"),
        pytest.param(13, False, id="day 13"),
        pytest.param(14, False, id="day 14"),
        pytest.param(15, True, id="day 15"),
    ],
)
def test_a_handover_keeps_for_fourteen_days(days: int, is_lost: bool) -> None:
    table = frame(
        ev("p", "sighting", "2024-01-01"), ev("p", "handover_sent", "2024-01-01", to_agency="b", ref="h")
    )
    found = lost(table, day(after("2024-01-01", days)))
    assert (found.height == 1) == is_lost


@pytest.mark.parametrize(
    ("seen", "again", "new", "returning"),
    [
        pytest.param(None, "2024-06-15", True, False, id="never seen"),
        pytest.param("2019-06-15", "2024-06-15", False, True, id="60 months to the day is not new"),
        pytest.param("2019-06-14", "2024-06-15", True, False, id="a day more is new"),
        pytest.param("2019-06-16", "2024-06-15", False, True, id="a day less is not"),
        pytest.param("2019-02-28", "2024-02-29", False, True, id="leap day looks back to 28 February"),
        pytest.param("2019-02-27", "2024-02-29", True, False, id="leap day, a day more"),
        pytest.param("2020-02-29", "2025-02-28", False, True, id="from a leap day"),
        pytest.param("2020-02-27", "2025-02-28", True, False, id="from before a leap day"),
        pytest.param("2019-08-31", "2024-08-31", False, True, id="month end"),
        pytest.param("2019-08-30", "2024-08-31", True, False, id="month end, a day more"),
        pytest.param("2023-12-18", "2024-06-15", False, True, id="180 days returns"),
        pytest.param("2023-12-19", "2024-06-15", False, False, id="179 days does not"),
        pytest.param("2023-12-17", "2024-06-15", False, True, id="181 days returns"),
        pytest.param("2024-06-01", "2024-06-15", True, False, id="first seen this month"),
    ],
)
def test_new_and_returning(seen: str | None, again: str, new: bool, returning: bool) -> None:
    rows = [ev("p", "sighting", again)] + ([ev("p", "sighting", seen)] if seen else [])
    found = rough_sleeping(frame(*rows), day(again))
    assert (bool(found.new.numerator), bool(found.returning.numerator)) == (new, returning)


@pytest.mark.parametrize(
    ("discharged", "seen", "counts"),
    [
        pytest.param("2024-06-15", ["2024-06-15"], True, id="same day"),
        pytest.param("2024-03-22", ["2024-06-15"], True, id="85 days"),
        pytest.param("2024-03-21", ["2024-06-15"], False, id="86 days"),
        pytest.param("2024-06-16", ["2024-06-15"], False, id="discharged afterwards"),
        pytest.param("2024-03-21", ["2024-06-14", "2024-06-15"], True, id="any sighting of the month"),
        pytest.param(
            "2024-03-10", ["2024-05-20", "2024-06-15"], False, id="last month's sighting is not this"
        ),
        pytest.param("2023-12-06", ["2024-02-29"], True, id="85 days to a leap day"),
        pytest.param("2023-12-05", ["2024-02-29"], False, id="86 days to a leap day"),
    ],
)
def test_eighty_five_days_after_discharge(discharged: str, seen: list[str], counts: bool) -> None:
    rows = [ev("p", "sighting", on) for on in seen] + [ev("p", "institution_discharge", discharged)]
    found = rough_sleeping(frame(*rows), day(seen[-1]))
    assert bool(found.discharged.numerator) == counts


@pytest.mark.parametrize(
    ("seen", "counts"),
    [
        pytest.param(["2024-06-01"], False, id="one month"),
        pytest.param(["2024-06-01", "2024-05-31"], False, id="two months"),
        pytest.param(["2024-06-01", "2024-05-31", "2024-04-30"], True, id="three months"),
        pytest.param(["2024-06-01", "2024-06-02", "2024-06-03"], False, id="three days of one month"),
        pytest.param(["2024-06-30", "2024-05-31", "2023-07-01"], True, id="the first day of the window"),
        pytest.param(["2024-06-30", "2024-05-31", "2023-06-30"], False, id="the day before the window"),
        pytest.param(["2024-05-31", "2024-04-30", "2024-03-31"], False, id="not seen this month"),
    ],
)
def test_three_of_twelve_months(seen: list[str], counts: bool) -> None:
    found = rough_sleeping(frame(*(ev("p", "sighting", on) for on in seen)), day("2024-06-15"))
    assert bool(found.long_term.numerator) == counts


@pytest.mark.parametrize(
    ("on", "time", "night", "month", "counts"),
    [
        pytest.param("2024-07-01", "05:30", True, "2024-06-01", True, id="early morning is the night before"),
        pytest.param("2024-07-01", "11:59", True, "2024-06-01", True, id="a minute before noon"),
        pytest.param("2024-07-01", "12:00", True, "2024-06-01", False, id="noon"),
        pytest.param("2024-07-01", "05:30", False, "2024-06-01", False, id="not said to be at night"),
        pytest.param("2024-07-01", "23:30", True, "2024-07-01", True, id="late evening"),
        pytest.param("2024-03-31", "01:30", True, "2024-03-30", True, id="the night the clocks go forward"),
        pytest.param("2024-10-27", "01:30", True, "2024-10-26", True, id="the night the clocks go back"),
        pytest.param("2024-03-01", "03:00", True, "2024-02-29", True, id="the night of the leap day"),
        pytest.param("2024-01-01", "03:00", True, "2023-12-31", True, id="new year's night"),
    ],
)
def test_the_night_before(on: str, time: str, night: bool, month: str, counts: bool) -> None:
    found = rough_sleeping(frame(ev("p", "sighting", on, time=time, night=night)), day(month))
    assert bool(found.seen.numerator) == counts


def test_the_night_of_a_single_night_count() -> None:
    table = frame(
        ev("p", "sighting", "2024-11-15", time="02:00", night=True),
        ev("q", "sighting", "2024-11-14", time="23:00", night=True),
        ev("r", "sighting", "2024-11-15", time="14:00"),
    )
    found = rough_sleeping(table, day("2024-11-01"), night=day("2024-11-14"))
    assert found.one_night.numerator == ("p", "q")


@pytest.mark.parametrize(
    ("situation", "days", "within", "came_back"),
    [
        pytest.param("emergency", 1, 180, True, id="emergency from day 1"),
        pytest.param("temporary", 13, 180, False, id="temporary on day 13"),
        pytest.param("temporary", 14, 180, True, id="temporary on day 14"),
        pytest.param("settled", 13, 180, False, id="another home on day 13"),
        pytest.param("settled", 14, 180, True, id="another home on day 14"),
        pytest.param("supported", 13, 180, False, id="supported on day 13"),
        pytest.param("supported", 14, 180, True, id="supported on day 14"),
        pytest.param("emergency", 180, 180, True, id="day 180 of six months"),
        pytest.param("emergency", 181, 180, False, id="day 181 of six months"),
        pytest.param("emergency", 730, 730, True, id="day 730 of 24 months"),
        pytest.param("emergency", 731, 730, False, id="day 731 of 24 months"),
    ],
)
def test_returns_after_housing(situation: str, days: int, within: int, came_back: bool) -> None:
    out = "2023-02-10"
    table = frame(
        ev("p", "sighting", "2023-01-01"),
        ev("p", "accommodation_start", out, situation="settled"),
        ev("p", "accommodation_start", after(out, days), situation=situation),
    )
    found = returns(table, day(out), day(out), day("2026-01-01"), within)
    assert (found.denominator, bool(found.numerator)) == (("p",), came_back)


def test_a_sighting_is_a_return_from_the_day_after() -> None:
    table = frame(
        ev("p", "sighting", "2023-01-01"),
        ev("p", "accommodation_start", "2023-02-10", situation="settled"),
        ev("p", "sighting", "2023-02-11"),
    )
    assert returns(table, day("2023-02-10"), day("2023-02-10"), day("2026-01-01"), 180).numerator == ("p",)


@pytest.mark.parametrize(
    ("as_of", "waiting"),
    [
        pytest.param(after("2023-02-10", 179), True, id="a day before its time"),
        pytest.param(after("2023-02-10", 180), False, id="its time has run"),
    ],
)
def test_a_return_not_yet_due(as_of: str, waiting: bool) -> None:
    table = frame(
        ev("p", "sighting", "2023-01-01"), ev("p", "accommodation_start", "2023-02-10", situation="settled")
    )
    found = returns(table, day("2023-02-10"), day("2023-02-10"), day(as_of), 180)
    assert bool(found.exclusions) == waiting
    assert bool(found.denominator) != waiting


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param("2024-01-31", 1, "2024-02-29", id="31 January of a leap year"),
        pytest.param("2023-01-31", 1, "2023-02-28", id="31 January"),
        pytest.param("2024-02-29", 12, "2025-02-28", id="leap day and a year"),
        pytest.param("2024-02-29", 48, "2028-02-29", id="leap day and four years"),
        pytest.param("2024-02-29", -12, "2023-02-28", id="leap day less a year"),
        pytest.param("2024-03-31", -1, "2024-02-29", id="back to a leap day"),
        pytest.param("2024-05-31", 1, "2024-06-30", id="31 May"),
        pytest.param("2024-12-15", 1, "2025-01-15", id="over the year"),
        pytest.param("2024-01-15", -1, "2023-12-15", id="back over the year"),
        pytest.param("2024-06-15", 0, "2024-06-15", id="none"),
        pytest.param("2024-06-15", -60, "2019-06-15", id="sixty back"),
    ],
)
def test_months(start: str, months: int, expected: str) -> None:
    assert add_months(day(start), months) == day(expected)


@pytest.mark.parametrize(
    ("on", "works"),
    [
        pytest.param("2024-01-05", True, id="Friday"),
        pytest.param("2024-01-06", False, id="Saturday"),
        pytest.param("2024-01-07", False, id="Sunday"),
        pytest.param("2024-03-29", False, id="Good Friday"),
        pytest.param("2024-04-01", False, id="Easter Monday"),
        pytest.param("2024-05-06", False, id="early May"),
        pytest.param("2024-05-27", False, id="spring"),
        pytest.param("2024-08-26", False, id="summer"),
        pytest.param("2024-08-05", True, id="Scotland's summer holiday is none here"),
        pytest.param("2024-12-25", False, id="Christmas"),
        pytest.param("2024-12-26", False, id="Boxing Day"),
        pytest.param("2021-12-27", False, id="Christmas on Saturday, substitute Monday"),
        pytest.param("2021-12-28", False, id="Boxing Day on Sunday, substitute Tuesday"),
        pytest.param("2022-01-03", False, id="New Year on Saturday, substitute Monday"),
        pytest.param("2022-12-27", False, id="Christmas on Sunday, substitute Tuesday"),
        pytest.param("2023-01-02", False, id="New Year on Sunday, substitute Monday"),
        pytest.param("2020-05-04", True, id="early May moved away in 2020"),
        pytest.param("2020-05-08", False, id="early May moved to VE Day in 2020"),
        pytest.param("2022-06-02", False, id="spring moved in 2022"),
        pytest.param("2022-06-03", False, id="Platinum Jubilee"),
        pytest.param("2022-09-19", False, id="state funeral"),
        pytest.param("2023-05-08", False, id="coronation"),
        pytest.param("2026-12-28", False, id="Boxing Day on Saturday, substitute Monday"),
        pytest.param("2027-12-28", False, id="Boxing Day on Sunday, substitute Tuesday, in 2027"),
        pytest.param("2028-01-03", False, id="New Year's Day on Saturday, substitute Monday"),
        pytest.param("2028-01-04", True, id="the day after the substitute"),
    ],
)
def test_working_days(on: str, works: bool) -> None:
    assert is_working_day(day(on)) == works


@pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param("2024-01-08", "2024-01-11", id="Monday"),
        pytest.param("2024-01-10", "2024-01-15", id="Wednesday, over a weekend"),
        pytest.param("2024-01-12", "2024-01-17", id="Friday"),
        pytest.param("2024-01-13", "2024-01-18", id="Saturday counts as Monday"),
        pytest.param("2024-01-14", "2024-01-18", id="Sunday counts as Monday"),
        pytest.param("2024-03-28", "2024-04-04", id="Maundy Thursday"),
        pytest.param("2024-03-29", "2024-04-05", id="Good Friday counts as Tuesday"),
        pytest.param("2021-12-24", "2021-12-31", id="Christmas Eve with substitute days"),
        pytest.param("2021-12-25", "2022-01-04", id="Christmas with substitute days"),
        pytest.param("2022-12-31", "2023-01-06", id="New Year's Eve on a Saturday"),
        pytest.param("2022-06-01", "2022-06-08", id="over the Jubilee's two days"),
        pytest.param("2022-09-16", "2022-09-22", id="over the state funeral"),
        pytest.param("2020-05-07", "2020-05-13", id="over VE Day"),
        pytest.param("2027-12-24", "2027-12-31", id="over two substitute days"),
        pytest.param("2024-02-27", "2024-03-01", id="over a leap day"),
    ],
)
def test_three_working_days(received: str, due: str) -> None:
    assert add_working_days(day(received), 3) == day(due)
    assert working_days_between(day(received), day(due)) == 3


def judged(figure: Figure) -> str:
    """Return what a figure of one case says of it."""
    if figure.numerator:
        return "met"
    if figure.denominator:
        return "missed"
    return "unknown" if figure.unknown else next(iter(figure.exclusions), "nothing")


@pytest.mark.parametrize(
    ("received", "triaged", "end", "rule", "expected"),
    [
        pytest.param("2024-01-08", "2024-01-11", "2024-01-31", None, "met", id="day 3"),
        pytest.param("2024-01-08", "2024-01-12", "2024-01-31", None, "missed", id="day 4"),
        pytest.param("2024-01-08", "2024-01-08", "2024-01-31", None, "met", id="day 0"),
        pytest.param("2024-01-12", "2024-01-17", "2024-01-31", None, "met", id="a weekend does not count"),
        pytest.param(
            "2024-01-12", "2024-01-17", "2024-01-31", "triage, calendar days", "missed", id="unless it does"
        ),
        pytest.param("2024-01-13", "2024-01-18", "2024-01-31", None, "met", id="received on Saturday"),
        pytest.param(
            "2024-01-13", "2024-01-19", "2024-01-31", None, "missed", id="received on Saturday, late"
        ),
        pytest.param("2024-03-29", "2024-04-05", "2024-04-30", None, "nothing", id="belongs to March"),
        pytest.param("2024-01-29", None, "2024-01-31", None, "not yet due", id="not yet due"),
        pytest.param("2024-01-29", None, "2024-02-01", None, "missed", id="due today and not done"),
        pytest.param("2024-01-29", "2024-01-30", "2024-01-31", None, "met", id="done before it is due"),
        pytest.param(
            "2024-01-29", "2024-02-01", "2024-01-31", None, "not yet due", id="done after the period"
        ),
    ],
)
def test_triage_within_three_working_days(
    received: str, triaged: str | None, end: str, rule: str | None, expected: str
) -> None:
    rows = [ev("p", "referral", received, case="c")]
    if triaged:
        rows.append(ev("p", "triage", triaged, case="c"))
    start = day(end).replace(day=1) if day(end).month != 2 else day("2024-01-01")
    assert judged(kpi(casework(frame(*rows)), Kpi.TRIAGE, start, day(end), rule)) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(0, "met", id="the same day"),
        pytest.param(13, "met", id="day 13"),
        pytest.param(14, "met", id="day 14"),
        pytest.param(15, "missed", id="day 15"),
    ],
)
def test_full_assessment_within_fourteen_calendar_days(days: int, expected: str) -> None:
    table = frame(
        ev("p", "referral", "2024-02-20", case="c"),
        ev("p", "assessment", after("2024-02-20", days), case="c"),
    )
    assert judged(kpi(casework(table), Kpi.ASSESSMENT, day("2024-02-01"), day("2024-03-31"))) == expected


@pytest.mark.parametrize(
    ("days", "planned", "rule", "expected"),
    [
        pytest.param(180, True, None, "met", id="day 180"),
        pytest.param(181, True, None, "missed", id="day 181"),
        pytest.param(180, False, None, "unplanned", id="unplanned is left out"),
        pytest.param(180, False, "closed in six months, all", "met", id="unless all count"),
        pytest.param(181, False, "closed in six months, all", "missed", id="all count, day 181"),
        pytest.param(180, None, None, "unknown", id="nobody said whether planned"),
    ],
)
def test_closed_within_six_months(days: int, planned: bool | None, rule: str | None, expected: str) -> None:
    shut = after("2018-06-01", days)
    table = frame(
        ev("p", "referral", "2018-06-01", case="c"),
        ev("p", "referral_decided", "2018-06-01", case="c", outcome="accepted"),
        ev("p", "closure", shut, case="c", planned=planned),
    )
    assert judged(kpi(casework(table), Kpi.CLOSED, day(shut), day(shut), rule)) == expected


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        pytest.param("2020-03-31", "met", id="the last day before"),
        pytest.param("2020-04-01", "suspended", id="the first day"),
        pytest.param("2021-03-31", "suspended", id="the last day"),
        pytest.param("2021-04-01", "met", id="the first day after"),
    ],
)
def test_the_suspension_of_2020(closed: str, expected: str) -> None:
    opened = after(closed, -30)
    table = frame(
        ev("p", "referral", opened, case="c"),
        ev("p", "referral_decided", opened, case="c", outcome="accepted"),
        ev("p", "closure", closed, case="c", planned=True),
    )
    assert judged(kpi(casework(table), Kpi.CLOSED, day("2020-01-01"), day("2021-12-31"))) == expected


@pytest.mark.parametrize(
    ("prior_closed", "counts"),
    [
        pytest.param("2022-06-15", True, id="24 months to the day"),
        pytest.param("2022-06-14", False, id="a day more"),
        pytest.param("2024-06-14", True, id="yesterday"),
    ],
)
def test_two_years_of_prior_service(prior_closed: str, counts: bool) -> None:
    table = frame(
        ev("p", "referral", "2022-01-01", case="old"),
        ev("p", "referral_decided", "2022-01-01", case="old", outcome="accepted", service_level="full"),
        ev("p", "closure", prior_closed, case="old", planned=True),
        ev("p", "referral", "2024-06-15", case="new"),
    )
    found = kpi(casework(table), Kpi.RE_REFERRAL, day("2024-06-01"), day("2024-06-30"))
    assert bool(found.numerator) == counts


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        pytest.param("2024-01-31", Flow.RETURNED_FROM_HOUSING, id="24 months to the day"),
        pytest.param("2024-02-01", Flow.NEWLY_IDENTIFIED, id="a day more"),
    ],
)
def test_new_again_after_twenty_four_months(back: str, expected: Flow) -> None:
    table = frame(
        ev("p", "sighting", "2022-01-01"),
        ev("p", "accommodation_start", "2022-01-31", situation="settled"),
        ev("p", "sighting", back),
    )
    made = flow_return(table, day(back), day(back), rules=NEW_AFTER_24_MONTHS)
    assert [flow for flow, count in made.counts().items() if count] == [expected]


@pytest.mark.parametrize(
    ("born", "comes_of_age"),
    [
        pytest.param("2006-06-15", "2024-06-15", id="an ordinary day"),
        pytest.param("2004-02-29", "2022-03-01", id="leap day"),
        pytest.param("2006-02-28", "2024-02-28", id="28 February, into a leap year"),
        pytest.param("2006-03-01", "2024-03-01", id="1 March, into a leap year"),
        pytest.param("2005-12-31", "2023-12-31", id="new year's eve"),
    ],
)
def test_the_eighteenth_birthday(born: str, comes_of_age: str) -> None:
    assert birthday(day(born), 18) == day(comes_of_age)
    table = frame(ev("p", "sighting", after(comes_of_age, -100)))
    born_on = {"p": day(born)}
    eve, on = day(after(comes_of_age, -1)), day(comes_of_age)
    assert status_at(table, eve, rules=ADULTS, born_on=born_on)["active"].to_list() == [False]
    assert status_at(table, on, rules=ADULTS, born_on=born_on)["active"].to_list() == [True]
    made = flow_return(table, on, on, rules=ADULTS, born_on=born_on)
    assert made.people(Flow.AGED_IN) == ["p"]


@pytest.mark.parametrize(
    ("actual", "expected", "share", "reliable"),
    [
        pytest.param(100, 100, Fraction(0), True, id="exact"),
        pytest.param(100, 85, Fraction(15, 100), True, id="fifteen in a hundred passes"),
        pytest.param(100, 115, Fraction(-15, 100), True, id="fifteen too many expected passes"),
        pytest.param(100, 84, Fraction(16, 100), False, id="sixteen does not"),
        pytest.param(0, 0, Fraction(0), True, id="nobody and nobody expected"),
        pytest.param(0, 1, None, False, id="nobody but one expected"),
        pytest.param(20, 17, Fraction(3, 20), True, id="three of twenty"),
        pytest.param(19, 16, Fraction(3, 19), False, id="three of nineteen"),
    ],
)
def test_reliability(actual: int, expected: int, share: Fraction | None, reliable: bool) -> None:
    assert reliability(actual, expected) == share
    assert is_reliable(actual, expected) == reliable


@pytest.mark.parametrize(
    ("people", "mode", "over"),
    [
        pytest.param(25, None, False, id="25"),
        pytest.param(26, None, True, id="26"),
        pytest.param(30, "digital", False, id="30 digital"),
        pytest.param(31, "digital", True, id="31 digital"),
    ],
)
def test_caseload_limits(people: int, mode: str | None, over: bool) -> None:
    rows = []
    for number in range(people):
        rows.append(ev(f"p{number}", "sighting", "2024-01-01"))
        rows.append(ev(f"p{number}", "lead_worker_assigned", "2024-01-02", worker="w", mode=mode))
    found = caseloads(frame(*rows), day("2024-02-01")).workers
    assert found["over"].to_list() == [over]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param("2024-03-31T00:59:59", None, id="a second before it is known"),
        pytest.param("2024-03-31T01:00:00", "rough_sleeping", id="the moment it is known"),
        pytest.param("2024-10-27T00:30:00", "rough_sleeping", id="in the hour that comes twice"),
    ],
)
def test_the_moment_of_knowledge(known: str, expected: str | None) -> None:
    table = frame(ev("p", "sighting", "2024-03-30", known="2024-03-31T01:00:00"))
    moment = date.fromisoformat(known[:10])
    rows = status_at(table, moment, known_as_of=at(known))
    assert (rows["state"].to_list() or [None])[0] == expected


@pytest.mark.parametrize("month", [pytest.param(n, id=f"month {n}") for n in range(1, 13)])
def test_in_and_out_within_a_month_is_one_in_and_one_out(month: int) -> None:
    first = date(2023, month, 1)
    last = add_months(first, 1) - timedelta(days=1)
    table = frame(
        ev("p", "sighting", first),
        ev("p", "accommodation_start", last, situation="settled"),
    )
    made = flow_return(table, first, last)
    assert (made.inflow, made.outflow, made.residual) == (1, 1, 0)
    assert not made.closing.people

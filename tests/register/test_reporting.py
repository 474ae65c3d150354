"""Official figures: everybody counted, small numbers suppressed, and only to who may report."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.event import EventKind
from bnl.domain.identifiers import UserId
from bnl.domain.vocabulary import Role
from bnl.errors import Denied
from bnl.register.reporting import _suppressed_flows, suppressed
from tests.register.county import CITY, REFUGE, START, STEWARD, County, forbid, rich

MANAGER = STEWARD.model_copy(update={"role": Role.MANAGER, "user_id": UserId("manager-1")})
TODAY = START.date()


@given(st.lists(st.integers(0, 50), max_size=20))
def test_one_to_four_are_suppressed_and_nothing_else(counts: list[int]) -> None:
    table = pl.DataFrame({"n": counts}, schema={"n": pl.Int64})
    shown = table.select(suppressed("n")).get_column("n").to_list()
    assert shown == [None if 1 <= count <= 4 else count for count in counts]


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=6))
def test_no_small_flow_is_shown_or_told_by_the_other(rows: list[tuple[int, int, int, int]]) -> None:
    names = ("active_start", "inflow", "outflow", "active_end")
    table = pl.DataFrame(rows, schema=names, orient="row").with_columns(month=pl.lit(date(2026, 1, 1)))
    for row, shown in zip(rows, _suppressed_flows(table).iter_rows(named=True), strict=True):
        said = dict(zip(names, row, strict=True))
        assert not [name for name in names if shown[name] is not None and 1 <= shown[name] <= 4]
        assert (shown["inflow"] is None) == (shown["outflow"] is None)
        assert all(shown[name] in (None, said[name]) for name in names)


def peopled(county: County, people: int) -> None:
    officer = county.officer(CITY)
    for number in range(people):
        handle = officer.submit(f"A-{number}", rich(number)).handle
        officer.record_event(
            handle, EventKind.CONTACT, TODAY - timedelta(days=40), situation="rough_sleeping"
        )


def test_everybody_is_counted_also_who_is_hidden(county: County) -> None:
    peopled(county, 6)
    refuge = county.worker(REFUGE)
    hidden = refuge.submit("R-1", rich(20)).handle
    refuge.record_event(hidden, EventKind.CONTACT, TODAY - timedelta(days=40), situation="rough_sleeping")
    refuge.record_grant(hidden, **forbid(hard=True))
    before = county.size()
    figures = county.register.county_figures(by=MANAGER, as_of=TODAY, months=3)
    assert figures.flows.get_column("month").to_list() == [
        date(2026, 7, 1),
        date(2026, 8, 1),
        date(2026, 9, 1),
    ]
    assert figures.flows.get_column("active_end").to_list()[-1] == 7
    assert figures.records_per_person.row(0) == ("1", 7)
    assert (figures.as_of, figures.log_position) == (TODAY, before)
    (entry,) = county.entries(before)
    assert (entry.action, entry.purpose, entry.subject_count) == ("report", "statistics", 0)


def test_few_people_are_no_figure(county: County) -> None:
    peopled(county, 3)
    figures = county.register.county_figures(by=MANAGER, as_of=TODAY, months=2)
    numbers = figures.flows.drop("month")
    assert not [n for row in numbers.iter_rows() for n in row if n is not None and 1 <= n <= 4]
    assert figures.records_per_person.row(0) == ("1", None)


@pytest.mark.parametrize("months", [1, 2, 9, 12, 13, 25])
def test_months_are_counted_back_from_the_day(county: County, months: int) -> None:
    flows = county.register.county_figures(by=MANAGER, as_of=date(2026, 9, 17), months=months).flows
    listed = flows.get_column("month").to_list()
    assert len(listed) == months
    assert listed[-1] == date(2026, 9, 1)
    first = 2026 * 12 + 8 - (months - 1)
    assert listed[0] == date(first // 12, first % 12 + 1, 1)


@pytest.mark.parametrize("role", [Role.SUPPORT_WORKER, Role.HOUSING_OFFICER, Role.OPERATOR], ids=str)
def test_who_may_not_report_gets_no_figure(county: County, role: Role) -> None:
    with pytest.raises(Denied) as caught:
        county.register.county_figures(by=STEWARD.model_copy(update={"role": role}), as_of=TODAY)
    assert caught.value.reasons == ("no_clause",)

"""Flows: the books balance to the person, whatever is learned late, corrected, linked, parted or erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.indicators.flows import Stock, flow_return, flows_by_month, stock
from bnl.indicators.frame import relink
from bnl.indicators.history import history
from bnl.indicators.households import ALONE, headcount, household_return
from bnl.indicators.ledger import FLOWS, INFLOWS, OUTFLOWS, SIX_FLOWS, Flow, ledger
from bnl.indicators.rules import COUNTY, ROUGH_SLEEPING, SILENCE_90, STATUS_RULES, StatusRules
from bnl.indicators.status import status_at
from bnl.indicators.track import track
from tests.happenings import at, day, ev, frame
from tests.random_logs import MONTHS, PERIODS, START, Log, as_of_month, logs, reported, together


def balances(log: Log, rules: StatusRules) -> None:
    """Check that a chain of returns balances exactly, each opening as it was last reported."""
    opening: Stock | None = None
    for number, (start, end) in enumerate(PERIODS):
        past = history(as_of_month(log, number), reported(number))
        made = flow_return(past, start, end, reported(number), rules, opening)
        assert made.residual == 0
        assert len(made.opening.people) + made.inflow - made.outflow + made.corrected == len(
            made.closing.people
        )
        six = made.six_flows()
        assert sum(six.values()) == made.inflow + made.outflow
        assert set(made.corrections["cause"]) <= {"late news", "correction", "link", "un-link", "erasure"}
        late = made.corrections.filter(pl.col("cause").is_in(["late news", "correction"]))
        assert (late["events"].list.len() > 0).all()
        active = status_at(past, end, reported(number), rules).filter("active")["person_id"]
        assert made.closing.people == frozenset(active)
        opening = made.closing


@settings(max_examples=200, deadline=None)
@given(log=logs())
def test_the_books_balance(log: Log) -> None:
    balances(log, COUNTY)


@settings(max_examples=60, deadline=None)
@given(log=logs(), name=st.sampled_from(sorted(STATUS_RULES)))
def test_the_books_balance_under_every_rule_set(log: Log, name: str) -> None:
    balances(log, STATUS_RULES[name])


def apart(name: str) -> str:
    """Return the log of `together` that a person or household belongs to."""
    return name.removeprefix(ALONE).split("/")[0]


def left_over(
    opening: Iterable[str], closing: Iterable[str], changes: Iterable[tuple[str, int]]
) -> Counter[str]:
    """Return by log what opening, changes and closing leave unexplained."""
    rest = Counter(map(apart, opening))
    rest.subtract(map(apart, closing))
    for name, change in changes:
        rest[apart(name)] += change
    return Counter({log: count for log, count in rest.items() if count})


def all_balance(many: list[Log], chosen: set[str]) -> None:
    """Check that the books of each of several logs balance, of people, of a sub-list and of households.

    The logs are laid into one frame, as different people in one county; each log's balance is that of its
    own people and households alone, so that one log's surplus cannot hide another's want.
    """
    log = together(many)
    opening: Stock | None = None
    for number, (start, end) in enumerate(PERIODS):
        past = history(as_of_month(log, number), reported(number))
        made = flow_return(past, start, end, reported(number), COUNTY, opening)
        moves = [*made.flows.select("person_id", "change").iter_rows()]
        moves += made.corrections.select("person_id", "change").iter_rows()
        before, after = made.opening.people, made.closing.people
        assert made.residual == 0
        assert not left_over(before, after, moves)
        mine = [move for move in moves if move[0] in chosen]
        assert not left_over(before & chosen, after & chosen, mine)
        assert after == frozenset(status_at(past, end, reported(number)).filter("active")["person_id"])
        late = made.corrections.filter(pl.col("cause").is_in(["late news", "correction"]))
        assert (late["events"].list.len() > 0).all()
        assert set(made.corrections["cause"]) <= {"late news", "correction", "link", "un-link", "erasure"}
        opening = made.closing
    past = history(as_of_month(log, MONTHS - 1))
    owner = pl.col("person_id").replace_strict(log.persons[MONTHS - 1], default="")
    members = log.memberships.with_columns(owner)
    for start, end in PERIODS:
        homes = household_return(past, members, start, end)
        assert homes.residual == 0
        assert not left_over(
            homes.opening, homes.closing, homes.flows.select("household_id", "change").iter_rows()
        )
        active = status_at(past, end).filter("active")["person_id"].to_list()
        assert homes.closing == frozenset(headcount(active, members, end).households)


AT_ONCE = 10
MANY = st.lists(logs(), min_size=AT_ONCE, max_size=AT_ONCE)
SOME = st.sets(st.builds("{}/rec_{}".format, st.integers(0, AT_ONCE - 1), st.integers(0, 5)), max_size=20)


@settings(max_examples=20, deadline=None)
@given(many=MANY, chosen=SOME)
def test_the_books_of_many_logs_balance_each_by_itself(many: list[Log], chosen: set[str]) -> None:
    all_balance(many, chosen)


@pytest.mark.long
@settings(max_examples=10_000 // AT_ONCE, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(many=MANY, chosen=SOME)
def test_the_books_balance_ten_thousand_times(many: list[Log], chosen: set[str]) -> None:
    all_balance(many, chosen)


def households_balance(log: Log) -> None:
    """Check that households balance and are active exactly while a member is."""
    table = as_of_month(log, MONTHS - 1)
    owner = log.persons[MONTHS - 1]
    members = log.memberships.with_columns(
        pl.col("person_id").replace_strict(owner, default=None).fill_null("")
    )
    previous: frozenset[str] | None = None
    for start, end in PERIODS:
        made = household_return(table, members, start, end)
        assert made.residual == 0
        assert previous is None or made.opening == previous
        previous = made.closing
        active = status_at(table, end).filter("active")["person_id"].to_list()
        assert made.closing == frozenset(headcount(active, members, end).households)


@settings(max_examples=60, deadline=None)
@given(log=logs())
def test_households_balance(log: Log) -> None:
    households_balance(log)


@settings(max_examples=50, deadline=None)
@given(log=logs(), chosen=st.sets(st.integers(0, 5)))
def test_any_sub_list_balances(log: Log, chosen: set[int]) -> None:
    mine = {f"rec_{number}" for number in chosen}
    table = as_of_month(log, 0).filter(pl.col("person_id").is_in(mine))
    whole = as_of_month(log, 0)
    for start, end in PERIODS:
        part, full = flow_return(table, start, end), flow_return(whole, start, end)
        assert part.residual == 0
        assert part.closing.people == full.closing.people & mine
        expected = full.flows.filter(pl.col("person_id").is_in(mine))
        assert part.flows.sort("event_id", "on", "change").equals(expected.sort("event_id", "on", "change"))


@settings(max_examples=50, deadline=None)
@given(log=logs(), name=st.sampled_from(sorted(STATUS_RULES)))
def test_months_and_single_returns_agree(log: Log, name: str) -> None:
    table, rules = as_of_month(log, 0), STATUS_RULES[name]
    months = flows_by_month(table, START, MONTHS, rules=rules)
    for number, (start, end) in enumerate(PERIODS):
        made, row = flow_return(table, start, end, rules=rules), months.row(number, named=True)
        assert row["month"] == start
        assert {flow: row[flow] for flow in SIX_FLOWS.values()} == made.six_flows()
        assert (row["active_start"], row["active_end"]) == (
            len(made.opening.people),
            len(made.closing.people),
        )
        assert (row["inflow"], row["outflow"]) == (made.inflow, made.outflow)
        assert row["people_in"] == len(made.people(*INFLOWS))
        assert row["people_out"] == len(made.people(*OUTFLOWS))


@settings(max_examples=100, deadline=None)
@given(log=logs())
def test_entries_and_exits_alternate_for_each_person(log: Log) -> None:
    past = history(as_of_month(log, 0))
    books = ledger(past, track(past, COUNTY), COUNTY)
    for person in set(books.person.tolist()):
        changes = books.change[books.person == person].tolist()
        assert changes == [1 if number % 2 == 0 else -1 for number in range(len(changes))]
        first = FLOWS[books.flow[books.person == person][0]]
        assert first in (Flow.NEWLY_IDENTIFIED, Flow.MOVED_IN)


@settings(max_examples=60, deadline=None)
@given(log=logs())
def test_linking_and_parting_again_equals_never_having_linked(log: Log) -> None:
    never = frame(*log.rows)
    linked = relink(never, dict.fromkeys(log.persons[0], "one"))  # type: ignore[arg-type]
    parted = relink(linked, {})
    assert parted.equals(never)
    for start, end in PERIODS:
        assert flow_return(parted, start, end).flows.equals(flow_return(never, start, end).flows)


@settings(max_examples=100, deadline=None)
@given(log=logs(), cut=st.integers(0, 18))
def test_what_was_known_at_a_log_position_never_changes(log: Log, cut: int) -> None:
    table = frame(*log.rows)
    early = table.filter(pl.col("sequence") <= cut)
    start, end = PERIODS[1]
    now, then = flow_return(table, start, end, cut), flow_return(early, start, end)
    assert now.flows.equals(then.flows)
    assert now.closing.people == then.closing.people
    assert now.log_position == then.log_position


def test_six_flows_fold_every_flow_of_the_ledger() -> None:
    assert set(SIX_FLOWS) == set(Flow) == set(INFLOWS) | set(OUTFLOWS)
    assert [SIX_FLOWS[flow] for flow in INFLOWS].count("newly_identified") == 3
    assert len(dict.fromkeys(SIX_FLOWS.values())) == 7


SEEN = ev("p", "sighting", "2024-01-10")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([SEEN], {Flow.NEWLY_IDENTIFIED: 1}, id="newly identified"),
        pytest.param(
            [ev("p", "moved_in", "2024-01-05"), SEEN], {Flow.MOVED_IN: 1}, id="moved in from outside"
        ),
        pytest.param(
            [SEEN, ev("p", "accommodation_start", "2024-01-20", situation="settled")],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.HOUSED: 1},
            id="housed",
        ),
        pytest.param(
            [SEEN, ev("p", "accommodation_start", "2024-01-20", situation="settled_with_support")],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.HOUSED: 1},
            id="housed with support",
        ),
        pytest.param(
            [SEEN, ev("p", "inactive", "2024-01-20", attempts=1)],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.INACTIVE: 1},
            id="inactive",
        ),
        pytest.param([SEEN, ev("p", "inactive", "2024-01-20")], {Flow.NEWLY_IDENTIFIED: 1}, id="no attempts"),
        pytest.param(
            [SEEN, ev("p", "contact_attempt", "2024-01-19"), ev("p", "inactive", "2024-01-20")],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.INACTIVE: 1},
            id="attempts as events",
        ),
        pytest.param(
            [SEEN, ev("p", "contact_attempt", "2024-01-20"), ev("p", "inactive", "2024-01-20")],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.INACTIVE: 1},
            id="attempt on the day of the decision",
        ),
        pytest.param(
            [
                SEEN,
                ev("p", "contact_attempt", "2024-01-15"),
                ev("p", "contact", "2024-01-16"),
                ev("p", "inactive", "2024-01-20"),
            ],
            {Flow.NEWLY_IDENTIFIED: 1},
            id="attempts before the last contact do not count",
        ),
        pytest.param(
            [SEEN, ev("p", "left_area", "2024-01-20")],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.LEFT_AREA: 1},
            id="left the area",
        ),
        pytest.param(
            [SEEN, ev("p", "death", "2024-01-20")], {Flow.NEWLY_IDENTIFIED: 1, Flow.DECEASED: 1}, id="died"
        ),
        pytest.param(
            [
                SEEN,
                ev("p", "accommodation_start", "2024-01-12", situation="settled"),
                ev("p", "sighting", "2024-01-20"),
            ],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.HOUSED: 1, Flow.RETURNED_FROM_HOUSING: 1},
            id="returned from housing",
        ),
        pytest.param(
            [SEEN, ev("p", "inactive", "2024-01-12", attempts=1), ev("p", "contact", "2024-01-20")],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.INACTIVE: 1, Flow.RETURNED_FROM_INACTIVE: 1},
            id="returned from inactive",
        ),
        pytest.param(
            [SEEN, ev("p", "left_area", "2024-01-12"), ev("p", "sighting", "2024-01-20")],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.LEFT_AREA: 1, Flow.RETURNED_FROM_ELSEWHERE: 1},
            id="returned from elsewhere",
        ),
        pytest.param(
            [
                SEEN,
                ev("p", "inactive", "2024-01-12", attempts=1),
                ev("p", "accommodation_start", "2024-01-15", situation="settled"),
                ev("p", "sighting", "2024-01-20"),
            ],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.INACTIVE: 1, Flow.RETURNED_FROM_HOUSING: 1},
            id="housed while inactive, then back",
        ),
        pytest.param(
            [
                SEEN,
                ev("p", "accommodation_start", "2024-01-12", situation="settled"),
                ev("p", "risk_of_homelessness", "2024-01-14", homeless_on="2024-01-17"),
            ],
            {Flow.NEWLY_IDENTIFIED: 1, Flow.HOUSED: 1, Flow.RETURNED_FROM_HOUSING: 1},
            id="housed, at risk, homeless again",
        ),
        pytest.param(
            [
                ev("p", "accommodation_start", "2024-01-12", situation="settled"),
                ev("p", "death", "2024-01-13"),
            ],
            {},
            id="a housed person's death is no outflow",
        ),
        pytest.param([ev("p", "contact", "2024-01-12")], {}, id="a drop-in is not active"),
    ],
)
def test_flows_of_one_life(rows: list[dict[str, Any]], expected: dict[Flow, int]) -> None:
    made = flow_return(frame(*rows), date(2024, 1, 1), date(2024, 1, 31))
    assert {flow: count for flow, count in made.counts().items() if count} == expected
    assert made.residual == 0


@pytest.mark.parametrize(
    ("late", "cause", "change"),
    [
        pytest.param(
            ev("q", "sighting", "2024-01-20", known="2024-02-20"), "late news", 1, id="somebody more"
        ),
        pytest.param(
            ev("p", "accommodation_start", "2024-01-20", known="2024-02-20", situation="settled"),
            "late news",
            -1,
            id="housed already",
        ),
        pytest.param(
            ev(
                "p",
                "sighting",
                "2024-01-10",
                known="2024-02-20",
                corrects=SEEN["event_id"],
                withdrawn=True,
            ),
            "correction",
            -1,
            id="withdrawn",
        ),
    ],
)
def test_late_news_is_a_correction_that_names_its_event(
    late: dict[str, Any], cause: str, change: int
) -> None:
    table = frame(SEEN, late)
    then = stock(table, day("2024-01-31"), at("2024-02-10"))
    made = flow_return(table, day("2024-02-01"), day("2024-02-29"), at("2024-03-10"), opening=then)
    assert made.corrections.select("change", "cause").rows() == [(change, cause)]
    assert made.corrections["events"].to_list() == [[late["event_id"]]]
    assert made.residual == 0


@pytest.mark.parametrize(
    ("before", "now", "erased", "expected"),
    [
        pytest.param({}, {"rec_q_a": "p"}, None, [("q", -1, "link")], id="link"),
        pytest.param({"rec_q_a": "p"}, {}, None, [("q", 1, "un-link")], id="un-link, the new person"),
        pytest.param({}, {}, "rec_q_a", [("q", -1, "erasure")], id="erasure"),
    ],
)
def test_links_and_erasures_are_corrections(
    before: dict[str, str], now: dict[str, str], erased: str | None, expected: list[tuple[str, int, str]]
) -> None:
    own = {"rec_p_a": "p", "rec_q_a": "q"}
    base = frame(SEEN, ev("q", "sighting", "2024-01-11"))
    then = stock(relink(base, {**own, **before}), day("2024-01-31"))  # type: ignore[dict-item]
    later = base.filter(pl.col("record_id") != (erased or ""))
    table = relink(later, {**own, **now})  # type: ignore[dict-item]
    made = flow_return(table, day("2024-02-01"), day("2024-02-29"), opening=then)
    assert made.corrections.select("person_id", "change", "cause").rows() == expected
    assert made.residual == 0


def test_a_period_must_not_end_before_it_starts() -> None:
    with pytest.raises(InputError, match="ends before it starts"):
        flow_return(frame(SEEN), day("2024-02-01"), day("2024-01-01"))


def test_an_opening_of_another_day_is_refused() -> None:
    then = stock(frame(SEEN), day("2024-01-30"))
    with pytest.raises(InputError, match="2024-01-30"):
        flow_return(frame(SEEN), day("2024-02-01"), day("2024-02-29"), opening=then)


def test_flows_under_other_rules() -> None:
    table = frame(SEEN, ev("p", "accommodation_start", "2024-01-20", situation="temporary"))
    made = flow_return(table, day("2024-01-01"), day("2024-01-31"), rules=ROUGH_SLEEPING)
    assert {flow for flow, count in made.counts().items() if count} == {Flow.NEWLY_IDENTIFIED, Flow.OTHER}
    assert made.rules == "rough sleeping v1"
    assert flow_return(table, day("2024-01-01"), day("2024-01-31"), rules=SILENCE_90).outflow == 0


def test_an_empty_frame_gives_empty_books() -> None:
    made = flow_return(frame(), day("2024-01-01"), day("2024-01-31"))
    assert made.residual == 0
    assert not made.opening.people | made.closing.people
    assert flows_by_month(frame(), START, 2)["active_end"].to_list() == [0, 0]

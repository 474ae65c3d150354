"""Published returns: the same bytes for ever, nothing small given away, every difference explained."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from bnl.errors import InputError
from bnl.indicators.flows import flow_return
from bnl.indicators.frame import relink
from bnl.indicators.publish import Published, against, compare, counts_of, document, publish
from bnl.indicators.rules import COUNTY, ROUGH_SLEEPING
from bnl.indicators.suppression import HIDDEN, HIDDEN_SMALL
from tests.happenings import day, ev, frame
from tests.random_logs import PERIODS, Log, as_of_month, logs, reported

START, END = day("2024-01-01"), day("2024-01-31")


def people(count: int, *, housed: int = 0, first: int = 0, on: str = "2024-01-10") -> list[dict[str, Any]]:
    """Return so many people seen, some of them housed in the month."""
    rows = []
    for number in range(first, first + count):
        rows.append(ev(f"p{number:03}", "sighting", on))
        if number < first + housed:
            rows.append(ev(f"p{number:03}", "accommodation_start", "2024-01-20", situation="settled"))
    return rows


def test_the_same_return_gives_the_same_bytes() -> None:
    rows = people(12, housed=6)
    one = document(flow_return(frame(*rows), START, END))
    other = document(flow_return(frame(*reversed(rows)), START, END))
    assert one == other
    body = json.loads(one)
    assert body["counts"]["newly_identified"] == 12
    assert body["closing"] == [f"p{number:03}" for number in range(6, 12)]


def test_a_count_is_hidden_as_it_would_be_without_the_people_a_reader_knows() -> None:
    made = flow_return(frame(*people(12), *people(9, first=50, on="2023-12-01")), START, END)
    mine = [f"p{number:03}" for number in range(9)]
    assert publish(made).printed["newly_identified"] == "12"
    known = publish(made, known=[mine]).printed
    assert (known["newly_identified"], known["opening"], known["closing"]) == (HIDDEN, "9", "21")
    assert publish(made, known=[[], mine]).printed == known
    assert publish(made, known=[["p000"], ["nobody"]]).printed == publish(made).printed
    assert publish(made, known=[[f"p{number:03}" for number in range(12)]]).printed == publish(made).printed


def test_small_or_not_what_is_hidden_for_a_reader_looks_alike() -> None:
    told = []
    for strangers in (1, 3, 4):
        rows = people(3, first=50) + people(strangers)
        made = flow_return(frame(*rows), START, END)
        told.append(publish(made, known=[[f"p{number:03}" for number in range(50, 53)]]).printed)
    assert told[0] == told[1] == told[2]
    assert told[0]["closing"] == HIDDEN


def test_what_was_hidden_from_a_reader_stays_so_while_the_old_count_stands() -> None:
    mine, rows = [f"p{number:03}" for number in range(8)], people(12)
    before = publish(flow_return(frame(*rows), START, END), known=[mine])
    assert before.printed["newly_identified"] == HIDDEN
    later = flow_return(frame(*rows, *people(3, first=60)), START, END)
    assert publish(later, None, [mine]).printed["newly_identified"] == "15"
    assert publish(later, before, [mine]).printed["newly_identified"] == HIDDEN
    restated = flow_return(frame(*rows, *people(5, first=60)), START, END)
    assert publish(restated, before, [mine]).printed["newly_identified"] == "17"


def test_a_reader_cannot_tell_what_is_left_by_the_balance() -> None:
    """Of others one was there before and four after, eight came and five were housed: the flows say so."""
    rows = people(8, housed=5) + people(1, first=50, on="2023-12-01")
    mine = people(6, first=70, on="2023-12-01")
    made = flow_return(frame(*rows, *mine), START, END)
    told = publish(made, known=[[f"p{number:03}" for number in range(70, 76)]]).printed
    assert told["opening"] == told["closing"] == HIDDEN
    assert HIDDEN in (told["newly_identified"], told["housed"])


def test_a_return_can_be_made_again_as_it_was_known() -> None:
    rows = people(12, housed=6)
    then = document(flow_return(frame(*rows), START, END, rows[-1]["sequence"]))
    later = [*rows, ev("p000", "sighting", "2024-01-25"), ev("new", "sighting", "2024-01-05")]
    again = document(flow_return(frame(*later), START, END, rows[-1]["sequence"]))
    assert then == again
    assert document(flow_return(frame(*later), START, END)) != then


def test_large_counts_print_as_they_are() -> None:
    made = publish(
        flow_return(frame(*people(20, housed=8), *people(9, first=50, on="2023-12-01")), START, END)
    )
    assert made.printed == {
        "opening": "9",
        "newly_identified": "20",
        "returned_from_housing": "0",
        "returned_from_inactive": "0",
        "housed": "8",
        "inactive": "0",
        "no_longer_meets": "0",
        "deceased": "0",
        "corrections": "0",
        "closing": "21",
    }


def test_one_small_flow_hides_one_more_flow_and_never_a_stock() -> None:
    made = publish(
        flow_return(frame(*people(20, housed=3), *people(9, first=50, on="2023-12-01")), START, END)
    )
    assert made.printed["housed"] == HIDDEN_SMALL
    assert made.printed["newly_identified"] == HIDDEN
    assert (made.printed["opening"], made.printed["closing"]) == ("9", "26")


def test_where_no_flow_can_protect_every_flow_is_hidden() -> None:
    rows = people(6, first=50, on="2023-12-01")
    rows.append(ev("p050", "accommodation_start", "2024-01-20", situation="settled"))
    made = publish(flow_return(frame(*rows), START, END))
    assert made.printed["housed"] == HIDDEN_SMALL
    assert {made.printed[name] for name in ("newly_identified", "inactive", "deceased")} == {HIDDEN}


@pytest.mark.parametrize(
    ("more", "printed", "count"),
    [
        pytest.param(0, "20", 20, id="no change"),
        pytest.param(1, "20", 20, id="one more: the old print stands"),
        pytest.param(4, "20", 20, id="four more: the old print stands"),
        pytest.param(5, "25", 25, id="five more: restated"),
    ],
)
def test_a_published_figure_is_restated_only_by_five(more: int, printed: str, count: int) -> None:
    rows = people(20)
    before = publish(flow_return(frame(*rows), START, END))
    now = publish(flow_return(frame(*rows, *people(more, first=60)), START, END), before)
    assert (now.printed["newly_identified"], now.counts["newly_identified"]) == (printed, count)


def test_slow_changes_add_up_and_are_then_told() -> None:
    rows = people(20)
    last = publish(flow_return(frame(*rows), START, END))
    for step in range(1, 6):
        last = publish(flow_return(frame(*rows, *people(step, first=60)), START, END), last)
    assert last.printed["newly_identified"] == "25"


def test_the_previous_return_must_be_of_the_same_period_and_rules() -> None:
    table = frame(*people(20))
    before = publish(flow_return(table, START, END))
    with pytest.raises(InputError, match="another period"):
        publish(flow_return(table, START, day("2024-02-29")), before)
    with pytest.raises(InputError, match="other rules"):
        publish(flow_return(table, START, END, rules=ROUGH_SLEEPING), before)


@settings(max_examples=100, deadline=None)
@given(log=logs())
def test_no_small_flow_is_printed(log: Log) -> None:
    made = publish(flow_return(as_of_month(log, 0), *PERIODS[0]))
    assert isinstance(made, Published)
    for name, text in made.printed.items():
        if text not in (HIDDEN, HIDDEN_SMALL):
            assert not 0 < abs(int(text)) < 5
            assert int(text) == made.counts[name]
    assert made.printed["opening"] != HIDDEN
    assert made.printed["closing"] != HIDDEN


def differences(before: Any, after: Any, found: pl.DataFrame) -> None:
    """Check that the changes named add up to the differences between two returns."""
    old, new = counts_of(before), counts_of(after)
    for measure in old:
        if measure != "corrections":
            named = int(found.filter(pl.col("measure") == measure)["change"].sum())
            assert named == new[measure] - old[measure], measure


@settings(max_examples=80, deadline=None)
@given(log=logs())
def test_every_difference_between_two_returns_is_explained(log: Log) -> None:
    early, late = as_of_month(log, 0), as_of_month(log, 3)
    before = flow_return(early, *PERIODS[0], reported(0))
    after = flow_return(late, *PERIODS[0], reported(3))
    found = compare(before, after, late)
    differences(before, after, found)
    assert "rules" not in found["cause"].to_list()
    told = found.filter(pl.col("cause").is_in(["late news", "correction"]))
    assert (told["events"].list.len() > 0).all()


SEEN = ev("p", "sighting", "2024-01-10")


@pytest.mark.parametrize(
    ("late", "measure", "cause"),
    [
        pytest.param(ev("q", "sighting", "2024-01-20"), "newly_identified", "late news", id="late news"),
        pytest.param(
            ev("p", "sighting", "2024-01-10", corrects=SEEN["event_id"], withdrawn=True),
            "newly_identified",
            "correction",
            id="correction",
        ),
    ],
)
def test_late_news_and_corrections_are_named(late: dict[str, Any], measure: str, cause: str) -> None:
    table = frame(SEEN, late)
    before = flow_return(table, START, END, SEEN["sequence"])
    found = compare(before, flow_return(table, START, END), table)
    row = found.filter(pl.col("measure") == measure).row(0, named=True)
    assert (row["cause"], row["events"]) == (cause, [late["event_id"]])


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        pytest.param({"rec_q_a": "p"}, {"link"}, id="link"),
        pytest.param({"rec_q_a": "x"}, {"link", "un-link"}, id="moved to somebody new"),
    ],
)
def test_links_are_named(owners: dict[str, str], expected: set[str]) -> None:
    table = frame(SEEN, ev("q", "sighting", "2024-01-11"))
    joined = relink(table, {"rec_p_a": "p", "rec_q_a": "q", **owners})  # type: ignore[dict-item]
    found = compare(flow_return(table, START, END), flow_return(joined, START, END), joined)
    assert set(found["cause"]) <= expected
    assert found.height > 0


def test_an_erasure_is_named() -> None:
    table = frame(SEEN, ev("q", "sighting", "2024-01-11"))
    left = table.filter(pl.col("person_id") == "p")
    found = compare(flow_return(table, START, END), flow_return(left, START, END), left)
    assert set(found["cause"]) == {"erasure"}
    assert set(found["person_id"]) == {"q"}


def test_other_rules_are_named() -> None:
    table = frame(ev("p", "accommodation_start", "2024-01-11", situation="hidden"))
    one, other = (flow_return(table, START, END, rules=rules) for rules in (COUNTY, ROUGH_SLEEPING))
    assert set(compare(one, other, table)["cause"]) == {"rules"}


def test_equal_returns_have_no_differences() -> None:
    table = frame(SEEN)
    assert compare(flow_return(table, START, END), flow_return(table, START, END), table).is_empty()


def test_returns_of_different_periods_are_not_compared() -> None:
    table = frame(SEEN)
    other = flow_return(table, START, END + timedelta(days=1))
    with pytest.raises(InputError, match="different periods"):
        compare(flow_return(table, START, END), other, table)


def test_the_people_behind_the_gap_to_an_external_total() -> None:
    assert against(["b", "a", "a"], ["b", "c"]) == (["a"], ["c"])

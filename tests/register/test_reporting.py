"""Official figures: everybody counted, small numbers suppressed, and only to who may report."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnl.domain.event import EventKind
from bnl.domain.identifiers import UserId
from bnl.domain.vocabulary import Role
from bnl.errors import Denied, InvalidValue
from bnl.register.reporting import _histogram, suppressed_flows
from tests.register.county import CITY, REFUGE, START, STEWARD, County, forbid, rich

MANAGER = STEWARD.model_copy(update={"role": Role.MANAGER, "user_id": UserId("manager-1")})
TODAY = START.date()


NAMES = ("active_start", "inflow", "outflow", "active_end")
COUNTS = range(13)
Books = tuple[tuple[int, int, int, int], ...]


def shown_books(books: Books) -> list[tuple[int | None, ...]]:
    """What is printed of some months' books."""
    table = pl.DataFrame(list(books), schema=NAMES, orient="row").with_columns(month=pl.lit(date(2026, 1, 1)))
    return suppressed_flows(table).select(NAMES).rows()


def could_be(rows: list[tuple[int | None, ...]]) -> list[Books]:
    """All books of two months that would be printed like this, flows and stocks from 0 to 12."""

    def months(start: int | None, row: tuple[int | None, ...]) -> list[tuple[int, int, int, int]]:
        starts = COUNTS if row[0] is None else [row[0]]
        ins, outs = (COUNTS if row[at] is None else [row[at] or 0] for at in (1, 2))
        found = []
        for first in starts if start is None else [s for s in starts if s == start]:
            for inflow, outflow in itertools.product(ins, outs):
                last = first + inflow - outflow
                if last >= 0 and row[3] in (None, last):
                    found.append((first, inflow, outflow, last))
        return found

    both = [(one, two) for one in months(None, rows[0]) for two in months(one[3], rows[1])]
    return [books for books in both if shown_books_fast(books) == rows]


def shown_books_fast(books: Books) -> list[tuple[int | None, ...]]:
    """What is printed, by the rule as it is published, written once more without tables."""
    return [
        (
            None if 1 <= first <= 4 else first,
            *((None, None) if any(1 <= n <= 4 for n in row) else row[1:3]),
            None if 1 <= last <= 4 else last,
        )
        for row in books
        for first, _, _, last in [row]
    ]


@settings(max_examples=20, deadline=None)
@given(*[st.integers(0, 6)] * 5)
def test_no_hidden_figure_can_be_told_from_stocks_and_other_months(
    start: int, in_1: int, out_1: int, in_2: int, out_2: int
) -> None:
    middle = start + in_1 - out_1
    end = middle + in_2 - out_2
    assume(middle >= 0 and end >= 0)
    books: Books = ((start, in_1, out_1, middle), (middle, in_2, out_2, end))
    rows = shown_books(books)
    assert rows == shown_books_fast(books)
    candidates = could_be(rows)
    assert books in candidates
    for month, name in itertools.product(range(2), range(4)):
        if rows[month][name] is None:
            assert len({one[month][name] for one in candidates}) > 1
        else:
            assert rows[month][name] == books[month][name]
            assert rows[month][name] not in range(1, 5)


@pytest.mark.parametrize(
    ("books", "shown"),
    [
        pytest.param((100, 12, 7, 105), (100, 12, 7, 105), id="nothing small"),
        pytest.param((100, 2, 0, 102), (100, None, None, 102), id="a small flow the stocks would tell"),
        pytest.param((100, 0, 0, 100), (100, 0, 0, 100), id="noughts are told"),
        pytest.param((10, 0, 7, 3), (10, None, None, None), id="a small stock the flows would tell"),
        pytest.param((3, 9, 0, 12), (None, None, None, 12), id="a small stock at the start"),
        pytest.param((5, 5, 5, 5), (5, 5, 5, 5), id="five is told"),
    ],
)
def test_the_books_of_a_month(books: tuple[int, int, int, int], shown: tuple[int | None, ...]) -> None:
    assert shown_books((books,)) == [shown]


def test_a_histogram_tells_no_small_number_by_its_total() -> None:
    people = _histogram(Counter({1: 90, 2: 30, 3: 2})).get_column("people").to_list()
    assert people[2] is None
    assert people.count(None) == 2
    assert _histogram(Counter({1: 90, 2: 30})).get_column("people").to_list() == [90, 30, 0, 0, 0, 0, 0, 0]


def peopled(county: County, people: int) -> None:
    officer = county.officer(CITY)
    for number in range(people):
        handle = officer.submit(f"A-{number}", rich(number)).handle
        officer.record_event(
            handle, EventKind.CONTACT, TODAY - timedelta(days=40), situation="rough_sleeping"
        )


def in_a_refuge(county: County, people: int) -> None:
    refuge = county.worker(REFUGE)
    for number in range(people):
        hidden = refuge.submit(f"R-{number}", rich(20 + number)).handle
        refuge.record_event(hidden, EventKind.CONTACT, TODAY - timedelta(days=40), situation="rough_sleeping")
        refuge.record_grant(hidden, **forbid(hard=True))


@pytest.mark.parametrize("made_up", [0, 1, 4, 5, 9])
def test_made_up_people_bring_no_small_number_to_light(
    make_county: Callable[[], County], made_up: int
) -> None:
    """Whoever pads a figure knows what they added: one, three or four hidden people must look alike."""
    told = []
    for hidden in (1, 3, 4):
        county = make_county()
        in_a_refuge(county, hidden)
        peopled(county, made_up)
        figures = county.register.county_figures(by=MANAGER, as_of=TODAY, months=3)
        told.append((figures.flows.rows(), figures.records_per_person.rows()))
    assert told[0] == told[1] == told[2]
    assert told[0][1][0] == ("1", None)


def test_everybody_is_counted_also_who_is_hidden(county: County) -> None:
    peopled(county, 6)
    in_a_refuge(county, 5)
    before = county.size()
    figures = county.register.county_figures(by=MANAGER, as_of=TODAY, months=3)
    assert figures.flows.get_column("month").to_list() == [
        date(2026, 7, 1),
        date(2026, 8, 1),
        date(2026, 9, 1),
    ]
    assert figures.flows.get_column("active_end").to_list()[-1] == 11
    assert figures.records_per_person.row(0) == ("1", 11)
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


@pytest.mark.parametrize(
    ("as_of", "months"),
    [
        pytest.param(TODAY, 0, id="no month"),
        pytest.param(TODAY, -3, id="fewer than none"),
        pytest.param(TODAY, 601, id="more than fifty years"),
        pytest.param(TODAY, 1.5, id="a part of a month"),
        pytest.param(date(1900, 1, 31), 2, id="before anything was known"),
        pytest.param(date(1, 1, 1), 1, id="the first day there is"),
    ],
)
def test_months_that_cannot_be_are_refused(county: County, as_of: date, months: int) -> None:
    before = county.size()
    with pytest.raises(InvalidValue):
        county.register.county_figures(by=MANAGER, as_of=as_of, months=months)
    assert county.size() == before


def test_the_last_day_is_the_last_counted(county: County) -> None:
    peopled(county, 6)
    met = TODAY - timedelta(days=40)
    for day, active in ((met - timedelta(days=1), 0), (met, 6)):
        flows = county.register.county_figures(by=MANAGER, as_of=day, months=1).flows
        assert flows.get_column("active_end").to_list() == [active]

"""Reports through the register: by handle within what may be seen, and suppressed for officials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.event import EventKind
from bnl.domain.identifiers import Handle
from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.register.ground import Reach
from bnl.register.reports import REPORTS, Report, hide_small
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    START,
    County,
    contact,
    forbid,
    permit,
    rich,
)

TODAY = START.date()
AUGUST: dict[str, Any] = {"start": date(2026, 8, 1), "end": date(2026, 8, 31)}
COUNTS = sorted(name for name, one in REPORTS.items() if one.whole)


def reporter(county: County) -> Session:
    return county.session(CITY, Role.MANAGER, Purpose.STATISTICS)


def keeper(county: County) -> Session:
    return county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)


def known(county: County, number: int, session: Session | None = None) -> Handle:
    return (session or county.worker(CHARITY)).submit(f"C-{number}", rich(number)).handle


def tell(county: County, handle: Handle, kind: EventKind, day: date, **data: Any) -> None:
    county.worker(CHARITY).record_event(handle, kind, day, **data)


def rows(county: County, name: str, **days: Any) -> list[dict[str, Any]]:
    return county.worker(CHARITY).report(name, **days).table.to_dicts()


def test_a_handover_and_its_pair(county: County) -> None:
    handle = known(county, 1)
    tell(county, handle, EventKind.HANDOVER_SENT, date(2026, 8, 3), ref="h", to_agency=HOSTEL)
    tell(county, handle, EventKind.HANDOVER_ACCEPTED, date(2026, 8, 5), ref="h")
    (row,) = rows(county, "handovers", **AUGUST)
    assert row["handle"] == handle
    assert (row["answer"], row["days_to_answer"]) == ("accepted", 2)
    (pair,) = rows(county, "joins", **AUGUST)
    assert (pair["from_agency"], pair["to_agency"]) == (CHARITY, HOSTEL)
    assert (pair["sent"], pair["accepted"], pair["acceptance"]) == (1, 1, 1.0)
    assert rows(county, "joins", start=date(2026, 8, 4), end=date(2026, 8, 31)) == []


def test_who_is_about_to_be_discharged(county: County) -> None:
    handle = known(county, 1)
    tell(
        county,
        handle,
        EventKind.INSTITUTION_ADMISSION,
        date(2026, 8, 3),
        institution="hospital",
        entry_situation="rough_sleeping",
        expected_on="2026-09-04",
    )
    (row,) = rows(county, "discharge-watch")
    assert (row["handle"], row["urgency"], row["days_left"]) == (handle, "due", 3)
    assert rows(county, "discharge-watch", as_of=date(2026, 8, 2)) == []


def test_in_and_out_of_an_institution(county: County) -> None:
    handle = known(county, 1)
    tell(
        county,
        handle,
        EventKind.INSTITUTION_ADMISSION,
        date(2026, 8, 3),
        institution="prison",
        entry_situation="hidden",
    )
    tell(
        county,
        handle,
        EventKind.INSTITUTION_DISCHARGE,
        date(2026, 8, 30),
        institution="prison",
        situation="homeless",
    )
    (row,) = rows(county, "in-out", **AUGUST)
    assert (row["institution"], row["entry"], row["exit"], row["stays"]) == (
        "prison",
        "hidden",
        "homeless",
        1,
    )
    (stay,) = rows(county, "stays", **AUGUST)
    assert stay["handle"] == handle


def test_nobodys_and_everybodys_cases_and_caseloads(county: County) -> None:
    nobodys, one, everybodys = (known(county, number) for number in range(3))
    for handle in (nobodys, one, everybodys):
        tell(county, handle, EventKind.CONTACT, date(2026, 8, 3), situation="hidden")
    tell(county, one, EventKind.LEAD_WORKER_ASSIGNED, date(2026, 8, 3), worker="w-1")
    tell(county, everybodys, EventKind.LEAD_WORKER_ASSIGNED, date(2026, 8, 3), worker="w-1")
    tell(county, everybodys, EventKind.LEAD_WORKER_ASSIGNED, date(2026, 8, 4), worker="w-2")
    assert [row["handle"] for row in rows(county, "nobodys-cases")] == [nobodys]
    loads = {row["worker"]: row["person_ids"] for row in rows(county, "caseloads")}
    assert set(loads["w-1"]) <= {one, everybodys}
    assert one in loads["w-1"]
    assert all(handle.startswith("h_") for people in loads.values() for handle in people)


def test_duty_to_refer_without_an_answer(county: County) -> None:
    waiting, answered = known(county, 1), known(county, 2)
    for handle in (waiting, answered):
        tell(county, handle, EventKind.DUTY_TO_REFER, date(2026, 8, 27), ref="d", to_agency=CITY)
    tell(county, answered, EventKind.DUTY_ACKNOWLEDGED, date(2026, 8, 28), ref="d")
    (row,) = rows(county, "duty-to-refer")
    assert (row["handle"], row["days"], row["working_days"]) == (waiting, 5, 2)


def test_nominations_exclusions_and_who_was_refused(county: County) -> None:
    refused, barred = known(county, 1), known(county, 2)
    tell(county, refused, EventKind.NOMINATION, date(2026, 8, 3), ref="n", landlord="soha")
    tell(
        county,
        refused,
        EventKind.NOMINATION_DECIDED,
        date(2026, 8, 9),
        ref="n",
        outcome="refused",
        reason="arrears",
    )
    tell(
        county,
        barred,
        EventKind.EXCLUSION,
        date(2026, 8, 3),
        scope="landlord",
        landlord="soha",
        reason="noise",
    )
    (row,) = rows(county, "nominations", **AUGUST)
    assert (row["landlord"], row["nominated"], row["refused"], row["refusal_rate"]) == ("soha", 1, 1, 1.0)
    assert row["people_refused"] == [refused]
    assert row["excluded"] == 1
    assert [one["handle"] for one in rows(county, "exclusions")] == [barred]


def test_rejections_and_the_repeatedly_rejected(county: County) -> None:
    handle = known(county, 1)
    for number in (1, 2):
        day = date(2026, 8, number)
        tell(county, handle, EventKind.REFERRAL, day, case=str(number))
        tell(
            county,
            handle,
            EventKind.REFERRAL_DECIDED,
            day,
            case=str(number),
            outcome="rejected",
            reason="criteria",
        )
    (row,) = rows(county, "rejections", **AUGUST)
    assert (row["reason"], row["referrals"], row["people"]) == ("criteria", 2, 1)
    (again,) = rows(county, "repeatedly-rejected", **AUGUST)
    assert (again["handle"], again["rejections"]) == (handle, 2)


def test_stale_plans_moves_nights_and_reopened_cases(county: County) -> None:
    handle = known(county, 1)
    tell(county, handle, EventKind.SUPPORT_PLAN, date(2026, 6, 1), review_on="2026-07-01")
    tell(county, handle, EventKind.ACCOMMODATION_START, date(2026, 8, 1), situation="emergency")
    tell(county, handle, EventKind.ACCOMMODATION_START, date(2026, 8, 11), situation="temporary")
    tell(county, handle, EventKind.REFERRAL, date(2026, 7, 1), case="1")
    tell(county, handle, EventKind.CLOSURE, date(2026, 7, 9), case="1")
    tell(county, handle, EventKind.REOPENING, date(2026, 8, 9), case="1")
    (plan,) = rows(county, "stale-plans")
    assert (plan["handle"], plan["days_overdue"]) == (handle, 62)
    assert rows(county, "moves", **AUGUST) == [{"handle": handle, "moves": 1}]
    assert rows(county, "nights", **AUGUST) == [{"handle": handle, "nights": 31}]
    assert rows(county, "reopened") == [{"handle": handle}]


def test_deaths_and_the_review_pack(county: County) -> None:
    worker, handle = county.worker(CHARITY), known(county, 1)
    for day in (date(2025, 8, 3), date(2026, 2, 3)):
        contact(worker, handle, day, situation="hidden")
    tell(county, handle, EventKind.DEATH, date(2026, 8, 9), source="hospital")
    (row,) = rows(county, "deaths", **AUGUST)
    assert (row["handle"], row["state_before"], row["died_on"]) == (handle, "hidden", date(2026, 8, 9))
    pack = worker.review_pack(handle)
    assert pack.table["kind"].to_list() == ["contact", "death"]
    assert worker.review_pack(handle, months=13).table.height == 3
    assert not {"person_id", "record_id"} & set(pack.table.columns)
    assert pack.name == "review-pack"


@pytest.mark.parametrize("months", [0, 601])
def test_a_review_looks_back_some_months(county: County, months: int) -> None:
    with pytest.raises(InvalidValue):
        county.worker(CHARITY).review_pack(known(county, 1), months=months)


def test_a_review_of_somebody_hidden_is_a_review_of_nobody(county: County) -> None:
    handle = known(county, 1)
    other = county.core.handles.handle(HOSTEL, county.record_of(CHARITY, handle))
    for wanted in (other, "h_nobody"):
        with pytest.raises(NotFound):
            county.worker(HOSTEL).review_pack(wanted)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_nobody_is_on_a_report_whom_its_reader_may_not_know_of(county: County, name: str) -> None:
    """The refuge's people are on the refuge's reports only, whatever is told of them."""
    refuge = county.worker(REFUGE)
    hidden = known(county, 30, refuge)
    happened: list[tuple[EventKind, date, dict[str, Any]]] = [
        (EventKind.CONTACT, date(2026, 8, 3), {"situation": "hidden"}),
        (EventKind.HANDOVER_SENT, date(2026, 8, 3), {"to_agency": CITY}),
        (EventKind.REFERRAL, date(2026, 8, 3), {"case": "9"}),
        (EventKind.REFERRAL_DECIDED, date(2026, 8, 4), {"case": "9", "outcome": "rejected"}),
        (EventKind.NOMINATION, date(2026, 8, 3), {"landlord": "soha"}),
        (EventKind.DUTY_TO_REFER, date(2026, 8, 3), {"to_agency": CITY}),
        (EventKind.SUPPORT_PLAN, date(2026, 8, 3), {"review_on": "2026-08-04"}),
        (EventKind.EXCLUSION, date(2026, 8, 3), {}),
    ]
    for kind, day, data in happened:
        refuge.record_event(hidden, kind, day, **data)
    refuge.record_grant(hidden, **forbid(hard=True))
    for session in (county.officer(), county.worker(CHARITY), county.officer(CHERWELL)):
        made = session.report(name, start=date(2026, 1, 1))
        assert made.table.is_empty()
        assert made.unnamed == 0
        assert made.reach is Reach.SEEN
    exact = keeper(county).report(name, start=date(2026, 1, 1))
    assert "handle" not in exact.table.columns or exact.table.is_empty()


def test_what_is_not_shared_is_on_no_report_of_a_partner(county: County) -> None:
    handle = known(county, 1)
    tell(county, handle, EventKind.HANDOVER_SENT, date(2026, 8, 3), to_agency=CITY)
    worker = county.worker(CHARITY)
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories=frozenset({FieldCategory.IDENTITY})))
    assert county.worker(HOSTEL).report("handovers", **AUGUST).table.is_empty()
    everything = permit(CHARITY, HOSTEL, categories=frozenset({FieldCategory.AGENCY_INVOLVEMENT}))
    worker.record_grant(handle, **everything)
    (row,) = county.worker(HOSTEL).report("handovers", **AUGUST).table.to_dicts()
    assert row["handle"] != handle


def test_a_period_is_twelve_months_up_to_its_end_unless_it_is_said(county: County) -> None:
    made = county.worker(CHARITY).report("joins")
    assert (made.start, made.end, made.as_of) == (date(2025, 10, 1), TODAY, TODAY)
    made = county.worker(CHARITY).report("joins", end=date(2026, 3, 31))
    assert (made.start, made.end, made.as_of) == (date(2025, 4, 1), date(2026, 3, 31), date(2026, 3, 31))
    assert repr(made) == "TableReport(joins, 0 rows)"


def test_reports_that_cannot_be(county: County) -> None:
    with pytest.raises(InvalidValue):
        county.worker(CHARITY).report("none")
    with pytest.raises(InvalidValue):
        county.worker(CHARITY).report("joins", start=TODAY, end=TODAY - timedelta(days=1))
    with pytest.raises(Denied):
        county.access().report("joins")


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_officials_get_reports_of_counts_only(county: County, name: str) -> None:
    known(county, 1)
    if name in COUNTS:
        assert reporter(county).report(name).reach is Reach.OFFICIAL
    else:
        with pytest.raises(Denied):
            reporter(county).report(name)


def test_a_report_of_counts_names_in_its_entry_whom_it_rests_on(county: County) -> None:
    handle = known(county, 1)
    tell(county, handle, EventKind.HANDOVER_SENT, date(2026, 8, 3), to_agency=CITY)
    session = county.worker(CHARITY)
    before = county.size()
    session.report("joins", **AUGUST)
    (entry,) = county.entries(before)
    assert entry.action == "report.joins"
    assert set(county.subjects(entry.sequence)) == {county.record_of(CHARITY, handle)}


COUNTED = Report("A report of counts.", lambda _g, _s: pl.DataFrame(), whole="sent")


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        pytest.param((9, 0, 9), (9, 0, 9), id="nothing small"),
        pytest.param((9, 5, 0), (9, None, None), id="what is left is small"),
        pytest.param((9, 3, 6), (9, None, None), id="a part is small"),
        pytest.param((4, 0, 4), (None, None, None), id="the whole is small"),
        pytest.param((0, 0, 0), (0, 0, 0), id="nothing at all"),
        pytest.param((None, 0, 0), (None, None, None), id="not known"),
        pytest.param((12, 5, 7), (12, 5, 7), id="five is told"),
    ],
)
def test_a_row_of_counts(row: tuple[int | None, ...], shown: tuple[int | None, ...]) -> None:
    table = pl.DataFrame([row], schema={"sent": pl.Int64, "yes": pl.Int64, "no": pl.Int64}, orient="row")
    assert hide_small(table, COUNTED).row(0) == shown


@pytest.mark.parametrize(
    ("row", "left", "shown"),
    [
        pytest.param((9, 3, 6), (5, 0, 5), (9, None, None), id="small as it is"),
        pytest.param((13, 6, 7), (8, 6, 2), (13, None, None), id="a part is small without the asker's"),
        pytest.param((13, 6, 7), (4, 0, 4), (None, None, None), id="the whole is small without the asker's"),
        pytest.param((13, 6, 7), (0, 0, 0), (13, 6, 7), id="all are the asker's"),
        pytest.param((13, 6, 7), (11, 5, 6), (13, 6, 7), id="enough are left"),
        pytest.param((13, 6, 7), None, (13, 6, 7), id="not there without the asker's"),
    ],
)
def test_a_row_is_hidden_as_it_would_be_without_whom_the_asker_knows(
    row: tuple[int, ...], left: tuple[int, ...] | None, shown: tuple[int | None, ...]
) -> None:
    schema = {"to": pl.String, "sent": pl.Int64, "yes": pl.Int64, "no": pl.Int64}
    table = pl.DataFrame([("north", *row)], schema=schema, orient="row")
    others = pl.DataFrame(
        [("south", 1, 1, 0), *([("north", *left)] if left else [])], schema=schema, orient="row"
    )
    assert hide_small(table, COUNTED, others).row(0) == ("north", *shown)


@pytest.mark.parametrize("made_up", [0, 1, 4, 5, 9])
def test_made_up_handovers_bring_no_small_number_to_light(
    make_county: Callable[[], County], made_up: int
) -> None:
    told = []
    for others in (2, 3, 4):
        county = make_county()
        for host, first, count in ((county.worker(CHARITY), 0, others), (county.officer(), 10, made_up)):
            for number in range(first, first + count):
                handle = host.submit(f"A-{number}", rich(number)).handle
                host.record_event(handle, EventKind.HANDOVER_SENT, date(2026, 8, 3), to_agency=CHERWELL)
        told.append(reporter(county).report("joins", **AUGUST).table.rows())
    assert told[0] == told[1] == told[2]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6))
def test_no_small_count_is_left_in_a_table(parts: list[tuple[int, int]]) -> None:
    table = pl.DataFrame(
        [(yes + no, yes, no, 0.5, ["why"]) for yes, no in parts],
        schema={
            "sent": pl.Int64,
            "yes": pl.Int64,
            "no": pl.Int64,
            "rate": pl.Float64,
            "reasons": pl.List(pl.String),
        },
        orient="row",
    )
    made = hide_small(table, COUNTED)
    assert "reasons" not in made.columns
    assert made.height == table.height
    for sent, yes, no, rate in made.iter_rows():
        assert not [count for count in (sent, yes, no) if count is not None and 1 <= count <= 4]
        assert (yes is None) == (no is None) == (rate is None)

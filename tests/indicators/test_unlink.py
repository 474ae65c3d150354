"""Un-link exactness: linked, edited, reported and parted again equals never linked, on every report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.indicators.caseloads import caseloads
from bnl.indicators.casework import casework
from bnl.indicators.duties import (
    exclusions,
    nominations,
    rejections,
    repeatedly_rejected,
    stale_plans,
    unacknowledged,
)
from bnl.indicators.flows import flow_return, flows_by_month
from bnl.indicators.frame import relink
from bnl.indicators.history import history
from bnl.indicators.institutions import discharge_watch, in_out
from bnl.indicators.joins import joins
from bnl.indicators.kpi import kpis
from bnl.indicators.listing import by_name_list
from bnl.indicators.lost import lost
from bnl.indicators.mortality import deaths
from bnl.indicators.national import chain, rough_sleeping
from bnl.indicators.publish import document
from bnl.indicators.spells import moves, nights, returns, spells
from bnl.indicators.status import status_at
from tests.happenings import ev, frame

START, END = date(2024, 1, 1), date(2024, 6, 30)
FACTS: dict[str, dict[str, Any]] = {
    "sighting": {"verified": "unverified"},
    "contact": {"situation": "hidden"},
    "contact_attempt": {},
    "referral": {"homeless_on": date(2024, 5, 1)},
    "referral_decided": {"outcome": "rejected", "reason": "criteria", "signposted_to": "x"},
    "triage": {},
    "assessment": {},
    "closure": {"planned": True},
    "prevention_outcome": {"outcome": "prevented"},
    "accommodation_start": {"situation": "settled"},
    "accommodation_end": {"reason": "evicted"},
    "institution_admission": {"entry_situation": "hidden"},
    "institution_discharge": {"situation": "homeless"},
    "lead_worker_assigned": {"worker": "w"},
    "next_action": {"due_on": date(2024, 5, 9)},
    "next_action_done": {},
    "handover_sent": {"to_agency": "b"},
    "handover_accepted": {},
    "duty_to_refer": {"to_agency": "b"},
    "nomination": {"landlord": "soha"},
    "nomination_decided": {"outcome": "refused"},
    "exclusion": {},
    "support_plan": {"review_on": date(2024, 3, 1)},
    "inactive": {"attempts": 2},
    "death": {},
}

REPORTS: dict[str, Callable[[pl.DataFrame], object]] = {
    "status": lambda table: status_at(table, END).rows(),
    "list": lambda table: by_name_list(table, END, all_states=True).rows(),
    "lost": lambda table: lost(table, END).rows(),
    "return": lambda table: document(flow_return(table, START, END)),
    "months": lambda table: flows_by_month(table, START, 6).rows(),
    "kpis": lambda table: kpis(casework(table), START, END),
    "rough sleeping": lambda table: rough_sleeping(table, END),
    "chain": lambda table: chain(table, date(2024, 4, 1)),
    "spells": lambda table: spells(table, END).rows(),
    "nights": lambda table: nights(spells(table, END), START, END).rows(),
    "moves": lambda table: moves(table, START, END).rows(),
    "returns": lambda table: returns(table, START, END, END, 180),
    "watch": lambda table: discharge_watch(table, END).rows(),
    "in and out": lambda table: in_out(table, START, END).stays.rows(),
    "joins": lambda table: joins(table, START, END).handovers.rows(),
    "caseloads": lambda table: (caseloads(table, END).workers.rows(), caseloads(table, END).nobodys),
    "duty to refer": lambda table: unacknowledged(table, END).rows(),
    "nominations": lambda table: nominations(table, START, END).rows(),
    "exclusions": lambda table: exclusions(table, END).rows(),
    "rejections": lambda table: rejections(table, START, END).rows(),
    "repeatedly rejected": lambda table: repeatedly_rejected(table, START, END, times=1).rows(),
    "stale plans": lambda table: stale_plans(table, END).rows(),
    "deaths": lambda table: deaths(table, START, END).rows(),
}


def digest(table: pl.DataFrame, report: str) -> str:
    """Return the hash of a report."""
    return sha256(repr(REPORTS[report](table)).encode()).hexdigest()


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return events of three records."""
    rows = []
    for number in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from(sorted(FACTS)))
        record = draw(st.sampled_from(["rec_p", "rec_q", "rec_r"]))
        on = START + timedelta(days=draw(st.integers(-60, 170)))
        agency = draw(st.sampled_from(["a", "b"]))
        data = dict(FACTS[kind])
        rows.append(ev(record, kind, on, record=record, agency=agency, sequence=number + 1, **data))
    return rows


OWN = {"rec_p": "rec_p", "rec_q": "rec_q", "rec_r": "rec_r"}


@pytest.mark.parametrize("report", sorted(REPORTS))
@settings(max_examples=12, deadline=None)
@given(before=events(), during=events())
def test_parted_again_equals_never_linked(
    report: str, before: list[dict[str, Any]], during: list[dict[str, Any]]
) -> None:
    edits = [
        {**row, "event_id": f"edit_{number}", "sequence": 100 + number} for number, row in enumerate(during)
    ]
    never = frame(*before, *edits)
    linked = relink(frame(*before), {**OWN, "rec_q": "rec_p"})  # type: ignore[dict-item]
    digest(linked, report)
    edited = relink(frame(*before, *edits), {**OWN, "rec_q": "rec_p"})  # type: ignore[dict-item]
    digest(edited, report)
    parted = relink(edited, OWN)  # type: ignore[arg-type]
    assert digest(parted, report) == digest(never, report)


@pytest.mark.parametrize("report", sorted(REPORTS))
@settings(max_examples=8, deadline=None)
@given(rows=events())
def test_a_report_does_not_depend_on_the_order_in_which_events_are_handed_over(
    report: str, rows: list[dict[str, Any]]
) -> None:
    assert digest(frame(*rows), report) == digest(frame(*reversed(rows)), report)


@pytest.mark.parametrize("report", sorted(REPORTS))
@settings(max_examples=8, deadline=None)
@given(rows=events(), cut=st.integers(0, 14))
def test_a_report_as_known_then_does_not_depend_on_what_was_learned_later(
    report: str, rows: list[dict[str, Any]], cut: int
) -> None:
    past = history(frame(*rows), cut)
    early = history(frame(*(row for row in rows if row["sequence"] <= cut)), cut)
    assert digest(past, report) == digest(early, report)  # type: ignore[arg-type]

"""The snapshot: the same whether it was kept up call by call or read afresh."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bnl.domain.event import EventKind
from bnl.domain.identifiers import PersonId, RecordId
from bnl.errors import Conflict
from bnl.register.snapshot import Snapshot
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import CHERWELL, CITY, HOSTEL, START, STEWARD, County, forbid, permit, rich

NAMES = (
    "agencies", "agreements", "records", "superseded", "arrival", "by_reference", "person_of", "grants",
    "record_of_grant", "endings", "judgements", "tasks", "vitals", "memberships", "households", "corrupt",
    "tombstones", "first_linked", "parted", "incapacities", "receipts", "receipts_of",
)  # fmt: skip


def state(snapshot: Snapshot) -> dict[str, Any]:
    """What a snapshot holds, without what is empty."""
    told: dict[str, Any] = {}
    for name in NAMES:
        held = getattr(snapshot, name)
        told[name] = {k: v for k, v in held.items() if v} if isinstance(held, dict) else set(held)
    told["superseded"] = {
        record_id: [(older.version, older.fields, older.local, older.restricted) for older in versions]
        for record_id, versions in snapshot.superseded.items()
    }
    told["members"] = {person: sorted(records) for person, records in snapshot.members.items()}
    return told


def afresh(county: County) -> Snapshot:
    """A snapshot read from the store at one go."""
    snapshot = Snapshot()
    with ReadUnit(county.core.store) as unit:
        snapshot.refresh(unit)
        snapshot.refresh_events(unit)
    return snapshot


STEPS = st.lists(
    st.tuples(st.sampled_from(["submit", "correct", "grant", "withdraw", "event", "link", "unlink", "dedup"]),
              st.integers(0, 3), st.integers(0, 3)),
    min_size=3,
    max_size=10,
)  # fmt: skip


@settings(
    max_examples=4, phases=(Phase.generate,), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_kept_up_or_read_afresh_it_is_the_same(county: County, steps: list[tuple[str, int, int]]) -> None:
    officer, steward = county.officer(CITY), county.steward()
    salt = county.size()
    handles = [officer.submit(f"{salt}-{number}", rich(number)).handle for number in range(4)]
    grants: list[Any] = []
    for step, one, other in steps:
        if step == "submit":
            county.officer(CHERWELL).submit(f"{salt}-{one}", rich(other))
        elif step == "correct":
            officer.submit(f"{salt}-{one}", rich(one + 4 * other))
        elif step == "grant":
            grants.append(officer.record_grant(handles[one], **permit(CITY, HOSTEL)))
        elif step == "withdraw" and grants:
            officer.withdraw_grant(grants.pop())
        elif step == "event":
            kind = EventKind.DEATH if other == 3 else EventKind.CONTACT
            officer.record_event(handles[one], kind, START.date())
        elif step in {"link", "unlink"} and one != other:
            with suppress(Conflict):
                getattr(steward, step)(handles[one], handles[other])
        elif step == "dedup":
            county.register.dedup(by=STEWARD)
    assert state(county.core.refresh(events=True)) == state(afresh(county))
    kept, read = county.core.snapshot.events, afresh(county).events
    assert {k: v for k, v in kept.items() if v} == {k: v for k, v in read.items() if v}


def test_another_process_is_heard_at_the_next_call(file_county: County) -> None:
    other = County(file_county.url, file_county.keyring, file_county.clock)
    handle = other.officer().submit("A-1", rich(1)).handle
    assert file_county.officer().person(handle).value("family_name") == rich(1).family_name
    refusal = other.officer().record_grant(handle, **forbid(hard=True))
    assert refusal in file_county.core.refresh().grants[file_county.record_of(CITY, handle)]
    assert file_county.officer(CHERWELL).search(rich(1)) == []
    other.register.close()


@pytest.mark.parametrize("linked", [False, True])
def test_a_forgotten_record_leaves_no_trace(county: County, linked: bool) -> None:
    officer = county.officer(CITY)
    handles = [officer.submit(f"A-{number}", rich(number)).handle for number in (1, 2)]
    if linked:
        county.steward().link(*handles)
    officer.record_event(handles[1], EventKind.CONTACT, START.date())
    officer.record_grant(handles[1], **forbid())
    snapshot = county.core.refresh(events=True)
    gone, kept = county.record_of(CITY, handles[1]), county.record_of(CITY, handles[0])
    snapshot.forget_record(gone)
    county.core.handles.forget(gone)
    assert gone not in str(state(snapshot)["records"])
    for name in ("records", "arrival", "person_of", "grants", "events", "vitals", "memberships"):
        assert gone not in getattr(snapshot, name)
    assert snapshot.by_reference == {(CITY, "A-1"): kept}
    assert snapshot.members == {PersonId(kept): [kept]}
    assert snapshot.records_of(PersonId(gone)) == []
    assert snapshot.person(RecordId("rec_unknown")) == PersonId("rec_unknown")


def test_people_are_in_the_order_of_their_ids_and_their_records_oldest_first(county: County) -> None:
    officer = county.officer(CITY)
    handles = [officer.submit(f"A-{number}", rich(number)).handle for number in range(5)]
    county.steward().link(handles[4], handles[0])
    snapshot = county.core.refresh()
    assert snapshot.people() == sorted(snapshot.people())
    person = county.person_of(CITY, handles[4])
    assert [r.reference for r in snapshot.records_of(person)] == ["A-0", "A-4"]


def test_who_was_parted_is_the_same_read_at_once_or_as_it_happened(file_county: County) -> None:
    county = file_county
    officer, steward = county.officer(), county.steward()
    handles = [officer.submit(f"A-{n}", rich(n)).handle for n in range(4)]
    ids = [county.record_of(CITY, handle) for handle in handles]
    for other in handles[1:3]:
        steward.link(handles[0], other)
    # The oldest leaves: the others stay together under another name, which parts them from it alone.
    steward.unlink(handles[0], handles[2])
    steward.link(handles[3], handles[2])
    lived = {one: set(others) for one, others in county.core.refresh().parted.items() if others}
    assert lived == {ids[0]: {ids[2]}, ids[1]: {ids[2]}, ids[2]: {ids[0], ids[1]}}
    county.reopen()
    assert {one: set(others) for one, others in county.core.refresh().parted.items() if others} == lived
    county.core.snapshot.forget_record(ids[2])
    assert not any(county.core.snapshot.parted.values())

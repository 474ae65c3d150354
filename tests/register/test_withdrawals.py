"""Withdrawals: shown before, recorded after, and the recipients told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.errors import InvalidValue, NotFound
from tests.register.county import (
    CHARITY,
    CITY,
    HOSPITAL,
    HOSTEL,
    REFUGE,
    START,
    County,
    HandClock,
    contact,
    fields,
    permit,
    rich,
)

BASICS = frozenset({FieldCategory.IDENTITY, FieldCategory.CONTACT})
SENDING = frozenset({Action.EXPORT, Action.VIEW, Action.SEARCH})


def test_it_tells_who_saw_what_when_and_what_they_hold_without_a_basis(
    stored_county: County, clock: HandClock
) -> None:
    county = stored_county
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    grant = worker.record_grant(handle, **permit(CHARITY, HOSTEL, HOSPITAL))
    county.worker(HOSTEL).search(rich(1))
    clock.advance(days=1)
    said_at = clock.now
    clock.advance(hours=1)
    county.worker(HOSPITAL).search(rich(1))
    clock.advance(hours=1)
    before = county.core.refresh().endings.copy()
    told = worker.preview_withdrawal(grant, said_at=said_at)
    assert told.recipients == (HOSTEL, HOSPITAL) == tuple(sorted(told.recipients))
    assert [(one.agency_id, one.at) for one in told.between] == [(HOSPITAL, said_at + timedelta(hours=1))]
    assert set(told.without_basis) == {HOSTEL, HOSPITAL}
    assert all(gone >= BASICS for gone in told.without_basis.values())
    # Shown, and nothing changed.
    assert county.core.refresh().endings == before
    assert county.worker(HOSTEL).search(rich(1))
    assert not county.core.refresh().tasks
    assert county.entries()[-2].action == "consent.preview"
    assert worker.withdraw_grant(grant, said_at=said_at).recipients == told.recipients
    entry = county.entries()[-1]
    assert (entry.details["recipients"], entry.details["between"]) == (2, 1)
    assert county.worker(HOSTEL).search(rich(1)) == []
    notices = sorted(str(task.data["for"]) for task in county.core.refresh().tasks.values())
    assert notices == sorted([HOSTEL, HOSPITAL])
    assert county.register.verify().sound


def test_another_basis_keeps_what_it_covers(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    grant = worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    county.worker(HOSTEL).search(rich(1))
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories=frozenset({FieldCategory.IDENTITY})))
    told = worker.withdraw_grant(grant)
    assert told.recipients == (HOSTEL,)
    assert told.without_basis == {HOSTEL: frozenset({FieldCategory.CONTACT})}


def test_the_recipient_of_an_export_is_told_and_not_its_sender(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    grant = worker.record_grant(handle, **permit(CHARITY, CHARITY, HOSTEL, actions=SENDING))
    worker.export(HOSTEL, handles=[handle])
    worker.person(handle)
    assert worker.withdraw_grant(grant).recipients == (HOSTEL,)


def test_a_refuge_is_told_and_not_named(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    grant = worker.record_grant(handle, **permit(CHARITY, REFUGE))
    assert county.worker(REFUGE).search(rich(1))
    told = worker.withdraw_grant(grant)
    assert (told.recipients, told.between, told.without_basis) == ((), (), {})
    (notice,) = county.core.refresh().tasks.values()
    assert notice.data["for"] == REFUGE


def test_what_was_shown_in_a_long_list_counts_too(county: County) -> None:
    """An act with more grants than one entry holds: the grant stands in an entry that names no subject."""
    worker = county.worker()
    categories = BASICS | {FieldCategory.AGENCY_INVOLVEMENT}
    grants = []
    for number in range(110):
        handle = worker.submit(f"C-{number}", fields(number)).handle
        grants.append(worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories=categories)))
        contact(worker, handle, START.date())
    county.worker(HOSTEL).by_name_list()
    last = max(grants)
    first, second = county.entries()[-2:]
    assert last in second.grants
    assert second.subject_count == 0 < first.subject_count
    assert worker.preview_withdrawal(last).recipients == (HOSTEL,)


def test_a_preview_refuses_what_the_withdrawal_would(county: County, clock: HandClock) -> None:
    worker = county.worker()
    grant = worker.record_grant(worker.submit("C-1", rich(1)).handle, **permit(CHARITY, HOSTEL))
    clock.advance(days=1)
    for hours in (1, -1000):
        with pytest.raises(InvalidValue):
            worker.preview_withdrawal(grant, said_at=clock.now + timedelta(hours=hours))
    with pytest.raises(NotFound):
        county.officer(CITY).preview_withdrawal(grant)


def test_what_was_shown_for_another_grant_is_not_counted(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    unused = worker.record_grant(handle, **permit(CHARITY, HOSTEL, purposes=frozenset({Purpose.OUTREACH})))
    worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    county.worker(HOSTEL).search(rich(1))
    assert worker.withdraw_grant(unused).recipients == ()

"""Statements made into grants: what is not said is everything in a refusal, nothing in a permit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import AgencyId, GrantId, RecordId, SubmissionId
from bnl.domain.record import SourceRecord
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, Capacity, Effect, FieldCategory, LawfulBasis, Purpose
from bnl.exchange.statements import GrantStatement, StatedEffect
from bnl.register.statements import EXPIRED, Refused, grants_from, same_terms
from tests.register.county import CHARITY, HOSTEL, START, fields

RECORD = SourceRecord(
    record_id=RecordId("rec_1"),
    agency_id=CHARITY,
    reference="1",
    received_at=START,
    submission_id=SubmissionId("sub_1"),
    fields=fields(),
)


def stated(effect: StatedEffect = StatedEffect.PERMIT, **changes: Any) -> GrantStatement:
    values: dict[str, Any] = {"effect": effect, "open_ended": effect is StatedEffect.PERMIT}
    return GrantStatement(**(values | changes))


def made(statement: GrantStatement, now: datetime = START) -> Any:
    grants, skipped = grants_from([statement], RECORD, now)
    assert skipped == []
    (grant,) = grants
    return grant


def test_a_permit_says_no_more_than_was_said() -> None:
    grant = made(stated(categories=frozenset({FieldCategory.CONTACT})))
    assert grant.effect is Effect.PERMIT
    assert (grant.basis, grant.relying_party) == (LawfulBasis.CONSENT, CHARITY)
    assert grant.categories == {FieldCategory.CONTACT}
    assert grant.agencies is None
    assert grant.purposes is None
    assert grant.actions is None
    assert grant.users is grant.roles is grant.areas is ANY


def test_a_forbid_leaves_open_what_it_does_not_name() -> None:
    grant = made(stated(StatedEffect.FORBID, hard=True))
    assert (grant.effect, grant.hard, grant.basis, grant.relying_party) == (Effect.FORBID, True, None, None)
    dimensions = (grant.agencies, grant.users, grant.roles, grant.actions, grant.purposes, grant.categories)
    assert set(dimensions) == {None}


def test_everything_stated_is_carried_over() -> None:
    grant = made(
        stated(
            agencies=frozenset({HOSTEL}),
            purposes=frozenset({Purpose.OUTREACH}),
            actions=frozenset({Action.VIEW}),
            lawful_basis=LawfulBasis.LEGITIMATE_INTERESTS,
            given_on=date(2026, 8, 3),
            valid_until=date(2027, 1, 1),
            evidence="form 7",
        )
    )
    assert grant.agencies == {HOSTEL}
    assert (grant.purposes, grant.actions) == ({Purpose.OUTREACH}, {Action.VIEW})
    assert grant.basis is LawfulBasis.LEGITIMATE_INTERESTS
    assert grant.valid_from == datetime(2026, 8, 2, 23, tzinfo=UTC)
    assert grant.valid_until == datetime(2027, 1, 1, tzinfo=UTC)
    assert not grant.open_ended
    assert grant.evidence == ("form 7",)
    assert grant.recorded_at == START


def test_any_agency_is_any() -> None:
    assert made(stated(agencies=frozenset({"any"}))).agencies is ANY
    assert made(stated(agencies=frozenset({AgencyId("any"), HOSTEL}))).agencies is ANY


@pytest.mark.parametrize(
    ("capacity", "reference"),
    [
        pytest.param(None, "rec_1", id="nobody-named-is-the-person"),
        pytest.param(Capacity.SELF, "rec_1", id="the-person"),
        pytest.param(
            Capacity.PARENTAL_RESPONSIBILITY, "parental_responsibility:rec_1", id="a-parent-of-this-person"
        ),
    ],
)
def test_who_gave_it(capacity: Capacity | None, reference: str) -> None:
    statement = stated(StatedEffect.FORBID, given_by=capacity)
    assert made(statement).given_by.reference == reference


@pytest.mark.parametrize(
    ("until", "now", "expired"),
    [
        pytest.param(date(2026, 9, 1), datetime(2026, 8, 31, 22, 59, tzinfo=UTC), False, id="last-minute"),
        pytest.param(date(2026, 9, 1), datetime(2026, 8, 31, 23, 0, tzinfo=UTC), True, id="midnight"),
        pytest.param(date(2026, 9, 1), datetime(2026, 9, 2, tzinfo=UTC), True, id="long-since"),
    ],
)
def test_an_expired_permit_is_left_out_and_said_so(until: date, now: datetime, expired: bool) -> None:
    grants, skipped = grants_from([stated(valid_until=until, given_on=date(2026, 1, 1))], RECORD, now)
    assert (len(grants), skipped) == ((0, [EXPIRED]) if expired else (1, []))


def test_an_expired_forbid_is_recorded_as_it_was_said() -> None:
    statement = stated(StatedEffect.FORBID, given_on=date(2020, 1, 1), valid_until=date(2021, 1, 1))
    grants, skipped = grants_from([statement], RECORD, START)
    assert len(grants) == 1
    assert skipped == []


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(stated(open_ended=False), id="permit-without-an-end"),
        pytest.param(stated(hard=True), id="hard-permit"),
        pytest.param(stated(given_by=Capacity.BEST_INTERESTS), id="consent-by-who-cannot"),
        pytest.param(stated(categories=frozenset()), id="empty-set"),
        pytest.param(
            stated(StatedEffect.FORBID, given_on=date(2026, 8, 3), valid_until=date(2026, 8, 3)),
            id="ends-as-it-begins",
        ),
    ],
)
def test_what_cannot_stand_is_refused_without_naming_anybody(statement: GrantStatement) -> None:
    with pytest.raises(Refused) as caught:
        grants_from([statement], RECORD, START)
    assert caught.value.reason == "grant_refused"
    assert "cannot stand" in caught.value.advice
    assert "Abernathy" not in str(caught.value)


STATEMENTS = st.builds(
    stated,
    st.sampled_from(StatedEffect),
    categories=st.none() | st.frozensets(st.sampled_from(FieldCategory), min_size=1, max_size=3),
    purposes=st.none() | st.frozensets(st.sampled_from(Purpose), min_size=1, max_size=2),
    given_on=st.none() | st.dates(date(2026, 1, 1), date(2026, 8, 1)),
    evidence=st.sampled_from(["", "form 1"]),
)


@given(STATEMENTS, STATEMENTS, st.integers(0, 10**7))
def test_the_same_statement_is_the_same_grant_whenever_it_is_sent(
    one: GrantStatement, other: GrantStatement, later: int
) -> None:
    now = START + timedelta(seconds=later)
    first, again, differently = made(one), made(one, now), made(other, now)
    assert first.grant_id != again.grant_id
    assert same_terms(again, first)
    assert same_terms(differently, first) == (one == other)


def test_a_corrupt_grant_says_nothing() -> None:
    grant = made(stated())
    spoilt = CorruptGrant(grant_id=GrantId(grant.grant_id), record_id=RECORD.record_id)
    assert not same_terms(grant, spoilt)


def test_a_statement_with_a_date_is_another_than_one_without() -> None:
    dated, undated = made(stated(given_on=date(2026, 9, 1))), made(stated())
    assert not same_terms(dated, undated)
    assert not same_terms(undated, dated)

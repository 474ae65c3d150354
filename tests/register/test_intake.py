"""Intake: every row is accepted or kept aside, and a file sent twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnl.domain.person import PersonFields
from bnl.domain.record import Submission
from bnl.domain.vocabulary import FieldCategory, LawfulBasis, Purpose, Role
from bnl.errors import Denied, NotFound, ProfileError
from bnl.exchange.outcomes import Accepted, Outcome
from bnl.exchange.profile import parse_profile
from bnl.exchange.statements import GrantStatement, StatedEffect
from bnl.register import intake
from bnl.register.intake import require_own_profile, take_in
from bnl.register.intake_report import CORRECTED, NEW, UNCHANGED, IntakeReport
from tests.register.county import CHARITY, CHERWELL, CITY, HOSTEL, REFUGE, County, HandClock, fields


def row(reference: str, said: PersonFields, number: int = 2, **more: Any) -> Accepted:
    """One readable row."""
    grants = more.pop("grants", ())
    return Accepted(
        file="f.csv",
        row=number,
        submission=Submission(reference=reference, fields=said, row=number, **more),
        grants=grants,
    )


def take(county: County, rows: Sequence[Outcome], agency: Any = CITY) -> IntakeReport:
    session = county.data_officer(agency)
    return take_in(county.core, session.actor, session.purpose, rows, name="f.csv")


def held(county: County) -> dict[str, object]:
    """Everything the register holds that a submission could change, but the submissions themselves."""
    snapshot = county.core.refresh()
    return {
        "records": dict(snapshot.records),
        "superseded": {key: list(value) for key, value in snapshot.superseded.items() if value},
        "grants": {key: dict(value) for key, value in snapshot.grants.items() if value},
        "links": dict(snapshot.person_of),
        "quarantine": sorted(
            (kept.reference or "", kept.reason, kept.raw)
            for agency in (CITY, CHERWELL, CHARITY)
            for kept in county.data_officer(agency).quarantine()
        ),
    }


OPTED_OUT = GrantStatement(
    effect=StatedEffect.FORBID, categories=frozenset({FieldCategory.CONTACT}), evidence="form 3"
)


def test_new_unchanged_and_corrected(stored_county: County) -> None:
    county = stored_county
    first = take(county, [row("A-1", fields(0)), row("A-2", fields(1), 3)])
    assert (first.rows, first.accepted, first.quarantined) == (2, 2, 0)
    assert [receipt.status for receipt in first.receipts] == [NEW, NEW]
    again = take(county, [row("A-1", fields(0)), row("A-2", fields(1, family_name="Married"), 3)])
    assert [receipt.status for receipt in again.receipts] == [UNCHANGED, CORRECTED]
    assert [receipt.handle for receipt in again.receipts] == [receipt.handle for receipt in first.receipts]
    county.reopen()
    record = county.core.snapshot.records[county.record_of(CITY, first.receipts[1].handle)]
    assert (record.version, record.fields.family_name) == (2, "Married")
    assert county.officer().person(first.receipts[1].handle).value("family_name") == "Married"
    assert county.register.verify().sound


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([row("A-1", fields(0))], id="one-row"),
        pytest.param([row("A-1", fields(0)), row("A-1", fields(0), 3)], id="repeats-itself"),
        pytest.param([row("A-1", fields(0)), row("A-1", fields(1), 3)], id="corrects-itself"),
        pytest.param(
            [row("A-1", fields(0)), row("A-1", fields(1), 3), row("A-1", fields(2), 4)],
            id="corrects-itself-twice",
        ),
        pytest.param(
            [row("A-1", fields(0)), row("A-1", fields(1), 3), row("A-1", fields(0), 4)], id="goes-back-within"
        ),
        pytest.param(
            [row("A-1", fields(0), grants=(OPTED_OUT,)), row("A-2", fields(1), 3)], id="with-a-grant"
        ),
        pytest.param(
            [row("A-1", fields(0), grants=(OPTED_OUT,)), row("A-1", fields(0), 3, grants=(OPTED_OUT,))],
            id="the-same-grant-twice",
        ),
        pytest.param([row("A-1", fields(0), local=True)], id="local"),
        pytest.param([row("A-1", fields(0), restricted=True)], id="restricted"),
    ],
)
def test_a_file_sent_again_changes_nothing(county: County, clock: HandClock, rows: list[Outcome]) -> None:
    first = take(county, rows)
    assert first.accepted == len(rows)
    clock.advance(hours=1)
    before = held(county)
    for _ in range(2):
        again = take(county, rows)
        assert set(again.statuses) == {UNCHANGED}
        assert held(county) == before


REFERENCES = st.sampled_from(["A-1", "A-2", "A-3"])
ROWS = st.lists(st.tuples(REFERENCES, st.integers(0, 2), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, ROWS)
def test_any_files_add_up_and_the_last_word_stands(
    county: County, one: list[tuple[str, int, bool]], other: list[tuple[str, int, bool]]
) -> None:
    """Whatever files say, rows are accounted for, a file sent again is idle, and the newest word stands."""
    agency = county.data_officer(CITY)
    salt = str(county.size())
    for said in (one, other, other):
        rows: list[Outcome] = [
            row(f"{salt}-{reference}", fields(number), place, grants=(OPTED_OUT,) if opted else ())
            for place, (reference, number, opted) in enumerate(said, 2)
        ]
        before = held(county)["records"]
        report = take_in(county.core, agency.actor, agency.purpose, rows)
        assert report.accepted + report.quarantined == report.rows == len(rows)
        last = {reference: number for reference, number, _ in said}
        snapshot = county.core.refresh()
        for reference, number in last.items():
            record_id = snapshot.by_reference[CITY, f"{salt}-{reference}"]
            assert snapshot.records[record_id].fields == fields(number)
            assert len(snapshot.grants.get(record_id, {})) <= 1
    assert held(county)["records"] == before


def test_a_row_may_go_back_to_what_was_said_before(county: County, clock: HandClock) -> None:
    take(county, [row("A-1", fields(0))])
    take(county, [row("A-1", fields(1))])
    clock.advance(hours=1)
    report = take(county, [row("A-1", fields(0))])
    assert [receipt.status for receipt in report.receipts] == [CORRECTED]
    record = next(iter(county.core.refresh().records.values()))
    assert (record.version, record.fields, record.received_at) == (3, fields(0), clock.now)
    assert set(take(county, [row("A-1", fields(0))]).statuses) == {UNCHANGED}
    assert county.register.verify().sound


def test_a_correction_may_make_a_record_local_and_never_shares_it_again(county: County) -> None:
    handle = take(county, [row("A-1", fields(0))]).receipts[0].handle
    record_id = county.record_of(CITY, handle)
    assert take(county, [row("A-1", fields(0), local=True)]).receipts[0].status == CORRECTED
    assert county.core.refresh().records[record_id].local
    assert take(county, [row("A-1", fields(0))]).receipts[0].status == UNCHANGED
    assert county.core.refresh().records[record_id].local


def test_what_was_restricted_stays_so_until_somebody_says_otherwise_to_the_steward(county: County) -> None:
    handle = take(county, [row("A-1", fields(0), restricted=True)]).receipts[0].handle
    take(county, [row("A-1", fields(1))])
    record = county.core.refresh().records[county.record_of(CITY, handle)]
    assert record.restricted
    assert record.fields == fields(1)


def test_an_agency_whose_records_are_local_need_not_say_so(county: County) -> None:
    handle = take(county, [row("R-1", fields(0))], REFUGE).receipts[0].handle
    assert county.core.refresh().records[county.record_of(REFUGE, handle)].local


def test_two_agencies_may_use_one_reference(county: County) -> None:
    one = take(county, [row("1", fields(0))], CITY).receipts[0]
    other = take(county, [row("1", fields(1))], CHERWELL).receipts[0]
    assert (one.status, other.status) == (NEW, NEW)
    assert county.record_of(CITY, one.handle) != county.record_of(CHERWELL, other.handle)


def test_chunks_make_no_difference(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "CHUNK", 3)
    done: list[int] = []
    session = county.data_officer()
    rows = [row(f"A-{number % 5}", fields(number % 7), number) for number in range(2, 12)]
    before = county.size()
    report = take_in(county.core, session.actor, session.purpose, iter(rows), progress=done.append)
    assert done == [3, 6, 9, 10]
    assert report.accepted + report.quarantined == report.rows == 10
    actions = [entry.action for entry in county.entries(before)]
    assert actions == ["collect"] * 4 + ["quarantine.clear"]
    last = {f"A-{number % 5}": fields(number % 7) for number in range(2, 12)}
    records = county.core.refresh().records.values()
    assert {record.reference: record.fields for record in records} == last
    again = take_in(county.core, session.actor, session.purpose, iter(rows))
    assert set(again.statuses) == {UNCHANGED}
    assert {r.reference: r.fields for r in county.core.refresh().records.values()} == last


def test_nothing_sent_is_nothing_written(county: County) -> None:
    before = county.size()
    report = take(county, [])
    assert (report.rows, report.accepted, report.quarantined) == (0, 0, 0)
    assert county.size() == before


def test_what_an_agency_may_not_collect_is_kept_aside_and_the_rest_is_taken(
    county: County, clock: HandClock
) -> None:
    """No clause lets a county record for mortality review: every row is kept, none is lost."""
    actor = county.data_officer().actor
    rows = [row("A-1", fields(0)), row("A-2", fields(1), 3)]
    report = take_in(county.core, actor, Purpose.MORTALITY_REVIEW, rows)
    assert (report.accepted, report.quarantined) == (0, 2)
    assert report.reasons == {"no_basis_to_collect": 2}
    assert "given_names, family_name, date_of_birth" in report.refusals[0].advice
    assert not county.core.refresh().records
    kept = county.data_officer().quarantine()
    assert [one.reference for one in kept] == ["A-1", "A-2"]
    assert {one.reason for one in kept} == {"no_basis_to_collect"}
    again = take_in(county.core, actor, Purpose.MORTALITY_REVIEW, rows)
    assert again.quarantined == 2
    assert len(county.data_officer().quarantine()) == 2
    clock.advance(minutes=1)
    assert take(county, rows).accepted == 2
    assert county.data_officer().quarantine() == []


def test_a_submission_that_is_refused_says_why(county: County) -> None:
    session = county.session(CITY, Role.DATA_OFFICER, Purpose.MORTALITY_REVIEW)
    with pytest.raises(Denied, match="no_basis_to_collect") as caught:
        session.submit("A-1", fields())
    assert caught.value.reasons == ("no_basis_to_collect",)
    assert "Abernathy" not in str(caught.value)


def test_a_row_that_forbids_its_own_collecting_is_kept_aside(county: County) -> None:
    hard = GrantStatement(effect=StatedEffect.FORBID, hard=True)
    report = take(county, [row("A-1", fields(0), grants=(hard,)), row("A-2", fields(1), 3)])
    assert (report.accepted, report.quarantined) == (1, 1)
    assert report.refusals[0].row == 2


def test_a_grant_that_cannot_stand_takes_its_row_with_it(county: County) -> None:
    """Taking the row without the refusal stated on it would widen what is seen."""
    impossible = GrantStatement(
        effect=StatedEffect.PERMIT, lawful_basis=LawfulBasis.LEGITIMATE_INTERESTS, open_ended=True
    )
    report = take(county, [row("A-1", fields(0), grants=(impossible,))], CITY)
    assert report.reasons == {"grant_refused": 1}
    assert take(county, [row("A-1", fields(0), grants=(impossible,))], CHARITY).accepted == 1


def test_a_later_file_may_bring_a_grant_for_an_unchanged_row(county: County) -> None:
    first = take(county, [row("A-1", fields(0))]).receipts[0]
    second = take(county, [row("A-1", fields(0), grants=(OPTED_OUT,))]).receipts[0]
    assert (first.status, second.status) == (NEW, UNCHANGED)
    grants = county.core.refresh().grants[county.record_of(CITY, first.handle)]
    assert len(grants) == 1


def test_an_erased_reference_is_kept_aside_as_erased(county: County) -> None:
    take(county, [row("A-1", fields(0))])
    county.core.snapshot.forget_record(next(iter(county.core.snapshot.records)))
    county.core.snapshot.tombstones.add(county.core.store.reference_hash(CITY, "A-1"))
    report = take(county, [row("A-1", fields(0)), row("A-2", fields(1), 3)])
    assert report.reasons == {"erased": 1}
    assert report.accepted == 1
    assert take(county, [row("A-1", fields(0))], CHERWELL).accepted == 1


def test_an_agency_that_is_not_enrolled_submits_nothing(county: County) -> None:
    actor = county.data_officer().actor.model_copy(update={"agency_id": "nowhere"})
    before = county.size()
    with pytest.raises(NotFound, match="not enrolled"):
        take_in(county.core, actor, Purpose.HOUSING_SUPPORT, [row("A-1", fields(0))])
    assert county.size() == before


def test_a_profile_is_its_own_agencys(county: County) -> None:
    profile = parse_profile(f'agency = "{HOSTEL}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\n')
    require_own_profile(county.data_officer(HOSTEL).actor, profile)
    with pytest.raises(ProfileError, match=f"{HOSTEL}"):
        require_own_profile(county.data_officer(CITY).actor, profile)


def test_an_answer_tells_nothing_about_others(county: County) -> None:
    """Intake answers the same whether or not another agency knows the person."""
    alone = take(county, [row("C-1", fields(3))], CHERWELL)
    take(county, [row("A-1", fields(0))], CITY)
    known = take(county, [row("C-2", fields(0))], CHERWELL)
    assert alone.statuses == known.statuses
    assert (alone.warnings, alone.refusals) == (known.warnings, known.refusals)
    assert known.receipts[0].handle != county.core.handles.handle(
        CHERWELL, county.core.snapshot.by_reference[CITY, "A-1"]
    )

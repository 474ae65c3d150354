"""Chapters: each agency's work in a sensible order, with the data its events may carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from bnl.domain.event import EVENT_DATA, Situation
from bnl.domain.event import EventKind as K
from bnl.domain.identifiers import AgencyId
from bnl.simulation.chapters import CHAPTERS, SITUATION, set_action, worker
from bnl.simulation.happenings import Happening, Teller
from bnl.simulation.people import PATHS
from bnl.simulation.services import services
from bnl.simulation.statements import Statement

LAST = date(2026, 3, 31)
OPENED = date(2024, 5, 13)


def chapter(
    record: Statement, agency: str, path: str, seed: int, others: tuple[str, ...] = ()
) -> list[Happening]:
    at = replace(record, agency_id=AgencyId(agency), reference="R1", on=OPENED)
    records = [at, *(replace(at, agency_id=AgencyId(other), reference=f"{other}-1") for other in others)]
    teller = Teller("P1", LAST, Random(seed))
    CHAPTERS[agency](teller, at, path, records)
    return teller.told


def dates(told: list[Happening], kind: K) -> list[date]:
    return [one.occurred_on for one in told if one.kind is kind]


def test_every_agency_has_a_chapter_and_every_path_a_situation() -> None:
    assert set(CHAPTERS) == set(services())
    assert set(SITUATION) == set(PATHS)


@pytest.mark.parametrize("agency", sorted(CHAPTERS))
@pytest.mark.parametrize("path", PATHS)
def test_events_carry_only_the_data_of_their_kind(record: Statement, agency: str, path: str) -> None:
    for seed in range(12):
        told = chapter(record, agency, path, seed, ("oxford-city-council",))
        assert told
        for one in told:
            assert set(one.data) <= set(EVENT_DATA[one.kind])
            assert OPENED - timedelta(days=1) < one.occurred_on <= LAST
            for key in ("due_on", "homeless_on", "expected_on", "review_on"):
                if key in one.data:
                    date.fromisoformat(str(one.data[key]))
            for key in ("situation", "entry_situation"):
                if key in one.data:
                    assert one.data[key] in {situation.value for situation in Situation}


@pytest.mark.parametrize("agency", ["oxford-city-council", "connection-support", "odas"])
@pytest.mark.parametrize("seed", range(30))
def test_casework_goes_from_referral_to_closure(record: Statement, agency: str, seed: int) -> None:
    told = chapter(record, agency, "rough_sleeping", seed)
    (decided,) = [one for one in told if one.kind is K.REFERRAL_DECIDED]

    assert dates(told, K.REFERRAL) == [OPENED]
    if decided.data["outcome"] == "accepted":
        order = [dates(told, kind) for kind in (K.TRIAGE, K.ASSESSMENT, K.CLOSURE)]
        assert [len(one) for one in order] == [1, 1, 1]
        assert OPENED <= order[0][0] <= order[1][0] <= order[2][0]
    else:
        assert {one.kind for one in told} - {K.MOVED_IN} == {K.REFERRAL, K.REFERRAL_DECIDED}
        assert ("reason" in decided.data) is (decided.data["outcome"] == "rejected")


def test_between_a_quarter_and_a_half_of_referrals_are_turned_away(record: Statement) -> None:
    outcomes = [
        one.data["outcome"]
        for seed in range(400)
        for one in chapter(record, "connection-support", "prevention", seed)
        if one.kind is K.REFERRAL_DECIDED
    ]

    assert 0.25 < 1 - outcomes.count("accepted") / len(outcomes) < 0.5


@pytest.mark.parametrize(
    ("path", "kind", "there"),
    [
        pytest.param("prevention", K.RISK_OF_HOMELESSNESS, True, id="at risk"),
        pytest.param("rough_sleeping", K.RISK_OF_HOMELESSNESS, False, id="homeless already"),
        pytest.param("family", K.EMPLOYMENT, False, id="children have no employment"),
    ],
)
def test_some_events_belong_to_some_paths(record: Statement, path: str, kind: K, there: bool) -> None:
    found = any(dates(chapter(record, "connection-support", path, seed), kind) for seed in range(40))

    assert found is there


def test_councils_owe_duties_and_write_personal_housing_plans(record: Statement) -> None:
    for agency, expected in (("oxford-city-council", True), ("connection-support", False)):
        told = [one for seed in range(40) for one in chapter(record, agency, "prevention", seed)]
        plans = [one for one in told if one.kind is K.SUPPORT_PLAN]
        assert any(one.kind is K.DUTY_OWED for one in told) is expected
        assert plans
        assert all(one.data["php"] is expected for one in plans)


def test_a_lead_worker_ends_with_the_case(record: Statement) -> None:
    for seed in range(40):
        told = chapter(record, "oxford-city-council", "sofa_surfing", seed)
        assert len(dates(told, K.LEAD_WORKER_ASSIGNED)) == len(dates(told, K.LEAD_WORKER_ENDED))
        assert len(dates(told, K.NEXT_ACTION)) == len(dates(told, K.NEXT_ACTION_DONE))


def test_triage_of_a_weekend_referral_waits_for_monday(record: Statement) -> None:
    saturday = replace(record, agency_id=AgencyId("odas"), on=date(2024, 5, 11))
    for seed in range(60):
        teller = Teller("P1", LAST, Random(seed))
        CHAPTERS["odas"](teller, saturday, "domestic_abuse", [saturday])
        decided = {one.occurred_on for one in teller.told if one.kind is K.REFERRAL_DECIDED}
        for day in dates(teller.told, K.TRIAGE):
            assert day.weekday() < 5 or day in decided


@pytest.mark.parametrize("seed", range(30))
def test_outreach_sees_rough_sleepers_and_hands_over(record: Statement, seed: int) -> None:
    told = chapter(record, "st-mungos", "rough_sleeping", seed, ("homeless-oxfordshire",))
    sightings = [one for one in told if one.kind is K.SIGHTING]

    assert 1 <= len(sightings) <= 12
    for one in sightings:
        assert one.data["verified"] in {"verified", "unverified", "self_reported"}
        hour = int(str(one.data["time"])[:2])
        assert (hour < 10) is one.data["night"]


def test_handovers_are_answered_under_their_reference(record: Statement) -> None:
    answers = set()
    for seed in range(120):
        told = chapter(record, "st-mungos", "rough_sleeping", seed, ("homeless-oxfordshire",))
        sent = [one.data["ref"] for one in told if one.kind is K.HANDOVER_SENT]
        for one in told:
            if one.kind in {K.HANDOVER_ACCEPTED, K.HANDOVER_DECLINED}:
                assert one.data["ref"] in sent
                answers.add((one.kind, one.agency_id))

    assert {kind for kind, _ in answers} == {K.HANDOVER_ACCEPTED, K.HANDOVER_DECLINED}
    assert "homeless-oxfordshire" in {agency for _, agency in answers}


def test_somebody_with_friends_is_met_not_sighted(record: Statement) -> None:
    told = chapter(record, "st-mungos", "sofa_surfing", 1)

    assert not dates(told, K.SIGHTING)
    assert told[0].data["situation"] == "hidden"


@pytest.mark.parametrize("seed", range(25))
def test_a_hostel_stay_has_a_beginning_and_an_end(record: Statement, seed: int) -> None:
    told = chapter(record, "homeless-oxfordshire", "hostel", seed)
    (start,) = [one for one in told if one.kind is K.ACCOMMODATION_START]
    (end,) = [one for one in told if one.kind is K.ACCOMMODATION_END]

    assert start.data["situation"] == "supported"
    assert start.data["ref"] == end.data["ref"]
    assert start.occurred_on < end.occurred_on
    assert bool(dates(told, K.EXCLUSION)) is (end.data["reason"] == "evicted")


@pytest.mark.parametrize(
    ("agency", "institution"),
    [
        pytest.param("john-radcliffe", "hospital", id="hospital"),
        pytest.param("national-probation-service", "prison", id="prison"),
    ],
)
@pytest.mark.parametrize("seed", range(25))
def test_a_stay_is_expected_to_end_and_ends(
    record: Statement, agency: str, institution: str, seed: int
) -> None:
    told = chapter(record, agency, "rough_sleeping", seed, ("oxford-city-council",))
    stay = [one for one in told if one.data.get("institution") == institution]

    assert [one.kind for one in stay] == [
        K.INSTITUTION_ADMISSION,
        K.DISCHARGE_EXPECTED,
        K.INSTITUTION_DISCHARGE,
    ]
    assert len({one.data["ref"] for one in stay}) == 1
    assert stay[1].data["expected_on"] == stay[2].occurred_on.isoformat()
    assert OPENED == stay[0].occurred_on < stay[2].occurred_on
    for one in told:
        if one.kind is K.DUTY_ACKNOWLEDGED:
            assert one.agency_id == "oxford-city-council"
            assert one.data["ref"] in {
                other.data.get("ref") for other in told if other.kind is K.DUTY_TO_REFER
            }


def test_most_people_leave_prison_as_they_came(record: Statement) -> None:
    same = []
    for seed in range(300):
        told = chapter(record, "national-probation-service", "prison", seed)
        entry = next(one.data["entry_situation"] for one in told if one.kind is K.INSTITUTION_ADMISSION)
        left = next(one.data["situation"] for one in told if one.kind is K.INSTITUTION_DISCHARGE)
        same.append(entry == left)

    assert 0.8 < sum(same) / len(same) < 0.95


def test_a_stay_that_would_outlast_the_story_is_a_contact(record: Statement) -> None:
    at = replace(record, agency_id=AgencyId("john-radcliffe"), on=LAST)
    teller = Teller("P1", LAST, Random(1))

    CHAPTERS["john-radcliffe"](teller, at, "hospital", [at])

    assert [one.kind for one in teller.told] == [K.CONTACT]


def test_landlords_decide_on_nominations(record: Statement) -> None:
    decided = [
        one.data
        for seed in range(60)
        for one in chapter(record, "soha", "rough_sleeping", seed)
        if one.kind is K.NOMINATION_DECIDED
    ]

    assert {data["outcome"] for data in decided} == {"accepted", "refused"}
    assert all(("reason" in data) is (data["outcome"] == "refused") for data in decided)


def test_landlords_warn_of_tenancies_at_risk(record: Statement) -> None:
    told = chapter(record, "soha", "prevention", 1)

    assert [one.kind for one in told] == [K.RISK_OF_HOMELESSNESS, K.CONTACT]


def test_a_worker_is_an_opaque_id_of_the_agency(record: Statement, rng: Random) -> None:
    assert worker(record, rng).startswith(f"{record.agency_id}.w")


def test_an_action_has_words_and_a_date(record: Statement) -> None:
    teller = Teller("P1", LAST, Random(1))

    set_action(teller, record, OPENED, OPENED + timedelta(days=7))

    (told,) = teller.told
    assert told.data["due_on"] == "2024-05-20"
    assert told.data["action"]

"""Changes that could never have stood are refused when they are made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bnl.consent.changes import check_ending, check_grant, check_repair, narrower
from bnl.domain.consent import CorruptGrant, Giver
from bnl.domain.identifiers import GrantId, UserId
from bnl.domain.scope import ANY
from bnl.errors import InvalidValue
from tests.consent.build import (
    DAY,
    NOW,
    ONE,
    TWO,
    agreement,
    clause,
    ending,
    forbid,
    giver,
    permit,
    person,
    policy,
    record,
)

CHILD = (record(born="2012-01-01"),)
ADULT = (record(born="1990-01-01"),)
RULE = policy(agreement(clause()))


@pytest.mark.parametrize(
    ("grant", "facts"),
    [
        pytest.param(permit(), person(), id="permit"),
        pytest.param(permit(), person(records=ADULT), id="adult"),
        pytest.param(permit(given_by=giver(competence="form")), person(records=CHILD), id="assessed"),
        pytest.param(
            permit(given_by=giver("m", "parental_responsibility")), person(records=CHILD), id="parent"
        ),
        pytest.param(permit(supersedes=("gra_f",)), person(forbid()), id="lifts"),
        pytest.param(
            permit(supersedes=("gra_f",)),
            person(forbid(given_by=giver("mum", "parental_responsibility"))),
            id="lifts_what_a_parent_said",
        ),
        pytest.param(permit(condition="explicit_consent"), person(), id="explicit"),
        pytest.param(
            permit(condition="sch1_1_social_protection", policy_document="apd"), person(), id="document"
        ),
        pytest.param(forbid(given_by=giver("x", "agency")), person(records=CHILD), id="forbid_by_anybody"),
        pytest.param(forbid(basis="public_task", relying_party="nobody"), person(), id="forbid_on_any_paper"),
        pytest.param(
            permit(),
            person(records=(record(lacks_capacity=((NOW - 20 * DAY, NOW - 15 * DAY),)),)),
            id="capacity_regained",
        ),
    ],
)
def test_a_grant_that_can_stand_is_taken(grant: Any, facts: Any) -> None:
    check_grant(grant, facts, RULE)


@pytest.mark.parametrize(
    ("grant", "facts", "says"),
    [
        pytest.param(permit(record_id=TWO), person(), "not this person's", id="strange_record"),
        pytest.param(permit(), person(permit()), "recorded already", id="id_taken"),
        pytest.param(
            permit(),
            person(CorruptGrant(grant_id=GrantId("gra_p"), record_id=ONE)),
            "already",
            id="id_of_corrupt",
        ),
        pytest.param(permit(relying_party="nobody"), person(), "not known", id="agency_unknown"),
        pytest.param(
            permit(basis="legitimate_interests", relying_party="council"), person(), "not open", id="basis"
        ),
        pytest.param(permit(condition="sch1_1_social_protection"), person(), "lacks", id="document"),
        pytest.param(permit(given_by=giver()), person(records=CHILD), "under 16", id="child"),
        pytest.param(
            permit(given_by=giver("m", "parental_responsibility")), person(), "date of birth", id="when"
        ),
        pytest.param(
            permit(given_by=giver("m", "parental_responsibility")), person(records=ADULT), "18", id="grown_up"
        ),
        pytest.param(
            permit(),
            person(records=(record(lacks_capacity=((NOW - 20 * DAY, None),)),)),
            "lacks capacity",
            id="capacity",
        ),
        pytest.param(permit(supersedes=("gra_9",)), person(), "not recorded", id="lifts_nothing"),
        pytest.param(permit(supersedes=("gra_f",)), person(forbid(hard=True)), "soft", id="lifts_hard"),
        pytest.param(
            permit(grant_id="gra_n", supersedes=("gra_p",)), person(permit()), "soft", id="lifts_permit"
        ),
        pytest.param(
            permit(supersedes=("gra_f",)),
            person(forbid(given_by=giver("him"))),
            "another",
            id="lifts_anothers",
        ),
        pytest.param(
            permit(supersedes=("gra_x",)),
            person(CorruptGrant(grant_id=GrantId("gra_x"), record_id=ONE)),
            "not recorded",
            id="lifts_corrupt",
        ),
    ],
)
def test_a_grant_that_could_never_stand_is_refused(grant: Any, facts: Any, says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        check_grant(grant, facts, RULE)


@pytest.mark.parametrize(
    ("grant", "end"),
    [
        pytest.param(permit(), ending(), id="permit_withdrawn"),
        pytest.param(permit(), ending(given_by=giver("anybody", "agency")), id="permit_ended_by_anybody"),
        pytest.param(forbid(), ending(grant_id="gra_f"), id="soft_forbid_withdrawn"),
        pytest.param(
            forbid(given_by=giver("m", "parental_responsibility")), ending(grant_id="gra_f"), id="over_parent"
        ),
        pytest.param(forbid(hard=True), ending(grant_id="gra_f", kind="lifted"), id="hard_lifted"),
        pytest.param(forbid(), ending(grant_id="gra_f", kind="corrected"), id="corrected"),
        pytest.param(forbid(objection=True), ending(grant_id="gra_f", kind="answered"), id="answered"),
        pytest.param(permit(), ending(said_at=NOW - 10 * DAY), id="at_its_first_instant"),
        pytest.param(
            permit(valid_from=NOW + DAY, recorded_at=NOW - 3 * DAY),
            ending(said_at=NOW - 2 * DAY),
            id="before_start",
        ),
    ],
)
def test_an_ending_that_ends_something_is_taken(grant: Any, end: Any) -> None:
    check_ending(end, person(grant))


@pytest.mark.parametrize(
    ("held", "end", "says"),
    [
        pytest.param((), ending(), "no readable grant", id="nothing"),
        pytest.param(
            (CorruptGrant(grant_id=GrantId("gra_p"), record_id=ONE),), ending(), "no readable", id="corrupt"
        ),
        pytest.param((permit(),), ending(said_at=NOW - 11 * DAY), "before the grant", id="too_early"),
        pytest.param((forbid(hard=True),), ending(grant_id="gra_f"), "hard forbid", id="hard"),
        pytest.param(
            (forbid(given_by=giver("him")),), ending(grant_id="gra_f"), "soft forbid", id="anothers"
        ),
        pytest.param(
            (forbid(),), ending(grant_id="gra_f", kind="answered"), "soft forbid", id="no_objection"
        ),
        pytest.param(
            (forbid(given_by=giver("gp", "agency")),),
            ending(grant_id="gra_f", kind="corrected"),
            "soft forbid",
            id="not_the_persons_own",
        ),
    ],
)
def test_an_ending_that_ends_nothing_is_refused(held: Any, end: Any, says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        check_ending(end, person(*held))


# --- repair ------------------------------------------------------------------------------------------------

S1, S2 = UserId("s1"), UserId("s2")


def repaired(grant: Any = None, **fields: Any) -> Any:
    made = grant or permit
    return made(**({"version": 2, "evidence": ("form",)} | fields))


PERMIT = permit(
    agencies={"council", "charity"},
    categories={"identity", "housing"},
    valid_until=NOW + 9 * DAY,
    supersedes=("gra_f",),
    onward_recipients={"refuge"},
)
SAME: dict[str, Any] = {
    "agencies": {"council", "charity"},
    "categories": {"identity", "housing"},
    "valid_until": NOW + 9 * DAY,
    "supersedes": ("gra_f",),
    "onward_recipients": {"refuge"},
}


@pytest.mark.parametrize(
    ("change", "narrow"),
    [
        pytest.param({}, True, id="same"),
        pytest.param({"agencies": {"council"}}, True, id="fewer_agencies"),
        pytest.param({"agencies": None}, True, id="no_agency"),
        pytest.param({"agencies": ANY}, False, id="any_agency"),
        pytest.param({"agencies": {"refuge"}}, False, id="another_agency"),
        pytest.param({"categories": {"identity", "housing", "contact"}}, False, id="more_categories"),
        pytest.param({"valid_until": NOW + 8 * DAY}, True, id="shorter"),
        pytest.param({"valid_until": NOW + 10 * DAY}, False, id="longer"),
        pytest.param({"valid_until": None, "open_ended": True}, False, id="endless"),
        pytest.param({"valid_from": NOW - 9 * DAY}, True, id="later"),
        pytest.param({"valid_from": NOW - 11 * DAY}, False, id="earlier"),
        pytest.param({"supersedes": ()}, True, id="lifts_less"),
        pytest.param({"supersedes": ("gra_f", "gra_g")}, False, id="lifts_more"),
        pytest.param({"onward_recipients": None}, True, id="no_onward"),
        pytest.param({"onward_recipients": ANY}, False, id="any_onward"),
        pytest.param({"relying_party": "refuge"}, False, id="another_relying_party"),
        pytest.param({"basis": "contract"}, False, id="another_basis"),
        pytest.param({"given_by": giver("him")}, False, id="another_giver"),
        pytest.param({"condition": "explicit_consent"}, False, id="condition"),
    ],
)
def test_which_permit_is_narrower(change: dict[str, Any], narrow: bool) -> None:
    new = repaired(**(SAME | change))
    assert narrower(new, PERMIT) is narrow
    check_repair(new, PERMIT, [S1, S2])
    if narrow:
        check_repair(new, PERMIT, [S1])
    else:
        with pytest.raises(InvalidValue, match="wider"):
            check_repair(new, PERMIT, [S1, S1])


FORBID = forbid(agencies={"council"}, categories={"location"}, valid_until=NOW + 9 * DAY)
BOUND: dict[str, Any] = {"agencies": {"council"}, "categories": {"location"}, "valid_until": NOW + 9 * DAY}


@pytest.mark.parametrize(
    ("change", "narrow"),
    [
        pytest.param({}, True, id="same"),
        pytest.param({"agencies": {"council", "refuge"}}, True, id="more_agencies"),
        pytest.param({"agencies": None}, True, id="every_agency"),
        pytest.param({"agencies": ANY}, True, id="any_agency"),
        pytest.param({"agencies": {"refuge"}}, False, id="another_agency"),
        pytest.param({"hard": True}, True, id="harder"),
        pytest.param({"objection": True}, False, id="an_objection_can_be_answered"),
        pytest.param({"given_by": giver("him")}, False, id="another_giver"),
        pytest.param({"purposes": {"outreach"}}, False, id="one_purpose"),
        pytest.param({"valid_until": NOW + 8 * DAY}, False, id="shorter"),
        pytest.param({"valid_until": None}, True, id="endless"),
        pytest.param({"valid_from": NOW}, False, id="later"),
    ],
)
def test_which_forbid_is_narrower(change: dict[str, Any], narrow: bool) -> None:
    assert narrower(repaired(forbid, **(BOUND | change)), FORBID) is narrow


def test_softer_is_wider_and_a_forbid_is_narrower_than_a_permit() -> None:
    assert not narrower(forbid(), forbid(hard=True))
    assert narrower(forbid(), permit())
    assert not narrower(permit(), forbid())
    assert not narrower(forbid(valid_until=NOW + DAY), forbid())


@pytest.mark.parametrize(
    ("new", "last", "stewards", "says"),
    [
        pytest.param(repaired(), permit(), [], "steward", id="no_steward"),
        pytest.param(permit(version=2), permit(), [S1], "evidence", id="no_evidence"),
        pytest.param(repaired(version=1), permit(), [S1], "later version", id="same_version"),
        pytest.param(repaired(grant_id="gra_n"), permit(), [S1], "keeps the id", id="another_id"),
        pytest.param(repaired(record_id=TWO), permit(), [S1], "keeps the id", id="another_record"),
        pytest.param(repaired(), None, [S1], "wider", id="nothing_intact"),
    ],
)
def test_a_repair_keeps_to_the_rules(new: Any, last: Any, stewards: list[UserId], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        check_repair(new, last, stewards)


def test_two_stewards_repair_what_has_no_intact_version() -> None:
    check_repair(repaired(), None, [S1, S2])


MIDNIGHT = datetime(2026, 6, 14, 23, tzinfo=UTC)
"""The first instant of 15 June 2026 in London."""
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("who", "born", "at", "stands"),
    [
        pytest.param(
            giver("m", "parental_responsibility"), "2008-06-15", MIDNIGHT - TICK, True, id="a-child"
        ),
        pytest.param(giver("m", "parental_responsibility"), "2008-06-15", MIDNIGHT, False, id="eighteen"),
        # Of a birthday known to the year alone, the earliest day counts: what permits least.
        pytest.param(giver("m", "parental_responsibility"), "2008", MIDNIGHT, False, id="perhaps-eighteen"),
        pytest.param(giver(), "2010-06-15", MIDNIGHT - TICK, False, id="fifteen"),
        pytest.param(giver(), "2010-06-15", MIDNIGHT, True, id="sixteen"),
    ],
)
def test_a_birthday_counts_from_its_first_instant_in_london(
    who: Giver, born: str, at: datetime, stands: bool
) -> None:
    grant = permit(given_by=who, valid_from=at, recorded_at=at)
    facts = person(records=(record(born=born),))
    if stands:
        check_grant(grant, facts, RULE)
    else:
        with pytest.raises(InvalidValue):
            check_grant(grant, facts, RULE)


@pytest.mark.parametrize(
    ("at", "stands"),
    [
        pytest.param(NOW - TICK, True, id="before"),
        pytest.param(NOW, False, id="at-its-first-instant"),
        pytest.param(NOW + DAY - TICK, False, id="at-its-last"),
        pytest.param(NOW + DAY, True, id="at-its-end"),
    ],
)
def test_incapacity_is_half_open(at: datetime, stands: bool) -> None:
    facts = person(records=(record(lacks_capacity=((NOW, NOW + DAY),)),))
    grant = permit(valid_from=at, recorded_at=at)
    if stands:
        check_grant(grant, facts, RULE)
    else:
        with pytest.raises(InvalidValue, match="lacks capacity"):
            check_grant(grant, facts, RULE)


def test_a_permit_does_not_lift_across_what_was_parted() -> None:
    facts = person(
        forbid(record_id=TWO),
        records=(record(), record(TWO)),
        parted=frozenset({frozenset({ONE, TWO})}),
    )
    with pytest.raises(InvalidValue, match="parted once"):
        check_grant(permit(supersedes=("gra_f",)), facts, RULE)
    check_grant(permit(supersedes=("gra_f",)), replace(facts, parted=frozenset()), RULE)


def test_the_latest_version_of_a_grant_is_what_ends() -> None:
    soft, hard = forbid(version=1), forbid(version=2, hard=True)
    for held in ((soft, hard), (hard, soft)):
        with pytest.raises(InvalidValue, match="A hard forbid is not ended so"):
            check_ending(ending(grant_id="gra_f"), person(*held))
    stranger = ending(grant_id="gra_f", given_by=giver("somebody"))
    with pytest.raises(InvalidValue, match="A soft forbid is not ended so"):
        check_ending(stranger, person(soft))

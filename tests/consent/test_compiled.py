"""Compiling a person keeps what decides, forgets the order, and is silent about the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bnl.consent.ages import midnight
from bnl.consent.compiled import compile_person
from bnl.consent.decide import decide
from bnl.consent.facts import HouseholdFacts, PersonFacts, RecordFacts, Stay
from bnl.consent.masks import FOREVER, NO_ROLE, bit, bits
from bnl.consent.policy import compile_policy
from bnl.consent.reasons import Reason
from bnl.consent.rows import area_key, forbid_row, permit_row
from bnl.consent.shapes import Hits, Profile, Shape
from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import GrantId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, Purpose, Role
from tests.consent.build import (
    AGENCIES,
    DAY,
    NOW,
    ONE,
    THREE,
    TWO,
    agreement,
    clause,
    decided,
    forbid,
    giver,
    permit,
    person,
    policy,
    record,
    request,
)
from tests.consent.worlds import AGENCIES as WORLD
from tests.consent.worlds import make_world

RULE = policy()
TICK = timedelta(microseconds=1)


def compiled(*held: Any, **fields: Any) -> Any:
    return compile_person(person(*held, **fields), RULE)


def test_grants_become_rows_on_their_record() -> None:
    found = compiled(permit(), forbid(record_id=TWO), records=(record(), record(TWO)))
    assert [row.record for *_, row in found.permits] == [0]
    assert [row.record for *_, row in found.forbids] == [1]
    assert found.agencies == {"charity"}
    assert not found.corrupt
    assert not found.local


@pytest.mark.parametrize("name", ["agencies", "users", "roles", "actions", "purposes", "categories", "areas"])
def test_a_permit_that_can_match_nothing_has_no_row(name: str) -> None:
    assert compiled(permit(**{name: None})).permits == ()


def test_a_permit_without_a_term_is_in_force_at_no_instant_and_a_forbid_brings_nothing() -> None:
    row = permit_row(permit(), 0, RULE)
    assert row is not None
    assert (row.start, row.end, row.hard, row.brings) == (0, 0, False, 0)
    refused = forbid_row(forbid(hard=True), 3, (1, 2), RULE)
    assert (refused.start, refused.end, refused.hard, refused.brings, refused.record) == (1, 2, True, 0, 3)


def test_grants_of_one_shape_share_it() -> None:
    found = compiled(
        permit(), permit(grant_id="gra_2", categories={"health"}), permit(grant_id="gra_3", roles={"manager"})
    )
    first, second, third = (shape for shape, *_ in found.permits)
    assert first is second
    assert first is not third
    again = compile_person(person(permit()), RULE)
    assert again.permits[0][0] is first


def test_a_forbid_matches_what_a_request_lacks() -> None:
    row = forbid_row(forbid(users={"ann"}, areas={" Oxford "}, roles={"manager"}), 0, (0, FOREVER), RULE)
    assert row.shape.users == frozenset({"ann", None})
    assert row.shape.areas == frozenset({"oxford", None})
    assert row.shape.need & NO_ROLE
    assert row.shape.need & bits(Role) == bit(Role.MANAGER)


@pytest.mark.parametrize("scope", [None, ANY])
def test_an_unnamed_forbid_leaves_the_internal_purposes_out(scope: Any) -> None:
    row = forbid_row(forbid(purposes=scope), 0, (0, FOREVER), RULE)
    internal = bits((Purpose.LINKAGE, Purpose.STEWARDSHIP, Purpose.STATISTICS))
    assert row.shape.need & bits(Purpose) == bits(Purpose) & ~internal


@pytest.mark.parametrize(
    ("area", "key"), [("Oxford", "oxford"), ("  WEST  Oxfordshire ", "west oxfordshire"), ("", "")]
)
def test_areas_have_one_spelling(area: str, key: str) -> None:
    assert area_key(area) == key


def test_a_shape_is_matched_in_every_dimension_and_remembered() -> None:
    need = bit(Action.VIEW) | bit(Role.MANAGER)
    hits = Hits(Profile(need, "council", "ann", None))
    fits = Shape(need | bit(Action.LINK), frozenset({"council"}), None, None)
    assert hits[fits]
    assert dict(hits) == {fits: True}
    for misses in (
        Shape(bit(Action.VIEW), None, None, None),
        Shape(need, frozenset({"refuge"}), None, None),
        Shape(need, None, frozenset({"bob"}), None),
        Shape(need, None, None, frozenset({"oxford"})),
    ):
        assert not hits[misses]
    assert hits[Shape(need, None, frozenset({"ann", None}), frozenset({None}))]


def test_what_is_corrupt_is_known_by_record() -> None:
    broken = CorruptGrant(grant_id=GrantId("gra_x"), record_id=TWO)
    found = compiled(broken, records=(record(corrupt=True), record(TWO), record(THREE)))
    assert found.corrupt
    assert found.corrupt_records == {0, 1}
    strange = compiled(permit(record_id=THREE))
    assert strange.corrupt
    assert strange.corrupt_records == frozenset()


@pytest.mark.parametrize("born", ["unknown", "1990-02-31", "31/01/1990", "19900131", "0000"])
def test_a_birth_that_is_no_date_is_corrupt_and_never_an_error(born: str) -> None:
    found = compiled(permit(), records=(record(born=born), record(TWO, born="1990")))
    assert found.corrupt_records == {0}
    assert decide(request(), found, RULE).allowed == (0, 0)


@pytest.mark.parametrize("born", [None, "", "1990", "1990-02", "1990-02-28"])
def test_a_birth_not_stated_or_partly_stated_is_sound(born: str | None) -> None:
    assert not compiled(permit(), records=(record(born=born),)).corrupt


def test_nobody_at_all_is_nobody() -> None:
    found = decide(request(), PersonFacts(records=()), RULE)
    assert (found.exists, found.allowed, found.reasons()) == (False, (), (Reason.NOT_FOUND,))


def test_people_are_silent_when_printed() -> None:
    home = HouseholdFacts(stays=(Stay(NOW.date(), None, ("1 High Street",)),))
    facts = person(permit(), records=(record(born="1990-01-01"),), household=(home,))
    ready = compile_person(facts, RULE)
    told = f"{facts!r}{facts.records!r}{facts.household!r}{home.stays!r}{ready!r}{ready.permits!r}"
    assert "1990" not in told
    assert "High Street" not in told
    assert "gra_p" in told


@pytest.mark.parametrize("chunk", range(3))
def test_order_never_matters_in_a_random_world(chunk: int) -> None:
    for i in range(150):
        rng = Random(f"order {chunk} {i}")
        made = make_world(rng)
        rule = compile_policy(made.agreements, WORLD)
        expected = decide(made.request, made.facts, rule).allowed
        mixed = replace(
            made.facts,
            grants=tuple(rng.sample(made.facts.grants, len(made.facts.grants))),
            endings=tuple(rng.sample(made.facts.endings, len(made.facts.endings))),
        )
        papers = rng.sample(made.agreements, len(made.agreements))
        assert decide(made.request, mixed, compile_policy(papers, WORLD)).allowed == expected


@pytest.mark.parametrize("chunk", range(3))
def test_merging_never_widens_a_random_world(chunk: int) -> None:
    """Each record alone, with its own grants, shows at least what it shows when linked to others."""
    for i in range(150):
        made = make_world(Random(f"merge {chunk} {i}"))
        rule = compile_policy(made.agreements, WORLD)
        names = [one.record_id for one in made.facts.records]
        pairs = frozenset(frozenset({a, b}) for a in names for b in names if a != b)
        together = decide(made.request, replace(made.facts, parted=pairs), rule)
        for one, mask in zip(made.facts.records, together.allowed, strict=True):
            alone = _alone(made.facts, one)
            assert not mask & ~decide(made.request, alone, rule).allowed[0], (i, one.record_id)


def _alone(facts: PersonFacts, one: RecordFacts) -> PersonFacts:
    return PersonFacts(
        records=(one,),
        grants=tuple(grant for grant in facts.grants if grant.record_id == one.record_id),
        endings=facts.endings,
    )


@pytest.mark.parametrize("chunk", range(3))
def test_ends_and_corruption_never_widen_a_random_world(chunk: int) -> None:
    for i in range(150):
        rng = Random(f"end {chunk} {i}")
        made = make_world(rng)
        permits = [g for g in made.facts.grants if not isinstance(g, CorruptGrant) and g.permits]
        if not permits:
            continue
        rule, gone = compile_policy(made.agreements, WORLD), rng.choice(permits)
        before = decide(made.request, made.facts, rule).allowed
        rest = tuple(grant for grant in made.facts.grants if grant is not gone)
        marker = CorruptGrant(grant_id=gone.grant_id, record_id=gone.record_id)
        for grants in (rest, (*rest, marker)):
            after = decide(made.request, replace(made.facts, grants=grants), rule).allowed
            assert not any(now & ~then for now, then in zip(after, before, strict=True)), i


def test_agreements_are_read_at_each_decision_not_when_a_person_is_compiled() -> None:
    ready = compile_person(person(permit()), compile_policy([], AGENCIES))
    rule = policy(agreement(clause()))
    assert decide(request(), ready, rule).allowed == decided(person(permit()), under=rule).allowed
    assert ready.records[0].record_id == ONE


def test_what_is_corrupt_hides_nothing_behind_it() -> None:
    """For the purposes that corruption does not reach, what stands beside it still counts."""
    broken = CorruptGrant(grant_id=GrantId("gra_x"), record_id=ONE)
    found = compiled(broken, permit(), forbid(purposes={"linkage"}))
    assert (len(found.permits), len(found.forbids)) == (1, 1)


@pytest.mark.parametrize(
    ("held", "lifts"),
    [
        pytest.param((permit(supersedes=("gra_f",), recorded_at=NOW), forbid()), 1, id="named"),
        pytest.param(
            (permit(supersedes=("gra_f",), recorded_at=NOW), forbid(recorded_at=NOW)), 1, id="at_once"
        ),
        pytest.param(
            (permit(supersedes=("gra_f",), recorded_at=NOW - DAY), forbid(recorded_at=NOW)), 0, id="before_it"
        ),
        pytest.param((permit(supersedes=("gra_f",), recorded_at=NOW), forbid(hard=True)), 0, id="hard"),
        pytest.param(
            (permit(supersedes=("gra_2",), recorded_at=NOW), permit(grant_id="gra_2")), 0, id="a_permit"
        ),
        pytest.param((permit(), forbid()), 0, id="not_named"),
        pytest.param(
            (permit(supersedes=("gra_f",), recorded_at=NOW, given_by=giver("bob")), forbid()),
            0,
            id="of_another_person",
        ),
        pytest.param(
            (permit(), forbid(given_by=giver("mum", "parental_responsibility"))), 1, id="own_over_a_parents"
        ),
        pytest.param(
            (permit(), forbid(given_by=giver("gp", "best_interests"))), 0, id="own_over_a_doctors_not_named"
        ),
        pytest.param(
            (
                permit(given_by=giver("mum", "parental_responsibility")),
                forbid(given_by=giver("dad", "parental_responsibility")),
            ),
            0,
            id="a_parents_over_a_parents",
        ),
    ],
)
def test_which_soft_forbids_yield(held: Any, lifts: int) -> None:
    found = compiled(*held, records=(record(born="2008-01-01"),)).lifts
    assert [(one.permit, one.forbid) for one in found] == [("gra_p", "gra_f")] * lifts


HOME = Stay(NOW.date(), (NOW + 9 * DAY).date(), ("1 High Street, OX1 1AA",))
BEGINS, ENDS = midnight(HOME.starts_on), midnight((NOW + 9 * DAY).date())
PLACE = {"hard": True, "categories": {"location"}}


@pytest.mark.parametrize(
    ("forbids", "hides"),
    [
        pytest.param([forbid(**PLACE)], True, id="in_force"),
        pytest.param(
            [forbid(), forbid(hard=True, categories={"contact"}), permit(), forbid(**PLACE)], True, id="last"
        ),
        pytest.param([forbid(categories={"location"})], False, id="soft"),
        pytest.param([forbid(hard=True, categories={"contact"})], False, id="of_something_else"),
        pytest.param([forbid(**PLACE, valid_until=BEGINS)], False, id="over_as_the_stay_begins"),
        pytest.param([forbid(**PLACE, valid_until=BEGINS + TICK)], True, id="over_just_after"),
        pytest.param([forbid(**PLACE, valid_from=ENDS)], False, id="begins_as_the_stay_ends"),
        pytest.param([forbid(**PLACE, valid_from=ENDS - TICK)], True, id="begins_just_before"),
    ],
)
def test_a_place_is_hidden_for_a_hard_forbid_that_overlapped_the_stay(forbids: Any, hides: bool) -> None:
    found = compiled(household=(HouseholdFacts(stays=(HOME,), forbids=tuple(forbids)),)).hidden
    assert [one.places.postcodes for one in found] == [frozenset({"OX11AA"})] * hides
    assert all(one.row is not None and one.row.record == -1 for one in found)

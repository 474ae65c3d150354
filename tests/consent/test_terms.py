"""Terms: when each grant is in force, to the tick, and what voids it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.consent.ages import ADULT_AGE, COMPETENT_AGE, lifetime
from bnl.consent.masks import FOREVER, ticks
from bnl.consent.reasons import Void
from bnl.consent.terms import (
    Background,
    ending_counts,
    forbid_term,
    incapable_terms,
    permit_terms,
    speaks_over,
    surely_reached,
    why_void,
    without,
)
from bnl.domain.consent import Grant
from bnl.domain.vocabulary import Capacity
from tests.consent.build import AGENCIES, DAY, NOW, ONE, TWO, ending, forbid, giver, permit, record

MUM = giver("mum", "parental_responsibility")


def back(*grants: Grant, records: Any = None, **fields: Any) -> Background:
    known = records or (record(),)
    given: dict[str, Any] = {
        "life": lifetime(known),
        "dated": frozenset(one.record_id for one in known if one.born),
        "parted": frozenset(),
        "incapable": incapable_terms(known),
        "agencies": AGENCIES,
        "grants": {grant.grant_id: grant for grant in grants},
    }
    return Background(**given | fields)


def at(days: int) -> int:
    return ticks(NOW + days * DAY)


@pytest.mark.parametrize(
    ("grant", "endings", "terms"),
    [
        pytest.param(permit(), (), ((at(-10), FOREVER),), id="open"),
        pytest.param(permit(valid_until=NOW + 3 * DAY), (), ((at(-10), at(3)),), id="ends"),
        pytest.param(permit(), (ending(said_at=NOW - 4 * DAY),), ((at(-10), at(-4)),), id="withdrawn"),
        pytest.param(
            permit(),
            (ending(said_at=NOW - 4 * DAY), ending(said_at=NOW - 6 * DAY)),
            ((at(-10), at(-6)),),
            id="twice",
        ),
        pytest.param(permit(valid_from=NOW + DAY), (ending(),), (), id="withdrawn_before_it_began"),
        pytest.param(
            permit(),
            (ending(kind="corrected", said_at=NOW - 3 * DAY, recorded_at=NOW),),
            ((at(-10), at(-3)),),
            id="said",
        ),
    ],
)
def test_when_a_permit_is_in_force(grant: Grant, endings: Any, terms: Any) -> None:
    assert permit_terms(grant, endings, back(grant)) == (terms, None)


@pytest.mark.parametrize(
    ("grant", "endings", "adult", "term"),
    [
        pytest.param(forbid(), (), FOREVER, (at(-5), FOREVER), id="lasts"),
        pytest.param(forbid(valid_until=NOW), (), FOREVER, (at(-5), at(0)), id="ends"),
        pytest.param(forbid(), (ending(grant_id="gra_f"),), FOREVER, (at(-5), at(-1)), id="withdrawn"),
        pytest.param(
            forbid(),
            (ending(grant_id="gra_f", kind="corrected", said_at=NOW - 3 * DAY, recorded_at=NOW),),
            FOREVER,
            (at(-5), at(0)),
            id="corrected_counts_when_recorded",
        ),
        pytest.param(
            forbid(hard=True),
            (ending(grant_id="gra_f", kind="lifted", said_at=NOW - 3 * DAY, recorded_at=NOW),),
            FOREVER,
            (at(-5), at(0)),
            id="lifted_counts_when_recorded",
        ),
        pytest.param(forbid(given_by=MUM), (), at(2), (at(-5), at(2)), id="a_parents_ends_at_18"),
        pytest.param(forbid(given_by=MUM, hard=True), (), at(2), (at(-5), FOREVER), id="hard_stays"),
        pytest.param(forbid(), (), at(2), (at(-5), FOREVER), id="their_own_stays"),
    ],
)
def test_when_a_forbid_binds(grant: Grant, endings: Any, adult: int, term: Any) -> None:
    assert forbid_term(grant, endings, adult) == term


SOFT, HARD, OBJECTION = forbid(), forbid(hard=True), forbid(objection=True)
GPS = forbid(given_by=giver("gp", "agency"))


@pytest.mark.parametrize(
    ("grant", "kind", "counts"),
    [
        (permit(), "withdrawn", True),
        (permit(), "corrected", True),
        (permit(), "lifted", True),
        (permit(), "answered", True),
        (SOFT, "withdrawn", True),
        (SOFT, "corrected", True),
        (SOFT, "lifted", True),
        (SOFT, "answered", False),
        (OBJECTION, "answered", True),
        (HARD, "withdrawn", False),
        (HARD, "corrected", False),
        (HARD, "answered", False),
        (HARD, "lifted", True),
        (GPS, "withdrawn", False),
        (GPS, "corrected", False),
        (GPS, "lifted", True),
    ],
)
def test_which_ending_ends_which_grant(grant: Grant, kind: str, counts: bool) -> None:
    assert ending_counts(ending(grant_id=grant.grant_id, kind=kind), grant) is counts


@pytest.mark.parametrize("decided", list(Capacity))
@pytest.mark.parametrize("speaks", list(Capacity))
def test_only_the_person_speaks_over_whoever_decided_for_them(speaks: Capacity, decided: Capacity) -> None:
    held = forbid(given_by=giver("one", decided.value))
    over = speaks is Capacity.SELF and decided in {
        Capacity.PARENTAL_RESPONSIBILITY,
        Capacity.ATTORNEY_OR_DEPUTY,
        Capacity.BEST_INTERESTS,
    }
    assert speaks_over("another", speaks, held) is over
    assert speaks_over("one", speaks, held)


@pytest.mark.parametrize(
    ("grant", "fields", "void"),
    [
        pytest.param(permit(), {}, None, id="good"),
        pytest.param(permit(relying_party="nobody"), {}, Void.RELYING_PARTY_UNKNOWN, id="unknown"),
        pytest.param(permit(relying_party="friend"), {}, Void.BASIS_NOT_OPEN, id="no_agency"),
        pytest.param(permit(supersedes=("gra_f",)), {}, Void.NAMED_GRANT_ELSEWHERE, id="named_nowhere"),
        pytest.param(permit(given_by=MUM), {}, Void.GIVER_WITHOUT_CAPACITY, id="birth_unknown"),
        pytest.param(
            permit(given_by=MUM),
            {"records": (record(), record(TWO, born="2015"))},
            Void.GIVER_WITHOUT_CAPACITY,
            id="birth_known_elsewhere_only",
        ),
        pytest.param(permit(given_by=MUM), {"records": (record(born="2015"),)}, None, id="birth_known"),
    ],
)
def test_what_voids_a_permit(grant: Grant, fields: dict[str, Any], void: Void | None) -> None:
    assert why_void(grant, back(grant, **fields)) is void


def test_a_permit_once_parted_from_what_it_named_stays_void() -> None:
    naming, named = permit(supersedes=("gra_f",)), forbid(record_id=TWO)
    assert why_void(naming, back(naming, named)) is None
    pair = frozenset({frozenset({ONE, TWO})})
    assert why_void(naming, back(naming, named, parted=pair)) is Void.NAMED_GRANT_ELSEWHERE
    near = forbid()
    assert why_void(naming, back(naming, near, parted=pair)) is None


def test_an_age_is_surely_reached_only_where_every_record_asked_says_the_birth() -> None:
    known = back(records=(record(born="2008"), record(TWO)))
    assert surely_reached(COMPETENT_AGE, (ONE,), known) == ticks(datetime(2024, 12, 31, tzinfo=UTC))
    assert surely_reached(COMPETENT_AGE, (ONE, TWO), known) == FOREVER
    assert surely_reached(ADULT_AGE, (TWO,), known) == FOREVER


def test_death_and_incapacity_cut_a_permit_short() -> None:
    dead = back(records=(record(died=date(2026, 6, 20)),))
    assert permit_terms(permit(), (), dead)[0] == ((at(-10), ticks(datetime(2026, 6, 19, 23, tzinfo=UTC))),)
    gaps = ((NOW - 8 * DAY, NOW - 6 * DAY), (NOW - DAY, None))
    unable = back(records=(record(lacks_capacity=gaps),))
    assert permit_terms(permit(), (), unable)[0] == ((at(-10), at(-8)), (at(-6), at(-1)))
    by_attorney = permit(given_by=giver("a", "attorney_or_deputy"))
    assert permit_terms(by_attorney, (), unable)[0] == ((at(-10), FOREVER),)


def test_a_permit_that_ends_as_it_begins_is_never_in_force() -> None:
    for given_by in (giver("a", "attorney_or_deputy"), giver()):
        empty = permit(given_by=given_by)
        assert permit_terms(empty, (ending(said_at=empty.valid_from),), back(empty)) == ((), None)


SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair)))


@settings(max_examples=200)
@given(SPANS, st.lists(SPANS, max_size=5))
def test_taking_stretches_out_leaves_exactly_the_other_instants(
    term: tuple[int, int], holes: list[tuple[int, int]]
) -> None:
    left = without(term, holes)
    for tick in range(32):
        inside = any(start <= tick < end for start, end in left)
        wanted = term[0] <= tick < term[1] and not any(start <= tick < end for start, end in holes)
        assert inside == wanted
    assert all(start < end for start, end in left)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_basis_opens_a_permit_no_earlier_than_the_law_does(days: int) -> None:
    opens = datetime(2026, 2, 5, tzinfo=UTC)
    grant = permit(basis="recognised_legitimate_interests", valid_from=opens + timedelta(days=days))
    ((start, _),), void = permit_terms(grant, (), back(grant))
    assert void is None
    assert start == ticks(opens + timedelta(days=max(days, 0)))

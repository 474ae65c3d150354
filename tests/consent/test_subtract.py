"""Subtraction is exact: what is left permits just what was permitted and not denied."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from random import Random
from typing import Any

import pytest

from bnl.consent.subtract import Extent, subtract
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, Purpose
from bnl.domain.vocabulary import FieldCategory as C
from bnl.errors import InvalidValue
from tests.consent.build import DAY, NOW

AGENCIES = ("a", "b", "c")
CATEGORIES = (C.IDENTITY, C.CONTACT, C.HEALTH)
TIMES = tuple(NOW + DAY * i for i in range(5))


def allows(extent: Extent | None, agency: str, category: C, at: datetime) -> bool:
    if extent is None:
        return False
    agencies, categories = extent.scopes.get("agencies"), extent.scopes.get("categories")
    return (
        (agencies in (None, ANY) or agency in agencies)
        and (categories in (None, ANY) or category in categories)
        and (extent.start is None or extent.start <= at)
        and (extent.end is None or at < extent.end)
    )


def draw(rng: Random, values: Any, *, silent: bool) -> Any:
    return (
        rng.choice([None, ANY] if silent else [ANY])
        if rng.random() < 0.3
        else frozenset(rng.sample(values, rng.randint(1, len(values))))
    )


def make(rng: Random, *, deny: bool) -> Extent:
    start, end = sorted(rng.sample(TIMES, 2))
    return Extent(
        {
            "agencies": draw(rng, AGENCIES, silent=deny),
            "categories": draw(rng, CATEGORIES, silent=deny),
        },
        None if deny and rng.random() < 0.6 else start,
        None if rng.random() < 0.6 else end,
    )


@pytest.mark.parametrize("chunk", range(4))
def test_what_is_left_is_exactly_what_was_not_denied(chunk: int) -> None:
    left_something = refused = 0
    for i in range(1000):
        rng = Random(f"subtract {chunk} {i}")
        permit, deny = make(rng, deny=False), make(rng, deny=True)
        try:
            left = subtract(permit, deny)
        except InvalidValue:
            refused += 1
            continue
        for agency, category, at in product(AGENCIES, CATEGORIES, TIMES):
            wanted = allows(permit, agency, category, at) and not allows(deny, agency, category, at)
            assert allows(left, agency, category, at) == wanted, (permit, deny, left)
        left_something += left is not None
    assert left_something > 100
    assert refused > 100


@pytest.mark.parametrize(
    ("name", "denied", "left"),
    [
        pytest.param("categories", {C.HEALTH}, set(C) - {C.HEALTH}, id="categories"),
        pytest.param("actions", {Action.EXPORT}, set(Action) - {Action.EXPORT}, id="actions"),
        pytest.param("purposes", {Purpose.OUTREACH}, set(Purpose) - {Purpose.OUTREACH}, id="purposes"),
    ],
)
def test_any_of_a_closed_list_can_lose_some(name: str, denied: set[Any], left: set[Any]) -> None:
    whole = Extent({name: ANY}, NOW, None)
    found = subtract(whole, Extent({name: frozenset(denied)}, None, None))
    assert found is not None
    assert found.scopes[name] == frozenset(left)
    assert subtract(whole, Extent({name: frozenset(left | denied)}, None, None)) is None


@pytest.mark.parametrize("name", ["agencies", "users", "areas", "roles"])
def test_any_of_an_open_list_cannot(name: str) -> None:
    with pytest.raises(InvalidValue, match="any"):
        subtract(Extent({name: ANY}, NOW, None), Extent({name: frozenset({"x"})}, None, None))


def test_denying_existence_denies_everything() -> None:
    permit = Extent({"categories": frozenset({C.CONTACT})}, NOW, None)
    assert subtract(permit, Extent({"categories": frozenset({C.EXISTENCE})}, None, None)) is None


def test_time_is_cut_at_either_end_but_not_in_the_middle() -> None:
    permit = Extent({}, TIMES[1], TIMES[4])
    head, tail = Extent({}, None, TIMES[2]), Extent({}, TIMES[3], None)
    assert subtract(permit, head) == Extent({}, TIMES[2], TIMES[4])
    assert subtract(permit, tail) == Extent({}, TIMES[1], TIMES[3])
    assert subtract(permit, Extent({}, TIMES[0], TIMES[1])) == permit
    assert subtract(permit, Extent({}, TIMES[4], None)) == permit
    assert subtract(permit, Extent({}, TIMES[1], TIMES[4])) is None
    with pytest.raises(InvalidValue, match="in two"):
        subtract(permit, Extent({}, TIMES[2], TIMES[3]))


LATER = Extent({"categories": frozenset({C.HEALTH})}, TIMES[3], TIMES[4])


@pytest.mark.parametrize(
    "deny",
    [
        pytest.param(
            Extent({"agencies": frozenset("b"), "categories": frozenset({C.IDENTITY})}, None, None),
            id="agency",
        ),
        pytest.param(
            Extent({"agencies": frozenset("b"), "categories": frozenset({C.IDENTITY})}, TIMES[1], TIMES[2]),
            id="agency_in_a_part_of_the_time",
        ),
        pytest.param(Extent({"categories": frozenset({C.IDENTITY})}, TIMES[2], TIMES[3]), id="just_after"),
        pytest.param(Extent({"categories": frozenset({C.IDENTITY})}, None, TIMES[0]), id="just_before"),
        pytest.param(LATER, id="later"),
    ],
)
def test_what_lies_apart_takes_nothing_away(deny: Extent) -> None:
    permit = Extent(
        {"agencies": frozenset("a"), "categories": frozenset({C.IDENTITY, C.CONTACT})}, TIMES[0], TIMES[2]
    )
    assert subtract(permit, deny) is permit


def test_a_deny_of_existence_lies_apart_from_no_category() -> None:
    permit = Extent({"categories": frozenset({C.CONTACT})}, TIMES[0], None)
    deny = Extent({"categories": frozenset({C.EXISTENCE})}, TIMES[1], None)
    assert subtract(permit, deny) == Extent(permit.scopes, TIMES[0], TIMES[1])


@pytest.mark.parametrize(
    ("permit", "deny", "left"),
    [
        pytest.param((1, 4), (1, 2), (2, 4), id="from_the_same_start"),
        pytest.param((1, 4), (0, 2), (2, 4), id="from_before"),
        pytest.param((1, 4), (3, 4), (1, 3), id="to_the_same_end"),
        pytest.param((1, 3), (2, 4), (1, 2), id="to_after"),
        pytest.param((None, 3), (2, None), (None, 2), id="a_beginning_unsaid"),
        pytest.param((None, 3), (None, 2), (2, 3), id="both_beginnings_unsaid"),
        pytest.param((1, None), (2, None), (1, 2), id="both_ends_unsaid"),
    ],
)
def test_time_is_cut_where_the_deny_begins_or_ends(permit: Any, deny: Any, left: Any) -> None:
    def stretch(ends: tuple[int | None, int | None]) -> Extent:
        return Extent({}, *(None if i is None else TIMES[i] for i in ends))

    assert subtract(stretch(permit), stretch(deny)) == stretch(left)


@pytest.mark.parametrize("permit", [(None, 4), (0, 4), (0, None), (None, None)])
def test_time_cut_in_two_is_refused(permit: Any) -> None:
    start, end = (None if i is None else TIMES[i] for i in permit)
    with pytest.raises(InvalidValue, match="in two"):
        subtract(Extent({}, start, end), Extent({}, TIMES[1], TIMES[2]))


@pytest.mark.parametrize(
    ("deny", "says"),
    [
        pytest.param(
            Extent(
                {"actions": frozenset({Action.VIEW}), "purposes": frozenset({Purpose.OUTREACH})}, None, None
            ),
            "actions, purposes at once",
            id="two_dimensions",
        ),
        pytest.param(
            Extent({"actions": frozenset({Action.VIEW})}, TIMES[1], None),
            "actions and the period at once",
            id="one_and_the_time",
        ),
    ],
)
def test_what_the_deny_narrows_at_once_is_told(deny: Extent, says: str) -> None:
    permit = Extent({"actions": ANY, "purposes": ANY}, TIMES[0], None)
    with pytest.raises(InvalidValue) as caught:
        subtract(permit, deny)
    assert str(caught.value) == f"The inner deny narrows {says}. Record what is left as grants of their own."

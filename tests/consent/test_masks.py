"""Masks say the same as the sets they stand for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.consent.masks import (
    CATEGORY_BIT,
    EVERYTHING,
    EXISTENCE,
    FIELD_BIT,
    FOREVER,
    NO_ROLE,
    bit,
    bits,
    categories_of,
    category_mask,
    forbidden_mask,
    moment_of,
    ticks,
)
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role

SETS = st.frozensets(st.sampled_from(list(FieldCategory)), min_size=1)


@given(SETS)
def test_a_permitting_mask_holds_what_was_named_and_existence(named: frozenset[FieldCategory]) -> None:
    assert categories_of(category_mask(named)) == named | {FieldCategory.EXISTENCE}


@given(SETS)
def test_a_forbidding_mask_holds_what_was_named_or_everything(named: frozenset[FieldCategory]) -> None:
    whole = FieldCategory.EXISTENCE in named
    assert categories_of(forbidden_mask(named)) == (frozenset(FieldCategory) if whole else named)


@given(SETS, SETS)
def test_retired_categories_permit_nothing(
    named: frozenset[FieldCategory], retired: frozenset[FieldCategory]
) -> None:
    left = named - retired
    mask = category_mask(named, frozenset(retired))
    assert categories_of(mask) == (left | {FieldCategory.EXISTENCE} if left else frozenset())


def test_silence_and_any() -> None:
    assert category_mask(None) == category_mask(()) == forbidden_mask(()) == 0
    assert category_mask(ANY) == forbidden_mask(None) == forbidden_mask(ANY) == EVERYTHING
    assert CATEGORY_BIT[FieldCategory.EXISTENCE] == EXISTENCE


def test_every_value_has_a_bit_of_its_own() -> None:
    every = [bit(value) for value in (*Action, *Purpose, *Role)] + [NO_ROLE]
    assert len(set(every)) == len(every)
    assert sum(every) == bits((*Action, *Purpose, *Role)) | NO_ROLE
    assert bits(()) == 0


def test_every_field_has_the_bit_of_its_category() -> None:
    assert {name: CATEGORY_BIT[category] for name, category in FIELD_CATEGORY.items()} == dict(FIELD_BIT)


@given(st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1)))
def test_ticks_are_exact(moment: datetime) -> None:
    instant = moment.replace(tzinfo=UTC)
    assert moment_of(ticks(instant)) == instant
    assert isinstance(ticks(instant), int)
    assert ticks(instant + timedelta(microseconds=1)) == ticks(instant) + 1


@pytest.mark.parametrize("tick", [FOREVER, FOREVER + 1])
def test_for_ever_is_no_moment(tick: int) -> None:
    assert moment_of(tick) is None

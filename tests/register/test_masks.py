"""Field masks: a bit per field, for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import FieldCategory
from bnl.register.masks import mask_of, names_of

FIELDS = st.frozensets(st.sampled_from(list(FIELD_CATEGORY)))
CATEGORIES = st.frozensets(st.sampled_from(list(FieldCategory)))


@given(FIELDS, CATEGORIES)
def test_a_mask_tells_exactly_what_went_in(
    fields: frozenset[str], categories: frozenset[FieldCategory]
) -> None:
    names = names_of(mask_of(fields, categories))
    assert len(names) == len(set(names))
    assert set(names) == fields | {f"events:{category.value}" for category in categories}


@given(FIELDS, FIELDS)
def test_masks_join_as_sets_do(one: frozenset[str], other: frozenset[str]) -> None:
    assert mask_of(one) | mask_of(other) == mask_of(one | other)


def test_nothing_is_nought_and_everything_fits() -> None:
    assert mask_of() == 0
    assert names_of(0) == ()
    assert mask_of(FIELD_CATEGORY, FieldCategory) < 2**62


def test_bits_keep_their_places() -> None:
    assert mask_of(["given_names"]) == 1
    assert mask_of(["family_name"]) == 2
    assert mask_of(["date_of_birth"]) == 1 << 5
    assert mask_of(["notes"]) == 1 << 41
    assert mask_of(events=[FieldCategory.EXISTENCE]) == 1 << 44
    assert mask_of(events=[FieldCategory.AGENCY_INVOLVEMENT]) == 1 << 60

"""Bulk encoding of variant groups agrees with the look-up, pair by pair."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.variants.encode import encode_variants
from bnl.matching.variants.lookup import shared_groups, variant_groups

distinct = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from(
            ["alex", "alexander", "alexandra", "sam", "samuel", "bill", "william", "will", "nobody"]
        ),
        st.text(max_size=5),
    ),
    max_size=12,
)


@given(distinct, st.data())
def test_sharing_in_bulk_agrees_with_the_lookup(found: list[str | None], data: st.DataObject) -> None:
    codes = encode_variants(found)
    places = st.lists(st.integers(-1, len(found) - 1), min_size=6, max_size=6)
    left, right = data.draw(places), data.draw(places)

    def slow(first: int, second: int) -> bool:
        one = found[first] if first >= 0 else None
        other = found[second] if second >= 0 else None
        return one is not None and other is not None and bool(shared_groups(one, other))

    expected = [slow(first, second) for first, second in zip(left, right, strict=True)]
    assert codes.share(left, right).tolist() == expected


def test_rows_hold_the_groups_of_their_names() -> None:
    names = ["bill", None, "alex", "nobody of this name"]
    codes = encode_variants(names)
    assert codes.counts.tolist() == [len(variant_groups(name)) if name else 0 for name in names]
    assert codes.groups[0, : codes.counts[0]].tolist() == list(variant_groups("bill"))
    assert (codes.groups[1] == -1).all()


def test_a_kind_narrows_the_groups() -> None:
    both = encode_variants(["johann", "john"])
    nicknames = encode_variants(["johann", "john"], "nickname")
    assert both.share([0], [1]).all()
    assert not nicknames.share([0], [1]).any()


def test_no_names_share_nothing() -> None:
    assert encode_variants([]).share(np.array([-1]), np.array([-1])).tolist() == [False]


def test_names_in_no_group_share_nothing_not_even_with_themselves() -> None:
    assert encode_variants(["qqqq"]).share([0], [0]).tolist() == [False]

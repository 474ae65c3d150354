"""Row commitments: unambiguous, and different for every change of any part."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.commitment import RowWrite, Scalar, canonical_row, row_commitment

scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.binary(max_size=8))
columns = st.lists(st.tuples(st.text(max_size=4), scalars), max_size=5)
Columns = list[tuple[str, Scalar]]


def typed(row: Columns) -> list[tuple[str, str, Scalar]]:
    return [(name, type(value).__name__, value) for name, value in row]


@given(columns, columns)
def test_two_rows_share_bytes_only_if_they_are_the_same_row(one: Columns, other: Columns) -> None:
    assert (canonical_row(one) == canonical_row(other)) == (typed(one) == typed(other))


@given(columns, columns)
def test_rows_join_as_their_columns_do(one: Columns, other: Columns) -> None:
    assert canonical_row(one) + canonical_row(other) == canonical_row([*one, *other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([("a", 1)], [("a", "1")], id="number-and-its-digits"),
        pytest.param([("a", 1)], [("a", True)], id="one-and-true"),
        pytest.param([("a", "x")], [("a", b"x")], id="text-and-bytes"),
        pytest.param([("a", None)], [("a", "")], id="nothing-and-empty"),
        pytest.param([("a", "bc")], [("ab", "c")], id="name-runs-into-value"),
        pytest.param([("a", "x"), ("b", "y")], [("b", "y"), ("a", "x")], id="order"),
    ],
)
def test_near_misses_differ(one: Columns, other: Columns) -> None:
    assert canonical_row(one) != canonical_row(other)


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        canonical_row([("a", 1.5)])  # type: ignore[list-item]


def test_commitment_is_the_hash_written_out_by_hand() -> None:
    salt = bytes(range(16))
    parts = [(b"b", salt), (b"s", b"link"), (b"s", b"rec_a"), (b"i", b"12"), (b"r", b"row")]
    by_hand = b"".join(tag + len(part).to_bytes(4, "big") + part for tag, part in parts)
    assert row_commitment("link", "rec_a", 12, salt, b"row") == hashlib.sha256(by_hand).digest()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(("links", "k", 1, b"s" * 16, b"row"), id="table"),
        pytest.param(("link", "kk", 1, b"s" * 16, b"row"), id="key"),
        pytest.param(("link", "k", 2, b"s" * 16, b"row"), id="version"),
        pytest.param(("link", "k", 1, b"t" * 16, b"row"), id="salt"),
        pytest.param(("link", "k", 1, b"s" * 16, b"rows"), id="row"),
        pytest.param(("lin", "kk", 1, b"s" * 16, b"row"), id="letter-moved-to-the-key"),
    ],
)
def test_every_part_counts(changed: tuple[str, str, int, bytes, bytes]) -> None:
    assert row_commitment(*changed) != row_commitment("link", "k", 1, b"s" * 16, b"row")


def test_a_write_without_commitment_is_a_deletion() -> None:
    assert RowWrite("link", "k", 1, b"").deleted
    assert not RowWrite("link", "k", 1, b"x" * 32).deleted

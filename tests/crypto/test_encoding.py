"""Joining byte strings: no two different sequences give the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.crypto.encoding import length_prefixed

parts = st.lists(st.binary(max_size=12), max_size=6)


def parted(joined: bytes) -> list[bytes]:
    """Take joined bytes apart again, the slow and obvious way."""
    found = []
    while joined:
        length = int.from_bytes(joined[:4], "big")
        found.append(joined[4 : 4 + length])
        joined = joined[4 + length :]
    return found


@given(parts)
def test_what_was_joined_can_be_taken_apart(given_parts: list[bytes]) -> None:
    assert parted(length_prefixed(given_parts)) == given_parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(["ab", "c"], ["a", "bc"], id="letter-moved"),
        pytest.param(["a"], ["a", ""], id="empty-part-added"),
        pytest.param([], [""], id="nothing-and-empty"),
        pytest.param(["a", "b"], ["b", "a"], id="order"),
    ],
)
def test_near_misses_differ(one: list[str], other: list[str]) -> None:
    assert length_prefixed(one) != length_prefixed(other)


def test_bytes_are_as_written_by_hand() -> None:
    assert length_prefixed(["é", b"\x00"]) == b"\x00\x00\x00\x02\xc3\xa9\x00\x00\x00\x01\x00"


@pytest.mark.parametrize("size", [0, 1, 63, 64, 127, 128, 255, 256, 257, 511, 512, 1023, 1024, 70_000])
def test_a_part_of_any_size_is_preceded_by_its_length(size: int) -> None:
    assert length_prefixed([bytes(size), b"x"]) == size.to_bytes(4, "big") + bytes(size) + b"\0\0\0\1x"

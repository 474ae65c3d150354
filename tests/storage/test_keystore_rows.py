"""Rows of the key store: a value of another type is damage."""

from __future__ import annotations

import pytest

from bnl.crypto.keystore import LogState, UnsettledKey, WrappedKey
from bnl.errors import Corrupt
from bnl.storage.keystore_rows import read_unsettled, read_wrapped

WRAPPED = ("record:a", 1, 2, b"w")
MARK = ("record:a", 3, b"last")


def test_rows_are_read() -> None:
    assert read_wrapped(WRAPPED) == WrappedKey("record:a", 1, 2, b"w")
    assert read_unsettled(MARK) == UnsettledKey("record:a", LogState(3, b"last"))


@pytest.mark.parametrize("place", range(4))
def test_a_wrapped_key_of_another_shape_is_damage(place: int) -> None:
    with pytest.raises(Corrupt, match="key store was altered"):
        read_wrapped((*WRAPPED[:place], None, *WRAPPED[place + 1 :]))


@pytest.mark.parametrize("place", range(3))
def test_a_mark_of_another_shape_is_damage(place: int) -> None:
    with pytest.raises(Corrupt, match="key store was altered"):
        read_unsettled((*MARK[:place], 1.5, *MARK[place + 1 :]))

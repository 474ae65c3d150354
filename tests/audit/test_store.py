"""The head row: read only if it can be one."""

from __future__ import annotations

import pytest

from bnl.audit.merkle import Frontier
from bnl.audit.store import frontier_of
from bnl.domain.audit import Head
from bnl.errors import Corrupt
from tests.audit_entries import filled


def test_an_empty_head_is_an_empty_tree() -> None:
    assert frontier_of(Head()) == Frontier()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100])
def test_a_head_is_taken_apart_hash_by_hash(size: int) -> None:
    head = filled(size).row
    frontier = frontier_of(head)
    assert frontier.size == size
    assert b"".join(frontier.hashes) == head.frontier
    assert {len(hashed) for hashed in frontier.hashes} == {32}


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(Head(1, b""), id="hash-missing"),
        pytest.param(Head(0, b"h" * 32), id="hash-too-many"),
        pytest.param(Head(3, b"h" * 63), id="hash-cut"),
        pytest.param(Head(-1, b"h" * 32), id="negative"),
    ],
)
def test_a_damaged_head_is_refused(head: Head) -> None:
    with pytest.raises(Corrupt, match="head row") as caught:
        frontier_of(head)
    assert caught.value.table == "log_head"

"""Learned names in the levels of pairs."""

from __future__ import annotations

import numpy as np
import pytest

from bnl.matching.arrays import distinct, pack
from bnl.matching.levels import LEVELS, code
from bnl.matching.name_levels import OPEN, UNLIKE, learned_levels, levels_named

MAY, MOLLY, SPIKE, TINY, ZED = range(5)
# May and Molly stand for each other; Spike and Tiny are by-names.
LEARNED = distinct(pack(np.array([MAY, SPIKE, TINY]), np.array([MOLLY, SPIKE, TINY])))


@pytest.mark.parametrize(
    ("left", "right", "before", "after"),
    [
        pytest.param(MAY, MOLLY, "different", "learned", id="a learned pair"),
        pytest.param(MOLLY, MAY, "similar", "learned", id="in either order"),
        pytest.param(MAY, ZED, "different", "different", id="nothing learned"),
        pytest.param(SPIKE, ZED, "different", "byname", id="a by-name beside a name"),
        pytest.param(ZED, TINY, "weak", "byname", id="on either side"),
        pytest.param(SPIKE, TINY, "different", "different", id="two by-names differ"),
        pytest.param(SPIKE, ZED, "similar", "similar", id="likeness says more than a by-name"),
        pytest.param(SPIKE, SPIKE, "exact", "exact", id="the same by-name"),
        pytest.param(MAY, MOLLY, "alias", "alias", id="better evidence stays"),
        pytest.param(-1, SPIKE, "missing", "missing", id="missing stays missing"),
    ],
)
def test_what_was_learned_is_set(left: int, right: int, before: str, after: str) -> None:
    got = learned_levels(
        LEARNED,
        np.array([left], dtype=np.int32),
        np.array([right], dtype=np.int32),
        np.array([code("given", before)], dtype=np.uint8),
    )
    assert LEVELS["given"][int(got[0])].name == after


def test_nothing_learned_changes_nothing() -> None:
    levels = np.arange(len(LEVELS["given"]), dtype=np.uint8)
    names = np.arange(levels.size, dtype=np.int32)
    got = learned_levels(np.zeros(0, dtype=np.int64), names, names[::-1], levels)
    assert got.tolist() == levels.tolist()


@pytest.mark.parametrize("names", [OPEN, UNLIKE])
def test_levels_are_found_by_name(names: frozenset[str]) -> None:
    chosen = {LEVELS["given"][place].name for place in np.flatnonzero(levels_named(names))}
    assert chosen == names

"""Agglomeration of many groups at once against one group by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.matching.agglomerate import Ambiguity, Doubts, agglomerate, merge_pairs
from bnl.matching.arrays import F64
from bnl.matching.native import loaded


def by_hand(
    weights: list[list[float]],
    doubts: list[list[list[float]]],
    settled: list[list[list[bool]]],
    threshold: float,
    bonus: float,
    several: float,
    ambiguity: Ambiguity | None = None,
    alone: float = 1.0,
    further: float = 0.0,
) -> list[int]:
    clusters = [[member] for member in range(len(weights))]
    aside: list[list[int]] = []
    apart: list[tuple[list[int], list[int]]] = []
    slack = 0.0 if ambiguity is None else ambiguity.slack

    def evidence(one: list[int], two: list[int]) -> float:
        if (one, two) in apart or (two, one) in apart:
            return -math.inf
        pairs = [(a, b) for a in one for b in two]
        mean = sum(weights[a][b] for a, b in pairs) / len(pairs)
        doubt = sum(
            sum(about[a][b] for a, b in pairs) / len(pairs)
            for about, met in zip(doubts, settled, strict=True)
            if not any(met[a][b] for a, b in pairs)
        )
        smaller, larger = sorted((len(one), len(two)))
        factor = several + further * (smaller - 2) if smaller > 1 else alone
        return mean + bonus * math.log2(larger) - doubt * factor

    def bridges(bridge: list[int], other: list[int], best: float) -> bool:
        if ambiguity is None or len(bridge) > len(other):
            return False
        others = [one for one in clusters if one not in (bridge, other)]
        if best < threshold and any(evidence(bridge, one) >= best - ambiguity.margin for one in others):
            return True
        if any(weights[a][b] >= ambiguity.tied for a in bridge for b in range(len(weights))):
            return False
        rivals = [one for one in others if len(one) >= len(bridge)]
        return any(
            evidence(bridge, rival) >= best - ambiguity.margin
            and evidence(bridge, rival) + evidence(other, rival) < ambiguity.apart
            for rival in rivals
        )

    while len(clusters) > 1:
        options = [
            (-evidence(one, two), min(one), min(two), one, two)
            for place, one in enumerate(clusters)
            for two in clusters[place + 1 :]
        ]
        best = min(options, key=lambda option: option[:3])
        if -best[0] < threshold - slack:
            break
        sides = ((best[3], best[4]), (best[4], best[3]))
        if torn := [one for one, other in sides if bridges(one, other, -best[0])]:
            aside += torn
            clusters = [one for one in clusters if one not in torn]
            continue
        if -best[0] < threshold and min(len(best[3]), len(best[4])) > 1:
            apart.append((best[3], best[4]))
            continue
        clusters.remove(best[3])
        clusters.remove(best[4])
        clusters.append(sorted(best[3] + best[4]))
        clusters.sort(key=min)
    clusters += aside
    return [min(next(cluster for cluster in clusters if member in cluster)) for member in range(len(weights))]


def symmetric(values: list[int], size: int) -> F64:
    out = np.zeros((size, size))
    rows, columns = np.triu_indices(size, 1)
    out[rows, columns] = values[: rows.size]
    return out + out.T


sizes = st.integers(2, 6)
numbers = st.lists(st.integers(-64, 64), min_size=15, max_size=15, unique=True)


@given(
    sizes,
    st.lists(numbers, min_size=1, max_size=4),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.integers(2, 20),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([1.0, 2.0]),
    st.sampled_from([0.0, 1.0]),
)
def test_groups_are_merged_as_by_hand(
    size: int,
    groups: list[list[int]],
    bonus: float,
    seldom: int,
    alone: float,
    several: float,
    further: float,
) -> None:
    stacked = np.stack([symmetric(values, size) for values in groups])
    doubts = np.stack([np.where(stacked % 3 == 0, 6.0, 0.0), np.where(stacked % 4 == 1, 3.0, 0.0)])
    settled = np.stack([stacked % seldom == 1, stacked % seldom == 0])
    got = agglomerate(stacked, 4.0, bonus, Doubts(doubts, settled, alone, several, further))
    for place, labels in enumerate(got):
        about, met = doubts[:, place].tolist(), settled[:, place].tolist()
        assert labels.tolist() == by_hand(
            stacked[place].tolist(), about, met, 4.0, bonus, several, alone=alone, further=further
        )


@pytest.mark.parametrize(
    ("settles", "expected"),
    [
        pytest.param(False, [0, 1, 0], id="two names of one birthday"),
        pytest.param(True, [0, 0, 0], id="a third record bears both names"),
    ],
)
def test_one_record_settles_what_two_others_leave_open(settles: bool, expected: list[int]) -> None:
    weights = np.array([[0.0, 3.0, 12.0], [3.0, 0.0, 4.0], [12.0, 4.0, 0.0]])[None]
    doubts = np.array([[0.0, 11.0, 0.0], [11.0, 0.0, 0.0], [0.0, 0.0, 0.0]])[None]
    settled = np.zeros((1, 3, 3), dtype=np.bool_)
    settled[0, 1, 2] = settled[0, 2, 1] = settles
    assert agglomerate(weights, 0.0, 0.0, Doubts(doubts[None], settled[None]))[0].tolist() == expected


@given(sizes, numbers)
def test_without_doubts_nothing_is_taken_off(size: int, values: list[int]) -> None:
    weights = symmetric(values, size)[None]
    none = agglomerate(weights, 1.0)
    nothing = Doubts(np.zeros_like(weights)[None], np.zeros(weights.shape, dtype=np.bool_)[None])
    assert none.tolist() == agglomerate(weights, 1.0, 0.0, nothing).tolist()


@pytest.mark.parametrize(
    ("bridge", "together"),
    [
        pytest.param(30.0, False, id="one forbidden pair outweighs strong evidence"),
        pytest.param(-5.0, False, id="and weak evidence"),
    ],
)
def test_a_forbidden_pair_is_never_in_one_cluster(bridge: float, together: bool) -> None:
    weights = np.array([[0.0, bridge, -1e7], [bridge, 0.0, 30.0], [-1e7, 30.0, 0.0]])[None]
    labels = agglomerate(weights, 0.0)[0]
    assert (labels[0] == labels[2]) == together


def test_a_group_of_one_stays_alone() -> None:
    assert agglomerate(np.zeros((3, 1, 1)), 0.0).tolist() == [[0], [0], [0]]


AMBIGUITY = Ambiguity(margin=4.0, apart=-4.0, tied=1000.0)


@given(
    sizes,
    st.lists(numbers, min_size=1, max_size=4),
    st.sampled_from([0.0, 1.0]),
    st.booleans(),
    st.sampled_from([0.0, 3.0, 9.0]),
)
def test_what_fits_two_is_set_aside_as_by_hand(
    size: int, groups: list[list[int]], bonus: float, decided: bool, slack: float
) -> None:
    ambiguity = replace(AMBIGUITY, slack=slack)
    stacked = np.stack([symmetric(values, size) for values in groups]) / 2
    if decided:
        stacked[:, 0, 1] = stacked[:, 1, 0] = 2000.0
    got = agglomerate(stacked, 2.0, bonus, None, ambiguity)
    for group, labels in zip(stacked, got, strict=True):
        assert labels.tolist() == by_hand(group.tolist(), [], [], 2.0, bonus, 2.0, ambiguity)


@pytest.mark.parametrize(
    ("rival", "lacks", "expected"),
    [
        pytest.param(-15.0, 2.0, [0, 0, 0], id="nobody else is near: a little may lack"),
        pytest.param(-15.0, 4.0, [0, 1, 1], id="not more than the slack"),
        pytest.param(-5.0, 2.0, [0, 1, 1], id="somebody else is near: nothing may lack"),
    ],
)
def test_a_single_record_may_lack_some_bits_where_nobody_else_is_near(
    rival: float, lacks: float, expected: list[int]
) -> None:
    weights = np.full((4, 4), -lacks)
    weights[1, 2] = weights[2, 1] = 15.0
    weights[3] = weights[:, 3] = -15.0
    weights[0, 3] = weights[3, 0] = rival
    ambiguity = replace(AMBIGUITY, slack=3.0)
    assert agglomerate(weights[None], 0.0, ambiguity=ambiguity)[0].tolist()[:3] == expected


def test_two_people_of_several_records_may_lack_nothing() -> None:
    weights = np.full((4, 4), -1.0)
    weights[0, 1] = weights[1, 0] = weights[2, 3] = weights[3, 2] = 15.0
    ambiguity = replace(AMBIGUITY, slack=3.0)
    assert agglomerate(weights[None], 0.0, ambiguity=ambiguity)[0].tolist() == [0, 0, 2, 2]


def test_a_slip_made_again_in_each_record_is_none() -> None:
    size = 6
    first = np.arange(size) < 3
    apart = first[:, None] != first[None, :]
    weights = np.where(apart, 5.0, 15.0)[None]
    doubts, settled = np.where(apart, 3.0, 0.0)[None, None], np.zeros((1, 1, size, size), dtype=np.bool_)
    once = agglomerate(weights, 0.0, 0.0, Doubts(doubts, settled, 0.0, 1.0))
    again = agglomerate(weights, 0.0, 0.0, Doubts(doubts, settled, 0.0, 1.0, 1.0))
    assert once[0].tolist() == [0] * size
    assert again[0].tolist() == [0, 0, 0, 3, 3, 3]


@pytest.mark.parametrize(
    ("one", "other", "apart", "expected"),
    [
        pytest.param(4.0, 4.0, -15.0, [0, 1, 2], id="fits two people equally well: neither"),
        pytest.param(6.0, 3.0, -15.0, [0, 1, 2], id="nearly as well: neither"),
        pytest.param(9.0, 3.0, -15.0, [0, 0, 2], id="one clearly better: that one"),
        pytest.param(4.0, 4.0, -2.0, [0, 0, 0], id="the others may well be one person"),
        pytest.param(20.0, 20.0, -9.0, [0, 0, 0], id="sure of both: their difference is a slip"),
        pytest.param(2000.0, 2000.0, -15.0, [0, 0, 0], id="a person decided"),
    ],
)
def test_a_record_between_two_others(one: float, other: float, apart: float, expected: list[int]) -> None:
    weights = np.array([[0.0, one, apart], [one, 0.0, other], [apart, other, 0.0]])[None]
    assert agglomerate(weights, 0.0, ambiguity=AMBIGUITY)[0].tolist() == expected


def test_a_person_of_many_records_is_no_bridge_between_two_single_ones() -> None:
    weights = np.full((5, 5), 15.0)
    weights[3, 4] = weights[4, 3] = -20.0
    weights[3, :3] = weights[:3, 3] = weights[4, :3] = weights[:3, 4] = 6.0
    labels = agglomerate(weights[None], 0.0, ambiguity=AMBIGUITY)[0].tolist()
    assert labels[:4] == [0, 0, 0, 0]


tenths = st.integers(-200, 200).map(lambda value: value / 10)


@pytest.mark.skipif(loaded() is None, reason="bnl was built without a C compiler")
@settings(max_examples=300, deadline=None)
@given(
    st.integers(2, 7),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from([0.0, 0.7, 0.9]),
    st.lists(st.sampled_from([0.0, 0.7, 1.0, 2.0]), min_size=9, max_size=9),
    st.sampled_from(
        [
            None,
            Ambiguity(0.5, -4.0, 18.0),
            Ambiguity(4.0, 3.0, 18.0, 2.0),
            Ambiguity(4.0, -4.0, 1e4, 9.0),
        ]
    ),
    st.data(),
)
def test_the_compiled_loop_merges_as_the_twin_does(
    size: int,
    groups: int,
    disputes: int,
    bonus: float,
    times: list[float],
    ambiguity: Ambiguity | None,
    data: st.DataObject,
) -> None:
    pairs = groups * size * (size - 1) // 2

    def drawn(values: st.SearchStrategy[float]) -> list[float]:
        return data.draw(st.lists(values, min_size=pairs, max_size=pairs))

    def rows(values: st.SearchStrategy[float]) -> F64:
        return np.array([drawn(values) for _ in range(disputes)]).reshape(disputes, pairs)

    weights = np.array(drawn(tenths | st.just(-1e6 * size * size)))
    doubts, met = rows(st.sampled_from([0.0, 0.0, 2.0, 7.1])), rows(st.sampled_from([0.0, 0.0, 1.0])) > 0
    given_ = (
        size,
        weights,
        0.3,
        bonus,
        doubts,
        met,
        times[:disputes],
        times[-disputes:],
        times[3 : 3 + disputes],
        ambiguity,
    )
    found = merge_pairs(*given_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bnl.matching.agglomerate.loaded", lambda: None)
        assert found.tolist() == merge_pairs(*given_).tolist()

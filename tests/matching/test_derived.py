"""Tables that follow a lexicon: derived strings and sets of numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.derived import Derived, DerivedSets
from bnl.matching.lexicon import Lexicon


def codes(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(numbers, dtype=np.int32)


@pytest.mark.parametrize("ahead", [pytest.param(True, id="ahead"), pytest.param(False, id="when-asked")])
def test_what_is_derived_follows_a_lexicon_that_grows(ahead: bool) -> None:
    lexicon, asked = Lexicon(), []

    def initials(names: object) -> list[str]:
        found = [str(name) for name in names]  # type: ignore[attr-defined]
        asked.extend(found)
        return [name[:1] if name != "-" else "" for name in found]

    derived = Derived(lexicon, initials, ahead=ahead)
    first = lexicon.codes(["ann", "bob", "-"])
    assert derived.of(codes(0, 1, 2, -1, 0)).tolist() == [0, 1, -1, -1, 0]
    later = lexicon.codes([f"a{number}" for number in range(50)])
    assert set(derived.of(later).tolist()) == {0}
    assert derived.of(np.column_stack([first[:2], first[1:]])).tolist() == [[0, 1], [1, -1]]
    assert sorted(asked) == sorted(lexicon.values)


@given(
    st.lists(st.one_of(st.text("abcd", min_size=1, max_size=4), st.integers(0, 5)), max_size=40),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_derived_codes_stand_for_what_is_derived(
    steps: list[str | int], complete_at: int, ask_from: int
) -> None:
    lexicon = Lexicon()
    derived = Derived(lexicon, lambda names: [name[-1:] for name in names], ahead=False)
    sets = DerivedSets(lexicon, {"a": (1,), "bb": (2, 5)})
    for place, step in enumerate(steps):
        if isinstance(step, int):
            lexicon.forget(step)
        else:
            lexicon.code(step)
        if place == complete_at:
            derived.complete()
        if place < ask_from:
            continue
        known = np.arange(-1, len(lexicon), dtype=np.int32)
        found = derived.of(known).tolist()
        assert found[0] == -1
        assert derived.of(known.reshape(-1, 1)).ravel().tolist() == found
        assert [derived.inner.values[code] for code in found[1:]] == [name[-1:] for name in lexicon.values]
        assert [derived.one(code) for code in known[1:].tolist()] == found[1:]
        assert sets.some(known[1:]).tolist() == [name in {"a", "bb"} for name in lexicon.values]


def test_an_empty_lexicon_derives_nothing() -> None:
    derived = Derived(Lexicon(), list, ahead=False)
    assert derived.of(codes(-1, -1)).tolist() == [-1, -1]
    derived.complete()
    assert derived.of(codes(-1)).tolist() == [-1]


def test_a_value_nobody_asks_for_is_not_derived_when_that_costs_much() -> None:
    lexicon = Lexicon()
    lexicon.codes(["ann", "bob"])
    asked: list[str] = []

    def keep(names: object) -> list[str]:
        asked.extend(names)  # type: ignore[arg-type]
        return list(asked)

    Derived(lexicon, keep, ahead=False).of(codes(1))
    assert asked == ["bob"]


def test_sets_follow_a_lexicon_that_grows_and_stop_at_their_width() -> None:
    lexicon = Lexicon()
    sets = DerivedSets(lexicon, {"bill": (3, 7), "many": tuple(range(20))})
    lexicon.codes(["bill", "zed"])
    assert sets.rows(codes(0, 1, -1))[:, :3].tolist() == [[3, 7, -1], [-1, -1, -1], [-1, -1, -1]]
    (many,) = lexicon.codes(["many"])
    assert sets.rows(codes(many))[0].tolist() == list(range(16))
    assert sets.some(codes(0, 1, many, -1)).tolist() == [True, False, True, False]

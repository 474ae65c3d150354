"""Mutation testing counts all it tried, keeps it by the text of the mutant, tries first what will tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import mutation
from tools.mutation import KILLED, NO_TEST, SURVIVED, Trial, once_each, quickest, summary

NAME = "bnl.consent.decide.x_decide__mutmut_1"
FUNCTION = "bnl.consent.decide.x_decide"
QUICK = "tests/consent/test_decide.py::test_quick"


def kept(path: Path, *lines: tuple[str, str, str, str]) -> Path:
    """A file of results, as runs leave it."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_every_mutant_counts_and_only_a_killed_one_as_killed() -> None:
    found = summary(
        {"bnl.a.x__1": KILLED, "bnl.a.x__2": SURVIVED, "bnl.b.y__1": NO_TEST, "bnl.b.y__2": KILLED}
    )
    assert found["mutants"] == {KILLED: 2, SURVIVED: 1, NO_TEST: 1}
    assert found["killed_share"] == 0.5
    assert found["modules"] == {"a": {KILLED: 1, SURVIVED: 1}, "b": {NO_TEST: 1, KILLED: 1}}


@pytest.mark.parametrize(
    ("lines", "anew", "left"),
    [
        pytest.param([(FUNCTION, "text", KILLED, QUICK)], False, 0, id="killed_before"),
        pytest.param([(FUNCTION, "text", KILLED, QUICK)], True, 1, id="asked_for_anew"),
        pytest.param([(FUNCTION, "other", KILLED, QUICK)], False, 1, id="another_text"),
        pytest.param([(FUNCTION, "text", SURVIVED, "")], False, 1, id="alive_before"),
        pytest.param(
            [(FUNCTION, "text", KILLED, QUICK), (FUNCTION, "text", SURVIVED, "")],
            False,
            1,
            id="the_last_counts",
        ),
    ],
)
def test_only_what_was_killed_with_the_same_text_is_not_tried_again(
    tmp_path: Path, lines: list[tuple[str, str, str, str]], anew: bool, left: int
) -> None:
    trial = Trial({NAME: "text"}, kept(tmp_path / "kept.jsonl", *lines), anew=anew)
    assert len(set(trial.digests) - set(trial.results)) == left


def test_the_test_that_noticed_it_before_comes_first(tmp_path: Path) -> None:
    other = "tests/consent/test_decide.py::test_slow"
    path = kept(tmp_path / "kept.jsonl", (FUNCTION, "text", KILLED, other))
    trial = Trial({NAME: "text"}, path, anew=True)
    chosen = [(0.01, QUICK), (3.0, other)]
    assert trial._with_killers(NAME, chosen[:1], chosen) == [chosen[1], chosen[0]]
    assert trial._with_killers(NAME, chosen[:1], chosen[:1]) == chosen[:1]


def test_quick_tests_and_those_of_the_own_module_come_first() -> None:
    reached = {
        FUNCTION: [
            (0.5, "tests/consent/test_decide.py::test_slow"),
            (0.02, "tests/consent/test_terms.py::test_far"),
            (0.01, "tests/consent/test_decide.py::test_cases[one]"),
            (0.01, "tests/consent/test_decide.py::test_cases[two]"),
            (0.02, QUICK),
        ]
    }
    assert [nodeid.rpartition("::")[2] for _, nodeid in mutation.tests_for(NAME, reached)] == [
        "test_cases[one]",
        "test_quick",
        "test_cases[two]",
        "test_far",
        "test_slow",
    ]
    assert mutation.tests_for("bnl.consent.terms.x_without__mutmut_3", reached) == []


def test_the_first_tests_take_about_a_second_and_are_never_none() -> None:
    assert quickest([(0.4, "a"), (0.4, "b"), (0.4, "c")]) == [(0.4, "a"), (0.4, "b")]
    assert quickest([(9.0, "a"), (0.1, "b")]) == [(9.0, "a")]
    assert quickest([]) == []


def test_of_slow_tests_in_chunks_one_chunk_is_tried() -> None:
    tests = [(0.5, "slow[1]"), (0.6, "slow[2]"), (0.1, "quick[1]"), (0.1, "quick[2]")]
    assert once_each(tests) == [(0.5, "slow[1]"), (0.1, "quick[1]"), (0.1, "quick[2]")]

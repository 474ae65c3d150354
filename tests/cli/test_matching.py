"""`bnl dedup` and `bnl review`: who is who by machine and by hand, and taken back."""

from __future__ import annotations

import re

import pytest

from tests.cli.command import OFFICER, STEWARD, Runner

pytestmark = pytest.mark.xdist_group("demo")


def queue(county: Runner) -> list[str]:
    return [task["task"] for task in county("review", *STEWARD, "--limit", "100", "--json").json()]


def test_dedup_run_again_changes_nothing(on_own: Runner) -> None:
    found = on_own("dedup", *STEWARD, "--json").json()
    assert (found["joined"], found["parted"], found["queued"]) == (0, 0, 0)
    assert found["records"] >= found["people"] > 0
    assert found["link_threshold"] >= found["review_threshold"]
    shown = on_own("dedup", *STEWARD)
    assert shown.code == 0
    text = shown.words()
    assert f"{found['records']:,} records are {found['people']:,} people" in text
    assert "0 records joined a person, 0 were parted, 0 pairs newly wait for review" in text


def test_who_may_not_link_is_told_whom_to_ask(at: Runner) -> None:
    ran = at("dedup", "-r", "navigator")
    assert ran.code == 4
    assert ran.err.startswith("bnl: This role may not link records. Ask the steward")


def test_doubtful_pairs_are_shown_side_by_side_with_the_evidence(at: Runner) -> None:
    told = at("review", *STEWARD, "--limit", "3", "--json").json()
    assert len(told) == 3
    weights = [task["weight"] for task in told]
    assert weights == sorted(weights, reverse=True)
    assert all(task["left"] and task["right"] and task["evidence"] and task["reason"] for task in told)
    shown = at("review", *STEWARD, "--limit", "3")
    assert shown.code == 0
    for task in told:
        assert f"{task['task']}: {task['weight']:+.1f} bits" in shown.out
    assert "evidence" in shown.out


def test_who_may_not_link_is_shown_nothing(at: Runner) -> None:
    ran = at("review", "-r", "housing_officer")
    assert ran.code == 0
    assert ran.out == "Nothing waits for review.\n"


@pytest.mark.parametrize("verdict", ["link", "non_link"])
def test_a_pair_is_judged_and_the_judgement_taken_back(on_own: Runner, verdict: str) -> None:
    before = queue(on_own)
    ran = on_own("review", *STEWARD, "--task", before[0], "--verdict", verdict, "--reason", "documents_seen")
    assert ran.code == 0
    made = re.search(r"--undo (jud_[a-z2-7]+)", ran.out)
    assert made is not None
    assert before[0] not in queue(on_own)
    again = on_own("review", *STEWARD, "--task", before[0], "--verdict", verdict)
    assert again.code == 4
    assert "Somebody has judged this pair meanwhile." in again.err
    undone = on_own("review", *STEWARD, "--undo", made[1])
    assert (undone.code, undone.out) == (0, "Undone: the pair is open again.\n")
    assert sorted(queue(on_own)) == sorted(before)
    twice = on_own("review", *STEWARD, "--undo", made[1])
    assert twice.code == 4
    assert "undone already" in twice.err


def test_undecided_leaves_the_pair_and_a_program_reads_the_judgement(on_own: Runner) -> None:
    task = queue(on_own)[0]
    ran = on_own("review", *STEWARD, "--task", task, "--verdict", "undecided", "--json")
    assert ran.json()["judgement"].startswith("jud_")
    assert task in queue(on_own)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--task", "tsk_abc"), id="a task without a verdict"),
        pytest.param(("--verdict", "link"), id="a verdict without a task"),
        pytest.param(("--task", "tsk_abc", "--verdict", "perhaps"), id="no such verdict"),
        pytest.param(("--limit", "0"), id="no pairs"),
    ],
)
def test_wrong_usage_is_told(at: Runner, arguments: tuple[str, ...]) -> None:
    ran = at("review", *STEWARD, *arguments)
    assert ran.code == 2
    assert "--" in ran.err


@pytest.mark.parametrize("signed_in", [STEWARD, OFFICER[:2]], ids=["steward", "officer"])
@pytest.mark.parametrize("arguments", [("--task", "tsk_abc", "--verdict", "link"), ("--undo", "jud_abc")])
def test_what_nobody_knows_cannot_be_judged(
    at: Runner, signed_in: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    ran = at("review", *signed_in, *arguments)
    assert ran.code == 4
    assert "There is no such" in ran.err

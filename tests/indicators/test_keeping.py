"""Who keeps a person: lead workers, next actions, handovers, expected discharges."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.domain.event import EventKind
from bnl.indicators.answers import asked_and_answered
from bnl.indicators.history import history
from bnl.indicators.keeping import expected_discharges, handovers, keeping, lead_workers, next_actions
from bnl.indicators.rules import COUNTY
from tests.happenings import day, ev, frame


def lead(agency: str, on: str, worker: str, **more: Any) -> dict[str, Any]:
    """Return an assignment."""
    return ev("p", "lead_worker_assigned", on, agency=agency, worker=worker, **more)


def ended(agency: str, on: str, worker: str | None = None) -> dict[str, Any]:
    """Return the end of an assignment."""
    return ev("p", "lead_worker_ended", on, agency=agency, worker=worker)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([lead("a", "2024-01-01", "w")], [("a", "w")], id="one"),
        pytest.param([lead("a", "2024-01-01", "w"), ended("a", "2024-01-02")], [], id="ended"),
        pytest.param([lead("a", "2024-01-01", "w"), ended("a", "2024-01-02", "w")], [], id="ended by name"),
        pytest.param(
            [lead("a", "2024-01-01", "w"), ended("a", "2024-01-02", "x")],
            [("a", "w")],
            id="somebody else ended",
        ),
        pytest.param(
            [lead("a", "2024-01-01", "w"), lead("a", "2024-01-05", "x"), ended("a", "2024-01-06", "w")],
            [("a", "x")],
            id="replaced, then the first is closed",
        ),
        pytest.param(
            [lead("a", "2024-01-01", "w"), lead("b", "2024-01-05", "x")],
            [("a", "w"), ("b", "x")],
            id="two agencies",
        ),
        pytest.param(
            [lead("a", "2024-01-01", "w"), lead("b", "2024-01-05", "x"), ended("b", "2024-01-06")],
            [("a", "w")],
            id="one of two ended",
        ),
        pytest.param(
            [ended("a", "2024-01-01"), lead("a", "2024-01-02", "w")], [("a", "w")], id="ended before it began"
        ),
        pytest.param(
            [lead("a", "2024-01-01", "w"), ended("a", "2024-01-02"), lead("a", "2024-01-03", "w")],
            [("a", "w")],
            id="again",
        ),
    ],
)
def test_lead_workers(rows: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    found = lead_workers(history(frame(*rows))).sort("agency_id")
    assert found.select("agency_id", "worker").rows() == expected


def act(on: str, ref: str | None, due: str | None = "2024-02-01", agency: str = "a") -> dict[str, Any]:
    """Return a next action."""
    return ev("p", "next_action", on, ref=ref, due_on=due, action=f"{on} {ref}", agency=agency)


def done(on: str, ref: str | None, agency: str = "a") -> dict[str, Any]:
    """Return an action done."""
    return ev("p", "next_action_done", on, ref=ref, agency=agency)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([act("2024-01-01", "1")], ["2024-01-01 1"], id="to do"),
        pytest.param([act("2024-01-01", "1"), done("2024-01-02", "1")], [], id="done"),
        pytest.param([act("2024-01-01", "1"), done("2024-01-02", "2")], ["2024-01-01 1"], id="another done"),
        pytest.param([act("2024-01-01", "1"), done("2024-01-02", None)], [], id="done without a name"),
        pytest.param([act("2024-01-01", None), done("2024-01-02", None)], [], id="neither has a name"),
        pytest.param(
            [act("2024-01-01", "1"), act("2024-01-05", "2"), done("2024-01-06", None)],
            ["2024-01-01 1"],
            id="the last one is done",
        ),
        pytest.param(
            [act("2024-01-01", "1"), done("2024-01-02", "1"), act("2024-01-03", "1")],
            ["2024-01-03 1"],
            id="set again under the same name",
        ),
        pytest.param(
            [act("2024-01-01", None), act("2024-01-05", None)],
            ["2024-01-05 None"],
            id="the next replaces the last",
        ),
        pytest.param([act("2024-01-01", "1"), done("2024-01-01", "1")], [], id="done on the day it was set"),
        pytest.param(
            [done("2024-01-01", "1"), act("2024-01-02", "1")], ["2024-01-02 1"], id="done before it was set"
        ),
        pytest.param(
            [act("2024-01-01", None, agency="a"), done("2024-01-02", None, agency="b")],
            ["2024-01-01 None"],
            id="another agency's",
        ),
    ],
)
def test_next_actions(rows: list[dict[str, Any]], expected: list[str]) -> None:
    assert next_actions(history(frame(*rows)))["action"].to_list() == expected


def test_the_action_shown_is_the_first_due_of_those_not_long_overdue() -> None:
    past = history(
        frame(
            act("2022-01-01", "old", "2022-02-01", "a"),
            act("2024-01-01", "later", "2024-03-01", "b"),
            act("2024-01-01", "soon", "2024-02-01", "c"),
            act("2024-01-01", "some day", None, "d"),
        )
    )
    found = keeping(past, day("2024-01-10"), COUNTY).row(0, named=True)
    assert found["next_action"] == "2024-01-01 soon"
    assert found["overdue"] is False


def sent(on: str, to: str, ref: str | None = None, agency: str = "a", **more: Any) -> dict[str, Any]:
    """Return a handover sent."""
    return ev("p", "handover_sent", on, agency=agency, to_agency=to, ref=ref, **more)


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        pytest.param([sent("2024-01-01", "b")], [None], id="waiting"),
        pytest.param(
            [sent("2024-01-01", "b"), ev("p", "handover_accepted", "2024-01-02", agency="b")],
            ["handover_accepted"],
            id="accepted by the receiver",
        ),
        pytest.param(
            [sent("2024-01-01", "b"), ev("p", "handover_accepted", "2024-01-02", agency="c")],
            [None],
            id="a stranger's answer is none",
        ),
        pytest.param(
            [sent("2024-01-01", "b", "x"), ev("p", "handover_accepted", "2024-01-02", agency="c", ref="x")],
            ["handover_accepted"],
            id="unless it names the handover",
        ),
        pytest.param(
            [sent("2024-01-01", "b", "x"), ev("p", "handover_declined", "2024-01-01", agency="b", ref="x")],
            ["handover_declined"],
            id="declined the same day",
        ),
        pytest.param(
            [
                sent("2024-01-01", "b", "x"),
                ev("p", "handover_declined", "2024-01-02", agency="b", ref="x"),
                ev("p", "handover_accepted", "2024-01-03", agency="b", ref="x"),
            ],
            ["handover_declined"],
            id="the first answer counts",
        ),
        pytest.param(
            [
                sent("2024-01-01", "b"),
                sent("2024-02-01", "b"),
                ev("p", "handover_accepted", "2024-02-02", agency="b"),
            ],
            [None, "handover_accepted"],
            id="the answer is to the last",
        ),
        pytest.param(
            [ev("p", "handover_accepted", "2024-01-01", agency="b"), sent("2024-01-02", "b")],
            [None],
            id="an answer before the question is none",
        ),
        pytest.param(
            [sent("2024-01-01", "b", "x"), ev("q", "handover_accepted", "2024-01-02", agency="b", ref="x")],
            [None],
            id="an answer about somebody else",
        ),
    ],
)
def test_handovers_and_their_answers(rows: list[dict[str, Any]], answers: list[str | None]) -> None:
    assert handovers(history(frame(*rows)))["answer"].to_list() == answers


def test_the_sender_of_a_handover_is_the_recorder_unless_named() -> None:
    past = history(frame(sent("2024-01-01", "b"), sent("2024-01-02", "b", from_agency="z")))
    assert handovers(past)["from_agency"].to_list() == ["a", "z"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [ev("p", "institution_admission", "2024-01-01", expected_on="2024-02-01")],
            ["2024-02-01"],
            id="said on entry",
        ),
        pytest.param(
            [
                ev("p", "institution_admission", "2024-01-01", expected_on="2024-02-01"),
                ev("p", "discharge_expected", "2024-01-10", expected_on="2024-02-20"),
            ],
            ["2024-02-20"],
            id="put off",
        ),
        pytest.param(
            [
                ev("p", "institution_admission", "2024-01-01", expected_on="2024-02-01"),
                ev("p", "institution_discharge", "2024-01-20"),
            ],
            [],
            id="gone",
        ),
        pytest.param([ev("p", "institution_admission", "2024-01-01")], [], id="no day named"),
    ],
)
def test_expected_discharges(rows: list[dict[str, Any]], expected: list[str]) -> None:
    found = expected_discharges(history(frame(*rows)))
    assert found["expected_on"].to_list() == [day(text) for text in expected]


def test_answers_bring_what_is_asked_for() -> None:
    past = history(
        frame(
            ev("p", "nomination", "2024-01-01", ref="n", landlord="soha"),
            ev(
                "p",
                "nomination_decided",
                "2024-01-05",
                ref="n",
                outcome="refused",
                reason="arrears",
                agency="b",
            ),
        )
    )
    found = asked_and_answered(
        past,
        EventKind.NOMINATION,
        EventKind.NOMINATION_DECIDED,
        keep=("landlord",),
        bring=("outcome", "reason"),
    ).row(0, named=True)
    assert (found["landlord"], found["answer_outcome"], found["answer_reason"]) == (
        "soha",
        "refused",
        "arrears",
    )
    assert (found["answer_on"], found["answer_agency"]) == (day("2024-01-05"), "b")

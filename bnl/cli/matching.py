"""`bnl dedup` and `bnl review`: who is who, by machine and by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from bnl.cli.console import emit_json, phases, say, table
from bnl.cli.signin import (
    AgencyOption,
    AsJson,
    Database,
    Keys,
    RoleOption,
    UserOption,
    actor_of,
    opened,
    session_of,
)
from bnl.domain.identifiers import JudgementId, TaskId
from bnl.domain.judgement import Verdict
from bnl.domain.vocabulary import Purpose, Role
from bnl.register.review import ReviewTask
from bnl.register.session import Session

TaskOption = Annotated[str | None, typer.Option("--task", help="Task to judge.")]
VerdictOption = Annotated[Verdict | None, typer.Option("--verdict", help="What you conclude of the task.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, without personal data.")]
UndoOption = Annotated[str | None, typer.Option("--undo", help="Judgement to undo.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many pairs to show.")]


def dedup(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.STEWARD,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Find who is who: apply what is certain, queue what is doubtful; run again, it changes nothing."""
    with opened(database, keys) as register, phases("Matching") as step:
        report = register.dedup(by=actor_of(agency, user, role), progress=step)
    if as_json:
        emit_json({name: getattr(report, name) for name in report.__dataclass_fields__})
        return
    say(f"{report.records:,} records are {report.people:,} people ({report.pairs_scored:,} pairs weighed).")
    say(f"{report.joined:,} records joined a person, {report.parted:,} were parted, "
        f"{report.queued:,} pairs newly wait for review, {report.waiting:,} in all.")  # fmt: skip
    say(f"Links from {report.link_threshold:.1f} bits; from {report.review_threshold:.1f} bits people look.")


def review(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.STEWARD,
    task: TaskOption = None,
    verdict: VerdictOption = None,
    reason: ReasonOption = "",
    undo: UndoOption = None,
    limit: LimitOption = 10,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show doubtful pairs; judge one with --task and --verdict; take a judgement back with --undo."""
    if (task is None) != (verdict is None):
        raise typer.BadParameter("--task and --verdict go together.")
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, Purpose.LINKAGE)
        if undo is not None:
            session.undo(JudgementId(undo))
            say("Undone: the pair is open again.")
        elif task is not None and verdict is not None:
            made = session.judge(TaskId(task), verdict, reason=reason)
            emit_json({"judgement": made}) if as_json else say(f"Judged. To take it back: --undo {made}")
        else:
            _show(session, limit, as_json=as_json)


def _show(session: Session, limit: int, *, as_json: bool) -> None:
    tasks = session.review_queue(limit=limit)
    if as_json:
        emit_json([_plain(task) for task in tasks])
        return
    if not tasks:
        say("Nothing waits for review.")
    for task in tasks:
        title = f"{task.task_id}: {task.weight:+.1f} bits, {task.probability:.0%} likely ({task.reason})"
        fields = sorted(set(task.left.golden) | set(task.right.golden))
        rows = [
            (name, task.left.value(name), task.right.value(name), task.evidence.get(name, ""))
            for name in fields
        ]
        table(title, ("field", "one", "other", "evidence"), rows)


def _plain(task: ReviewTask) -> dict[str, object]:
    return {
        "task": task.task_id,
        "weight": task.weight,
        "probability": task.probability,
        "reason": task.reason,
        "evidence": task.evidence,
        "left": {name: value.value for name, value in task.left.golden.items()},
        "right": {name: value.value for name, value in task.right.golden.items()},
    }

"""Review: people judge doubtful pairs, link and un-link, and may undo what people judged."""

from __future__ import annotations

from dataclasses import dataclass

from bnl.consent.decide import ask
from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled
from bnl.domain.identifiers import JUDGEMENT, JudgementId, PersonId, RecordId, TaskId, new_id
from bnl.domain.judgement import Judgement, Verdict, ordered_pair
from bnl.domain.link import Link
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Conflict, Denied, InvalidValue, NotFound
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.register.linkage import CLOSED, OPEN, Pair, human_pairs, open_tasks, task_pair, write_links
from bnl.register.release import Exit, PersonView, opened
from bnl.register.snapshot import Snapshot
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, repr=False)
class ReviewTask(Unpickled):
    """A doubtful pair for a person to judge, both sides as the reviewer may see them.

    Args:
        task_id: Give it back with the verdict.
        left: One side.
        right: The other.
        weight: Match weight in bits.
        probability: That the two are one person, in [0, 1], by the model.
        evidence: Level reached per comparison.
        reason: Why it is here.
    """

    task_id: TaskId
    left: PersonView
    right: PersonView
    weight: float
    probability: float
    evidence: dict[str, str]
    reason: str

    def __repr__(self) -> str:
        return f"ReviewTask({self.task_id}, …)"


def review_queue(core: Core, actor: Actor, limit: int) -> list[ReviewTask]:
    """Show the pairs that wait, heaviest first, to somebody who may link.

    Args:
        core: The register's state.
        actor: Who asks; the agreement must give the role the action link for the purpose linkage.
        limit: How many at most.

    Returns:
        Pairs of which the actor may see both sides.
    """
    if limit < 1:
        raise InvalidValue("The limit is not a whole number of 1 or more.", "Ask for at least one pair.")
    request = ask(actor=actor, action=Action.LINK, purpose=Purpose.LINKAGE, moment=core.clock())
    with opened(core, request, "review.queue") as way_out:
        shown: list[ReviewTask] = []
        for task in open_tasks(core.snapshot):
            if len(shown) == limit:
                break
            sides = _sides(way_out, task_pair(task))
            if sides is not None:
                shown.append(_review_task(task, *sides))
    return shown


def judge_task(core: Core, actor: Actor, task_id: TaskId, verdict: Verdict, reason: str) -> JudgementId:
    """Judge a waiting pair.

    Args:
        core: The register's state.
        actor: Who judges.
        task_id: The task.
        verdict: Link, non-link, or undecided, which leaves the pair in the queue.
        reason: A code or a few words without personal data.

    Returns:
        Id of the judgement, with which it can be undone.

    Raises:
        NotFound: There is no such task, or not for this actor.
        Conflict: It was judged meanwhile.
    """
    request = ask(actor=actor, action=Action.LINK, purpose=Purpose.LINKAGE, moment=core.clock())
    with core.change() as uow:
        task = core.snapshot.tasks.get(task_id)
        way_out = Exit(core, uow, request)
        if task is None or not both_visible(way_out, task_pair(task)):
            raise NotFound("There is no such task.", "Ask for the queue again.")
        if task.data["state"] != OPEN:
            raise Conflict("Somebody has judged this pair meanwhile.", "Ask for the queue again.")
        judgement = _judgement(core, actor, task_pair(task), verdict, reason, task)
        if verdict is not Verdict.UNDECIDED:
            done = task.data | {"state": CLOSED, "judgement": judgement.judgement_id}
            uow.tasks.add_many([Document(key=task.key, data=done)])
        _store(core, uow, actor, judgement, "link.judge")
    return judgement.judgement_id


def judge_pair(core: Core, actor: Actor, one: str, other: str, verdict: Verdict, reason: str) -> JudgementId:
    """Link two people, or part a record from another, by handle; see `judge_task`."""
    request = ask(actor=actor, action=Action.LINK, purpose=Purpose.LINKAGE, moment=core.clock())
    with core.change() as uow:
        pair = pair_behind(Exit(core, uow, request), actor, one, other)
        judgement = _judgement(core, actor, ordered_pair(*pair), verdict, reason, None)
        _store(core, uow, actor, judgement, "link.judge")
    return judgement.judgement_id


def undo(core: Core, actor: Actor, judgement_id: JudgementId) -> JudgementId:
    """Undo a human judgement; the pair is open again.

    Args:
        core: The register's state.
        actor: Who undoes it.
        judgement_id: The judgement.

    Returns:
        Id of the undoing.

    Raises:
        NotFound: There is no such human judgement, or not for this actor.
        Conflict: It was undone already.
    """
    request = ask(actor=actor, action=Action.LINK, purpose=Purpose.LINKAGE, moment=core.clock())
    with core.change() as uow:
        before = core.snapshot.judgements.get(judgement_id)
        way_out = Exit(core, uow, request)
        if before is None or not before.human or not both_visible(way_out, (before.left, before.right)):
            raise NotFound("There is no such judgement by a person.", "Give the id that judging returned.")
        if before.undone_by is not None:
            raise Conflict("This judgement was undone already.")
        pair = (before.left, before.right)
        undoing = _judgement(core, actor, pair, Verdict.UNDECIDED, "undo", None)
        uow.judgements.add_many([before.model_copy(update={"undone_by": undoing.judgement_id})])
        for task in core.snapshot.tasks.values():
            if task.data.get("judgement") == judgement_id:
                uow.tasks.add_many(
                    [Document(key=task.key, data=task.data | {"state": OPEN, "judgement": ""})]
                )
        _store(core, uow, actor, undoing, "link.undo")
    return undoing.judgement_id


def pair_behind(way_out: Exit, actor: Actor, one: str, other: str) -> Pair:
    """Return the records behind two handles of an actor who may see both.

    Raises:
        NotFound: There are no two such records, or not for this actor.
    """
    left, right = (way_out.core.handles.record(actor.agency_id, handle) for handle in (one, other))
    if left is None or right is None or left == right or not both_visible(way_out, (left, right)):
        raise NotFound("There are no two people under these handles.", "Search again.")
    return left, right


def both_visible(way_out: Exit, pair: Pair) -> bool:
    """Tell whether an actor may see both records of a pair; nothing is handed over."""
    snapshot = way_out.core.snapshot
    return all(any(r in d.records for _, d in way_out.visible([snapshot.person(r)])) for r in pair)


def _sides(way_out: Exit, pair: Pair) -> tuple[PersonView, PersonView] | None:
    """Return both records of a pair as the actor may see them, or None if one of them is not to be seen."""
    snapshot = way_out.core.snapshot
    sides = [[d for _, d in way_out.visible([snapshot.person(r)]) if r in d.records] for r in pair]
    if not all(sides):
        return None
    # Only now: a view is noted as handed over, and one side alone is not.
    left, right = (
        way_out.view_record(record_id, visible[0]) for record_id, visible in zip(pair, sides, strict=True)
    )
    return left, right


def _review_task(task: Document, left: PersonView, right: PersonView) -> ReviewTask:
    evidence = task.data["evidence"]
    return ReviewTask(
        task_id=TaskId(task.key),
        left=left,
        right=right,
        weight=int(str(task.data["millibits"])) / 1000,
        probability=int(str(task.data["per_myriad"])) / 10_000,
        evidence={str(k): str(v) for k, v in evidence.items()} if isinstance(evidence, dict) else {},
        reason=str(task.data["reason"]),
    )


def _judgement(
    core: Core, actor: Actor, pair: Pair, verdict: Verdict, reason: str, task: Document | None
) -> Judgement:
    return Judgement(
        judgement_id=JudgementId(new_id(JUDGEMENT)),
        left=pair[0],
        right=pair[1],
        verdict=verdict,
        human=True,
        weight=None if task is None else int(str(task.data["millibits"])) / 1000,
        actor=actor.user_id,
        reason=reason,
        at=core.clock(),
    )


def _store(core: Core, uow: UnitOfWork, actor: Actor, judgement: Judgement, code: str) -> None:
    # The snapshot learns of it by the commit alone: a judgement that is refused must leave nothing behind.
    links = _relinked(core, core.snapshot, judgement)
    uow.judgements.add_many([judgement])
    write_links(uow, links)
    subjects = dict.fromkeys((judgement.left, judgement.right), 0)
    core.journal.write(uow, actor, Act(code, Purpose.LINKAGE.value, subjects=subjects))


def _relinked(core: Core, snapshot: Snapshot, judgement: Judgement) -> list[Link]:
    """Return the links a judgement changes at once; the next dedup job settles the rest of the cluster.

    A link joins the two people, unless somebody judged a pair across them apart. A non-link parts the younger
    of the two records, alone: whom the others belong with is for the engine to weigh again.
    """
    now = core.clock()
    one, other = snapshot.person(judgement.left), snapshot.person(judgement.right)
    if judgement.verdict is Verdict.LINK and one != other:
        return _joined(snapshot, one, other, judgement)
    if judgement.verdict is Verdict.NON_LINK and one == other:
        group = sorted(snapshot.members[one], key=lambda r: (snapshot.arrival[r], r))
        younger = leaver(snapshot, (judgement.left, judgement.right))
        rest = [r for r in group if r != younger]
        return [Link(record_id=younger, person_id=PersonId(younger), at=now)] + [
            Link(record_id=r, person_id=PersonId(rest[0]), at=now) for r in rest if str(one) != str(rest[0])
        ]
    return []


def leaver(snapshot: Snapshot, pair: Pair) -> RecordId:
    """Return which record of a pair leaves when the two are said to be two people: the later one."""
    return max(pair, key=lambda record_id: (snapshot.arrival[record_id], record_id))


def _joined(snapshot: Snapshot, one: PersonId, other: PersonId, judgement: Judgement) -> list[Link]:
    _, apart = human_pairs(snapshot)
    crossing = {ordered_pair(a, b) for a in snapshot.members[one] for b in snapshot.members[other]}
    if crossing & set(apart):
        raise Conflict(
            "Somebody has judged records of these two people apart.",
            "Undo that judgement first, if it was wrong.",
        )
    group = [*snapshot.members[one], *snapshot.members[other]]
    oldest = min(group, key=lambda r: (snapshot.arrival[r], r))
    return [
        Link(record_id=r, person_id=PersonId(oldest), at=judgement.at)
        for r in group
        if str(snapshot.person(r)) != str(oldest)
    ]


def require_linker(core: Core, actor: Actor) -> None:
    """Raise unless the agreement lets the actor link.

    Raises:
        Denied: It does not.
    """
    if not core.may(actor, Action.LINK, Purpose.LINKAGE):
        advice = "Ask the steward: the agreement names the roles that may link."
        raise Denied("This role may not link records.", advice, reasons=("no_clause",))

"""The review queue: doubtful pairs side by side, judged by a person, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from bnl.domain.identifiers import JudgementId, TaskId
from bnl.domain.judgement import Verdict
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import Purpose
from bnl.register.release import PersonView
from bnl.register.review import ReviewTask
from bnl.web.desk import Desk, label, name_of, words

FEW, MANY = 10, 50
ALIKE = 0.5
"""From this share of common letters on, in [0, 1], single letters are marked; below it the whole value."""

Pieces = tuple[tuple[str, bool], ...]
"""A value in pieces, each with whether it differs from the other side."""

Token = Annotated[str, Form()]
Opaque = Annotated[str, Path(pattern=r"^[a-z]{3}_[a-z2-7]{1,40}$")]


class Reason(StrEnum):
    """Why a pair was judged so; codes, because free text would bring personal data into the log."""

    NOT_SAID = ""
    IDENTIFIERS_AGREE = "identifiers_agree"
    PERSON_CONFIRMED = "person_confirmed"
    DOCUMENTS_SEEN = "documents_seen"
    RELATIVES = "relatives"
    NAMESAKES = "namesakes"
    TOO_LITTLE_TO_TELL = "too_little_to_tell"


class Row(NamedTuple):
    """One comparison of a pair.

    Args:
        name: What is compared.
        left: One side's value in pieces.
        right: The other's.
        mark: ``same``, ``differs`` or ``one side``.
        evidence: What the engine made of it, in a word.
    """

    name: str
    left: Pieces
    right: Pieces
    mark: str
    evidence: str


def compare(left: PersonView, right: PersonView, evidence: Mapping[str, str]) -> list[Row]:
    """Lay two records side by side, field by field, differences marked.

    Args:
        left: One side as the reviewer may see it.
        right: The other.
        evidence: Level the engine reached per comparison.

    Returns:
        The name as a whole, then every field either side has, then comparisons that are no field.
    """
    known = {**left.golden, **right.golden}
    names = [name for name in FIELD_CATEGORY if name in known]
    rows = [_row("name", name_of(left), name_of(right), "")]
    rows += [_row(n, words(left.value(n)), words(right.value(n)), evidence.get(n, "")) for n in names]
    rest = [(n, level) for n, level in evidence.items() if n not in names and level != "missing"]
    return rows + [Row(label(n), (), (), "", label(level)) for n, level in rest]


def _row(name: str, left: str, right: str, level: str) -> Row:
    said = {"": "", "missing": "not compared"}.get(level, label(level))
    if not left or not right:
        return Row(label(name), ((left, False),), ((right, False),), "one side", said)
    if left.casefold() == right.casefold():
        return Row(label(name), ((left, False),), ((right, False),), "same", said)
    return Row(label(name), *difference(left, right), "differs", said)


def difference(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Return two values in pieces, those that differ marked; the pieces of a side make up its value."""
    matcher = SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False)
    folded = len(left.casefold()) != len(left) or len(right.casefold()) != len(right)
    if folded or matcher.ratio() < ALIKE:
        return ((left, True),), ((right, True),)
    steps = matcher.get_opcodes()
    return (
        tuple((left[i:j], kind != "equal") for kind, i, j, _, _ in steps if i < j),
        tuple((right[i:j], kind != "equal") for kind, _, _, i, j in steps if i < j),
    )


def _shown(task: ReviewTask) -> dict[str, object]:
    withheld = sorted(category.value for category in task.left.withheld | task.right.withheld)
    return {"task": task, "rows": compare(task.left, task.right, task.evidence), "withheld": withheld}


def review_pages(desk: Desk) -> APIRouter:
    """Make the pages of the review queue."""
    router = APIRouter()

    @router.get("/review")
    def queue(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MANY)] = FEW,
        judged: Verdict | None = None,
        judgement: Annotated[str | None, Query(pattern=r"^jud_[a-z2-7]{1,40}$")] = None,
    ) -> HTMLResponse:
        tasks = desk.session(request, Purpose.LINKAGE).review_queue(limit=limit)
        return desk.page(
            request,
            "review.html",
            pairs=[_shown(task) for task in tasks],
            reasons=list(Reason),
            more=MANY if len(tasks) == limit < MANY else 0,
            judged=judged,
            judgement=judgement,
        )

    @router.post("/review/{task}")
    def judge(
        request: Request,
        task: Opaque,
        verdict: Annotated[Verdict, Form()],
        token: Token,
        reason: Annotated[Reason, Form()] = Reason.NOT_SAID,
    ) -> RedirectResponse:
        session = desk.form_session(request, token, Purpose.LINKAGE)
        made = session.judge(TaskId(task), verdict, reason=reason.value)
        return desk.go(request, f"/review?judged={verdict.value}&judgement={made}")

    @router.post("/undo/{judgement}")
    def undo(request: Request, judgement: Opaque, token: Token) -> RedirectResponse:
        desk.form_session(request, token, Purpose.LINKAGE).undo(JudgementId(judgement))
        return desk.go(request, "/review")

    return router

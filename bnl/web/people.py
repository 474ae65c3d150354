"""The by-name list and one person's page, as far as whoever asks may see them, what is withheld marked."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import FieldCategory, Purpose
from bnl.register.release import PersonView
from bnl.web.desk import Desk, day_of, words


class Which(StrEnum):
    """Whom the list shows."""

    ALL = "all"
    LOST = "lost"


class Said(NamedTuple):
    """One value of a field.

    Args:
        value: As it was said.
        best: Whether it is the one that stands for the person.
        agencies: Who said so, as far as that is to be seen.
        received: When it was last said, as ISO text; empty if that is not to be seen.
    """

    value: str
    best: bool
    agencies: list[str]
    received: str


class Section(NamedTuple):
    """Fields of one category.

    Args:
        category: The category.
        withheld: Whether some or all of it is withheld.
        fields: What may be seen, by field name; the value that stands for the person first.
    """

    category: FieldCategory
    withheld: bool
    fields: dict[str, list[Said]]


def sections(shown: PersonView) -> Iterator[Section]:
    """Sort what may be seen of a person by category; one without fields and not withheld is unknown."""
    for category in dict.fromkeys(FIELD_CATEGORY.values()):
        names = [n for n, c in FIELD_CATEGORY.items() if c is category and n in shown.golden]
        yield Section(category, category in shown.withheld, {name: _said(shown, name) for name in names})


def _said(shown: PersonView, name: str) -> list[Said]:
    best = words(shown.golden[name].value)
    said = [(words(v.value), v.agency_id, v.received_at) for v in shown.values if v.field == name]
    return [
        Said(
            text,
            text == best,
            sorted({agency for value, agency, _ in said if agency and value == text}),
            max((day.date().isoformat() for value, _, day in said if day and value == text), default=""),
        )
        for text in dict.fromkeys([best, *(value for value, _, _ in said)])
    ]


def people_pages(desk: Desk) -> APIRouter:
    """Make the pages about people."""
    router = APIRouter()

    @router.get("/list")
    def listed(
        request: Request, purpose: Purpose | None = None, which: Which = Which.ALL, as_of: str = ""
    ) -> HTMLResponse:
        desk.actor(request)
        found = None
        if purpose is not None:
            session = desk.session(request, purpose)
            ask = session.by_name_list if which is Which.ALL else session.lost
            found = ask(day_of(as_of))
        return desk.page(
            request,
            "list.html",
            found=found,
            purposes=list(Purpose),
            purpose=purpose,
            which=which,
            as_of=as_of,
        )

    @router.get("/people/{handle}")
    def person(
        request: Request, handle: Annotated[str, Path(pattern=r"^[a-z0-9_]{1,80}$")], purpose: Purpose
    ) -> HTMLResponse:
        shown = desk.session(request, purpose).timeline(handle)
        return desk.page(
            request, "person.html", person=shown, sections=list(sections(shown)), purpose=purpose
        )

    return router

"""The desk every page is made at: who asks, templates filled in, forms that only one's own pages send."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Purpose
from bnl.errors import Denied, InvalidValue
from bnl.register.register import Register
from bnl.register.release import PersonView
from bnl.register.session import Session

ActorOf = Callable[[Request], Actor | None]
UNAUTHORISED = 401
SEE_OTHER = 303
FIRST_YEAR, LAST_YEAR = 1990, 2100


def name_of(shown: PersonView) -> str:
    """Return a name to show for a person, from what may be seen."""
    parts = [shown.value("given_names"), shown.value("family_name")]
    text = " ".join(str(part) for part in parts if part)
    return text or str(shown.value("full_name") or "(name not known)")


def words(value: object) -> str:
    """Return a value as text for a page: lists with commas, codes with spaces, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(words(item) for item in value)
    return str(value)


def label(code: object) -> str:
    """Return a code or field name as words."""
    return str(code).replace("_", " ")


def day_of(text: str) -> date | None:
    """Return the day a form names, None if it names none.

    Raises:
        InvalidValue: There is no such day, or the register could know nothing of it.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidValue("There is no such day.", "Write it as YYYY-MM-DD.")
    return day


class Desk:
    """What every page needs.

    Args:
        register: The open register.
        actor_of: Tells who has sent a request, None if nobody is signed in; it is believed.
        sign_in: Path to send those to who are not signed in; None if the embedding tool sees to that.
    """

    def __init__(self, register: Register, actor_of: ActorOf, sign_in: str | None) -> None:
        self.register = register
        self.sign_in = sign_in
        self._actor_of = actor_of
        self._secret = secrets.token_bytes(32)
        self._templates = Environment(
            loader=PackageLoader("bnl.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters.update(words=words, label=label, name=name_of)

    def actor(self, request: Request) -> Actor:
        """Return who has sent a request.

        Raises:
            HTTPException: 401, nobody is signed in.
        """
        found = self._actor_of(request)
        if found is None:
            raise HTTPException(UNAUTHORISED)
        return found

    def session(self, request: Request, purpose: Purpose) -> Session:
        """Begin the session of whoever has sent a request."""
        return self.register.session(self.actor(request), purpose)

    def form_session(self, request: Request, token: str, purpose: Purpose) -> Session:
        """Begin the session of whoever has sent a form from a page made for them.

        Raises:
            Denied: The form comes from elsewhere, or from before the last start.
        """
        actor = self.actor(request)
        if not hmac.compare_digest(self._token(actor).encode(), token.encode()):
            advice = "Open the page again and send the form from there."
            raise Denied("This form does not come from a page made for you.", advice, reasons=("form",))
        return self.register.session(actor, purpose)

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Fill a template in; every value is escaped."""
        actor = self._actor_of(request)
        text = self._templates.get_template(template).render(
            root=root_of(request), actor=actor, token=self._token(actor) if actor else "", **values
        )
        return HTMLResponse(text, status)

    def go(self, request: Request, path: str) -> RedirectResponse:
        """Send the browser on to a page of this workbench."""
        return RedirectResponse(root_of(request) + path, SEE_OTHER)

    def _token(self, actor: Actor) -> str:
        who = "\0".join((actor.agency_id, actor.user_id, actor.role.value))
        return hmac.digest(self._secret, who.encode(), "sha256").hex()


def root_of(request: Request) -> str:
    """Return the path the workbench is mounted at, empty if at the root."""
    return str(request.scope.get("root_path", ""))

"""The workbench for one person, reached from their own computer alone, behind a word printed at the start."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bnl.domain.actor import Actor
from bnl.register.register import Register
from bnl.web.app import workbench
from bnl.web.desk import UNAUTHORISED, Desk

HOSTS = ("127.0.0.1", "localhost")
COOKIE = "bnl"
SIGN_IN = "/sign-in"


def local_workbench(register: Register, actor: Actor, word: str) -> FastAPI:
    """Make a workbench for one actor.

    Args:
        register: The open register.
        actor: Who works at it.
        word: Secret to be typed in once; the browser then holds a cookie until it is closed.

    Returns:
        The application; it answers only to names of this computer, so that no page from elsewhere reaches it.
    """
    pass_ = secrets.token_urlsafe(32)

    def actor_of(request: Request) -> Actor | None:
        held = request.cookies.get(COOKIE, "")
        return actor if secrets.compare_digest(held.encode(), pass_.encode()) else None

    app = workbench(register, actor_of, sign_in=SIGN_IN)
    desk = Desk(register, actor_of, SIGN_IN)

    @app.get(SIGN_IN)
    def ask(request: Request) -> HTMLResponse:
        return desk.page(request, "sign_in.html", wrong=False)

    @app.post(SIGN_IN)
    def check(request: Request, word_given: Annotated[str, Form(alias="word")]) -> Response:
        if not secrets.compare_digest(word_given.strip().encode(), word.encode()):
            return desk.page(request, "sign_in.html", UNAUTHORISED, wrong=True)
        answer: RedirectResponse = desk.go(request, "/review")
        answer.set_cookie(COOKIE, pass_, httponly=True, samesite="strict")
        return answer

    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))
    return app

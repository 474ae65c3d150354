"""The workbench as an ASGI application: its pages, its errors in sentences, and what browsers may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from bnl.errors import BnlError, Conflict, Denied, InputError, NotFound
from bnl.register.register import Register
from bnl.web.desk import UNAUTHORISED, ActorOf, Desk
from bnl.web.people import people_pages
from bnl.web.reports import report_pages
from bnl.web.review import review_pages

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Nothing from elsewhere is loaded, nothing is kept, nobody is told where a reader came from."""

_STATUS: tuple[tuple[type[BnlError], int], ...] = (
    (Denied, 403),
    (NotFound, 404),
    (Conflict, 409),
    (InputError, 422),
)
BROKEN = 500


def workbench(register: Register, actor_of: ActorOf, *, sign_in: str | None = None) -> FastAPI:
    """Make the workbench: doubtful pairs to judge, the by-name list, people, and figures.

    Args:
        register: The open register.
        actor_of: Tells who has sent a request, None if nobody is signed in. The embedding tool's own sign-in
            stands behind it, and it is believed.
        sign_in: Path to send those to who are not signed in; without it they are told so.

    Returns:
        The application, to be served or mounted in another one.
    """
    app = FastAPI(title="bnl workbench", docs_url=None, redoc_url=None, openapi_url=None)
    desk = Desk(register, actor_of, sign_in)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    for router in (review_pages(desk), people_pages(desk), report_pages(desk)):
        app.include_router(router)
    _tell_errors(app, desk)

    @app.get("/")
    def home(request: Request) -> RedirectResponse:
        return desk.go(request, "/review")

    @app.middleware("http")
    async def guard(request: Request, forward: Callable[[Request], Awaitable[Response]]) -> Response:
        """Send every answer with the headers that keep pages private."""
        response = await forward(request)
        response.headers.update(HEADERS)
        return response

    return app


def status_of(error: BnlError) -> int:
    """Return the HTTP status for an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), BROKEN)


def _tell_errors(app: FastAPI, desk: Desk) -> None:
    """Tell errors in a sentence with what to do; what was sent is never repeated."""

    def told(request: Request, status: int, message: str, advice: str) -> Response:
        title = HTTPStatus(status).phrase
        return desk.page(request, "error.html", status, title=title, message=message, advice=advice)

    @app.exception_handler(BnlError)
    def refused(request: Request, error: BnlError) -> Response:
        return told(request, status_of(error), error.message, error.advice)

    @app.exception_handler(RequestValidationError)
    def misread(request: Request, _: RequestValidationError) -> Response:
        advice = "Use the forms and links of these pages."
        return told(request, 422, "Something in the address or the form cannot be read.", advice)

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        if error.status_code == UNAUTHORISED:
            if desk.sign_in is not None:
                return desk.go(request, desk.sign_in)
            return told(request, UNAUTHORISED, "Nobody is signed in.", "Sign in, then open this page again.")
        return told(request, error.status_code, "There is no such page.", "Start from the review queue.")

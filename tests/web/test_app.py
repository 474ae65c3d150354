"""The workbench as a whole: who gets in, what a browser may do, errors in sentences, pages fit to be read."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId
from bnl.errors import (
    BnlError,
    Conflict,
    Corrupt,
    Denied,
    InputError,
    InvalidValue,
    LogError,
    NotFound,
    ProfileError,
    StorageError,
)
from bnl.web.app import HEADERS, status_of, workbench
from tests.register.county import STEWARD
from tests.web.bench import HOSTILE, OFFICER, PREVENTION, Bench
from tests.web.page import Page

PAGES: list[object] = [
    pytest.param(STEWARD, "/review", id="review"),
    pytest.param(STEWARD, "/review?limit=1", id="a short queue"),
    pytest.param(STEWARD, "/review?judged=link&judgement=jud_abc", id="just judged"),
    pytest.param(OFFICER, "/review", id="an empty queue"),
    pytest.param(OFFICER, "/list", id="list not asked for yet"),
    pytest.param(OFFICER, f"/list?purpose={PREVENTION}", id="list"),
    pytest.param(OFFICER, f"/list?purpose={PREVENTION}&which=lost", id="lost"),
    pytest.param(OFFICER, "PERSON", id="person"),
    pytest.param(STEWARD, "/reports?as_of=2026-08-31", id="reports"),
]
GATED = ["/", "/review", "/list", "/people/h_abc", "/reports", "/people/h_abc?purpose=housing_support"]


def address(bench: Bench, path: str) -> str:
    return f"/people/{bench.handle}?purpose={PREVENTION}" if path == "PERSON" else path


@pytest.mark.parametrize(("actor", "path"), PAGES)
def test_every_page_is_whole_labelled_and_has_one_heading(bench: Bench, actor: Actor, path: str) -> None:
    answer = bench.client(actor).get(address(bench, path))
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.unbalanced == []
    assert page.open == []
    assert page.unlabelled == []
    assert len(page.headings) == 1
    assert page.headings[0].strip()
    assert page.all("html") == [{"lang": "en"}]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all("scope" in attributes for attributes in page.all("th"))


@pytest.mark.parametrize(("actor", "path"), PAGES)
def test_no_page_needs_anything_from_elsewhere_or_from_itself(bench: Bench, actor: Actor, path: str) -> None:
    html = bench.client(actor).get(address(bench, path)).text
    page = Page(html)
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in page.links())
    assert "style=" not in html
    assert "<style" not in html
    assert not re.search(r"\son[a-z]+=", html)
    assert all("src" in attributes for attributes in page.all("script"))


@pytest.mark.parametrize(("actor", "path"), PAGES)
def test_what_agencies_say_is_never_markup(bench: Bench, actor: Actor, path: str) -> None:
    html = bench.client(actor).get(address(bench, path)).text
    assert HOSTILE not in html
    assert "alert(" not in html or "&lt;script&gt;alert(" in html


def test_a_hostile_value_is_shown_as_it_was_said(bench: Bench) -> None:
    page = Page(bench.client(OFFICER).get(address(bench, "PERSON")).text)
    assert HOSTILE in page.text


@pytest.mark.parametrize(("actor", "path"), PAGES)
def test_no_page_names_anybody_in_its_addresses(bench: Bench, actor: Actor, path: str) -> None:
    page = Page(bench.client(actor).get(address(bench, path)).text)
    for link in page.links():
        # Ids and handles are random: by chance one may hold three letters that make a name.
        told = re.sub(r"\b(?:[a-z]{3}|h)_[a-z2-7]{20,}", "", link)
        assert not re.search(r"ada|ivy|lovegood|quill|1975|1960", told, re.IGNORECASE), link


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/review", 200, id="page"),
        pytest.param("/", 303, id="redirect"),
        pytest.param("/static/workbench.css", 200, id="style sheet"),
        pytest.param("/static/workbench.js", 200, id="script"),
        pytest.param("/static/nothing.js", 404, id="no such file"),
        pytest.param("/nowhere", 404, id="no such page"),
        pytest.param("/people/h_nobody?purpose=linkage", 404, id="nobody"),
        pytest.param("/list?purpose=curiosity", 422, id="no such purpose"),
    ],
)
def test_every_answer_carries_the_headers(bench: Bench, path: str, status: int) -> None:
    answer = bench.client().get(path)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert {policy[name] for name in ("style-src", "script-src", "form-action")} == {"'self'"}
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Cache-Control"] == "no-store"


def test_static_files_name_nothing_elsewhere(bench: Bench) -> None:
    for name in ("workbench.css", "workbench.js"):
        text = bench.client().get(f"/static/{name}").text
        assert text
        assert "http" not in text
        assert "url(" not in text
        assert "@import" not in text


@pytest.mark.parametrize("path", GATED)
def test_nobody_signed_in_sees_a_sentence_and_nothing_else(bench: Bench, path: str) -> None:
    before = bench.county.size()
    client = bench.client(None)
    answer = client.get(path, follow_redirects=True)
    page = Page(answer.text)
    if path == "/people/h_abc":  # without a purpose it is no address at all
        assert answer.status_code == 422
    else:
        assert answer.status_code == 401
        assert "Nobody is signed in. Sign in" in page.words()
    assert page.all("nav") == []
    assert bench.county.size() == before


@pytest.mark.parametrize("path", ["/review/tsk_abc", "/undo/jud_abc"])
def test_nobody_signed_in_can_send_a_form(bench: Bench, path: str) -> None:
    before = bench.county.size()
    answer = bench.client(None).post(path, data={"verdict": "link", "token": "0" * 64})
    assert answer.status_code == 401
    assert bench.county.size() == before


def test_those_not_signed_in_are_sent_to_the_sign_in(bench: Bench) -> None:
    app = workbench(bench.county.register, lambda _: None, sign_in="/enter")
    answer = TestClient(app, follow_redirects=False).get("/review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/enter")


def test_an_agency_that_is_not_enrolled_is_told_so(bench: Bench) -> None:
    stranger = STEWARD.model_copy(update={"agency_id": AgencyId("elsewhere")})
    answer = bench.client(stranger).get("/review")
    assert answer.status_code == 404
    assert "not enrolled" in Page(answer.text).words()


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/review?limit=0", id="limit too small"),
        pytest.param("/review?limit=51", id="limit too large"),
        pytest.param("/review?judgement=Lovegood", id="no judgement id"),
        pytest.param("/review?judged=Lovegood", id="no verdict"),
        pytest.param("/list?purpose=Lovegood", id="no purpose"),
        pytest.param(f"/list?purpose={PREVENTION}&as_of=Lovegood", id="no day"),
        pytest.param("/people/Lovegood?purpose=linkage", id="no handle"),
        pytest.param("/reports?months=Lovegood", id="no number"),
    ],
)
def test_what_cannot_be_read_is_refused_without_repeating_it(bench: Bench, path: str) -> None:
    answer = bench.client().get(path)
    assert answer.status_code == 422
    assert "Lovegood" not in answer.text
    assert Page(answer.text).headings[0].startswith("Unprocessable")


def test_an_unknown_page_says_where_to_start(bench: Bench) -> None:
    answer = bench.client().get("/Lovegood")
    page = Page(answer.text)
    assert answer.status_code == 404
    assert "There is no such page." in page.text
    assert "/review" in page.links()
    assert "Lovegood" not in answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_describes_the_application(bench: Bench, path: str) -> None:
    assert bench.client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(Denied("no"), 403, id="denied"),
        pytest.param(NotFound("no"), 404, id="not found"),
        pytest.param(Conflict("no"), 409, id="conflict"),
        pytest.param(InputError("no"), 422, id="input"),
        pytest.param(InvalidValue("no"), 422, id="value"),
        pytest.param(ProfileError("no"), 422, id="profile"),
        pytest.param(Corrupt("no"), 500, id="corrupt"),
        pytest.param(StorageError("no"), 500, id="storage"),
        pytest.param(LogError("no"), 500, id="log"),
        pytest.param(BnlError("no"), 500, id="any other"),
    ],
)
def test_errors_have_their_status(error: BnlError, status: int) -> None:
    assert status_of(error) == status


def test_where_it_is_mounted_every_address_begins(bench: Bench) -> None:
    bench.actor = STEWARD
    outer = FastAPI()
    outer.mount("/tools/list", bench.app)
    client = TestClient(outer, follow_redirects=False)
    home = client.get("/tools/list/")
    assert home.headers["location"] == "/tools/list/review"
    page = Page(client.get("/tools/list/review").text)
    assert [link for link in page.links() if not link.startswith(("/tools/list/", "#"))] == []
    assert client.get("/tools/list/static/workbench.css").status_code == 200
    task = bench.tasks()[0].task_id
    form = {"verdict": "undecided", "token": page.token()}
    judged = client.post(f"/tools/list/review/{task}", data=form)
    assert judged.headers["location"].startswith("/tools/list/review?judged=undecided")


def test_who_is_signed_in_is_shown_on_every_page(bench: Bench) -> None:
    text = Page(bench.client(OFFICER).get("/list").text).words()
    assert "oxford-city-council · officer-1 · housing officer" in text

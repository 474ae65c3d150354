"""The workbench at one's own computer: behind a word, reached by no name but this computer's."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from bnl.web.app import HEADERS
from bnl.web.local import COOKIE, local_workbench
from tests.register.county import STEWARD
from tests.web.bench import Bench
from tests.web.page import Page

WORD = "made-up-word-for-a-test"
HERE = "http://127.0.0.1"


def browser(bench: Bench, base: str = HERE) -> TestClient:
    app = local_workbench(bench.county.register, STEWARD, WORD)
    return TestClient(app, base_url=base, follow_redirects=False)


@pytest.mark.parametrize("path", ["/review", "/list", "/reports", "/people/h_abc?purpose=linkage"])
def test_without_the_word_there_is_only_the_sign_in(bench: Bench, path: str) -> None:
    answer = browser(bench).get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_the_sign_in_asks_for_the_word_and_shows_nothing_else(bench: Bench) -> None:
    answer = browser(bench).get("/sign-in")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.unlabelled == []
    assert page.all("nav") == []
    assert WORD not in answer.text
    assert all(answer.headers[name] == value for name, value in HEADERS.items())


@pytest.mark.parametrize("typed", [WORD, f"  {WORD}\n"], ids=["as printed", "copied with blanks"])
def test_the_word_lets_one_in(bench: Bench, typed: str) -> None:
    client = browser(bench)
    answer = client.post("/sign-in", data={"word": typed})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert "steward-1" in Page(client.get("/review").text).words()


def test_the_cookie_is_not_the_word_and_no_script_and_no_other_site_has_it(bench: Bench) -> None:
    cookie = browser(bench).post("/sign-in", data={"word": WORD}).headers["set-cookie"]
    assert WORD not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "expires" not in cookie.lower()


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param("made-up-word", id="a part"),
        pytest.param(WORD.upper(), id="capitals"),
        pytest.param("ärger", id="not ASCII"),
    ],
)
def test_another_word_lets_nobody_in(bench: Bench, typed: str) -> None:
    client = browser(bench)
    answer = client.post("/sign-in", data={"word": typed})
    assert answer.status_code in {401, 422}
    assert "set-cookie" not in answer.headers
    assert client.get("/review").status_code == 303


def test_a_wrong_word_is_answered_with_what_to_do(bench: Bench) -> None:
    answer = browser(bench).post("/sign-in", data={"word": "wrong"})
    assert "Copy it again, whole." in Page(answer.text).words()
    assert "wrong" not in Page(answer.text).words().replace("wrongly", "")


@pytest.mark.parametrize("held", ["", "x", WORD, "ä"], ids=["empty", "short", "the word", "not ASCII"])
def test_a_made_up_cookie_lets_nobody_in(bench: Bench, held: str) -> None:
    header = (b"cookie", f"{COOKIE}={held}".encode())
    assert browser(bench).get("/review", headers=[header]).status_code == 303


def test_the_cookie_of_one_start_is_worth_nothing_at_the_next(bench: Bench) -> None:
    first = browser(bench)
    first.post("/sign-in", data={"word": WORD})
    second = browser(bench)
    second.cookies.set(COOKIE, first.cookies[COOKIE])
    assert second.get("/review").status_code == 303


@pytest.mark.parametrize(
    ("base", "status"),
    [
        pytest.param("http://127.0.0.1:8765", 200, id="address"),
        pytest.param("http://localhost:8765", 200, id="name"),
        pytest.param("http://attacker.example:8765", 400, id="another name for this address"),
        pytest.param("http://192.0.2.7", 400, id="another address"),
    ],
)
def test_it_answers_to_the_names_of_this_computer_only(bench: Bench, base: str, status: int) -> None:
    assert browser(bench, base).get("/sign-in").status_code == status


def test_a_verdict_is_given_behind_the_word(fresh: Bench) -> None:
    client = browser(fresh)
    client.post("/sign-in", data={"word": WORD})
    page = Page(client.get("/review").text)
    action = next(form["action"] for form in page.all("form"))
    answer = client.post(action, data={"token": page.token(), "verdict": "non_link"})
    assert answer.status_code == 303
    assert len(fresh.tasks()) == 1

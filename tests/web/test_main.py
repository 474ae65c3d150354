"""The command `bnl-web`: what it prints, where it listens, and what it says when it cannot."""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from bnl.register.register import Register
from bnl.web.main import main
from tests.register.county import AGENCIES, STEWARD

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def database(tmp_path: Path) -> str:
    """URL of a register on disk with its agencies, its keys beside it."""
    url = f"sqlite:///{tmp_path / 'register.db'}"
    with Register.open(url, keyring=tmp_path / "keys") as register:
        register.enrol(AGENCIES, by=STEWARD)
    return url


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed to the server; it is asked for its sign-in page while the register is open."""
    calls: list[dict[str, Any]] = []

    def run(app: Any, **options: Any) -> None:
        answer = TestClient(app, base_url=f"http://{options['host']}").get("/sign-in")
        calls.append(options | {"app": app, "status": answer.status_code})

    monkeypatch.setattr(uvicorn, "run", run)
    return calls


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command with arguments; returns its exit status and what it printed."""
    for name in ("BNL_DATABASE", "BNL_KEYS", "BNL_AGENCY", "BNL_USER", "BNL_ROLE"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bnl-web", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


def options(url: str, tmp_path: Path, *more: str) -> Sequence[str]:
    return ("-d", url, "-k", str(tmp_path / "keys"), "-a", STEWARD.agency_id, "-u", "steward-1", *more)


def test_help_says_what_it_does(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert "this computer alone" in out
    for option in ("--database", "--keys", "--agency", "--user", "--role", "--port"):
        assert option in out


def test_it_serves_this_computer_and_logs_no_address(
    run: Run, served: list[dict[str, Any]], database: str, tmp_path: Path
) -> None:
    code, out, _ = run(*options(database, tmp_path, "--port", "8999"))
    assert code == 0
    (call,) = served
    assert (call["host"], call["port"], call["access_log"], call["status"]) == ("127.0.0.1", 8999, False, 200)
    assert "http://127.0.0.1:8999/" in out
    assert "oxford-city-council, steward" in out


def test_every_start_prints_a_word_of_its_own(
    run: Run, served: list[dict[str, Any]], database: str, tmp_path: Path
) -> None:
    words = []
    for _ in range(2):
        _, out, _ = run(*options(database, tmp_path))
        words += re.findall(r"^Sign in with this word: ([\w-]{20,})$", out, re.MULTILINE)
    assert len(set(words)) == len(served) == 2


def test_the_environment_says_what_options_do_not(
    run: Run,
    served: list[dict[str, Any]],
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"DATABASE": database, "KEYS": str(tmp_path / "keys"), "AGENCY": "odas", "USER": "u-1"}
    for name, value in (given | {"ROLE": "manager"}).items():
        monkeypatch.setenv(f"BNL_{name}", value)
    code, out, _ = run()
    assert code == 0
    assert len(served) == 1
    assert "for odas, manager" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["-a", "x"], 2, "--user", id="who is missing"),
        pytest.param(["-a", "x", "-u", "y", "--port", "80"], 2, "1024", id="a port of the system"),
        pytest.param(["-a", "x", "-u", "y", "-r", "king"], 2, "king", id="no such role"),
    ],
)
def test_wrong_usage_is_told(run: Run, arguments: list[str], code: int, said: str) -> None:
    found, _, err = run(*arguments)
    assert found == code
    assert said in err


def test_without_a_register_it_says_how_to_make_one(
    run: Run, served: list[dict[str, Any]], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    code, _, err = run(*options(url, tmp_path))
    assert code == 1
    assert err == ("bnl-web: There is no register there. Make one with `bnl init`, or give --database.\n")
    assert served == []
    assert not (tmp_path / "none.db").exists()


def test_an_agency_that_is_not_enrolled_is_told_before_anything_is_served(
    run: Run, served: list[dict[str, Any]], database: str, tmp_path: Path
) -> None:
    code, _, err = run("-d", database, "-k", str(tmp_path / "keys"), "-a", "elsewhere", "-u", "u")
    assert code == 1
    assert "not enrolled" in err
    assert served == []


def test_without_the_extra_it_says_what_to_install(
    run: Run, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "uvicorn":
            raise ModuleNotFoundError(name)
        return kept(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    code, _, err = run(*options(database, tmp_path))
    assert code == 1
    assert "pip install bnl[web]" in err

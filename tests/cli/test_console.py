"""What commands print with: exit statuses, tables that read no markup, JSON that a program can read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bnl.cli.console import (
    WIDTH,
    Failing,
    counting,
    emit_json,
    exit_code,
    heading,
    phases,
    say,
    table,
    visible,
)
from bnl.errors import (
    BnlError,
    ConfigError,
    Conflict,
    Corrupt,
    Denied,
    Erased,
    InputError,
    InvalidValue,
    KeyringError,
    LogError,
    MatchingError,
    MissingExtra,
    NotFound,
    ProfileError,
    ProofError,
    StorageError,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param(ConfigError, 2, id="setting"),
        pytest.param(MissingExtra, 2, id="extra"),
        pytest.param(InputError, 3, id="input"),
        pytest.param(ProfileError, 3, id="profile"),
        pytest.param(InvalidValue, 3, id="value"),
        pytest.param(MatchingError, 3, id="matching"),
        pytest.param(Denied, 4, id="denied"),
        pytest.param(NotFound, 4, id="not found"),
        pytest.param(Conflict, 4, id="conflict"),
        pytest.param(Corrupt, 5, id="corrupt"),
        pytest.param(StorageError, 5, id="storage"),
        pytest.param(LogError, 5, id="log"),
        pytest.param(ProofError, 5, id="proof"),
        pytest.param(KeyringError, 5, id="keys"),
        pytest.param(Erased, 5, id="erased"),
        pytest.param(BnlError, 5, id="any other"),
    ],
)
def test_every_error_has_its_exit_status_and_is_told_in_a_sentence(kind: type[BnlError], code: int) -> None:
    assert exit_code(kind("What is wrong.")) == code
    app = typer.Typer(cls=Failing)
    app.callback()(lambda: None)

    @app.command("fail")
    def fail() -> None:
        raise kind("What is wrong.", "What to do.")

    ran = CliRunner().invoke(app, ["fail"])
    assert ran.exit_code == code
    assert ran.stderr == "bnl: What is wrong. What to do.\n"
    assert ran.stdout == ""


def test_an_error_of_the_program_itself_is_not_hidden() -> None:
    app = typer.Typer(cls=Failing)
    app.callback()(lambda: None)

    @app.command("fail")
    def fail() -> None:
        raise ZeroDivisionError

    assert isinstance(CliRunner().invoke(app, ["fail"]).exception, ZeroDivisionError)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param(True, "yes", id="true"),
        pytest.param(False, "no", id="false"),
        pytest.param(1234567, "1,234,567", id="large"),
        pytest.param(0.98765, "0.988", id="fraction"),
        pytest.param(("a", "b"), "a, b", id="several"),
        pytest.param([], "", id="an empty list"),
        pytest.param(date(2026, 2, 3), "2026-02-03", id="day"),
        pytest.param("[red]Ada[/red]", "[red]Ada[/red]", id="markup is text"),
        pytest.param("[/]", "[/]", id="broken markup is text"),
    ],
)
def test_cells_are_shown_as_they_are(value: object, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    table("", ("one", "two"), [(value, "x")])
    row = capsys.readouterr().out.splitlines()[3]
    assert row.strip("│").split("│")[0].strip() == shown


def test_a_table_stays_within_its_width_and_breaks_no_handle(capsys: pytest.CaptureFixture[str]) -> None:
    handle = "h_" + "a" * 32
    table("A title", ("handle", "name", "why"), [(handle, "Ada " * 20, "reason " * 40)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == "A title"
    assert max(map(len, lines)) <= WIDTH
    assert any(handle in line for line in lines)


def test_an_empty_table_has_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    table("", ("one", "two"), [])
    assert "one" in capsys.readouterr().out


def test_lines_and_headings_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    say("[bold]no markup[/bold]")
    heading("A heading")
    say()
    assert capsys.readouterr().out == "[bold]no markup[/bold]\n\nA heading\n\n"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(plain)
def test_json_is_read_back_as_it_was(data: Any) -> None:
    app = typer.Typer()

    @app.command()
    def show() -> None:
        emit_json(data)

    assert json.loads(CliRunner().invoke(app, []).stdout) == data


def test_json_writes_days_instants_and_sets(capsys: pytest.CaptureFixture[str]) -> None:
    emit_json(
        {"day": date(2026, 1, 2), "at": datetime(2026, 1, 2, 3, tzinfo=UTC), "set": {"b", "a"}, "o": 1j}
    )
    assert json.loads(capsys.readouterr().out) == {
        "day": "2026-01-02",
        "at": "2026-01-02T03:00:00+00:00",
        "set": ["a", "b"],
        "o": "1j",
    }


def test_progress_goes_beside_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("Rows", 3) as step:
        step(1)
        step(3)
    with phases("Matching") as phase:
        phase("weighing", 0, 0)
        phase("weighing", 5, 9)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")  # in a file or a pipe it would only be noise


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[2J",
        "\x07",
        "\x9b31m",
        "\u202egnp.exe",
        "\u2066x\u2069",
        "\ufeff",
        "\u2028",
        "a\rb",
        "\x00",
        "\ud800",
    ],
)
def test_nothing_printed_steers_the_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(text)
    table("", ("name",), [(text,), ([text, "Amara"],)])
    emit_json({"name": text})
    printed = capsys.readouterr().out
    assert not [sign for sign in text if sign in printed and not sign.isprintable()]
    assert printed.count("\\u") >= 3
    assert json.loads(printed[printed.rindex("{") :]) == {"name": text}


def test_letters_of_every_script_are_printed_as_they_are() -> None:
    for name in ("Zoë", "Ağa", "Ольга", "محمد", "می\u200cخواهم", "क्\u200dष", "李", "O\u2019Brien"):
        assert visible(name) == name

"""Every error the consent room raises in a test says one of the sentences that people have read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bnl import errors

WORDINGS = Path(__file__).with_name("wordings.txt")


@cache
def wordings() -> tuple[re.Pattern[str], ...]:
    """The sentences, with ``{}`` for what varies; what is wrong and what to do stand apart by `` | ``."""
    lines = WORDINGS.read_text(encoding="utf-8").splitlines()
    return tuple(re.compile(re.escape(line).replace(r"\{\}", ".+"), re.DOTALL) for line in lines)


def speaker() -> str:
    """The module that is making an error."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals["__name__"] == errors.__name__:
        frame = frame.f_back
    name: str = frame.f_globals["__name__"]
    return name


@pytest.fixture(autouse=True)
def _only_sentences_that_were_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    unread: list[str] = []
    make = errors.BnlError.__init__

    def made(self: errors.BnlError, message: str, advice: str = "", **more: Any) -> None:
        make(self, message, advice, **more)
        if speaker().startswith("bnl.consent."):
            said = message if advice == "" else f"{message} | {advice}"
            if not any(known.fullmatch(said) for known in wordings()):
                unread.append(said)

    monkeypatch.setattr(errors.BnlError, "__init__", made)
    yield
    assert not unread, f"add to {WORDINGS.name}, once read: {unread}"

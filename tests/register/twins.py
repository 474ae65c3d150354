"""Twin counties: two registers under one clock and one stream of chance, driven together and compared."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from enum import Enum
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple

import polars as pl
import pytest
from pydantic import BaseModel

from bnl.crypto import aead
from bnl.crypto.keyring import Keyring
from bnl.domain import identifiers
from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Purpose
from bnl.errors import BnlError
from tests.register.county import STEWARD, County, HandClock
from tests.sent_statements import statements_sent

ALIKE = (int, float, bool, bytes, type(None))
HASH = re.compile(r"[A-Za-z0-9+/]{43,}={0,2}|[0-9a-f]{64}")
"""Salted commitments, the hashes of a proof and signatures: opaque, and drawn anew in every register."""


class Chance:
    """Gives the random bytes of ids and keys from a seed, so that both twins draw the same."""

    def __init__(self) -> None:
        self.seed("")

    def seed(self, text: str) -> None:
        """Begin anew."""
        self.ids, self.keys = Random(f"ids {text}"), Random(f"keys {text}")

    @classmethod
    def rule(cls, monkeypatch: pytest.MonkeyPatch) -> Chance:
        """Let ids and keys be drawn from a chance of its own."""
        chance = cls()
        monkeypatch.setattr(
            identifiers, "secrets", SimpleNamespace(token_bytes=lambda n: chance.ids.randbytes(n))
        )
        monkeypatch.setattr(aead, "os", SimpleNamespace(urandom=lambda n: chance.keys.randbytes(n)))
        return chance


class Seen(NamedTuple):
    """Everything a caller can tell of one call.

    Args:
        result: What it returned, laid out plainly and in order.
        error: Type, text and parts of the error, if it raised one.
        statements: Templates of the SQL statements it sent, in order, without parameters.
    """

    result: object
    error: object
    statements: tuple[str, ...]


class Twins:
    """Two counties that are told the same, but for what is kept secret in one of them.

    Args:
        make_keyring: Makes keyrings.
        chance: Draws ids and keys.
        make_url: Makes the URL of an empty database; each in memory if not given.
    """

    def __init__(
        self,
        make_keyring: Callable[[], Keyring],
        chance: Chance,
        make_url: Callable[[], str] = lambda: "sqlite://",
    ) -> None:
        self.clock, self.chance = HandClock(), chance
        self._calls = 0
        self.both: list[County] = []
        for _ in range(2):
            chance.seed("county")
            self.both.append(County(make_url(), make_keyring(), self.clock))

    def close(self) -> None:
        """Close both registers."""
        for county in self.both:
            county.register.close()

    def draw(self) -> None:
        """Begin the chance of the next call."""
        self._calls += 1

    def each(self, act: Callable[[County], Any]) -> tuple[Any, Any]:
        """Do the same in both, with the same chance."""
        self.draw()
        done = []
        for county in self.both:
            self.chance.seed(f"call {self._calls}")
            done.append(act(county))
        return done[0], done[1]

    def apart(self, one: Callable[[County], Any] | None, other: Callable[[County], Any] | None) -> Any:
        """Do something in each that is not the same, then let their logs be as long as one another."""
        self.draw()
        done = []
        for county, act in zip(self.both, (one, other), strict=True):
            self.chance.seed(f"call {self._calls}")
            done.append(None if act is None else act(county))
        self.level()
        return done[1]

    def level(self) -> None:
        """Fill the shorter log with entries that change nothing: its length is known to all."""
        sizes = [county.size() for county in self.both]
        for county, size in zip(self.both, sizes, strict=True):
            for _ in range(max(sizes) - size):
                county.register.enrol([], by=STEWARD)
        assert self.both[0].size() == self.both[1].size()

    def call(self, actor: Actor, purpose: Purpose, name: str, make: Callable[[], Any]) -> tuple[Seen, Seen]:
        """Make one call of a session in both, and tell all there is to see of each."""
        self.draw()
        seen = []
        for county in self.both:
            session = county.register.session(actor, purpose)
            self.chance.seed(f"call {self._calls}")
            args, kwargs = make()
            with statements_of(county) as sent:
                result, error = _outcome(lambda s=session, a=args, k=kwargs: getattr(s, name)(*a, **k))  # type: ignore[misc]
            seen.append(Seen(result, error, tuple(sent)))
        return seen[0], seen[1]


def _outcome(call: Callable[[], Any]) -> tuple[object, object]:
    try:
        return plain(call()), None
    except BnlError as error:
        return None, plain(error)


def statements_of(county: County) -> AbstractContextManager[list[str]]:
    """Gather the templates of the statements a register sends."""
    return statements_sent(county.core.store._engine)


def plain(value: object) -> object:
    """Lay a value out as nested tuples that keep every part and the order, whatever its repr leaves out."""
    if isinstance(value, Enum):
        return (type(value).__name__, value.value)
    if isinstance(value, str):
        return ("str", HASH.sub("#", value))
    if isinstance(value, ALIKE):
        return (type(value).__name__, repr(value))
    if isinstance(value, Mapping):
        return ("mapping", *((plain(key), plain(one)) for key, one in value.items()))
    if isinstance(value, set | frozenset):
        return ("set", *sorted((plain(one) for one in value), key=repr))
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return (type(value).__name__, *map(plain, value))
    if isinstance(value, pl.DataFrame):
        return ("frame", plain({name: str(kind) for name, kind in value.schema.items()}), plain(value.rows()))
    return (type(value).__name__, *_parts(value))


def _parts(value: object) -> tuple[object, ...]:
    if isinstance(value, BaseException):
        return (str(value), plain(vars(value)))
    if isinstance(value, BaseModel):
        return tuple((name, plain(getattr(value, name))) for name in type(value).model_fields)
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if dataclasses.is_dataclass(value):
        return tuple((one.name, plain(getattr(value, one.name))) for one in dataclasses.fields(value))
    if hasattr(value, "__dict__"):
        return (plain(vars(value)),)
    return (repr(value),)

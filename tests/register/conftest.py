"""Fixtures of the register's tests: a small county in memory, and one on each backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bnl.crypto.keyring import Keyring
from tests.register.county import County, HandClock


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands until it is set."""
    return HandClock()


@pytest.fixture
def make_county(make_keyring: Callable[[], Keyring], clock: HandClock) -> Iterator[Callable[[], County]]:
    """Makes counties in memory, each with keys of its own."""
    made: list[County] = []

    def make() -> County:
        made.append(County("sqlite://", make_keyring(), clock))
        return made[-1]

    yield make
    for county in made:
        county.register.close()


@pytest.fixture
def county(make_county: Callable[[], County]) -> County:
    """A county in memory."""
    return make_county()


@pytest.fixture
def stored_county(store_url: str, keyring: Keyring, clock: HandClock) -> Iterator[County]:
    """A county in a database, once on each backend."""
    made = County(store_url, keyring, clock)
    yield made
    made.register.close()


@pytest.fixture
def file_county(sqlite_url: str, keyring: Keyring, clock: HandClock) -> Iterator[County]:
    """A county in a SQLite file."""
    made = County(sqlite_url, keyring, clock)
    yield made
    made.register.close()

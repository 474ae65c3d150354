"""One demo for all tests of the command line, copies of its county to change, a way to run commands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.command import CITY, Ran, Runner, run


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests reaches them; only the session's demo is run outside of this."""
    for name in [name for name in os.environ if name.startswith("BNL_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A demo of sixty people: its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("cli") / "county"
    return folder, run("demo", "--people", "60", "--folder", str(folder))


@pytest.fixture(scope="session")
def shared(demo: tuple[Path, Ran]) -> Path:
    """The demo's county, for tests that change nothing but its log."""
    return demo[0]


@pytest.fixture
def own(demo: tuple[Path, Ran], tmp_path: Path) -> Path:
    """A copy of the demo's county, to change."""
    return Path(shutil.copytree(demo[0], tmp_path / "county"))


@pytest.fixture
def at(shared: Path) -> Runner:
    """Runs commands on the shared county as somebody of the city council."""
    return Runner(shared, CITY)


@pytest.fixture
def on_own(own: Path) -> Runner:
    """Runs commands on a copy of the county as somebody of the city council."""
    return Runner(own, CITY)

"""Settings come from the environment once, and impossible ones are refused."""

from __future__ import annotations

import pytest

from bnl.config import Settings
from bnl.errors import ConfigError


def test_defaults_need_no_environment() -> None:
    assert Settings.from_environment({}) == Settings()


def test_variables_override_defaults() -> None:
    settings = Settings.from_environment(
        {"BNL_DATABASE": "postgresql://db/county", "BNL_KEYS": "/k", "BNL_THREADS": "2", "OTHER": "x"}
    )
    assert settings == Settings(database="postgresql://db/county", keys="/k", threads=2)


@pytest.mark.parametrize("text", ["two", "-1", "1.5", "", "٣"])
def test_a_number_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigError, match="BNL_THREADS"):
        Settings.from_environment({"BNL_THREADS": text})


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BNL_BATCH_SIZE", "7")
    assert Settings.from_environment().batch_size == 7

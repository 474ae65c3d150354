"""Settings, read once from the environment and handed down as a value."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from bnl.errors import ConfigError

PREFIX = "BNL_"


class Settings(BaseModel):
    """What an installation may vary.

    Args:
        database: SQLAlchemy URL of the register.
        keys: Folder of the key file and the key store; never the folder the database backup goes to.
        threads: Worker threads for matching; 0 means one for each core.
        batch_size: Rows stored in one transaction during intake.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: str = "sqlite:///register.db"
    keys: str = "keys"
    threads: int = 0
    batch_size: int = 500

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read ``BNL_DATABASE``, ``BNL_KEYS``, ``BNL_THREADS`` and ``BNL_BATCH_SIZE``.

        Args:
            environment: The variables; the process environment if not given.

        Raises:
            ConfigError: If a number is not one, or is negative.
        """
        source = os.environ if environment is None else environment
        given: dict[str, str | int] = {}
        for name, field in cls.model_fields.items():
            text = source.get(PREFIX + name.upper())
            if text is None:
                continue
            if field.annotation is not int:
                given[name] = text
            elif text.isascii() and text.isdigit():
                given[name] = int(text)
            else:
                raise ConfigError(
                    f"{PREFIX}{name.upper()} is not a whole number of 0 or more.",
                    "Unset it or give it as digits.",
                )
        return cls(**given)  # type: ignore[arg-type]

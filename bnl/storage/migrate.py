"""Migrations: brings a database to the present tables, and refuses one that is ahead of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bnl.errors import StorageError

HEAD: Final = "0001"
"""Newest revision; equals the head of the scripts in ``migrations/versions``."""

SCRIPTS: Final = Path(__file__).parent / "migrations"
VERSION_TABLE: Final = "alembic_version"
_ADVISORY_LOCK = 0x626E6C  # "bnl"


def migrate(connection: sa.Connection) -> None:
    """Bring a database to the newest revision, in the transaction of the connection.

    Args:
        connection: In a writing transaction; the caller commits.

    Raises:
        StorageError: The database was made by a newer version, or by another program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
    found = revision_of(connection)
    if found == HEAD:
        return
    # Alembic is slow to import and needed only to make or migrate a database.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StorageError(
            f"The database has revision {found}, which this version of bnl does not know.",
            "Install the version of bnl that made it, or a newer one.",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def require_head(connection: sa.Connection) -> None:
    """Do nothing if a database has the newest revision.

    Args:
        connection: Open.

    Raises:
        StorageError: It has another one, or none.
    """
    found = revision_of(connection)
    if found != HEAD:
        advice = "Open it with its keyring to migrate it, or install the version of bnl that made it."
        raise StorageError(f"The database has revision {found}, not {HEAD}.", advice)


def revision_of(connection: sa.Connection) -> str | None:
    """Return the revision of a database; None for a new one.

    Args:
        connection: Open.

    Raises:
        StorageError: It holds tables of something else, or several revisions.
    """
    tables = set(sa.inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        if tables:
            raise StorageError(
                "The database holds tables of another program.", "Give bnl a database of its own."
            )
        return None
    found = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()  # noqa: S608
    if len(found) != 1:
        raise StorageError("The database does not say which revision it has.", "Restore it from a backup.")
    return str(found[0])

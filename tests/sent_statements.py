"""What a database is sent: every statement, whether SQLAlchemy sends it or the driver is given it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from bnl.storage.prepared import Prepared


@contextmanager
def statements_sent(engine: sa.Engine | type[sa.Engine] = sa.Engine) -> Iterator[list[str]]:
    """Gather the templates of the statements sent meanwhile, in order.

    Args:
        engine: Whose; every engine's if the class is given.
    """
    sent: list[str] = []
    fetch, run = Prepared.fetch, Prepared.run

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    def noted(prepared: Prepared[Any], connection: sa.Connection) -> None:
        if engine is sa.Engine or connection.engine.pool is engine.pool:
            sent.append(prepared.text(connection.dialect))

    def fetching(self: Prepared[Any], connection: sa.Connection, values: Sequence[object] = ()) -> list[Any]:
        noted(self, connection)
        return fetch(self, connection, values)

    def running(self: Prepared[Any], connection: sa.Connection, rows: Sequence[Sequence[object]]) -> None:
        if rows:
            noted(self, connection)
        run(self, connection, rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "fetch", fetching)
        patch.setattr(Prepared, "run", running)
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

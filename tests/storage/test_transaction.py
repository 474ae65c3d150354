"""Transactions: rows are owed an entry, and a query's errors are our own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bnl.domain.commitment import RowWrite
from bnl.errors import Conflict, StorageError
from bnl.storage.store import Store
from bnl.storage.tables import CheckpointRow, table_of
from bnl.storage.transaction import Transaction

WRITE = RowWrite("agency", "a~1", 1, b"c" * 32)
CHECKPOINTS = table_of(CheckpointRow)


@pytest.fixture
def transaction(store: Store) -> Iterator[Transaction]:
    with store.connection(writing=True) as connection:
        yield Transaction(connection, store.keyring, writing=True)


def test_what_was_written_is_taken_once(transaction: Transaction) -> None:
    transaction.note([WRITE])
    transaction.note([WRITE._replace(key="b~1")])
    assert [write.key for write in transaction.take()] == ["a~1", "b~1"]
    assert transaction.take() == ()


@pytest.mark.parametrize(
    ("steps", "settled"),
    [
        pytest.param("", True, id="nothing-written"),
        pytest.param("note", False, id="written"),
        pytest.param("note take", False, id="taken-only"),
        pytest.param("note take grow", True, id="answered-for"),
        pytest.param("grow note take", False, id="written-after-the-entry"),
        pytest.param("note take grow note take grow", True, id="twice"),
        pytest.param("grow", True, id="an-entry-without-rows"),
    ],
)
def test_only_rows_answered_for_are_settled(transaction: Transaction, steps: str, settled: bool) -> None:
    for step in steps.split():
        if step == "note":
            transaction.note([WRITE])
        elif step == "take":
            transaction.take()
        else:
            transaction.grow(transaction.sequence + 1)
    if settled:
        transaction.require_settled()
        return
    with pytest.raises(StorageError, match="without an entry"):
        transaction.require_settled()


def test_the_log_does_not_grow_past_rows_it_was_not_told_of(transaction: Transaction) -> None:
    transaction.note([WRITE])
    with pytest.raises(StorageError, match="does not name"):
        transaction.grow(1)


def test_values_are_written_and_read(transaction: Transaction) -> None:
    rows = [{"size": size, "note": f"note {size}"} for size in range(5_000)]
    assert transaction.write(sa.insert(CHECKPOINTS), []) == 0
    transaction.write(sa.insert(CHECKPOINTS), rows)
    query = sa.select(CHECKPOINTS).order_by(CHECKPOINTS.c.size)
    assert [tuple(row) for row in transaction.fetch(query)] == [tuple(row.values()) for row in rows]
    assert [tuple(row) for row in transaction.stream(query)] == [tuple(row.values()) for row in rows]
    narrowed = query.where(CHECKPOINTS.c.size == sa.bindparam("of"))
    assert [row[0] for row in transaction.fetch(narrowed, {"of": 17})] == [17]


def test_a_row_that_exists_is_a_conflict(transaction: Transaction) -> None:
    with pytest.raises(Conflict):
        transaction.write(sa.insert(CHECKPOINTS), [{"size": 1, "note": "a"}, {"size": 1, "note": "b"}])


def test_a_query_that_fails_is_told_without_its_text(transaction: Transaction) -> None:
    with pytest.raises(StorageError) as caught:
        transaction.fetch(sa.text("SELECT secret FROM nowhere"))
    assert "secret" not in str(caught.value)


def test_a_stream_that_fails_is_told_without_its_text(transaction: Transaction) -> None:
    with pytest.raises(StorageError) as caught:
        list(transaction.stream(sa.text("SELECT secret FROM nowhere")))
    assert "secret" not in str(caught.value)

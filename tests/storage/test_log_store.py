"""The log's rows: what the log needs of its keeper, and what it is told when they are damaged."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from bnl.audit.log import Log
from bnl.audit.merkle import tree_root
from bnl.audit.store import LeafStore
from bnl.crypto.keyring import Keyring
from bnl.domain.audit import Head, SubjectRow
from bnl.errors import Conflict, Corrupt, StorageError
from bnl.storage.log_store import LogStore
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.sent_statements import statements_sent
from tests.storage_samples import append, damaged_rows, finish, link


def subject(sequence: int, position: int = 0, mask: int = 5) -> SubjectRow:
    return SubjectRow(sequence=sequence, position=position, pseudonym=b"p" * 32, fields=mask, sealed=b"\x00s")


def test_it_is_what_the_log_asks_for(store: Store) -> None:
    with UnitOfWork(store) as uow:
        kept: LeafStore = uow.log
        assert kept.head(lock=True) == Head()
        assert Log(kept).begin() == Head()


def test_the_head_is_replaced(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.log.put_head(Head(3, b"f" * 64, "2026"))
        assert uow.log.head(lock=True) == Head(3, b"f" * 64, "2026")
        assert uow.next_sequence == 3


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("DELETE FROM log_head", id="missing"),
        pytest.param("UPDATE log_head SET id = 2", id="another"),
        pytest.param(
            "INSERT INTO log_head (id, size, frontier, last_time, key_check) "
            "SELECT 2, size, frontier, last_time, key_check FROM log_head",
            id="two",
        ),
    ],
)
def test_a_damaged_head_is_told(store: Store, statement: str) -> None:
    with store.connection(writing=True) as connection:
        connection.execute(sa.text(statement))
        connection.commit()
    with pytest.raises(Corrupt, match="head row"), UnitOfWork(store):
        pass
    with pytest.raises(Corrupt, match="head row"), ReadUnit(store):
        pass


def test_leaves_are_read_by_page_and_in_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnl.storage.log_store._PAGE", 3)
    monkeypatch.setattr("bnl.storage.transaction._PAGE", 3)
    leaves = [(bytes([number]), bytes([255 - number])) for number in range(10)]
    with UnitOfWork(store) as uow:
        uow.log.put_leaves(0, leaves)
        expected = [(number, *leaf) for number, leaf in enumerate(leaves)]
        assert list(uow.log.leaves(0, 10)) == expected
        assert list(uow.log.leaves(2, 9)) == expected[2:9]
        assert list(uow.log.leaves(4, 4)) == []
        assert list(uow.log.leaves(8, 99)) == expected[8:]
        assert list(uow.log.all_leaves()) == expected
        assert uow.log.hashes(0, 3, 5) == [leaf[1] for leaf in leaves[3:5]]


def test_a_sequence_is_taken_once(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.log.put_leaves(0, [(b"a", b"b")])
        with pytest.raises(Conflict):
            uow.log.put_leaves(0, [(b"c", b"d")])


def test_nodes_are_kept_by_level_and_position(store: Store) -> None:
    nodes = [(8, 0, b"a"), (8, 1, b"b"), (16, 0, b"c")]
    with UnitOfWork(store) as uow:
        uow.log.put_nodes(nodes)
        uow.log.put_nodes([])
        assert list(uow.log.nodes()) == nodes
        assert uow.log.hashes(8, 0, 2) == [b"a", b"b"]
        with pytest.raises(Corrupt, match="missing"):
            uow.log.hashes(8, 1, 3)
        with pytest.raises(Corrupt, match="missing"):
            uow.log.hashes(0, 0, 1)


def test_subjects_are_kept_beside_their_entry(store: Store) -> None:
    rows = [subject(1, 1), subject(0), subject(1, 0, mask=2**63 - 1)]
    with UnitOfWork(store) as uow:
        uow.log.add_subjects(rows)
        uow.log.add_subjects([])
        assert uow.log.subjects_of(1) == [rows[2], rows[0]]
        assert uow.log.subjects_of(7) == []
        assert list(uow.log.subjects()) == [
            (row.sequence, row.position, row.pseudonym, row.fields, row.sealed)
            for row in (rows[1], rows[2], rows[0])
        ]
        with pytest.raises(Conflict):
            uow.log.add_subjects([subject(0)])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("pseudonym", b"short", id="pseudonym"),
        pytest.param("fields", -1, id="mask"),
    ],
)
def test_a_damaged_subject_is_told(store: Store, column: str, value: Any) -> None:
    with UnitOfWork(store) as uow:
        uow.log.add_subjects([subject(0)])
        uow.transaction.connection.execute(sa.text(f"UPDATE log_subject SET {column} = :v"), {"v": value})
        with pytest.raises(Corrupt, match="subject row"):
            uow.log.subjects_of(0)


def test_a_checkpoint_is_replaced_by_one_of_its_size(store: Store) -> None:
    with UnitOfWork(store) as uow:
        for size, note in ((2, "two"), (1, "one"), (2, "two, cosigned")):
            uow.log.add_checkpoint(size, note)
        assert uow.log.checkpoints() == [(1, "one"), (2, "two, cosigned")]
        with pytest.raises(StorageError, match="negative"):
            uow.log.add_checkpoint(-1, "")


def test_a_checkpoint_that_says_more_of_the_same_stays(store: Store) -> None:
    with UnitOfWork(store) as uow:
        assert uow.log.checkpoint(2) is None
        for note in ("two, cosigned", "two", "too"):
            uow.log.add_checkpoint(2, note)
            assert uow.log.checkpoint(2) == ("too" if note == "too" else "two, cosigned")
        assert uow.log.checkpoints() == [(2, "too")]


def test_a_log_undone_is_as_it_was(store: Store) -> None:
    with UnitOfWork(store) as uow:
        append(uow)
        finish(uow)
    with UnitOfWork(store) as uow:
        append(uow)
        uow.log.add_subjects([subject(2)])
    with ReadUnit(store) as unit:
        assert unit.log.head(lock=False).size == 2
        assert len(list(unit.log.all_leaves())) == 2
        assert list(unit.log.subjects()) == []


def test_the_newest_checkpoint_is_the_largest(store: Store) -> None:
    with UnitOfWork(store) as uow:
        assert uow.log.newest_checkpoint() is None
        for size, note in [(2, "two"), (10, "ten"), (9, "nine")]:
            uow.log.add_checkpoint(size, note)
        assert uow.log.newest_checkpoint() == (10, "ten")


def test_a_head_is_read_from_the_database_in_every_unit_and_once_in_it(store: Store) -> None:
    with UnitOfWork(store) as uow:
        append(uow)
        finish(uow)
    with ReadUnit(store) as before:
        with UnitOfWork(store) as uow:
            append(uow)
            finish(uow)
        # A unit sees one state; the next one sees what another has made of it.
        assert before.log.head(lock=False).size == before.position == 2
    with statements_sent(store._engine) as sent, ReadUnit(store) as unit:
        assert unit.position == 4
        assert [unit.log.head(lock=False).size for _ in range(3)] == [4, 4, 4]
    assert len([text for text in sent if "FROM log_head" in text]) == 1


def test_a_head_read_without_its_lock_is_read_again_with_it(store: Store) -> None:
    with UnitOfWork(store) as uow:
        log = LogStore(uow.transaction)
        with statements_sent(store._engine) as sent:
            assert [log.head(lock=lock) for lock in (False, False, True, False, True)] == [Head()] * 5
        assert len(sent) == 2


def test_two_openings_of_one_database_append_in_turn(store_url: str, keyring: Keyring) -> None:
    stores = [Store.open(store_url, keyring) for _ in range(2)]
    for turn in range(20):
        with UnitOfWork(stores[turn % 3 % 2]) as uow:
            assert uow.next_sequence == turn
            uow.links.add(link(person=f"per_{turn}"))
            finish(uow)
    for opened in stores:
        with ReadUnit(opened) as unit:
            assert [entry.sequence for entry in Log(unit.log).entries()] == list(range(20))
            assert Log(unit.log).root() == tree_root(leaf for _, leaf, _ in unit.log.all_leaves())
            assert damaged_rows(unit) == []
        opened.close()

"""Units of work: what is committed is there, what is not never was, and no row goes without its entry."""

from __future__ import annotations

import pytest

from bnl.audit.log import Log
from bnl.domain.audit import MAX_ROWS
from bnl.errors import StorageError
from bnl.storage.keys import record_key
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import add_one_of_each, agency, append, damaged_rows, event, filled, finish, record


def test_committed_rows_are_read_and_the_log_answers_for_every_one(store: Store) -> None:
    filled(store)
    with ReadUnit(store) as unit:
        assert unit.position == 1
        assert unit.records.get("rec_a") == record("rec_a")
        assert unit.agencies.get("river-house") == agency()
        assert damaged_rows(unit) == []


def test_leaving_without_commit_undoes_everything(store: Store) -> None:
    with UnitOfWork(store) as uow:
        add_one_of_each(uow)
        append(uow)
    with ReadUnit(store) as unit:
        assert unit.position == 0
        assert unit.records.count() == 0


def test_an_error_undoes_everything(store: Store) -> None:
    def fail_midway() -> None:
        with UnitOfWork(store) as uow:
            uow.agencies.add(agency())
            append(uow)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_midway()
    with ReadUnit(store) as unit:
        assert unit.agencies.count() == 0


def test_rows_that_no_entry_was_told_of_cannot_be_committed(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.agencies.add(agency())
        with pytest.raises(StorageError, match="without an entry"):
            uow.commit()


def test_rows_whose_entry_was_not_appended_cannot_be_committed(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.agencies.add(agency())
        assert [write.table for write in uow.take_writes()] == ["agency"]
        with pytest.raises(StorageError, match="without an entry"):
            uow.commit()


def test_an_entry_that_does_not_name_the_rows_cannot_be_appended(store: Store) -> None:
    with UnitOfWork(store) as uow:
        append(uow)
        uow.agencies.add(agency())
        head = uow.log.head(lock=False)
        with pytest.raises(StorageError, match="does not name"):
            uow.log.put_head((head.size + 1, head.frontier, head.last_time))


def test_a_removal_needs_an_entry_like_any_write(store: Store) -> None:
    filled(store)
    with UnitOfWork(store) as uow:
        uow.events.delete_of(["rec_a"])
        with pytest.raises(StorageError, match="without an entry"):
            uow.commit()
    with ReadUnit(store) as unit:
        assert unit.events.count() == 1


def test_one_unit_may_write_many_entries(store: Store) -> None:
    with UnitOfWork(store) as uow:
        for name in ("a", "b", "c"):
            uow.agencies.add(agency(name))
            append(uow)
        uow.commit()
    with ReadUnit(store) as unit:
        assert unit.position == 3
        assert [row.sequence for row in unit.agencies.since(0).rows] == [0, 1, 2]
        assert [row.key for row in unit.agencies.since(1).rows] == ["b", "c"]
        assert damaged_rows(unit) == []


def test_more_rows_than_an_entry_holds_are_named_by_several(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add_many([record(f"rec_{number}") for number in range(450)])
        finish(uow)
    with ReadUnit(store) as unit:
        assert unit.position == -(-450 // MAX_ROWS) > 1
        assert len(unit.records.since().rows) == 450
        assert damaged_rows(unit) == []


def test_an_entry_without_rows_can_be_committed(store: Store) -> None:
    with UnitOfWork(store) as uow:
        finish(uow)
    with ReadUnit(store) as unit:
        assert unit.position == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda unit: unit.agencies.add(agency()), id="add"),
        pytest.param(lambda unit: unit.agencies.add_many([]), id="add-nothing"),
        pytest.param(lambda unit: unit.events.delete_of(["rec_a"]), id="delete"),
        pytest.param(lambda unit: unit.log.put_head((0, b"", "")), id="head"),
        pytest.param(lambda unit: unit.log.put_leaves(0, [(b"x", b"y")]), id="leaf"),
        pytest.param(lambda unit: unit.log.add_checkpoint(1, "note"), id="checkpoint"),
    ],
)
def test_a_read_unit_writes_nothing(store: Store, change: object) -> None:
    assert callable(change)
    with ReadUnit(store) as unit, pytest.raises(StorageError, match="while reading"):
        change(unit)


def test_nothing_is_written_after_the_commit(store: Store) -> None:
    with UnitOfWork(store) as uow:
        finish(uow)
        with pytest.raises(StorageError):
            uow.agencies.add(agency())


def test_a_read_unit_sees_one_moment(sqlite_url: str, request: pytest.FixtureRequest) -> None:
    keyring = request.getfixturevalue("keyring")
    store = Store.open(sqlite_url, keyring)
    try:
        with ReadUnit(store) as before:
            assert before.agencies.count() == 0
            with UnitOfWork(store) as uow:
                uow.agencies.add(agency())
                finish(uow)
            assert before.agencies.count() == 0
        with ReadUnit(store) as after:
            assert after.agencies.count() == 1
    finally:
        store.close()


def test_a_postgres_read_unit_sees_one_moment(postgres_url: str, request: pytest.FixtureRequest) -> None:
    test_a_read_unit_sees_one_moment(postgres_url, request)


def test_a_writing_unit_reads_what_it_wrote(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add(record())
        uow.events.add(event())
        assert uow.records.get("rec_a") == record()
        assert [stored.noun.sequence for stored in uow.events.since(0).rows] == [0]
        assert uow.next_sequence == uow.position == 0
        finish(uow)
        assert uow.position == 1


def test_keys_that_sealed_rows_are_open_already(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add(record())
        first = uow.open_keys([record_key("rec_a")])
        assert first[record_key("rec_a")] is uow.open_keys([record_key("rec_a")])[record_key("rec_a")]
        assert uow.open_keys(["record:nobody"]) == {}


def test_the_log_of_a_store_proves_what_it_holds(store: Store) -> None:
    with UnitOfWork(store) as uow:
        for _ in range(300):
            append(uow)
        uow.commit()
    with ReadUnit(store) as unit:
        log = Log(unit.log)
        assert len(list(log.entries())) == 300
        assert log.root(256) != log.root(300)
        assert log.consistency_proof(256, 300)
        assert log.inclusion_proof(17, 300)
        assert [level for level, _, _ in unit.log.nodes()] == [8]

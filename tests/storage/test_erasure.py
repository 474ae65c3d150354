"""Erasure and theft: no name stands in any file, and what is erased is nowhere any more."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bnl.crypto.keyring import Keyring
from bnl.crypto.provider import CallableKeyProvider
from bnl.domain.person import PersonFields
from bnl.errors import Corrupt, Erased
from bnl.storage.keys import record_key, submission_key
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.store import Store
from bnl.storage.tables import METADATA
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import CANARIES, add_one_of_each, damaged_rows, event, finish, link, record


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[SqlKeyStore]:
    with SqlKeyStore(tmp_path / "keys.db") as opened:
        yield opened


@pytest.fixture
def ring(keys: SqlKeyStore) -> Keyring:
    kek = os.urandom(32)
    return Keyring(CallableKeyProvider(lambda: 1, lambda _version: kek), keys)


@pytest.fixture
def held(store_url: str, ring: Keyring) -> Iterator[Store]:
    """A store with every kind of row about rec_a, and a bystander, rec_b."""
    store = Store.open(store_url, ring)
    with UnitOfWork(store) as uow:
        add_one_of_each(uow)
        uow.events.add(event("evt_b", "rec_b"))
        uow.links.add(link("rec_b"))
        finish(uow)
    yield store
    store.close()


def spellings(secret: str) -> list[bytes]:
    plain = secret.encode()
    return [plain, plain.hex().encode(), base64.b64encode(plain).rstrip(b"="), plain[::-1]]


def every_byte(store: Store, folder: Path) -> bytes:
    """All files beside the database, or on a server all columns of all tables."""
    parts = [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]
    with store.connection(writing=False) as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)):
                for value in row:
                    parts.append(value if isinstance(value, bytes) else str(value).encode())
    return b"\n".join(parts)


def test_no_name_stands_in_any_file(held: Store, tmp_path: Path) -> None:
    content = every_byte(held, tmp_path)
    assert b"river-house" in content
    assert [secret for secret in CANARIES for form in spellings(secret) if form in content] == []


def erase(store: Store, record_id: str) -> None:
    store.keyring.destroy([record_key(record_id)])
    with UnitOfWork(store) as uow:
        uow.records.delete_many([record_id])
        for repository in (uow.grants, uow.endings, uow.events, uow.vitals, uow.memberships):
            repository.delete_of([record_id])
        uow.links.delete_many([record_id])
        finish(uow)
    store.truncate_wal()


def test_what_is_erased_is_in_no_file(held: Store, tmp_path: Path) -> None:
    with held.connection(writing=False) as connection:
        doomed = [
            bytes(row.body)
            for table in METADATA.sorted_tables
            if "record_id" in table.c
            for row in connection.execute(sa.select(table.c.body).where(table.c.record_id == "rec_a"))
        ]
        query = "SELECT body FROM source_record WHERE key = 'rec_a'"
        doomed += [bytes(row.body) for row in connection.execute(sa.text(query))]
    assert len(doomed) == 6
    before = every_byte(held, tmp_path)
    assert all(body in before for body in doomed)
    erase(held, "rec_a")
    after = every_byte(held, tmp_path)
    assert not any(body in after for body in doomed)
    # Parts of a page that a deleted row leaves behind would show as parts of its ciphertext.
    assert not any(body[at : at + 16] in after for body in doomed for at in range(0, len(body) - 16, 8))


def test_the_bystander_and_the_log_are_whole_after_an_erasure(held: Store) -> None:
    erase(held, "rec_a")
    with ReadUnit(held) as unit:
        assert damaged_rows(unit) == []
        assert [row.key for row in unit.records.since().rows] == ["rec_b"]
        assert [row.key for row in unit.events.since().rows] == ["evt_b"]
        assert [row.key for row in unit.links.since().rows] == ["rec_b"]
        assert unit.records.since().damaged == []


def test_a_backup_of_the_database_stays_closed_after_an_erasure(
    sqlite_url: str, ring: Keyring, tmp_path: Path
) -> None:
    store = Store.open(sqlite_url, ring)
    with UnitOfWork(store) as uow:
        uow.records.add(record())
        finish(uow)
    store.truncate_wal()
    backup = tmp_path / "backup.db"
    backup.write_bytes((tmp_path / "register.db").read_bytes())
    erase(store, "rec_a")
    store.close()
    restored = Store.open(f"sqlite:///{backup}", ring)
    with ReadUnit(restored) as unit:
        assert [damage.kind for damage in unit.records.since().damaged] == ["keyless"]
        with pytest.raises(Erased):
            unit.records.get("rec_a")
    restored.close()


def test_a_quarantined_row_is_gone_with_its_submissions_key(held: Store) -> None:
    with ReadUnit(held) as unit:
        (row,) = unit.quarantine.of(["sub_a"])
        assert row.data["name"] == CANARIES[1]
    held.keyring.destroy([submission_key("sub_a")])
    with ReadUnit(held) as unit, pytest.raises(Erased):
        unit.quarantine.of(["sub_a"])


def test_errors_and_reprs_show_no_name(held: Store) -> None:
    with UnitOfWork(held) as uow:
        uow.transaction.connection.execute(sa.text("UPDATE event SET salt = body"))
        shown = [repr(uow.events.since()), repr(uow.records.since()), repr(uow.quarantine.of(["sub_a"]))]
        with pytest.raises(Corrupt) as caught:
            uow.events.get("evt_a")
        shown.append(repr(caught.value) + str(caught.value))
    assert [secret for secret in CANARIES for text in shown if secret in text] == []


def test_a_rolled_back_name_is_in_no_file(held: Store, tmp_path: Path) -> None:
    with UnitOfWork(held) as uow:
        uow.records.add(record("rec_z", fields=PersonFields(full_name="Wilhelmina Undone")))
    content = every_byte(held, tmp_path)
    assert not any(form in content for form in spellings("Wilhelmina Undone"))

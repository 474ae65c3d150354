"""Renewal of data keys: whatever is sealed is sealed anew, and a renewal killed at any step is done again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore, WrappedKey
from bnl.domain.event import EventKind
from bnl.errors import Denied
from bnl.register.keys import open_keyring
from bnl.storage.keys import SYSTEM_MODELS, record_key
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import CITY, HOSTEL, OPERATOR, START, STEWARD, County, HandClock, permit, rich
from tests.register.dying import DIED, run


def bodies(county: County) -> dict[tuple[str, str, int], bytes]:
    """Every sealed body by table, key and version."""
    found = {}
    with ReadUnit(county.core.store) as unit:
        for name in ("source_record", "event", "consent_grant", "submission"):
            rows = unit.transaction.connection.exec_driver_sql(f"SELECT key, version, body FROM {name}")
            found.update({(name, row[0], row[1]): bytes(row[2]) for row in rows})
    return found


def test_every_sealed_row_is_sealed_anew_and_says_the_same(stored_county: County) -> None:
    county = stored_county
    handles = [county.officer().submit(f"A-{number}", rich(number)).handle for number in range(3)]
    county.officer().record_event(handles[0], EventKind.CONTACT, START.date())
    county.officer().record_grant(handles[0], **permit(CITY, HOSTEL))
    before = bodies(county)
    told: list[int] = []
    renewed = county.register.renew_keys(by=OPERATOR, progress=told.append)
    after = bodies(county)
    assert before.keys() == after.keys()
    assert all(after[place] != body for place, body in before.items())
    assert renewed == told[-1] == 3 + 3 + 1
    assert county.register.verify().sound
    assert county.keyring.unfinished() == []
    county.reopen()
    view = county.officer().timeline(handles[0])
    assert view.value("family_name") == rich(0).family_name
    assert len(view.events) == 1
    assert [e.action for e in county.entries()].count("keys.renew") == renewed


def test_only_what_was_cut_off_is_renewed_if_asked(county: County) -> None:
    handle = county.officer().submit("A-1", rich(1)).handle
    key = record_key(county.record_of(CITY, handle))
    county.keyring.new_version(key)
    assert county.keyring.unfinished() == [key]
    assert county.register.renew_keys(by=STEWARD, unfinished=True) == 1
    assert county.keyring.unfinished() == []
    assert county.register.renew_keys(by=STEWARD, unfinished=True) == 0


def test_nobody_else_renews(county: County) -> None:
    worker = county.worker().actor
    with pytest.raises(Denied):
        county.register.renew_keys(by=worker)


def test_the_models_key_is_renewed_too(county: County) -> None:
    before = county.keyring.get(SYSTEM_MODELS).version
    county.register.renew_keys(by=OPERATOR)
    assert county.keyring.get(SYSTEM_MODELS).version == before + 1


class Rotating:
    """A provider that has rotated once it was asked for the current version some times."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.retired = False

    def current_version(self) -> int:
        self.left -= 1
        return 1 if self.left >= 0 else 2

    def kek(self, version: int) -> bytes:
        return bytes([version]) * 32


def test_a_key_made_while_a_rotation_ends_is_wrapped_under_the_new_one() -> None:
    for made in (1, 2):
        store = MemoryKeyStore()
        Keyring(Rotating(made), store).create_many(["record:a", "record:b"][:made])
        held: list[WrappedKey] = store.page("", 10)
        assert {key.kek_version for key in held} == {2}
        assert len(Keyring(Rotating(0), store).get_many(["record:a"])) == 1


DYING = """
import sys
from bnl.register.keys import open_keyring
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.unit_of_work import UnitOfWork
from tests.register.dying import DIED, run
from tests.register.county import OPERATOR, County, HandClock
from tests.register.dying import die_at
url, keys, step = sys.argv[1:]
county = County(url, open_keyring(keys), HandClock())
name, number, when = step.split("-")
owner = {"insert": SqlKeyStore, "commit": UnitOfWork, "delete_version": SqlKeyStore}[name]
die_at(owner, name, int(number), when)
county.register.renew_keys(by=OPERATOR)
"""


@pytest.mark.parametrize(
    "step",
    [f"{name}-{n}-{when}" for name in ("insert", "commit", "delete_version") for n in (1, 2)
     for when in ("before", "after")],
)  # fmt: skip
def test_a_renewal_that_is_killed_is_done_again(tmp_path: Path, step: str) -> None:
    url, keys = f"sqlite:///{tmp_path / 'register.db'}", tmp_path / "keys"
    county = County(url, open_keyring(keys, create=True), HandClock())
    handle = county.officer().submit("A-1", rich(1)).handle
    county.register.close()
    done = run(DYING, url, str(keys), step)
    assert done.returncode == DIED, done.stderr
    again = County(url, open_keyring(keys), HandClock())
    assert again.register.verify().sound
    assert again.officer().person(handle).value("family_name") == rich(1).family_name
    again.register.renew_keys(by=OPERATOR)
    assert again.keyring.unfinished() == []
    assert again.register.verify().sound
    again.reopen()
    assert again.officer().person(handle).value("family_name") == rich(1).family_name
    again.register.close()

"""Repositories: what goes in comes out, versions follow one another, removals are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from bnl.crypto.keyring import Keyring
from bnl.domain.commitment import RowWrite
from bnl.domain.judgement import Judgement
from bnl.errors import Conflict, Corrupt, Erased
from bnl.storage.documents import Blob, Document
from bnl.storage.keys import record_key
from bnl.storage.kind import Stored
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.sent_statements import statements_sent
from tests.storage_samples import (
    agency,
    agreement,
    append,
    damaged_rows,
    event,
    filled,
    finish,
    grant,
    judgement,
    link,
    membership,
    record,
    tombstone,
)

SEALED: dict[str, JsonValue] = {"name": "Quagmire", "nested": {"list": [1, True, None, 2.5, "\x00\u2028ß"]}}

SAMPLES = [
    pytest.param("agencies", agency(aliases=("RH", "Río")), "river-house", id="agency"),
    pytest.param("agreements", agreement(), "county", id="agreement"),
    pytest.param("grants", grant(), "gra_a", id="grant"),
    pytest.param("endings", Document(key="gra_a", data=SEALED, parent="rec_a"), "gra_a", id="ending"),
    pytest.param("events", event(), "evt_a", id="event"),
    pytest.param("vitals", Document(key="evt_a", data=SEALED, parent="rec_a"), "evt_a", id="vital"),
    pytest.param("memberships", membership(ends_on=date(2026, 2, 1)), "hou_a/rec_a", id="membership"),
    pytest.param("judgements", judgement(evidence=(("name", "exact"),)), "jud_a", id="judgement"),
    pytest.param("links", link(), "rec_a", id="link"),
    pytest.param("submissions", Document(key="sub_a", data=SEALED), "sub_a", id="submission"),
    pytest.param("tasks", Document(key="tsk_a", data=SEALED), "tsk_a", id="task"),
    pytest.param("returns", Document(key="2026-02", data=SEALED), "2026-02", id="return"),
    pytest.param("receipts", Document(key="rcp_a", data=SEALED), "rcp_a", id="receipt"),
    pytest.param("tombstones", tombstone(), "ab" * 32, id="tombstone"),
    pytest.param("models", Blob(key="match", data=bytes(range(256))), "match", id="model"),
]


@pytest.fixture
def uow(store: Store) -> Iterator[UnitOfWork]:
    """A unit of work in a store with one source record, which log position 0 wrote."""
    with UnitOfWork(store) as before:
        before.records.add(record())
        finish(before)
    with UnitOfWork(store) as unit:
        yield unit


def stamped(noun: Any) -> Any:
    """The noun as it is read back: with the log sequence of its entry, if it carries one."""
    return noun.model_copy(update={"sequence": 1}) if "sequence" in type(noun).model_fields else noun


@pytest.mark.parametrize(("repository", "noun", "key"), SAMPLES)
def test_what_is_stored_is_read_back(uow: UnitOfWork, repository: str, noun: Any, key: str) -> None:
    held = getattr(uow, repository)
    held.add(noun)
    assert held.get(key) == stamped(noun)
    assert held.since(0).rows == [Stored(key, 1, 1, stamped(noun))]
    assert held.since(0).damaged == []
    assert held.since(2).rows == []
    assert held.history(key) == [Stored(key, 1, 1, stamped(noun))]
    assert held.count() == 1
    assert held.get("nothing") is None


@pytest.mark.parametrize(("repository", "noun", "key"), SAMPLES)
def test_writes_and_removals_are_named_for_the_log(
    uow: UnitOfWork, repository: str, noun: Any, key: str
) -> None:
    held = getattr(uow, repository)
    held.add(noun)
    (written,) = uow.take_writes()
    assert (written.key, written.version, len(written.commitment)) == (f"{key}~1", 1, 32)
    assert held.delete_many([key, "nothing"]) == 1
    assert uow.take_writes() == (RowWrite(written.table, f"{key}~1", 2, b""),)
    assert held.get(key) is None


def test_quarantined_rows_hang_on_their_submission(uow: UnitOfWork) -> None:
    uow.submissions.add(Document(key="sub_a"))
    rows = [Document(key=f"sub_a:{number}", data={"row": number}, parent="sub_a") for number in (2, 3)]
    uow.quarantine.add_many(rows)
    assert sorted(uow.quarantine.of(["sub_a"]), key=lambda row: row.key) == rows
    assert uow.quarantine.of(["sub_b"]) == []
    assert uow.quarantine.delete_many(["sub_a:2"]) == 1
    assert uow.quarantine.of(["sub_a"]) == rows[1:]


@pytest.mark.parametrize(
    ("repository", "first", "second", "key"),
    [
        pytest.param("agencies", agency(), agency(place="Oxford"), "river-house", id="agency"),
        pytest.param("links", link(), link(person="per_b"), "rec_a", id="link"),
        pytest.param("judgements", judgement(), judgement(undone_by="jud_b"), "jud_a", id="judgement"),
        pytest.param(
            "memberships", membership(), membership(ends_on=date(2026, 2, 1)), "hou_a/rec_a", id="membership"
        ),
        pytest.param("models", Blob(key="m", data=b"1"), Blob(key="m", data=b"2"), "m", id="model"),
    ],
)
def test_storing_a_key_again_makes_its_next_version(
    uow: UnitOfWork, repository: str, first: Any, second: Any, key: str
) -> None:
    held = getattr(uow, repository)
    held.add_many([first, second, first])
    assert [stored.version for stored in held.history(key)] == [1, 2, 3]
    held.add(second)
    assert held.get(key) == stamped(second)
    assert [stored.noun for stored in held.history(key)] == [
        stamped(n) for n in (first, second, first, second)
    ]
    assert [write.key for write in uow.take_writes()] == [f"{key}~{version}" for version in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("repository", "noun"),
    [
        pytest.param("grants", grant(), id="grant"),
        pytest.param("agreements", agreement(), id="agreement"),
        pytest.param("events", event(), id="event"),
    ],
)
def test_a_version_is_stored_once(uow: UnitOfWork, repository: str, noun: Any) -> None:
    getattr(uow, repository).add(noun)
    with pytest.raises(Conflict, match="exists already"):
        getattr(uow, repository).add(noun)


def test_a_repaired_grant_is_a_row_of_its_own(uow: UnitOfWork) -> None:
    uow.grants.add_many([grant(version=1), grant(version=2)])
    found = uow.grants.get("gra_a")
    assert found is not None
    assert found.version == 2
    assert [row.version for row in uow.grants.since(0).rows] == [1, 2]


def test_since_goes_by_log_position_then_key_then_version(store: Store) -> None:
    with UnitOfWork(store) as uow:
        for names in (("b", "a"), ("a", "c"), ()):
            uow.agencies.add_many([agency(name) for name in names])
            append(uow)
        uow.commit()
    with ReadUnit(store) as unit:
        found = [(row.sequence, row.key, row.version) for row in unit.agencies.since().rows]
        assert found == [(0, "a", 1), (0, "b", 1), (1, "a", 2), (1, "c", 1)]
        assert [row.sequence for row in unit.agencies.since(1).rows] == [1, 1]
        assert unit.agencies.since(2).rows == []


def test_many_keys_are_read_at_once(store: Store) -> None:
    names = [f"agency-{number:04}" for number in range(1_100)]
    with UnitOfWork(store) as uow:
        uow.agencies.add_many([agency(name) for name in names])
        assert uow.agencies.get_many(names) == {name: agency(name) for name in names}
        assert uow.agencies.get_many([]) == {}
        assert uow.agencies.delete_many(names[:1_050]) == 1_050
        assert uow.agencies.count() == 50


def test_what_hangs_on_a_record_goes_when_it_goes(uow: UnitOfWork) -> None:
    uow.records.add(record("rec_b"))
    uow.events.add_many([event("evt_1"), event("evt_2"), event("evt_3", "rec_b")])
    assert {found.event_id for found in uow.events.of(["rec_a"])} == {"evt_1", "evt_2"}
    assert len(uow.events.of(["rec_a", "rec_b"])) == 3
    assert uow.events.delete_of(["rec_a"]) == 2
    assert uow.events.delete_of(["rec_a"]) == 0
    assert [row.key for row in uow.events.since(0).rows] == ["evt_3"]


def test_what_is_sealed_under_a_destroyed_key_cannot_be_read_or_joined(store: Store) -> None:
    filled(store)
    store.keyring.destroy([record_key("rec_a")])
    with UnitOfWork(store) as uow:
        with pytest.raises(Erased, match="rec_a"):
            uow.records.get("rec_a")
        with pytest.raises(Erased):
            uow.grants.of(["rec_a"])
        with pytest.raises(Erased):
            uow.events.add(event("evt_2"))
        loaded = uow.events.since()
        assert loaded.rows == []
        assert [(damage.key, damage.kind, damage.owner) for damage in loaded.damaged] == [
            ("evt_a", "keyless", "rec_a")
        ]
        assert [row.key for row in uow.records.since().rows] == ["rec_b"]


def test_an_altered_row_is_named_and_left_out_of_the_rest(store: Store) -> None:
    filled(store)
    with UnitOfWork(store) as uow:
        uow.judgements.add(judgement("jud_b"))
        uow.transaction.connection.execute(
            sa.text("UPDATE judgement SET body = replace(body, 'usr_9', 'usr_8') WHERE key = 'jud_a'")
        )
        loaded = uow.judgements.since()
        assert [row.key for row in loaded.rows] == ["jud_b"]
        assert [tuple(damage)[:5] for damage in loaded.damaged] == [("judgement", "jud_a", 1, "corrupt", "")]
        with pytest.raises(Corrupt) as caught:
            uow.judgements.get("jud_a")
        assert (caught.value.table, caught.value.key) == ("judgement", "jud_a")
        found: Judgement | None = uow.judgements.get("jud_b")
        assert found is not None


def test_statements_do_not_depend_on_what_is_stored(store: Store) -> None:
    def refresh() -> list[str]:
        with statements_sent() as sent, ReadUnit(store) as unit:
            for repository in (unit.records, unit.grants, unit.events, unit.links):
                repository.since(0)
        return sent

    empty = refresh()
    filled(store)
    full = refresh()
    assert full == empty
    assert len([statement for statement in full if statement.startswith("SELECT")]) == 5


def test_the_log_stays_whole_over_writes_and_removals(store: Store) -> None:
    filled(store)
    with UnitOfWork(store) as uow:
        uow.links.add(link(person="per_b"))
        uow.quarantine.delete_of(["sub_a"])
        append(uow)
        uow.links.delete_many(["rec_a"])
        finish(uow)
    with ReadUnit(store) as unit:
        assert damaged_rows(unit) == []
        assert unit.links.count() == 0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.sampled_from("abcd"), min_size=1, max_size=4)),
        st.tuples(st.just("delete"), st.lists(st.sampled_from("abcd"), max_size=2)),
        st.tuples(st.just("entry"), st.just([])),
    ),
    max_size=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(steps)
def test_it_does_what_a_list_of_rows_would_do(
    make_keyring: Callable[[], Keyring], script: list[tuple[str, list[str]]]
) -> None:
    store = Store.open("sqlite://", make_keyring())
    held: list[tuple[int, str, int, str]] = []
    count = 0
    with UnitOfWork(store) as uow:
        for verb, keys in script:
            if verb == "entry":
                append(uow)
            elif verb == "delete":
                doomed = [row for row in held if row[1] in keys]
                assert uow.links.delete_many(keys) == len(doomed)
                held = [row for row in held if row not in doomed]
            else:
                nouns = []
                for key in keys:
                    count += 1
                    newest = max((row[2] for row in held if row[1] == key), default=0)
                    held.append((uow.next_sequence, key, newest + 1, f"per_{count}"))
                    nouns.append(link(key, f"per_{count}"))
                uow.links.add_many(nouns)
        for position in range(uow.next_sequence + 2):
            found = uow.links.since(position)
            assert found.damaged == []
            assert [(row.sequence, row.key, row.version, row.noun.person_id) for row in found.rows] == sorted(
                row for row in held if row[0] >= position
            )
        for key in "abcde":
            newest_row = max((row for row in held if row[1] == key), key=lambda row: row[2], default=None)
            read = uow.links.get(key)
            assert (read and read.person_id) == (newest_row and newest_row[3])
        assert uow.links.count() == len(held)
    store.close()


def test_only_superseded_versions_are_removed_and_named(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.models.add_many([Blob(key="m", data=b"1"), Blob(key="m", data=b"2"), Blob(key="n", data=b"3")])
        append(uow)
        assert uow.models.delete_superseded(["m", "n", "none"]) == 1
        assert [(write.key, write.commitment) for write in uow.take_writes()] == [("m~1", b"")]
        assert [(row.key, row.version) for row in uow.models.since().rows] == [("m", 2), ("n", 1)]
        uow.models.add(Blob(key="m", data=b"4"))
        assert uow.models.history("m")[-1].version == 3

"""Rows against tampering: every column is bound and no two cells can change places."""

from __future__ import annotations

import gc
import itertools
import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from bnl.domain.commitment import canonical_row, row_commitment
from bnl.errors import Corrupt, Erased
from bnl.storage.codec import (
    collecting_paused,
    decode,
    documents,
    encode,
    printable,
    removal,
    row_name,
    stored_bytes,
)
from bnl.storage.documents import Blob, Document
from bnl.storage.keys import record_key
from bnl.storage.kind import FIRST_CLEAR, SALT, SEALING, SEQUENCE, VERSION, Damage, Draft, Kind, Row
from bnl.storage.kinds import AGENCIES, EVENTS, GRANTS, KINDS, MODELS, RECORDS, TASKS
from bnl.storage.opened import OpenedKeys
from bnl.storage.store import Store
from tests.storage_samples import agency, event, grant, record


@pytest.fixture
def keys(sqlite_url: str, request: pytest.FixtureRequest) -> OpenedKeys:
    """Keys of a fresh store with two records."""
    keyring = request.getfixturevalue("keyring")
    Store.open(sqlite_url, keyring).close()
    keyring.create_many([record_key("rec_a"), record_key("rec_b")])
    return OpenedKeys(keyring, keep=False)


class Said(NamedTuple):
    """A noun with its place, before it is a draft."""

    noun: Any
    key: str
    version: int
    clear: tuple[str, ...] = ()


def drafts_of(kind: Kind[Any], said: Sequence[Said], sequence: int) -> list[Draft]:
    return [
        Draft(key, version, sequence, kind.dump(kind.stamp(noun, sequence)), clear)
        for noun, key, version, clear in said
    ]


def rows_of(kind: Kind[Any], keys: OpenedKeys, *said: Said, sequence: int = 3) -> list[list[Any]]:
    rows, _ = encode(kind, keys, drafts_of(kind, said, sequence))
    return rows


SEALED = [
    pytest.param(EVENTS, Said(event("evt_1"), "evt_1", 1, ("rec_a",)), id="owned"),
    pytest.param(RECORDS, Said(record(), "rec_a", 1, ("ab" * 32,)), id="record"),
    pytest.param(MODELS, Said(Blob(key="m", data=b"x"), "m", 1), id="system"),
    pytest.param(AGENCIES, Said(agency(), "river-house", 1), id="clear"),
]

WRONG: dict[type, list[Any]] = {
    str: ["other", "", None, 7, b"x", "\udcff", 1.5],
    int: [0, 2, -1, "1", None, b"1", 2**70, 1.0],
    bytes: [b"", b"\0" * 16, None, "text", 5, 2**40],
}


@pytest.mark.parametrize(("kind", "draft"), SEALED)
def test_every_value_of_a_row_is_bound(kind: Kind[Any], draft: Said, keys: OpenedKeys) -> None:
    (row,) = rows_of(kind, keys, draft)
    assert [stored.key for stored in decode(kind, keys, [row]).rows] == [draft.key]
    for column, value in enumerate(row):
        for wrong in WRONG[type(value)]:
            altered = [*row]
            altered[column] = wrong
            loaded = decode(kind, keys, [altered])
            assert loaded.rows == [], (kind.table.name, column, wrong)
            assert len(loaded.damaged) == 1


@pytest.mark.parametrize(("kind", "draft"), SEALED)
def test_every_bit_of_the_body_and_the_salt_counts(kind: Kind[Any], draft: Said, keys: OpenedKeys) -> None:
    (row,) = rows_of(kind, keys, draft)
    for column in (SALT, len(row) - 1):
        for bit in range(8 * len(row[column])):
            altered = [*row]
            flipped = bytearray(row[column])
            flipped[bit // 8] ^= 1 << bit % 8
            altered[column] = bytes(flipped)
            assert decode(kind, keys, [altered]).rows == []


def test_no_two_sealed_cells_can_change_places(keys: OpenedKeys) -> None:
    drafts = [
        Said(event(f"evt_{at}", owner), f"evt_{at}", 1, (owner,))
        for at, owner in enumerate(["rec_a"] * 3 + ["rec_b"] * 2)
    ]
    grants = [Said(grant(f"evt_{at}"), f"evt_{at}", at + 1, ("rec_a",)) for at in range(3)]
    cells: list[tuple[Kind[Any], list[Any]]] = [(EVENTS, row) for row in rows_of(EVENTS, keys, *drafts)]
    cells += [(GRANTS, row) for row in rows_of(GRANTS, keys, *grants)]
    cells += [
        (RECORDS, row)
        for row in rows_of(
            RECORDS, keys, *(Said(record(name), name, 1, ("c" * 64,)) for name in ("rec_a", "rec_b"))
        )
    ]
    for (kind, row), (_, other) in itertools.permutations(cells, 2):
        assert decode(kind, keys, [[*row[:-1], other[-1]]]).rows == []


@pytest.mark.parametrize(
    "column", [pytest.param(column, id=name) for column, name in enumerate(EVENTS.table.c.keys())]
)
def test_no_column_can_change_places_with_another_rows(keys: OpenedKeys, column: int) -> None:
    drafts = [
        drafts_of(EVENTS, [Said(event(f"evt_{at}", owner), f"evt_{at}", at, (owner,))], at)[0]._replace(
            sealing=at
        )
        for at, owner in ((1, "rec_a"), (2, "rec_b"))
    ]
    (one, other), _ = encode(EVENTS, keys, drafts)
    swapped = [*one[:column], other[column], *one[column + 1 :]]
    assert decode(EVENTS, keys, [swapped]).rows == []


def test_documents_are_opened_or_the_damage_is_told(keys: OpenedKeys) -> None:
    rows = rows_of(EVENTS, keys, *(Said(event(f"evt_{at}"), f"evt_{at}", 1, ("rec_a",)) for at in range(2)))
    assert [EVENTS.load(body).event_id for body in documents(EVENTS, keys, rows)] == ["evt_0", "evt_1"]
    rows[1][-1] = rows[0][-1]
    with pytest.raises(Corrupt, match="evt_1"):
        documents(EVENTS, keys, rows)
    keys.keyring.destroy([record_key("rec_a")])
    with pytest.raises(Erased, match="evt_0"):
        documents(EVENTS, keys, rows)


def test_a_row_of_one_clear_table_is_none_of_another(keys: OpenedKeys) -> None:
    (row,) = rows_of(TASKS, keys, Said(Document(key="k"), "k", 1))
    receipts = next(kind for kind in KINDS if kind.table.name == "receipt")
    assert decode(TASKS, keys, [row]).damaged == []
    assert [damage.kind for damage in decode(receipts, keys, [row]).damaged] == ["corrupt"]


def test_a_row_replayed_under_its_next_version_is_refused(keys: OpenedKeys) -> None:
    old, new = rows_of(GRANTS, keys, *(Said(grant(version=at), "gra_a", at, ("rec_a",)) for at in (1, 2)))
    assert decode(GRANTS, keys, [[old[0], new[1], *old[2:]]]).rows == []


def test_one_damaged_row_hides_no_other(keys: OpenedKeys) -> None:
    rows = rows_of(EVENTS, keys, *(Said(event(f"evt_{at}"), f"evt_{at}", 1, ("rec_a",)) for at in range(5)))
    rows[2][-1] = b"nonsense"
    rows[3][FIRST_CLEAR] = "\udcff"
    loaded = decode(EVENTS, keys, rows)
    assert [row.key for row in loaded.rows] == ["evt_0", "evt_1", "evt_4"]
    assert [(damage.key, damage.owner) for damage in loaded.damaged] == [
        ("evt_2", "rec_a"),
        ("evt_3", "\\udcff"),
    ]


def test_a_destroyed_key_is_told_from_damage(keys: OpenedKeys) -> None:
    rows = rows_of(
        EVENTS,
        keys,
        Said(event(), "evt_a", 1, ("rec_a",)),
        Said(event("evt_b", "rec_b"), "evt_b", 1, ("rec_b",)),
    )
    keys.keyring.destroy([record_key("rec_a")])
    loaded = decode(EVENTS, keys, rows)
    assert [damage.kind for damage in loaded.damaged] == ["keyless"]
    assert [row.key for row in loaded.rows] == ["evt_b"]
    with pytest.raises(Erased, match="evt_c"):
        rows_of(EVENTS, keys, Said(event("evt_c"), "evt_c", 1, ("rec_a",)))


def test_an_altered_key_damages_its_own_rows_only(keys: OpenedKeys) -> None:
    said = [Said(event(f"evt_{owner}", owner), f"evt_{owner}", 1, (owner,)) for owner in ("rec_a", "rec_b")]
    rows = rows_of(EVENTS, keys, *said)
    store = keys.keyring._store
    store.rewrap([key._replace(wrapped=bytes(72)) for key in store.fetch([record_key("rec_a")])])
    loaded = decode(EVENTS, keys, rows)
    assert [row.key for row in loaded.rows] == ["evt_rec_b"]
    assert [(damage.key, damage.kind) for damage in loaded.damaged] == [("evt_rec_a", "corrupt")]


def test_what_the_log_names_is_what_a_reader_without_keys_computes(keys: OpenedKeys) -> None:
    rows, writes = encode(EVENTS, keys, drafts_of(EVENTS, [Said(event(), "evt_a", 1, ("rec_a",))], 9))
    names = EVENTS.table.c.keys()
    by_hand = canonical_row([("sequence", 9), ("record_id", "rec_a"), ("body", rows[0][-1])])
    assert stored_bytes(names, rows[0]) == by_hand
    (write,) = writes
    assert write.key == row_name("evt_a", 1) == "evt_a~1"
    assert write.commitment == row_commitment("event", "evt_a~1", 1, rows[0][SALT], by_hand)


def test_a_removal_is_named_as_the_sealing_that_never_was() -> None:
    assert removal("event", "evt_a", 2, 3) == ("event", "evt_a~2", 4, b"")


def test_equal_nouns_make_unlike_rows(keys: OpenedKeys) -> None:
    drafts = drafts_of(EVENTS, [Said(event(), "evt_a", 1, ("rec_a",))] * 2, 9)
    rows, writes = encode(EVENTS, keys, drafts)
    assert rows[0][SALT] != rows[1][SALT]
    assert rows[0][-1] != rows[1][-1]
    assert writes[0].commitment != writes[1].commitment


def test_nothing_personal_stands_in_a_sealed_row(keys: OpenedKeys) -> None:
    (row,) = rows_of(RECORDS, keys, Said(record(), "rec_a", 1, ("ab" * 32,)))
    assert b"Zephyrine" not in b"".join(value for value in row if isinstance(value, bytes))


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        pytest.param("rec_a", "rec_a", id="as-it-is"),
        pytest.param("\udcff", "\\udcff", id="damaged-text"),
        pytest.param(b"\xff", "b'\\xff'", id="bytes"),
        pytest.param(None, "None", id="nothing"),
    ],
)
def test_any_stored_key_can_be_printed(stored: object, shown: str) -> None:
    assert printable(stored) == shown


def test_damage_tells_its_error() -> None:
    corrupt = Damage("event", "evt_a", 1, "corrupt", "rec_a").error()
    assert isinstance(corrupt, Corrupt)
    assert (corrupt.table, corrupt.key) == ("event", "evt_a")
    assert isinstance(Damage("event", "evt_a", 1, "keyless").error(), Erased)


def test_reading_leaves_the_collector_as_it_was(keys: OpenedKeys) -> None:
    rows: list[Row] = list(rows_of(AGENCIES, keys, Said(agency(), "river-house", 1)))
    gc.disable()
    try:
        decode(AGENCIES, keys, rows)
        assert not gc.isenabled()
    finally:
        gc.enable()
    decode(AGENCIES, keys, rows)
    assert gc.isenabled()


@pytest.mark.parametrize("column", [pytest.param(VERSION, id="version"), pytest.param(SEALING, id="sealing")])
@pytest.mark.parametrize("equal", [pytest.param(True, id="truth"), pytest.param(1.0, id="fraction")])
def test_a_value_equal_to_a_number_is_not_that_number(keys: OpenedKeys, column: int, equal: object) -> None:
    rows = rows_of(
        EVENTS,
        keys,
        Said(event("evt_1"), "evt_1", 1, ("rec_a",)),
        Said(event("evt_2"), "evt_2", 1, ("rec_a",)),
    )
    rows[1][column] = equal
    found = decode(EVENTS, keys, rows)
    assert [row.key for row in found.rows] == ["evt_1"]
    assert [damage.key for damage in found.damaged] == ["evt_2"]


def test_what_many_rows_share_is_bound_to_each(keys: OpenedKeys) -> None:
    said = [Said(event(f"evt_{n}"), f"evt_{n}", 1, ("rec_a",)) for n in range(6)]
    rows = [row for n in range(6) for row in rows_of(EVENTS, keys, said[n], sequence=n // 2)]
    assert len(decode(EVENTS, keys, rows).rows) == 6
    for row in rows:
        row[SEQUENCE] = 2 - row[SEQUENCE]
    assert [damage.key for damage in decode(EVENTS, keys, rows).damaged] == [
        "evt_0",
        "evt_1",
        "evt_4",
        "evt_5",
    ]


def test_many_new_objects_are_made_old_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnl.storage.codec._MANY", 10)
    searched: list[str] = []
    gc.callbacks.append(lambda phase, _: searched.append(phase))
    try:
        with collecting_paused():
            held = [[number] for number in range(5_000)]
            cycle: list[object] = []
            cycle.append(cycle)
            left = weakref.ref(_Cycle())
        assert not searched
        assert gc.get_freeze_count() == 0
        assert any(one is held for one in gc.get_objects(generation=2))
        gc.collect()
        assert left() is None
    finally:
        gc.callbacks.pop()
    assert gc.isenabled()


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_what_an_embedding_program_froze_stays_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnl.storage.codec._MANY", 10)
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with collecting_paused():
            held = [[number] for number in range(5_000)]
        assert gc.get_freeze_count() > frozen / 2 > 0
        assert len(held) == 5_000
    finally:
        gc.unfreeze()

"""Tables against the log: every row deleted, added, changed, swapped, duplicated or replayed is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.audit.projection import Damage, DamagedRow, Projection, StoredRow
from bnl.domain.commitment import canonical_row, row_commitment

SALT = b"s" * 16


def stored(table: str, key: str, version: int, text: str = "value", salt: bytes = SALT) -> StoredRow:
    return StoredRow(table, key, version, salt, canonical_row([("text", text)]))


def written(row: StoredRow) -> tuple[str, str, int, str]:
    hashed = row_commitment(row.table, row.key, row.version, row.salt, row.stored)
    return row.table, row.key, row.version, hashed.hex()


def deleted(table: str, key: str, version: int) -> tuple[str, str, int, str]:
    return table, key, version, ""


def story() -> tuple[Projection, list[StoredRow]]:
    """Two tables after some writes, a correction and a removal; the rows they now hold."""
    projection = Projection()
    rows = [
        stored("record", "a", 1, "of a", b"1" * 16),
        stored("record", "b", 2, "corrected", b"2" * 16),
        stored("event", "a", 1, "event of a", b"3" * 16),
        stored("event", "d", 3, "again", b"4" * 16),
    ]
    entries = [
        [written(rows[0]), written(stored("record", "b", 1))],
        [written(rows[2]), written(stored("record", "c", 1))],
        [written(rows[1])],
        [deleted("record", "c", 2), written(stored("event", "d", 1))],
        [deleted("event", "d", 2)],
        [written(rows[3])],
    ]
    for sequence, entry in enumerate(entries):
        assert projection.fold(sequence, entry) == []
    return projection, rows


def damage(rows: list[StoredRow]) -> list[DamagedRow]:
    projection, _ = story()
    return list(projection.compare(rows))


ROWS = story()[1]
WRITERS = {("record", "a"): 0, ("record", "b"): 2, ("event", "a"): 1, ("event", "d"): 5}


def found(row: StoredRow, kind: Damage) -> DamagedRow:
    return DamagedRow(row.table, row.key, kind, WRITERS[row.table, row.key])


def test_tables_as_the_log_says_are_not_damaged() -> None:
    assert damage(ROWS) == []
    assert damage(ROWS[::-1]) == []
    assert list(Projection().compare([])) == []


@pytest.mark.parametrize("at", range(len(ROWS)))
def test_every_deleted_row_is_found(at: int) -> None:
    assert damage([*ROWS[:at], *ROWS[at + 1 :]]) == [found(ROWS[at], Damage.MISSING)]


@pytest.mark.parametrize("at", range(len(ROWS)))
def test_every_duplicated_row_is_found(at: int) -> None:
    assert damage([*ROWS, ROWS[at]]) == [found(ROWS[at], Damage.DUPLICATED)]


def test_damage_after_a_duplicate_is_found_too() -> None:
    changed = ROWS[1]._replace(stored=b"")
    assert damage([ROWS[0], ROWS[0], changed, *ROWS[2:]]) == [
        found(ROWS[0], Damage.DUPLICATED),
        found(ROWS[1], Damage.CHANGED),
    ]


def test_a_duplicated_unknown_row_is_found() -> None:
    extra = stored("record", "x", 1)
    assert damage([*ROWS, extra, extra]) == [
        DamagedRow("record", "x", Damage.EXTRA, None),
        DamagedRow("record", "x", Damage.DUPLICATED, None),
    ]


@pytest.mark.parametrize("at", range(len(ROWS)))
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"salt": b"t" * 16}, id="salt"),
        pytest.param({"salt": b""}, id="no-salt"),
        pytest.param({"version": 9}, id="version"),
        pytest.param({"stored": canonical_row([("text", "other")])}, id="value"),
        pytest.param({"stored": canonical_row([("texts", "value")])}, id="column"),
        pytest.param({"stored": b""}, id="nothing"),
        pytest.param({"salt": None}, id="salt-none"),
        pytest.param({"salt": "text"}, id="salt-a-text"),
        pytest.param({"version": None}, id="version-none"),
        pytest.param({"version": "1"}, id="version-a-text"),
        pytest.param({"stored": None}, id="value-none"),
        pytest.param({"stored": 5}, id="value-a-number"),
    ],
)
def test_every_changed_row_is_found(at: int, change: dict[str, Any]) -> None:
    rows = [*ROWS]
    rows[at] = rows[at]._replace(**change)
    assert damage(rows) == [found(ROWS[at], Damage.CHANGED)]


def test_every_swap_of_contents_is_found() -> None:
    for one in range(len(ROWS)):
        for other in range(one):
            rows = [*ROWS]
            rows[one] = ROWS[one]._replace(**contents(ROWS[other]))
            rows[other] = ROWS[other]._replace(**contents(ROWS[one]))
            expected = {found(ROWS[one], Damage.CHANGED), found(ROWS[other], Damage.CHANGED)}
            assert set(damage(rows)) == expected


def contents(row: StoredRow) -> dict[str, Any]:
    return {"version": row.version, "salt": row.salt, "stored": row.stored}


@pytest.mark.parametrize("at", range(len(ROWS)))
def test_a_moved_row_is_found_at_both_ends(at: int) -> None:
    rows = [*ROWS]
    rows[at] = rows[at]._replace(key="elsewhere")
    moved = DamagedRow(ROWS[at].table, "elsewhere", Damage.EXTRA, None)
    assert damage(rows) == [moved, found(ROWS[at], Damage.MISSING)]


def test_a_replayed_older_version_is_found() -> None:
    rows = [row for row in ROWS if row.key != "b"]
    older = stored("record", "b", 1)
    assert damage([*rows, older]) == [DamagedRow("record", "b", Damage.REPLAYED, 2)]


def test_a_removed_row_brought_back_is_found() -> None:
    assert damage([*ROWS, stored("record", "c", 1)]) == [DamagedRow("record", "c", Damage.REPLAYED, 3)]
    other = stored("record", "c", 1, "never was")
    assert damage([*ROWS, other]) == [DamagedRow("record", "c", Damage.EXTRA, 3)]


def test_an_older_version_of_a_row_made_again_is_found() -> None:
    rows = [row for row in ROWS if row.key != "d"]
    assert damage([*rows, stored("event", "d", 1)]) == [DamagedRow("event", "d", Damage.REPLAYED, 5)]


@pytest.mark.parametrize("version", [1, 2])
def test_a_log_that_goes_back_in_versions_is_found(version: int) -> None:
    projection = Projection()
    projection.fold(0, [written(stored("record", "a", 2))])
    assert projection.fold(1, [written(stored("record", "a", version, "other"))]) == [
        DamagedRow("record", "a", Damage.LOG_ORDER, 1)
    ]
    # What the log says last still counts, so that the tables are compared with something.
    assert list(projection.compare([stored("record", "a", version, "other")])) == []


def test_a_removal_counts_as_a_version() -> None:
    projection = Projection()
    assert projection.fold(0, [written(stored("record", "a", 1)), deleted("record", "a", 1)]) == [
        DamagedRow("record", "a", Damage.LOG_ORDER, 0)
    ]


places = st.tuples(st.sampled_from(["record", "event"]), st.sampled_from("abcd"))
acts = st.lists(st.tuples(places, st.booleans(), st.text(max_size=2)), max_size=25)


@given(acts)
def test_the_fold_is_the_state_that_the_writes_leave(done: list[tuple[tuple[str, str], bool, str]]) -> None:
    projection = Projection()
    state: dict[tuple[str, str], StoredRow] = {}
    versions: dict[tuple[str, str], int] = {}
    for sequence, ((table, key), removes, text) in enumerate(done):
        version = versions[table, key] = versions.get((table, key), 0) + 1
        if removes:
            state.pop((table, key), None)
            act = deleted(table, key, version)
        else:
            state[table, key] = stored(table, key, version, text)
            act = written(state[table, key])
        assert projection.fold(sequence, [act]) == []
    assert list(projection.compare(state.values())) == []
    missing = {(row.table, row.key) for row in projection.compare([])}
    assert missing == set(state)

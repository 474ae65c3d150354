"""Damage to stored rows: each one is found and located by verification, and none widens what is shown."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from bnl.audit.checkpoint import Trust
from bnl.audit.projection import StoredRow
from bnl.audit.report import Fault, Report
from bnl.audit.verifier import LogImage, verify_log
from bnl.domain.event import EventKind
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Corrupt, NotFound
from bnl.register.register import Register
from bnl.storage.codec import decode
from bnl.storage.kinds import KINDS
from bnl.storage.opened import OpenedKeys
from bnl.storage.rows import iterate
from bnl.storage.statements import statements_of
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import (
    CHERWELL,
    CITY,
    HOSTEL,
    OPERATOR,
    START,
    STEWARD,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)
from tests.register.test_verification import fill


class Image:
    """A register's log and rows, to be damaged in memory and verified with the public key alone."""

    def __init__(self, county: County) -> None:
        self.trust = Trust(county.core.journal.log_key)
        with ReadUnit(county.core.store) as unit:
            self.leaves = list(unit.log.all_leaves())
            self.notes = [unit.log.checkpoints()[-1][1]]
            self.rows = [StoredRow(*row[:5]) for row in iterate(unit)]

    def verify(self, rows: list[StoredRow]) -> Report:
        return verify_log(LogImage(self.leaves, rows=rows), self.trust, self.notes)

    def located(self, rows: list[StoredRow]) -> set[str]:
        """Where verification says the damage is; nothing but rows may be named."""
        report = self.verify(rows)
        assert {finding.fault for finding in report.findings} <= {Fault.ROW_DAMAGED}
        return {finding.where for finding in report.findings}


def place(row: StoredRow) -> str:
    return f"table {row.table}, row {row.key}"


@pytest.fixture
def image(county: County, monkeypatch: pytest.MonkeyPatch) -> Image:
    """Everything a register does, and an erasure."""
    fill(county, monkeypatch)
    gone = county.officer(CITY).submit("A-99", rich(9)).handle
    session = county.register.session(STEWARD, Purpose.STEWARDSHIP)
    session.erase(gone, confirm=[gone], reason="objection")
    return Image(county)


def test_every_row_deleted_or_duplicated_is_found_and_located(image: Image) -> None:
    assert image.located(image.rows) == set()
    assert len({row.table for row in image.rows}) >= 14
    for at, row in enumerate(image.rows):
        assert image.located(image.rows[:at] + image.rows[at + 1 :]) == {place(row)}
        assert image.located([*image.rows, row]) == {place(row)}


def test_every_two_rows_of_a_table_swapped_are_found_and_located(image: Image) -> None:
    tried = 0
    for one, other in itertools.combinations(range(len(image.rows)), 2):
        a, b = image.rows[one], image.rows[other]
        if a.table != b.table:
            continue
        rows = list(image.rows)
        rows[one] = a._replace(salt=b.salt, stored=b.stored)
        rows[other] = b._replace(salt=a.salt, stored=a.stored)
        assert image.located(rows) == {place(a), place(b)}
        tried += 1
    assert tried > 30


def test_every_row_put_back_as_it_was_before_is_found_and_located(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(county, monkeypatch)
    before = {(row.table, row.key): row for row in Image(county).rows}
    county.register.renew_keys(by=OPERATOR)
    image = Image(county)
    replayed = 0
    for at, row in enumerate(image.rows):
        older = before[row.table, row.key]
        if older == row:
            continue
        rows = [*image.rows[:at], older, *image.rows[at + 1 :]]
        (finding,) = image.verify(rows).findings
        assert (finding.where, finding.what) == (place(row), "replayed")
        replayed += 1
    assert replayed > 15


def test_what_was_erased_and_is_put_back_is_found_and_located(county: County) -> None:
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    before = Image(county).rows
    session = county.register.session(STEWARD, Purpose.STEWARDSHIP)
    session.erase(mine, confirm=[mine], reason="objection")
    image = Image(county)
    held = {(row.table, row.key) for row in image.rows}
    removed = [row for row in before if (row.table, row.key) not in held]
    assert {row.table for row in removed} == {"source_record", "submission"}
    for row in removed:
        assert image.located([*image.rows, row]) == {place(row)}


def test_every_pairwise_swap_of_ciphertext_cells_is_rejected(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(county, monkeypatch)
    sealed = [kind for kind in KINDS if kind.key_id is not None]
    with ReadUnit(county.core.store) as unit:
        keys = OpenedKeys(county.keyring, keep=True)
        rows = [
            (kind, list(row))
            for kind in sealed
            for row in unit.transaction.fetch(statements_of(kind.table).scan)
        ]
    assert len(rows) > 15
    for (kind, row), (_, other) in itertools.permutations(rows, 2):
        intact = decode(kind, keys, [row])
        assert not intact.damaged
        swapped = decode(kind, keys, [[*row[:-1], other[-1]]])
        assert not swapped.rows
        assert [damage.kind for damage in swapped.damaged] == ["corrupt"]


# ---------------------------------------------------------------- what is damaged never widens what is shown


def alter(county: County, statement: str) -> None:
    """Edit the file behind the register's back, and open the register again."""
    county.register.close()
    with closing(sqlite3.connect(county.url.removeprefix("sqlite:///"))) as raw:
        assert raw.execute(statement).rowcount > 0
        raw.commit()
    county.register = Register.open(county.url, keyring=county.keyring, clock=county.clock)


@pytest.fixture
def linked(file_county: County) -> tuple[County, str, str]:
    """A person of two records: on one they forbid everything; the hostel's handles of both."""
    county = file_county
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.officer(CHERWELL).submit("B-1", rich(1)).handle
    county.officer(CITY).submit("A-2", rich(2))
    one, other = county.record_of(CITY, mine), county.record_of(CHERWELL, theirs)
    county.steward().link(mine, county.core.handles.handle(CITY, other))
    county.officer(CITY).record_grant(mine, **permit(CITY, HOSTEL))
    county.officer(CHERWELL).record_grant(theirs, **permit(CHERWELL, HOSTEL))
    handle = county.core.handles.handle
    return county, handle(HOSTEL, one), handle(HOSTEL, other)


DAMAGED_LINKS = [
    pytest.param("UPDATE link SET mac = zeroblob(32)", id="the code"),
    pytest.param("UPDATE link SET salt = zeroblob(16)", id="the salt"),
    pytest.param("UPDATE link SET body = body || ' '", id="the end of the body"),
    pytest.param("UPDATE link SET body = replace(body, 'person_id', 'persom_id')", id="a name in the body"),
    pytest.param(
        "UPDATE link SET body = substr(body, 1, instr(body, 'person_id') + 14) || '0' "
        "|| substr(body, instr(body, 'person_id') + 16)",
        id="the person named",
    ),
    pytest.param("UPDATE link SET body = ''", id="the whole body"),
    pytest.param("UPDATE link SET body = zeroblob(9)", id="another type"),
    pytest.param("UPDATE link SET version = 7", id="the version"),
]


@pytest.mark.parametrize("statement", DAMAGED_LINKS)
def test_a_damaged_link_frees_neither_side(linked: tuple[County, str, str], statement: str) -> None:
    county, one, other = linked
    theirs = county.officer(CHERWELL)
    theirs.record_grant(
        county.core.handles.handle(CHERWELL, county.record_of(HOSTEL, other)),
        **forbid(agencies=frozenset({HOSTEL})),
    )
    for handle in (one, other):
        with pytest.raises(NotFound):
            county.worker(HOSTEL).person(handle)
    alter(county, statement)
    for handle in (one, other):
        with pytest.raises(NotFound):
            county.worker(HOSTEL).person(handle)
    assert any("table link" in finding.where for finding in county.register.verify().findings)


def test_without_the_damage_the_link_alone_does_not_hide(linked: tuple[County, str, str]) -> None:
    """The other side: what hides them above is the forbid and the damage, not the county of these tests."""
    county, one, other = linked
    assert county.worker(HOSTEL).person(one).handle == county.worker(HOSTEL).person(other).handle


def test_a_damaged_link_that_still_names_its_people_hides_nobody_else(file_county: County) -> None:
    county = file_county
    handles = [county.officer(CITY).submit(f"A-{number}", rich(number)).handle for number in range(3)]
    county.steward().link(handles[0], handles[1])
    alter(county, "UPDATE link SET mac = zeroblob(32)")
    assert county.officer(CITY).person(handles[2]).value("family_name") == rich(2).family_name
    hidden = {county.record_of(CITY, handle) for handle in handles[:2]}
    assert county.core.snapshot.corrupt == hidden


def test_a_damaged_link_of_somebody_parted_hides_them_alone(file_county: County) -> None:
    county = file_county
    handles = [county.officer(CITY).submit(f"A-{number}", rich(number)).handle for number in range(3)]
    steward = county.steward()
    steward.link(handles[0], handles[1])
    steward.unlink(handles[0], handles[1])
    parted = county.record_of(CITY, handles[1])
    alter(county, f"UPDATE link SET mac = zeroblob(32) WHERE version = 2 AND key = '{parted}'")
    assert parted in county.core.snapshot.corrupt
    assert county.record_of(CITY, handles[2]) not in county.core.snapshot.corrupt


@pytest.mark.parametrize("count", [1, 7])
def test_a_damaged_judgement_stops_the_machine_and_is_named(file_county: County, count: int) -> None:
    county = file_county
    officer, steward = county.officer(CITY), county.steward()
    handles = [officer.submit(f"A-{number}", rich(number)).handle for number in range(count + 1)]
    judged = sorted(steward.unlink(handles[0], other) for other in handles[1:])
    alter(county, "UPDATE judgement SET mac = zeroblob(32)")
    with pytest.raises(Corrupt) as caught:
        county.register.dedup(by=STEWARD)
    for judgement in judged[:5]:
        assert judgement in caught.value.message
    assert ("…" in caught.value.message) == (count > 5)
    assert (caught.value.table, caught.value.key) == ("judgement", judged[0])
    assert "by hand" in caught.value.advice
    # People still can.
    assert county.steward().link(handles[0], handles[1])


def test_a_damaged_death_or_event_is_found_and_hides(file_county: County, clock: HandClock) -> None:
    county = file_county
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    county.officer(CITY).record_event(mine, EventKind.DEATH, START.date(), source="coroner")
    record = county.record_of(CITY, mine)
    alter(county, "UPDATE vital SET body = zeroblob(60)")
    assert record in county.core.snapshot.corrupt
    reader = county.session(HOSTEL, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING)
    with pytest.raises(NotFound):
        reader.person(county.core.handles.handle(HOSTEL, record))


def test_the_image_is_what_the_register_verifies(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(county, monkeypatch)
    verify: Callable[[], Report] = county.register.verify
    image = Image(county)
    assert image.verify(image.rows).rows == verify().rows

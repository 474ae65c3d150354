"""Erasure: confirmed record by record, in the log first, gone from everywhere, and finished if cut off."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bnl.domain.event import EventKind
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Conflict, Denied, InvalidValue, NotFound, StorageError
from bnl.exchange.profile import parse_profile
from bnl.register.erasure import finish_pending
from bnl.register.erasure_certificate import Certificate
from bnl.register.households import Joining
from bnl.register.intake_report import IntakeReport
from bnl.register.keys import STORE_FILE, open_keyring
from bnl.register.letter_check import check_letter
from bnl.register.register import Register
from bnl.storage.keys import record_key, submission_key
from bnl.storage.tables import METADATA
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    REFUGE,
    START,
    STEWARD,
    County,
    HandClock,
    fields,
    permit,
    rich,
)
from tests.register.dying import DIED, run
from tests.register.test_canaries import CANARIES, SAID, files, found_in

REASON = "consent_withdrawn"


def linked(county: County) -> tuple[str, str]:
    """Two councils' records of one person; the city's handles of both."""
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.officer(CHERWELL).submit("B-1", rich(1)).handle
    other = county.core.handles.handle(CITY, county.record_of(CHERWELL, theirs))
    county.steward().link(mine, other)
    return mine, other


def erase(county: County, handle: str, *confirm: str, reason: str = REASON) -> Certificate:
    session = county.register.session(STEWARD, Purpose.STEWARDSHIP)
    return session.erase(handle, confirm=confirm or (handle,), reason=reason)


def columns_of(county: County) -> bytes:
    """Every value of every table."""
    parts = []
    with county.core.store.connection(writing=False) as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(table.select()):
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(parts)


def test_the_plan_lists_every_linked_record_and_erases_nothing(county: County) -> None:
    mine, other = linked(county)
    plan = county.register.session(STEWARD, Purpose.STEWARDSHIP).plan_erasure(mine)
    assert [(one.handle, one.agency_id, one.yours, one.kept) for one in plan.records] == [
        (mine, CITY, True, ()),
        (other, CHERWELL, True, ()),
    ]
    assert all(one.reviews[0].due_on == date(2032, 9, 1) for one in plan.records)
    assert county.officer().person(mine).value("family_name")


def test_what_is_erased_is_gone_from_every_view_and_the_log_is_whole(stored_county: County) -> None:
    county = stored_county
    county.settle()
    mine, _ = linked(county)
    officer = county.officer(CITY)
    officer.record_event(mine, EventKind.CONTACT, START.date())
    officer.record_memberships([Joining("7", "main", START.date(), handle=mine)])
    officer.record_grant(mine, **permit(CITY, CHARITY))
    record_id = county.record_of(CITY, mine)
    officer.search(rich(1))
    certificate = erase(county, mine)
    for _ in range(2):
        assert record_id not in county.core.refresh(events=True).records
        for held in (county.core.snapshot.grants, county.core.snapshot.events, county.core.snapshot.arrival):
            assert record_id not in held
        with pytest.raises(NotFound):
            county.officer(CITY).person(mine)
        assert all(one.person.handle != mine for one in county.officer(CITY).search(rich(1)))
        assert county.register.verify().sound
        county.reopen()
    assert certificate.log_emptied
    assert record_key(record_id) not in set(county.keyring.ids())
    with ReadUnit(county.core.store) as unit:
        for repository in (unit.records, unit.grants, unit.events, unit.memberships, unit.links):
            assert all(record_id not in str(one.key) for one in repository.since().rows)
            assert not repository.since().damaged


def test_a_stranger_who_was_wrongly_linked_is_not_erased(county: County) -> None:
    mine, other = linked(county)
    stranger = county.record_of(CITY, other)
    erase(county, mine, mine)
    held = county.core.refresh()
    assert stranger in held.records
    assert (
        county.officer(CHERWELL).person(county.core.handles.handle(CHERWELL, stranger)).value("family_name")
    )
    assert county.register.dedup(by=STEWARD).records == 1


def test_the_rest_of_a_person_named_after_an_erased_record_stays_one(file_county: County) -> None:
    county = file_county
    mine, other = linked(county)
    third = county.officer(CHERWELL).submit("B-2", rich(1)).handle
    record = county.record_of(CHERWELL, third)
    county.steward().link(other, county.core.handles.handle(CITY, record))
    erase(county, mine)
    county.reopen()
    assert county.core.snapshot.person(record) == county.core.snapshot.person(county.record_of(CITY, other))


def report_on(county: County, reference: str) -> IntakeReport:
    text = f'agency = "{CITY}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\n'
    return county.data_officer(CITY).ingest(
        write_rows(reference), parse_profile(text + 'date_of_birth = "DOB"\n')
    )


def write_rows(reference: str) -> Path:
    folder = Path(os.environ["PYTEST_TMP"])
    path = folder / "rows.csv"
    path.write_text(f"Ref,Surname,DOB\n{reference},Brook,01/02/1980\n", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _inbox(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_TMP", str(tmp_path_factory.mktemp("inbox")))


def test_a_row_sent_again_is_quarantined_as_erased_and_others_are_not(county: County) -> None:
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    erase(county, mine)
    for _ in range(2):
        report = report_on(county, "A-1")
        assert [refusal.reason for refusal in report.refusals] == ["erased"]
        assert not report.receipts
        county.core.snapshot.__init__()  # type: ignore[misc]
    assert len(report_on(county, "A-2").receipts) == 1
    # Another agency's reference of the same spelling is another record.
    assert county.officer(CHERWELL).submit("A-1", rich(1)).status == "new"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("UPDATE tombstone SET body = body || ' '", id="the body"),
        pytest.param("UPDATE tombstone SET mac = zeroblob(32)", id="the code"),
        pytest.param("UPDATE tombstone SET key = 'ffff'", id="the reference itself"),
        pytest.param("UPDATE tombstone SET salt = x'00', key = substr(key, 2)", id="the reference and salt"),
    ],
)
def test_a_damaged_tombstone_still_keeps_the_row_out(file_county: County, change: str) -> None:
    county = file_county
    erase(county, county.officer(CITY).submit("A-1", rich(1)).handle)
    county.register.close()
    with closing(sqlite3.connect(county.url.removeprefix("sqlite:///"))) as raw:
        raw.execute(change)
        raw.commit()
    county.register = Register.open(county.url, keyring=county.keyring, clock=county.clock)
    assert [refusal.reason for refusal in report_on(county, "A-1").refusals] == ["erased"]
    assert not county.register.verify().sound


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        pytest.param(EventKind.DEATH, {"source": "coroner"}, "mortality_review", id="a death"),
        pytest.param(EventKind.DUTY_OWED, {"duty": "relief"}, "homelessness_decision", id="a duty"),
    ],
)
def test_what_the_law_keeps_is_kept_and_said(
    county: County, kind: EventKind, data: dict[str, Any], code: str
) -> None:
    mine, other = linked(county)
    county.officer().record_event(mine, kind, START.date(), **data)
    if kind is EventKind.DEATH:
        with pytest.raises(Denied) as caught:
            erase(county, mine, mine, other)
        assert caught.value.reasons == (code,)
        return
    certificate = erase(county, mine, mine, other)
    assert [one.handle for one in certificate.erased] == [other]
    assert [(one.handle, [why.code for why in one.because]) for one in certificate.kept] == [(mine, [code])]
    assert county.officer().person(mine).value("family_name")
    assert certificate.kept[0].because[0].why in certificate.page()


def test_what_was_kept_may_be_erased_when_its_time_is_over(county: County, clock: HandClock) -> None:
    mine = county.officer().submit("A-1", rich(1, safeguarding=("a concern",))).handle
    with pytest.raises(Denied):
        erase(county, mine)
    clock.advance(days=366 * 6)
    assert erase(county, mine, reason="review_passed").erased


def test_an_agency_has_its_own_records_erased_and_no_others(county: County) -> None:
    mine, other = linked(county)
    officer = county.access(CITY)
    plan = officer.plan_erasure(mine)
    assert [one.yours for one in plan.records] == [True, False]
    with pytest.raises(Denied, match="another agency"):
        officer.erase(mine, confirm=[mine, other], reason=REASON)
    assert officer.erase(mine, confirm=[mine], reason=REASON).erased[0].agency_id == CITY


def test_a_refuge_erases_its_own_and_nobody_else_learns_of_it(county: County) -> None:
    refuge = county.session(REFUGE, Role.DATA_OFFICER, Purpose.SUBJECT_ACCESS)
    collecting = county.session(REFUGE, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT)
    hidden = collecting.submit("R-1", fields(1)).handle
    record = county.record_of(REFUGE, hidden)
    seen_by_city = county.core.handles.handle(CITY, record)
    for call in (
        lambda: erase(county, seen_by_city),
        lambda: county.register.session(STEWARD, Purpose.STEWARDSHIP).plan_erasure(seen_by_city),
    ):
        with pytest.raises(NotFound):
            call()
    assert refuge.erase(hidden, confirm=[hidden], reason=REASON).erased
    assert record not in county.core.refresh().records


@pytest.mark.parametrize(
    ("role", "purpose"),
    [
        pytest.param(Role.SUPPORT_WORKER, Purpose.SUBJECT_ACCESS, id="a worker"),
        pytest.param(Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION, id="an officer"),
        pytest.param(Role.DATA_OFFICER, Purpose.HOUSING_SUPPORT, id="another purpose"),
        pytest.param(Role.OPERATOR, Purpose.STEWARDSHIP, id="the operator"),
    ],
)
def test_nobody_else_erases_or_plans_it(county: County, role: Role, purpose: Purpose) -> None:
    mine = county.officer().submit("A-1", rich(1)).handle
    session = county.session(CITY, role, purpose)
    for call in (
        lambda: session.erase(mine, confirm=[mine], reason=REASON),
        lambda: session.plan_erasure(mine),
    ):
        with pytest.raises(Denied):
            call()
    assert [entry.action for entry in county.entries()][-2:] == ["attempt.erase", "attempt.plan_erasure"]
    assert county.officer().person(mine).value("family_name")


def test_nothing_is_erased_by_mistake(county: County) -> None:
    mine, _ = linked(county)
    stranger = county.officer().submit("A-9", rich(9)).handle
    size = len(county.core.refresh().records)
    with pytest.raises(InvalidValue, match="confirmed"):
        county.register.session(STEWARD, Purpose.STEWARDSHIP).erase(mine, confirm=[], reason=REASON)
    with pytest.raises(Conflict):
        erase(county, mine, mine, stranger)
    with pytest.raises(InvalidValue, match="no_longer_needed"):
        erase(county, mine, reason="because")
    with pytest.raises(NotFound):
        erase(county, "h_none")
    assert len(county.core.refresh().records) == size
    assert county.register.verify().sound


def test_the_entry_tells_of_the_erasure_and_the_certificate_is_proved_by_it(county: County) -> None:
    mine = county.officer().submit("A-1", rich(1)).handle
    certificate = erase(county, mine)
    (entry,) = [one for one in county.entries() if one.action == "erase"]
    assert entry.details["certificate"] == certificate.fingerprint
    assert entry.details["reason"] == REASON
    assert entry.subject_count == 1
    assert {row.table for row in entry.rows} == {"tombstone", "submission"}
    for text in (certificate.page(), certificate.to_json()):
        checked = check_letter(text, county.register.public_key)
        assert checked.kind == "certificate"
        assert checked.statement == certificate.statement()
    assert certificate.beyond_use_until == date(2026, 10, 1)
    assert certificate.backups_lapse_on == date(2026, 11, 30)


def test_old_proofs_hold_after_an_erasure(county: County) -> None:
    mine = county.officer().submit("A-1", rich(1)).handle
    letter = county.access().disclosures_letter(mine)
    before = county.register.checkpoint()
    erase(county, mine)
    assert check_letter(letter.page(), county.register.public_key).lines
    assert county.register.verify([before]).sound


def test_judgements_and_tasks_about_it_go_too(county: County) -> None:
    mine, _ = linked(county)
    record = county.record_of(CITY, mine)
    erase(county, mine)
    assert not county.core.refresh().judgements
    assert record.encode() not in b"".join(
        row.noun.model_dump_json().encode()
        for repository in ("judgements", "tasks")
        for row in _since(county, repository)
    )


def _since(county: County, repository: str) -> list[Any]:
    rows: list[Any] = []
    with ReadUnit(county.core.store) as unit:
        rows += getattr(unit, repository).since().rows
    return rows


def test_quarantined_rows_of_the_reference_go_and_others_stay(county: County) -> None:
    officer = county.officer(CITY)
    mine = officer.submit("A-1", rich(1)).handle
    folder = Path(os.environ["PYTEST_TMP"])
    path = folder / "bad.csv"
    path.write_text("Ref,Surname,DOB\nA-1,Brook,31/13/1980\nA-2,Stone,31/13/1980\n", encoding="utf-8")
    text = f'agency = "{CITY}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\ndate_of_birth = "DOB"\n'
    county.data_officer(CITY).ingest(path, parse_profile(text))
    kept = {one.reference for one in county.data_officer(CITY).quarantine()}
    assert kept == {"A-1", "A-2"}
    assert erase(county, mine).erased
    assert {one.reference for one in county.data_officer(CITY).quarantine()} == {"A-2"}


def indexed(county: County) -> bool:
    """Whether the register holds an index of identities in memory."""
    return county.core._match_index is not None


def test_another_process_forgets_what_was_erased(file_county: County) -> None:
    county = file_county
    mine = county.officer().submit("A-1", rich(1)).handle
    record = county.record_of(CITY, mine)
    other = County(county.url, county.keyring, county.clock)
    other.officer().search(rich(1))
    assert indexed(other)
    submission = other.core.snapshot.records[record].submission_id
    assert submission in other.core.snapshot.submissions
    erase(county, mine)
    with pytest.raises(NotFound):
        other.officer().person(mine)
    assert not indexed(other)
    assert record not in other.core.snapshot.records
    assert submission not in other.core.snapshot.submissions
    assert submission not in county.core.snapshot.submissions
    assert all(record not in made for made in other.core.handles._made.values())
    other.register.close()


def test_a_fitted_model_forgets_the_names_it_learned(county: County) -> None:
    for number in range(60):
        county.officer(CITY).submit(f"A-{number}", rich(number))
        county.officer(CHERWELL).submit(f"B-{number}", rich(number, address=None))
    rare = county.officer().submit("Z-1", rich(70, family_name="Quagmire-Oxlade", given_names="Zephyrine"))
    county.register.dedup(by=STEWARD)
    with ReadUnit(county.core.store) as unit:
        blob = unit.models.get("person_model")
    if blob is not None:
        assert b"quagmire" in blob.data.lower()
    erase(county, rare.handle)
    with ReadUnit(county.core.store) as unit:
        held = unit.models.since().rows
    assert all(b"quagmire" not in one.noun.data.lower() for one in held)
    assert len(held) <= 1
    assert county.register.verify().sound


# ---------------------------------------------------------------- nothing is left anywhere


def test_no_canary_and_no_sealed_byte_of_it_is_left_in_any_file(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    url = f"sqlite:///{store / 'register.db'}"
    county = County(url, open_keyring(store / "keys", create=True), HandClock())
    officer = county.officer(CITY)
    mine = officer.submit("REF-CANARY-1", SAID).handle
    officer.submit("REF-CANARY-1", SAID.model_copy(update={"postcode": "OX1 1AA"}))
    officer.record_event(mine, EventKind.CONTACT, START.date(), area="4 Nightjar Steps")
    officer.record_grant(mine, **permit(CITY, CHERWELL))
    record = county.record_of(CITY, mine)
    database = store / "register.db"
    county.core.store.truncate_wal()
    backup = tmp_path / "backup.db"
    shutil.copyfile(database, backup)
    doomed = sealed_bodies(database, record)
    assert len(doomed) == 4
    before = b"".join(place.read_bytes() for place in files(store))
    assert all(body in before for body in doomed)
    certificate = erase(county, mine)
    after = {place.name: place.read_bytes() for place in files(tmp_path / "store")}
    assert any(name.endswith("-wal") for name in after)
    for content in after.values():
        assert not found_in(content)
        assert not any(body[at : at + 16] in content for body in doomed for at in range(0, len(body) - 16, 8))
    assert record_key(record).encode() not in after[STORE_FILE] + after[f"{STORE_FILE}-wal"]
    for text in (certificate.page(), certificate.to_json(), repr(certificate)):
        assert not found_in(text.encode())
    assert not any(canary.encode() in columns_of(county) for canary in CANARIES)
    county.register.close()
    # The backup of the database alone, with the keys of today, stays closed.
    restored = County(f"sqlite:///{backup}", open_keyring(store / "keys"), HandClock())
    assert record not in restored.core.snapshot.records
    with pytest.raises(NotFound):
        restored.officer(CITY).person(mine)
    restored.register.close()


def sealed_bodies(database: Path, record: str) -> list[bytes]:
    with closing(sqlite3.connect(database)) as raw:
        bodies = list(raw.execute("SELECT body FROM source_record WHERE key = ?", (record,)))
        for table in ("event", "consent_grant"):
            bodies += raw.execute(f"SELECT body FROM {table} WHERE record_id = ?", (record,))
    return [bytes(body) for (body,) in bodies]


def test_a_reader_in_the_way_is_told_and_the_next_opening_finishes(
    file_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = file_county
    mine = county.officer().submit("A-1", rich(1)).handle

    def busy() -> None:
        raise StorageError("The write-ahead log is in use.")

    monkeypatch.setattr(county.core.store, "truncate_wal", busy)
    certificate = erase(county, mine)
    assert not certificate.log_emptied
    assert "write-ahead log" in certificate.page()
    assert check_letter(certificate.page(), county.register.public_key).kind == "certificate"
    assert finish_pending(county.core) == 0


# ---------------------------------------------------------------- cut off at every step

DYING = """
import sys
from bnl.domain.vocabulary import Purpose
from bnl.register.keys import open_keyring
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.store import Store
from bnl.storage.unit_of_work import UnitOfWork
from tests.register.dying import DIED, run
from tests.register.county import STEWARD, County, HandClock
from tests.register.dying import die_at
url, keys, handle, step = sys.argv[1:]
county = County(url, open_keyring(keys), HandClock())
session = county.register.session(STEWARD, Purpose.STEWARDSHIP)
name, number, when = step.split("-")
owner = {"commit": UnitOfWork, "delete": SqlKeyStore, "truncate_wal": Store}[name]
die_at(owner, name, int(number), when)
session.erase(handle, confirm=[handle], reason="unlawful")
"""
STEPS = [
    *(f"commit-{number}-{when}" for number in (1, 2) for when in ("before", "after")),
    *(f"delete-1-{when}" for when in ("before", "after")),
    *(f"truncate_wal-1-{when}" for when in ("before", "after")),
]


@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_is_killed_is_whole_or_never_was(tmp_path: Path, step: str) -> None:
    url, keys = f"sqlite:///{tmp_path / 'register.db'}", tmp_path / "keys"
    county = County(url, open_keyring(keys, create=True), HandClock())
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    record = county.record_of(CITY, mine)
    kept = county.officer(CITY).submit("A-2", rich(2)).handle
    county.register.close()
    done = run(DYING, url, str(keys), mine, step)
    assert done.returncode == DIED, done.stderr
    again = County(url, open_keyring(keys), HandClock())
    assert again.register.verify().sound
    erased = record not in again.core.snapshot.records
    assert erased == any(entry.action == "erase" for entry in again.entries())
    if erased:
        assert [one for one in again.keyring.ids() if not one.startswith("system:")] == [
            record_key(again.record_of(CITY, kept)),
            submission_key(again.core.snapshot.records[again.record_of(CITY, kept)].submission_id),
        ]
        assert not sealed_bodies(tmp_path / "register.db", record)
        with pytest.raises(Denied, match="erased"):
            again.officer(CITY).submit("A-1", rich(1))
    else:
        assert again.officer(CITY).person(mine).value("family_name")
    assert again.officer(CITY).submit("A-2", rich(2)).status == "unchanged"
    again.register.close()


def test_the_certificate_is_plain_data(county: County) -> None:
    certificate = erase(county, county.officer().submit("A-1", rich(1)).handle)
    content = json.loads(certificate.to_json())
    assert content["format"] == "bnl-erasure/1"
    assert content["statement"]["erased"][0]["agency"] == CITY
    assert content["statement"]["policy"]["name"] == "oxfordshire-retention"


# ---------------------------------------------------------------- both sides of what the documentation says


def test_a_backup_of_database_and_keys_opens_what_was_erased_until_it_lapses(tmp_path: Path) -> None:
    """Beyond use, not gone: the certificate names the day; a backup of the database alone stays closed."""
    store, backup = tmp_path / "store", tmp_path / "backup"
    store.mkdir()
    county = County(
        f"sqlite:///{store / 'register.db'}", open_keyring(store / "keys", create=True), HandClock()
    )
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    county.register.close()
    shutil.copytree(store, backup)
    again = County(f"sqlite:///{store / 'register.db'}", open_keyring(store / "keys"), HandClock())
    certificate = erase(again, mine)
    assert certificate.beyond_use_until > START.date()
    again.register.close()
    held = County(f"sqlite:///{backup / 'register.db'}", open_keyring(backup / "keys"), HandClock())
    assert held.officer(CITY).person(mine).value("family_name") == rich(1).family_name
    held.register.close()
    closed = County(f"sqlite:///{backup / 'register.db'}", open_keyring(store / "keys"), HandClock())
    with pytest.raises(NotFound):
        closed.officer(CITY).person(mine)
    closed.register.close()


def test_the_sign_in_is_believed_and_what_is_done_under_it_is_logged(county: County) -> None:
    """Whoever the embedding tool names is logged as having acted, and nobody else is."""
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    for user in ("true-user", "borrowed-user"):
        county.session(CITY, Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION, user).person(mine)
    assert [entry.actor for entry in county.entries()][-2:] == ["true-user", "borrowed-user"]

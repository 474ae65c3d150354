"""The journal: one act, one entry, however many rows; and a checkpoint after each."""

from __future__ import annotations

import pytest

from bnl.domain.audit import AuditEntry
from bnl.domain.identifiers import RecordId
from bnl.register.journal import REGISTER_ACTOR, Act
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import CITY, OPERATOR, County, fields


def test_an_act_with_more_rows_than_fit_is_several_entries(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bnl.register.journal.MAX_ROWS", 3)
    officer = county.officer(CITY)
    before = county.size()
    with county.core.change() as uow:
        uow.agencies.add_many(
            [
                agency.model_copy(update={"place": "Oxford"})
                for agency in county.core.snapshot.agencies.values()
            ]
        )
        last = county.core.journal.write(uow, officer.actor, Act("agency.enrol", details={"agencies": 7}))
    entries = county.entries(before)
    assert [len(entry.rows) for entry in entries] == [3, 3, 1]
    assert last == entries[-1].sequence
    assert [entry.details for entry in entries] == [
        {"agencies": 7},
        {"continues": before},
        {"continues": before},
    ]
    assert county.register.verify().sound


def test_every_unit_of_work_ends_with_a_signed_checkpoint(county: County) -> None:
    county.officer().submit("A-1", fields())
    with ReadUnit(county.core.store) as unit:
        notes = dict(unit.log.checkpoints())
    assert max(notes) == county.size()
    assert county.register.checkpoint().startswith("bnl.example/register\n")


def test_subjects_are_pseudonyms_fresh_for_each_entry(county: County) -> None:
    handle = county.officer().submit("A-1", fields()).handle
    county.officer().person(handle)
    county.officer().person(handle)
    with ReadUnit(county.core.store) as unit:
        pseudonyms = [row[2] for row in unit.log.subjects()]
    assert len(pseudonyms) == 3
    assert len(set(pseudonyms)) == 3
    assert not [one for one in pseudonyms if handle.encode() in one]


def test_a_subject_without_a_key_is_left_out(county: County) -> None:
    before = county.size()
    with county.core.change() as uow:
        act = Act("view", subjects={RecordId("rec_erased"): 3})
        county.core.journal.write(uow, OPERATOR, act)
    (entry,) = county.entries(before)
    assert entry.subject_count == 0
    assert isinstance(entry, AuditEntry)


def test_the_register_acts_in_its_own_name() -> None:
    assert (REGISTER_ACTOR.agency_id, REGISTER_ACTOR.role.value) == ("register", "system")

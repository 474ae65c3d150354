"""FHIR AuditEvents of a register's entries: permit and deny, without a key, and nobody's name."""

from __future__ import annotations

import json

import pytest

from bnl.audit.fhir import audit_event
from bnl.errors import Corrupt, InvalidValue, NotFound, ProofError, StorageError
from bnl.register.audit_export import fhir_events
from tests.register.county import County, rich


@pytest.fixture
def filled(file_county: County) -> County:
    """A county in which something was permitted and something denied."""
    officer = file_county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    officer.person(handle)
    with pytest.raises(NotFound):
        file_county.worker().person("h_none")
    return file_county


def test_every_entry_is_one_event_in_order(filled: County) -> None:
    entries = filled.entries()
    events = [json.loads(line) for line in fhir_events(filled.url, filled.register.public_key)]
    assert events == [audit_event(entry, "bnl.example/register") for entry in entries]
    assert [event["id"] for event in events] == [f"entry-{number}" for number in range(len(entries))]


def test_permits_and_denials_are_told_apart(filled: County) -> None:
    events = [json.loads(line) for line in fhir_events(filled.url, filled.register.public_key)]
    outcomes = {event["outcome"]["code"]["code"] for event in events}
    assert {"success", "error"} <= outcomes


def test_it_names_nobody(filled: County) -> None:
    text = "\n".join(fhir_events(filled.url, filled.register.public_key))
    said = rich(1)
    for value in (said.given_names, said.family_name, said.date_of_birth, said.ni_number, "A-1"):
        assert str(value) not in text


@pytest.mark.parametrize(
    ("start", "stop", "count"), [(0, 2, 2), (1, None, -1), (2, 2, 0), (0, 10_000, 0), (10_000, None, None)]
)
def test_a_range(filled: County, start: int, stop: int | None, count: int | None) -> None:
    size = filled.size()
    found = list(fhir_events(filled.url, filled.register.public_key, start, stop))
    expected = [n for n in range(size) if n >= start and (stop is None or n < stop)]
    assert len(found) == len(expected)
    assert count is None or count <= 0 or len(found) == count


@pytest.mark.parametrize(("start", "stop"), [(-1, None), (3, 2)])
def test_what_is_no_range_is_refused(filled: County, start: int, stop: int) -> None:
    with pytest.raises(InvalidValue):
        list(fhir_events(filled.url, filled.register.public_key, start, stop))


def test_an_altered_entry_is_not_exported(filled: County) -> None:
    with filled.core.store.connection(writing=True) as connection:
        connection.exec_driver_sql(
            "UPDATE log_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), 'permit', 'deny') AS BLOB) "
            "WHERE position = 2"
        )
        connection.commit()
    with pytest.raises(Corrupt):
        list(fhir_events(filled.url, filled.register.public_key))


def test_no_register_and_no_key_are_told(filled: County) -> None:
    with pytest.raises(StorageError):
        list(fhir_events("sqlite:////nowhere/none.db", filled.register.public_key))
    with pytest.raises(ProofError):
        list(fhir_events(filled.url, "no key"))

"""Documents of source records: what is made of one later is what the full check would have made at once."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bnl.domain.person import LIST_FIELDS, PersonFields
from bnl.domain.record import SourceRecord
from bnl.matching.records import row_of
from bnl.storage.kinds import RECORDS
from bnl.storage.record_documents import RecordDocument, read_document
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import CANARIES, finish, record

CHECKED: TypeAdapter[SourceRecord] = TypeAdapter(SourceRecord)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
records = st.builds(
    record,
    version=st.integers(1, 9),
    reference=texts,
    local=st.booleans(),
    restricted=st.booleans(),
    received_at=st.datetimes(timezones=st.just(UTC)),
    fields=st.builds(
        PersonFields,
        **{
            name: st.lists(texts, max_size=2).map(tuple) if name in LIST_FIELDS else st.none() | texts
            for name in ("given_names", "aliases", "phones", "emails", "notes", "support_needs", "postcode")
        },
        date_of_birth=st.none() | st.dates().map(lambda day: day.isoformat()),
    ),
)


def changed(**values: object) -> bytes:
    """A document of a record, some values of it replaced."""
    document = json.loads(RECORDS.dump(record()))
    for name, value in values.items():
        if name in PersonFields.model_fields:
            document["fields"][name] = value
        else:
            document[name] = value
    return json.dumps(document).encode()


def lacking(name: str) -> bytes:
    document = json.loads(RECORDS.dump(record()))
    del document[name]
    return json.dumps(document).encode()


@settings(deadline=None, max_examples=100)
@given(said=records)
def test_the_record_of_a_document_is_the_one_that_was_written(said: SourceRecord) -> None:
    document = RECORDS.dump(said)
    held = read_document(document)
    assert isinstance(held, RecordDocument)
    made = held.record()
    assert made == said == CHECKED.validate_json(document)
    assert {type(value) for value in vars(made.fields).values()} <= {str, tuple, type(None)}
    assert RECORDS.dump(made) == document


@settings(deadline=None, max_examples=100)
@given(said=records)
def test_matching_reads_the_same_from_a_document_as_from_its_record(said: SourceRecord) -> None:
    held = read_document(RECORDS.dump(said))
    listed = {name: list(v) if isinstance(v, tuple) else v for name, v in row_of(said).items()}
    assert row_of(held) == listed
    assert (held.record_id, held.version, held.reference) == (said.record_id, said.version, said.reference)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(changed(given_names=""), id="an empty text"),
        pytest.param(changed(given_names=None), id="a null"),
        pytest.param(changed(received_at="2026-03-01T12:00:00+00:00"), id="a zone written out"),
        pytest.param(changed(version="2"), id="a number as text"),
    ],
)
def test_what_is_not_plain_but_allowed_goes_through_the_full_check(document: bytes) -> None:
    held = read_document(document)
    assert isinstance(held, SourceRecord)
    assert held == CHECKED.validate_json(document)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"fields": {}}', id="little"),
        pytest.param(b"{", id="half"),
        pytest.param(changed(given_names=7), id="a number for a name"),
        pytest.param(changed(given_names=["Ann"]), id="a list for a text"),
        pytest.param(changed(phones="07700900777"), id="a text for a list"),
        pytest.param(changed(phones=[7]), id="a number in a list"),
        pytest.param(changed(nickname="Z"), id="a field there is not"),
        pytest.param(changed(nickname="Z", version=1, owner="x"), id="a column there is not"),
        pytest.param(changed(fields=[]), id="no fields"),
        pytest.param(changed(received_at="2026-03-01T12:00:00"), id="no zone"),
        pytest.param(changed(received_at="Z"), id="no time"),
        pytest.param(changed(local=2), id="a number for a yes"),
        *(pytest.param(lacking(name), id=f"without {name}") for name in ("record_id", "reference", "fields")),
    ],
)
def test_what_is_no_record_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError):
        CHECKED.validate_json(document)
    with pytest.raises(ValueError):
        read_document(document)


def test_a_document_shows_nothing_and_is_not_pickled() -> None:
    held = read_document(RECORDS.dump(record()))
    shown = f"{held!r} {held} {held.fields!r}"
    assert not [canary for canary in CANARIES if canary in shown]
    for one in (held, held.fields):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(one)


def test_documents_are_marked_as_records_are_when_a_later_version_stands(store: Store) -> None:
    for version in (1, 2):
        with UnitOfWork(store) as uow:
            uow.records.add(record(version=version))
            finish(uow)
    with ReadUnit(store) as unit:
        held = [row.noun for row in unit.records.documents_since().rows]
        nouns = [one.record() if isinstance(one, RecordDocument) else one for one in held]
        assert nouns == [row.noun for row in unit.records.since().rows]
        assert [one.superseded for one in nouns] == [True, False]
        assert [row.version for row in unit.records.documents_since(1).rows] == [2]


@pytest.mark.parametrize("load", [read_document, RECORDS.load], ids=["documents", "records"])
def test_a_record_as_superseded_changes_nothing_else(load: Any) -> None:
    held = load(RECORDS.dump(record()))
    marked = held.as_superseded()
    made = marked.record() if isinstance(marked, RecordDocument) else marked
    assert made == record(superseded=True)
    assert made.received_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_damaged_row_is_named_and_no_document_is_made_of_it(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add_many([record("rec_a"), record("rec_b")])
        finish(uow)
    with store.connection(writing=True) as connection:
        connection.exec_driver_sql("UPDATE source_record SET reference_hash = 'x' WHERE key = 'rec_a'")
        connection.commit()
    with ReadUnit(store) as unit:
        loaded = unit.records.documents_since()
    assert [row.key for row in loaded.rows] == ["rec_b"]
    assert [(damage.key, damage.kind) for damage in loaded.damaged] == [("rec_a", "corrupt")]


def test_the_full_check_is_the_slow_way_to_the_same_refusal() -> None:
    with pytest.raises(ValidationError):
        read_document(changed(date_of_birth=1977))

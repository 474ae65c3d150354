"""Kinds: documents are written short, read back whole, and sealed under the key of whom they concern."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bnl.storage.documents import Blob, Document
from bnl.storage.kind import Kind
from bnl.storage.kinds import (
    AGENCIES,
    EVENTS,
    GRANTS,
    KINDS,
    LINKS,
    MEMBERSHIPS,
    MODELS,
    QUARANTINE,
    RECORDS,
    SUBMISSIONS,
    TASKS,
)
from tests.storage_samples import agency, event, grant, link, membership, record

PREFIX = ("key_x", 1, 1, 0, b"s", "owner_x")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param(RECORDS, "record:key_x", id="record"),
        pytest.param(GRANTS, "record:owner_x", id="grant"),
        pytest.param(EVENTS, "record:owner_x", id="event"),
        pytest.param(MEMBERSHIPS, "record:owner_x", id="membership"),
        pytest.param(SUBMISSIONS, "submission:key_x", id="submission"),
        pytest.param(QUARANTINE, "submission:owner_x", id="quarantine"),
        pytest.param(MODELS, "system:models", id="model"),
    ],
)
def test_a_row_is_sealed_under_the_key_of_whom_it_concerns(kind: Kind[Any], expected: str) -> None:
    assert kind.key_id is not None
    assert kind.key_id(PREFIX) == expected


@pytest.mark.parametrize("kind", [pytest.param(AGENCIES, id="agency"), pytest.param(TASKS, id="task")])
def test_a_clear_row_has_no_key(kind: Kind[Any]) -> None:
    assert kind.key_id is None


@pytest.mark.parametrize(
    ("kind", "noun", "key"),
    [
        pytest.param(AGENCIES, agency(), "river-house", id="agency"),
        pytest.param(RECORDS, record(version=3), "rec_a", id="record"),
        pytest.param(GRANTS, grant(version=2), "gra_a", id="grant"),
        pytest.param(EVENTS, event(), "evt_a", id="event"),
        pytest.param(MEMBERSHIPS, membership(), "hou_a/rec_a", id="membership"),
        pytest.param(LINKS, link(), "rec_a", id="link"),
        pytest.param(MODELS, Blob(key="m", data=b"\xff\x00"), "m", id="model"),
        pytest.param(TASKS, Document(key="t", data={"a": [1, None]}), "t", id="task"),
    ],
)
def test_a_document_is_read_back_whole(kind: Kind[Any], noun: Any, key: str) -> None:
    assert kind.key(noun) == key
    assert kind.load(kind.dump(noun)) == noun
    assert b"null" not in kind.dump(kind.load(kind.dump(noun))).replace(b"[1,null]", b"")


@pytest.mark.parametrize(
    ("kind", "noun", "stamped"),
    [
        pytest.param(EVENTS, event(), 9, id="event"),
        pytest.param(GRANTS, grant(), 9, id="grant"),
        pytest.param(LINKS, link(), 9, id="link"),
        pytest.param(RECORDS, record(), None, id="record-has-none"),
    ],
)
def test_the_log_sequence_is_put_into_nouns_that_carry_it(
    kind: Kind[Any], noun: Any, stamped: int | None
) -> None:
    assert getattr(kind.stamp(noun, 9), "sequence", None) == stamped


def test_versions_are_the_nouns_own_where_it_has_one() -> None:
    numbered_by_noun = {kind.table.name for kind in KINDS if kind.version is not None}
    assert numbered_by_noun == {"agreement", "consent_grant", "event", "source_record"}
    assert RECORDS.version is not None
    assert RECORDS.version(record(version=3)) == 3


def test_a_document_of_another_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        EVENTS.load(GRANTS.dump(grant()))


@pytest.mark.parametrize(
    "noun",
    [
        pytest.param(Document(key="k", data={"name": "Quagmire"}), id="document"),
        pytest.param(Blob(key="k", data=b"Quagmire"), id="blob"),
    ],
)
def test_nothing_personal_is_shown(noun: object) -> None:
    assert "Quagmire" not in repr(noun) + str(noun)


def test_a_document_needs_a_key() -> None:
    with pytest.raises(ValidationError):
        Document(key="")
    with pytest.raises(ValidationError):
        Blob(key="", data=b"")

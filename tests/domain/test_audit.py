"""The audit entry: what can stand in it for ever, and what is kept out."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bnl.domain.audit import (
    EMPTY_ROOT,
    MAX_DETAILS,
    MAX_GRANTS,
    MAX_INTEGER,
    MAX_ROWS,
    AuditEntry,
    SubjectRow,
    instant,
    instant_text,
    subject_leaf,
)
from bnl.domain.commitment import RowWrite

TIME = "2026-01-31T09:30:00.000000Z"
ROOT = "ab" * 32
moments = st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC))


def made(**members: Any) -> AuditEntry:
    defaults: dict[str, Any] = {
        "sequence": 0,
        "time": TIME,
        "actor": "user_7",
        "agency": "shelter",
        "action": "view",
    }
    return AuditEntry(**{**defaults, **members})


def row(**parts: Any) -> RowWrite:
    return RowWrite("record", "rec_a", 1, b"c" * 32)._replace(**parts)


def test_the_least_entry_concerns_nobody_and_changes_nothing() -> None:
    entry = made()
    assert (entry.version, entry.decision, entry.grants, entry.rows, entry.details) == (
        1,
        "permit",
        (),
        (),
        {},
    )
    assert (entry.purpose, entry.lawful_basis) == ("", "")
    assert (entry.subject_count, entry.subjects_root) == (0, EMPTY_ROOT)


def test_the_empty_root_is_the_published_one() -> None:
    """RFC 6962, section 2.1: the hash of an empty list is the hash of an empty string."""
    assert EMPTY_ROOT == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"action": "break-glass.view:2"}, id="code-with-every-sign"),
        pytest.param({"action": "a" * 64}, id="longest-code"),
        pytest.param({"actor": "Ab9_.:/+=~-" + "x" * 117}, id="longest-id-with-every-sign"),
        pytest.param({"decision": "deny"}, id="deny"),
        pytest.param({"decision": "partial"}, id="partial"),
        pytest.param({"grants": ["g"] * MAX_GRANTS}, id="most-grants"),
        pytest.param({"rows": [row()] * MAX_ROWS}, id="most-rows"),
        pytest.param({"rows": [row(commitment=b"")]}, id="removal"),
        pytest.param({"rows": [row(version=MAX_INTEGER)]}, id="greatest-version"),
        pytest.param({"sequence": MAX_INTEGER}, id="greatest-sequence"),
        pytest.param({"details": {f"d{n}": n for n in range(MAX_DETAILS)}}, id="most-details"),
        pytest.param({"details": {"a": MAX_INTEGER, "b": -MAX_INTEGER, "c": "id"}}, id="greatest-integers"),
        pytest.param({"subject_count": 1, "subjects_root": ROOT}, id="subjects"),
        pytest.param({"time": "2024-02-29T23:59:59.999999Z"}, id="leap-day"),
    ],
)
def test_what_can_be_is_taken(members: dict[str, Any]) -> None:
    made(**members)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"version": 2}, id="version"),
        pytest.param({"sequence": -1}, id="sequence-negative"),
        pytest.param({"sequence": MAX_INTEGER + 1}, id="sequence-too-great"),
        pytest.param({"sequence": "1"}, id="sequence-a-text"),
        pytest.param({"sequence": True}, id="sequence-a-boolean"),
        pytest.param({"sequence": 1.0}, id="sequence-a-float"),
        pytest.param({"time": "2026-01-31T09:30:00Z"}, id="time-without-microseconds"),
        pytest.param({"time": "2026-01-31T09:30:00.000000+00:00"}, id="time-with-offset"),
        pytest.param({"time": "2026-01-31 09:30:00.000000Z"}, id="time-with-space"),
        pytest.param({"time": "2026-02-30T09:30:00.000000Z"}, id="time-on-no-day"),
        pytest.param({"time": "2026-13-01T09:30:00.000000Z"}, id="time-in-no-month"),
        pytest.param({"time": "2026-01-31T24:00:00.000000Z"}, id="time-of-24-hours"),
        pytest.param({"time": "2026-01-31T09:60:00.000000Z"}, id="time-of-60-minutes"),
        pytest.param({"time": "2026-01-31T09:30:60.000000Z"}, id="time-of-60-seconds"),
        pytest.param({"time": TIME + "\n"}, id="time-with-newline"),
        pytest.param({"actor": ""}, id="actor-empty"),
        pytest.param({"actor": "worker@agency.example"}, id="actor-an-email"),
        pytest.param({"actor": "Made Up"}, id="actor-a-name"),
        pytest.param({"actor": "x" * 129}, id="actor-too-long"),
        pytest.param({"actor": "user_7\n"}, id="actor-with-newline"),
        pytest.param({"actor": "Zoë"}, id="actor-not-ascii"),
        pytest.param({"agency": ""}, id="agency-empty"),
        pytest.param({"action": ""}, id="action-empty"),
        pytest.param({"action": "View"}, id="action-in-capitals"),
        pytest.param({"action": "a" * 65}, id="action-too-long"),
        pytest.param({"purpose": 'a"b'}, id="purpose-with-quote"),
        pytest.param({"lawful_basis": "a\\b"}, id="basis-with-backslash"),
        pytest.param({"decision": "maybe"}, id="decision"),
        pytest.param({"grants": [""]}, id="grant-empty"),
        pytest.param({"grants": ["g"] * (MAX_GRANTS + 1)}, id="too-many-grants"),
        pytest.param({"rows": [row()] * (MAX_ROWS + 1)}, id="too-many-rows"),
        pytest.param({"rows": [row(table="")]}, id="row-without-table"),
        pytest.param({"rows": [row(table="Record")]}, id="row-table-in-capitals"),
        pytest.param({"rows": [row(key="")]}, id="row-without-key"),
        pytest.param({"rows": [row(key="a b")]}, id="row-key-with-space"),
        pytest.param({"rows": [row(version=0)]}, id="row-version-nought"),
        pytest.param({"rows": [row(version=MAX_INTEGER + 1)]}, id="row-version-too-great"),
        pytest.param({"rows": [row(commitment=b"c" * 31)]}, id="row-commitment-short"),
        pytest.param({"rows": [row(commitment=b"c" * 33)]}, id="row-commitment-long"),
        pytest.param({"subject_count": 1}, id="subjects-without-root"),
        pytest.param({"subjects_root": ROOT}, id="root-without-subjects"),
        pytest.param({"subject_count": 1, "subjects_root": ROOT.upper()}, id="root-in-capitals"),
        pytest.param({"subject_count": 1, "subjects_root": ROOT[1:]}, id="root-short"),
        pytest.param({"details": {"": 1}}, id="detail-without-name"),
        pytest.param({"details": {"a": ""}}, id="detail-empty"),
        pytest.param({"details": {"a": "two words"}}, id="detail-of-two-words"),
        pytest.param({"details": {"a": 1.5}}, id="detail-a-float"),
        pytest.param({"details": {"a": True}}, id="detail-a-boolean"),
        pytest.param({"details": {"a": None}}, id="detail-none"),
        pytest.param({"details": {"a": MAX_INTEGER + 1}}, id="detail-too-great"),
        pytest.param({"details": {"a": -MAX_INTEGER - 1}}, id="detail-too-small"),
        pytest.param({"details": {f"d{n}": n for n in range(MAX_DETAILS + 1)}}, id="too-many-details"),
        pytest.param({"note": "x"}, id="unknown-member"),
    ],
)
def test_what_cannot_be_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        made(**members)


def test_an_entry_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        made().actor = "other"


def test_a_refusal_does_not_repeat_what_it_was_given() -> None:
    with pytest.raises(ValidationError) as caught:
        made(actor="Made Up Person")
    assert "Made Up" not in str(caught.value)


@given(moments)
def test_moments_are_written_and_read_back(moment: datetime) -> None:
    text = instant_text(moment)
    assert len(text) == 27
    assert instant(text) == moment
    assert made(time=text).time == text


@given(moments, moments)
def test_the_order_of_texts_is_the_order_of_moments(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (one < other)


def test_a_moment_elsewhere_is_written_in_utc() -> None:
    summer = timezone(timedelta(hours=1))
    assert instant_text(datetime(2026, 7, 1, 0, 30, tzinfo=summer)) == "2026-06-30T23:30:00.000000Z"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"):
        instant_text(datetime(2026, 7, 1))


def subject(**members: Any) -> SubjectRow:
    defaults: dict[str, Any] = {"sequence": 1, "position": 0, "pseudonym": b"p" * 32, "fields": 5}
    return SubjectRow(**{**defaults, **members})


def test_a_subject_is_hashed_as_pseudonym_mask_and_ciphertext() -> None:
    assert subject(sealed=b"sealed").leaf() == b"p" * 32 + b"\0\0\0\0\0\0\0\x05" + b"sealed"
    assert subject().leaf() == subject_leaf(b"p" * 32, 5, b"")


subjects = st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, MAX_INTEGER), st.binary(max_size=40))


@given(subjects, subjects)
def test_two_subjects_share_a_leaf_only_if_they_are_the_same(
    one: tuple[bytes, int, bytes], other: tuple[bytes, int, bytes]
) -> None:
    assert (subject_leaf(*one) == subject_leaf(*other)) == (one == other)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_pseudonym_of_another_length_is_refused(length: int) -> None:
    """It would let bytes move between pseudonym, mask and ciphertext under one hash."""
    with pytest.raises(ValueError, match="pseudonym"):
        subject_leaf(b"p" * length, 0, b"")
    with pytest.raises(ValidationError):
        subject(pseudonym=b"p" * length)


@pytest.mark.parametrize("fields", [-1, 2**64])
def test_a_mask_out_of_range_is_refused(fields: int) -> None:
    with pytest.raises(OverflowError):
        subject_leaf(b"p" * 32, fields, b"")
    with pytest.raises(ValidationError):
        subject(fields=fields)


def test_roots_are_sha_256() -> None:
    assert hashlib.sha256().hexdigest() == EMPTY_ROOT

"""Nouns are frozen, closed, and silent about personal data."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from bnl.domain.base import Noun, PersonalNoun
from bnl.domain.event import EVENT_CATEGORY, Event, EventKind, category_of
from bnl.domain.household import Membership
from bnl.domain.identifiers import (
    EVENT,
    RECORD,
    AgencyId,
    EventId,
    HouseholdId,
    RecordId,
    SubmissionId,
    new_id,
)
from bnl.domain.judgement import ordered_pair
from bnl.domain.person import FIELD_CATEGORY, LIST_FIELDS, PersonFields
from bnl.domain.record import SourceRecord, Submission
from bnl.domain.vocabulary import FieldCategory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CANARY = "Zebedee"


def record(**changes: object) -> SourceRecord:
    given: dict[str, object] = {
        "record_id": RecordId("rec_a"),
        "agency_id": AgencyId("the-porch"),
        "reference": "P-1",
        "received_at": NOW,
        "submission_id": SubmissionId("sub_a"),
        "fields": PersonFields(given_names=CANARY),
    }
    return SourceRecord.model_validate(given | changes)


PERSONAL = [
    PersonFields(given_names=CANARY),
    record(reference=CANARY),
    Submission(reference=CANARY, fields=PersonFields(family_name=CANARY)),
    Event(
        event_id=EventId(new_id(EVENT)),
        record_id=RecordId("rec_a"),
        agency_id=AgencyId("the-porch"),
        kind=EventKind.SIGHTING,
        occurred_on=date(2026, 3, 1),
        recorded_at=NOW,
        data={"place": CANARY},
    ),
    Membership(
        household_id=HouseholdId("hou_a"),
        record_id=RecordId("rec_a"),
        agency_id=AgencyId("the-porch"),
        relation=CANARY,
        starts_on=date(2026, 3, 1),
        recorded_at=NOW,
    ),
]


@pytest.mark.parametrize("noun", PERSONAL, ids=lambda n: type(n).__name__)
def test_a_noun_with_personal_data_prints_none_of_it(noun: PersonalNoun) -> None:
    for shown in (repr(noun), str(noun), f"{noun}", f"{noun!r}", repr([noun]), repr({"x": noun})):
        assert CANARY not in shown
        assert type(noun).__name__ in shown


def test_a_validation_error_does_not_show_the_value() -> None:
    with pytest.raises(ValidationError) as caught:
        PersonFields.model_validate({"given_names": {"deep": CANARY}, "date_of_birth": CANARY})
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("noun", PERSONAL, ids=lambda n: type(n).__name__)
def test_nouns_survive_json_unchanged_and_are_never_pickled(noun: PersonalNoun) -> None:
    assert type(noun).model_validate_json(noun.model_dump_json()) == noun
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(noun)


@pytest.mark.parametrize("noun", PERSONAL, ids=lambda n: type(n).__name__)
def test_nouns_are_frozen_and_closed(noun: Noun) -> None:
    name = next(iter(type(noun).model_fields))
    with pytest.raises(ValidationError):
        setattr(noun, name, None)
    with pytest.raises(ValidationError):
        type(noun).model_validate(noun.model_dump() | {"surprise": 1})


def test_every_field_has_a_category_and_none_is_left_over() -> None:
    assert set(FIELD_CATEGORY) == set(PersonFields.model_fields)
    assert FieldCategory.EXISTENCE not in FIELD_CATEGORY.values()


def test_list_fields_are_those_that_hold_several_values() -> None:
    empty = PersonFields()
    assert {name for name in FIELD_CATEGORY if getattr(empty, name) == ()} == LIST_FIELDS


def test_present_leaves_out_what_says_nothing() -> None:
    fields = PersonFields(given_names="Ada", aliases=(), phones=("1",), notes="")
    assert fields.present() == {"given_names": "Ada", "phones": ("1",)}


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2026, 3, 1, 12), id="no zone"),
        pytest.param(datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1))), id="summer time"),
    ],
)
def test_a_time_that_is_not_utc_is_refused(moment: datetime) -> None:
    with pytest.raises(ValidationError, match="UTC"):
        record(received_at=moment)


def test_ids_tell_what_they_name_and_nothing_else() -> None:
    made = {new_id(RECORD) for _ in range(2_000)}
    assert len(made) == 2_000
    assert all(name.startswith("rec_") and len(name) == 28 and name.islower() for name in made)


def test_a_pair_is_ordered_and_never_of_one() -> None:
    one, other = RecordId("rec_a"), RecordId("rec_b")
    assert ordered_pair(one, other) == ordered_pair(other, one) == (one, other)
    with pytest.raises(ValueError, match="itself"):
        ordered_pair(one, one)


@pytest.mark.parametrize(
    ("kind", "data", "category"),
    [
        pytest.param(
            EventKind.INSTITUTION_ADMISSION,
            {"institution": "hospital"},
            FieldCategory.HEALTH,
            id="a hospital stay is health data",
        ),
        pytest.param(
            EventKind.INSTITUTION_ADMISSION,
            {"institution": "prison"},
            FieldCategory.CRIMINAL_JUSTICE,
            id="a prison stay is criminal-justice data",
        ),
        pytest.param(
            EventKind.INSTITUTION_DISCHARGE,
            {},
            FieldCategory.CRIMINAL_JUSTICE,
            id="an unknown institution counts as the narrower",
        ),
        pytest.param(EventKind.DEATH, {}, FieldCategory.EXISTENCE, id="death is existence"),
        pytest.param(EventKind.SIGHTING, {}, FieldCategory.LOCATION, id="a sighting tells a place"),
        pytest.param(EventKind.CONTACT, {}, FieldCategory.AGENCY_INVOLVEMENT, id="a contact tells who helps"),
    ],
)
def test_an_event_is_released_under_its_category(
    kind: EventKind, data: dict[str, str | int | bool], category: FieldCategory
) -> None:
    assert category_of(kind, data) is category


def test_every_kind_of_event_has_a_category() -> None:
    assert set(EVENT_CATEGORY) <= set(EventKind)
    assert all(category_of(kind) in FieldCategory for kind in EventKind)

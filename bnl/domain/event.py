"""Events: what happened to somebody, when it was true, when it was known, and who said so.

What an event says beyond its kind stands in ``Event.data``. `DATA_TYPE` lists every key with its type,
`EVENT_DATA` says which kinds carry it. A key that is absent is unknown, never "no". Dates are ISO days.

======================= ======= ==========================================================================
key                     type    meaning
======================= ======= ==========================================================================
``case``                text    the agency's case: ties referral, triage, assessment, plan, outcome, closure
``ref``                 text    ties an answer to what it answers: handover, duty to refer, nomination, stay,
                                exclusion, next action; absent, it answers the latest open one
``situation``           text    where the person lives, a value of `Situation`; on an end or a discharge:
                                where they went
``entry_situation``     text    where the person lived before entering an institution (`Situation`)
``institution``         text    ``hospital``, ``prison``, ``approved_premises``, ``care`` or ``other``
``expected_on``         date    day a discharge is expected
``homeless_on``         date    day the person expects to lose, or lost, the home
``homeless``            yes/no  said to be homeless already
``from_agency``         text    agency id of the sender (referral, handover), if not the agency recording it
``to_agency``           text    agency id of the receiver (referral, duty to refer, handover)
``signposted_to``       text    agency id somebody turned away was pointed to
``outcome``             text    referral: ``accepted``, ``rejected``, ``withdrawn``; prevention:
                                ``prevented``, ``not_prevented``, ``unknown``; nomination: ``accepted``,
                                ``refused``, ``withdrawn``
``reason``              text    a code; accommodation end: ``planned``, ``evicted``, ``abandoned``,
                                ``asked_to_leave``, ``died`` …; free codes elsewhere
``service_level``       text    ``full`` or ``advice`` (referral decided)
``stage``               text    assessment: ``initial`` or ``full`` (absent: full)
``duty``                text    ``prevention``, ``relief`` or ``main``
``planned``             yes/no  closure: planned or not
``answered``            yes/no  contact: the person answered (absent: yes)
``mode``                text    contact or case: ``face_to_face``, ``phone``, ``digital`` …
``verified``            text    sighting: ``verified``, ``unverified`` or ``self_reported``
``night``               yes/no  sighting: the source says it was at night
``time``                text    sighting: local time ``HH:MM``
``area``                text    place of a sighting, contact or referral
``worker``              text    lead worker, caseload holder: a user id, or a name as the agency writes it
``action``              text    next action, in words
``due_on``              date    next action: day it is due
``review_on``           date    support plan, register application: day of the next review
``attempts``            number  inactive: attempts to make contact that were logged
``php``                 yes/no  support plan: it is a personalised housing plan
``status``              text    register application: ``live``, ``suspended``, ``closed``; employment:
                                ``employed``, ``not_employed``, ``unable``, ``unknown``
``eligible``            yes/no  employment: counts for the employment indicator
``landlord``            text    nomination, exclusion: agency id or name of the landlord
``scheme``              text    accommodation start: ``housing_first`` or another scheme, if any
``scope``               text    exclusion: ``register`` or ``landlord``
``source``              text    death, left area, moved in: who says so
``place``               text    left area, moved in: where to, where from
======================= ======= ==========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pydantic import Field

from bnl.domain.base import PersonalNoun, UtcDateTime
from bnl.domain.identifiers import AgencyId, EventId, RecordId
from bnl.domain.vocabulary import FieldCategory as C


class EventKind(StrEnum):
    """What can happen, as the by-name list understands it."""

    REFERRAL = "referral"
    REFERRAL_DECIDED = "referral_decided"
    DUTY_TO_REFER = "duty_to_refer"
    DUTY_ACKNOWLEDGED = "duty_acknowledged"
    TRIAGE = "triage"
    ASSESSMENT = "assessment"
    SUPPORT_PLAN = "support_plan"
    CONTACT = "contact"
    CONTACT_ATTEMPT = "contact_attempt"
    SIGHTING = "sighting"
    ACCOMMODATION_START = "accommodation_start"
    ACCOMMODATION_END = "accommodation_end"
    INSTITUTION_ADMISSION = "institution_admission"
    DISCHARGE_EXPECTED = "discharge_expected"
    INSTITUTION_DISCHARGE = "institution_discharge"
    RISK_OF_HOMELESSNESS = "risk_of_homelessness"
    DUTY_OWED = "duty_owed"
    DUTY_ENDED = "duty_ended"
    PREVENTION_OUTCOME = "prevention_outcome"
    HANDOVER_SENT = "handover_sent"
    HANDOVER_ACCEPTED = "handover_accepted"
    HANDOVER_DECLINED = "handover_declined"
    LEAD_WORKER_ASSIGNED = "lead_worker_assigned"
    LEAD_WORKER_ENDED = "lead_worker_ended"
    NEXT_ACTION = "next_action"
    NEXT_ACTION_DONE = "next_action_done"
    REGISTER_APPLICATION = "register_application"
    NOMINATION = "nomination"
    NOMINATION_DECIDED = "nomination_decided"
    EXCLUSION = "exclusion"
    EXCLUSION_ENDED = "exclusion_ended"
    EMPLOYMENT = "employment"
    CLOSURE = "closure"
    REOPENING = "reopening"
    INACTIVE = "inactive"
    LEFT_AREA = "left_area"
    MOVED_IN = "moved_in"
    DEATH = "death"


class Situation(StrEnum):
    """Where somebody lives: the values of the data key ``situation``."""

    ROUGH_SLEEPING = "rough_sleeping"
    EMERGENCY = "emergency"
    TEMPORARY = "temporary"
    HIDDEN = "hidden"
    SUPPORTED = "supported"
    HOMELESS = "homeless"
    SETTLED = "settled"
    SETTLED_WITH_SUPPORT = "settled_with_support"
    UNKNOWN = "unknown"


class DataType(StrEnum):
    """Type of the value under a data key."""

    TEXT = "text"
    DATE = "date"
    FLAG = "flag"
    NUMBER = "number"


_DATES: Final = ("expected_on", "homeless_on", "due_on", "review_on")
_FLAGS: Final = ("homeless", "planned", "answered", "night", "php", "eligible")
_NUMBERS: Final = ("attempts",)

EVENT_DATA: Final[Mapping[EventKind, tuple[str, ...]]] = MappingProxyType(
    {
        EventKind.REFERRAL: (
            "case", "from_agency", "to_agency", "homeless_on", "homeless", "situation", "area", "mode",
        ),
        EventKind.REFERRAL_DECIDED: ("case", "outcome", "reason", "service_level", "signposted_to"),
        EventKind.DUTY_TO_REFER: ("ref", "to_agency", "homeless_on", "homeless"),
        EventKind.DUTY_ACKNOWLEDGED: ("ref",),
        EventKind.TRIAGE: ("case", "situation"),
        EventKind.ASSESSMENT: ("case", "stage", "situation"),
        EventKind.SUPPORT_PLAN: ("case", "review_on", "php"),
        EventKind.CONTACT: ("case", "answered", "mode", "situation", "area"),
        EventKind.CONTACT_ATTEMPT: ("case", "mode"),
        EventKind.SIGHTING: ("verified", "night", "time", "area"),
        EventKind.ACCOMMODATION_START: ("ref", "situation", "landlord", "scheme"),
        EventKind.ACCOMMODATION_END: ("ref", "reason", "situation"),
        EventKind.INSTITUTION_ADMISSION: ("ref", "institution", "entry_situation", "expected_on"),
        EventKind.DISCHARGE_EXPECTED: ("ref", "institution", "expected_on"),
        EventKind.INSTITUTION_DISCHARGE: ("ref", "institution", "situation"),
        EventKind.RISK_OF_HOMELESSNESS: ("case", "homeless_on", "homeless", "reason"),
        EventKind.DUTY_OWED: ("ref", "duty", "homeless_on"),
        EventKind.DUTY_ENDED: ("ref", "duty", "reason"),
        EventKind.PREVENTION_OUTCOME: ("case", "outcome", "situation"),
        EventKind.HANDOVER_SENT: ("ref", "from_agency", "to_agency"),
        EventKind.HANDOVER_ACCEPTED: ("ref",),
        EventKind.HANDOVER_DECLINED: ("ref", "reason"),
        EventKind.LEAD_WORKER_ASSIGNED: ("worker", "mode"),
        EventKind.LEAD_WORKER_ENDED: ("worker",),
        EventKind.NEXT_ACTION: ("ref", "action", "due_on"),
        EventKind.NEXT_ACTION_DONE: ("ref",),
        EventKind.REGISTER_APPLICATION: ("ref", "status", "review_on"),
        EventKind.NOMINATION: ("ref", "landlord"),
        EventKind.NOMINATION_DECIDED: ("ref", "outcome", "reason", "landlord"),
        EventKind.EXCLUSION: ("ref", "scope", "landlord", "reason"),
        EventKind.EXCLUSION_ENDED: ("ref",),
        EventKind.EMPLOYMENT: ("case", "status", "eligible"),
        EventKind.CLOSURE: ("case", "planned", "reason", "situation"),
        EventKind.REOPENING: ("case",),
        EventKind.INACTIVE: ("attempts", "reason"),
        EventKind.LEFT_AREA: ("source", "place"),
        EventKind.MOVED_IN: ("source", "place", "situation"),
        EventKind.DEATH: ("source",),
    }
)  # fmt: skip
"""The data keys each kind of event may carry; the file's docstring says what they mean."""

DATA_TYPE: Final[Mapping[str, DataType]] = MappingProxyType(
    {
        key: (
            DataType.DATE if key in _DATES
            else DataType.FLAG if key in _FLAGS
            else DataType.NUMBER if key in _NUMBERS
            else DataType.TEXT
        )
        for keys in EVENT_DATA.values()
        for key in keys
    }
)  # fmt: skip
"""Type of the value under each data key."""


EVENT_CATEGORY = {
    EventKind.SIGHTING: C.LOCATION,
    EventKind.ACCOMMODATION_START: C.HOUSING,
    EventKind.ACCOMMODATION_END: C.HOUSING,
    EventKind.INSTITUTION_ADMISSION: C.HEALTH,
    EventKind.DISCHARGE_EXPECTED: C.HEALTH,
    EventKind.INSTITUTION_DISCHARGE: C.HEALTH,
    EventKind.RISK_OF_HOMELESSNESS: C.HOUSING,
    EventKind.DUTY_OWED: C.HOUSING,
    EventKind.DUTY_ENDED: C.HOUSING,
    EventKind.PREVENTION_OUTCOME: C.HOUSING,
    EventKind.REGISTER_APPLICATION: C.HOUSING,
    EventKind.NOMINATION: C.HOUSING,
    EventKind.NOMINATION_DECIDED: C.HOUSING,
    EventKind.EXCLUSION: C.HOUSING,
    EventKind.EXCLUSION_ENDED: C.HOUSING,
    EventKind.EMPLOYMENT: C.EMPLOYMENT,
    EventKind.DEATH: C.EXISTENCE,
}
"""Field category of each kind of event; every kind not named here is agency involvement."""


def category_of(kind: EventKind, data: dict[str, str | int | bool] | None = None) -> C:
    """Return the field category an event is released under.

    A stay in a prison is criminal-justice data, one in a hospital health data; an unknown institution
    counts as criminal justice, the narrower of the two.
    """
    category = EVENT_CATEGORY.get(kind, C.AGENCY_INVOLVEMENT)
    if category is C.HEALTH and (data or {}).get("institution") != "hospital":
        return C.CRIMINAL_JUSTICE
    return category


class Event(PersonalNoun):
    """One thing that happened, attached to exactly one source record of the agency recording it.

    Args:
        event_id: Its identifier.
        record_id: The source record it is attached to, so that un-linking is exact.
        agency_id: The agency recording it.
        kind: What happened.
        occurred_on: Civil date in Europe/London on which it was true.
        recorded_at: When the register learned of it (UTC).
        sequence: Log sequence that made it known; 0 before it is stored.
        data: Facts of this kind of event, keyed as the table above says.
        corrects: The event this one replaces, if it is a correction.
        withdrawn: The event it corrects is withdrawn and nothing stands in its place.
    """

    event_id: EventId
    record_id: RecordId
    agency_id: AgencyId
    kind: EventKind
    occurred_on: date
    recorded_at: UtcDateTime
    sequence: int = 0
    data: dict[str, str | int | bool] = Field(default_factory=dict)
    corrects: EventId | None = None
    withdrawn: bool = False

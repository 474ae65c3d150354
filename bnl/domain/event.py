"""Events: what happened to somebody, when it was true, when it was known, and who said so."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

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
        data: Facts of this kind of event (``situation``, ``outcome``, ``due_on``, ``to_agency``, …).
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

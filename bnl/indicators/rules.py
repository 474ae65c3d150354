"""Rule sets: what counts as homeless, when silence counts, who is new; named, versioned data."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from bnl.domain.base import Noun
from bnl.domain.event import EventKind
from bnl.indicators.states import HOMELESS_STATES, State

_CONTACTS: Final = frozenset(
    {
        EventKind.REFERRAL,
        EventKind.DUTY_TO_REFER,
        EventKind.TRIAGE,
        EventKind.ASSESSMENT,
        EventKind.SUPPORT_PLAN,
        EventKind.CONTACT,
        EventKind.SIGHTING,
        EventKind.ACCOMMODATION_START,
        EventKind.INSTITUTION_ADMISSION,
        EventKind.INSTITUTION_DISCHARGE,
        EventKind.RISK_OF_HOMELESSNESS,
        EventKind.REOPENING,
        EventKind.MOVED_IN,
    }
)


class StatusRules(Noun):
    """How statuses and flows are read from events.

    Args:
        name: Name of the rule set, recorded with every figure.
        version: Counts up whenever the meaning of the name changes.
        active: States that count as homeless and active.
        silence_days: Days after the last contact on which somebody is still active; inactive the day after.
            None if only a formal decision makes inactive.
        institution_days: Longest stay in an institution, in days, that changes nothing.
        new_after_months: Months without being active after which a person counts as newly identified again;
            None if only somebody never active before is new.
        adults_only: Whether a person counts only from the 18th birthday, where it is known.
        contacts: Kinds of event that count as contact with the person; a contact must have been answered.
        lost_after_days: Days of silence after which an open person is lost.
        overdue_days: Days an undone action may be overdue before it no longer keeps anybody.
        handover_days: Days a handover may wait for its answer.
        discharge_days: Days ahead of an expected discharge from which a person in an institution is open
            again.
    """

    name: str
    version: int = Field(default=1, ge=1)
    active: frozenset[State] = HOMELESS_STATES
    silence_days: int | None = Field(default=None, ge=1)
    institution_days: int = Field(default=90, ge=1)
    new_after_months: int | None = Field(default=None, ge=1)
    adults_only: bool = False
    contacts: frozenset[EventKind] = _CONTACTS
    lost_after_days: int = Field(default=90, ge=1)
    overdue_days: int = Field(default=90, ge=0)
    handover_days: int = Field(default=14, ge=0)
    discharge_days: int = Field(default=56, ge=0)

    @property
    def label(self) -> str:
        """Return name and version as they stand beside a figure."""
        return f"{self.name} v{self.version}"


COUNTY: Final = StatusRules(name="county")
"""The county's default: inactive by formal decision only; supported accommodation counts as homeless."""

SILENCE_90: Final = StatusRules(name="silence(90)", silence_days=90)
"""For comparison with systems that let people lapse: active on day 90 of silence, not on day 91."""

NEW_AFTER_24_MONTHS: Final = StatusRules(name="new after 24 months", new_after_months=24)
"""Somebody not active for 24 months counts as newly identified again."""

ROUGH_SLEEPING: Final = StatusRules(name="rough sleeping", active=frozenset({State.ROUGH_SLEEPING}))
"""Only those sleeping rough count as active."""

ADULTS: Final = StatusRules(name="adults", adults_only=True)
"""As the county's default, counting each person from the 18th birthday."""

STATUS_RULES: Final = {
    rules.name: rules for rules in (COUNTY, SILENCE_90, NEW_AFTER_24_MONTHS, ROUGH_SLEEPING, ADULTS)
}
"""The rule sets that ship with the library, by name."""

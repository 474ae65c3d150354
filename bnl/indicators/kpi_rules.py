"""KPI rules: what each indicator counts, in versions with dates of force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from pydantic import Field

from bnl.domain.base import Noun
from bnl.errors import InputError


class Kpi(StrEnum):
    """The indicators of the county's prevention contract, and those beside it."""

    SERVICE_USERS = "service_users"
    EVICTIONS_AVOIDED = "evictions_avoided"
    TRIAGE = "triage"
    ASSESSMENT = "assessment"
    CLOSED = "closed"
    IN_EMPLOYMENT = "in_employment"
    RE_REFERRAL = "re_referral"
    PREVENTION = "prevention"
    REJECTED = "rejected"
    UPSTREAM = "upstream"


class KpiRule(Noun):
    """One version of one indicator.

    Args:
        kpi: The indicator.
        name: Name of the rule.
        version: Counts up with the dates.
        starts_on: First day in force, None for always.
        ends_on: Last day in force, None while it lasts.
        target: Rate in ``[0, 1]`` or count to exceed, as a fraction.
        days: Limit in days: working days for triage unless ``calendar``, calendar days otherwise.
        calendar: Whether triage counts calendar days, as the monitoring of 2018 to 2021 did.
        unplanned: Whether unplanned closures count.
        beneficiaries: Whether family who benefit count as service users.
        lookback_months: How far back prior service counts.
        suspended: Whether the indicator was suspended: its cases are excluded by name.
    """

    kpi: Kpi
    name: str
    version: int = Field(ge=1)
    starts_on: date | None = None
    ends_on: date | None = None
    target: Fraction | None = None
    days: int = 0
    calendar: bool = False
    unplanned: bool = False
    beneficiaries: bool = False
    lookback_months: int = 24
    suspended: bool = False

    @property
    def label(self) -> str:
        """Return name and version as they stand beside a figure."""
        return f"{self.name} v{self.version}"

    @property
    def always(self) -> bool:
        """Return whether the version has neither a first nor a last day."""
        return self.starts_on is None and self.ends_on is None

    def in_force(self, day: date) -> bool:
        """Return whether the version is in force on a day; first and last day are inside."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


_FAMILY_FROM: Final = date(2019, 1, 1)
_PAUSE: Final = (date(2020, 4, 1), date(2021, 3, 31))


def _triage(name: str, *, calendar: bool) -> tuple[KpiRule, ...]:
    return (
        KpiRule(kpi=Kpi.TRIAGE, name=name, version=1, days=3, target=Fraction(99, 100), calendar=calendar),
    )


def _closed(name: str, *, unplanned: bool) -> tuple[KpiRule, ...]:
    """Return three versions of the closure rule: before, during and after its suspension."""
    first, last = _PAUSE

    def version(number: int, start: date | None, end: date | None, *, suspended: bool = False) -> KpiRule:
        return KpiRule(
            kpi=Kpi.CLOSED,
            name=name,
            version=number,
            starts_on=start,
            ends_on=end,
            days=180,
            target=Fraction(65, 100),
            unplanned=unplanned,
            suspended=suspended,
        )

    before, after = date(2020, 3, 31), date(2021, 4, 1)
    return version(1, None, before), version(2, first, last, suspended=True), version(3, after, None)


RULES: Final[Mapping[str, tuple[KpiRule, ...]]] = MappingProxyType(
    {
        "service users": (
            KpiRule(
                kpi=Kpi.SERVICE_USERS,
                name="service users",
                version=1,
                ends_on=date(2018, 12, 31),
                target=Fraction(700),
            ),
            KpiRule(
                kpi=Kpi.SERVICE_USERS,
                name="service users",
                version=2,
                starts_on=_FAMILY_FROM,
                target=Fraction(700),
                beneficiaries=True,
            ),
        ),
        "evictions avoided": (
            KpiRule(kpi=Kpi.EVICTIONS_AVOIDED, name="evictions avoided", version=1, target=Fraction(95, 100)),
        ),
        "triage, working days": _triage("triage, working days", calendar=False),
        "triage, calendar days": _triage("triage, calendar days", calendar=True),
        "assessment in 14 days": (
            KpiRule(
                kpi=Kpi.ASSESSMENT, name="assessment in 14 days", version=1, days=14, target=Fraction(95, 100)
            ),
        ),
        "closed in six months, planned": _closed("closed in six months, planned", unplanned=False),
        "closed in six months, all": _closed("closed in six months, all", unplanned=True),
        "in employment": (
            KpiRule(kpi=Kpi.IN_EMPLOYMENT, name="in employment", version=1, target=Fraction(70, 100)),
        ),
        "re-referral in two years": (
            KpiRule(kpi=Kpi.RE_REFERRAL, name="re-referral in two years", version=1, lookback_months=24),
        ),
        "prevention": (KpiRule(kpi=Kpi.PREVENTION, name="prevention", version=1),),
        "rejected referrals": (KpiRule(kpi=Kpi.REJECTED, name="rejected referrals", version=1),),
        "upstream": (KpiRule(kpi=Kpi.UPSTREAM, name="upstream", version=1),),
    }
)
"""The rules that ship with the library: every version of every name.

Source: Oxfordshire Housing Support Service, review of service April 2018 to April 2021, sections 5 and 13.
"""

DEFAULT: Final[Mapping[Kpi, str]] = MappingProxyType(
    {
        Kpi.SERVICE_USERS: "service users",
        Kpi.EVICTIONS_AVOIDED: "evictions avoided",
        Kpi.TRIAGE: "triage, working days",
        Kpi.ASSESSMENT: "assessment in 14 days",
        Kpi.CLOSED: "closed in six months, planned",
        Kpi.IN_EMPLOYMENT: "in employment",
        Kpi.RE_REFERRAL: "re-referral in two years",
        Kpi.PREVENTION: "prevention",
        Kpi.REJECTED: "rejected referrals",
        Kpi.UPSTREAM: "upstream",
    }
)
"""The rule used for an indicator when none is named."""


def versions_of(kpi: Kpi, rule: str | tuple[KpiRule, ...] | None) -> tuple[KpiRule, ...]:
    """Return the versions of a rule.

    Args:
        kpi: The indicator.
        rule: Name of a rule that ships with the library, versions of your own, or None for the default.

    Returns:
        Its versions, in order.

    Raises:
        InputError: If there is no such rule, or it is of another indicator.
    """
    versions = rule if isinstance(rule, tuple) else RULES.get(rule or DEFAULT[kpi], ())
    if not versions or any(version.kpi is not kpi for version in versions):
        known = ", ".join(name for name, rules in RULES.items() if rules[0].kpi is kpi)
        raise InputError(f"there is no such rule for {kpi.value}.", f"Known are: {known}.")
    return versions

"""Retention as data: when a record is looked at again, what the law keeps longer, why and for how long."""

from __future__ import annotations

import calendar
import hashlib
import tomllib
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, ValidationError

from bnl.domain.audit import CODE
from bnl.domain.base import Noun
from bnl.errors import InputError

_SHIPPED = Path(__file__).parent / "data" / "retention.toml"
_MONTHS = 12

Code = Annotated[str, Field(pattern=rf"^(?:{CODE})$")]
Months = Annotated[int, Field(ge=1, le=1200)]
Days = Annotated[int, Field(ge=0, le=36_500)]


class KeepWhen(StrEnum):
    """When the law keeps a record."""

    DEATH_RECORDED = "death_recorded"
    SAFEGUARDING_RECORDED = "safeguarding_recorded"
    HOMELESSNESS_DECISION = "homelessness_decision"


class ReviewWhen(StrEnum):
    """From when the review of a record is counted."""

    LAST_ACTIVITY = "last_activity"


class KeepRule(Noun):
    """Something that keeps a record from being erased before its time.

    Args:
        code: Its name, as certificates and entries give it.
        condition: When it applies.
        months: For how long, from the day the condition names.
        why: The reason, in a sentence for the person.
        source: The law relied on.
    """

    code: Code
    condition: KeepWhen
    months: Months
    why: str = Field(min_length=1)
    source: str = Field(min_length=1)


class ReviewRule(Noun):
    """When somebody has to decide whether a record is still needed; see `KeepRule`."""

    code: Code
    condition: ReviewWhen
    months: Months
    why: str = Field(min_length=1)
    source: str = Field(min_length=1)


class ErasureReason(Noun):
    """A reason for which a record may be erased.

    Args:
        code: Its name.
        source: The law that gives it.
    """

    code: Code
    source: str = Field(min_length=1)


class RetentionPolicy(Noun):
    """What a county has settled about keeping and erasing.

    Args:
        policy: Its name.
        version: Its version, from 1.
        dated: Day it was settled.
        owner: Agency that answers for it.
        quarantine_days: Days after which a quarantined row is destroyed, mended or not.
        key_backups_lapse_days: Days after which no backup of the key store exists any more.
        database_backups_lapse_days: Days after which no backup or archived log of the database does.
        keep: What keeps a record longer.
        review: When records are looked at again.
        reason: For which reasons a record may be erased.
    """

    policy: Code
    version: int = Field(ge=1)
    dated: date
    owner: str = Field(min_length=1)
    quarantine_days: Days
    key_backups_lapse_days: Days
    database_backups_lapse_days: Days
    keep: tuple[KeepRule, ...]
    review: tuple[ReviewRule, ...]
    reason: tuple[ErasureReason, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the policy's content in hex: entries name it, so no weaker one passes unseen."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class RetentionFacts(NamedTuple):
    """What retention needs to know of one record.

    Args:
        last_activity: Day of its latest statement or event.
        died_on: Day of death of the person, if one is recorded.
        safeguarding_on: Day of its latest statement that holds safeguarding information.
        decided_on: Day of its latest event about a duty.
    """

    last_activity: date
    died_on: date | None = None
    safeguarding_on: date | None = None
    decided_on: date | None = None


class KeptByLaw(NamedTuple):
    """Why a record is not erased.

    Args:
        code: Of the rule.
        until: First day on which the rule no longer keeps it.
        why: The reason, for the person.
        source: The law relied on.
    """

    code: str
    until: date
    why: str
    source: str


class ReviewDate(NamedTuple):
    """When a record is looked at again.

    Args:
        code: Of the rule.
        due_on: The day.
        why: The reason.
        source: The law relied on.
    """

    code: str
    due_on: date
    why: str
    source: str


def load_policy(path: str | Path | None = None) -> RetentionPolicy:
    """Read a retention policy.

    Args:
        path: TOML file; the shipped policy if not given.

    Raises:
        InputError: The file cannot be read or says something that is no policy.
    """
    place = Path(path) if path is not None else _SHIPPED
    try:
        return RetentionPolicy.model_validate(tomllib.loads(place.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise InputError(
            "The retention policy cannot be read.", "Give a TOML file.", file=place.name
        ) from None
    except ValidationError as error:
        wrong = "; ".join(sorted({".".join(str(part) for part in one["loc"]) for one in error.errors()}))
        advice = "Compare it with the policy that comes with the library."
        raise InputError(f"The retention policy is wrong at {wrong}.", advice, file=place.name) from None


def kept_by_law(policy: RetentionPolicy, facts: RetentionFacts, today: date) -> tuple[KeptByLaw, ...]:
    """Return what keeps a record today.

    Args:
        policy: The policy.
        facts: Of the record.
        today: Civil day (Europe/London).

    Returns:
        The rules that keep it, in the policy's order; none if it may be erased.
    """
    counted = {
        KeepWhen.DEATH_RECORDED: facts.died_on,
        KeepWhen.SAFEGUARDING_RECORDED: facts.safeguarding_on,
        KeepWhen.HOMELESSNESS_DECISION: facts.decided_on,
    }
    found = []
    for rule in policy.keep:
        since = counted[rule.condition]
        until = None if since is None else months_later(since, rule.months)
        if until is not None and today < until:
            found.append(KeptByLaw(rule.code, until, rule.why, rule.source))
    return tuple(found)


def review_dates(policy: RetentionPolicy, facts: RetentionFacts) -> tuple[ReviewDate, ...]:
    """Return when a record has to be looked at again, in the policy's order."""
    return tuple(
        ReviewDate(rule.code, months_later(facts.last_activity, rule.months), rule.why, rule.source)
        for rule in policy.review
    )


def months_later(day: date, months: int) -> date:
    """Return the day some calendar months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def latest(days: Sequence[date]) -> date | None:
    """Return the latest of some days, None if there are none."""
    return max(days, default=None)

"""Reviews: which records have to be looked at again, and quarantined rows that have waited too long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bnl.domain.actor import Actor
from bnl.domain.identifiers import Handle
from bnl.domain.vocabulary import Purpose
from bnl.errors import Denied
from bnl.register.clock import civil_day
from bnl.register.core import Core
from bnl.register.erasure import ERASERS, PURPOSES
from bnl.register.journal import REGISTER_ACTOR, Act
from bnl.register.retention import RetentionPolicy, review_dates
from bnl.register.retention_facts import retention_facts
from bnl.storage.documents import Document


class DueReview(NamedTuple):
    """A record of the agency's own that somebody has to decide about.

    Args:
        handle: Of the record.
        rule: Code of the rule of the retention policy.
        due_on: Since when.
        last_activity: Day of its latest statement or event.
    """

    handle: Handle
    rule: str
    due_on: date
    last_activity: date


def due_reviews(
    core: Core, actor: Actor, purpose: Purpose, policy: RetentionPolicy, as_of: date | None
) -> list[DueReview]:
    """List the agency's own records whose review is due, longest due first.

    Args:
        core: The register's state.
        actor: A data officer, manager or steward.
        purpose: Subject access or stewardship.
        policy: The retention policy.
        as_of: The day; today if not given.

    Raises:
        Denied: The role or the purpose is another.
    """
    with core.change(events=True) as uow:
        if actor.role not in ERASERS or purpose not in PURPOSES:
            advice = "Reviews are for data officers, managers and stewards, for stewardship."
            raise Denied("This role may not list records for review.", advice, reasons=("no_clause",))
        today, snapshot = as_of or civil_day(core.clock()), core.snapshot
        found = []
        for record in snapshot.records.values():
            if record.agency_id != actor.agency_id:
                continue
            facts = retention_facts(snapshot, record.record_id)
            handle = core.handles.handle(actor.agency_id, record.record_id)
            found += [
                DueReview(handle, rule.code, rule.due_on, facts.last_activity)
                for rule in review_dates(policy, facts)
                if rule.due_on <= today
            ]
        core.journal.write(uow, actor, Act("retention.review", purpose.value, details={"due": len(found)}))
    return sorted(found, key=lambda one: (one.due_on, one.handle))


def expire_quarantine(core: Core, policy: RetentionPolicy) -> int:
    """Destroy quarantined rows that have waited longer than the policy allows, whoever sent them.

    Args:
        core: The register's state.
        policy: The retention policy.

    Returns:
        How many rows were destroyed.
    """
    with core.change() as uow:
        kept = uow.quarantine.of(list(core.snapshot.submissions))
        doomed = expired(kept, core.clock(), policy.quarantine_days)
        uow.quarantine.delete_many(doomed)
        core.journal.write(uow, REGISTER_ACTOR, Act("quarantine.expire", details={"rows": len(doomed)}))
    return len(doomed)


def expired(kept: Iterable[Document], now: datetime, days: int) -> list[str]:
    """Return the keys of quarantined rows older than some days."""
    return [
        one.key for one in kept if datetime.fromisoformat(str(one.data["at"])) <= now - timedelta(days=days)
    ]

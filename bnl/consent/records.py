"""Consent records: a grant in the fields of ISO/IEC TS 27560, and the receipt the person takes away.

Source: ISO/IEC TS 27560:2023 (consent record information structure) and the Kantara consent receipt 1.1 that
it grew from. A record speaks of the person by the reference the giver has, never by name.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from pydantic import Field

from bnl.consent.explain import explain_grant
from bnl.consent.rules.conditions import OFFENCE_CATEGORIES, SPECIAL_CATEGORIES
from bnl.consent.rules.terms import PREFIXES, STATUS_TERMS, term_of
from bnl.consent.rules.words import CATEGORY_WORDS
from bnl.consent.terms import ending_counts
from bnl.domain.agency import Agency
from bnl.domain.base import PersonalNoun, UtcDateTime
from bnl.domain.consent import Ending, Grant, Notice
from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import ANY, Anything
from bnl.domain.vocabulary import Action, FieldCategory, Purpose

SCHEMA: Final = "ISO/IEC TS 27560:2023"
RIGHTS: Final = (
    "to withdraw this at any time, as easily as it was given",
    "to see what is held about you and who saw it",
    "to have what is wrong put right",
    "to have it erased, restricted, or to object",
    "to complain to the Information Commissioner (ico.org.uk, 0303 123 1113)",
)


class State(StrEnum):
    """State of a consent record after an event."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"


class DataItem(PersonalNoun):
    """One kind of personal data of a record."""

    category: str
    words: str
    term: str
    special_category: bool = False
    criminal_offence: bool = False


class Party(PersonalNoun):
    """One party of a record: its role is controller, recipient or principal."""

    party_id: str
    name: str
    role: str
    capacity: str = ""


class RecordEvent(PersonalNoun):
    """One event in the life of a record, with the state it led to."""

    time: UtcDateTime
    state: State
    term: str
    by: str
    evidence: tuple[str, ...] = ()


class ConsentRecord(PersonalNoun):
    """A grant as a consent record.

    Args:
        schema_version: The standard.
        record_id: Id of the grant.
        version: Version of the grant.
        principal: Reference of the person or whoever gave it.
        notice: Notice shown: reference, language, jurisdiction, storage, retention, withdrawal method.
        purposes: Purposes with their terms.
        lawful_basis: The basis and its term.
        processing: What is done, with terms.
        data: Kinds of data.
        parties: Controller, recipients and giver.
        onward: Whom it may be passed on to.
        valid_from: First instant (UTC).
        valid_until: First instant it no longer holds; None if it has no end.
        events: Events in order, each with the state it led to.
        rights: What the person can do.
        prefixes: Namespaces of the terms.
        plain: The grant in one plain sentence.
    """

    schema_version: str = SCHEMA
    record_id: str
    version: int
    principal: str
    notice: Notice
    purposes: tuple[tuple[str, str], ...]
    lawful_basis: tuple[str, str] | None
    processing: tuple[tuple[str, str], ...]
    data: tuple[DataItem, ...]
    parties: tuple[Party, ...]
    onward: tuple[str, ...]
    valid_from: UtcDateTime
    valid_until: UtcDateTime | None
    events: tuple[RecordEvent, ...]
    rights: tuple[str, ...] = RIGHTS
    prefixes: dict[str, str] = Field(default_factory=lambda: dict(PREFIXES))
    plain: str

    @property
    def state(self) -> State:
        """The state the last event led to."""
        return self.events[-1].state


def consent_record(
    grant: Grant, endings: Iterable[Ending], agencies: Mapping[AgencyId, Agency], now: datetime
) -> ConsentRecord:
    """Make the consent record of a grant.

    Args:
        grant: The grant; a forbid is a consent refused.
        endings: Its endings.
        agencies: Agencies by id, for their names.
        now: The instant of which its state is told (UTC).
    """
    return ConsentRecord(
        record_id=grant.grant_id,
        version=grant.version,
        principal=grant.given_by.reference,
        notice=grant.notice or Notice(),
        purposes=_termed(_named(grant.purposes, tuple(Purpose), grant)),
        lawful_basis=None if grant.basis is None else (grant.basis.value, term_of(grant.basis)),
        processing=_termed(_named(grant.actions, tuple(Action), grant)),
        data=tuple(_item(category) for category in _named(grant.categories, tuple(FieldCategory), grant)),
        parties=_parties(grant, agencies),
        onward=_listed(grant.onward_recipients),
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        events=_events(grant, endings, now),
        plain=explain_grant(grant, agencies),
    )


T = TypeVar("T", bound=StrEnum)


def _named(scope: frozenset[T] | Anything | None, everything: Sequence[T], grant: Grant) -> tuple[T, ...]:
    if scope is None:
        return () if grant.permits else tuple(everything)
    return tuple(everything) if isinstance(scope, Anything) else tuple(v for v in everything if v in scope)


def _listed(scope: Iterable[str] | Anything | None) -> tuple[str, ...]:
    if scope is None:
        return ()
    return (scope.value,) if isinstance(scope, Anything) else tuple(sorted(scope))


def _worded(agency_id: str) -> str:
    return "any agency" if agency_id == ANY.value else agency_id


def _termed(values: Iterable[Purpose] | Iterable[Action]) -> tuple[tuple[str, str], ...]:
    return tuple((value.value, term_of(value)) for value in values)


def _item(category: FieldCategory) -> DataItem:
    return DataItem(
        category=category.value,
        words=CATEGORY_WORDS[category],
        term=term_of(category),
        special_category=category in SPECIAL_CATEGORIES,
        criminal_offence=category in OFFENCE_CATEGORIES,
    )


def _parties(grant: Grant, agencies: Mapping[AgencyId, Agency]) -> tuple[Party, ...]:
    def party(agency_id: str, role: str) -> Party:
        agency = agencies.get(AgencyId(agency_id))
        return Party(
            party_id=agency_id, name=_worded(agency_id) if agency is None else agency.name, role=role
        )

    # Silence matches nobody in a permit and everybody in a forbid.
    silent = () if grant.permits else _listed(ANY)
    recipients = silent if grant.agencies is None else _listed(grant.agencies)

    giver = Party(
        party_id=grant.given_by.reference, name="", role="principal", capacity=grant.given_by.capacity.value
    )
    controllers = () if grant.relying_party is None else (party(grant.relying_party, "controller"),)
    return (giver, *controllers, *(party(one, "recipient") for one in recipients))


def _events(grant: Grant, endings: Iterable[Ending], now: datetime) -> tuple[RecordEvent, ...]:
    given = State.GIVEN if grant.permits else State.REFUSED
    found = [_event(grant.recorded_at, given, grant.given_by.capacity.value, grant.evidence)]
    for ending in sorted(endings, key=lambda one: (one.said_at, one.recorded_at)):
        if ending.grant_id == grant.grant_id and ending_counts(ending, grant):
            who = ending.given_by.capacity.value if ending.given_by else "steward"
            state = State.WITHDRAWN if ending.given_by else State.INVALIDATED
            found.append(_event(ending.said_at, state, who, ending.evidence))
            return tuple(found)
    if grant.valid_until is not None and grant.valid_until <= now:
        found.append(_event(grant.valid_until, State.EXPIRED, "time", ()))
    return tuple(found)


def _event(time: datetime, state: State, by: str, evidence: tuple[str, ...]) -> RecordEvent:
    return RecordEvent(time=time, state=state, term=STATUS_TERMS[state.value], by=by, evidence=evidence)


def receipt_json(record: ConsentRecord) -> str:
    """Return the receipt as JSON, the same bytes for the same record."""
    return json.dumps(record.model_dump(mode="json"), sort_keys=True, indent=2, ensure_ascii=False)


def receipt_lines(record: ConsentRecord) -> tuple[tuple[str, str], ...]:
    """Return the receipt as headed lines, as the text and the page show it."""
    until = "no end stated" if record.valid_until is None else f"{record.valid_until:%d %B %Y}"
    lines = [
        ("What was said", record.plain),
        ("State", f"{record.state.value}, since {record.events[-1].time:%d %B %Y %H:%M} UTC"),
        ("Receipt number", f"{record.record_id}, version {record.version}"),
        ("From", f"{record.valid_from:%d %B %Y}"),
        ("Until", until),
        ("What it is about", "; ".join(item.words for item in record.data) or "nothing"),
        ("Responsible", "; ".join(p.name for p in record.parties if p.role == "controller") or "not stated"),
        ("Who", "; ".join(p.name for p in record.parties if p.role == "recipient") or "nobody"),
        ("May be passed on to", "; ".join(map(_worded, record.onward)) or "nobody"),
        ("Notice", f"{record.notice.reference or 'not stated'} ({record.notice.language})"),
        ("Kept where", record.notice.storage or "not stated"),
        ("Kept how long", record.notice.retention or "not stated"),
        ("Law", record.notice.jurisdiction),
        ("How to withdraw", record.notice.withdrawal_method or "tell any worker of any partner"),
    ]
    return (*lines, *(("Your right", right) for right in record.rights))


def receipt_text(record: ConsentRecord) -> str:
    """Return the receipt as plain text."""
    return "\n".join(f"{head}: {body}" for head, body in receipt_lines(record)) + "\n"


def receipt_page(record: ConsentRecord) -> str:
    """Return the receipt as an HTML page to print; everything in it is escaped, and it loads nothing."""
    language = html.escape(record.notice.language, quote=True)
    rows = "\n".join(
        f"<tr><th scope='row'>{html.escape(head)}</th><td>{html.escape(body)}</td></tr>"
        for head, body in receipt_lines(record)
    )
    style = "body{font:12pt sans-serif;margin:2cm}th{text-align:left;vertical-align:top;padding-right:1em}"
    return (
        f"<!doctype html>\n<html lang='{language}'><head><meta charset='utf-8'><title>Receipt</title>"
        f"<style>{style}</style></head>\n<body><h1>Your receipt</h1>\n<table>\n{rows}\n</table>\n"
        "</body></html>\n"
    )

"""The right of access: everything held about one person, by agency, to be read by them or by a program."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from bnl.consent.decide import ask
from bnl.consent.decision import Decision
from bnl.domain.actor import Actor
from bnl.domain.audit import instant_text
from bnl.domain.consent import Ending, Grant
from bnl.domain.event import Event
from bnl.domain.household import Membership
from bnl.domain.identifiers import AgencyId, PersonId
from bnl.domain.record import SourceRecord
from bnl.domain.vocabulary import Action, Capacity, FieldCategory, Purpose
from bnl.errors import Denied
from bnl.register.core import Core
from bnl.register.disclosures import entries_about
from bnl.register.letter_style import page
from bnl.register.release import Exit, PersonView, events_of, opened, unknown_handle

FORMAT = "bnl-access/1"


@dataclass(frozen=True, slots=True, repr=False)
class AccessExport:
    """Everything that may be told a person about themselves, by agency. It is full of personal data.

    Args:
        content: ``agencies``: what each says; ``seen``: who saw what; ``withheld``: what others must answer.
    """

    content: Mapping[str, Any]

    def to_json(self) -> str:
        """Return it for a program (UK GDPR Article 20 asks for such a form)."""
        return json.dumps(self.content, indent=1, ensure_ascii=False)

    def page(self) -> str:
        """Return it for printing: one HTML document that needs no network."""
        return _page(self.content)

    def __repr__(self) -> str:
        return f"AccessExport({len(self.content['agencies'])} agencies)"


def export_access(core: Core, actor: Actor, purpose: Purpose, handle: str) -> AccessExport:
    """Put together what is held about a person, for that person.

    Args:
        core: The register's state.
        actor: Who answers the request; the agreement says which categories of others' records it covers.
        purpose: Subject access.
        handle: The person.

    Raises:
        Denied: The purpose is another, or the agreement does not let the role answer.
        NotFound: There is no such person, or not for this actor.

    Source:
        UK GDPR Article 15.
    """
    core.refresh()
    if purpose is not Purpose.SUBJECT_ACCESS or not core.may(actor, Action.VIEW, purpose):
        advice = "Sign in for subject access, in a role that the agreement lets answer it."
        raise Denied("This is for the person's own request only.", advice, reasons=("no_clause",))
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    content: dict[str, Any] | None = None
    with opened(core, request, "access.export", events=True) as way_out:
        if found := way_out.behind(handle):
            seen = entries_about(way_out, found[1])
            content = _gathered(way_out, *found)
            content["seen"] = [one._asdict() for one in seen]
    if content is None:
        raise unknown_handle()
    return AccessExport(content)


def _gathered(way_out: Exit, person_id: PersonId, decision: Decision) -> dict[str, Any]:
    core, events = way_out.core, events_of(way_out.core, person_id)
    view = way_out.view(person_id, decision, events)
    agencies: dict[str, dict[str, Any]] = {}
    for record in core.snapshot.records_of(person_id):
        if record.record_id not in decision.records:
            continue
        told = decision.permits(record.record_id, FieldCategory.AGENCY_INVOLVEMENT)
        place = record.agency_id if told or record.agency_id == way_out.request.actor.agency_id else ""
        enrolled = core.snapshot.agencies.get(AgencyId(place))
        held = agencies.setdefault(place, {"name": enrolled.name if enrolled else "", "records": []})
        held["records"].append(_record(way_out, record, decision, view))
    return {
        "format": FORMAT,
        "register": core.journal.log_key.name,
        "at": instant_text(core.clock()),
        "agencies": agencies,
        "withheld": sorted(category.value for category in decision.withheld),
    }


def _record(way_out: Exit, record: SourceRecord, decision: Decision, view: PersonView) -> dict[str, Any]:
    snapshot, agency_id = way_out.core.snapshot, way_out.request.actor.agency_id
    own = record.agency_id == agency_id
    told = decision.permits(record.record_id, FieldCategory.AGENCY_INVOLVEMENT)
    handle = way_out.core.handles.handle(agency_id, record.record_id)
    household = own or decision.permits(record.record_id, FieldCategory.HOUSEHOLD)
    stays = snapshot.memberships.get(record.record_id, {}).values() if household else ()
    versions = [*snapshot.superseded.get(record.record_id, ()), record]
    return {
        "reference": record.reference if own or told else None,
        "statements": [
            {"received_at": version.received_at.isoformat(), "values": way_out.said(version, decision)}
            for version in versions
        ],
        "events": [_event(one.event) for one in view.events if one.handle == handle],
        "household": [_stay(stay) for stay in stays],
        "agreed_and_refused": _grants(
            snapshot.grants.get(record.record_id, {}).values(),
            snapshot.endings.get(record.record_id, {}).values(),
            own=own,
        ),
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "on": event.occurred_on.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "what": event.kind.value,
        "facts": dict(event.data),
        "withdrawn": event.withdrawn,
    }


def _stay(stay: Membership) -> dict[str, Any]:
    # Who else lives there is theirs to ask.
    ends_on = stay.ends_on.isoformat() if stay.ends_on else None
    return {"relation": stay.relation, "starts_on": stay.starts_on.isoformat(), "ends_on": ends_on}


def _grants(grants: Iterable[object], endings: Iterable[Ending], *, own: bool) -> list[dict[str, Any]]:
    """Return what the person said; what others settled is told of the agency's own records."""
    ended = {ending.grant_id: ending for ending in endings}
    told = []
    for grant in grants:
        if not isinstance(grant, Grant) or not (own or grant.given_by.capacity is Capacity.SELF):
            continue
        terms = grant.model_dump(
            mode="json", exclude={"record_id", "sequence", "grant_id"}, exclude_defaults=True
        )
        ending = ended.get(grant.grant_id)
        told.append(terms | {"ended_at": ending.said_at.isoformat() if ending else None})
    return told


def _page(content: Mapping[str, Any]) -> str:
    parts = [
        f"<p>This is what {escape(str(content['register']))} held about you on "
        f"{escape(str(content['at'])[:10])}, by the agency that said it.</p>"
    ]
    for agency, held in content["agencies"].items():
        parts.append(f"<h2>{escape(held['name'] or agency or 'An agency not named here')}</h2>")
        parts += [_record_part(record) for record in held["records"]]
    if content["withheld"]:
        named = ", ".join(escape(name.replace("_", " ")) for name in content["withheld"])
        parts.append(f"<p>The agency that holds it must answer for itself about: {named}.</p>")
    parts.append(
        f"<p>{len(content['seen'])} uses of what is held about you are in the log; the letter about who saw "
        "what lists them. Agencies that keep records for themselves, as a refuge does, answer themselves.</p>"
    )
    return page("What is held about you", "".join(parts))


def _record_part(record: Mapping[str, Any]) -> str:
    rows = [
        (statement["received_at"][:10], name.replace("_", " "), _text(value))
        for statement in record["statements"]
        for name, value in statement["values"].items()
    ]
    rows += [
        (
            event["on"],
            event["what"].replace("_", " "),
            _text([f"{k}: {v}" for k, v in event["facts"].items()]),
        )
        for event in record["events"]
    ]
    rows += [(stay["starts_on"], "household", stay["relation"]) for stay in record["household"]]
    rows += [
        (grant["valid_from"][:10], "permitted" if grant["effect"] == "permit" else "refused", _terms(grant))
        for grant in record["agreed_and_refused"]
    ]
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr><th>when</th><th>what</th><th></th></tr>{lines}</table>"


def _terms(grant: Mapping[str, Any]) -> str:
    names = ("purposes", "categories", "agencies", "valid_until", "ended_at")
    return "; ".join(f"{name.replace('_', ' ')}: {_text(grant[name])}" for name in names if grant.get(name))


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

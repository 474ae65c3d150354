"""Exports: people's data for another agency, each row under a receipt, in files no spreadsheet can run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bnl.consent.decide import ask, refusal
from bnl.consent.decision import Decision
from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled
from bnl.domain.identifiers import RECEIPT, AgencyId, Handle, PersonId, new_id
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Denied, InputError
from bnl.exchange.writers import frame_bytes, write_frame
from bnl.register.core import Core
from bnl.register.receipts import Line, as_text, receipt_document, received_by, said
from bnl.register.release import Exit, PersonView, opened

RECEIPT_COLUMN, CHECK_COLUMN = "bnl_receipt", "bnl_check"
SUFFIXES = (".csv", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True, repr=False)
class Sent(Unpickled):
    """One record as it is sent.

    Args:
        handle: What the recipient knows the record by.
        person: What the recipient knows the person by: equal on all records of one person.
        said_by: Whose record it is; empty if that is not the recipient's to know.
        values: What is sent, by field name, as texts.
        check: Proves to the register that nothing in the row was altered.
    """

    handle: Handle
    person: Handle
    said_by: str
    values: dict[str, str]
    check: str

    def __repr__(self) -> str:
        return f"Sent({self.handle}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Export(Unpickled):
    """What an export holds.

    Args:
        receipt_id: The receipt every row carries.
        recipient: Whom it is for.
        rows: The records.
        left_out: Handles asked for of which nothing may be sent, or that stand for nobody: not told apart.
        obligations: What the recipient is bound to, each once.
    """

    receipt_id: str
    recipient: AgencyId
    rows: tuple[Sent, ...]
    left_out: tuple[str, ...]
    obligations: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Export({self.receipt_id}, {len(self.rows)} records)"

    def csv(self) -> str:
        """Return the rows as CSV in which no cell can be run as a formula."""
        return frame_bytes(self._frame(), "csv").decode()

    def json_lines(self) -> str:
        """Return the rows as JSON lines."""
        return frame_bytes(self._frame(), "jsonl").decode()

    def write(self, path: str | Path) -> Path:
        """Write the rows to a file whose name tells the format, readable by its owner alone.

        Raises:
            InputError: The name ends in neither .csv nor .jsonl, or the file cannot be written.
        """
        if Path(path).suffix.lower() not in SUFFIXES:
            raise InputError("An export is CSV or JSON lines.", f"End the name in {', '.join(SUFFIXES)}.")
        return write_frame(self._frame(), path)

    def _frame(self) -> pl.DataFrame:
        fields = [name for name in FIELD_CATEGORY if any(name in row.values for row in self.rows)]
        columns = {
            "handle": [str(row.handle) for row in self.rows],
            "person": [str(row.person) for row in self.rows],
            "said_by": [row.said_by for row in self.rows],
            **{name: [row.values.get(name, "") for row in self.rows] for name in fields},
            RECEIPT_COLUMN: [self.receipt_id for _ in self.rows],
            CHECK_COLUMN: [row.check for row in self.rows],
        }
        return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def export(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    recipient: AgencyId,
    *,
    handles: Sequence[str] | None,
    fields: Iterable[str] | None,
    receipts: Iterable[str],
) -> Export:
    """Export what may be sent to another agency.

    Decided for the sender's export and again for the recipient's view, by its agency alone.

    Args:
        core: The register's state.
        actor: Who sends.
        purpose: Why.
        recipient: To whom.
        handles: Whom; everybody of whom anything may be sent if not given.
        fields: Which fields; all if not given.
        receipts: Receipts under which the agency holds what it passes on of others.

    Returns:
        The rows with their receipt.

    Raises:
        Denied: The recipient, or a field, is not known.
    """
    receipt_id = new_id(RECEIPT)
    request = sending(core, actor, Action.EXPORT, purpose, recipient, fields, receipts, receipt_id)
    with opened(core, request, "export") as way_out:
        chosen, left_out = _chosen(way_out, handles)
        views = [(decision, way_out.view(person_id, decision)) for person_id, decision in chosen]
        rows = [row for _, view in views for row in _rows(way_out, view, receipt_id)]
        issue(way_out, receipt_id, [decision for decision, _ in views])
    duties = dict.fromkeys(duty for _, view in views for duty in view.obligations)
    return Export(receipt_id, AgencyId(recipient), tuple(rows), left_out, tuple(duties))


def sending(
    core: Core,
    actor: Actor,
    action: Action,
    purpose: Purpose,
    recipient: AgencyId,
    fields: Iterable[str] | None,
    receipts: Iterable[str],
    receipt_id: str,
) -> Request:
    """Return the request to send something to another agency, on the register's state of now.

    Args:
        core: The register's state.
        actor: Who sends.
        action: How.
        purpose: Why.
        recipient: To whom.
        fields: Which fields; all that may be sent if not given.
        receipts: Receipts under which the agency holds what it passes on of others; one it never got is
            none.
        receipt_id: Receipt under which it goes.

    Raises:
        Denied: The recipient or a field is not known: the request would be denied whole.
    """
    core.refresh()
    request = ask(
        actor=actor,
        action=action,
        purpose=purpose,
        moment=core.clock(),
        recipient=recipient,
        fields=None if fields is None else frozenset(fields),
        receipts=frozenset(one for one in receipts if received_by(core, actor.agency_id, one)),
        receipt_id=receipt_id,
    )
    reason = refusal(request, core.policy)
    if reason is not None:
        advice = "Name an agency that is enrolled, and fields of bnl.domain.person."
        raise Denied("An agency or field is not known.", advice, reasons=(reason.value,))
    return request


def issue(way_out: Exit, receipt_id: str, decisions: Iterable[Decision]) -> None:
    """Store the receipt of what an exit hands over, and name it in the entry."""
    core, request = way_out.core, way_out.request
    by = {r: (*one.clause_ids, *one.grant_ids) for one in decisions for r in one.records}
    lines = {
        record_id: Line(mask, by.get(record_id, ()), core.snapshot.records[record_id].version)
        for record_id, mask in way_out.subjects.items()
    }
    about = {
        "action": request.action.value,
        "purpose": request.purpose.value,
        "at": request.moment.isoformat(),
    }
    recipient = str(request.recipient)
    way_out.uow.receipts.add_many([receipt_document(receipt_id, request.actor, recipient, about, lines)])
    way_out.details.update(recipient=recipient, receipt=receipt_id)


def _chosen(
    way_out: Exit, handles: Sequence[str] | None
) -> tuple[list[tuple[PersonId, Decision]], tuple[str, ...]]:
    if handles is None:
        return list(way_out.visible(way_out.core.snapshot.people())), ()
    found: dict[PersonId, Decision] = {}
    left_out = []
    for handle in handles:
        if opened_person := way_out.behind(handle):
            person_id, decision = opened_person
            found[person_id] = decision
        else:
            left_out.append(handle)
    return list(found.items()), tuple(left_out)


def _rows(way_out: Exit, view: PersonView, receipt_id: str) -> list[Sent]:
    by_record: dict[Handle, list[tuple[str, str]]] = {}
    agencies: dict[Handle, str] = {}
    for value in view.values:
        by_record.setdefault(value.handle, []).append((value.field, as_text(value.value)))
        agencies[value.handle] = value.agency_id or ""
    check = way_out.core.handles.check_value
    return [
        Sent(handle, view.handle, agencies[handle], dict(values), check(receipt_id, handle, said(values)))
        for handle, values in by_record.items()
    ]

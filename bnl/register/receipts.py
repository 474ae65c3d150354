"""Receipts: what each thing sent rested on, kept so that it can be checked when it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pydantic import JsonValue

from bnl.consent.decide import ask, decide
from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, RecordId, UserId
from bnl.domain.person import PersonFields
from bnl.domain.record import SourceRecord
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, FieldCategory, Role
from bnl.exchange.writers import guard
from bnl.register.core import Core
from bnl.register.masks import categories_of_mask, names_of
from bnl.storage.documents import Document


class Line(NamedTuple):
    """What a receipt says of one record.

    Args:
        mask: Field mask of what was sent.
        by: Clauses and grants that decided, by id.
        version: Version of the record that was sent.
    """

    mask: int
    by: tuple[str, ...]
    version: int


def receipt_document(
    receipt_id: str, sender: Actor, recipient: str, about: Mapping[str, str], lines: Mapping[RecordId, Line]
) -> Document:
    """Return the receipt of something sent; it holds opaque ids and codes and no personal data.

    Args:
        receipt_id: Its id.
        sender: Who sent it.
        recipient: The agency it was sent to.
        about: Action, purpose and time of the sending.
        lines: What was sent, by record.
    """
    data: dict[str, JsonValue] = {
        "sender": sender.agency_id,
        "user": sender.user_id,
        "role": sender.role.value,
        "area": sender.area or "",
        "recipient": recipient,
        **about,
        "lines": {
            record_id: {"mask": line.mask, "by": list(line.by), "version": line.version}
            for record_id, line in lines.items()
        },
    }
    return Document(key=receipt_id, data=data)


def lines_of(receipt: Document) -> dict[RecordId, Line]:
    """Return what a receipt says of each record."""
    held = receipt.data["lines"]
    found: dict[RecordId, Line] = {}
    for record_id, line in held.items() if isinstance(held, dict) else ():
        if isinstance(line, dict):
            by = line["by"]
            ids = tuple(str(one) for one in by) if isinstance(by, list) else ()
            found[RecordId(record_id)] = Line(int(str(line["mask"])), ids, int(str(line["version"])))
    return found


def received_by(core: Core, agency_id: AgencyId, receipt_id: str) -> Document | None:
    """Return a receipt that was issued to an agency; None if there is none, or it is another's."""
    receipt = core.snapshot.receipts.get(receipt_id)
    if receipt is None or receipt.data["recipient"] != agency_id:
        return None
    return receipt


def sending_again(core: Core, receipt: Document, held: Iterable[str]) -> Request:
    """Return the request to send the same again now, as the same sender to the same recipient.

    Args:
        core: The register's state.
        receipt: What was sent.
        held: Ids of receipts under which the records were ever sent; the sender may show its own.
    """
    data = receipt.data
    sender = Actor(
        agency_id=AgencyId(str(data["sender"])),
        user_id=UserId(str(data["user"])),
        role=Role(str(data["role"])),
        area=str(data["area"]) or None,
    )
    return ask(
        actor=sender,
        action=Action(str(data["action"])),
        purpose=str(data["purpose"]),
        moment=core.clock(),
        recipient=data["recipient"],
        receipts=frozenset(one for one in held if received_by(core, sender.agency_id, one)),
        receipt_id=receipt.key,
    )


def still_sent(core: Core, receipt: Document, record_id: RecordId) -> frozenset[FieldCategory]:
    """Return what of a record could be sent again now; what has ended since, on either side, is not in it."""
    request = sending_again(core, receipt, core.snapshot.receipts_of.get(record_id, set()))
    return decide(request, core.compiled(core.snapshot.person(record_id)), core.policy).categories(record_id)


def sent_records(core: Core, lines: Mapping[RecordId, Line]) -> list[SourceRecord]:
    """Return records with those values alone that were sent and are still said the same."""
    found = []
    for record_id, line in lines.items():
        now = core.snapshot.records.get(record_id)
        versions = [*core.snapshot.superseded.get(record_id, ()), *([] if now is None else [now])]
        then = next((one for one in versions if one.version == line.version), None)
        if now is None or then is None:
            continue
        sent = set(names_of(line.mask))
        same = {
            name: value
            for name, value in now.fields.present().items()
            if name in sent and getattr(then.fields, name) == value
        }
        found.append(now.model_copy(update={"fields": PersonFields.model_validate(same)}))
    return found


def is_still_good(core: Core, receipt: Document, record_id: RecordId, line: Line) -> bool:
    """Tell whether everything a receipt covers of a record could be sent again now."""
    return categories_of_mask(line.mask) <= still_sent(core, receipt, record_id)


def said(values: Iterable[tuple[str, object]]) -> str:
    """Write values as one text that is the same however a file spelled them out: by field, lists joined."""
    texts = {name: as_text(value) for name, value in values}
    return "\x1e".join(f"{name}\x1f{unguarded(text)}" for name, text in sorted(texts.items()) if text)


def as_text(value: object) -> str:
    """Return a value as the text of one cell."""
    if value is None:
        return ""
    return "; ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)


def unguarded(text: str) -> str:
    """Return the text of a cell without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if text.startswith("'") and guard(text[1:]) == text else text

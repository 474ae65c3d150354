"""The letter to the person: who saw what, when, why and on what basis, with a proof of every line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from bnl.audit.checkpoint import Trust
from bnl.audit.disclosure import Disclosure, disclosure_text, require_disclosure
from bnl.audit.log import Log
from bnl.audit.merkle import leaf_hash
from bnl.audit.notes import LogKey
from bnl.audit.proofs import proof_among
from bnl.audit.tlog_proof import proof_text
from bnl.domain.actor import Actor
from bnl.domain.audit import instant_text
from bnl.domain.identifiers import RecordId
from bnl.domain.vocabulary import Purpose
from bnl.errors import ProofError, StorageError
from bnl.register.core import Core
from bnl.register.disclosures import Found, find_disclosures
from bnl.register.letter_style import page
from bnl.register.masks import names_of
from bnl.storage.keys import record_key
from bnl.storage.unit_of_work import ReadUnit

FORMAT = "bnl-letter/1"
_ACTS = {
    "collect": "took in or confirmed what it says about you",
    "view": "looked at what is held about you",
    "timeline": "looked at what is held about you, with what has happened",
    "search": "searched, and was shown you",
    "list": "saw you on the list",
    "lost": "saw you among those who might be lost",
    "event.record": "recorded something that happened",
    "consent.record": "recorded what you agreed to or refused",
    "consent.withdraw": "recorded that you withdrew your agreement",
    "household.record": "recorded whom you live with",
    "review.queue": "compared records that may be yours",
    "link.judge": "judged whether records are yours",
    "link.undo": "undid such a judgement",
    "disclosures": "asked, for you, who saw what",
    "disclosures.letter": "asked for this letter",
    "access.export": "put together what is held about you",
    "erase.plan": "looked at what could be erased",
    "erase": "had a record erased",
}


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A letter to the person, as data and as a page. It names nobody: put the address on it yourself.

    Args:
        content: What it says, each line with its proof.
    """

    content: Mapping[str, Any]

    def to_json(self) -> str:
        """Return the letter for a program."""
        return json.dumps(self.content, indent=1, ensure_ascii=False, sort_keys=True)

    def page(self) -> str:
        """Return the letter for printing: one HTML document that needs no network and carries its proofs."""
        return letter_page(self.content)

    def __repr__(self) -> str:
        return f"Letter({len(self.content['disclosures'])} lines)"


def write_letter(core: Core, actor: Actor, purpose: Purpose, handle: str) -> Letter:
    """Write the letter that answers who saw what about a person; see `bnl.register.disclosures`.

    Args:
        core: The register's state.
        actor: Who asks, for the person.
        purpose: Why; subject access, as a rule.
        handle: The person.

    Raises:
        NotFound: There is no such person, or not for this actor.
    """
    found = find_disclosures(core, actor, purpose, handle, code="disclosures.letter")
    agencies = sorted({one.agency for one in found.entries})
    known = core.snapshot.agencies
    names = {str(one): known[one].name for one in known}
    return Letter(
        {
            "format": FORMAT,
            "register": core.journal.log_key.name,
            "at": instant_text(core.clock()),
            "log_position": found.position,
            "agencies": {agency: names.get(agency, agency) for agency in agencies},
            "disclosures": _proved(core, actor, found),
        }
    )


def require_letter(content: Mapping[str, Any], log_key: LogKey) -> list[Disclosure]:
    """Raise unless every line of a letter is proved.

    Args:
        content: Of the letter.
        log_key: The log's public key.

    Returns:
        What each line proves, oldest first.

    Raises:
        ProofError: A line is not proved, or the letter is malformed or of another register.
    """
    lines = content.get("disclosures")
    if not isinstance(lines, list) or content.get("register") != log_key.name:
        raise ProofError("This is not a letter of this register.", "Check the public key; ask for it again.")
    return [require_disclosure(json.dumps(line), Trust(log_key)) for line in lines]


def letter_page(content: Mapping[str, Any]) -> str:
    """Lay a letter out; the same content always gives the same page."""
    masks: dict[str, int] = {}
    for line in content["disclosures"]:
        # Several records of the person in one entry are one line.
        masks[line["entry"]] = masks.get(line["entry"], 0) | int(line["fields"])
    rows = "".join(_row(json.loads(entry), mask, content) for entry, mask in masks.items())
    body = (
        f"<p>This is what the log of {escape(str(content['register']))} held about you on "
        f"{escape(str(content['at'])[:10])}, after {int(content['log_position']):,} entries: who used what "
        "is held about you, when, why and on what lawful basis. A user stands here by a number; the agency "
        "knows who it is, and you can ask it.</p><p>Agencies that keep records for themselves alone, as a "
        "refuge does, tell you of their own acts themselves.</p>"
        "<table><tr><th>when (UTC)</th><th>who</th><th>did what</th><th>why</th><th>basis</th><th>what</th>"
        f"</tr>{rows}</table>"
        "<p>If something here should not have happened, ask that agency, or complain to the Information "
        "Commissioner.</p>"
    )
    return page("Who saw what about you", body, content)


def _row(entry: Mapping[str, Any], mask: int, content: Mapping[str, Any]) -> str:
    agency = str(content["agencies"].get(entry["agency"], entry["agency"]))
    what = ", ".join(name.replace("events:", "events on ").replace("_", " ") for name in names_of(mask))
    cells = (
        str(entry["time"])[:16].replace("T", " "),
        f"{agency}, user {entry['actor']}",
        f"{_ACTS.get(entry['action'], entry['action'])} ({entry['decision']})",
        str(entry["purpose"]).replace("_", " "),
        str(entry["lawful_basis"]).replace("_", " "),
        what or "that there is a record",
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _proved(core: Core, actor: Actor, found: Found) -> list[dict[str, Any]]:
    keys = core.keyring.get_many([record_key(RecordId(record_id)) for record_id in found.records])
    lines = []
    with ReadUnit(core.store) as unit:
        newest = unit.log.newest_checkpoint()
        if newest is None:
            raise StorageError("The log holds no checkpoint.", "Run `bnl audit verify`.")
        size, note = newest
        log = Log(unit.log)
        for sequence, agency in ((one.sequence, one.agency) for one in found.entries):
            ((_, leaf, _),) = unit.log.leaves(sequence, sequence + 1)
            proof = proof_text(sequence, log.inclusion_proof(sequence, size), note)
            rows = unit.log.subjects_of(sequence)
            # Others' acts are told of the records alone whose use by others may be told.
            told = found.records if agency == actor.agency_id else found.involved
            mine = {
                keys[record_key(r)].keyed_hash("subject", str(sequence))
                for r in told
                if record_key(r) in keys
            }
            hashes = [leaf_hash(row.leaf()) for row in rows]
            for place, row in enumerate(rows):
                if row.pseudonym in mine:
                    text = disclosure_text(leaf, proof, row, proof_among(hashes, place))
                    lines.append(json.loads(text))
    return lines

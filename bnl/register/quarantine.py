"""Quarantine: rows that could not be taken, kept sealed for the agency that sent them until it mends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from bnl.domain.actor import Actor
from bnl.domain.base import refuse_pickling
from bnl.domain.identifiers import SubmissionId
from bnl.domain.vocabulary import Purpose
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.register.recording import require_recorder
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork


class Kept(NamedTuple):
    """A quarantined row, shown to the agency that sent it.

    Args:
        row: Row of its file; 0 for a call.
        reference: The agency's own reference, if it could be read.
        reason: Code of the first reason.
        advice: What to do about it.
        raw: The row as it was sent.
    """

    row: int
    reference: str | None
    reason: str
    advice: str
    raw: str

    def __repr__(self) -> str:
        return f"Kept(row={self.row}, reason={self.reason!r})"

    def __reduce__(self) -> NoReturn:
        refuse_pickling(self)


def kept_rows(core: Core, actor: Actor, purpose: Purpose) -> list[Kept]:
    """Show an agency its own quarantined rows, oldest first.

    Raises:
        Denied: The agreement does not let the role collect for this purpose, so that it has no rows to mend.
    """
    with core.change() as uow:
        require_recorder(core, actor, purpose)
        kept = quarantine_of(core, uow, actor)
        act = Act("quarantine.view", purpose.value, details={"rows": len(kept)})
        core.journal.write(uow, actor, act)
    return [_kept(document) for document in kept]


def _kept(document: Document) -> Kept:
    data = document.data
    findings = data["findings"]
    first = findings[0] if isinstance(findings, list) else {}
    found = first if isinstance(first, dict) else {}
    reference = data["reference"]
    return Kept(
        row=int(str(data["row"])),
        reference=None if reference is None else str(reference),
        reason=str(found.get("reason", "")),
        advice=str(found.get("advice", "")),
        raw=str(data["raw"]),
    )


def quarantine_of(core: Core, uow: UnitOfWork, actor: Actor) -> list[Document]:
    """Return the rows of the actor's agency that wait to be mended, oldest first."""
    own = [key for key, doc in core.snapshot.submissions.items() if doc.data["agency"] == actor.agency_id]
    return sorted(uow.quarantine.of(own), key=lambda kept: (str(kept.data["at"]), str(kept.data["row"])))


def clear_mended(core: Core, actor: Actor, submission_id: SubmissionId, accepted: Mapping[str, int]) -> None:
    """Destroy quarantined rows that have been mended: the agency said the same reference again, rightly.

    Args:
        core: The register's state.
        actor: Whose rows.
        submission_id: The submission just taken.
        accepted: Its last accepted row by reference, also where it only repeated what was held.
    """
    with core.change() as uow:
        mended = []
        for kept in quarantine_of(core, uow, actor):
            reference = kept.data["reference"]
            row = None if reference is None else accepted.get(str(reference))
            # Within one file only what comes after the bad row can have mended it.
            if row is not None and (kept.parent != submission_id or int(str(kept.data["row"])) < row):
                mended.append(kept.key)
        uow.quarantine.delete_many(mended)
        core.journal.write(uow, actor, Act("quarantine.clear", details={"rows": len(mended)}))

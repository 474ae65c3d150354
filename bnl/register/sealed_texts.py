"""Sealed texts: what somebody wrote in their own words, each under a key of its own, never in the log."""

from __future__ import annotations

from pydantic import JsonValue

from bnl.domain.actor import Actor
from bnl.domain.identifiers import SUBMISSION, new_id
from bnl.errors import InvalidValue
from bnl.register.core import Core
from bnl.register.snapshot import Snapshot
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

LONGEST = 2000


def require_text(text: object, what: str) -> str:
    """Return a text that can be kept.

    Args:
        text: The text.
        what: What it is, for the error.

    Raises:
        InvalidValue: It is empty, longer than 2,000 characters, or no text that could be written down.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise InvalidValue(f"The {what} is empty or too long.", f"Say it in at most {LONGEST} characters.")
    text.encode()
    return text


def seal_text(core: Core, uow: UnitOfWork, actor: Actor, text: str) -> str:
    """Keep a text sealed under a key of its own, so that it can be erased by itself.

    Args:
        core: The register's state.
        uow: The open unit of work.
        actor: Who wrote it.
        text: What was written.

    Returns:
        Id under which it is kept.
    """
    key = new_id(SUBMISSION)
    data: dict[str, JsonValue] = {
        "agency": actor.agency_id,
        "at": core.clock().isoformat(),
        "name": "",
        "text": text,
    }
    uow.submissions.add_many([Document(key=key, data=data)])
    return key


def sealed_text(snapshot: Snapshot, key: str) -> str:
    """Return a sealed text; empty if it was erased or cannot be read."""
    kept = snapshot.submissions.get(key)
    return "" if kept is None else str(kept.data.get("text", ""))

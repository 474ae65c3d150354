"""Identifiers: opaque strings whose prefix tells what they name, and nothing about anybody."""

from __future__ import annotations

import base64
import secrets
from typing import NewType

AgencyId = NewType("AgencyId", str)
UserId = NewType("UserId", str)
RecordId = NewType("RecordId", str)
PersonId = NewType("PersonId", str)
Handle = NewType("Handle", str)
EventId = NewType("EventId", str)
GrantId = NewType("GrantId", str)
AgreementId = NewType("AgreementId", str)
ClauseId = NewType("ClauseId", str)
JudgementId = NewType("JudgementId", str)
HouseholdId = NewType("HouseholdId", str)
SubmissionId = NewType("SubmissionId", str)
TaskId = NewType("TaskId", str)

AGENCY_GRAMMAR = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
"""Agency ids: letters, digits, dots, hyphens; no blank, so that no name fits by mistake."""

USER_GRAMMAR = r"^[A-Za-z0-9_.:/+=~-]{1,128}$"
"""User ids are opaque: they have no blank, quote or at sign, so that no name or address fits by mistake."""

RECORD = "rec"
PERSON = "per"
EVENT = "evt"
GRANT = "gra"
JUDGEMENT = "jud"
HOUSEHOLD = "hou"
SUBMISSION = "sub"
TASK = "tsk"
QUARANTINE = "qua"
RECEIPT = "rct"

_BYTES = 15


def new_id(prefix: str) -> str:
    """Make a fresh opaque identifier.

    Args:
        prefix: Three lower-case letters that tell what is named, for example ``rec``.

    Returns:
        The prefix, an underscore and 24 characters of ``a-z2-7`` (120 random bits).
    """
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()}"

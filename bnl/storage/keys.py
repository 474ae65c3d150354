"""Names of keys: which key opens what."""

from __future__ import annotations

from typing import Final

SYSTEM_ROWS: Final = "system:rows"
"""Authenticates rows that hold no personal data."""

SYSTEM_REFERENCES: Final = "system:references"
"""Hashes an agency's own reference."""

SYSTEM_MODELS: Final = "system:models"
"""Seals fitted models and whatever else is derived from personal data."""

SYSTEM_HANDLES: Final = "system:handles"
"""Hashes source records into the handles agencies see."""

SYSTEM_LOG: Final = "system:log"
"""Seeds the key that signs checkpoints."""

SYSTEM_KEYS: Final = (SYSTEM_ROWS, SYSTEM_REFERENCES, SYSTEM_MODELS, SYSTEM_HANDLES, SYSTEM_LOG)
"""Every key of the register's own; made once, with the database."""

RECORD_PREFIX: Final = "record:"
SUBMISSION_PREFIX: Final = "submission:"


def record_key(record_id: str) -> str:
    """Return the id of the key that opens a source record and all that is attached to it."""
    return RECORD_PREFIX + record_id


def submission_key(submission_id: str) -> str:
    """Return the id of the key that opens a submission and its quarantined rows."""
    return SUBMISSION_PREFIX + submission_id

"""What is stored without a noun of its own: documents and blobs."""

from __future__ import annotations

from pydantic import ConfigDict, Field, JsonValue

from bnl.domain.base import PersonalNoun


class Document(PersonalNoun):
    """A document the register keeps for itself: a submission, a quarantined row, a review task.

    Args:
        key: Its identifier.
        data: What it says; no personal data where the table is a clear one.
        parent: What it belongs to, for example the submission of a quarantined row; may be empty.
    """

    key: str = Field(min_length=1)
    data: dict[str, JsonValue] = Field(default_factory=dict)
    parent: str = ""


class Blob(PersonalNoun):
    """Bytes derived from personal data, such as a fitted model.

    Args:
        key: Its name; storing it again makes the next version.
        data: The bytes.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    key: str = Field(min_length=1)
    data: bytes

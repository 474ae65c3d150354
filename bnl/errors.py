"""Every error the library raises, in one tree.

Drawn once, so that a caller sees what can be caught and how finely::

    BnlError
    ├── ConfigError          a setting is missing or impossible
    ├── InputError           what was given cannot be read (carries file, row, column)
    │   ├── ProfileError     a mapping profile does not describe the file
    │   └── InvalidValue     a value could never have been right
    ├── NotFound             no such thing, or not for you: the two are never told apart
    ├── Denied               the decision was no (carries reason codes fit for the requester)
    ├── Conflict             the change contradicts what is already recorded
    ├── Corrupt              something stored fails its integrity check
    ├── StorageError         the database cannot be opened, reached or written
    ├── LogError             the audit log cannot be written or read
    │   └── ProofError       a proof, note or checkpoint does not verify
    ├── KeyringError         a key is missing, unreadable or refused
    │   └── Erased           the key was destroyed: what it opened is gone for good
    ├── MatchingError        records or a model that cannot be matched
    └── MissingExtra         an optional dependency is not installed

An error's text says what went wrong, where, and what to do about it. It never carries personal data.
"""

from __future__ import annotations


class BnlError(Exception):
    """Root of all errors of the library.

    Args:
        message: What is wrong and where, without personal data.
        advice: What the reader can do about it, as a sentence; may be empty.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class ConfigError(BnlError):
    """A setting is missing or impossible."""


class InputError(BnlError):
    """What was given cannot be read.

    Args:
        message: What is wrong, without the offending value where it may be personal.
        advice: What to do.
        file: Name of the file, if any.
        row: 1-based row number as a spreadsheet shows it, header included, if any.
        column: Column name, if any.
    """

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message, advice)
        self.file = file
        self.row = row
        self.column = column

    def __str__(self) -> str:
        places = (("file", self.file), ("row", self.row), ("column", self.column))
        where = ", ".join(f"{name} {value}" for name, value in places if value is not None)
        return f"{where}: {super().__str__()}" if where else super().__str__()


class ProfileError(InputError):
    """A mapping profile does not describe the file it was given."""


class InvalidValue(InputError, ValueError):
    """A value could never have been right, whoever sent it."""


class NotFound(BnlError):
    """There is no such thing, or it is not for this actor: the two are never told apart."""


class Denied(BnlError):
    """The decision was no.

    Args:
        message: What was refused.
        advice: Whom to ask.
        reasons: Reason codes fit for the requester; they never reveal a hidden restriction.
    """

    def __init__(self, message: str, advice: str = "", *, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message, advice)
        self.reasons = reasons


class Conflict(BnlError):
    """The change contradicts what is already recorded."""


class Corrupt(BnlError):
    """Something stored fails its integrity check.

    Args:
        message: What is damaged.
        advice: What to do.
        table: Table the damage was found in, if known.
        key: Key of the damaged row, if known.
    """

    def __init__(
        self, message: str, advice: str = "", *, table: str | None = None, key: str | None = None
    ) -> None:
        super().__init__(message, advice)
        self.table = table
        self.key = key


class StorageError(BnlError):
    """The database cannot be opened, reached or written."""


class LogError(BnlError):
    """The audit log cannot be written or read."""


class ProofError(LogError):
    """A proof, note or checkpoint does not verify."""


class KeyringError(BnlError):
    """A key is missing, unreadable or refused."""


class Erased(KeyringError):
    """The key was destroyed: what it opened is gone for good."""


class MatchingError(BnlError):
    """Records or a model that cannot be matched."""


class MissingExtra(BnlError):
    """An optional dependency is not installed; the advice names the extra to install."""

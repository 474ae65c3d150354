"""What all nouns share: frozen, closed to unknown fields, and silent about personal data when printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict


class Noun(BaseModel):
    """Base of every noun: immutable, and an unknown field is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def refuse_pickling(value: object) -> NoReturn:
    """Refuse to make a pickle of something that holds personal data.

    Raises:
        TypeError: Always; it is what ``pickle`` expects of what it cannot take.
    """
    raise TypeError(
        f"{type(value).__name__} cannot be pickled: the personal data in it would lie there in clear; "
        "pass the handle and ask the register again"
    )


class Unpickled:
    """Base of what holds personal data and would lie open in a pickle, in a cache or a queue of jobs."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        refuse_pickling(self)


class PersonalNoun(Unpickled, Noun):
    """Base of nouns that hold personal data: their repr names the type, and no pickle is made."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield from ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def __str__(self) -> str:
        return repr(self)


def _require_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the time has no zone; give it in UTC, for example datetime.now(UTC)")
    if moment.utcoffset() != timedelta(0):
        raise ValueError("the time is not in UTC; convert it with .astimezone(UTC)")
    return moment


UtcDateTime = Annotated[datetime, AfterValidator(_require_utc)]

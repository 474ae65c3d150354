"""The rules a mapping profile is made of: where a field, a name, a mark or a grant comes from."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bnl.domain.base import Noun
from bnl.domain.vocabulary import Action, Capacity, FieldCategory, LawfulBasis, Purpose
from bnl.exchange.dates import date_pattern
from bnl.exchange.names import name_pattern
from bnl.exchange.statements import StatedEffect


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _date_format(text: str) -> str:
    date_pattern(text)
    return text


def _name_format(text: str) -> str:
    name_pattern(text)
    return text


_ANSWERS: Final[dict[str, StatedEffect | Literal["none"]]] = {
    "yes": StatedEffect.PERMIT,
    "y": StatedEffect.PERMIT,
    "true": StatedEffect.PERMIT,
    "no": StatedEffect.FORBID,
    "n": StatedEffect.FORBID,
    "false": StatedEffect.FORBID,
}

Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]
DateFormats = Annotated[tuple[Annotated[str, AfterValidator(_date_format)], ...], BeforeValidator(_several)]


class FieldRule(Noun):
    """Where one field comes from.

    Args:
        column: Column or columns of the file; several are joined, or for a list field listed.
        constant: A value that every record of the file gets.
        join: Text between the values of several columns.
        separators: Texts that part the values within one cell of a list field.
        codes: The file's codes and what they mean, in any capitals.
        unknown_codes: What happens to a code that is not listed: keep it, drop it, or quarantine the row.
        date_formats: Formats of this column; the profile's if empty.
    """

    column: Texts = ()
    constant: str | None = None
    join: str = " "
    separators: Texts | None = None
    codes: dict[str, str] = Field(default_factory=dict)
    unknown_codes: Literal["keep", "drop", "quarantine"] = "keep"
    date_formats: DateFormats = ()

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str | list | tuple) else value

    @model_validator(mode="after")
    def _one_source(self) -> FieldRule:
        if bool(self.column) == (self.constant is not None):
            raise ValueError("give either a column or a constant")
        return self


class NameRule(Noun):
    """One column that holds several names.

    Args:
        column: Column of the file.
        pattern: How the names stand in it, such as ``SURNAME, Forename (known as X)``.
    """

    column: str
    pattern: Annotated[str, AfterValidator(_name_format)]


class SplitRule(Noun):
    """One column whose parts go to several fields, in their order.

    Args:
        column: Column of the file.
        separator: Text between the parts.
        into: Fields that get the parts; a surplus stays with the last.
    """

    column: str
    separator: Annotated[str, Field(min_length=1)]
    into: Annotated[tuple[str, ...], Field(min_length=2)]


class MarkRule(Noun):
    """A column that marks some records, and the words that set or do not set the mark.

    Args:
        column: Column of the file.
        yes: Words that set the mark; any word in neither list quarantines the row.
        no: Words that do not; an empty cell does not either.
    """

    column: str
    yes: Texts = ("yes", "y", "true", "1")
    no: Texts = ("no", "n", "false", "0")


class GrantRule(Noun):
    """What the file states about consent.

    Args:
        column: Column with the answer; none if the profile states one answer for every row.
        effect: The one answer for every row, if there is no column.
        codes: Answers and their effect; an answer not listed quarantines the row.
        categories: Field categories it is about; left out means not stated.
        purposes: Purposes it is about; left out means not stated.
        actions: Actions it is about; left out means not stated.
        agencies: Agencies it is about; left out means not stated.
        lawful_basis: The basis stated.
        given_by: In what capacity it was given.
        given_on_column: Column with the date on which it was given.
        valid_until_column: Column with the first day on which it no longer holds.
        open_ended: Whether it has no end.
        hard: Whether a forbid is hard.
        evidence: Where the proof lies.
    """

    column: str | None = None
    effect: StatedEffect | None = None
    codes: dict[str, StatedEffect | Literal["none"]] = Field(default_factory=lambda: dict(_ANSWERS))
    categories: Annotated[frozenset[FieldCategory], Field(min_length=1)] | None = None
    purposes: Annotated[frozenset[Purpose], Field(min_length=1)] | None = None
    actions: Annotated[frozenset[Action], Field(min_length=1)] | None = None
    agencies: Annotated[frozenset[str], Field(min_length=1)] | None = None
    lawful_basis: LawfulBasis | None = None
    given_by: Capacity | None = None
    given_on_column: str | None = None
    valid_until_column: str | None = None
    open_ended: bool = False
    hard: bool = False
    evidence: str = ""

    @model_validator(mode="after")
    def _one_source(self) -> GrantRule:
        if (self.column is None) == (self.effect is None):
            raise ValueError("give either a column with the answers or one effect for every row")
        return self

"""Mapping profiles: how one agency's file becomes submissions, as a data officer writes it in TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from bnl.domain.base import Noun
from bnl.domain.identifiers import AgencyId
from bnl.domain.person import FIELD_CATEGORY, LIST_FIELDS
from bnl.errors import ProfileError
from bnl.exchange.cells import DEFAULT_NULLS
from bnl.exchange.columns import nearest
from bnl.exchange.rules import DateFormats, FieldRule, GrantRule, MarkRule, NameRule, SplitRule, Texts

_MAX_PROFILE = 1_000_000


class Profile(Noun):
    """How one agency's file becomes submissions.

    Args:
        agency: The agency whose file it is.
        format: ``csv``, ``excel``, ``jsonl``, ``parquet`` or ``hmis``.
        encoding: Of a text file; ``detect`` finds it out.
        delimiter: Of a CSV file; ``detect`` finds it out.
        sheet: Of a workbook; the first if not given.
        skip_rows: Rows above the header.
        reference: Column, or columns joined by ``-``, of the agency's own reference.
        fields: Standard fields and where they come from.
        names: Columns that hold several names.
        splits: Columns whose parts go to several fields.
        grants: What the file states about consent.
        local: Whether every record exists for the agency alone, or the column that says so.
        restricted: Whether no machine links any record, or the column that says so.
        date_formats: Formats of dates, in the order in which they are tried.
        null_tokens: Texts that mean "not known".
        optional: Columns that may be missing from a file.
    """

    agency: AgencyId
    format: Literal["csv", "excel", "jsonl", "parquet", "hmis"] = "csv"
    encoding: str = "detect"
    delimiter: str = "detect"
    sheet: str | None = None
    skip_rows: int = Field(default=0, ge=0)
    reference: Annotated[Texts, Field(min_length=1)]
    fields: dict[str, FieldRule] = Field(default_factory=dict)
    names: tuple[NameRule, ...] = ()
    splits: tuple[SplitRule, ...] = ()
    grants: tuple[GrantRule, ...] = ()
    local: bool | MarkRule = False
    restricted: bool | MarkRule = False
    date_formats: DateFormats = ("dd/mm/yyyy",)
    null_tokens: tuple[str, ...] = DEFAULT_NULLS
    optional: Texts = ()

    @model_validator(mode="after")
    def _known_fields(self) -> Profile:
        into = [field for split in self.splits for field in split.into]
        for name in [*self.fields, *into]:
            if name not in FIELD_CATEGORY:
                raise ValueError(f'there is no field "{name}"{_near(name, FIELD_CATEGORY)}')
        for name, rule in self.fields.items():
            if rule.separators is not None and name not in LIST_FIELDS:
                raise ValueError(f'the field "{name}" holds one value and takes no separators')
        if not (self.fields or self.names or self.splits):
            raise ValueError("no column is mapped to any field")
        return self

    def columns(self) -> tuple[str, ...]:
        """Return every column the profile reads, each once, in the order in which it names them."""
        named: list[str | None] = [*self.reference]
        named += [column for rule in self.fields.values() for column in rule.column]
        named += [rule.column for rule in self.names]
        named += [rule.column for rule in self.splits]
        for grant in self.grants:
            named += [grant.column, grant.given_on_column, grant.valid_until_column]
        named += [mark.column for mark in (self.local, self.restricted) if isinstance(mark, MarkRule)]
        return tuple(dict.fromkeys(column for column in named if column is not None))


def _near(name: str, present: Iterable[str]) -> str:
    hint = nearest(name, present)
    return f'; the nearest is "{hint}"' if hint else ""


def parse_profile(text: str, *, name: str = "profile") -> Profile:
    """Make a profile of its TOML text.

    Args:
        text: The TOML document.
        name: Name of the file it came from, for errors.

    Raises:
        ProfileError: If it is no TOML, or says something a profile cannot say; names the place.
    """
    try:
        return Profile.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as failure:
        raise ProfileError(f"the profile is not TOML: {failure}.", "Correct that line.", file=name) from None
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the profile as a whole"
        hint = (
            nearest(str(first["loc"][-1]), Profile.model_fields)
            if first["type"] == "extra_forbidden"
            else None
        )
        near = f'; the nearest is "{hint}"' if hint else ""
        raise ProfileError(
            f"{place}: {first['msg']}{near}.", "Correct this entry of the profile.", file=name
        ) from None


def load_profile(path: str | Path) -> Profile:
    """Read a profile from a TOML file.

    Args:
        path: The file.

    Raises:
        ProfileError: If it cannot be read, is no TOML, or says something a profile cannot say.
    """
    place = Path(path)
    try:
        data = place.read_bytes()
        if len(data) > _MAX_PROFILE:
            raise ProfileError("the file is too long for a profile.", "Name a TOML file.", file=place.name)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise ProfileError(
            f"the profile cannot be read ({type(failure).__name__}).",
            "Check that the file exists, may be read and is saved as UTF-8.",
            file=place.name,
        ) from None
    return parse_profile(text, name=place.name)

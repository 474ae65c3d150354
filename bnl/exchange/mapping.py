"""A profile put to work on rows: each becomes a submission with its grants, or is quarantined."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from bnl.domain.person import LIST_FIELDS, PersonFields
from bnl.domain.record import Submission
from bnl.exchange.fields import FieldStep, NameStep, SplitStep, Values, place_of
from bnl.exchange.findings import Doubt, Finding, Reason
from bnl.exchange.outcomes import Accepted, Outcome, Quarantined
from bnl.exchange.profile import Profile
from bnl.exchange.rows import Cell, RawRow
from bnl.exchange.stated import GrantStep, MarkStep

_RAW_LIMIT: Final = 100_000
_ROUNDED = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+\Z", re.ASCII)
_WHOLE = re.compile(r"(\d+)\.0\Z", re.ASCII)
_NAMES: Final = frozenset({"given_names", "family_name", "full_name", "aliases", "former_names"})
_JOINED: Final = {"given_names": " ", "family_name": " ", "full_name": " ", "notes": "\n"}


class Mapper:
    """Turns the rows of one file into outcomes.

    Args:
        profile: How the file is to be read.
        places: Positions of the file's columns.
        file: Name of the file.
        today: The civil date in London.
    """

    def __init__(self, profile: Profile, places: Mapping[str, int], *, file: str, today: date) -> None:
        self._file = file
        self._reference = [place_of("reference", column, profile, places) for column in profile.reference]
        self._steps: list[FieldStep | NameStep | SplitStep] = [
            *(FieldStep(field, rule, profile, places, today) for field, rule in profile.fields.items()),
            *(NameStep(rule, profile, places) for rule in profile.names),
            *(SplitStep(rule, profile, places, today) for rule in profile.splits),
        ]
        self._grants = [GrantStep(rule, profile, places, today) for rule in profile.grants]
        self._local = MarkStep(profile.local, profile, places)
        self._restricted = MarkStep(profile.restricted, profile, places)
        self._constants: Values = {
            field: [rule.constant] for field, rule in profile.fields.items() if rule.constant is not None
        }

    def map(self, row: RawRow) -> Outcome:
        """Turn one row into its outcome.

        Args:
            row: A row that holds something.
        """
        if row.broken is not None:
            raw = row.raw[:_RAW_LIMIT]
            return Quarantined(self._file, row.number, (Finding(row.broken),), raw=raw)
        found: list[Finding] = []
        cells = row.cells
        reference = self._read_reference(cells, found)
        values: Values = {}
        for step in self._steps:
            step(cells, values, found)
        grants = tuple(grant for step in self._grants if (grant := step(cells, found)) is not None)
        local, restricted = self._local(cells, found), self._restricted(cells, found)
        if not values or values == self._constants:
            found.append(Finding(Reason.NOTHING_SAID))
        elif _NAMES.isdisjoint(values):
            found.append(Finding(Doubt.NO_NAME))
        if reference is None or (found and any(finding.fatal for finding in found)):
            return self._set_aside(row, reference, found)
        submission = Submission(
            reference=reference,
            fields=_fields(values),
            local=local,
            restricted=restricted,
            row=row.number,
        )
        return Accepted(self._file, row.number, submission, grants, tuple(found))

    def _read_reference(self, cells: Sequence[Cell], found: list[Finding]) -> str | None:
        parts = []
        for place in self._reference:
            texts = place.texts(cells, found)
            if not texts:
                found.append(Finding(Reason.MISSING_REFERENCE, place.column))
                return None
            text = texts[0]
            if _ROUNDED.match(text):
                found.append(Finding(Reason.ROUNDED_REFERENCE, place.column))
                return None
            parts.append(whole.group(1) if (whole := _WHOLE.match(text)) else text)
        return "-".join(parts)

    def _set_aside(self, row: RawRow, reference: str | None, found: list[Finding]) -> Quarantined:
        ordered = sorted(dict.fromkeys(found), key=lambda finding: not finding.fatal)
        raw = json.dumps(list(row.cells), ensure_ascii=True)[:_RAW_LIMIT]
        return Quarantined(self._file, row.number, tuple(ordered), reference, raw)


def _fields(values: Values) -> PersonFields:
    """Make the noun; several sources of a field of one value are joined, the same value once."""
    made: dict[str, str | tuple[str, ...]] = {}
    for field, texts in values.items():
        distinct = tuple(dict.fromkeys(texts)) if len(texts) > 1 else tuple(texts)
        if field in LIST_FIELDS:
            made[field] = distinct
        elif distinct:
            made[field] = _JOINED.get(field, ", ").join(distinct) if len(distinct) > 1 else distinct[0]
    return PersonFields.model_validate(made)

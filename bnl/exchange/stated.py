"""What a row states about consent and about who may see the record: read whole, or the row is quarantined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bnl.exchange.dates import DateReader, ReadDate
from bnl.exchange.fields import ANSWER, MARK, Place, place_of
from bnl.exchange.findings import Finding, Reason
from bnl.exchange.profile import Profile
from bnl.exchange.rows import Cell
from bnl.exchange.rules import GrantRule, MarkRule
from bnl.exchange.statements import GrantStatement, StatedEffect


class GrantStep:
    """Reads one statement on consent.

    An answer that cannot be read is never dropped: it could be a refusal.

    Args:
        rule: The column, the answers and what they are about.
        profile: The profile the rule stands in.
        places: Positions of the file's columns.
        today: The civil date in London.
    """

    def __init__(self, rule: GrantRule, profile: Profile, places: Mapping[str, int], today: date) -> None:
        self._rule = rule
        self._codes = {code.strip().casefold(): effect for code, effect in rule.codes.items()}
        self._answer, self._given_on, self._valid_until = (
            None if column is None else place_of(use, column, profile, places)
            for use, column in (
                (ANSWER, rule.column),
                ("date", rule.given_on_column),
                ("date", rule.valid_until_column),
            )
        )
        self._made: dict[tuple[StatedEffect, date | None, date | None], GrantStatement] = {}
        self._past = DateReader(profile.date_formats, today, birth=False)
        self._any = DateReader(profile.date_formats, date.max, birth=False)

    def __call__(self, cells: Sequence[Cell], found: list[Finding]) -> GrantStatement | None:
        """Return the statement, or None if the row states nothing or what it states cannot be read."""
        effect = self._effect(cells, found)
        given_on = self._date(self._given_on, self._past, cells, found)
        valid_until = self._date(self._valid_until, self._any, cells, found)
        if effect is None:
            return None
        said = (effect, given_on, valid_until)
        if said not in self._made:
            self._made[said] = self._make(*said)
        return self._made[said]

    def _make(self, effect: StatedEffect, given_on: date | None, valid_until: date | None) -> GrantStatement:
        rule = self._rule
        return GrantStatement(
            effect=effect,
            hard=rule.hard and effect is StatedEffect.FORBID,
            categories=rule.categories,
            purposes=rule.purposes,
            actions=rule.actions,
            agencies=rule.agencies,
            lawful_basis=rule.lawful_basis,
            given_by=rule.given_by,
            given_on=given_on,
            valid_until=valid_until,
            open_ended=rule.open_ended and valid_until is None,
            evidence=rule.evidence,
        )

    def _effect(self, cells: Sequence[Cell], found: list[Finding]) -> StatedEffect | None:
        if self._answer is None:
            return self._rule.effect
        effects = set()
        for text in self._answer.texts(cells, found):
            effect = self._codes.get(text.casefold())
            if effect is None:
                found.append(Finding(Reason.UNREADABLE_CONSENT, self._answer.column))
            elif effect != "none":
                effects.add(effect)
        return min(effects, default=None)

    def _date(
        self, place: Place | None, reader: DateReader, cells: Sequence[Cell], found: list[Finding]
    ) -> date | None:
        """Return the day in a column; a date that is not a whole day cannot date a consent."""
        for text in () if place is None else place.texts(cells, found):
            read = reader.read(text)
            column = place.column if place is not None else None
            if not isinstance(read, ReadDate):
                found.append(Finding(read, column))
                continue
            try:
                return date.fromisoformat(read.iso)
            except ValueError:
                found.append(Finding(Reason.UNREADABLE_DATE, column))
        return None


class MarkStep:
    """Reads whether a record is marked, by the profile for all rows or by a column.

    Args:
        rule: The answer for every record, or the column with the marks.
        profile: The profile the rule stands in.
        places: Positions of the file's columns.
    """

    def __init__(self, rule: bool | MarkRule, profile: Profile, places: Mapping[str, int]) -> None:
        self._constant = rule if isinstance(rule, bool) else False
        self._place = None
        if isinstance(rule, MarkRule):
            self._place = place_of(MARK, rule.column, profile, places)
            self._yes = frozenset(word.strip().casefold() for word in rule.yes)
            self._no = frozenset(word.strip().casefold() for word in rule.no)

    def __call__(self, cells: Sequence[Cell], found: list[Finding]) -> bool:
        """Return whether the record is marked."""
        marked = self._constant
        for text in () if self._place is None else self._place.texts(cells, found):
            word = text.casefold()
            if word not in self._yes and word not in self._no and self._place is not None:
                found.append(Finding(Reason.UNREADABLE_MARK, self._place.column))
            marked = marked or word in self._yes
        return marked

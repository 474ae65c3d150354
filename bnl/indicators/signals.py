"""From events to signals: what each event says about where somebody lives, and what time alone brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.domain.event import EventKind, Situation
from bnl.indicators.history import CODE, History, day_number, starts
from bnl.indicators.rules import StatusRules
from bnl.indicators.states import Signal
from bnl.indicators.stays import ends_of_current_stay, long_stays, lost_home

Ints = NDArray[np.int64]

_NO_SITUATION: Final = 255
_CRISIS_DAYS: Final = 56


@dataclass(frozen=True)
class Signals:
    """Signals sorted by person and time.

    Args:
        person: Person code of each.
        day: Day number of each.
        signal: The `Signal`.
        row: Row of the history that caused it; a signal brought by time names the event that set the clock.
    """

    person: NDArray[np.uint32]
    day: NDArray[np.int32]
    signal: NDArray[np.uint8]
    row: Ints


def _by_situation(table: Mapping[Situation, Signal], otherwise: Signal) -> NDArray[np.uint8]:
    lookup = np.full(256, otherwise, dtype=np.uint8)
    for code, situation in enumerate(Situation):
        lookup[code] = table.get(situation, otherwise)
    return lookup


_SET: Final = {
    Situation.ROUGH_SLEEPING: Signal.SET_ROUGH_SLEEPING,
    Situation.EMERGENCY: Signal.SET_EMERGENCY,
    Situation.TEMPORARY: Signal.SET_TEMPORARY,
    Situation.HIDDEN: Signal.SET_HIDDEN,
    Situation.SUPPORTED: Signal.SET_SUPPORTED,
    Situation.HOMELESS: Signal.SET_HOMELESS,
    Situation.SETTLED: Signal.SET_HOUSED,
    Situation.SETTLED_WITH_SUPPORT: Signal.SET_HOUSED_WITH_SUPPORT,
}
_TOLD: Final = {
    Situation.ROUGH_SLEEPING: Signal.TOLD_ROUGH_SLEEPING,
    Situation.EMERGENCY: Signal.TOLD_EMERGENCY,
    Situation.TEMPORARY: Signal.TOLD_TEMPORARY,
    Situation.HIDDEN: Signal.TOLD_HIDDEN,
    Situation.SUPPORTED: Signal.TOLD_SUPPORTED,
    Situation.HOMELESS: Signal.TOLD_HOMELESS,
}
_TELLING: Final = (EventKind.CONTACT, EventKind.TRIAGE, EventKind.ASSESSMENT, EventKind.REFERRAL)
_PLACING: Final = {
    EventKind.ACCOMMODATION_START: Signal.SET_UNKNOWN,
    EventKind.INSTITUTION_DISCHARGE: Signal.DISCHARGED,
    EventKind.MOVED_IN: Signal.MOVED_IN,
    EventKind.CLOSURE: Signal.KNOWN,
}
"""Kinds whose situation is taken as fact, with the signal they give when they name none."""


def signals(past: History, rules: StatusRules, birthdays: Mapping[str, int] | None = None) -> Signals:
    """Return every signal of a history in order, those brought about by time included.

    Args:
        past: The history.
        rules: The rule set in force.
        birthdays: Day number of the 18th birthday by person id; used when the rules count adults only.

    Returns:
        The signals. Repeats that can change nothing are left out.
    """
    signal, order = _of_events(past, rules)
    keep = _telling(past, signal, rules)
    parts = [(past.person[keep], past.day[keep], order[keep], signal[keep], keep)]
    parts += [_timed(past, *timer) for timer in _timers(past, rules, signal)]
    if rules.adults_only and birthdays:
        parts.append(_birthdays(past, birthdays))
    person, day, place, what, row = (np.concatenate(column) for column in zip(*parts, strict=True))
    key = (person.astype(np.int64) << 33) | ((day.astype(np.int64) + (1 << 24)) << 8) | place
    index = np.argsort(key, kind="stable")
    person, what = person[index], what[index]
    fresh = starts(person)
    fresh[1:] |= what[1:] != what[:-1]
    index, person, what = index[fresh], person[fresh], what[fresh]
    return Signals(person, day[index], what, row[index])


def _telling(past: History, signal: NDArray[np.uint8], rules: StatusRules) -> Ints:
    """Return the rows worth folding.

    `Signal.KNOWN` matters only on the first day anything is known, `Signal.CONTACT` besides only for people
    who may have been made inactive.
    """
    lengths = np.diff(np.append(past.first, len(past.person)))
    first_day = past.day == np.repeat(past.day[past.first], lengths)
    dull = signal == Signal.KNOWN
    if rules.silence_days is None:
        decided = past.among(past.where(EventKind.INACTIVE))
        dull |= (signal == Signal.CONTACT) & ~decided[past.person]
    return np.flatnonzero(~dull | first_day)


def _of_events(past: History, rules: StatusRules) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the signal of each event and its place within the day."""
    plain = np.full(len(CODE), Signal.KNOWN, dtype=np.uint8)
    for kind in rules.contacts:
        plain[CODE[kind]] = Signal.CONTACT
    for kind, otherwise in (
        (EventKind.SIGHTING, Signal.SET_ROUGH_SLEEPING),
        (EventKind.LEFT_AREA, Signal.LEFT),
    ):
        plain[CODE[kind]] = otherwise
    plain[CODE[EventKind.DEATH]] = Signal.DIED
    signal = plain[past.kind]
    place = past.frame["rank"].to_numpy().astype(np.int64)
    situation = past.frame["situation"].to_physical().fill_null(_NO_SITUATION).to_numpy()
    _unanswered(past, signal)
    _risks(past, signal)
    told = past.where(*_TELLING)
    what = _by_situation(_TOLD, Signal.KNOWN)[situation[told]]
    signal[told] = np.where(what == Signal.KNOWN, signal[told], what)
    for kind, otherwise in _PLACING.items():
        rows = past.where(kind)
        signal[rows] = _by_situation(_SET, otherwise)[situation[rows]]
    _outcomes(past, signal, situation)
    _inactive(past, rules, signal)
    _ends(past, signal, place, situation)
    return signal, place


def _unanswered(past: History, signal: NDArray[np.uint8]) -> None:
    rows = past.where(EventKind.CONTACT)
    answered = past.frame["answered"].gather(rows).fill_null(value=True).to_numpy()
    signal[rows[~answered]] = Signal.KNOWN


def _risks(past: History, signal: NDArray[np.uint8]) -> None:
    rows = past.where(*_RISKY)
    news = risk_news(past, rows)
    signal[rows] = np.where(news == Signal.KNOWN, signal[rows], news)


_RISKY: Final = (
    EventKind.REFERRAL,
    EventKind.DUTY_TO_REFER,
    EventKind.RISK_OF_HOMELESSNESS,
    EventKind.DUTY_OWED,
)


def risk_news(past: History, rows: Ints) -> NDArray[np.uint8]:
    """Return what risk events say: the worse of date and flag; a duty owed speaks through its statute.

    Source: Housing Act 1996 s.175(4), s.195 (prevention duty: threatened within 56 days), s.189B (relief
    duty).
    """
    few = past.frame.select("kind", "homeless_on", "homeless", "duty", "on")[rows]
    ahead = (pl.col("homeless_on") - pl.col("on")).dt.total_days()
    owed = pl.col("kind") == EventKind.DUTY_OWED.value
    already = pl.col("homeless").fill_null(value=False) | (ahead < 0).fill_null(value=False)
    relief = owed & pl.col("duty").is_in(["relief", "main"]).fill_null(value=False)
    prevention = owed & (pl.col("duty") == "prevention").fill_null(value=False)
    unknown = pl.col("kind") == EventKind.RISK_OF_HOMELESSNESS.value
    news = (
        pl.when(already | relief)
        .then(int(Signal.DECLARED_HOMELESS))
        .when(ahead > _CRISIS_DAYS)
        .then(int(Signal.RISK_OVER_56))
        .when(ahead.is_not_null() | prevention)
        .then(int(Signal.RISK_WITHIN_56))
        .when(unknown)
        .then(int(Signal.RISK_UNKNOWN))
        .otherwise(int(Signal.KNOWN))
    )
    return few.select(news.cast(pl.UInt8).alias("news"))["news"].to_numpy()


def _outcomes(past: History, signal: NDArray[np.uint8], situation: NDArray[np.uint8]) -> None:
    rows = past.where(EventKind.PREVENTION_OUTCOME)
    outcome = past.frame["outcome"].gather(rows)
    for said, word in (("prevented", Signal.PREVENTED), ("not_prevented", Signal.DECLARED_HOMELESS)):
        named = rows[(outcome == said).fill_null(value=False).to_numpy()]
        signal[named] = _by_situation(_SET, word)[situation[named]]


def _inactive(past: History, rules: StatusRules, signal: NDArray[np.uint8]) -> None:
    """A decision counts with attempts logged: in itself, or as events since the last answered contact."""
    rows = past.where(EventKind.INACTIVE)
    if not len(rows):
        return
    mine = np.flatnonzero(past.among(rows)[past.person])
    at = np.searchsorted(mine, rows)
    index = np.arange(len(mine))
    first = np.maximum.accumulate(np.where(starts(past.person[mine]), index, 0))[at]
    alive, kind = contact_with_person(past, rules)[mine], past.kind[mine]
    tried = (kind == CODE[EventKind.CONTACT_ATTEMPT]) | ((kind == CODE[EventKind.CONTACT]) & ~alive)
    last_alive = np.maximum.accumulate(np.where(alive, index, -1))[at]
    last_tried = np.maximum.accumulate(np.where(tried, index, -1))[at]
    logged = past.frame["attempts"].gather(rows).fill_null(0).to_numpy() > 0
    valid = logged | ((last_tried >= first) & (last_tried > last_alive))
    signal[rows] = np.where(valid, Signal.MADE_INACTIVE, Signal.KNOWN)


def contact_with_person(past: History, rules: StatusRules) -> NDArray[np.bool_]:
    """Return which events are contact with the person; a contact must have been answered."""
    counts = np.zeros(len(CODE), dtype=bool)
    counts[[CODE[kind] for kind in rules.contacts]] = True
    alive = counts[past.kind]
    rows = past.where(EventKind.CONTACT)
    alive[rows] &= past.frame["answered"].gather(rows).fill_null(value=True).to_numpy()
    return alive


def _ends(
    past: History, signal: NDArray[np.uint8], place: NDArray[np.int64], situation: NDArray[np.uint8]
) -> None:
    ends = ends_of_current_stay(past)
    place[ends.later] = _AFTER_START
    signal[ends.other] = Signal.KNOWN
    plain = np.where(lost_home(past, ends.current), Signal.HOME_LOST, Signal.STAY_ENDED)
    moved = _by_situation(_SET, Signal.KNOWN)[situation[ends.current]]
    signal[ends.current] = np.where(moved == Signal.KNOWN, plain, moved)
    place[long_stays(past).later] = _AFTER_ADMISSION


_AFTER_START: Final = 65
_AFTER_ADMISSION: Final = 75
_BEFORE_ALL: Final = 0
_LAST_DAY: Final = day_number(date.max)

Timer = tuple[Ints, NDArray[np.int64], Signal]
_Part = tuple[NDArray[np.uint32], NDArray[np.int32], Ints, NDArray[np.uint8], Ints]


def _timers(past: History, rules: StatusRules, signal: NDArray[np.uint8]) -> list[Timer]:
    """Return what time alone brings: rows that set a clock, the days it strikes, the signal."""
    timers = _risk_timers(past, signal)
    stays = long_stays(past)
    grown = stays.admitted + rules.institution_days + 1
    long = ~(stays.over < grown)
    timers.append((stays.rows[long], grown[long], Signal.STAY_GREW_LONG))
    if rules.silence_days is not None:
        timers.append(_lapses(past, rules, rules.silence_days))
    return timers


def _risk_timers(past: History, signal: NDArray[np.uint8]) -> list[Timer]:
    """A dated risk draws near 56 days ahead and falls due the day after, unless overtaken by news.

    News of the very day overtakes it too: another date, a declaration, a place, an outcome, having left.
    """
    when = past.frame["homeless_on"].to_physical()
    dated = np.zeros(len(signal), dtype=bool)
    dated[past.where(*_RISKY)] = True
    dated &= when.is_not_null().to_numpy()
    rows = np.flatnonzero(dated | _OVERTAKES[signal])
    person, heard = past.person[rows], past.day[rows].astype(np.int64)
    overtaken = np.full(len(rows), _NEVER, dtype=np.int64)
    overtaken[:-1] = np.where(person[1:] == person[:-1], heard[1:], _NEVER)
    day = when.gather(rows).fill_null(-_NEVER).to_numpy().astype(np.int64)
    ahead = dated[rows] & (day >= heard)
    near, due = day - _CRISIS_DAYS, day + 1
    nears, falls = ahead & (near > heard) & (overtaken > near), ahead & (overtaken > due)
    return [(rows[nears], near[nears], Signal.RISK_NEARS), (rows[falls], due[falls], Signal.RISK_FALLS_DUE)]


_OVERTAKES: Final = np.isin(
    np.arange(len(Signal)),
    [
        *(signal for signal in Signal if signal.name.startswith("SET_")),
        Signal.LEFT,
        Signal.PREVENTED,
        Signal.DECLARED_HOMELESS,
    ],
)


_NEVER: Final = 2**31 - 1


def _lapses(past: History, rules: StatusRules, silence: int) -> Timer:
    """Somebody lapses on the day after the last day of silence allowed, but never inside an institution."""
    rows = np.flatnonzero(contact_with_person(past, rules))
    person, day = past.person[rows], past.day[rows].astype(np.int64)
    until = np.full(len(rows), _NEVER, dtype=np.int64)
    same = person[1:] == person[:-1]
    until[:-1] = np.where(same, day[1:], _NEVER)
    strikes = day + silence + 1
    silent = until >= strikes
    rows, person, strikes = rows[silent], person[silent], strikes[silent]
    inside = long_stays(past).covers(person, strikes)
    return rows[~inside], strikes[~inside], Signal.LAPSED


def _timed(past: History, rows: Ints, days: NDArray[np.int64], signal: Signal) -> _Part:
    rows, days = rows[days <= _LAST_DAY], days[days <= _LAST_DAY]
    what = np.full(len(rows), signal, dtype=np.uint8)
    return past.person[rows], days.astype(np.int32), np.full(len(rows), _BEFORE_ALL), what, rows


def _birthdays(past: History, birthdays: Mapping[str, int]) -> _Part:
    known = past.people.with_row_index("at").filter(pl.col("person_id").is_in(list(birthdays)))
    first = np.flatnonzero(starts(past.person))[known["at"].to_numpy()]
    days = np.array([birthdays[person] for person in known["person_id"]], dtype=np.int64)
    return _timed(past, first, days, Signal.BIRTHDAY)

"""The state machine: sixteen states a person can be in, and what each kind of news does to them.

A person's inner *condition* is where they live (`Base`) under what covers it (`Cover`): somebody inactive
or in an institution keeps the place last known beneath. `step` says what one piece of news does to a
condition; `TABLE` is `step` written out for every condition and signal, so that a million events can be
folded at once.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray


class State(StrEnum):
    """What the list says of a person at an instant; each person is in exactly one."""

    ROUGH_SLEEPING = "rough_sleeping"
    EMERGENCY = "emergency"
    TEMPORARY = "temporary"
    HIDDEN = "hidden"
    SUPPORTED = "supported"
    HOMELESS = "homeless"
    AT_RISK_OVER_56 = "at_risk_over_56"
    AT_RISK_WITHIN_56 = "at_risk_within_56"
    AT_RISK_UNKNOWN = "at_risk_unknown"
    HOUSED = "housed"
    HOUSED_WITH_SUPPORT = "housed_with_support"
    INACTIVE = "inactive"
    INSTITUTION = "institution"
    LEFT_AREA = "left_area"
    DECEASED = "deceased"
    UNKNOWN = "unknown"


HOMELESS_STATES: Final = frozenset(
    {
        State.ROUGH_SLEEPING,
        State.EMERGENCY,
        State.TEMPORARY,
        State.HIDDEN,
        State.SUPPORTED,
        State.HOMELESS,
    }
)
AT_RISK_STATES: Final = frozenset({State.AT_RISK_OVER_56, State.AT_RISK_WITHIN_56, State.AT_RISK_UNKNOWN})
HOUSED_STATES: Final = frozenset({State.HOUSED, State.HOUSED_WITH_SUPPORT})


class Signal(IntEnum):
    """What a piece of news says, once dates and references have been looked at."""

    KNOWN = 0
    CONTACT = 1
    SET_ROUGH_SLEEPING = 2
    SET_EMERGENCY = 3
    SET_TEMPORARY = 4
    SET_HIDDEN = 5
    SET_SUPPORTED = 6
    SET_HOMELESS = 7
    SET_HOUSED = 8
    SET_HOUSED_WITH_SUPPORT = 9
    SET_UNKNOWN = 10
    TOLD_ROUGH_SLEEPING = 11
    TOLD_EMERGENCY = 12
    TOLD_TEMPORARY = 13
    TOLD_HIDDEN = 14
    TOLD_SUPPORTED = 15
    TOLD_HOMELESS = 16
    STAY_ENDED = 17
    HOME_LOST = 18
    DECLARED_HOMELESS = 19
    RISK_OVER_56 = 20
    RISK_WITHIN_56 = 21
    RISK_UNKNOWN = 22
    RISK_NEARS = 23
    RISK_FALLS_DUE = 24
    PREVENTED = 25
    MADE_INACTIVE = 26
    LAPSED = 27
    STAY_GREW_LONG = 28
    DISCHARGED = 29
    LEFT = 30
    MOVED_IN = 31
    DIED = 32
    BIRTHDAY = 33


class Base(IntEnum):
    """Where a person lives, as last known."""

    NONE = 0
    ROUGH_SLEEPING = 1
    EMERGENCY = 2
    TEMPORARY = 3
    HIDDEN = 4
    SUPPORTED = 5
    HOMELESS = 6
    AT_RISK_OVER_56 = 7
    AT_RISK_WITHIN_56 = 8
    AT_RISK_UNKNOWN = 9
    HOUSED = 10
    HOUSED_WITH_SUPPORT = 11
    UNKNOWN = 12
    LEFT_AREA = 13
    DECEASED = 14


class Cover(IntEnum):
    """What lies over the place last known."""

    NONE = 0
    INACTIVE = 1
    INSTITUTION = 2


_BASES: Final = len(Base)
CONDITIONS: Final = _BASES * len(Cover)
START: Final = 0
"""Condition of somebody of whom nothing is known yet."""

_HOMELESS: Final = frozenset(range(Base.ROUGH_SLEEPING, Base.HOMELESS + 1))
_AT_RISK: Final = frozenset(range(Base.AT_RISK_OVER_56, Base.AT_RISK_UNKNOWN + 1))
_HOUSED: Final = frozenset({Base.HOUSED, Base.HOUSED_WITH_SUPPORT})

_SETS: Final = {
    Signal.SET_ROUGH_SLEEPING: Base.ROUGH_SLEEPING,
    Signal.SET_EMERGENCY: Base.EMERGENCY,
    Signal.SET_TEMPORARY: Base.TEMPORARY,
    Signal.SET_HIDDEN: Base.HIDDEN,
    Signal.SET_SUPPORTED: Base.SUPPORTED,
    Signal.SET_HOMELESS: Base.HOMELESS,
    Signal.SET_HOUSED: Base.HOUSED,
    Signal.SET_HOUSED_WITH_SUPPORT: Base.HOUSED_WITH_SUPPORT,
}
_TOLD: Final = {
    Signal.TOLD_ROUGH_SLEEPING: Base.ROUGH_SLEEPING,
    Signal.TOLD_EMERGENCY: Base.EMERGENCY,
    Signal.TOLD_TEMPORARY: Base.TEMPORARY,
    Signal.TOLD_HIDDEN: Base.HIDDEN,
    Signal.TOLD_SUPPORTED: Base.SUPPORTED,
    Signal.TOLD_HOMELESS: Base.HOMELESS,
}
_RISKS: Final = {
    Signal.RISK_OVER_56: Base.AT_RISK_OVER_56,
    Signal.RISK_WITHIN_56: Base.AT_RISK_WITHIN_56,
    Signal.RISK_UNKNOWN: Base.AT_RISK_UNKNOWN,
}
_SILENT: Final = frozenset(
    {
        Signal.KNOWN,
        Signal.BIRTHDAY,
        Signal.STAY_ENDED,
        Signal.HOME_LOST,
        Signal.RISK_NEARS,
        Signal.RISK_FALLS_DUE,
        Signal.MADE_INACTIVE,
        Signal.LAPSED,
        Signal.STAY_GREW_LONG,
        Signal.LEFT,
    }
)
"""Signals that are no sign of life from the person: they lift no inactivity."""

_BY_TIME: Final = frozenset({Signal.RISK_NEARS, Signal.RISK_FALLS_DUE, Signal.LAPSED, Signal.STAY_GREW_LONG})


def step(base: Base, cover: Cover, signal: Signal) -> tuple[Base, Cover]:
    """Return the condition after one piece of news.

    Args:
        base: Where the person lives, as last known.
        cover: What lies over it.
        signal: The news.

    Returns:
        The next base and cover. Death is final.
    """
    if base is Base.DECEASED:
        return base, Cover.NONE
    if signal is Signal.DIED:
        return Base.DECEASED, Cover.NONE
    return _next_base(base, signal), _next_cover(base, cover, signal)


def _next_cover(base: Base, cover: Cover, signal: Signal) -> Cover:
    if signal is Signal.STAY_GREW_LONG:
        return Cover.INSTITUTION
    if signal is Signal.LEFT:
        return Cover.NONE
    if cover is Cover.INSTITUTION:
        ends = signal is Signal.DISCHARGED or signal is Signal.MOVED_IN or signal in _SETS
        return Cover.NONE if ends or signal is Signal.SET_UNKNOWN else cover
    if signal is Signal.MADE_INACTIVE:
        return Cover.INACTIVE
    if signal is Signal.LAPSED:
        lapses = base in _HOMELESS or base in _AT_RISK or base is Base.UNKNOWN
        return Cover.INACTIVE if lapses else cover
    return cover if signal in _SILENT else Cover.NONE


def _next_base(base: Base, signal: Signal) -> Base:
    if signal in _SETS:
        return _SETS[signal]
    if signal in _TOLD:
        return base if base in _HOUSED else _TOLD[signal]
    if signal in _RISKS:
        keeps = base in _HOMELESS or (signal is Signal.RISK_UNKNOWN and base in _AT_RISK)
        return base if keeps else _RISKS[signal]
    told = _by_rule(base, signal)
    if told is not None:
        return told
    return Base.UNKNOWN if base is Base.NONE and signal not in _BY_TIME else base


def _by_rule(base: Base, signal: Signal) -> Base | None:
    """Return the next base for signals whose effect depends on the base, None if they leave it."""
    homeless = base in _HOMELESS
    if signal is Signal.DECLARED_HOMELESS:
        return base if homeless else Base.HOMELESS
    if signal is Signal.SET_UNKNOWN:
        return Base.HOMELESS if homeless else Base.UNKNOWN
    if signal in (Signal.STAY_ENDED, Signal.HOME_LOST):
        return _after_stay(base, lost=signal is Signal.HOME_LOST)
    if signal is Signal.RISK_NEARS and base is Base.AT_RISK_OVER_56:
        return Base.AT_RISK_WITHIN_56
    if signal is Signal.RISK_FALLS_DUE and base in _AT_RISK:
        return Base.HOMELESS
    if signal is Signal.PREVENTED and not homeless and base not in _HOUSED and base is not Base.LEFT_AREA:
        return Base.HOUSED
    if signal is Signal.LEFT:
        return Base.LEFT_AREA
    if signal is Signal.MOVED_IN and base is Base.LEFT_AREA:
        return Base.UNKNOWN
    return None


def _after_stay(base: Base, *, lost: bool) -> Base | None:
    """Return where somebody lives once the stay that set it ended and nothing is known of the next."""
    if base is Base.ROUGH_SLEEPING:
        return base
    if base in _HOMELESS:
        return Base.HOMELESS
    if base in _HOUSED or base in _AT_RISK:
        return Base.HOMELESS if lost else Base.UNKNOWN
    return None


def encode(base: Base, cover: Cover) -> int:
    """Return the number of a condition, in ``[0, CONDITIONS)``."""
    return int(cover) * _BASES + int(base)


def decode(condition: int) -> tuple[Base, Cover]:
    """Return the base and cover of a numbered condition."""
    return Base(condition % _BASES), Cover(condition // _BASES)


def _table() -> NDArray[np.uint8]:
    table = np.zeros((CONDITIONS, len(Signal)), dtype=np.uint8)
    for condition in range(CONDITIONS):
        for signal in Signal:
            table[condition, signal] = encode(*step(*decode(condition), signal))
    return table


TABLE: Final[NDArray[np.uint8]] = _table()
"""Next condition by condition and signal, shape ``(CONDITIONS, signals)``."""


def visible(condition: int) -> State | None:
    """Return the state a condition shows; None while nothing is known of the person."""
    base, cover = decode(condition)
    if base is Base.DECEASED:
        return State.DECEASED
    if cover is Cover.INSTITUTION:
        return State.INSTITUTION
    if cover is Cover.INACTIVE:
        return State.INACTIVE
    return None if base is Base.NONE else State[base.name]


STATES: Final = tuple(State)
NOBODY: Final = len(STATES)
"""Code of "nothing known yet" among the state codes."""

VISIBLE: Final[NDArray[np.uint8]] = np.array(
    [NOBODY if (state := visible(c)) is None else STATES.index(state) for c in range(CONDITIONS)],
    dtype=np.uint8,
)
"""State code (index in `STATES`, or `NOBODY`) each condition shows."""

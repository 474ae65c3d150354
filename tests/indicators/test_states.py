"""The state machine: every condition and signal, every short sequence of events, one state each."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest

from bnl.indicators.history import history
from bnl.indicators.rules import COUNTY, SILENCE_90, StatusRules
from bnl.indicators.states import (
    AT_RISK_STATES,
    CONDITIONS,
    HOMELESS_STATES,
    HOUSED_STATES,
    NOBODY,
    START,
    STATES,
    TABLE,
    VISIBLE,
    Base,
    Cover,
    Signal,
    State,
    decode,
    encode,
    step,
    visible,
)
from bnl.indicators.status import status_at
from bnl.indicators.track import fold, track
from tests.happenings import day, ev, frame
from tests.life_oracle import Happening, live

CONDITION = list(range(CONDITIONS))


def after(*words: Signal) -> State | None:
    """Return the state shown after some signals."""
    condition = START
    for word in words:
        condition = int(TABLE[condition, word])
    return visible(condition)


def test_there_are_sixteen_states_and_they_do_not_overlap() -> None:
    assert len(STATES) == 16
    assert not HOMELESS_STATES & AT_RISK_STATES
    assert not HOMELESS_STATES & HOUSED_STATES
    assert not AT_RISK_STATES & HOUSED_STATES


def test_every_condition_shows_exactly_one_state_or_nobody() -> None:
    for condition in CONDITION:
        state = visible(condition)
        assert (VISIBLE[condition] == NOBODY) == (state is None)
        if state is not None:
            assert STATES[VISIBLE[condition]] is state


def test_conditions_are_numbered_without_gaps() -> None:
    assert [encode(*decode(condition)) for condition in CONDITION] == CONDITION


@pytest.mark.parametrize("signal", list(Signal), ids=lambda signal: signal.name.lower())
def test_the_table_is_the_step_written_out(signal: Signal) -> None:
    for condition in CONDITION:
        assert TABLE[condition, signal] == encode(*step(*decode(condition), signal))


@pytest.mark.parametrize("signal", list(Signal), ids=lambda signal: signal.name.lower())
def test_hearing_the_same_news_twice_changes_nothing_more(signal: Signal) -> None:
    for condition in CONDITION:
        once = TABLE[condition, signal]
        assert TABLE[once, signal] == once, decode(condition)


@pytest.mark.parametrize("signal", list(Signal), ids=lambda signal: signal.name.lower())
def test_death_is_final(signal: Signal) -> None:
    dead = encode(Base.DECEASED, Cover.NONE)
    assert TABLE[dead, signal] == dead


@pytest.mark.parametrize("signal", list(Signal), ids=lambda signal: signal.name.lower())
def test_news_about_somebody_makes_them_known_and_time_alone_does_not(signal: Signal) -> None:
    alone = signal in (Signal.RISK_NEARS, Signal.RISK_FALLS_DUE, Signal.LAPSED, Signal.STAY_GREW_LONG)
    base, _ = decode(int(TABLE[START, signal]))
    assert (base is Base.NONE) == alone


@pytest.mark.parametrize(
    "base",
    [base for base in Base if base.name in {s.name for s in HOUSED_STATES}],
    ids=lambda base: base.name.lower(),
)
@pytest.mark.parametrize(
    "signal",
    [signal for signal in Signal if signal.name.startswith("TOLD_")] + [Signal.CONTACT, Signal.KNOWN],
    ids=lambda signal: signal.name.lower(),
)
def test_contact_never_ends_housing(base: Base, signal: Signal) -> None:
    assert step(base, Cover.NONE, signal)[0] is base


@pytest.mark.parametrize(
    "signal",
    [
        Signal.SET_ROUGH_SLEEPING,
        Signal.SET_EMERGENCY,
        Signal.SET_TEMPORARY,
        Signal.SET_HIDDEN,
        Signal.SET_SUPPORTED,
        Signal.SET_HOMELESS,
    ],
    ids=lambda signal: signal.name.lower(),
)
def test_a_sighting_or_homeless_accommodation_ends_housing(signal: Signal) -> None:
    assert after(Signal.SET_HOUSED, signal) is State[signal.name.removeprefix("SET_")]


@pytest.mark.parametrize("base", list(Base), ids=lambda base: base.name.lower())
def test_silence_alone_never_ends_homelessness(base: Base) -> None:
    for signal in (Signal.KNOWN, Signal.CONTACT, Signal.RISK_NEARS, Signal.SET_UNKNOWN, Signal.STAY_ENDED):
        if base.name in {state.name for state in HOMELESS_STATES}:
            assert State[step(base, Cover.NONE, signal)[0].name] in HOMELESS_STATES


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([Signal.CONTACT], State.UNKNOWN, id="a drop-in is visible as unknown"),
        pytest.param([Signal.CONTACT, Signal.TOLD_HIDDEN], State.HIDDEN, id="told where"),
        pytest.param([Signal.SET_HIDDEN, Signal.MADE_INACTIVE], State.INACTIVE, id="decided inactive"),
        pytest.param(
            [Signal.SET_HIDDEN, Signal.MADE_INACTIVE, Signal.CONTACT], State.HIDDEN, id="contact reactivates"
        ),
        pytest.param(
            [Signal.SET_HIDDEN, Signal.MADE_INACTIVE, Signal.KNOWN], State.INACTIVE, id="paper does not"
        ),
        pytest.param([Signal.SET_HIDDEN, Signal.LAPSED], State.INACTIVE, id="silence under its own rule"),
        pytest.param([Signal.SET_HOUSED, Signal.LAPSED], State.HOUSED, id="the housed do not lapse"),
        pytest.param([Signal.RISK_OVER_56], State.AT_RISK_OVER_56, id="far risk"),
        pytest.param([Signal.RISK_OVER_56, Signal.RISK_NEARS], State.AT_RISK_WITHIN_56, id="risk comes near"),
        pytest.param([Signal.RISK_WITHIN_56, Signal.RISK_FALLS_DUE], State.HOMELESS, id="risk falls due"),
        pytest.param([Signal.RISK_WITHIN_56, Signal.PREVENTED], State.HOUSED, id="prevented"),
        pytest.param([Signal.SET_HIDDEN, Signal.PREVENTED], State.HIDDEN, id="homeless is not prevented"),
        pytest.param([Signal.SET_HIDDEN, Signal.RISK_OVER_56], State.HIDDEN, id="risk of the homeless"),
        pytest.param(
            [Signal.SET_HOUSED, Signal.RISK_UNKNOWN], State.AT_RISK_UNKNOWN, id="risk without a day"
        ),
        pytest.param(
            [Signal.RISK_WITHIN_56, Signal.RISK_UNKNOWN],
            State.AT_RISK_WITHIN_56,
            id="the band is not forgotten",
        ),
        pytest.param(
            [Signal.SET_HOUSED, Signal.STAY_ENDED], State.UNKNOWN, id="left home, nobody knows where"
        ),
        pytest.param([Signal.SET_HOUSED, Signal.HOME_LOST], State.HOMELESS, id="evicted"),
        pytest.param([Signal.SET_TEMPORARY, Signal.STAY_ENDED], State.HOMELESS, id="left the hostel"),
        pytest.param(
            [Signal.SET_ROUGH_SLEEPING, Signal.STAY_ENDED], State.ROUGH_SLEEPING, id="old stay closed"
        ),
        pytest.param([Signal.SET_HIDDEN, Signal.STAY_GREW_LONG], State.INSTITUTION, id="long stay"),
        pytest.param(
            [Signal.SET_HIDDEN, Signal.STAY_GREW_LONG, Signal.DISCHARGED],
            State.HIDDEN,
            id="discharged as before",
        ),
        pytest.param(
            [Signal.SET_HIDDEN, Signal.STAY_GREW_LONG, Signal.CONTACT], State.INSTITUTION, id="visited inside"
        ),
        pytest.param(
            [Signal.SET_HIDDEN, Signal.STAY_GREW_LONG, Signal.MADE_INACTIVE],
            State.INSTITUTION,
            id="nobody is made inactive inside",
        ),
        pytest.param([Signal.SET_HIDDEN, Signal.LEFT], State.LEFT_AREA, id="left the area"),
        pytest.param(
            [Signal.SET_HIDDEN, Signal.LEFT, Signal.CONTACT], State.LEFT_AREA, id="rings from elsewhere"
        ),
        pytest.param([Signal.LEFT, Signal.MOVED_IN], State.UNKNOWN, id="comes back"),
        pytest.param([Signal.LEFT, Signal.SET_HIDDEN], State.HIDDEN, id="is back"),
        pytest.param(
            [Signal.LEFT, Signal.PREVENTED], State.LEFT_AREA, id="a late outcome brings nobody back"
        ),
        pytest.param([Signal.SET_HIDDEN, Signal.DIED, Signal.SET_HIDDEN], State.DECEASED, id="death"),
        pytest.param([Signal.DECLARED_HOMELESS], State.HOMELESS, id="said to be homeless"),
        pytest.param(
            [Signal.SET_EMERGENCY, Signal.DECLARED_HOMELESS], State.EMERGENCY, id="known more exactly"
        ),
        pytest.param(
            [Signal.SET_EMERGENCY, Signal.SET_UNKNOWN], State.HOMELESS, id="no exit without evidence"
        ),
    ],
)
def test_stories(words: list[Signal], expected: State) -> None:
    assert after(*words) is expected


def test_folding_many_people_at_once_is_folding_each_alone() -> None:
    random = np.random.default_rng(7)
    lengths = [0, 1, 2, 3, 5, 8, 13, 40]
    person = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    signal = random.integers(0, len(Signal), len(person)).astype(np.uint8)
    together = fold(person, signal)
    for code in range(len(lengths)):
        condition = START
        mine = person == code
        for got, word in zip(together[mine], signal[mine], strict=True):
            condition = int(TABLE[condition, word])
            assert got == condition


def test_folding_nobody() -> None:
    assert len(fold(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8))) == 0


ALPHABET: dict[str, dict[str, Any]] = {
    "contact": {},
    "sighting": {},
    "accommodation_start temporary": {"situation": "temporary"},
    "accommodation_start settled": {"situation": "settled"},
    "accommodation_end": {},
    "accommodation_end evicted": {"reason": "evicted"},
    "institution_admission": {},
    "institution_discharge": {},
    "risk_of_homelessness": {"homeless_on": 40},
    "prevention_outcome": {"outcome": "prevented"},
    "inactive": {"attempts": 3},
    "left_area": {},
    "moved_in": {},
    "death": {},
}
FIRST = day("2024-01-01")
GAP = 45


def sequences(length: int) -> tuple[pl.DataFrame, dict[str, list[Happening]]]:
    """Return a frame with one person per sequence of events, and the same for the reference."""
    rows, lives = [], {}
    for number, words in enumerate(product(ALPHABET, repeat=length)):
        person = f"p{number:07}"
        life = []
        for turn, word in enumerate(words):
            on = FIRST + timedelta(days=GAP * turn)
            data = dict(ALPHABET[word])
            if "homeless_on" in data:
                data["homeless_on"] = on + timedelta(days=40)
            rows.append(ev(person, word.split()[0], on, sequence=number * length + turn + 1, **data))
            life.append(Happening(word.split()[0], on, turn + 1, "a", data))
        lives[person] = life
    return frame(*rows), lives


@pytest.mark.parametrize("rules", [pytest.param(COUNTY, id="county"), pytest.param(SILENCE_90, id="silence")])
@pytest.mark.parametrize("length", [pytest.param(1, id="one"), pytest.param(2, id="two")])
def test_every_short_sequence_of_events_is_that_of_the_reference(length: int, rules: StatusRules) -> None:
    table, lives = sequences(length)
    course = track(history(table), rules)
    ids = history(table).people["person_id"].to_list()
    end = FIRST + timedelta(days=GAP * length + 120)
    for code, person in enumerate(ids, start=1):
        mine = course.person == code
        got = [STATES[after].value for after in course.after[mine]]
        expected = [
            state for _, state in live(lives[person], end, rules.silence_days).seen if state is not None
        ]
        assert got == expected, person


def every_person_is_in_one_state(length: int) -> None:
    """Check that sequences of a length leave each person in exactly one state on every day looked at."""
    table, lives = sequences(length)
    past = history(table)
    for turn in range(length + 2):
        on = FIRST + timedelta(days=GAP * turn + 3)
        now = status_at(past, on)
        assert now["person_id"].n_unique() == now.height == len(lives)
        assert now["state"].null_count() == 0


def test_sequences_of_three_leave_each_person_in_exactly_one_state() -> None:
    every_person_is_in_one_state(3)


@pytest.mark.long
def test_sequences_of_five_leave_each_person_in_exactly_one_state() -> None:
    every_person_is_in_one_state(5)

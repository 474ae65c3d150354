"""The guard: which pairs a person must judge, by their levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.guard import (
    ALONE,
    BITS,
    DAY,
    DISPUTES,
    FAMILY,
    FURTHER,
    GIVEN,
    HOME,
    KIN,
    NAME_ONLY,
    NAMESAKES,
    NONE,
    NUMBERS,
    REASONS,
    SEVERAL,
    TWINS,
    WHAT_ELSE,
    WHEN,
    WHO,
    Guard,
    doubted,
)
from bnl.matching.levels import LEVELS, code
from bnl.matching.model import Comparison

COMPARISONS = (
    Comparison("given_names", "given"),
    Comparison("family_name", "family"),
    Comparison("date_of_birth", "date"),
    Comparison("ni_number", "identifier"),
    Comparison("emails", "email"),
    Comparison("phones", "identifier"),
    Comparison("address", "text"),
)


def reason(**levels: str) -> int:
    column = np.array(
        [[code(item.kind, levels.get(item.column, "missing"))] for item in COMPARISONS], dtype=np.uint8
    )
    return int(Guard(COMPARISONS).reasons(column)[0])


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param(
            {"given_names": "different", "family_name": "exact", "date_of_birth": "exact"}, TWINS, id="twins"
        ),
        pytest.param(
            {"given_names": "weak", "family_name": "close", "date_of_birth": "partial"},
            TWINS,
            id="twins with a birth year only",
        ),
        pytest.param(
            {"given_names": "different", "date_of_birth": "exact"}, TWINS, id="twins without a family name"
        ),
        pytest.param(
            {
                "given_names": "different",
                "family_name": "exact",
                "date_of_birth": "exact",
                "address": "exact",
            },
            HOME,
            id="twins at one address",
        ),
        pytest.param(
            {"given_names": "different", "family_name": "exact", "date_of_birth": "exact", "phones": "exact"},
            HOME,
            id="twins of one phone",
        ),
        pytest.param(
            {"given_names": "byname", "family_name": "exact", "date_of_birth": "exact", "phones": "exact"},
            NONE,
            id="a by-name is no twin",
        ),
        pytest.param(
            {
                "given_names": "different",
                "family_name": "exact",
                "date_of_birth": "exact",
                "ni_number": "exact",
            },
            NONE,
            id="one NI number is one person",
        ),
        pytest.param(
            {"given_names": "variant", "family_name": "exact", "date_of_birth": "exact"},
            NONE,
            id="a nickname is no twin",
        ),
        pytest.param(
            {"given_names": "different", "family_name": "different", "date_of_birth": "exact"},
            NONE,
            id="nothing but a birthday",
        ),
        pytest.param(
            {"given_names": "exact", "family_name": "exact", "date_of_birth": "different"},
            KIN,
            id="father and son",
        ),
        pytest.param(
            {"given_names": "exact", "family_name": "exact", "date_of_birth": "year", "address": "exact"},
            KIN,
            id="namesakes of one year at one address",
        ),
        pytest.param(
            {"given_names": "exact", "family_name": "exact", "date_of_birth": "year", "emails": "exact"},
            NONE,
            id="one e-mail address",
        ),
        pytest.param(
            {"given_names": "exact", "family_name": "exact", "date_of_birth": "digit"},
            NAMESAKES,
            id="one digit apart and nothing else",
        ),
        pytest.param(
            {"given_names": "exact", "family_name": "exact", "date_of_birth": "digit", "phones": "exact"},
            NONE,
            id="one digit apart and one phone",
        ),
        pytest.param({"given_names": "exact", "family_name": "exact"}, NAME_ONLY, id="a name alone"),
        pytest.param(
            {"given_names": "exact", "family_name": "exact", "address": "exact"}, NONE, id="name and address"
        ),
        pytest.param(
            {"given_names": "exact", "family_name": "exact", "date_of_birth": "exact"},
            NONE,
            id="name and birthday",
        ),
        pytest.param(
            {
                "given_names": "exact",
                "family_name": "exact",
                "date_of_birth": "exact",
                "ni_number": "different",
            },
            NUMBERS,
            id="two NI numbers",
        ),
        pytest.param({"ni_number": "typo"}, NONE, id="a slip in a number"),
        pytest.param({}, NONE, id="nothing known"),
    ],
)
def test_reasons(levels: dict[str, str], expected: int) -> None:
    assert reason(**levels) == expected


def test_without_names_or_dates_there_is_nothing_to_guard() -> None:
    only = (Comparison("address", "text"),)
    assert Guard(only).reasons(np.array([[3, 1]], dtype=np.uint8)).tolist() == [NONE, NONE]


@given(st.data())
def test_every_combination_has_a_known_reason(data: st.DataObject) -> None:
    column = [data.draw(st.integers(0, len(LEVELS[item.kind]) - 1)) for item in COMPARISONS]
    found = Guard(COMPARISONS).reasons(np.array(column, dtype=np.uint8).reshape(-1, 1))
    assert int(found[0]) in REASONS


def test_reasons_have_words_in_the_order_of_their_numbers_and_bits_where_they_are_disputed() -> None:
    assert list(REASONS) == list(range(len(REASONS)))
    assert all(REASONS.values())
    assert sorted(BITS) == sorted(reason for of in DISPUTES.values() for reason in of)
    assert all(bits > 0.0 for bits in BITS.values())


def test_what_doubts_take_off_stands_in_the_row_of_what_they_are_about() -> None:
    found = doubted(np.array(list(REASONS), dtype=np.uint8))
    assert found.shape == (len(DISPUTES), len(REASONS))
    for about, row in enumerate(found.tolist()):
        assert row == [BITS[reason] if reason in DISPUTES[about] else 0.0 for reason in REASONS]


NAMED = {"given_names": "exact", "family_name": "exact"}
EVERYTHING = {WHO, WHEN, WHAT_ELSE, DAY, GIVEN, FAMILY}


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param({}, set(), id="nothing known"),
        pytest.param(
            {"given_names": "alias", "family_name": "exact"},
            {WHO, GIVEN, FAMILY},
            id="one name an alias of the other",
        ),
        pytest.param({"given_names": "learned"}, {WHO}, id="no family name on one side"),
        pytest.param({"given_names": "exact", "family_name": "different"}, set(), id="two families"),
        pytest.param(
            {"given_names": "initial", "family_name": "exact"}, set(), id="an initial fits twins too"
        ),
        pytest.param({"given_names": "byname", "family_name": "exact"}, set(), id="a by-name fits anybody"),
        pytest.param(
            {"given_names": "initial", "family_name": "exact", "date_of_birth": "exact"},
            {WHEN, DAY},
            id="an initial and the date",
        ),
        pytest.param({**NAMED, "date_of_birth": "exact"}, EVERYTHING, id="names and date"),
        pytest.param({**NAMED, "date_of_birth": "default"}, EVERYTHING - {DAY}, id="names and 1 January"),
        pytest.param({**NAMED, "date_of_birth": "digit"}, {WHO, GIVEN, FAMILY}, id="a slip in the date"),
        pytest.param({**NAMED, "phones": "exact"}, EVERYTHING - {WHEN, DAY}, id="names and phone"),
        pytest.param(
            {"given_names": "different", "family_name": "exact", "date_of_birth": "exact"}, set(), id="twins"
        ),
        pytest.param({"ni_number": "exact"}, EVERYTHING - {GIVEN, FAMILY}, id="one NI number"),
        pytest.param({"ni_number": "typo"}, set(), id="nearly one NI number"),
        pytest.param({"emails": "exact"}, set(), id="families share e-mail addresses"),
    ],
)
def test_what_a_pair_settles_for_all_records_of_two_people(
    levels: dict[str, str], expected: set[int]
) -> None:
    column = np.array(
        [[code(item.kind, levels.get(item.column, "missing"))] for item in COMPARISONS], dtype=np.uint8
    )
    assert set(np.flatnonzero(Guard(COMPARISONS).settled(column)[:, 0]).tolist()) == expected


@given(st.data())
def test_no_pair_settles_a_doubt_of_its_own(data: st.DataObject) -> None:
    column = [data.draw(st.integers(0, len(LEVELS[item.kind]) - 1)) for item in COMPARISONS]
    guard, levels = Guard(COMPARISONS), np.array(column, dtype=np.uint8).reshape(-1, 1)
    settled = guard.settled(levels)
    assert not (settled[: len(DISPUTES)] & (doubted(guard.reasons(levels)) > 0.0)).any()
    gains = [np.full(len(LEVELS[item.kind]), -3.0, dtype=np.float32) for item in COMPARISONS]
    assert not (settled[GIVEN] & (guard.unlike(levels, gains)[0] > 0.0)).any()
    numbered = guard.settled(levels)[WHAT_ELSE]
    assert not (settled[DAY] & ~numbered & (guard.two_days(levels) > 0.0)).any()


def test_without_names_only_numbers_settle() -> None:
    only = (Comparison("ni_number", "identifier"),)
    settled = Guard(only).settled(np.array([[1, 3]], dtype=np.uint8))
    assert settled[:GIVEN].tolist() == [[False, True]] * GIVEN
    assert not settled[GIVEN:].any()


@pytest.mark.parametrize(
    ("levels", "given", "family"),
    [
        pytest.param({"given_names": "different", "family_name": "exact"}, 5.0, 0.0, id="two given names"),
        pytest.param({"given_names": "byname", "family_name": "different"}, 5.0, 5.0, id="and a by-name"),
        pytest.param({"given_names": "similar", "family_name": "similar"}, 0.0, 0.0, id="slips"),
        pytest.param({"given_names": "missing"}, 0.0, 0.0, id="nothing known"),
    ],
)
def test_unlike_names_take_off_what_they_weigh(levels: dict[str, str], given: float, family: float) -> None:
    column = np.array([[code(item.kind, levels.get(item.column, "missing"))] for item in COMPARISONS])
    gains = [np.full(len(LEVELS[item.kind]), -5.0, dtype=np.float32) for item in COMPARISONS]
    assert Guard(COMPARISONS).unlike(column.astype(np.uint8), gains)[:, 0].tolist() == [given, family]


def test_names_that_speak_for_one_person_take_nothing_off() -> None:
    gains = [np.full(len(LEVELS[item.kind]), 2.0, dtype=np.float32) for item in COMPARISONS]
    assert not Guard(COMPARISONS).unlike(np.ones((len(COMPARISONS), 1), dtype=np.uint8), gains).any()
    only = (Comparison("ni_number", "identifier"),)
    assert not Guard(only).unlike(np.ones((1, 2), dtype=np.uint8), gains).any()


@pytest.mark.parametrize(
    ("level", "more_than"),
    [
        pytest.param("exact", None, id="one date"),
        pytest.param("missing", None, id="no date"),
        pytest.param("partial", None, id="as far as both are known"),
        pytest.param("placeholder", 0.0, id="1 January in several records"),
        pytest.param("digit", 0.0, id="one slip in several records"),
        pytest.param("new_years", 0.0, id="two years of 1 January"),
    ],
)
def test_two_dates_that_several_records_bear_are_no_slip(level: str, more_than: float | None) -> None:
    column = np.zeros((len(COMPARISONS), 1), dtype=np.uint8)
    place = next(place for place, item in enumerate(COMPARISONS) if item.kind == "date")
    column[place] = code("date", level)
    found = float(Guard(COMPARISONS).two_days(column)[0])
    assert found == 0.0 if more_than is None else found > more_than
    assert (ALONE[DAY], SEVERAL[DAY], FURTHER[DAY]) == (0.0, 1.0, 1.0)
    assert len(ALONE) == len(SEVERAL) == len(FURTHER)


def test_without_a_date_there_are_no_two_days() -> None:
    assert Guard((Comparison("ni_number", "identifier"),)).two_days(np.ones((1, 2), np.uint8)).tolist() == [
        0,
        0,
    ]

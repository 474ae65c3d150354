"""The guard: which pairs a person must judge, by their levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.guard import (
    BITS,
    HOME,
    KIN,
    NAME_ONLY,
    NAMESAKES,
    NONE,
    NUMBERS,
    REASONS,
    TWINS,
    Guard,
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


def test_reasons_have_words_and_bits_in_the_order_of_their_numbers() -> None:
    assert list(REASONS) == list(range(len(REASONS))) == sorted(BITS)
    assert BITS[NONE] == 0.0
    assert all(REASONS.values())

"""Exact search: all that is asked must be said of the person, however it is spelled out."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.domain.person import PersonFields
from bnl.register.exact import same_person

HELD: list[dict[str, Any]] = [
    {"given_names": "Zoë Ann", "family_name": "O'Neill-Brown", "date_of_birth": "1980-05-17"},
    {"full_name": "Zoe Smith", "aliases": ("Duchess",), "ni_number": "ab 12 34 56 c"},
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param({"full_name": "zoe oneill brown", "date_of_birth": "1980-05-17"}, True, id="as-heard"),
        pytest.param(
            {"given_names": "ANN", "family_name": "O'Neill Brown", "date_of_birth": "1980-05-17"},
            True,
            id="one-of-her-names",
        ),
        pytest.param({"full_name": "Smith Zoe", "date_of_birth": "1980-05-17"}, True, id="another-record"),
        pytest.param({"full_name": "Zoe Brown", "date_of_birth": "1980-05-18"}, False, id="another-day"),
        pytest.param({"full_name": "Zoe Green", "date_of_birth": "1980-05-17"}, False, id="another-name"),
        pytest.param({"full_name": "Zoe Smith Neill", "date_of_birth": "1980-05-17"}, False, id="mixed"),
        pytest.param({"ni_number": "AB123456C"}, True, id="number"),
        pytest.param({"ni_number": "AB123456D"}, False, id="another-number"),
        pytest.param({"nhs_number": "AB123456C"}, False, id="number-of-another-kind"),
        pytest.param({"ni_number": "AB123456C", "full_name": "Tom Green"}, False, id="anothers-number"),
        pytest.param({"ni_number": "AB123456C", "date_of_birth": "1999-01-01"}, False, id="wrong-day-too"),
        pytest.param({"full_name": "Zoe Smith"}, False, id="a-name-alone"),
        pytest.param({"date_of_birth": "1980-05-17"}, False, id="a-day-alone"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_everything_asked_must_agree(wanted: dict[str, str], found: bool) -> None:
    assert same_person(PersonFields(**wanted), HELD) is found  # type: ignore[arg-type]
    assert same_person(PersonFields(**wanted), []) is False  # type: ignore[arg-type]

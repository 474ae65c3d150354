"""A break-glass search names one person, and finds one or nobody."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.consent.emergency import names_one_person, the_one
from bnl.domain.person import PersonFields


@pytest.mark.parametrize(
    ("query", "may"),
    [
        pytest.param({"ni_number": "QQ123456C"}, True, id="ni_number"),
        pytest.param({"nhs_number": "9990000018"}, True, id="nhs_number"),
        pytest.param({"prison_number": "A1234AA"}, True, id="prison_number"),
        pytest.param(
            {"given_names": "Ann", "family_name": "Lee", "date_of_birth": "1990-03-01"},
            True,
            id="name_and_birth",
        ),
        pytest.param({"full_name": "Ann Lee", "date_of_birth": "1990-03-01"}, True, id="full_name_and_birth"),
        pytest.param({"full_name": "Lee", "date_of_birth": "1990-03-01"}, False, id="one_word"),
        pytest.param({"family_name": "Lee", "date_of_birth": "1990-03-01"}, False, id="family_name_alone"),
        pytest.param({"given_names": "Ann", "date_of_birth": "1990-03-01"}, False, id="given_name_alone"),
        pytest.param({"full_name": "Ann Lee", "date_of_birth": "1990-03"}, False, id="month_of_birth"),
        pytest.param({"full_name": "Ann Lee", "date_of_birth": "1990"}, False, id="year_of_birth"),
        pytest.param({"full_name": "Ann Lee"}, False, id="no_birth"),
        pytest.param({"date_of_birth": "1990-03-01"}, False, id="birth_alone"),
        pytest.param({"phones": ("07700 900123",), "postcode": "OX1 1AA"}, False, id="phone_and_place"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_what_may_be_searched_by_an_override(query: dict[str, Any], may: bool) -> None:
    assert names_one_person(PersonFields(**query)) is may


@pytest.mark.parametrize(("found", "one"), [([], None), (["a"], "a"), (["a", "b"], None), (["a", "a"], None)])
def test_at_most_one_is_found_and_nobody_if_two_match(found: list[str], one: str | None) -> None:
    assert the_one(found) == one

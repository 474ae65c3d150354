"""Places: when in doubt a place is the hidden one."""

from __future__ import annotations

import pytest

from bnl.consent.places import EVERYWHERE, hideout, may_be, postcodes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("OX1 1AA", {"OX11AA"}),
        ("ox11aa", {"OX11AA"}),
        ("Flat 2, 9 Low Road, OX14 3QR, England", {"OX143QR"}),
        ("W1A  1HQ", {"W1A1HQ"}),
        ("M1 1AE and OX4 2BB", {"M11AE", "OX42BB"}),
        ("OX1", set()),
        ("1 High Street", set()),
        ("XOX1 1AAX", set()),
        ("", set()),
    ],
)
def test_full_postcodes_are_found_however_written(text: str, found: set[str]) -> None:
    assert postcodes([text]) == found


@pytest.mark.parametrize(
    ("hidden", "texts", "same"),
    [
        pytest.param(["OX1 1AA"], ["ox1 1aa"], True, id="same"),
        pytest.param(["OX1 1AA"], ["OX4 4ZZ"], False, id="other"),
        pytest.param(["OX1 1AA"], ["OX4 4ZZ", "OX1 1AA"], True, id="one_of_two"),
        pytest.param(["OX1 1AA"], ["9 Low Road"], True, id="not_told"),
        pytest.param(["OX1 1AA"], [], True, id="nothing_told"),
        pytest.param(["1 High Street"], ["OX4 4ZZ"], True, id="hidden_place_without_postcode"),
        pytest.param([], ["OX4 4ZZ"], True, id="hidden_place_unknown"),
        pytest.param(["OX1 1AA", "OX2 2BB"], ["OX2 2BB"], True, id="known_by_two"),
    ],
)
def test_only_a_different_full_postcode_tells_places_apart(
    hidden: list[str], texts: list[str], same: bool
) -> None:
    assert may_be(hideout(hidden), texts) is same


def test_everywhere_may_be_anywhere() -> None:
    assert may_be(EVERYWHERE, ["OX1 1AA"])

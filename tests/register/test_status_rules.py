"""Rule sets by name."""

from __future__ import annotations

import pytest

from bnl.errors import InvalidValue
from bnl.indicators.rules import STATUS_RULES
from bnl.register.status_rules import RULE_NAMES, rules_named


@pytest.mark.parametrize("name", RULE_NAMES)
def test_every_rule_set_has_its_name(name: str) -> None:
    assert rules_named(name).name == name


def test_the_names_are_those_of_the_library_in_order() -> None:
    assert sorted(STATUS_RULES) == list(RULE_NAMES)


@pytest.mark.parametrize("name", ["", "County", "mine"])
def test_other_names_are_none(name: str) -> None:
    with pytest.raises(InvalidValue, match="county"):
        rules_named(name)

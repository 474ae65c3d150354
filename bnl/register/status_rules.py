"""Rule sets by name, for doors that know names only."""

from __future__ import annotations

from bnl.errors import InvalidValue
from bnl.indicators.rules import STATUS_RULES, StatusRules

RULE_NAMES = tuple(sorted(STATUS_RULES))


def rules_named(name: str) -> StatusRules:
    """Return a rule set of the library.

    Raises:
        InvalidValue: There is none of that name.
    """
    if name not in STATUS_RULES:
        raise InvalidValue("There are no such status rules.", f"Name one of {', '.join(RULE_NAMES)}.")
    return STATUS_RULES[name]

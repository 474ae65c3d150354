"""Special-category and criminal-offence data: which categories need a condition, and what each asks for."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bnl.domain.vocabulary import AgencyKind as K
from bnl.domain.vocabulary import Condition as N
from bnl.domain.vocabulary import FieldCategory as C
from bnl.domain.vocabulary import Purpose

# UK GDPR Article 9(1). Support needs speak of health, safeguarding and case notes may hold any of it.
SPECIAL_CATEGORIES: Final = frozenset({C.HEALTH, C.SUPPORT_NEEDS, C.EQUALITY, C.SAFEGUARDING, C.CASE_NOTES})

# UK GDPR Article 10; DPA 2018 section 11(2) counts allegations, which risk flags and case notes hold.
OFFENCE_CATEGORIES: Final = frozenset({C.CRIMINAL_JUSTICE, C.RISK, C.CASE_NOTES})

NEEDS_CONDITION: Final = SPECIAL_CATEGORIES | OFFENCE_CATEGORIES


@dataclass(frozen=True, slots=True)
class ConditionRule:
    """What one condition covers and asks for.

    Args:
        special: Whether it lets special-category data be used.
        offence: Whether it lets criminal-offence data be used.
        document: Whether an appropriate policy document is needed.
        source: Statute.
        reason: Whether the reason for not asking consent has to be given.
        consent: Whether it is met only by a grant on consent.
        categories: Field categories it is confined to; None if none.
        purposes: Purposes it is confined to; None if none.
        kinds: Kinds of agency it is open to; None if all.
    """

    special: bool
    offence: bool
    document: bool
    source: str
    reason: bool = False
    consent: bool = False
    categories: frozenset[C] | None = None
    purposes: frozenset[Purpose] | None = None
    kinds: frozenset[K] | None = None


CONDITION_RULES: Final = MappingProxyType(
    {
        N.EXPLICIT_CONSENT: ConditionRule(
            special=True,
            offence=True,
            document=False,
            consent=True,
            source="UK GDPR Article 9(2)(a); DPA 2018 Schedule 1 paragraph 29",
        ),
        N.VITAL_INTERESTS: ConditionRule(
            special=True,
            offence=True,
            document=False,
            source="UK GDPR Article 9(2)(c); DPA 2018 Schedule 1 paragraph 30",
        ),
        N.LEGAL_CLAIMS: ConditionRule(
            special=True,
            offence=True,
            document=False,
            source="UK GDPR Article 9(2)(f); DPA 2018 Schedule 1 paragraph 33",
        ),
        N.SCH1_1_SOCIAL_PROTECTION: ConditionRule(
            special=True,
            offence=True,
            document=True,
            source="UK GDPR Article 9(2)(b); DPA 2018 Schedule 1 paragraph 1",
        ),
        N.SCH1_2_HEALTH_OR_SOCIAL_CARE: ConditionRule(
            special=True,
            offence=True,
            document=False,
            source="UK GDPR Article 9(2)(h) and 9(3); DPA 2018 section 11(1), Schedule 1 paragraph 2",
        ),
        N.SCH1_4_STATISTICS: ConditionRule(
            special=True,
            offence=True,
            document=False,
            purposes=frozenset({Purpose.STATISTICS}),
            source="UK GDPR Article 9(2)(j); DPA 2018 Schedule 1 paragraph 4",
        ),
        N.SCH1_6_STATUTORY_PURPOSES: ConditionRule(
            special=True,
            offence=True,
            document=True,
            source="UK GDPR Article 9(2)(g); DPA 2018 Schedule 1 paragraphs 6 and 36",
        ),
        N.SCH1_8_EQUALITY: ConditionRule(
            special=True,
            offence=False,
            document=True,
            categories=frozenset({C.EQUALITY, C.HEALTH}),
            source="UK GDPR Article 9(2)(g); DPA 2018 Schedule 1 paragraph 8",
        ),
        N.SCH1_16_SUPPORT: ConditionRule(
            special=True,
            offence=False,
            document=True,
            categories=frozenset({C.HEALTH, C.SUPPORT_NEEDS}),
            kinds=frozenset({K.CHARITY}),
            source="UK GDPR Article 9(2)(g); DPA 2018 Schedule 1 paragraph 16",
        ),
        N.SCH1_18_SAFEGUARDING: ConditionRule(
            special=True,
            offence=True,
            document=True,
            reason=True,
            source="UK GDPR Article 9(2)(g); DPA 2018 Schedule 1 paragraphs 18 and 36",
        ),
    }
)


def condition_covers(condition: N, category: C) -> bool:
    """Tell whether a condition can stand for a category at all: all its natures must be covered."""
    rule = CONDITION_RULES[condition]
    if rule.categories is not None and category not in rule.categories:
        return False
    if category in SPECIAL_CATEGORIES and not rule.special:
        return False
    return rule.offence or category not in OFFENCE_CATEGORIES

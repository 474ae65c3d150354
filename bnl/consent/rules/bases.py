"""Lawful bases: which kinds of agency may rely on which, since when, and on what authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bnl.domain.vocabulary import AgencyKind as K
from bnl.domain.vocabulary import LawfulBasis as B

ALWAYS: Final = datetime(1900, 1, 1, tzinfo=UTC)

PUBLIC_AUTHORITIES: Final = frozenset(
    {K.LOCAL_AUTHORITY, K.HEALTH, K.CRIMINAL_JUSTICE, K.POLICE, K.EDUCATION}
)
OTHER_BODIES: Final = frozenset({K.CHARITY, K.HOUSING_PROVIDER})
EVERY_BODY: Final = PUBLIC_AUTHORITIES | OTHER_BODIES | {K.OTHER}


@dataclass(frozen=True, slots=True)
class BasisRule:
    """One line of the table: who may cite a basis.

    Args:
        basis: The basis as a grant or clause cites it.
        kinds: Kinds of agency it is open to.
        since: First instant it is open (UTC).
        stands_for: The Article 6(1) basis meant; differs from ``basis`` for safeguarding only.
        source: Statute or guidance.
    """

    basis: B
    kinds: frozenset[K]
    since: datetime
    stands_for: B
    source: str


_RECOGNISED_SINCE: Final = datetime(2026, 2, 5, tzinfo=UTC)

# An agency of kind "other" gets what is open to everybody; a source that is no agency processes nothing.
BASIS_RULES: Final = (
    BasisRule(B.CONSENT, EVERY_BODY, ALWAYS, B.CONSENT, "UK GDPR Article 6(1)(a)"),
    BasisRule(B.CONTRACT, EVERY_BODY, ALWAYS, B.CONTRACT, "UK GDPR Article 6(1)(b)"),
    BasisRule(B.LEGAL_OBLIGATION, EVERY_BODY, ALWAYS, B.LEGAL_OBLIGATION, "UK GDPR Article 6(1)(c)"),
    BasisRule(B.VITAL_INTERESTS, EVERY_BODY, ALWAYS, B.VITAL_INTERESTS, "UK GDPR Article 6(1)(d)"),
    BasisRule(
        B.PUBLIC_TASK,
        PUBLIC_AUTHORITIES,
        ALWAYS,
        B.PUBLIC_TASK,
        "UK GDPR Article 6(1)(e); Data Protection Act 2018 section 8",
    ),
    BasisRule(
        B.LEGITIMATE_INTERESTS,
        OTHER_BODIES,
        ALWAYS,
        B.LEGITIMATE_INTERESTS,
        "UK GDPR Article 6(1)(f) and its second subparagraph; Data Protection Act 2018 section 7",
    ),
    BasisRule(
        B.RECOGNISED_LEGITIMATE_INTERESTS,
        OTHER_BODIES,
        _RECOGNISED_SINCE,
        B.RECOGNISED_LEGITIMATE_INTERESTS,
        "UK GDPR Article 6(1)(ea) and Annex 1; Data (Use and Access) Act 2025 section 70",
    ),
    BasisRule(
        B.SAFEGUARDING,
        PUBLIC_AUTHORITIES,
        ALWAYS,
        B.PUBLIC_TASK,
        "UK GDPR Article 6(1)(e); Care Act 2014 section 42; Children Act 2004 section 11",
    ),
    BasisRule(
        B.SAFEGUARDING,
        OTHER_BODIES,
        ALWAYS,
        B.LEGITIMATE_INTERESTS,
        "UK GDPR Article 6(1)(f), until recognised legitimate interests came into force",
    ),
    BasisRule(
        B.SAFEGUARDING,
        OTHER_BODIES,
        _RECOGNISED_SINCE,
        B.RECOGNISED_LEGITIMATE_INTERESTS,
        "UK GDPR Article 6(1)(ea) and Annex 1 (safeguarding vulnerable individuals)",
    ),
)


def open_since(basis: B, kind: K) -> datetime | None:
    """Return the first instant a basis is open to a kind of agency, or None if it never is."""
    dates = [rule.since for rule in BASIS_RULES if rule.basis is basis and kind in rule.kinds]
    return min(dates, default=None)


def stands_for(basis: B, kind: K, moment: datetime) -> B | None:
    """Return the Article 6(1) basis a citation means for a kind of agency at a moment, None if not open."""
    rules = [r for r in BASIS_RULES if r.basis is basis and kind in r.kinds and r.since <= moment]
    return max(rules, key=lambda rule: rule.since).stands_for if rules else None

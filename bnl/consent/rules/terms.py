"""Terms of the W3C Data Privacy Vocabulary for what consent records speak of, where it has them.

Source: Data Privacy Vocabulary 2.0 (W3C Data Privacy Vocabularies and Controls Community Group), namespaces
``dpv``, ``pd`` and ``eu-gdpr``. The vocabulary names the articles of the EU Regulation, of which the UK GDPR
keeps the numbers; recognised legitimate interests, which only the UK has, stand under legitimate interest.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from bnl.domain.vocabulary import Action, LawfulBasis, Purpose
from bnl.domain.vocabulary import FieldCategory as C

PREFIXES: Final = MappingProxyType(
    {
        "dpv": "https://w3id.org/dpv#",
        "pd": "https://w3id.org/dpv/pd#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    }
)

BASIS_TERMS: Final = MappingProxyType(
    {
        LawfulBasis.CONSENT: "eu-gdpr:A6-1-a",
        LawfulBasis.CONTRACT: "eu-gdpr:A6-1-b",
        LawfulBasis.LEGAL_OBLIGATION: "eu-gdpr:A6-1-c",
        LawfulBasis.VITAL_INTERESTS: "eu-gdpr:A6-1-d",
        LawfulBasis.PUBLIC_TASK: "eu-gdpr:A6-1-e",
        LawfulBasis.LEGITIMATE_INTERESTS: "eu-gdpr:A6-1-f",
        LawfulBasis.RECOGNISED_LEGITIMATE_INTERESTS: "dpv:LegitimateInterest",
        LawfulBasis.SAFEGUARDING: "dpv:LegalBasis",
    }
)

PROCESSING_TERMS: Final = MappingProxyType(
    {
        Action.COLLECT: "dpv:Collect",
        Action.UPDATE: "dpv:Alter",
        Action.SEARCH: "dpv:Query",
        Action.VIEW: "dpv:Consult",
        Action.EXPORT: "dpv:Share",
        Action.REFER: "dpv:Disclose",
        Action.LINK: "dpv:Combine",
        Action.REPORT: "dpv:Analyse",
    }
)

# The vocabulary has no finer purposes for this work; each is a public or a research benefit.
PURPOSE_TERMS: Final = MappingProxyType(
    {
        purpose: "dpv:ResearchAndDevelopment" if purpose is Purpose.STATISTICS else "dpv:PublicBenefit"
        for purpose in Purpose
    }
)

DATA_TERMS: Final = MappingProxyType(
    {
        C.EXISTENCE: "dpv:PersonalData",
        C.IDENTITY: "pd:Identifying",
        C.CONTACT: "pd:Contact",
        C.LOCATION: "pd:Location",
        C.HOUSEHOLD: "pd:Family",
        C.HOUSING: "dpv:PersonalData",
        C.RISK: "dpv:SensitivePersonalData",
        C.SUPPORT_NEEDS: "pd:Health",
        C.HEALTH: "pd:Health",
        C.CRIMINAL_JUSTICE: "pd:Criminal",
        C.SAFEGUARDING: "dpv:SensitivePersonalData",
        C.IMMIGRATION: "pd:Nationality",
        C.FINANCE: "pd:Financial",
        C.EMPLOYMENT: "pd:EmploymentHistory",
        C.EQUALITY: "dpv:SpecialCategoryPersonalData",
        C.CASE_NOTES: "dpv:SpecialCategoryPersonalData",
        C.AGENCY_INVOLVEMENT: "dpv:PersonalData",
    }
)

STATUS_TERMS: Final = MappingProxyType(
    {
        "given": "dpv:ConsentGiven",
        "refused": "dpv:ConsentRefused",
        "withdrawn": "dpv:ConsentWithdrawn",
        "expired": "dpv:ConsentExpired",
        "invalidated": "dpv:ConsentInvalidated",
    }
)


def term_of(value: Action | Purpose | C | LawfulBasis) -> str:
    """Return the vocabulary's term for a value, with its prefix."""
    if isinstance(value, Action):
        return PROCESSING_TERMS[value]
    if isinstance(value, Purpose):
        return PURPOSE_TERMS[value]
    return DATA_TERMS[value] if isinstance(value, C) else BASIS_TERMS[value]

"""Closed vocabularies: kinds of agency, purposes, actions, roles, field categories and lawful bases.

Values are retired, never removed: a retired value still binds in a refusal and permits nothing.
"""

from __future__ import annotations

from enum import StrEnum


class AgencyKind(StrEnum):
    """What an agency is; lawful bases are tested against it."""

    LOCAL_AUTHORITY = "local_authority"
    CHARITY = "charity"
    HEALTH = "health"
    CRIMINAL_JUSTICE = "criminal_justice"
    HOUSING_PROVIDER = "housing_provider"
    EDUCATION = "education"
    POLICE = "police"
    NON_AGENCY = "non_agency"
    OTHER = "other"


class Purpose(StrEnum):
    """Why personal data is used; a purpose is never inferred."""

    HOMELESSNESS_PREVENTION = "homelessness_prevention"
    HOUSING_SUPPORT = "housing_support"
    OUTREACH = "outreach"
    ALLOCATION = "allocation"
    HOSPITAL_DISCHARGE = "hospital_discharge"
    PRISON_RELEASE = "prison_release"
    CASE_CONFERENCE = "case_conference"
    SAFEGUARDING = "safeguarding"
    DUTY_TO_REFER = "duty_to_refer"
    MORTALITY_REVIEW = "mortality_review"
    SUBJECT_ACCESS = "subject_access"
    LINKAGE = "linkage"
    STEWARDSHIP = "stewardship"
    STATISTICS = "statistics"


class Action(StrEnum):
    """What is done with personal data."""

    COLLECT = "collect"
    UPDATE = "update"
    SEARCH = "search"
    VIEW = "view"
    EXPORT = "export"
    REFER = "refer"
    LINK = "link"
    REPORT = "report"


class Role(StrEnum):
    """What somebody does in an agency; it comes from the signed-in session, never from a call."""

    SUPPORT_WORKER = "support_worker"
    HOUSING_OFFICER = "housing_officer"
    NAVIGATOR = "navigator"
    OUTREACH_WORKER = "outreach_worker"
    DISCHARGE_COORDINATOR = "discharge_coordinator"
    PROBATION_OFFICER = "probation_officer"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    DATA_OFFICER = "data_officer"
    MANAGER = "manager"
    STEWARD = "steward"
    OPERATOR = "operator"
    SYSTEM = "system"


class FieldCategory(StrEnum):
    """Kinds of field that are shared or withheld together; existence is one of them."""

    EXISTENCE = "existence"
    IDENTITY = "identity"
    CONTACT = "contact"
    LOCATION = "location"
    HOUSEHOLD = "household"
    HOUSING = "housing"
    RISK = "risk"
    SUPPORT_NEEDS = "support_needs"
    HEALTH = "health"
    CRIMINAL_JUSTICE = "criminal_justice"
    SAFEGUARDING = "safeguarding"
    IMMIGRATION = "immigration"
    FINANCE = "finance"
    EMPLOYMENT = "employment"
    EQUALITY = "equality"
    CASE_NOTES = "case_notes"
    AGENCY_INVOLVEMENT = "agency_involvement"


class LawfulBasis(StrEnum):
    """UK GDPR Article 6(1), with (ea) as in force since 5 February 2026."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"
    RECOGNISED_LEGITIMATE_INTERESTS = "recognised_legitimate_interests"
    SAFEGUARDING = "safeguarding"


class Capacity(StrEnum):
    """In what capacity somebody gave or refused a grant."""

    SELF = "self"
    PARENTAL_RESPONSIBILITY = "parental_responsibility"
    ATTORNEY_OR_DEPUTY = "attorney_or_deputy"
    BEST_INTERESTS = "best_interests"
    AGENCY = "agency"
    STEWARD = "steward"


class Effect(StrEnum):
    """Whether a grant permits or forbids."""

    PERMIT = "permit"
    FORBID = "forbid"


class EndingKind(StrEnum):
    """How a grant came to its end before its time."""

    WITHDRAWN = "withdrawn"
    LIFTED = "lifted"
    CORRECTED = "corrected"
    ANSWERED = "answered"


class Condition(StrEnum):
    """What lets special-category data (UK GDPR Article 9) or criminal-offence data (Article 10) be used.

    ``sch1_*`` are paragraphs of Schedule 1 to the Data Protection Act 2018.
    """

    EXPLICIT_CONSENT = "explicit_consent"
    VITAL_INTERESTS = "vital_interests"
    LEGAL_CLAIMS = "legal_claims"
    SCH1_1_SOCIAL_PROTECTION = "sch1_1_social_protection"
    SCH1_2_HEALTH_OR_SOCIAL_CARE = "sch1_2_health_or_social_care"
    SCH1_4_STATISTICS = "sch1_4_statistics"
    SCH1_6_STATUTORY_PURPOSES = "sch1_6_statutory_purposes"
    SCH1_8_EQUALITY = "sch1_8_equality"
    SCH1_16_SUPPORT = "sch1_16_support"
    SCH1_18_SAFEGUARDING = "sch1_18_safeguarding"

"""Plain words for the terms of decisions, as workers and the people concerned read them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from bnl.consent.reasons import ObligationKind, Reason
from bnl.domain.vocabulary import Action, Capacity, LawfulBasis, Purpose
from bnl.domain.vocabulary import FieldCategory as C

CATEGORY_WORDS: Final = MappingProxyType(
    {
        C.EXISTENCE: "being on the list at all",
        C.IDENTITY: "name, date of birth and numbers",
        C.CONTACT: "phone, email and language",
        C.LOCATION: "address and where somebody stays",
        C.HOUSEHOLD: "family and household",
        C.HOUSING: "housing situation",
        C.RISK: "risks",
        C.SUPPORT_NEEDS: "support needs",
        C.HEALTH: "health",
        C.CRIMINAL_JUSTICE: "offences, prison and probation",
        C.SAFEGUARDING: "safeguarding",
        C.IMMIGRATION: "nationality and immigration status",
        C.FINANCE: "money and benefits",
        C.EMPLOYMENT: "work",
        C.EQUALITY: "ethnicity, religion and other equality information",
        C.CASE_NOTES: "case notes",
        C.AGENCY_INVOLVEMENT: "which agencies are involved, and since when",
    }
)

PURPOSE_WORDS: Final = MappingProxyType(
    {
        Purpose.HOMELESSNESS_PREVENTION: "preventing or ending homelessness",
        Purpose.HOUSING_SUPPORT: "supporting somebody with their housing",
        Purpose.OUTREACH: "reaching people who sleep rough",
        Purpose.ALLOCATION: "letting social housing",
        Purpose.HOSPITAL_DISCHARGE: "planning to leave hospital",
        Purpose.PRISON_RELEASE: "planning a release from prison",
        Purpose.CASE_CONFERENCE: "agencies meeting about somebody's case",
        Purpose.SAFEGUARDING: "protecting somebody from harm",
        Purpose.DUTY_TO_REFER: "referring somebody to a council as the law asks",
        Purpose.MORTALITY_REVIEW: "learning from a death",
        Purpose.SUBJECT_ACCESS: "telling somebody what is held about them",
        Purpose.LINKAGE: "finding out which records are one person",
        Purpose.STEWARDSHIP: "keeping the list right",
        Purpose.STATISTICS: "counting, without names",
    }
)

ACTION_WORDS: Final = MappingProxyType(
    {
        Action.COLLECT: "record",
        Action.UPDATE: "correct",
        Action.SEARCH: "search for",
        Action.VIEW: "see",
        Action.EXPORT: "send on",
        Action.REFER: "refer with",
        Action.LINK: "link",
        Action.REPORT: "count",
    }
)

BASIS_WORDS: Final = MappingProxyType(
    {
        LawfulBasis.CONSENT: "the person agreed",
        LawfulBasis.CONTRACT: "a contract with the person needs it",
        LawfulBasis.LEGAL_OBLIGATION: "the law requires it",
        LawfulBasis.VITAL_INTERESTS: "a life may depend on it",
        LawfulBasis.PUBLIC_TASK: "it is part of a public body's task",
        LawfulBasis.LEGITIMATE_INTERESTS: "the agency has a good reason that the person could expect",
        LawfulBasis.RECOGNISED_LEGITIMATE_INTERESTS: "it serves an interest the law recognises",
        LawfulBasis.SAFEGUARDING: "somebody has to be protected from harm",
    }
)

REQUESTER_WORDS: Final = MappingProxyType(
    {
        Reason.SHARED: "shared with you",
        Reason.NO_CLAUSE: "not yours to see: the agreement does not cover it for your role and purpose",
        Reason.NOT_SHARED: "not yours to see",
        Reason.NOT_FOUND: "there is nobody by this description",
        Reason.UNKNOWN_VALUE: "the request names something that does not exist",
    }
)

AUDITOR_WORDS: Final = MappingProxyType(
    {
        Reason.OWN_RECORD: "the agency's own words",
        Reason.STANDING_CLAUSE: "a clause of the agreement lets it",
        Reason.PERMIT: "a permit lets it",
        Reason.OVERRIDDEN: "opened in an emergency, to be reviewed",
        Reason.UNKNOWN_VALUE: "the request names something that does not exist",
        Reason.NO_CLAUSE: "no clause of the agreement covers it",
        Reason.NO_PERMIT: "a clause covers it, but no permit in force",
        Reason.SOFT_FORBID: "somebody has forbidden it",
        Reason.HARD_FORBID: "it is forbidden without exception",
        Reason.CORRUPT: "something recorded about the person cannot be trusted until it is repaired",
        Reason.LOCAL_RECORD: "the record exists for its own agency only",
        Reason.NOT_PASSED_ON: "another agency's words may not be passed on to this recipient",
        Reason.RECIPIENT: "the recipient may not see it",
        Reason.HOUSEHOLD: "a shared address is hidden for somebody else's sake",
    }
)

OBLIGATION_WORDS: Final = MappingProxyType(
    {
        ObligationKind.PURPOSE: "use it for {} only",
        ObligationKind.NO_ONWARD_DISCLOSURE: "do not pass it on",
        ObligationKind.ONWARD_ONLY_TO: "pass it on to nobody but {}",
        ObligationKind.EXPIRES: "stop using it from {}",
        ObligationKind.RECEIPT: "it carries the receipt {}",
        ObligationKind.REVIEW: "the override will be reviewed",
    }
)

CAPACITY_WORDS: Final = MappingProxyType(
    {
        Capacity.SELF: "the person themselves",
        Capacity.PARENTAL_RESPONSIBILITY: "somebody with parental responsibility",
        Capacity.ATTORNEY_OR_DEPUTY: "an attorney or deputy",
        Capacity.BEST_INTERESTS: "a decision in the person's best interests",
        Capacity.AGENCY: "an agency",
        Capacity.STEWARD: "the steward of the list",
    }
)

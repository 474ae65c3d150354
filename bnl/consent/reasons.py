"""Reason codes: what a decision says for itself, to the requester and to the auditor."""

from __future__ import annotations

from enum import StrEnum


class View(StrEnum):
    """For whom reasons are told: to a requester no hidden restriction, to an auditor all."""

    REQUESTER = "requester"
    AUDITOR = "auditor"


class Reason(StrEnum):
    """Why a field category of a source record was permitted or denied."""

    OWN_RECORD = "own_record"
    STANDING_CLAUSE = "standing_clause"
    PERMIT = "permit"
    OVERRIDDEN = "overridden"
    SHARED = "shared"
    UNKNOWN_VALUE = "unknown_value"
    NO_CLAUSE = "no_clause"
    NOT_SHARED = "not_shared"
    NOT_FOUND = "not_found"
    NO_PERMIT = "no_permit"
    SOFT_FORBID = "soft_forbid"
    HARD_FORBID = "hard_forbid"
    CORRUPT = "corrupt"
    LOCAL_RECORD = "local_record"
    NOT_PASSED_ON = "not_passed_on"
    RECIPIENT = "recipient"
    HOUSEHOLD = "household"


class Void(StrEnum):
    """Why a permit or a clause that once was good has no force."""

    RELYING_PARTY_UNKNOWN = "relying_party_unknown"
    BASIS_NOT_OPEN = "basis_not_open"
    NAMED_GRANT_ELSEWHERE = "named_grant_elsewhere"
    GIVER_WITHOUT_CAPACITY = "giver_without_capacity"
    DOCUMENT_MISSING = "document_missing"
    CONDITION_MISSING = "condition_missing"
    REASON_MISSING = "reason_missing"
    CONDITION_NOT_OPEN = "condition_not_open"


class ObligationKind(StrEnum):
    """What the receiver of released data is bound to."""

    PURPOSE = "purpose"
    NO_ONWARD_DISCLOSURE = "no_onward_disclosure"
    ONWARD_ONLY_TO = "onward_only_to"
    EXPIRES = "expires"
    RECEIPT = "receipt"
    REVIEW = "review"

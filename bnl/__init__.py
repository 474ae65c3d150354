"""A county-wide by-name list: matching, sharing within consent, an audit trail, and the list itself."""

from typing import TYPE_CHECKING

from bnl.lazy import handed_on

if TYPE_CHECKING:
    from bnl.domain.actor import Actor
    from bnl.domain.agency import Agency
    from bnl.domain.event import EventKind
    from bnl.domain.judgement import Verdict
    from bnl.domain.person import PersonFields
    from bnl.domain.vocabulary import AgencyKind, FieldCategory, Purpose, Role
    from bnl.errors import BnlError
    from bnl.exchange.directory import resolve_agency
    from bnl.register.keys import open_keyring
    from bnl.register.register import Register
    from bnl.register.session import Session

__all__ = [
    "Actor",
    "Agency",
    "AgencyKind",
    "BnlError",
    "EventKind",
    "FieldCategory",
    "PersonFields",
    "Purpose",
    "Register",
    "Role",
    "Session",
    "Verdict",
    "open_keyring",
    "resolve_agency",
]

__getattr__ = handed_on(
    __name__,
    {
        "Actor": "bnl.domain.actor",
        "Agency": "bnl.domain.agency",
        "AgencyKind": "bnl.domain.vocabulary",
        "BnlError": "bnl.errors",
        "EventKind": "bnl.domain.event",
        "FieldCategory": "bnl.domain.vocabulary",
        "PersonFields": "bnl.domain.person",
        "Purpose": "bnl.domain.vocabulary",
        "Register": "bnl.register.register",
        "Role": "bnl.domain.vocabulary",
        "Session": "bnl.register.session",
        "Verdict": "bnl.domain.judgement",
        "open_keyring": "bnl.register.keys",
        "resolve_agency": "bnl.exchange.directory",
    },
)

"""Consent given, withdrawn, and its effect on what a partner sees."""

import tempfile
from contextlib import suppress
from typing import Any

from bnl import (
    Actor,
    Agency,
    AgencyKind,
    BnlError,
    FieldCategory,
    PersonFields,
    Purpose,
    Register,
    Role,
    Session,
)  # fmt: skip
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, Effect, LawfulBasis
from bnl.register.county import county_agreement_path

CHARITY, HOSTEL = AgencyId("connection-support"), AgencyId("homeless-oxfordshire")
STEWARD = Actor(agency_id=AgencyId("oxford-city-council"), user_id=UserId("steward"), role=Role.STEWARD)
WANTED = PersonFields(family_name="Example", date_of_birth="1991-03-09")


def worker_of(register: Register, agency_id: AgencyId) -> Session:
    actor = Actor(agency_id=agency_id, user_id=UserId("worker"), role=Role.SUPPORT_WORKER)
    return register.session(actor, Purpose.HOUSING_SUPPORT)


def look(hostel: Session, when: str) -> None:
    found = hostel.search(WANTED)
    print(f"{when}: the hostel finds {len(found)}", [sorted(c.person.golden) for c in found])


with tempfile.TemporaryDirectory() as keys, Register.open("sqlite://", keyring=keys) as register:
    agencies = [Agency(agency_id=a, name=a, kind=AgencyKind.CHARITY) for a in (CHARITY, HOSTEL)]
    register.enrol(agencies, by=STEWARD)
    register.adopt(county_agreement_path(), by=STEWARD)
    charity, hostel = worker_of(register, CHARITY), worker_of(register, HOSTEL)
    fields = WANTED.model_copy(update={"phones": ("01632 960111",), "notes": "Call in the evening."})
    handle = charity.submit("CS-1", fields).handle

    look(hostel, "nothing said yet")
    terms: dict[str, Any] = {"effect": Effect.PERMIT, "basis": LawfulBasis.CONSENT, "open_ended": True}
    terms |= {"relying_party": CHARITY, "agencies": {HOSTEL}, "users": ANY, "roles": ANY, "areas": ANY}
    terms |= {"actions": {Action.SEARCH, Action.VIEW}, "purposes": {Purpose.HOUSING_SUPPORT}}
    terms |= {"categories": {FieldCategory.IDENTITY, FieldCategory.CONTACT}}
    given = charity.record_grant(handle, **terms)
    look(hostel, "consent given")
    hostels_handle = hostel.search(WANTED)[0].person.handle
    print("withdrawing would concern:", charity.preview_withdrawal(given).recipients)
    print("withdrawn; to be told:", charity.withdraw_grant(given).recipients)
    look(hostel, "consent withdrawn")
    with suppress(BnlError):
        print(hostel.person(hostels_handle))  # raises NotFound

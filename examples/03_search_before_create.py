"""Search before create: look first, so that one person does not become two."""

from __future__ import annotations

import tempfile

from bnl import Actor, Agency, AgencyKind, PersonFields, Purpose, Register, Role, Session
from bnl.domain.identifiers import AgencyId, UserId
from bnl.register.county import county_agreement_path

COUNCIL, CHERWELL = AgencyId("oxford-city-council"), AgencyId("cherwell-district-council")
STEWARD = Actor(agency_id=COUNCIL, user_id=UserId("steward"), role=Role.STEWARD)


def officer_of(register: Register, agency_id: AgencyId) -> Session:
    actor = Actor(agency_id=agency_id, user_id=UserId("officer"), role=Role.HOUSING_OFFICER)
    return register.session(actor, Purpose.HOMELESSNESS_PREVENTION)


with tempfile.TemporaryDirectory() as keys, Register.open("sqlite://", keyring=keys) as register:
    councils = [
        Agency(agency_id=COUNCIL, name="Oxford City Council", kind=AgencyKind.LOCAL_AUTHORITY),
        Agency(agency_id=CHERWELL, name="Cherwell District Council", kind=AgencyKind.LOCAL_AUTHORITY),
    ]
    register.enrol(councils, by=STEWARD)
    register.adopt(county_agreement_path(), by=STEWARD)
    oxford, cherwell = officer_of(register, COUNCIL), officer_of(register, CHERWELL)

    known = PersonFields(given_names="Yusuf", family_name="Example", date_of_birth="1988-11-02")
    oxford.submit("H-17", known)

    # The next council is told another spelling, and the day and month the other way round.
    wanted = PersonFields(given_names="Yousef", family_name="Example", date_of_birth="1988-02-11")
    for candidate in cherwell.search(wanted):
        print(f"{candidate.probability:.0%} likely:", candidate.person.value("given_names"))
        for step in candidate.explanation.steps:
            print(f"  {step.column:15s} {step.bits:+6.1f} bits  {step.words}")
    mine = cherwell.submit("C-4", wanted)
    print("Cherwell's own record:", mine.status)

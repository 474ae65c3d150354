"""A small county to test the register with: its agencies, who signs in, and a clock that is set by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bnl.audit.log import Log
from bnl.crypto.keyring import Keyring
from bnl.domain.actor import Actor
from bnl.domain.agency import Agency
from bnl.domain.audit import AuditEntry
from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, Handle, PersonId, RecordId, UserId
from bnl.domain.person import PersonFields
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import (
    Action,
    AgencyKind,
    Effect,
    FieldCategory,
    LawfulBasis,
    Purpose,
    Role,
)
from bnl.register.core import Core
from bnl.register.county import county_agreement_path
from bnl.register.register import Register
from bnl.register.session import Session
from bnl.storage.keys import record_key
from bnl.storage.unit_of_work import ReadUnit

CITY = AgencyId("oxford-city-council")
CHERWELL = AgencyId("cherwell-district-council")
CHARITY = AgencyId("connection-support")
HOSTEL = AgencyId("homeless-oxfordshire")
HOSPITAL = AgencyId("john-radcliffe")
REFUGE = AgencyId("odas")

AGENCIES = (
    Agency(
        agency_id=CITY, name="Oxford City Council", kind=AgencyKind.LOCAL_AUTHORITY, housing_authority=True
    ),
    Agency(agency_id=CHERWELL, name="Cherwell", kind=AgencyKind.LOCAL_AUTHORITY, housing_authority=True),
    Agency(agency_id=CHARITY, name="Connection Support", kind=AgencyKind.CHARITY),
    Agency(agency_id=HOSTEL, name="Homeless Oxfordshire", kind=AgencyKind.CHARITY),
    Agency(agency_id=HOSPITAL, name="John Radcliffe Hospital", kind=AgencyKind.HEALTH, specified_body=True),
    Agency(agency_id=REFUGE, name="ODAS", kind=AgencyKind.CHARITY, local_by_default=True),
)
STEWARD = Actor(agency_id=CITY, user_id=UserId("steward-1"), role=Role.STEWARD)
OPERATOR = Actor(agency_id=AgencyId("register"), user_id=UserId("operator-1"), role=Role.OPERATOR)
START = datetime(2026, 9, 1, 9, tzinfo=UTC)
GIVEN = ("Amara", "Bogdan", "Catherine", "Dilshad", "Eoin", "Farida", "Gareth", "Halima", "Ioana", "Jamal")
FAMILY = ("Abernathy", "Brzezinski", "Castellanos", "Dimitrova", "Eastwood", "Fitzwilliam", "Ghebremedhin")


class HandClock:
    """A clock that stands until it is set."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move the clock on."""
        self.now += timedelta(**by)
        return self.now


class County:
    """A register with its agencies enrolled and the shipped agreement in force."""

    def __init__(self, url: str, keyring: Keyring, clock: HandClock) -> None:
        self.url, self.keyring, self.clock = url, keyring, clock
        self.register = Register.open(url, keyring=keyring, clock=clock)
        if not self.register.health().agencies:
            self.register.enrol(AGENCIES, by=STEWARD)
            self.register.adopt(county_agreement_path(), by=STEWARD)

    @property
    def core(self) -> Core:
        """The state behind the register, which no session shows."""
        return self.register._core

    def reopen(self) -> None:
        """Close the register and open it again, so that nothing in memory survives."""
        self.register.close()
        self.register = Register.open(self.url, keyring=self.keyring, clock=self.clock)

    def session(self, agency: AgencyId, role: Role, purpose: Purpose, user: str = "user-1") -> Session:
        """Sign somebody in."""
        return self.register.session(Actor(agency_id=agency, user_id=UserId(user), role=role), purpose)

    def officer(self, agency: AgencyId = CITY) -> Session:
        """A housing officer of a council: sees the basics by public task."""
        return self.session(agency, Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION)

    def worker(self, agency: AgencyId = CHARITY) -> Session:
        """A support worker of a charity: sees what the person agreed to."""
        return self.session(agency, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT)

    def data_officer(self, agency: AgencyId = CITY) -> Session:
        """A data officer: takes files in, sees nothing of others."""
        return self.session(agency, Role.DATA_OFFICER, Purpose.HOUSING_SUPPORT)

    def steward(self) -> Session:
        """The steward: judges doubtful pairs."""
        return self.register.session(STEWARD, Purpose.LINKAGE)

    def access(self, agency: AgencyId = CITY) -> Session:
        """A data officer answering a subject access request."""
        return self.session(agency, Role.DATA_OFFICER, Purpose.SUBJECT_ACCESS)

    def settle(self, people: int = 4) -> None:
        """Let some other people be known, so that names have a frequency to weigh by."""
        officer = self.officer(CITY)
        for number in range(people):
            officer.submit(f"other-{number}", fields(60 + number))

    def record_of(self, agency: AgencyId, handle: str) -> RecordId:
        """The record behind a handle."""
        record_id = self.core.handles.record(agency, handle)
        if record_id is None:
            raise KeyError(handle)
        return record_id

    def person_of(self, agency: AgencyId, handle: str) -> PersonId:
        """The person behind a handle."""
        return self.core.refresh().person(self.record_of(agency, handle))

    def entries(self, since: int = 0) -> list[AuditEntry]:
        """The entries of the log from a position on."""
        with ReadUnit(self.core.store) as unit:
            return list(Log(unit.log).entries(since))

    def size(self) -> int:
        """How long the log is."""
        return self.register.health().log_size

    def subjects(self, sequence: int) -> dict[RecordId, int]:
        """The records an entry names, each with its field mask, told by the keys of the records."""
        masks: dict[RecordId, int] = {}
        with ReadUnit(self.core.store) as unit:
            rows = [row for row in unit.log.subjects() if row[0] == sequence]
        for record_id in self.core.refresh().arrival:
            pseudonym = self.core.keyring.get(record_key(record_id)).keyed_hash("subject", str(sequence))
            found = [row[3] for row in rows if row[2] == pseudonym]
            masks.update(dict.fromkeys([record_id] if found else [], sum(found)))
        return masks


def fields(number: int = 0, **changes: Any) -> PersonFields:
    """A made-up person; numbers far apart are unlike."""
    values: dict[str, Any] = {
        "given_names": GIVEN[number % len(GIVEN)],
        "family_name": FAMILY[number % len(FAMILY)],
        "date_of_birth": date(1953 + number * 11 % 47, 2 + number % 11, 3 + number * 7 % 25).isoformat(),
    }
    return PersonFields(**(values | changes))


def rich(number: int = 0, **changes: Any) -> PersonFields:
    """A made-up person with a number, a telephone and an address too: two such statements are surely one."""
    values: dict[str, Any] = {
        "ni_number": f"AB{100_000 + number * 1_237}C",
        "phones": (f"07700 9{number:05d}",),
        "address": f"{number + 3} Willow Row",
        "postcode": f"OX{1 + number % 9} {number % 9}AB",
    }
    return fields(number, **(values | changes))


def permit(relying: AgencyId, *agencies: AgencyId, **changes: Any) -> dict[str, Any]:
    """Terms of a permit on consent for some agencies to search and view the basics."""
    terms: dict[str, Any] = {
        "effect": Effect.PERMIT,
        "basis": LawfulBasis.CONSENT,
        "open_ended": True,
        "relying_party": relying,
        "agencies": frozenset(agencies),
        "users": ANY,
        "roles": ANY,
        "areas": ANY,
        "actions": frozenset({Action.SEARCH, Action.VIEW}),
        "purposes": frozenset({Purpose.HOUSING_SUPPORT}),
        "categories": frozenset({FieldCategory.IDENTITY, FieldCategory.CONTACT}),
    }
    return terms | changes


def forbid(**changes: Any) -> dict[str, Any]:
    """Terms of a forbid; what is not said is everything."""
    return {"effect": Effect.FORBID} | changes


def contact(session: Session, handle: Handle | str, day: date, **data: Any) -> None:
    """Record that somebody was met."""
    session.record_event(handle, EventKind.CONTACT, day, **data)

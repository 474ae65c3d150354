"""Flows that balance, a published return, late news, and why the next publication differs."""

from datetime import UTC, date, datetime

from bnl import Actor, Agency, AgencyKind, EventKind, PersonFields, Purpose, Register, Role
from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore
from bnl.crypto.provider import CallableKeyProvider
from bnl.domain.identifiers import AgencyId, UserId
from bnl.register.county import county_agreement_path

CITY = AgencyId("oxford-city-council")
AUGUST = (date(2026, 8, 1), date(2026, 8, 31))
ACTORS = {role: Actor(agency_id=CITY, user_id=UserId(role.value), role=role) for role in Role}

secret = bytes(range(32))  # in real life the key provider asks a key service
keyring = Keyring(CallableKeyProvider(lambda: 1, lambda _version: secret), MemoryKeyStore())
register = Register.open("sqlite://", keyring=keyring, clock=lambda: datetime(2026, 9, 3, 9, tzinfo=UTC))
steward, manager = ACTORS[Role.STEWARD], ACTORS[Role.MANAGER]
register.enrol(
    [
        Agency(
            agency_id=CITY,
            name="Oxford City Council",
            kind=AgencyKind.LOCAL_AUTHORITY,
            housing_authority=True,
        )
    ],
    by=steward,
)
register.adopt(county_agreement_path(), by=steward)

officer = register.session(ACTORS[Role.HOUSING_OFFICER], Purpose.HOMELESSNESS_PREVENTION)
handles = []
for number in range(12):
    fields = PersonFields(
        given_names=f"Example {number}", family_name="Person", date_of_birth=f"{1960 + number}"
    )
    handle = officer.submit(f"H-{number}", fields).handle
    officer.record_event(handle, EventKind.CONTACT, date(2026, 8, 1 + number), situation="hidden")
    handles.append(handle)

made = officer.flows(*AUGUST)
print({line.name: line.count for line in made.lines}, "unexplained:", made.residual)

counter = register.session(manager, Purpose.STATISTICS)
first = counter.publish_return(*AUGUST)
print("published:", first.return_id, dict(first.printed))

for handle in handles[:6]:  # late news: six of them were housed in August
    officer.record_event(handle, EventKind.ACCOMMODATION_START, date(2026, 8, 30), situation="settled")
second = counter.publish_return(*AUGUST)
print("published:", second.return_id, dict(second.printed))

keeper = register.session(steward, Purpose.STEWARDSHIP)
for one in keeper.compare_returns(first.return_id, second.return_id).differences[:3]:
    print(f"{one.measure} {one.change:+d}: {one.cause}, {len(one.events)} event")
print("the first made again, byte for byte:", counter.remake_return(first.return_id).same)
register.close()

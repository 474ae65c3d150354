"""Embed the register in a partner's tool: a small FastAPI service with search, create and view."""

from __future__ import annotations

import tempfile

from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from bnl import Actor, Agency, AgencyKind, BnlError, PersonFields, Purpose, Register, Role, Session
from bnl.domain.identifiers import AgencyId, UserId
from bnl.errors import NotFound
from bnl.register.county import county_agreement_path

COUNCIL = AgencyId("oxford-city-council")
STEWARD = Actor(agency_id=COUNCIL, user_id=UserId("steward"), role=Role.STEWARD)


def service(register: Register) -> FastAPI:
    """Make the service; the tool's own sign-in says who the user is."""
    app = FastAPI()

    def session(user: str) -> Session:
        actor = Actor(agency_id=COUNCIL, user_id=UserId(user), role=Role.HOUSING_OFFICER)
        return register.session(actor, Purpose.HOMELESSNESS_PREVENTION)

    @app.exception_handler(BnlError)
    async def refused(_: Request, error: BnlError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 404 if isinstance(error, NotFound) else 422)

    @app.post("/people/search")
    def search(wanted: PersonFields, x_user: str = Header()) -> list[dict[str, object]]:
        found = session(x_user).search(wanted)
        return [{"handle": c.person.handle, "likely": round(c.probability, 3)} for c in found]

    @app.post("/people/{reference}")
    def create(reference: str, fields: PersonFields, x_user: str = Header()) -> dict[str, object]:
        return {"handle": session(x_user).submit(reference, fields).handle}

    @app.get("/people/{handle}")
    def view(handle: str, x_user: str = Header()) -> dict[str, object]:
        person = session(x_user).person(handle)
        return {"fields": {k: v.value for k, v in person.golden.items()}, "withheld": sorted(person.withheld)}

    return app


with tempfile.TemporaryDirectory() as keys, Register.open("sqlite://", keyring=keys) as register:
    city = Agency(agency_id=COUNCIL, name="Oxford City Council", kind=AgencyKind.LOCAL_AUTHORITY)
    register.enrol([city], by=STEWARD)
    register.adopt(county_agreement_path(), by=STEWARD)
    client = TestClient(service(register), headers={"x-user": "officer-7"})
    known = {"family_name": "Example", "date_of_birth": "1980-05-17"}
    made = client.post("/people/H-1", json=known).json()
    print("created", made["handle"][:6], "…")
    print("searched", client.post("/people/search", json=known).json())
    print("viewed", client.get(f"/people/{made['handle']}").json())
    print("nobody", client.get("/people/h_nobody").status_code)

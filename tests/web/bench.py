"""A workbench to test: a small county with two doubtful pairs in it, and clients signed in as its people."""

from __future__ import annotations

from datetime import date
from unittest.mock import patch

from fastapi import Request
from fastapi.testclient import TestClient

from bnl.crypto.keyring import Keyring
from bnl.domain.actor import Actor
from bnl.domain.event import EventKind
from bnl.domain.identifiers import UserId
from bnl.domain.judgement import ordered_pair
from bnl.domain.vocabulary import Purpose, Role
from bnl.register.linkage import Weighed
from bnl.register.review import ReviewTask
from bnl.web.app import workbench
from tests.register.county import CHARITY, CHERWELL, CITY, STEWARD, County, HandClock, fields

OFFICER = Actor(agency_id=CITY, user_id=UserId("officer-1"), role=Role.HOUSING_OFFICER)
WORKER = Actor(agency_id=CHARITY, user_id=UserId("worker-1"), role=Role.SUPPORT_WORKER)
OTHER_STEWARD = STEWARD.model_copy(update={"user_id": UserId("steward-2")})
HOSTILE = "<script>alert('x')</script>"
DAY = date(2026, 8, 20)
PREVENTION = Purpose.HOMELESSNESS_PREVENTION.value


class Bench:
    """A county, its doubtful pairs, and who is signed in at the workbench.

    The first pair is of two people whose birth dates differ in one figure; the second of two, one of whose
    birth dates nobody knows. The engine is told to doubt them, so that no change of its weights matters.
    """

    def __init__(self, keyring: Keyring) -> None:
        self.county = County("sqlite://", keyring, HandClock())
        self.county.settle(4)
        city, cherwell = self.county.officer(CITY), self.county.officer(CHERWELL)
        ada = fields(given_names="Ada", family_name="Lovegood", date_of_birth="1975-03-04")
        ada = ada.model_copy(update={"aliases": (HOSTILE,), "address": "1 Made-up Lane", "income": "none"})
        ida = fields(given_names="Ida", family_name="Marsh", date_of_birth="1975-03-05")
        self.handle = city.submit("1", ada).handle
        self.others = cherwell.submit("1", ida).handle
        ivy = city.submit(
            "2", fields(given_names="Ivy", family_name="Quill", date_of_birth="1960-07-07")
        ).handle
        yves = cherwell.submit("2", fields(given_names="Yves", family_name="Tern", date_of_birth=None)).handle
        city.record_event(self.handle, EventKind.SIGHTING, DAY, area="Oxford")
        self._doubt((self.handle, self.others), (ivy, yves))
        self.actor: Actor | None = STEWARD
        self.app = workbench(self.county.register, self.actor_of)

    def actor_of(self, _: Request) -> Actor | None:
        """Tell who is signed in."""
        return self.actor

    def client(self, actor: Actor | None = STEWARD) -> TestClient:
        """Sign somebody in, and return their browser; it follows no redirect."""
        self.actor = actor
        return TestClient(self.app, follow_redirects=False)

    def _doubt(self, *pairs: tuple[str, str]) -> None:
        doubts = [
            Weighed(
                ordered_pair(self.county.record_of(CITY, one), self.county.record_of(CHERWELL, other)),
                5.0 - place,
                0.75,
                {"date_of_birth": "digit"},
                "little else to go by: namesakes?",
            )
            for place, (one, other) in enumerate(pairs)
        ]
        with patch("bnl.register.linkage._doubtful", lambda _found: doubts):
            self.county.register.dedup(by=STEWARD)

    def tasks(self) -> list[ReviewTask]:
        """The pairs that wait."""
        return self.county.steward().review_queue()

    def close(self) -> None:
        """Close the register."""
        self.county.register.close()

"""`bnl explain`, `bnl export`, `bnl emergency`, on a county of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnl.domain.actor import Actor
from bnl.domain.agency import Agency
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, AgencyKind, Effect, FieldCategory, LawfulBasis, Purpose, Role
from bnl.register.county import county_agreement_path
from bnl.register.register import Register
from tests.cli.command import Ran, run
from tests.register.county import rich

CHARITY, HOSTEL, CITY = (
    AgencyId("connection-support"),
    AgencyId("homeless-oxfordshire"),
    "oxford-city-council",
)
WHY = ("--reason", "She rang.", "--basis", "vital_interests")


class Doors:
    """Runs commands on one register."""

    def __init__(self, folder: Path) -> None:
        self.url, self.keys = f"sqlite:///{folder / 'register.db'}", str(folder / "keys")
        steward = Actor(agency_id=AgencyId(CITY), user_id=UserId("s"), role=Role.STEWARD)
        worker = Actor(agency_id=CHARITY, user_id=UserId("w"), role=Role.SUPPORT_WORKER)
        kinds = {CHARITY: AgencyKind.CHARITY, HOSTEL: AgencyKind.CHARITY, CITY: AgencyKind.LOCAL_AUTHORITY}
        with Register.open(self.url, keyring=self.keys) as register:
            register.enrol(
                [Agency(agency_id=AgencyId(a), name=a, kind=k) for a, k in kinds.items()], by=steward
            )
            register.adopt(county_agreement_path(), by=steward)
            session = register.session(worker, Purpose.HOUSING_SUPPORT)
            self.handle = session.submit("C-1", rich(1)).handle
            session.record_grant(
                self.handle,
                effect=Effect.PERMIT,
                basis=LawfulBasis.CONSENT,
                open_ended=True,
                relying_party=CHARITY,
                agencies={CHARITY, HOSTEL},
                users=ANY,
                roles=ANY,
                areas=ANY,
                actions={Action.EXPORT, Action.VIEW, Action.SEARCH},
                purposes={Purpose.HOUSING_SUPPORT},
                categories={FieldCategory.IDENTITY, FieldCategory.CONTACT},
            )

    def __call__(self, *arguments: str, agency: str = CHARITY, user: str = "u", role: str = "manager") -> Ran:
        """Run a command as somebody."""
        who = ("-a", agency, "-u", user, "-r", role, "-d", self.url, "-k", self.keys)
        return run(*arguments, *who)


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    return Doors(tmp_path)


def test_it_is_explained_in_general_of_a_person_and_to_the_person(doors: Doors) -> None:
    assert "if the person permitted it" in doors("explain", role="navigator").words()
    assert "shared with you" in doors("explain", doors.handle).words()
    assert "asked to" in doors("explain", doors.handle, "--to-person").words()
    assert HOSTEL in doors("explain", doors.handle, "--who").words()
    assert isinstance(doors("explain", doors.handle, "--json").json(), list)
    assert doors("explain", "h_none").code == 4


def test_an_export_is_written_and_checked(doors: Doors, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    officer = {"role": "data_officer"}
    sent = doors("export", "send", HOSTEL, "--out", str(out), "--handle", doors.handle, **officer)
    assert sent.code == 0
    assert "1 records" in sent.words()
    assert str(rich(1).family_name) in out.read_text(encoding="utf-8")
    good = doors("export", "check", str(out), agency=HOSTEL, **officer)
    assert (good.code, good.words()) == (0, "1 good")
    bad = doors("export", "check", str(out), **officer)
    assert bad.code == 1
    assert "unknown" in bad.words()
    assert doors("export", "check", str(out), "--json", **officer).json()[0]["state"] == "unknown"
    none = doors("export", "send", CITY, "--out", str(out), "--handle", doors.handle, "--json", **officer)
    assert none.json()["left_out"] == [doors.handle]
    assert "left out" in doors("export", "send", CITY, "--out", str(out), "--handle", "h", **officer).words()


def test_glass_is_broken_listed_and_closed_by_somebody_else(doors: Doors) -> None:
    who = {"agency": HOSTEL, "role": "outreach_worker"}
    asked = (
        f"full_name={rich(1).given_names} {rich(1).family_name}",
        f"date_of_birth={rich(1).date_of_birth}",
    )
    shown = doors("emergency", "search", *asked, *WHY, "-p", "outreach", **who)
    assert shown.code == 0
    assert "will be reviewed" in shown.words()
    assert str(rich(1).family_name) in shown.words()
    nobody = doors("emergency", "search", "ni_number=ZZ999999D", *WHY, "-p", "outreach", **who)
    assert "Nobody" in nobody.words()
    told = doors("emergency", "search", *asked, *WHY, "-p", "outreach", "--json", **who).json()
    handle = told["person"]["handle"]
    assert doors("emergency", "view", handle, *WHY, "-p", "outreach", **who).code == 0
    refused = doors("emergency", "view", handle, *WHY, "-p", "outreach", agency=HOSTEL, role="support_worker")
    assert refused.code == 4
    manager = {"agency": HOSTEL, "user": "m"}
    uses = doors("emergency", "uses", "--json", **manager).json()
    assert len(uses) == 4
    assert "She rang." in doors("emergency", "uses", **manager).words()
    closing = ("emergency", "close", uses[0]["task_id"], "justified", "--note", "In danger.")
    assert doors(*closing, agency=HOSTEL, user="u").code == 4
    assert doors(*closing, **manager).words() == "Closed."
    assert len(doors("emergency", "uses", "--json", **manager).json()) == 3

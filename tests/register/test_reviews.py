"""Reviews and the end of quarantine: nobody is kept for ever because nobody looked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bnl.domain.event import EventKind
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Denied
from bnl.exchange.profile import parse_profile
from bnl.register.retention import load_policy
from tests.register.county import CHERWELL, CITY, STEWARD, County, HandClock, rich

PROFILE = f'agency = "{CITY}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\n'


def test_a_record_nobody_touched_for_six_years_is_due(county: County, clock: HandClock) -> None:
    officer = county.officer()
    old, seen = officer.submit("A-1", rich(1)).handle, officer.submit("A-2", rich(2)).handle
    county.officer(CHERWELL).submit("B-1", rich(3))
    clock.advance(days=30)
    officer.record_event(seen, EventKind.CONTACT, date(2026, 9, 20))
    steward = county.register.session(STEWARD, Purpose.STEWARDSHIP)
    assert steward.due_reviews() == []
    (due,) = steward.due_reviews(date(2032, 9, 1))
    assert (due.handle, due.rule, due.due_on, due.last_activity) == (
        old,
        "inactive",
        date(2032, 9, 1),
        date(2026, 9, 1),
    )
    assert [one.handle for one in steward.due_reviews(date(2032, 12, 1))] == [old, seen]
    assert county.entries()[-1].details == {"due": 2}


@pytest.mark.parametrize(
    ("role", "purpose"),
    [(Role.HOUSING_OFFICER, Purpose.STEWARDSHIP), (Role.STEWARD, Purpose.HOUSING_SUPPORT)],
)
def test_nobody_else_lists_them(county: County, role: Role, purpose: Purpose) -> None:
    with pytest.raises(Denied):
        county.session(CITY, role, purpose).due_reviews()


def test_a_quarantined_row_lasts_its_time_and_no_longer(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("Ref,Surname\n,Brook\n", encoding="utf-8")
    officer = county.data_officer(CITY)
    officer.ingest(path, parse_profile(PROFILE))
    clock.advance(days=89)
    assert county.register.expire_quarantine() == 0
    assert len(officer.quarantine()) == 1
    clock.advance(days=1)
    assert county.register.expire_quarantine() == 1
    assert officer.quarantine() == []
    assert county.register.verify().sound
    assert county.register.expire_quarantine(load_policy()) == 0

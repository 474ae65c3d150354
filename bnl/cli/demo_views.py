"""The demo's views: one list as three partners see it, one person's disclosures, a tampered row found out."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bnl.cli.console import heading, say, table
from bnl.cli.demo_county import COUNCIL
from bnl.cli.people import name_of
from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.register.listing import ListRow, NameList
from bnl.register.register import Register
from bnl.register.release import PersonView
from bnl.register.session import Session

SHOWN = 6
FIELDS = ("date_of_birth", "phones", "postcode", "support_needs", "health_conditions")
WITHHELD, UNKNOWN = "■ withheld", "–"


class Who(NamedTuple):
    """Somebody at work in the county."""

    title: str
    agency: str
    role: Role
    purpose: Purpose

    def session(self, register: Register) -> Session:
        """Sign in."""
        actor = Actor(agency_id=AgencyId(self.agency), user_id=UserId("demo"), role=self.role)
        return register.session(actor, self.purpose)


HOUSING = Who(
    "a housing officer of Oxford City Council", COUNCIL, Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION
)
NAVIGATOR = Who(
    "a navigator of Connection Support, a charity",
    "connection-support",
    Role.NAVIGATOR,
    Purpose.HOUSING_SUPPORT,
)
HOSPITAL = Who(
    "hospital discharge at the John Radcliffe",
    "john-radcliffe",
    Role.DISCHARGE_COORDINATOR,
    Purpose.HOSPITAL_DISCHARGE,
)


def compare_views(register: Register, day: date) -> NameList:
    """Show the same by-name list as three actors see it; return the housing officer's."""
    heading(f"The by-name list on {day}, as three partners see it")
    lists = {who: who.session(register).by_name_list(day) for who in (HOUSING, NAVIGATOR, HOSPITAL)}
    for who, listed in lists.items():
        columns = ("name", "state", "since", *FIELDS)
        rows = [_cells(row) for row in _most_telling(listed)]
        table(f"{who.title}: {len(listed):,} people", columns, rows)
    say(f"“{WITHHELD}” is not theirs to see; “{UNKNOWN}” is not known to anybody they may hear of it from.")
    return lists[HOUSING]


def _most_telling(listed: NameList) -> list[ListRow]:
    """Return a few rows that show most: those with the most fields, and with something withheld."""
    return sorted(listed.rows, key=lambda row: (-len(row.person.golden), row.person.handle))[:SHOWN]


def _cells(row: ListRow) -> tuple[object, ...]:
    fields = [_field(row.person, name, FIELD_CATEGORY[name]) for name in FIELDS]
    return name_of(row.person), row.status["state"], row.status["since"], *fields


def _field(person: PersonView, name: str, category: FieldCategory) -> object:
    value = person.value(name)
    if value is not None:
        return value
    return WITHHELD if category in person.withheld else UNKNOWN


def show_disclosures(register: Register, listed: NameList) -> None:
    """Show who saw what of one person on a list."""
    heading("Who saw what of one person")
    chosen = max(listed.rows, key=lambda row: (len(row.person.values), row.person.handle)).person
    steward = Who("", COUNCIL, Role.STEWARD, Purpose.SUBJECT_ACCESS)
    found = steward.session(register).disclosures(chosen.handle)
    rows = [
        (e.time[11:19], e.agency, e.action, e.purpose, e.basis, _short(e.fields)) for e in found.entries[-8:]
    ]
    table(
        f"{len(found.entries)} of {found.log_position:,} log entries concern this person; the last:",
        ("at (UTC)", "agency", "what", "why", "basis", "fields"),
        rows,
    )


def _short(fields: tuple[str, ...]) -> str:
    return ", ".join(fields[:4]) + (f" and {len(fields) - 4} more" if len(fields) > 4 else "")


def tamper_and_verify(register: Register, database: Path) -> None:
    """Verify, alter one row behind the register's back, verify again, and put it back."""
    heading("Does the log convict?")
    before = register.verify()
    say(f"verify: {'sound' if before.sound else 'DAMAGED'} ({before.size:,} entries, {before.rows:,} rows).")
    with closing(sqlite3.connect(database)) as raw:
        (key, body), (other,) = (
            raw.execute("SELECT key, body FROM link ORDER BY key LIMIT 1").fetchone(),
            raw.execute("SELECT key FROM link ORDER BY key DESC LIMIT 1").fetchone(),
        )
        changed = json.dumps(json.loads(body) | {"person_id": other}, separators=(",", ":"))
        _put(raw, key, changed)
        say("An insider now changes one row in the database file: a record is given to somebody else.")
        after = register.verify()
        for finding in after.findings[:3]:
            say(f"verify: DAMAGED: {finding.fault.value}, {finding.where}: {finding.what}")
        _put(raw, key, body)
    say("The row is put back.")


def _put(raw: sqlite3.Connection, key: str, body: str) -> None:
    raw.execute("UPDATE link SET body = ? WHERE key = ?", (body, key))
    raw.commit()

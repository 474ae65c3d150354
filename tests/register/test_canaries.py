"""No name, birth date, telephone or number stands in clear in what is stored, logged, raised or printed."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bnl.cli.demo import demo
from bnl.domain.event import EventKind
from bnl.domain.judgement import Verdict, ordered_pair
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import Purpose
from bnl.errors import BnlError
from bnl.exchange.profile import parse_profile
from bnl.register.households import Joining
from bnl.register.keys import open_keyring
from bnl.register.linkage import Weighed
from bnl.simulation.county import simulate
from tests.register.county import (
    CHERWELL,
    CITY,
    HOSTEL,
    START,
    STEWARD,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)

CANARIES = (
    "Zephyrine", "Quagmire-Oxlade", "1977-07-17", "17/07/1977", "07700900777", "07700 900777",
    "zq@post.example", "QQ123456C", "Nightjar Steps", "REF-CANARY-1", "asks for her sister Ottoline",
)  # fmt: skip
SAID = PersonFields(
    given_names="Zephyrine",
    family_name="Quagmire-Oxlade",
    date_of_birth="1977-07-17",
    phones=("07700 900777", "07700900777"),
    emails=("zq@post.example",),
    ni_number="QQ123456C",
    address="4 Nightjar Steps",
    notes="asks for her sister Ottoline",
)
PROFILE = f"""
agency = "{CITY}"
reference = "Ref"
[fields]
family_name = "Surname"
date_of_birth = "DOB"
"""


def found_in(content: bytes) -> list[str]:
    """The canaries that stand in some bytes, in any of the ways text is commonly written."""
    found = []
    for canary in CANARIES:
        forms = {canary, canary.lower(), canary.upper()}
        if any(form.encode(code) in content for form in forms for code in ("utf-8", "utf-16-le")):
            found.append(canary)
    return found


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder."""
    return (Path(base) / name for base, _, names in os.walk(folder) for name in names)


def test_the_search_for_canaries_finds_one() -> None:
    assert found_in(b"..Zephyrine..") == ["Zephyrine"]
    assert found_in("QUAGMIRE-OXLADE".encode("utf-16-le")) == ["Quagmire-Oxlade"]
    assert found_in(b"nothing") == []


def live(county: County, inbox: Path, told: list[str]) -> None:
    """Do everything with the canaries, and gather what is raised and printed."""
    officer, cherwell, steward = county.officer(CITY), county.officer(CHERWELL), county.steward()
    for number in range(4):
        officer.submit(f"A-{number}", rich(number))
    receipt = officer.submit("REF-CANARY-1", SAID)
    handle = receipt.handle
    twin = cherwell.submit("REF-CANARY-1", SAID.model_copy(update={"notes": None}))
    told += [repr(receipt), repr(SAID), str(SAID)]
    file = inbox / "clients.csv"
    file.write_text(
        "Ref,Surname,DOB\nREF-CANARY-1b,Quagmire-Oxlade,17/07/1977\n,Quagmire-Oxlade,17/07/1977\n"
        "REF-CANARY-1c,Quagmire-Oxlade,17/07/1977,more,cells\n",
        encoding="utf-8",
    )
    report = county.data_officer(CITY).ingest(file, parse_profile(PROFILE))
    told += [repr(report), repr(county.data_officer(CITY).quarantine())]
    grant = officer.record_grant(handle, **permit(CITY, HOSTEL))
    officer.record_grant(handle, **forbid(purposes=frozenset({Purpose.OUTREACH})))
    officer.record_event(handle, EventKind.CONTACT, START.date(), area="4 Nightjar Steps")
    officer.record_memberships([Joining("REF-CANARY-1", "main", START.date(), handle=handle)])
    for read in (officer.person, officer.timeline, county.access().disclosures):
        told += [repr(read(handle)), str(read(handle))]
    told += [repr(officer.search(SAID)), repr(officer.by_name_list()), repr(officer.lost())]
    officer.withdraw_grant(grant)
    a, b = county.record_of(CITY, handle), county.record_of(CHERWELL, twin.handle)
    told.append(repr(county.register.dedup(by=STEWARD)))
    told.append(repr(Weighed(ordered_pair(a, b), 1.0, 0.5, {}, "test")))
    other = county.core.handles.handle(CITY, b)
    judged = steward.unlink(handle, other)
    steward.undo(judged)
    told += [repr(task) for task in steward.review_queue()]
    reviewer = county.session(CITY, officer.actor.role, Purpose.MORTALITY_REVIEW)
    failing = (
        lambda: officer.search(SAID, limit=0),
        lambda: officer.person("Zephyrine"),
        lambda: officer.record_event(handle, EventKind.CONTACT, START.date(), planned="Quagmire-Oxlade"),
        lambda: officer.record_event(handle, EventKind.NEXT_ACTION, START.date(), due_on="17/07/1977"),
        lambda: officer.record_grant(handle, effect="permit", evidence=("Zephyrine",)),
        lambda: reviewer.submit("REF-CANARY-1", SAID),
        lambda: steward.judge("Zephyrine", Verdict.LINK),  # type: ignore[arg-type]
    )
    for call in failing:
        with suppress(ValueError):
            try:
                call()
            except BnlError as error:
                told += [repr(error), str(error), repr(error.__cause__), repr(error.__context__)]
    officer.submit("REF-CANARY-1", SAID.model_copy(update={"postcode": "OX1 1AA"}))


def test_no_canary_is_stored_logged_raised_or_printed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    inbox, store = tmp_path / "inbox", tmp_path / "store"
    inbox.mkdir()
    store.mkdir()
    url = f"sqlite:///{store / 'register.db'}"
    county = County(url, open_keyring(store / "keys", create=True), HandClock())
    live(county, inbox, told)
    open_files = {place.name: found_in(place.read_bytes()) for place in files(store)}
    assert any(name.endswith("-wal") for name in open_files)
    assert not any(open_files.values()), open_files
    county.register.close()
    closed = {place.name: found_in(place.read_bytes()) for place in files(store)}
    assert not any(closed.values()), closed
    assert "register.db" in closed
    assert not found_in(" ".join(files_names(store)).encode())
    assert not found_in(caplog.text.encode())
    assert not found_in("".join(capfd.readouterr()).encode())
    for text in told:
        assert not found_in(text.encode()), text


def files_names(folder: Path) -> list[str]:
    return [str(place) for place in files(folder)]


def test_entries_and_checkpoints_hold_none(county: County, tmp_path: Path) -> None:
    live(county, tmp_path, [])
    for entry in county.entries():
        assert not found_in(repr(entry.model_dump()).encode())
    assert not found_in(county.register.checkpoint().encode())


def test_what_a_view_holds_prints_none(county: County) -> None:
    handle = county.officer().submit("A-1", SAID).handle
    view = county.officer().person(handle)
    assert not found_in(repr(view.values).encode())
    assert not found_in(repr(dict(view.golden)).encode())


def test_the_demo_leaves_none_of_its_people_in_its_store(tmp_path: Path) -> None:
    """The exports hold everybody's names, in clear; the register made of them holds none."""
    folder = tmp_path / "demo"
    program = typer.Typer()
    program.command()(demo)
    result = CliRunner().invoke(program, ["--people", "60", "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    said = [statement.fields for statement in simulate(seed=1, people=60).statements]
    canaries = {one.family_name for one in said} | {one.ni_number for one in said}
    canaries |= {phone for one in said for phone in one.phones}
    sought = [canary.encode() for canary in canaries if canary and len(canary) > 6]
    assert len(sought) > 30
    exported = b"".join(place.read_bytes() for place in files(folder / "exports"))
    assert sum(canary in exported for canary in sought) > 10
    stored = [place for place in files(folder) if ".db" in place.name or "keys" in place.parts]
    assert {"register.db"} < {place.name for place in stored}
    content = b"".join(place.read_bytes() for place in stored)
    assert not [canary for canary in sought if canary in content]

"""Exports as agencies make them, from file and profile to the submissions they must become."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
import xlsxwriter

from bnl.domain.vocabulary import Capacity, FieldCategory, Purpose
from bnl.exchange.outcomes import Accepted, Quarantined, Repeat
from bnl.exchange.profile import parse_profile
from bnl.exchange.reading import read_submissions
from bnl.exchange.statements import StatedEffect

TODAY = dt.date(2026, 11, 21)


def read(data: bytes, profile: str) -> list[Any]:
    reading = read_submissions(data, parse_profile(profile), TODAY, name="export")
    outcomes = list(reading)
    assert reading.tally.accepted + reading.tally.quarantined == reading.tally.rows == len(outcomes)
    return [
        outcome.submission.fields.present()
        if isinstance(outcome, Accepted)
        else (outcome.row, outcome.reason)
        for outcome in outcomes
    ]


def test_a_council_sends_semicolons_cp1252_capitals_and_codes() -> None:
    profile = """
        agency = "city-council"
        reference = "APP_REF"
        date_formats = "dd/mm/yyyy"
        [fields]
        family_name = "SURNAME"
        given_names = ["FORENAME_1", "FORENAME_2"]
        date_of_birth = "DATE_OF_BIRTH"
        sex = { column = "SEX", codes = { "1" = "male", "2" = "female", "9" = "" } }
        ni_number = "NINO"
        address = { column = ["ADDR1", "ADDR2", "TOWN"], join = ", " }
        postcode = "POSTCODE"
        area = { constant = "Oxford" }
    """
    data = (
        "APP_REF;SURNAME;FORENAME_1;FORENAME_2;DATE_OF_BIRTH;SEX;NINO;ADDR1;ADDR2;TOWN;POSTCODE\r\n"
        "A001;GONÇALVES;ZOË;MARIA;05/03/1984;2;AB123456C;FLAT 2;1 HIGH ST;OXFORD;OX1 1AA\r\n"
        "A002;O'NEILL;SEAN;;31/02/1984;1;;NFA;;;\r\n"
        "A003;SMITH;JOHN;;;9;;NFA;;;\r\n"
    ).encode("cp1252")
    assert read(data, profile) == [
        {
            "given_names": "ZOË MARIA",
            "family_name": "GONÇALVES",
            "date_of_birth": "1984-03-05",
            "sex": "female",
            "ni_number": "AB123456C",
            "address": "FLAT 2, 1 HIGH ST, OXFORD",
            "postcode": "OX1 1AA",
            "area": "Oxford",
        },
        (3, "impossible_date"),
        {"given_names": "JOHN", "family_name": "SMITH", "address": "NFA", "area": "Oxford"},
    ]


def test_a_shelter_sends_one_column_of_names_in_a_workbook() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Read me")
        page = book.add_worksheet("Clients")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_row(0, 0, ["Clients of the shelter"])
        page.write_row(2, 0, ["No", "Name", "Born", "Mobile", "Notes"])
        page.write_row(3, 0, [1, "CARTER, Ann (known as Annie)"])
        page.write_datetime(3, 2, dt.datetime(1990, 1, 31), day)
        page.write_row(3, 3, [7700900123, "first line\nsecond line"])
        page.write_row(4, 0, [2, "van den Berg, Jan", 32874, "07700 900456 / 01865 496000"])
        page.write_row(6, 0, [3, "Sam Evans", "1970"])
    profile = """
        agency = "shelter"
        format = "excel"
        sheet = "Clients"
        skip_rows = 2
        reference = "No"
        [fields]
        date_of_birth = "Born"
        phones = "Mobile"
        notes = "Notes"
        [[names]]
        column = "Name"
        pattern = "SURNAME, Forename (known as X)"
    """
    assert read(buffer.getvalue(), profile) == [
        {
            "given_names": "Ann",
            "family_name": "CARTER",
            "aliases": ("Annie",),
            "date_of_birth": "1990-01-31",
            "phones": ("07700900123",),
            "notes": "first line\nsecond line",
        },
        {
            "given_names": "Jan",
            "family_name": "van den Berg",
            "date_of_birth": "1990-01-01",
            "phones": ("07700 900456", "01865 496000"),
        },
        {"full_name": "Sam Evans", "date_of_birth": "1970"},
    ]


def test_an_outreach_team_sends_json_lines_with_lists_and_nested_names() -> None:
    profile = """
        agency = "outreach"
        format = "jsonl"
        reference = "id"
        optional = ["aka", "seen.site"]
        [fields]
        given_names = "name.first"
        family_name = "name.last"
        aliases = "aka"
        sleep_site = "seen.site"
        date_of_birth = "dob"
    """
    lines = [
        {"id": 1, "name": {"first": "Dan", "last": None}, "dob": 1985, "aka": ["Danny", "D"]},
        {
            "id": 2,
            "name": {"first": "Mo", "last": "Ali"},
            "dob": "1990-06-30T23:00:00Z",
            "seen": {"site": "bridge"},
        },
        {"id": None, "name": {"first": "Bo", "last": "Li"}, "dob": None},
    ]
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    assert read(data, profile) == [
        {"given_names": "Dan", "aliases": ("Danny", "D"), "date_of_birth": "1985"},
        {"given_names": "Mo", "family_name": "Ali", "date_of_birth": "1990-07-01", "sleep_site": "bridge"},
        (3, "missing_reference"),
    ]


def test_a_day_centre_sends_bars_a_mark_and_aliases_beside_their_names() -> None:
    profile = """
        agency = "day-centre"
        encoding = "utf-8-sig"
        delimiter = "|"
        reference = "card"
        date_formats = ["d mmm yyyy", "yyyy"]
        [fields]
        full_name = "who"
        aliases = { column = ["street name", "other names"], separators = ["/"] }
        date_of_birth = "born"
        support_needs = "needs"
    """
    data = (
        "card|who|street name|other names|born|needs\n"
        "7|Łukasz Żak|Lucky|Luke / Lukas|3 Sept 1981|alcohol; mental health\n"
        "8|Ann|n/a|-|c. 1980|\n"
    ).encode("utf-8-sig")
    assert read(data, profile) == [
        {
            "full_name": "Łukasz Żak",
            "aliases": ("Lucky", "Luke", "Lukas"),
            "date_of_birth": "1981-09-03",
            "support_needs": ("alcohol", "mental health"),
        },
        (3, "unreadable_date"),
    ]


CONSENTED = """
    agency = "charity"
    reference = "Ref"
    date_formats = "dd/mm/yyyy"
    local = { column = "Hidden", yes = "DV", no = "-" }
    [fields]
    full_name = "Name"
    [[grants]]
    column = "Share?"
    codes = { yes = "permit", no = "forbid", "not asked" = "none" }
    categories = ["identity", "contact"]
    purposes = ["homelessness_prevention"]
    lawful_basis = "consent"
    given_by = "self"
    given_on_column = "Signed"
    [[grants]]
    column = "Police?"
    codes = { never = "forbid" }
    agencies = ["thames-valley-police"]
    hard = true
"""
CONSENT_HEADER = "Ref,Name,Share?,Signed,Police?,Hidden\n"


def outcomes_of(rows: str) -> list[Accepted | Quarantined]:
    reading = read_submissions((CONSENT_HEADER + rows).encode(), parse_profile(CONSENTED), TODAY)
    return list(reading)


def test_consent_and_marks_come_with_the_row_they_stand_in() -> None:
    both, neither = outcomes_of("1,Ann,yes,01/02/2026,never,DV\n2,Bo,not asked,,,-\n")
    assert isinstance(both, Accepted)
    assert isinstance(neither, Accepted)
    permit, forbid = both.grants
    assert (permit.effect, permit.given_by, permit.given_on) == (
        StatedEffect.PERMIT,
        Capacity.SELF,
        dt.date(2026, 2, 1),
    )
    assert permit.categories == frozenset({FieldCategory.IDENTITY, FieldCategory.CONTACT})
    assert permit.purposes == frozenset({Purpose.HOMELESSNESS_PREVENTION})
    assert (forbid.effect, forbid.hard, forbid.agencies) == (
        StatedEffect.FORBID,
        True,
        frozenset({"thames-valley-police"}),
    )
    assert forbid.categories is None
    assert both.submission.local
    assert neither.grants == ()
    assert not neither.submission.local


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        pytest.param("1,Ann,refused,,,\n", "unreadable_consent", "Share?", id="a-refusal-in-other-words"),
        pytest.param("1,Ann,None,,,\n", "unreadable_consent", "Share?", id="none-is-an-answer"),
        pytest.param("1,Ann,yes,,ask me,\n", "unreadable_consent", "Police?", id="second-question"),
        pytest.param("1,Ann,yes,31/02/2026,,\n", "impossible_date", "Signed", id="date-of-signature"),
        pytest.param("1,Ann,yes,01/01/2027,,\n", "future_date", "Signed", id="signed-tomorrow"),
        pytest.param("1,Ann,yes,,,maybe\n", "unreadable_mark", "Hidden", id="whether-it-is-hidden"),
    ],
)
def test_nothing_about_consent_is_ever_guessed(row: str, reason: str, column: str) -> None:
    refused, fine = outcomes_of(row + "2,Bo,yes,01/02/2026,,-\n")
    assert isinstance(refused, Quarantined)
    assert (refused.reason, refused.column) == (reason, column)
    assert isinstance(fine, Accepted)


def test_a_withdrawal_in_the_same_file_is_a_correction_and_not_a_duplicate() -> None:
    first, second, third = outcomes_of("1,Ann,yes,,,-\n1,Ann,no,,,-\n1,Ann,no,,,-\n")
    repeats = [outcome.repeat for outcome in (first, second, third) if isinstance(outcome, Accepted)]
    assert repeats == [Repeat.FIRST, Repeat.CORRECTION, Repeat.DUPLICATE]

"""Quarantine: rows kept aside are sealed, their own agency's alone, and gone once they are mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.exchange.profile import parse_profile
from bnl.register.intake_report import IntakeReport
from tests.register.county import CHERWELL, CITY, County, HandClock

BAD = "H-1,Quagmire,31/02/1990\n"
MENDED = "H-1,Quagmire,28/02/1990\n"
GOOD = "H-2,Oxlade,01/06/1984\n"
HEAD = "Ref,Surname,DOB\n"


def ingest(county: County, folder: Path, text: str, agency: AgencyId = CITY) -> IntakeReport:
    profile = parse_profile(
        f'agency = "{agency}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\ndate_of_birth = "DOB"\n'
    )
    place = folder / f"{agency}.csv"
    place.write_text(HEAD + text, encoding="utf-8")
    return county.data_officer(agency).ingest(place, profile)


def test_a_row_is_kept_until_it_is_mended(stored_county: County, clock: HandClock, tmp_path: Path) -> None:
    county = stored_county
    report = ingest(county, tmp_path, BAD + GOOD)
    assert (report.accepted, report.quarantined) == (1, 1)
    county.reopen()
    (kept,) = county.data_officer().quarantine()
    assert (kept.row, kept.reference, kept.reason) == (2, "H-1", report.refusals[0].reason)
    assert kept.advice == report.refusals[0].advice
    assert "31/02/1990" in kept.raw
    assert "Quagmire" not in repr(kept)
    assert "H-1" not in repr(kept)
    clock.advance(days=1)
    assert ingest(county, tmp_path, MENDED).accepted == 1
    assert county.data_officer().quarantine() == []
    assert county.register.verify().sound


def test_the_same_bad_row_is_kept_once(county: County, clock: HandClock, tmp_path: Path) -> None:
    for _ in range(3):
        report = ingest(county, tmp_path, BAD + GOOD)
        assert report.quarantined == 1
        clock.advance(days=1)
    assert len(county.data_officer().quarantine()) == 1


def test_another_bad_row_under_the_same_reference_is_kept_too(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    ingest(county, tmp_path, BAD)
    clock.advance(days=1)
    ingest(county, tmp_path, BAD.replace("31/02", "30/02"))
    assert [kept.raw.count("30/02") for kept in county.data_officer().quarantine()] == [0, 1]


def test_only_the_agency_that_sent_it_sees_it(county: County, tmp_path: Path) -> None:
    ingest(county, tmp_path, BAD, CITY)
    assert county.data_officer(CHERWELL).quarantine() == []
    assert len(county.data_officer(CITY).quarantine()) == 1


def test_an_accepted_row_of_another_agency_mends_nothing(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    ingest(county, tmp_path, BAD, CITY)
    clock.advance(days=1)
    ingest(county, tmp_path, MENDED, CHERWELL)
    assert len(county.data_officer(CITY).quarantine()) == 1


def test_a_bad_row_leaves_what_was_taken_before_as_it_was(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    handle = ingest(county, tmp_path, MENDED).receipts[0].handle
    clock.advance(days=1)
    ingest(county, tmp_path, BAD)
    assert county.officer().person(handle).value("date_of_birth") == "1990-02-28"
    assert len(county.data_officer().quarantine()) == 1


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_looking_is_logged_with_how_many_rows_were_shown(county: County, tmp_path: Path, rows: int) -> None:
    bad = "".join(BAD.replace("H-1", f"H-{10 + number}") for number in range(rows))
    ingest(county, tmp_path, bad + GOOD)
    before = county.size()
    assert len(county.data_officer().quarantine()) == rows
    (entry,) = county.entries(before)
    assert (entry.action, entry.details) == ("quarantine.view", {"rows": rows})

"""Bad files, from the file to the register: a clear message, nothing lost, the rest of the batch taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from bnl.domain.person import PersonFields
from bnl.errors import BnlError, InputError, ProfileError
from bnl.exchange.profile import Profile, parse_profile
from bnl.register.intake_report import UNCHANGED
from tests.register.county import CHARITY, CITY, County, HandClock

HEAD = "Ref,Surname,Forename,DOB\n"
GOOD = "H-1,Oxlade,Amara,01/06/1984\nH-2,Quagmire,Bogdan,23/11/1975\n"
MAPPED = """
reference = "Ref"
[fields]
family_name = "Surname"
given_names = "Forename"
date_of_birth = "DOB"
"""


def profile(**more: str) -> Profile:
    said = "".join(f'{name} = "{value}"\n' for name, value in more.items())
    return parse_profile(f'agency = "{CITY}"\n{said}{MAPPED}')


def csv(content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        place = folder / "clients.csv"
        place.write_bytes(content)
        return place

    return write


def and_row(line: str) -> Callable[[Path], Path]:
    return csv(f"{HEAD}{GOOD}{line}\n".encode())


def excel(*rows: tuple[str, ...], formula: bool = False) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        place = folder / "clients.xlsx"
        with xlsxwriter.Workbook(place) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate((tuple(HEAD.strip().split(",")), *rows)):
                sheet.write_row(number, 0, row)
            if formula:
                sheet.write_formula(2, 1, '=HYPERLINK("http://x.example","Quagmire")', None, "Quagmire")
        return place

    return write


ROWS = tuple(tuple(line.split(",")) for line in GOOD.strip().split("\n"))


@pytest.mark.parametrize(
    ("make", "accepted", "reasons"),
    [
        pytest.param(csv((HEAD + GOOD).encode()), 2, [], id="a-good-file"),
        pytest.param(csv((HEAD + GOOD).encode("utf-16")), 2, [], id="utf-16"),
        pytest.param(csv((HEAD + GOOD).encode("utf-8-sig")), 2, [], id="byte-order-mark"),
        pytest.param(csv((HEAD + GOOD).replace(",", ";").encode()), 2, [], id="another-delimiter"),
        pytest.param(and_row("H-3,Rook,Eoin,31/02/1990"), 2, ["impossible_date"], id="31-february"),
        pytest.param(and_row("H-3,Rook,Eoin,01/06/2099"), 2, ["future_date"], id="future-birth"),
        pytest.param(and_row("H-3,Ro\x00ok,Eoin,01/06/1990"), 2, ["control_character"], id="nul-byte"),
        pytest.param(and_row("H-3,Rook"), 2, ["too_few_cells"], id="too-few-cells"),
        pytest.param(and_row("H-3,Rook,Eoin,01/06/1990,x,y"), 2, ["too_many_cells"], id="too-many-cells"),
        pytest.param(and_row(",Rook,Eoin,01/06/1990"), 2, ["missing_reference"], id="no-reference"),
        pytest.param(
            csv((HEAD + GOOD + "H-3," + "x" * 2_000_000 + ",Eoin,01/06/1990\n").encode()),
            2,
            None,
            id="a-line-of-two-megabytes",
        ),
        pytest.param(csv(HEAD.encode()), 0, [], id="header-only"),
        pytest.param(excel(*ROWS), 2, [], id="a-good-workbook"),
    ],
)
def test_every_row_is_taken_or_kept_aside_with_its_reason(
    county: County,
    clock: HandClock,
    tmp_path: Path,
    make: Callable[[Path], Path],
    accepted: int,
    reasons: list[str] | None,
) -> None:
    place = make(tmp_path)
    chosen = profile(format="excel") if place.suffix == ".xlsx" else profile()
    session = county.data_officer(CITY)
    report = session.ingest(place, chosen)
    assert report.accepted + report.quarantined == report.rows
    assert report.accepted == accepted
    told = [refusal.reason for refusal in report.refusals]
    assert told == reasons if reasons is not None else len(told) == 1
    for refusal in report.refusals:
        assert refusal.advice
        assert refusal.row == 4
        assert "Rook" not in str(refusal)
    kept = session.quarantine()
    assert [one.reason for one in kept] == told
    assert len(county.core.refresh().records) == accepted
    clock.advance(hours=1)
    again = session.ingest(place, chosen)
    assert set(again.statuses) <= {UNCHANGED}
    assert again.quarantined == report.quarantined
    assert len(session.quarantine()) == len(kept)
    assert county.register.verify().sound


def test_a_formula_in_a_workbook_is_never_taken_as_said(county: County, tmp_path: Path) -> None:
    place = excel(*ROWS, formula=True)(tmp_path)
    report = county.data_officer(CITY).ingest(place, profile(format="excel"))
    assert report.accepted + report.quarantined == report.rows == 2
    for record in county.core.refresh().records.values():
        assert not (record.fields.family_name or "").startswith("=")


def truncated(folder: Path) -> Path:
    place = excel(*ROWS)(folder)
    place.write_bytes(place.read_bytes()[:900])
    return place


def parquet(folder: Path) -> Path:
    place = folder / "clients.parquet"
    pl.DataFrame({"Ref": ["H-1"], "Surname": ["Oxlade"]}).write_parquet(place)
    place.write_bytes(place.read_bytes()[:40])
    return place


@pytest.mark.parametrize(
    ("make", "chosen"),
    [
        pytest.param(truncated, profile(format="excel"), id="truncated-workbook"),
        pytest.param(csv(b""), profile(), id="empty-file"),
        pytest.param(csv(b"\x00\x01\x02" * 100), profile(), id="no-text-at-all"),
        pytest.param(csv(b"a,b,c\n1,2,3\n"), profile(), id="other-columns"),
        pytest.param(csv((HEAD + GOOD).encode()), profile(delimiter="|"), id="wrong-delimiter"),
        pytest.param(csv((HEAD + GOOD).encode()), profile(format="excel"), id="no-workbook"),
        pytest.param(parquet, profile(format="parquet"), id="truncated-parquet"),
        pytest.param(lambda folder: folder / "none.csv", profile(), id="no-such-file"),
    ],
)
def test_a_file_that_cannot_be_read_says_so_and_changes_nothing(
    county: County, tmp_path: Path, make: Callable[[Path], Path], chosen: Profile
) -> None:
    place = make(tmp_path)
    county.officer(CITY).submit("H-1", PersonFields(family_name="Oxlade"))
    before = dict(county.core.refresh().records)
    with pytest.raises(InputError) as caught:
        county.data_officer(CITY).ingest(place, chosen)
    text = str(caught.value)
    assert place.name in text
    assert str(tmp_path) not in text
    assert "Oxlade" not in text
    assert caught.value.advice
    assert county.core.refresh().records == before
    assert county.data_officer(CITY).quarantine() == []


def test_a_profile_of_another_agency_is_refused(county: County, tmp_path: Path) -> None:
    place = csv((HEAD + GOOD).encode())(tmp_path)
    with pytest.raises(ProfileError):
        county.data_officer(CHARITY).ingest(place, profile())
    assert not county.core.refresh().records


def test_a_profile_that_is_not_there(county: County, tmp_path: Path) -> None:
    place = csv((HEAD + GOOD).encode())(tmp_path)
    with pytest.raises(BnlError):
        county.data_officer(CITY).ingest(place, tmp_path / "none.toml")

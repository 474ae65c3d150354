"""`bnl ingest`, `bnl quarantine`, `bnl profile`: files of agencies, row by row, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import CITY, Ran, Runner, run

pytestmark = pytest.mark.xdist_group("demo")
FILE = "oxford_city_housing_options.csv"


def ingest(county: Runner, *more: str, file: Path | None = None) -> Ran:
    profile = county.folder / "profiles" / f"{CITY}.toml"
    return county("ingest", str(file or county.folder / "exports" / FILE), "--profile", str(profile), *more)


def test_a_file_is_taken_in_and_what_is_kept_aside_is_told_with_what_to_do(on_own: Runner) -> None:
    ran = ingest(on_own)
    assert ran.code == 1
    text = ran.words()
    assert f"{FILE}: 43 rows, 40 accepted (40 unchanged), 3 quarantined." in text
    assert "Kept aside, to be mended and sent again" in text
    for reason in ("missing_reference", "future_date", "impossible_date"):
        assert reason in text
    assert "There is no such day in the calendar. Correct the date and send the row again." in text
    assert "encoding utf-8-sig" in text


def test_a_program_reads_what_became_of_every_row(on_own: Runner) -> None:
    found = ingest(on_own, "--json").json()
    assert found["accepted"] + found["quarantined"] == found["rows"] == 43
    assert sum(found["statuses"].values()) == found["accepted"]
    assert sum(found["reasons"].values()) == found["quarantined"] == len(found["refusals"])
    assert all(refusal["advice"] and refusal["row"] > 1 for refusal in found["refusals"])


def test_a_file_without_fault_ends_with_nought(on_own: Runner, tmp_path: Path) -> None:
    bad = {refusal["row"] for refusal in ingest(on_own, "--json").json()["refusals"]}
    lines = (on_own.folder / "exports" / FILE).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    good = tmp_path / "good.csv"
    kept = [line for row, line in enumerate(lines, 1) if row not in bad]
    good.write_text("".join(kept), encoding="utf-8")
    ran = ingest(on_own, file=good)
    assert (ran.code, "40 accepted" in ran.out, "0 quarantined" in ran.out) == (0, True, True)
    assert "Kept aside" not in ran.out


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", 3, id="empty"),
        pytest.param(b"a;b\n1;2\n", 3, id="other columns"),
        pytest.param(b"PK\x03\x04", 3, id="no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_its_name(
    on_own: Runner, tmp_path: Path, content: bytes, code: int
) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    ran = ingest(on_own, file=path)
    assert ran.code == code
    assert ran.err.startswith("bnl: file odd.csv")
    assert str(tmp_path) not in ran.err


def test_another_agencys_profile_is_refused(on_own: Runner) -> None:
    ran = Runner(on_own.folder, "the-porch")(
        "ingest",
        str(on_own.folder / "exports" / FILE),
        "--profile",
        str(on_own.folder / "profiles" / f"{CITY}.toml"),
    )
    assert ran.code in {3, 4}
    assert ran.err.startswith("bnl: ")


@pytest.mark.parametrize("missing", ["file", "profile"])
def test_a_path_that_is_not_there_is_wrong_usage(at: Runner, missing: str) -> None:
    file, profile = at.folder / "exports" / FILE, at.folder / "profiles" / f"{CITY}.toml"
    none = str(at.folder / "none")
    ran = at(
        "ingest",
        none if missing == "file" else str(file),
        "--profile",
        none if missing == "profile" else str(profile),
    )
    assert ran.code == 2
    assert "does not exist" in ran.err


def test_rows_kept_aside_are_shown_to_their_own_agency_alone(at: Runner) -> None:
    mine = at("quarantine", "--json").json()
    assert sorted(row["reason"] for row in mine) == ["future_date", "impossible_date", "missing_reference"]
    assert all(row["advice"] for row in mine)
    shown = at("quarantine")
    assert shown.code == 0
    assert "impossible_date" in shown.out
    charity = Runner(at.folder, "connection-support")("quarantine", "--json").json()
    assert {row["row"] for row in charity} != {row["row"] for row in mine}


def test_a_profile_is_drafted_for_a_person_to_check(at: Runner, tmp_path: Path) -> None:
    file = at.folder / "exports" / "oxford_city_housing_options.csv"
    ran = run("profile", str(file), "-a", CITY)
    assert ran.code == 0
    assert f'agency = "{CITY}"' in ran.out
    assert "[fields]" in ran.out
    assert ran.out.startswith("# ")
    draft = tmp_path / "draft.toml"
    draft.write_text(ran.out, encoding="utf-8")
    assert draft.stat().st_size > 200


def test_a_file_without_known_headings_has_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("qqq,www\n1,2\n", encoding="utf-8")
    ran = run("profile", str(path), "-a", CITY)
    assert ran.code == 3
    assert "odd.csv" in ran.err

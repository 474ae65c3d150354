"""`bnl match`: who is who in files of one's own, without a register."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.command import Ran, run

ROLES = ("--role", "given_names=first", "--role", "family_name=last", "--role", "date_of_birth=born")
FILES = ["clusters.parquet", "pairs.parquet", "review.parquet", "run.json"]
GIVEN = ("Amara", "Bogdan", "Catherine", "Dilshad", "Eoin", "Farida", "Gareth", "Halima")
FAMILY = ("Abernathy", "Brzezinski", "Castellanos", "Dimitrova", "Eastwood", "Fitzwilliam")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file of forty-eight people, six of them twice."""
    rows = [
        {"no": f"{i}", "first": first, "last": last, "born": f"19{50 + i}-0{1 + i % 9}-{10 + i % 18}"}
        for i, (first, last) in enumerate((g, f) for g in GIVEN for f in FAMILY)
    ]
    path = tmp_path / "people.csv"
    again = [row | {"no": row["no"] + "b"} for row in rows[::8]]
    pl.DataFrame(rows + again).write_csv(path)
    return path


def match(people: Path, *more: str, roles: tuple[str, ...] = ROLES) -> Ran:
    return run("match", str(people), "--out", str(people.parent / "out"), *roles, *more)


def test_results_are_written_and_named(people: Path) -> None:
    ran = match(people, "--id", "no", "--threads", "1")
    assert ran.code == 0
    out = people.parent / "out"
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, "report.html"])
    assert f"Written to {out}" in "".join(ran.out.split("\n")) or "report.html" in ran.out
    clusters = pl.read_parquet(out / "clusters.parquet")
    assert clusters.height == 54


def test_those_given_twice_are_found(people: Path) -> None:
    match(people, "--id", "no", "--no-report")
    pairs = pl.read_parquet(people.parent / "out" / "pairs.parquet")
    found = {frozenset(row[:2]) for row in pairs.iter_rows()}
    assert {frozenset({str(i), f"{i}b"}) for i in range(0, 48, 8)} <= found


def test_a_program_reads_what_was_done(people: Path) -> None:
    ran = match(people, "--id", "no", "--no-report", "--json")
    assert ran.json() == json.loads((people.parent / "out" / "run.json").read_text(encoding="utf-8"))
    assert sorted(path.name for path in (people.parent / "out").iterdir()) == FILES


def test_two_files_are_linked_with_each_other(people: Path) -> None:
    other = people.with_name("others.csv")
    other.write_bytes(people.read_bytes())
    ran = run(
        "match", str(people), str(other), "--out", str(people.parent / "out"), *ROLES, "--link-type", "link",
        "--no-report",
    )  # fmt: skip
    assert ran.code == 0
    assert pl.read_parquet(people.parent / "out" / "pairs.parquet").height >= 48


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        pytest.param(("--role", "shoe_size=first"), "there is no role 'shoe_size'", id="no such role"),
        pytest.param(("--role", "given_names"), "role", id="no column"),
        pytest.param(("--role", "given_names=nowhere"), "there is no column nowhere", id="no such column"),
    ],
)
def test_what_cannot_be_matched_is_told(people: Path, roles: tuple[str, ...], said: str) -> None:
    ran = match(people, roles=roles)
    assert ran.code == 3
    assert said in ran.err
    assert not (people.parent / "out").exists()


def test_a_broken_workbook_is_told_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04")
    ran = match(path)
    assert ran.code == 3
    assert "file broken.xlsx: the file cannot be read" in ran.err
    assert str(tmp_path) not in ran.err


@pytest.mark.parametrize("missing", ["--out", "--role"])
def test_what_is_missing_is_wrong_usage(people: Path, missing: str) -> None:
    rest = ROLES if missing == "--out" else ("--out", str(people.parent / "out"))
    ran = run("match", str(people), *rest)
    assert ran.code == 2
    assert missing in ran.err


def test_a_row_that_cannot_be_read_is_named_and_the_rest_is_matched(people: Path) -> None:
    with people.open("a", encoding="utf-8") as file:
        file.write("99,too,many,cells,here\n")
    ran = match(people, "--id", "no", "--no-report")
    assert ran.code == 1
    assert "1 row of people.csv could not be read and took no part: 56." in " ".join(ran.out.split())
    assert pl.read_parquet(people.parent / "out" / "clusters.parquet").height == 54


def test_a_folder_that_cannot_be_written_is_told(people: Path) -> None:
    (people.parent / "out").write_text("a file", encoding="utf-8")
    ran = match(people, "--id", "no")
    assert ran.code == 3
    assert "the folder cannot be made" in ran.err

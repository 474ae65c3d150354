"""The demo from end to end: what it shows, what it leaves, and what it refuses to overwrite."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from bnl.cli.demo import MARK
from tests.cli.command import Ran, run

pytestmark = pytest.mark.xdist_group("demo")
Demo = tuple[Path, Ran]


def test_the_demo_ends_well(demo: Demo) -> None:
    _, ran = demo
    assert ran.code == 0
    assert "Traceback" not in ran.out + ran.err


@pytest.mark.parametrize(
    "said",
    [
        "A made-up county of 60 people",
        "Everybody in it is made up.",
        "Taking in the files",
        "accepted + quarantined = rows, for every file.",
        "impossible_date",
        "Recording consents, households and events",
        "Finding who is who",
        "Against the truth; the five worst pitfalls",
        "precision",
        "as three partners see it",
        "a housing officer of Oxford City Council",
        "a navigator of Connection Support, a charity",
        "hospital discharge at the John Radcliffe",
        "■ withheld",
        "Who saw what of one person",
        "Does the log convict?",
        "verify: sound",
        "verify: DAMAGED: row_damaged, table link",
        "The row is put back.",
        "The report with its pictures:",
    ],
)
def test_the_demo_shows_what_it_promises(demo: Demo, said: str) -> None:
    assert said in demo[1].words()


def test_every_file_balances(demo: Demo) -> None:
    folder, ran = demo
    rows = re.findall(r"^│(\S+) +│[^│]+│ +([\d,]+) │ +([\d,]+) │ +([\d,]+) │", ran.out, re.MULTILINE)
    assert len(rows) == len(list((folder / "exports").iterdir())) == 11
    for agency, *counts in rows:
        whole, accepted, kept = (int(count.replace(",", "")) for count in counts)
        assert accepted + kept == whole, agency
        assert accepted > 0
        assert kept > 0


def test_links_are_measured_in_all_and_for_five_pitfalls(demo: Demo) -> None:
    rates = re.findall(
        r"│(\w[\w ]+?) +│ +([\d,]+) │ +([01]\.\d{3}) │ +([01]\.\d{3}) │ +([01]\.\d{3})│", demo[1].out
    )
    assert len(rates) == 6
    assert rates[0][0] == "all pairs"
    assert float(rates[0][2]) > 0.9


def test_the_three_partners_see_lists_of_their_own(demo: Demo) -> None:
    counts = re.findall(r"(officer|charity|Radcliffe)[^:\n]*: (\d+) people", demo[1].out)
    assert len(counts) == 3
    assert all(int(count) > 0 for _, count in counts)


def test_the_report_holds_three_pictures_and_needs_no_network(demo: Demo) -> None:
    folder, ran = demo
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    for title in ("Flows by month", "Match weights", "Records per person", "How right the links are"):
        assert f"<h2>{title}</h2>" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=.https?:", page)
    assert sorted(p.name for p in (folder / "pictures").iterdir()) == [
        "flows.svg",
        "records.svg",
        "weights.svg",
    ]
    assert str((folder / "report.html").resolve()) in "".join(ran.out.split("\n"))


def test_the_report_names_nobody(demo: Demo) -> None:
    folder, _ = demo
    page = (folder / "report.html").read_text(encoding="utf-8").casefold()
    truth = pl.read_parquet(folder / "truth" / "truth.parquet")
    assert truth.height > 60
    for family in ("bradlow", "melworth", "dabrowska"):
        assert family not in page


def test_the_register_it_leaves_is_sound(demo: Demo) -> None:
    folder, _ = demo
    where = ("-d", f"sqlite:///{folder / 'register.db'}")
    key = run("init", *where, "-k", str(folder / "keys"), "--json").json()["public_key"]
    assert run("audit", "verify", *where, "--public-key", key).code == 0


def test_no_plain_name_is_in_the_database_file(demo: Demo) -> None:
    folder, _ = demo
    exported = (folder / "exports" / "oxford_city_housing_options.csv").read_text(encoding="utf-8-sig")
    header, *lines = [line.split(";") for line in exported.splitlines()]
    place = next(
        i for i, name in enumerate(header) if name.casefold() in {"surname", "last name", "family name"}
    )
    names = {line[place] for line in lines if len(line) == len(header) and len(line[place]) > 5}
    assert len(names) > 5
    raw = b"".join(path.read_bytes() for path in folder.glob("register.db*"))
    assert [name for name in names if name.encode() in raw] == []


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "thesis.txt"
    kept.write_text("years of work", encoding="utf-8")
    ran = run("demo", "--people", "60", "--folder", str(tmp_path))
    assert ran.code == 2
    assert ran.err == f"bnl: {tmp_path} is not empty, and no demo made it. Give another --folder.\n"
    assert ran.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert kept.read_text(encoding="utf-8") == "years of work"


def test_an_earlier_demo_is_replaced_and_the_seed_decides_the_county(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    (folder / MARK).touch()
    (folder / "old").write_text("left over", encoding="utf-8")
    ran = run("demo", "--people", "60", "--folder", str(folder))
    assert ran.code == 0
    assert not (folder / "old").exists()
    for path in (demo[0] / "exports").glob("*.csv"):
        assert (folder / "exports" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("people", ["59", "60001", "many"])
def test_a_county_of_another_size_is_wrong_usage(people: str, tmp_path: Path) -> None:
    ran = run("demo", "--people", people, "--folder", str(tmp_path / "x"))
    assert ran.code == 2
    assert "--people" in ran.err
    assert not (tmp_path / "x").exists()

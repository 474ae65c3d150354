"""Files of one's own matched without a register: what is written, and what is said of bad ones."""

from __future__ import annotations

import html
import json
from pathlib import Path

import polars as pl
import pytest

from bnl.errors import BnlError, InputError, MatchingError
from bnl.register.match_files import SHOWN, match_files, plan_of
from tests.register.county import rich

ROLES = ["given_names=First", "family_name=Last", "date_of_birth=DOB", "ni_number=NI"]


def people(folder: Path, name: str, numbers: range) -> Path:
    rows = [rich(number) for number in numbers]
    place = folder / name
    pl.DataFrame(
        {
            "Id": [f"{place.stem}-{number}" for number in numbers],
            "First": [row.given_names for row in rows],
            "Last": [row.family_name for row in rows],
            "DOB": [row.date_of_birth for row in rows],
            "NI": [row.ni_number for row in rows],
        }
    ).write_csv(place)
    return place


def test_what_was_found_is_written(tmp_path: Path) -> None:
    files = [people(tmp_path, "a.csv", range(30)), people(tmp_path, "b.csv", range(20, 40))]
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="link")
    told: list[str] = []
    run = match_files(files, tmp_path / "out", plan, progress=lambda phase, done, total: told.append(phase))
    written = {place.name for place in (tmp_path / "out").iterdir()}
    assert written == {"pairs.parquet", "clusters.parquet", "review.parquet", "run.json", "report.html"}
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8")).keys() == run.keys()
    clusters = pl.read_parquet(tmp_path / "out" / "clusters.parquet")
    assert clusters.height == 50
    assert told


def test_without_a_report_none_is_drawn(tmp_path: Path) -> None:
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="dedupe")
    match_files([people(tmp_path, "a.csv", range(20))], tmp_path / "out", plan, threads=1, report=False)
    assert not (tmp_path / "out" / "report.html").exists()


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    files = [people(tmp_path, "a.csv", range(5)), people(tmp_path / "x", "a.csv", range(5))]
    plan = plan_of(ROLES, id_column=None, source_column=None, link_type="link")
    with pytest.raises(InputError, match="same name"):
        match_files(files, tmp_path / "out", plan)


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="dedupe")
    with pytest.raises(InputError, match="cannot be made"):
        match_files([people(tmp_path, "a.csv", range(20))], tmp_path / "out", plan)


def test_a_role_that_is_none_is_refused() -> None:
    with pytest.raises(BnlError):
        plan_of(["shoe_size=Feet"], id_column=None, source_column=None, link_type="dedupe")


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="dedupe")
    with pytest.raises(MatchingError, match="no records"):
        match_files([people(tmp_path, "a.csv", range(0))], tmp_path / "out", plan)
    assert not (tmp_path / "out").exists()


def test_one_file_cannot_be_linked_with_itself(tmp_path: Path) -> None:
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="link")
    with pytest.raises(MatchingError, match="this is one file"):
        match_files([people(tmp_path, "a.csv", range(9))], tmp_path / "out", plan)


def test_the_report_shows_clusters_and_a_pair_of_each_reason(tmp_path: Path) -> None:
    files = [people(tmp_path, "a.csv", range(30)), people(tmp_path, "b.csv", range(20, 40))]
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="link")
    run = match_files(files, tmp_path / "out", plan)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    drawn = page.count("records that are held to be one person")
    clusters = pl.read_parquet(tmp_path / "out" / "clusters.parquet").group_by("cluster_id").len()
    assert drawn == min(2, clusters.filter(pl.col("len") > 1).height)
    review = pl.read_parquet(tmp_path / "out" / "review.parquet")
    assert page.count("Why these two records match") <= SHOWN
    first = review.unique("reason", keep="first", maintain_order=True).head(SHOWN)
    for left, right in first.select("unique_id_l", "unique_id_r").iter_rows():
        assert f"<h2>{left} and {right}</h2>" in page
    assert run["for_review"] == review.height


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A file of an old program: dates of no calendar, blank rows, a row cut by its own delimiter."""
    place = tmp_path / "old.csv"
    lines = ["Id;First;Last;DOB;NI"]
    lines += [f"{n};{rich(n).given_names};{rich(n).family_name};the {n}th moon;" for n in range(30)]
    lines += ["30;A;B;C;D;E;F", ";;;;", "", ";;;;"]
    place.write_bytes("\r\n".join(lines).encode("cp1252"))
    return place


def test_what_could_not_be_read_is_told(mixed: Path, tmp_path: Path) -> None:
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="dedupe")
    run = match_files([mixed], tmp_path / "out", plan)
    assert run["rows"] == 30
    assert run["rows_left_out"] == {"old.csv": [32]}
    assert run["values"]["date_of_birth"] == {"given": 30, "understood": 0}
    notes = " ".join(run["notes"])
    assert "1 row of old.csv could not be read and took no part: 32." in notes
    assert "date_of_birth: 0 of 30 values could be read" in notes
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert all(html.escape(note) in page for note in run["notes"])


def test_rows_known_by_their_number_keep_it(mixed: Path, tmp_path: Path) -> None:
    plan = plan_of(ROLES, id_column=None, source_column=None, link_type="dedupe")
    run = match_files([mixed], tmp_path / "out", plan, report=False)
    clusters = pl.read_parquet(tmp_path / "out" / "clusters.parquet")
    assert run["rows"] == clusters.height == 30
    assert clusters["unique_id"].cast(pl.Int64).sort().to_list() == list(range(1, 31))


def test_files_of_different_kinds_go_together(tmp_path: Path) -> None:
    one = people(tmp_path, "a.csv", range(20))
    other = tmp_path / "b.parquet"
    typed = pl.read_csv(people(tmp_path, "b.csv", range(15, 30)))
    typed.with_columns(Id=pl.int_range(100, 100 + pl.len()), DOB=pl.col("DOB").str.to_date()).write_parquet(
        other
    )
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="link")
    run = match_files([one, other], tmp_path / "out", plan, report=False)
    assert run["rows"] == 35
    assert run["links"] == 5
    assert run["notes"] == []


def test_an_earlier_report_does_not_stay_beside_later_results(tmp_path: Path) -> None:
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="dedupe")
    file = people(tmp_path, "a.csv", range(20))
    match_files([file], tmp_path / "out", plan)
    match_files([file], tmp_path / "out", plan, report=False)
    assert not (tmp_path / "out" / "report.html").exists()


def test_two_files_may_each_number_their_own_people(tmp_path: Path) -> None:
    files = []
    for name, numbers in (("a.csv", range(20)), ("b.csv", range(15, 35))):
        files.append(people(tmp_path, name, numbers))
        table = pl.read_csv(files[-1], infer_schema=False)
        table.with_columns(Id=pl.int_range(pl.len()).cast(pl.String)).write_csv(files[-1])
    plan = plan_of(ROLES, id_column="Id", source_column=None, link_type="link")
    run = match_files(files, tmp_path / "out", plan, report=False)
    assert run["notes"] == ["The lists use the same ids, so a record is identified as list:id."]
    pairs = pl.read_parquet(tmp_path / "out" / "pairs.parquet")
    found = set(pairs.select("unique_id_l", "unique_id_r").iter_rows())
    assert {(f"a:{number + 15}", f"b:{number}") for number in range(5)} <= found

"""`bnl flows`, `bnl kpi`, `bnl joins`, `bnl report`: tables, JSON, files and pictures of the same figures."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl
import pytest

from bnl.register.reports import REPORTS
from tests.cli.command import DAY, OFFICER, Runner

pytestmark = pytest.mark.xdist_group("demo")

PERIOD = ("--start", "2026-01-01", "--end", DAY)
MANAGER = ("-r", "manager", "-p", "statistics")


def test_flows_of_a_period_balance_in_people_and_households(at: Runner) -> None:
    told = at("flows", *OFFICER, *PERIOD, "--json").json()
    lines = {line["flow"]: line for line in told["lines"]}
    for unit in ("people", "households"):
        inward = sum(lines[name][unit] for name in lines if name.startswith(("newly", "returned")))
        outward = sum(lines[n][unit] for n in ("housed", "inactive", "no_longer_meets", "deceased"))
        assert lines["opening"][unit] + inward - outward == lines["closing"][unit]
    cases = told["cases"]
    assert cases["opening"] + cases["opened"] - cases["ended"] == cases["closing"]
    assert told["residual"] == 0
    assert len(lines["closing"]["handles"]) == lines["closing"]["people"]
    shown = at("flows", *OFFICER, *PERIOD)
    assert shown.code == 0
    assert "The books balance." in shown.out
    assert told["rules"] in shown.out


def test_flows_by_month_end_where_the_period_ends(at: Runner) -> None:
    months = at("flows", *OFFICER, "--as-of", DAY, "--months", "3", "--json").json()["months"]
    lines = at("flows", *OFFICER, *PERIOD, "--json").json()["lines"]
    assert [row["month"] for row in months] == ["2026-01", "2026-02", "2026-03"]
    assert months[0]["active_start"] == lines[0]["people"]
    assert months[-1]["active_end"] == lines[-1]["people"]


def test_official_flows_name_nobody_and_tell_no_small_number(at: Runner) -> None:
    ran = at("flows", *MANAGER, *PERIOD, "--json")
    told = ran.json()
    assert told["movements"] == []
    assert not re.search(r"\bh_[a-z2-7]{8,}", ran.out)
    counts = [line[unit] for line in told["lines"] for unit in ("people", "distinct_people", "households")]
    assert not [count for count in counts if isinstance(count, int) and 1 <= count <= 4]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet", "html", "svg"])
def test_files_of_every_format(at: Runner, tmp_path: Path, ending: str) -> None:
    place = tmp_path / f"flows.{ending}"
    ran = at("flows", *OFFICER, "--as-of", DAY, "--months", "4", "--out", str(place))
    assert ran.code == 0
    assert str(place) in ran.out.replace("\n", "")
    assert place.stat().st_size > 100
    if ending == "csv":
        rows = list(csv.DictReader(place.read_text(encoding="utf-8").splitlines()))
        assert [row["month"] for row in rows] == ["2025-12", "2026-01", "2026-02", "2026-03"]
    if ending == "parquet":
        assert pl.read_parquet(place)["active_end"].dtype == pl.Int64
    if ending in ("html", "svg"):
        text = place.read_text(encoding="utf-8")
        assert "<svg" in text
        assert "<script" not in text


@pytest.mark.parametrize(
    ("arguments", "file", "code"),
    [
        pytest.param((), "flows.docx", 3, id="no such format"),
        pytest.param((), "missing/flows.html", 3, id="no such folder"),
        pytest.param(("--start", "2026-01-01"), "f.csv", 3, id="half a period"),
        pytest.param(("--start", "2026-02-01", "--end", "2026-01-01"), "f.csv", 3, id="the wrong way round"),
        pytest.param(("--months", "0"), "f.csv", 2, id="no months"),
    ],
)
def test_what_cannot_be_is_told(
    at: Runner, tmp_path: Path, arguments: tuple[str, ...], file: str, code: int
) -> None:
    ran = at("flows", *OFFICER, *arguments, "--out", str(tmp_path / file))
    assert ran.code == code
    assert not (tmp_path / file).exists()


def test_indicators_come_with_numerator_denominator_rule_and_exclusions(at: Runner) -> None:
    figures = at("kpi", *OFFICER, *PERIOD, "--json").json()["figures"]
    assert len(figures) == 10
    for one in figures:
        assert one["rules"]
        assert one["log_position"] > 50
        assert one["counts"]["numerator"] == len(one["handles"]["numerator"])
        assert one["counts"]["numerator"] <= one["counts"]["denominator"]
    shown = at("kpi", "triage", *OFFICER, *PERIOD)
    assert "triage" in shown.out
    assert "closed" not in shown.out


@pytest.mark.parametrize("which", ["rough-sleeping", "chain", "returns"])
def test_other_sets_of_indicators(at: Runner, tmp_path: Path, which: str) -> None:
    told = at("kpi", *OFFICER, *PERIOD, "--set", which, "--json").json()["figures"]
    assert told
    place = tmp_path / "kpi.svg"
    assert at("kpi", *OFFICER, *PERIOD, "--set", which, "--out", str(place)).code == 0
    assert place.read_text(encoding="utf-8").startswith("<svg")


def test_a_published_percentage_is_held_to_its_numbers(at: Runner) -> None:
    told = at("kpi", "triage", *OFFICER, *PERIOD, "--json").json()["figures"][0]
    agrees = at("kpi", "triage", *OFFICER, *PERIOD, "--check", f"triage={told['per_cent']}")
    assert agrees.code == 0
    wrong = at("kpi", "triage", *OFFICER, *PERIOD, "--check", "triage=12.3")
    assert wrong.code == 1
    assert "12.3" in wrong.out
    for said in ("triage", "triage=many", "nothing=5"):
        assert at("kpi", "triage", *OFFICER, *PERIOD, "--check", said).code == 3


@pytest.mark.parametrize("arguments", [("nothing", *PERIOD), ("triage",)], ids=["no such", "no period"])
def test_an_indicator_that_is_none(at: Runner, arguments: tuple[str, ...]) -> None:
    assert at("kpi", *arguments[:1], *OFFICER, *arguments[1:]).code == 3


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_is_made(at: Runner, name: str) -> None:
    ran = at("report", name, *OFFICER, "--as-of", DAY, "--json")
    assert ran.code == 0
    told = ran.json()
    assert told["report"] == name
    for prefix in ("per_", "rec_", "hou_"):
        assert f'"{prefix}' not in ran.out


def test_joins_are_the_report_of_that_name_and_can_be_drawn(at: Runner, tmp_path: Path) -> None:
    assert (
        at("joins", *OFFICER, "--as-of", DAY, "--json").json()["rows"]
        == at("report", "joins", *OFFICER, "--as-of", DAY, "--json").json()["rows"]
    )
    place = tmp_path / "joins.html"
    assert at("joins", *OFFICER, "--as-of", DAY, "--out", str(place)).code == 0
    assert "From one agency to another" in place.read_text(encoding="utf-8")


def test_reports_that_name_people_are_refused_for_statistics(at: Runner) -> None:
    assert at("report", "joins", *MANAGER, "--as-of", DAY).code == 0
    assert at("report", "handovers", *MANAGER, "--as-of", DAY).code == 4
    assert at("report", "nothing", *MANAGER).code == 3


@pytest.mark.parametrize("command", ["list", "lost"])
def test_lists_go_to_files_by_handle(at: Runner, tmp_path: Path, command: str) -> None:
    place = tmp_path / "list.csv"
    assert at(command, *OFFICER, "--as-of", DAY, "--out", str(place)).code == 0
    rows = list(csv.DictReader(place.read_text(encoding="utf-8").splitlines()))
    told = at(command, *OFFICER, "--as-of", DAY, "--json").json()["people"]
    assert [row["handle"] for row in rows] == [one["handle"] for one in told]
    assert rows[0]["name"]

"""The report: one page that holds everything, loads nothing, and shows no value of a record."""

import re
import sys
from html.parser import HTMLParser

import polars as pl
import pytest

from bnl.matching.evaluate import evaluate
from bnl.matching.groups import by_group
from bnl.matching.linker import Linker
from bnl.matching.quality import estimate, plan_review
from bnl.matching.report import ReportData, match_report
from bnl.matching.runs import make_plan, match_records, match_tables, run_document, standard_records
from bnl.matching.views import (
    blocking_table,
    calibration,
    cluster_sizes,
    level_table,
    waterfall,
    weight_histogram,
)

SURNAMES = ["Lark", "Moss", "Nye", "Oakes", "Pike", "Quill", "Reed", "Sloane", "Thorn", "Underhill"]


class Outline(HTMLParser):
    """Collects the headings and the sources a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.loads += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"h1", "h2"}:
            self.headings.append(data)
            self.open.append("")


def make_report(*, full: bool) -> ReportData:
    plan = make_plan(["given_names=first", "family_name=last", "dob=born"], id_column="key")
    rows = [
        (
            f"{copy}-{number}",
            f"Given{number}",
            name,
            f"19{50 + number}-03-1{number}",
            f"p{number}",
            "ab"[number % 2],
        )
        for copy in range(3)
        for number, name in enumerate(SURNAMES)
    ]
    frame = pl.DataFrame(rows, schema=["key", "first", "last", "born", "person", "community"], orient="row")
    linker = Linker()
    found = match_records(standard_records(frame, plan), plan, linker)
    data = ReportData(
        title="Run of <Tuesday>",
        run=run_document(found, plan, frame.height, {"fit & match": 0.5}, 120.0),
        weights=weight_histogram(found.pairs, found.link_threshold, found.review_threshold),
        sizes=cluster_sizes(found.clusters),
        blocking=blocking_table(found.blocking),
    )
    if not full:
        return data
    assert linker.fitted is not None
    truth = frame.select(pl.col("key").alias("record_id"), "person")
    communities = frame.select(pl.col("key").alias("record_id"), pl.col("community").alias("group"))
    person = dict(truth.rows())
    plan_of_review = plan_review(found, 20).select("left", "right")
    same = [person[left] == person[right] for left, right in plan_of_review.rows()]
    first = found.pairs.row(0, named=True)
    steps = found.explain(first["left"], first["right"]).steps
    return ReportData(
        title=data.title,
        run=data.run,
        weights=data.weights,
        sizes=data.sizes,
        blocking=data.blocking.with_columns(pl.lit(1500).alias("capped_pairs")),
        levels=level_table(linker.fitted),
        review=match_tables(found).pairs,
        waterfalls=[("The first pair", waterfall(steps))],
        evaluation=evaluate(found, truth, tags=truth.select("record_id", pl.lit("typo").alias("tag"))),
        estimate=estimate(found, plan_of_review.with_columns(pl.Series("same", same))),
        calibration=calibration(found.pairs.select("probability", pl.lit(value=True).alias("same"))),
        groups=by_group(found, truth, communities),
    )


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


@pytest.mark.parametrize("full", [pytest.param(False, id="plain"), pytest.param(True, id="everything")])
def test_the_page_loads_nothing_and_runs_nothing(full: bool) -> None:
    page = match_report(make_report(full=full))
    parsed = outline(page)
    assert all(source.startswith("data:image/svg+xml;base64,") for source in parsed.loads)
    assert "<script" not in page
    assert not re.search(r"https?://", page)
    assert page.count("<img") == len(parsed.loads) >= 3


def test_sections_follow_what_there_is() -> None:
    plain = outline(match_report(make_report(full=False))).headings
    assert plain == ["Run of <Tuesday>", "Match weights", "People", "Blocking", "The run"]
    full = outline(match_report(make_report(full=True))).headings
    assert [heading for heading in full if heading not in plain] == [
        "Measured quality",
        "Estimated quality",
        "What was learned",
        "Calibration",
        "Groups of people",
        "The first pair",
        "For a person to judge",
    ]


def test_no_value_of_a_record_is_shown() -> None:
    page = match_report(make_report(full=True))
    assert not any(name in page for name in SURNAMES)
    assert "1950-03-10" not in page
    assert "0-0" in page


def test_text_is_escaped_and_numbers_are_for_people() -> None:
    page = match_report(make_report(full=True))
    assert "Run of &lt;Tuesday&gt;" in page
    assert "fit &amp; match" in page
    assert "120 MB" in page
    assert "pairs in blocks too large were left to the other rules" in page
    assert "95% interval" in page


def test_without_the_extra_the_page_shows_numbers_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = make_report(full=False)
    monkeypatch.setitem(sys.modules, "altair", None)
    page = match_report(data)
    assert "pip install bnl[report]" in page
    assert "<img" not in page
    assert page.count("<table>") >= 3


def test_an_empty_run_is_still_a_page() -> None:
    data = make_report(full=False)
    empty = ReportData("Nothing", {}, data.weights.clear(), data.sizes.clear(), data.blocking.clear())
    page = match_report(empty)
    assert page.count("Nothing to show.") == 3
    assert "The run" not in outline(page).headings

"""The report page: suppressed figures as pictures in one file that needs no network."""

from __future__ import annotations

import sys
from datetime import date

import polars as pl
import pytest

from bnl.errors import MissingExtra
from bnl.register.report_page import draw_pictures, report_page
from bnl.register.reporting import CountyFigures

FIGURES = CountyFigures(
    flows=pl.DataFrame(
        {
            "month": [date(2026, 7, 1), date(2026, 8, 1)],
            "active_start": [20, 24],
            "inflow": [9, None],
            "outflow": [5, None],
            "active_end": [24, 26],
        }
    ),
    records_per_person=pl.DataFrame({"records": ["1", "2"], "people": [12, None]}),
    as_of=date(2026, 8, 31),
    log_position=12345,
)


def test_the_page_holds_its_pictures_and_needs_no_network() -> None:
    pictures = draw_pictures(FIGURES, pl.Series([-3.0, 1.5, 12.25]), (-4.0, 0.0))
    assert [picture.name for picture in pictures] == ["flows", "weights", "records"]
    assert all(picture.svg.startswith("<svg") for picture in pictures)
    tables = [("By <pitfall>", ("pitfall", "F1"), (("typo & co", "0.9"),))]
    text = report_page("A <county>", FIGURES, pictures, tables)
    assert text.startswith("<!doctype html>")
    assert text.count("<figure>") == 3
    for said in (
        "A &lt;county&gt;",
        "By &lt;pitfall&gt;",
        "typo &amp; co",
        "2026-08-31",
        "12,345 log entries",
    ):
        assert said in text
    assert "<script" not in text
    assert "src=" not in text


@pytest.mark.parametrize("weights", [None, pl.Series([], dtype=pl.Float64)], ids=["none", "empty"])
def test_without_a_run_there_is_no_picture_of_one(weights: pl.Series | None) -> None:
    assert [picture.name for picture in draw_pictures(FIGURES, weights)] == ["flows", "records"]


@pytest.mark.parametrize("package", ["altair", "vl_convert"])
def test_without_the_extra_it_says_what_to_install(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"bnl\[report\]"):
        draw_pictures(FIGURES)

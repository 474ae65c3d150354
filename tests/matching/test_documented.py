"""The page on matching is true: its Python runs, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bnl.matching import charts, views
from bnl.matching.columns import NAME_COLUMNS, VALUE_COLUMNS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "matching.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        names: dict[str, object] = {}
        exec(compile(block, "docs/matching.md", "exec"), names)
        assert names["found"]


@pytest.mark.parametrize("role", [*NAME_COLUMNS, *VALUE_COLUMNS])
def test_every_role_is_on_the_page(role: str) -> None:
    assert f"`{role}`" in PAGE


@pytest.mark.parametrize("chart", sorted(name for name in vars(charts) if name.endswith("_chart")))
def test_every_chart_is_on_the_page(chart: str) -> None:
    assert f"`{chart}`" in PAGE


@pytest.mark.parametrize(
    "name",
    [
        "waterfall",
        "level_table",
        "weight_histogram",
        "calibration",
        "cluster_view",
        "cluster_sizes",
        "blocking_table",
    ],
)
def test_every_frame_on_the_page_is_there(name: str) -> None:
    assert f"`{name}(" in PAGE
    assert callable(getattr(views, name))

"""Quality: links measured against labelled truth, checked by hand."""

from __future__ import annotations

import polars as pl
import pytest

from bnl.domain.identifiers import AgencyId
from bnl.errors import InvalidValue
from bnl.register.quality import link_quality
from tests.register.county import CITY, County, rich


def truth(people: dict[str, str], tags: dict[str, list[str]] | None = None) -> pl.DataFrame:
    table = pl.DataFrame(
        {"agency": [str(CITY)] * len(people), "reference": list(people), "person": list(people.values())}
    )
    if tags is None:
        return table
    return table.with_columns(
        pl.Series("tags", [tags.get(name, []) for name in people], dtype=pl.List(pl.String))
    )


@pytest.fixture
def linked(county: County) -> County:
    """Five records; 0-1-2 are linked, 3 and 4 stand alone."""
    handles = [county.officer().submit(f"A-{number}", rich(number)).handle for number in range(5)]
    county.steward().link(handles[0], handles[1])
    county.steward().link(handles[1], handles[2])
    return county


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        pytest.param("aaabc", (3, 3, 0, 1.0, 1.0), id="all-right"),
        pytest.param("aabcc", (2, 1, 2, 1 / 3, 0.5), id="wrong-and-missed"),
        pytest.param("abcde", (0, 0, 3, 0.0, 1.0), id="all-wrong"),
        pytest.param("abccc", (3, 0, 3, 0.0, 0.0), id="nothing-right"),
    ],
)
def test_pairs_are_counted(linked: County, people: str, expected: tuple[int, int, int, float, float]) -> None:
    found = link_quality(linked.core.refresh(), truth({f"A-{n}": who for n, who in enumerate(people)}))
    scores = found.overall
    assert found.records == 5
    assert (scores.true_pairs, scores.found, scores.wrong) == expected[:3]
    assert (scores.precision, scores.recall) == pytest.approx(expected[3:])
    both = scores.precision + scores.recall
    assert scores.f1 == pytest.approx(2 * scores.precision * scores.recall / both if both else 0.0)


def test_pairs_are_counted_by_tag_too(linked: County) -> None:
    people = {"A-0": "a", "A-1": "a", "A-2": "a", "A-3": "b", "A-4": "b"}
    tags = {"A-3": ["typo"], "A-0": ["nickname"]}
    found = dict(link_quality(linked.core.refresh(), truth(people, tags)).by_tag)
    assert found["typo"].recall == 0.0
    assert (found["nickname"].true_pairs, found["nickname"].recall) == (2, 1.0)


def test_labels_the_register_does_not_hold_are_left_out(linked: County) -> None:
    found = link_quality(linked.core.refresh(), truth({"A-0": "a", "A-1": "a", "Z-9": "a"}))
    assert found.records == 2
    assert found.overall.true_pairs == 1


@pytest.mark.parametrize("missing", ["agency", "reference", "person"])
def test_a_missing_column_is_named(linked: County, missing: str) -> None:
    with pytest.raises(InvalidValue, match=missing):
        link_quality(linked.core.refresh(), truth({"A-0": "a"}).drop(missing))


def test_truth_about_others_is_no_truth(linked: County) -> None:
    table = truth({"A-0": "a"}).with_columns(agency=pl.lit(AgencyId("nowhere")))
    with pytest.raises(InvalidValue, match="none of the labelled"):
        link_quality(linked.core.refresh(), table)

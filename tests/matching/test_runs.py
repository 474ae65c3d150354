"""The pure part of `bnl match`: roles read, only named columns taken, links found, files laid out."""

import datetime as dt
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching.columns import standard_frame
from bnl.matching.linker import Linker
from bnl.matching.runs import (
    ROLES,
    MatchPlan,
    ids_carry_source,
    make_plan,
    match_records,
    match_tables,
    parse_roles,
    run_document,
    standard_records,
)

NAMES = ["given_names=first", "family_name=last", "dob=born"]


def people(copies: int = 2) -> pl.DataFrame:
    first = ["Ann", "Brian", "Cara", "Dermot", "Elena", "Farid", "Grace", "Hodan", "Ivan", "Jia"]
    last = ["Lark", "Moss", "Nye", "Oakes", "Pike", "Quill", "Reed", "Sloane", "Thorn", "Underhill"]
    rows = [
        (
            10 * copy + number,
            f"list{copy}",
            name,
            last[number],
            f"19{50 + number}-0{1 + number % 9}-1{number}",
        )
        for copy in range(copies)
        for number, name in enumerate(first)
    ]
    return pl.DataFrame(rows, schema=["key", "origin", "first", "last", "born"], orient="row")


def test_roles_are_read_with_their_common_other_names() -> None:
    roles = parse_roles(["given_names = first_name", "surname=last", "mobile=m", "phones=landline"])
    assert roles == {"given_names": ("first_name",), "family_name": ("last",), "phones": ("m", "landline")}


@pytest.mark.parametrize(
    ("given_roles", "message"),
    [
        pytest.param([], "no column has a role", id="none"),
        pytest.param(["given_names"], "not role=column", id="no-equals"),
        pytest.param(["given_names="], "not role=column", id="no-column"),
        pytest.param(["=x"], "not role=column", id="no-role"),
        pytest.param(["ethnicity=x"], "no role 'ethnicity'", id="unknown"),
        pytest.param(["dob=a", "date_of_birth=b"], "date_of_birth is given twice", id="twice"),
    ],
)
def test_roles_that_cannot_be_read(given_roles: list[str], message: str) -> None:
    with pytest.raises(MatchingError, match=message):
        parse_roles(given_roles)


def test_what_is_never_evidence_has_no_role() -> None:
    assert not {"ethnicity", "nationality", "religion"} & set(ROLES)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"link_type": "merge"}, "link type 'merge'", id="unknown-link-type"),
        pytest.param({"link_type": "link"}, "which list a record is from", id="link-without-source"),
    ],
)
def test_plans_that_cannot_be(options: dict[str, str], message: str) -> None:
    with pytest.raises(MatchingError, match=message):
        make_plan(NAMES, **options)


def test_only_columns_with_a_role_are_taken_and_each_once() -> None:
    plan = make_plan([*NAMES, "postcode=last"], id_column="key")
    assert plan.columns() == ["key", "first", "last", "born"]
    taken = standard_records(people().with_columns(pl.lit("private").alias("notes")), plan)
    assert taken.columns == ["record_id", "given_names", "family_name", "date_of_birth", "postcode"]


def test_standard_records_are_what_the_engine_reads() -> None:
    taken = standard_records(people(), make_plan(NAMES, id_column="key", source_column="origin"))
    assert standard_frame(taken).columns == [
        "record_id",
        "agency",
        "given_names",
        "family_name",
        "date_of_birth",
    ]
    assert taken["record_id"].to_list()[:3] == ["0", "1", "2"]


def test_without_an_id_rows_are_numbered_from_one() -> None:
    assert standard_records(people(), make_plan(NAMES))["record_id"].to_list()[:2] == ["1", "2"]


def test_values_of_any_type_become_text() -> None:
    frame = pl.DataFrame(
        {
            "born": [dt.date(1980, 2, 1), None],
            "phone": [7700900123.0, None],
            "other": [1.5, 2.0],
            "mails": [["a@x.org", None], None],
        }
    )
    roles = {"date_of_birth": ("born",), "phones": ("phone",), "postcode": ("other",), "emails": ("mails",)}
    taken = standard_records(frame, MatchPlan(roles))
    assert taken["date_of_birth"].to_list() == ["1980-02-01", None]
    assert taken["phones"].to_list() == ["7700900123", None]
    assert taken["postcode"].to_list() == ["1.5", "2.0"]
    assert taken["emails"].to_list() == [["a@x.org"], []]


def test_a_cell_may_hold_several_values() -> None:
    frame = pl.DataFrame({"tel": ["07700 900123; 07700900124|", None, "07700900125"]})
    records = standard_records(frame, make_plan(["phones=tel"]))
    said = [[one.strip() for one in row] for row in records["phones"].to_list()]
    assert said == [["07700 900123", "07700900124", ""], [], ["07700900125"]]


def test_several_columns_of_one_list_are_gathered() -> None:
    frame = pl.DataFrame({"m": ["1", None], "w": [2, None], "l": [["3", "4"], ["5"]]})
    taken = standard_records(frame, MatchPlan({"phones": ("m", "w", "l")}))
    assert taken["phones"].to_list() == [["1", "2", "3", "4"], ["5"]]


@given(st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), min_size=1, max_size=9))
def test_whole_numbers_that_became_decimal_are_whole_again(values: list[int | None]) -> None:
    decimal = pl.Series("n", [None if value is None else float(value) for value in values], dtype=pl.Float64)
    taken = standard_records(pl.DataFrame([decimal]), MatchPlan({"ni_number": ("n",)}))
    assert taken["ni_number"].to_list() == [None if value is None else str(value) for value in values]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(pl.lit(1).alias("key"), "19 rows repeat a key", id="repeated"),
        pytest.param(pl.lit(None, pl.String).alias("key"), "20 rows have no key", id="missing"),
        pytest.param(pl.lit(None, pl.String).alias("origin"), "20 rows have no origin", id="no-source"),
    ],
)
def test_ids_and_sources_must_be_there(change: pl.Expr, message: str) -> None:
    plan = make_plan(NAMES, id_column="key", source_column="origin")
    with pytest.raises(MatchingError, match=message):
        standard_records(people().with_columns(change), plan)


def test_lists_that_number_their_own_people_are_told_apart() -> None:
    frame = people().with_columns(pl.col("key") % 10)
    plan = make_plan(NAMES, id_column="key", source_column="origin")
    records = standard_records(frame, plan)
    assert records["record_id"].to_list() == [f"{row['origin']}:{row['key']}" for row in frame.to_dicts()]
    assert ids_carry_source(records, frame["key"])
    whole = standard_records(people(), plan)
    assert whole["record_id"].to_list() == [str(key) for key in people()["key"]]
    assert not ids_carry_source(whole, people()["key"])


def test_a_column_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(
        MatchingError, match=r"no column surname\. The file has key, origin, first, last, born"
    ):
        standard_records(people(), make_plan(["family_name=surname"]))


@pytest.mark.parametrize("link_type", ["dedupe", "link", "both"])
def test_a_run_from_file_to_tables(link_type: str) -> None:
    plan = make_plan(NAMES, id_column="key", source_column="origin", link_type=link_type)
    records = standard_records(people(), plan)
    found = match_records(records, plan, Linker())
    tables = match_tables(found)
    assert tables.pairs.columns == ["unique_id_l", "unique_id_r", "match_weight", "match_probability"]
    assert tables.clusters.columns == ["unique_id", "cluster_id"]
    assert tables.review.columns[:5] == [*tables.pairs.columns, "reason"]
    assert "linked" not in tables.review.columns
    assert sorted(tables.clusters["unique_id"]) == sorted(records["record_id"])
    same = {frozenset((str(number), str(10 + number))) for number in range(10)}
    strong = tables.pairs.filter(pl.col("match_weight") >= found.link_threshold)
    assert {frozenset(pair) for pair in strong.select("unique_id_l", "unique_id_r").rows()} == same


def test_a_fitted_linker_is_used_as_it_is() -> None:
    plan = make_plan(NAMES, id_column="key", source_column="origin", link_type="both")
    records = standard_records(people(), plan)
    linker = Linker().fit(records)
    before = linker.fitted
    match_records(records, plan, linker)
    assert linker.fitted is before
    match_records(records, make_plan(NAMES, source_column="origin", link_type="link"), linker)
    assert linker.fitted is before


@pytest.mark.parametrize("copies", [1, 3])
def test_linking_is_between_two_lists(copies: int) -> None:
    plan = make_plan(NAMES, id_column="key", source_column="origin", link_type="link")
    with pytest.raises(MatchingError, match=f"the records are of {copies}"):
        match_records(standard_records(people(copies), plan), plan, Linker())


def test_progress_is_passed_on() -> None:
    plan = make_plan(NAMES, id_column="key")
    seen: list[tuple[str, int, int]] = []
    match_records(standard_records(people(), plan), plan, Linker(), lambda *said: seen.append(said))
    assert seen
    assert all(0 <= done <= total for _, done, total in seen)


def test_the_run_document_counts_and_holds_no_value_of_a_record() -> None:
    plan = make_plan(NAMES, id_column="key")
    records = standard_records(people(), plan)
    found = match_records(records, plan, Linker())
    document = run_document(found, plan, records.height, {"match": 1.23456}, 99.96)
    text = json.dumps(document)
    assert not any(value in text for value in ("Ann", "Lark", "1950"))
    assert document["rows"] == 20
    assert document["clusters"] == found.clusters["cluster_id"].n_unique()
    assert document["largest_cluster"] == 2
    assert document["seconds"] == {"match": 1.235}
    assert document["peak_mb"] == 100.0
    assert document["link_threshold_bits"] == found.link_threshold
    assert document["roles"] == {"given_names": ["first"], "family_name": ["last"], "date_of_birth": ["born"]}

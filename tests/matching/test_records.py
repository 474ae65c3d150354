"""Records in: frames under any usual column names, and source records."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.identifiers import AgencyId, RecordId, SubmissionId
from bnl.domain.person import LIST_FIELDS, PersonFields
from bnl.domain.record import SourceRecord
from bnl.errors import MatchingError
from bnl.matching.columns import (
    LIST_COLUMNS,
    NAME_COLUMNS,
    SYNONYMS,
    VALUE_COLUMNS,
    readable,
    role_of,
    standard_frame,
)
from bnl.matching.lexicon import LONGEST
from bnl.matching.linker import Linker
from bnl.matching.records import fields_row, row_of, to_frame
from bnl.matching.sources import MAX_SLOTS, from_frame, from_records


def source(record_id: str, **fields: object) -> SourceRecord:
    return SourceRecord(
        record_id=RecordId(record_id),
        agency_id=AgencyId("the-porch"),
        reference=record_id,
        received_at=dt.datetime(2024, 5, 1, tzinfo=dt.UTC),
        submission_id=SubmissionId("sub_1"),
        fields=PersonFields.model_validate(fields),
    )


SOURCES = [
    source(
        "r1", given_names="Ann", family_name="Smith", date_of_birth="1969-01-29", phones=("07700 900123",)
    ),
    source("r2", given_names="Ann", family_name="Smith", date_of_birth="1969-01-29", aliases=("Annie",)),
    source("r3", full_name="JONES, Bob", date_of_birth="1971"),
]


def test_source_records_become_a_standard_frame() -> None:
    frame = to_frame(SOURCES)
    assert frame["record_id"].to_list() == ["r1", "r2", "r3"]
    assert frame["agency"].to_list() == ["the-porch"] * 3
    assert frame["phones"].to_list() == [["07700 900123"], None, None]
    assert frame["full_name"].to_list() == [None, None, "JONES, Bob"]


def test_what_is_never_evidence_is_not_taken_along() -> None:
    row = row_of(source("r1", ethnicity="white", religion="none", nationality="british", notes="x"))
    assert not {"ethnicity", "religion", "nationality", "notes"} & row.keys()
    assert fields_row(PersonFields(given_names="Ann", notes="x")) == {"given_names": "Ann"}


def test_the_list_columns_are_those_of_the_person() -> None:
    assert LIST_FIELDS & {*NAME_COLUMNS, *VALUE_COLUMNS} == LIST_COLUMNS


def test_source_records_are_matched() -> None:
    found = Linker().fit(SOURCES).dedupe(SOURCES)
    assert found.clusters.height == 3
    assert found.explain("r1", "r2").weight > found.explain("r1", "r3").weight


def test_no_records_are_no_error() -> None:
    found = Linker().fit([]).dedupe([])
    assert found.pairs.is_empty()
    assert found.clusters.is_empty()
    assert found.possible_links.is_empty()
    assert found.pairs_scored == 0


def test_one_record_is_its_own_cluster() -> None:
    frame = pl.DataFrame({"record_id": ["a"], "given_names": ["Ann"]})
    assert Linker().fit(frame).dedupe(frame).clusters.rows() == [("a", "a")]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(["unique_id", "first_name", "surname", "dob"], id="as the peer's sets have them"),
        pytest.param(["id", "forename", "last_name", "birth_date"], id="as spreadsheets have them"),
        pytest.param(
            ["record_id", "given_names", "family_name", "date_of_birth"], id="as they are called here"
        ),
    ],
)
def test_columns_are_known_by_their_usual_names(columns: list[str]) -> None:
    frame = standard_frame(pl.DataFrame({column: ["x"] for column in columns}))
    assert set(frame.columns) == {"record_id", "given_names", "family_name", "date_of_birth"}


def test_columns_without_a_role_are_left_out() -> None:
    frame = standard_frame(pl.DataFrame({"record_id": ["x"], "entity_id": ["truth"], "ethnicity": ["y"]}))
    assert frame.columns == ["record_id"]


def test_a_standard_name_is_preferred_to_a_synonym() -> None:
    frame = pl.DataFrame({"record_id": ["x"], "surname": ["wrong"], "family_name": ["right"]})
    assert standard_frame(frame)["family_name"].to_list() == ["right"]


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(pl.DataFrame({"given_names": ["Ann"]}), id="no ids"),
        pytest.param(pl.DataFrame({"record_id": ["a", "a"]}), id="an id twice"),
        pytest.param(pl.DataFrame({"record_id": ["a", None]}), id="an id missing"),
        pytest.param(
            pl.DataFrame({"record_id": ["a"], "surname": ["x"], "last_name": ["y"]}), id="two family names"
        ),
    ],
)
def test_frames_that_cannot_be_matched_are_refused(frame: pl.DataFrame) -> None:
    with pytest.raises(MatchingError):
        standard_frame(frame)


def test_numbers_are_taken_as_text() -> None:
    frame = pl.DataFrame(
        {"record_id": [1, 2], "date_of_birth": [19690129, 19690129], "given_names": ["Ann", "Ann"]}
    )
    found = Linker().fit(frame).dedupe(frame)
    assert found.clusters["record_id"].to_list() == ["1", "2"]


def test_every_synonym_leads_to_a_standard_column() -> None:
    known = {"record_id", "agency", *NAME_COLUMNS, *VALUE_COLUMNS}
    assert set(SYNONYMS.values()) <= known
    assert not set(SYNONYMS) & known
    assert all(role_of(column) == column for column in known)


def test_two_lists_may_not_share_ids() -> None:
    frame = pl.DataFrame({"record_id": ["a", "b"], "given_names": ["Ann", "Bob"]})
    with pytest.raises(MatchingError, match="share"):
        Linker().fit(frame, frame.clone())


def test_linking_can_be_many_to_one() -> None:
    left = pl.DataFrame(
        {
            "record_id": ["a", "b"],
            "given_names": ["Zebedee"] * 2,
            "family_name": ["Quill"] * 2,
            "ni_number": ["GS123457A"] * 2,
            "date_of_birth": ["1969-01-29"] * 2,
        }
    )
    right = left.head(1).with_columns(record_id=pl.lit("c"))
    linker = Linker().fit(left, right)
    many = linker.link(left, right, one_to_one=False)
    one = linker.link(left, right, one_to_one=True)
    assert many.pairs["linked"].sum() >= one.pairs["linked"].sum()
    assert one.pairs["linked"].sum() <= 1


def test_progress_is_told() -> None:
    heard: list[tuple[str, int, int]] = []
    linker = Linker().fit(SOURCES)
    linker.dedupe(SOURCES, progress=lambda phase, done, total: heard.append((phase, done, total)))
    assert all(done <= total for _, done, total in heard)


def test_source_records_make_the_frame_that_their_rows_would_make() -> None:
    """The rows one by one are the slow way round."""
    said = [
        *SOURCES,
        source("r4", emails=("a@b.example", "c@d.example"), phones=("07700 900123", "07700 900124")),
        source("r5"),
    ]
    rows = [{k: list(v) if isinstance(v, tuple) else v for k, v in row_of(one).items()} for one in said]
    columns = sorted({column for row in rows for column in row})
    fast = to_frame(said)
    assert sorted(fast.columns) == columns
    for column in columns:
        assert fast[column].to_list() == [row.get(column) for row in rows]


def test_a_lone_text_in_a_column_of_lists_is_a_list_of_one() -> None:
    class Said:
        record_id, agency_id = "r1", "the-porch"

        class fields:  # noqa: N801 - an attribute of that name
            @staticmethod
            def present() -> dict[str, object]:
                return {"phones": "07700 900123", "emails": ["a@b.example"]}

    frame = to_frame([Said()])
    assert frame["phones"].to_list() == [["07700 900123"]]
    assert frame["emails"].to_list() == [["a@b.example"]]


SAID_LISTS = st.lists(
    st.none()
    | st.lists(st.none() | st.sampled_from(["0770090012", "0770090013", "x"]), max_size=MAX_SLOTS + 3),
    max_size=12,
)


@given(SAID_LISTS)
def test_columns_of_lists_are_split_as_single_records_are(values: list[list[str | None] | None]) -> None:
    ids = [str(number) for number in range(len(values))]
    frame = pl.DataFrame(
        {"record_id": ids, "phones": values}, schema={"record_id": pl.String, "phones": pl.List(pl.String)}
    )
    many = from_frame(frame)["phones"]
    single = from_records([{"phones": value} for value in values], ["phones"])
    assert many.codes.shape[0] == len(values)
    for row, value in enumerate(values):
        written = [many.values[code] for code in many.codes[row] if code >= 0]
        assert written == [item for item in value or () if item is not None][:MAX_SLOTS]
        if "phones" in single:
            one = single["phones"]
            assert written == [one.values[code] for code in one.codes[row] if code >= 0]


MAPPED: list[dict[str, object]] = [
    {
        "record_id": 1,
        "first_name": "Ann",
        "surname": "Smith",
        "dob": dt.date(1969, 1, 29),
        "phone": 7700900123.0,
    },
    {
        "record_id": 2,
        "first_name": "Ann",
        "surname": "Smith",
        "dob": "1969-01-29",
        "aliases": ["Annie", None],
    },
    {"record_id": 3, "first_name": None, "surname": "Jones", "shoe_size": 43},
]


def test_mappings_are_records() -> None:
    frame = to_frame(MAPPED)
    assert frame["record_id"].to_list() == ["1", "2", "3"]
    assert frame["given_names"].to_list() == ["Ann", "Ann", None]
    assert frame["date_of_birth"].to_list() == ["1969-01-29", "1969-01-29", None]
    assert [list(values) for values in frame["phones"]] == [["7700900123"], [], []]
    assert [list(values) for values in frame["aliases"]] == [[], ["Annie"], []]
    assert "shoe_size" not in frame.columns


TABLE = pl.DataFrame({"record_id": ["a", "b"], "given_names": ["Ann", None], "phone": [7700900123.0, None]})


class OfAnotherLibrary:
    """A table that is handed over as Arrow, as those of pandas, pyarrow and DuckDB are."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return TABLE.__arrow_c_stream__(requested_schema)


class Broken:
    """A table whose library cannot hand it over."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise TypeError("a column of mixed kinds: Ann")


@pytest.mark.parametrize(
    "table", [pytest.param(TABLE.lazy(), id="lazy"), pytest.param(OfAnotherLibrary(), id="Arrow")]
)
def test_tables_of_other_kinds_are_frames(table: pl.LazyFrame) -> None:
    assert to_frame(table).equals(to_frame(TABLE))
    assert to_frame(table)["phones"].to_list() == [7700900123, None]


def test_a_table_of_pandas_is_read_with_its_missing_values() -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    table = pandas.DataFrame(
        {
            "record_id": ["a", "b"],
            "given_names": ["Ann", float("nan")],
            "date_of_birth": pandas.to_datetime(["1969-01-29", None]),
            "phone": [7700900123, float("nan")],
        }
    )
    frame = to_frame(table)
    assert frame["given_names"].to_list() == ["Ann", None]
    assert frame["phones"].to_list() == [7700900123, None]
    assert frame["date_of_birth"].null_count() == 1


@pytest.mark.parametrize(
    ("given_records", "said"),
    [
        pytest.param("people.csv", "type str", id="the name of a file"),
        pytest.param(None, "type NoneType", id="nothing"),
        pytest.param(["a", "b"], "type str", id="a list of texts"),
        pytest.param({"record_id": ["a"]}, "type dict", id="a mapping of columns"),
        pytest.param([*SOURCES, {"record_id": "z"}], "type dict", id="records of two kinds"),
        pytest.param(Broken(), "cannot be read as Arrow", id="a broken table"),
        pytest.param(TABLE.with_columns(family_name=b"x"), "family_name holds no text", id="bytes"),
        pytest.param(
            TABLE.with_columns(pl.Series("family_name", [object(), None], dtype=pl.Object)),
            "family_name holds no text",
            id="objects",
        ),
        pytest.param([{"record_id": "a", "given_names": b"Ann"}], "type bytes", id="bytes in a mapping"),
        pytest.param([{"record_id": "a", "address": {"street": "x"}}], "type dict", id="a structure"),
    ],
)
def test_what_is_no_record_is_refused_without_showing_it(given_records: object, said: str) -> None:
    with pytest.raises(MatchingError, match=said) as caught:
        to_frame(given_records)  # type: ignore[arg-type]
    assert "Ann" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([19690129.0, None, float("nan")], [19690129, None, None], id="whole"),
        pytest.param([1.5, 2.0], [1.5, 2.0], id="not whole"),
        pytest.param([2.0**60, 1.0], [2.0**60, 1.0], id="too large to be exact"),
        pytest.param([float("inf"), 1.0], [float("inf"), 1.0], id="infinite"),
    ],
)
def test_whole_numbers_made_decimal_are_whole_again(
    values: list[float | None], expected: list[float | None]
) -> None:
    column = readable(pl.Series("phones", values, dtype=pl.Float64))
    assert column.to_list() == expected
    assert str(column.to_list()) == str(expected)


def test_of_an_endless_cell_the_beginning_is_read() -> None:
    """A document pasted into a cell would otherwise be compared letter by letter with all others."""
    long = "Ann" + "x" * 5_000_000
    frame = pl.DataFrame(
        {"record_id": ["a", "b"], "given_names": [long, long + "y"], "aliases": [[long], None]}
    )
    many = from_frame(frame)
    one = from_records(frame.to_dicts(), ["given_names", "aliases"])
    for coded in (many, one):
        assert {len(value) for value in coded["given_names"].values + coded["aliases"].values} == {LONGEST}
    found = Linker().fit(frame).dedupe(frame)
    assert found.clusters.height == 2


def test_records_added_to_a_list_after_fitting_are_not_forgotten() -> None:
    held = list(SOURCES)
    linker = Linker().fit(held)
    held.append(source("r9", given_names="Zoe"))
    assert linker.dedupe(held).clusters["record_id"].to_list() == ["r1", "r2", "r3", "r9"]
    frame = pl.DataFrame({"record_id": ["a"], "given_names": ["Ann"]})
    linker = Linker().fit(frame)
    frame.extend(pl.DataFrame({"record_id": ["b"], "given_names": ["Bob"]}))
    assert linker.dedupe(frame).clusters.height == 2


def test_how_much_of_each_column_could_be_read_is_told() -> None:
    frame = pl.DataFrame(
        {
            "record_id": ["a", "b", "c"],
            "given_names": ["Ann", "Bob", "Cy"],
            "date_of_birth": ["1969-01-29", "a Tuesday", None],
            "phones": [["07700 900123"], ["none"], []],
        }
    )
    assert Linker().fit(frame).dedupe(frame).understood == {"date_of_birth": 1, "phones": 1}

"""Whole files: the bad ones agencies send, repeats, and the law that no row is ever lost."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import BnlError, InputError, ProfileError
from bnl.exchange.outcomes import Accepted, Outcome, Quarantined, Repeat, Tally
from bnl.exchange.profile import Profile
from bnl.exchange.reading import read_submissions

TODAY = date(2026, 11, 21)
HEADER = "Ref,Name,DOB,Phone\n"
ROW = "1,Ann,31/01/1990,01865 496000\n"


def profile(**said: object) -> Profile:
    return Profile.model_validate(
        {
            "agency": "shelter",
            "reference": "Ref",
            "fields": {"full_name": "Name", "date_of_birth": "DOB", "phones": "Phone"},
            **said,
        }
    )


def read(data: str | bytes, **said: object) -> tuple[list[Outcome], Tally]:
    raw = data.encode() if isinstance(data, str) else data
    reading = read_submissions(raw, profile(**said), TODAY, name="f.csv")
    outcomes = list(reading)
    tally = reading.tally
    assert tally.accepted + tally.quarantined == tally.rows == len(outcomes)
    return outcomes, tally


def verdicts(outcomes: list[Outcome]) -> list[tuple[int, str]]:
    return [(o.row, o.reason if isinstance(o, Quarantined) else "accepted") for o in outcomes]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(ROW, [(2, "accepted")], id="good"),
        pytest.param("\n\n" + ROW + ",,,\n", [(4, "accepted")], id="blank-rows-are-no-rows"),
        pytest.param(
            "1,Ann,31/02/1990,\n" + ROW, [(2, "impossible_date"), (3, "accepted")], id="impossible-date"
        ),
        pytest.param("1,Ann,01/01/2999,\n" + ROW, [(2, "future_date"), (3, "accepted")], id="future-birth"),
        pytest.param("1,Ann,01/01/1899,\n" + ROW, [(2, "age_over_120"), (3, "accepted")], id="age"),
        pytest.param("1,=1+1,,\n" + ROW, [(2, "formula"), (3, "accepted")], id="formula"),
        pytest.param("1,Ann,,+44 7700 900123\n", [(2, "accepted")], id="plus-of-a-phone"),
        pytest.param("1,A\x00nn,,\n" + ROW, [(2, "control_character"), (3, "accepted")], id="nul"),
        pytest.param("1,A\u202enn,,\n" + ROW, [(2, "text_direction"), (3, "accepted")], id="override"),
        pytest.param("1,Ann\n" + ROW, [(2, "too_few_cells"), (3, "accepted")], id="short-row"),
        pytest.param("1,Ann,,,x\n" + ROW, [(2, "too_many_cells"), (3, "accepted")], id="long-row"),
        pytest.param('1,"Ann,,\n' + ROW, [(2, "unclosed_quote"), (3, "accepted")], id="open-quote"),
        pytest.param(
            "1," + "x" * 2_000_000 + ",,\n" + ROW, [(2, "line_too_long"), (3, "accepted")], id="2-mb-line"
        ),
        pytest.param(
            "1," + "x" * 5_000 + ",,\n" + ROW, [(2, "cell_too_long"), (3, "accepted")], id="long-cell"
        ),
        pytest.param(",Ann,,\n" + ROW, [(2, "missing_reference"), (3, "accepted")], id="no-reference"),
        pytest.param("1,,,\n" + ROW, [(2, "nothing_said"), (3, "accepted")], id="reference-only"),
    ],
)
def test_a_bad_row_costs_itself_and_nothing_else(rows: str, expected: list[tuple[int, str]]) -> None:
    assert verdicts(read(HEADER + rows)[0]) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_every_encoding_and_delimiter_is_found(encoding: str, delimiter: str) -> None:
    text = (HEADER + "1,Zoë,31/01/1990,\n").replace(",", delimiter)
    outcomes, tally = read(text.encode(encoding))
    assert isinstance(outcomes[0], Accepted)
    assert outcomes[0].submission.fields.full_name == "Zoë"
    assert len(tally.notes) == 2


def test_one_row_of_another_encoding_is_quarantined_and_the_rest_is_right() -> None:
    data = HEADER.encode() + "1,Żółć,,\n".encode() + b"2,Zo\xeb,,\n" + b"3,Bo,,\n"
    assert verdicts(read(data)[0]) == [(2, "accepted"), (3, "undecodable"), (4, "accepted")]


def test_no_message_names_a_person() -> None:
    outcomes, tally = read(HEADER + "7731,Zbigniew,31/02/1990,\n8842,=Zbigniew,,\n9953,Zbigniew\n")
    shown = "".join(o.message + repr(o) for o in outcomes if isinstance(o, Quarantined)) + repr(tally)
    for value in ("Zbigniew", "31/02", "7731", "8842", "9953"):
        assert value not in shown


def test_a_header_alone_is_no_rows_and_says_so() -> None:
    outcomes, tally = read(HEADER)
    assert outcomes == []
    assert tally.rows == 0
    assert tally.notes[-1] == "the file has a header and no rows"
    assert "no rows" not in " ".join(read(HEADER + ROW)[1].notes)


def test_a_reference_that_comes_again_is_a_duplicate_or_a_correction() -> None:
    rows = ["1,Ann,,\n", "2,Bo,,\n", "1,Ann,,\n", "1,Anne,,\n", "1,Anne,,\n", "1,Ann,,\n"]
    outcomes, tally = read(HEADER + "".join(rows))
    assert [o.repeat for o in outcomes if isinstance(o, Accepted)] == [
        Repeat.FIRST,
        Repeat.FIRST,
        Repeat.DUPLICATE,
        Repeat.CORRECTION,
        Repeat.DUPLICATE,
        Repeat.CORRECTION,
    ]
    assert (tally.accepted, tally.duplicates, tally.corrections) == (6, 2, 2)


def test_a_change_of_consent_or_of_a_mark_is_a_correction() -> None:
    data = "Ref,Name,DOB,Phone,C,L\n1,Ann,,,yes,no\n1,Ann,,,no,no\n1,Ann,,,no,yes\n"
    outcomes, _ = read(data, grants=[{"column": "C"}], local={"column": "L"})
    repeats = [o.repeat for o in outcomes if isinstance(o, Accepted)]
    assert repeats == [Repeat.FIRST, Repeat.CORRECTION, Repeat.CORRECTION]


@pytest.mark.parametrize(
    ("data", "said", "error", "message"),
    [
        pytest.param(b"", {}, InputError, "the file is empty", id="empty"),
        pytest.param(b"\n\n\n", {}, InputError, "the file is empty", id="blank-lines"),
        pytest.param("1,Ann\n2,Bo\n", {}, ProfileError, "add one", id="no-header"),
        pytest.param(
            "Ref;Name;DOB;Phone\n", {"delimiter": ","}, InputError, "parted by the semicolon", id="delimiter"
        ),
        pytest.param("Ref,Name,Birth Date,Phone\n", {}, ProfileError, "column DOB", id="missing-column"),
        pytest.param("Ref,Name,DOB,Phone,Name\n", {}, InputError, "twice", id="column-twice"),
        pytest.param(b"PK\x03\x04" + b"\x00" * 99, {}, InputError, "Excel workbook", id="workbook-as-csv"),
        pytest.param(bytes(range(256)) * 3, {}, BnlError, "file f.csv", id="binary"),
        pytest.param(
            HEADER + ROW, {"format": "excel"}, InputError, "cannot be read as an Excel", id="csv-as-workbook"
        ),
        pytest.param(
            HEADER + ROW,
            {"format": "parquet"},
            InputError,
            "cannot be read as a Parquet",
            id="csv-as-parquet",
        ),
        pytest.param(
            HEADER + ROW, {"format": "jsonl"}, InputError, "no file of JSON lines", id="csv-as-json"
        ),
        pytest.param(
            HEADER + ROW, {"encoding": "utf-9"}, InputError, "encoding that does not exist", id="encoding"
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_once(
    data: str | bytes, said: dict[str, object], error: type[BnlError], message: str
) -> None:
    raw = data.encode() if isinstance(data, str) else data
    with pytest.raises(error, match=message) as caught:
        read_submissions(raw, profile(**said), TODAY, name="f.csv")
    assert "file f.csv" in str(caught.value)
    assert caught.value.advice


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        read_submissions(tmp_path / "none.csv", profile(), TODAY)


def test_every_format_says_the_same(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "Ref": ["1", "2", "3"],
            "Name": ["Zoë", "Bo", None],
            "DOB": ["31/01/1990", "31/02/1990", "1970"],
            "Phone": ["01865 496000", None, None],
        }
    )
    (tmp_path / "f.csv").write_text(frame.write_csv())
    frame.write_excel(tmp_path / "f.xlsx")
    frame.write_ndjson(tmp_path / "f.jsonl")
    frame.write_parquet(tmp_path / "f.parquet")
    found = {}
    for kind, name in [("csv", "f.csv"), ("excel", "f.xlsx"), ("jsonl", "f.jsonl"), ("parquet", "f.parquet")]:
        outcomes = list(read_submissions(tmp_path / name, profile(format=kind), TODAY))
        found[kind] = [
            o.submission.fields.present() if isinstance(o, Accepted) else o.reason for o in outcomes
        ]
    assert found["csv"] == found["excel"] == found["jsonl"] == found["parquet"]
    assert found["csv"][1] == "impossible_date"


def test_a_reading_is_made_as_it_is_asked_for() -> None:
    reading = read_submissions((HEADER + ROW * 5).encode(), profile(), TODAY)
    next(iter(reading))
    assert reading.tally.rows == 1
    assert len(list(reading)) == 4
    assert reading.tally.rows == 5
    assert "Ann" not in repr(reading)


def law_holds(data: bytes, kind: str) -> Tally:
    reading = read_submissions(data, profile(format=kind, optional=["Name", "DOB", "Phone"]), TODAY, name="f")
    for rows, outcome in enumerate(reading, start=1):
        assert reading.tally.accepted + reading.tally.quarantined == reading.tally.rows == rows
        assert isinstance(outcome, Accepted) or outcome.findings[0].fatal
    return reading.tally


@given(st.binary(max_size=400), st.sampled_from(["csv", "jsonl", "excel", "parquet", "hmis"]))
def test_any_bytes_are_counted_or_refused(data: bytes, kind: str) -> None:
    with contextlib.suppress(BnlError):
        law_holds(data, kind)


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8-sig", "utf-16"]))
def test_any_bytes_below_a_header_are_counted(data: bytes, encoding: str) -> None:
    start = HEADER.encode(encoding or "utf-8")
    with_one_more = law_holds(
        start + data + "\n9,Bo,,\n".encode(encoding.removesuffix("-sig") or "utf-8"), "csv"
    )
    assert with_one_more.rows >= 1


@given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), max_size=12))
def test_every_row_of_any_table_is_counted_once(rows: list[list[str]]) -> None:
    lines = [dict(zip(["Ref", "Name", "DOB", "Phone"], row, strict=True)) for row in rows]
    data = "".join(json.dumps(line) + "\n" for line in [{"Ref": "0", "Name": "Ann"}, *lines])
    tally = law_holds(data.encode(), "jsonl")
    assert tally.rows + tally.blank == len(rows) + 1

"""Drafted profiles: they read the file they were drafted from, and say what was guessed."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.identifiers import AgencyId
from bnl.errors import BnlError, InputError
from bnl.exchange.outcomes import Accepted
from bnl.exchange.profile import parse_profile
from bnl.exchange.profile_text import profile_text
from bnl.exchange.reading import read_submissions
from bnl.exchange.suggest import Suggestion, suggest_profile

TODAY = date(2026, 11, 21)
AGENCY = AgencyId("shelter")


def suggest(data: str | bytes, name: str = "f.csv") -> Suggestion:
    raw = data.encode() if isinstance(data, str) else data
    return suggest_profile(raw, AGENCY, TODAY, name=name)


PEOPLE = (
    "Client Ref;Surname;First Name(s);D.O.B.;Gender;Mobile;Tel 2;E-mail;Shoe size\n"
    "17;Carter;Ann;31/01/1990;F;07700 900123;;a@example.org;5\n"
    "18;Evans;Dan;01/02/1970;M;;01865 496000;;9\n"
)


def test_headings_give_the_fields() -> None:
    found = suggest(PEOPLE)
    fields = {name: rule.column for name, rule in found.profile.fields.items()}
    assert found.profile.reference == ("Client Ref",)
    assert fields == {
        "family_name": ("Surname",),
        "given_names": ("First Name(s)",),
        "date_of_birth": ("D.O.B.",),
        "sex": ("Gender",),
        "phones": ("Mobile", "Tel 2"),
        "emails": ("E-mail",),
    }
    assert found.unused == ("Shoe size",)
    assert found.profile.agency == AGENCY


def test_the_draft_reads_the_file_it_was_made_from() -> None:
    draft = parse_profile(profile_text(suggest(PEOPLE).profile))
    outcomes = list(read_submissions(PEOPLE.encode(), draft, TODAY))
    assert [o.submission.reference for o in outcomes if isinstance(o, Accepted)] == ["17", "18"]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        pytest.param(["31/01/1990", "01/02/1970"], "dd/mm/yyyy", id="uk"),
        pytest.param(["01/31/1990", "01/02/1970"], "mm/dd/yyyy", id="american"),
        pytest.param(["01/02/1990", "03/04/1970"], "dd/mm/yyyy", id="both-read-so-day-first"),
        pytest.param(["31 Jan 1990", "1 Feb 1970"], "dd mmm yyyy", id="month-names"),
        pytest.param(["31/01/90", "01/02/70"], "dd/mm/yy", id="two-digits"),
        pytest.param(["19900131", "19700201"], "yyyymmdd", id="compact"),
    ],
)
def test_the_date_format_is_found_from_the_dates(dates: list[str], expected: str) -> None:
    rows = "".join(f"{at};{text}\n" for at, text in enumerate(dates))
    assert suggest("Ref;DOB\n" + rows).profile.date_formats == (expected,)


def test_dates_that_do_not_fit_are_remarked_and_not_shown() -> None:
    found = suggest("Ref;DOB\n1;31/01/1990\n2;yesterday\n")
    assert "1 of 2 dates sampled are not in the format dd/mm/yyyy" in found.remarks
    assert "yesterday" not in " ".join(found.remarks)


def test_without_dates_the_day_comes_first() -> None:
    assert suggest("Ref;DOB;Name\n1;;Ann\n").profile.date_formats == ("dd/mm/yyyy",)


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        pytest.param(
            ["CARTER, Ann", "EVANS, Dan (known as Danny)"], "SURNAME, Forename (known as X)", id="comma"
        ),
        pytest.param(["Ann Carter", "Dan EVANS"], "Forename SURNAME (known as X)", id="side-by-side"),
        pytest.param(["Ann", "Ann Bea Carter"], None, id="no-pattern"),
        pytest.param([], None, id="no-names"),
    ],
)
def test_one_column_of_names_is_looked_at(names: list[str], pattern: str | None) -> None:
    rows = "".join(f'{at};"{text}";x\n' for at, text in enumerate(names))
    found = suggest("Ref;Client Name;Notes\n" + rows).profile
    assert [rule.pattern for rule in found.names] == ([pattern] if pattern else [])
    assert ("full_name" in found.fields) is (pattern is None)


def test_a_full_name_beside_its_parts_is_left_unread() -> None:
    found = suggest("Ref;Name;Surname;Forename\n1;Ann Carter;Carter;Ann\n")
    assert set(found.profile.fields) == {"family_name", "given_names"}
    assert found.unused == ("Name",)


def test_a_reference_nobody_named_is_the_first_column_without_a_repeat_and_is_remarked() -> None:
    found = suggest("Team;Number;Surname\nA;1;Carter\nA;2;Evans\n")
    assert found.profile.reference == ("Number",)
    assert any("check it" in remark for remark in found.remarks)


def test_every_format_is_known_by_its_name_or_its_first_bytes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"Ref": ["1", "2"], "Surname": ["Carter", "Evans"]})
    workbook = io.BytesIO()
    frame.write_excel(workbook)
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    assert suggest(workbook.getvalue(), "f.xlsx").profile.format == "excel"
    assert suggest(workbook.getvalue(), "download").profile.format == "excel"
    assert suggest(parquet.getvalue(), "download").profile.format == "parquet"
    assert suggest(frame.write_ndjson(), "f.jsonl").profile.format == "jsonl"
    path = tmp_path / "people.csv"
    path.write_text(frame.write_csv())
    assert suggest_profile(path, AGENCY, TODAY).profile.format == "csv"


def test_a_file_nobody_recognises_is_refused() -> None:
    with pytest.raises(InputError, match="no column of the file is recognised"):
        suggest("alpha;beta\n1;2\n")


@given(st.binary(max_size=300))
def test_any_bytes_have_a_draft_or_a_clear_refusal(data: bytes) -> None:
    try:
        found = suggest(data)
    except BnlError:
        return
    assert parse_profile(profile_text(found.profile, remarks=found.remarks)) == found.profile


@given(
    st.lists(
        st.sampled_from(["Ref", "Surname", "First name", "DOB", "Name", "Mobile", "x", "Notes", "Post Code"]),
        min_size=1,
        max_size=6,
        unique=True,
    ),
    st.lists(st.lists(st.text("ab19/, ", max_size=8), min_size=6, max_size=6), max_size=5),
)
def test_a_draft_always_fits_its_file(header: list[str], rows: list[list[str]]) -> None:
    quoted = [",".join(f'"{cell}"' for cell in row[: len(header)]) for row in rows]
    data = "\n".join([",".join(header), *quoted]).encode()
    try:
        draft = suggest(data).profile
    except InputError as refusal:
        assert "recognised" in refusal.message  # noqa: PT017
        return
    reading = read_submissions(data, draft, TODAY)
    for _ in reading:
        assert reading.tally.accepted + reading.tally.quarantined == reading.tally.rows

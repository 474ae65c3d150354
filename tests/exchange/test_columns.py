"""Finding a profile's columns in a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError, ProfileError
from bnl.exchange.columns import locate, nearest


def find(columns: tuple[str, ...], header: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, int]:
    return locate(columns, header, optional=optional, file="f.csv")


@pytest.mark.parametrize(
    ("column", "header", "at"),
    [
        pytest.param("DOB", ("Ref", "DOB"), 1, id="exact"),
        pytest.param("dob", ("Ref", "DOB"), 1, id="capitals"),
        pytest.param("Date of Birth", ("Ref", "date_of__birth"), 1, id="underscores"),
        pytest.param("Date of Birth", ("Ref", " Date  of Birth "), 1, id="blanks"),
        pytest.param("DOB", ("dob", "DOB"), 1, id="exact-before-alike"),
    ],
)
def test_finds_a_column(column: str, header: tuple[str, ...], at: int) -> None:
    assert find((column,), header) == {column: at}


def test_a_missing_column_is_named_with_the_nearest_present() -> None:
    with pytest.raises(ProfileError) as caught:
        find(("Date of Birth",), ("Ref", "Birth date", "Surname"))
    message = str(caught.value)
    assert message.startswith("file f.csv, column Date of Birth: ")
    assert 'The nearest column present is "Birth date".' in message


def test_a_row_of_data_instead_of_a_header_is_not_repeated() -> None:
    with pytest.raises(ProfileError) as caught:
        find(("Surname",), ("17", "Zbigniew", "01/02/1990"))
    assert "Zbigniew" not in str(caught.value)
    assert "if there is no header row, add one" in str(caught.value).lower()


@pytest.mark.parametrize(
    ("column", "header"),
    [
        pytest.param("Surname", ("17", "Surnami", "01/02/1990"), id="a-date-beside-it"),
        pytest.param("Surname", ("Surnami", "0770090012"), id="a-phone-beside-it"),
        pytest.param("Surname", ("Surnami", "x@example.org"), id="an-email-beside-it"),
        pytest.param("Sex", ("A", "Essex Road"), id="a-part-of-a-longer-text"),
        pytest.param("Ref", ("Report of clients",), id="a-title"),
    ],
)
def test_what_may_be_about_somebody_is_no_hint(column: str, header: tuple[str, ...]) -> None:
    with pytest.raises(ProfileError) as caught:
        find((column,), header)
    assert "nearest" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "present"),
    [
        pytest.param("Date of Birth", "Birth date", id="order"),
        pytest.param("Surname", "Sur name", id="blank"),
        pytest.param("Forename", "Forenames", id="plural"),
        pytest.param("NI number", "NI Number.", id="dot"),
        pytest.param("Phone", "Phone no", id="longer"),
    ],
)
def test_the_hint_is_what_a_person_would_look_for(column: str, present: str) -> None:
    with pytest.raises(ProfileError, match=f'The nearest column present is "{present}"'):
        find((column,), ("Zzz", present, "Qqq"))


def test_an_optional_column_may_be_missing() -> None:
    assert find(("Ref", "Mobile"), ("Ref",), optional=("Mobile",)) == {"Ref": 0}


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(("DOB", "Ref", "DOB"), id="twice"),
        pytest.param(("dob", "Ref", "Dob"), id="alike-twice"),
    ],
)
def test_a_column_that_stands_twice_is_refused(header: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="has this column twice"):
        find(("DOB",), header)


def test_a_repeated_column_that_nobody_reads_does_not_matter() -> None:
    assert find(("Ref",), ("Notes", "Ref", "Notes")) == {"Ref": 1}


def test_nothing_is_near_a_thing_unlike_all() -> None:
    assert nearest("Surname", ("Qqq", "12345")) is None
    assert nearest("Surname", ()) is None
    assert nearest("surname_", ("Sur name", "Forename")) == "Sur name"


@given(st.lists(st.text("abcdef", min_size=1, max_size=5), unique=True, min_size=1, max_size=8), st.data())
def test_every_column_of_a_header_is_found_where_it_is(header: list[str], data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.sampled_from(header), unique=True))
    assert find(tuple(wanted), tuple(header)) == {name: header.index(name) for name in wanted}

"""Many values at once come out as each of them alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bnl.matching import normalise
from bnl.matching.normalise import MISSING
from bnl.matching.normalise_many import normalised


@given(
    st.lists(
        st.dates().map(str)
        | st.sampled_from(["1900-01-01", "0999-12-31", "2201-01-01", "1970-02-30", "70-1-1", "1970", "x", ""])
    )
)
def test_many_dates_are_read_as_one_by_one(written: list[str]) -> None:
    many = [*written, *(f"{year}-06-0{year % 9 + 1}" for year in range(900, 2300))]
    assert normalised("date", many) == [normalise.date_of_birth(value) for value in many]


def test_many_values_of_another_kind_are_read_as_one_by_one() -> None:
    assert normalised("sex", ["male", "F", "?"]) == ["m", "f", ""]


@given(st.lists(st.text("OXox1 2-.\n\u0130ßnfa", max_size=8), min_size=1, max_size=20))
def test_many_postcodes_are_read_as_each_is(written: list[str]) -> None:
    many = [*written, *sorted(MISSING), " ox1 1aa ", "OX11AA", "", " ", "123\n"] * 40
    assert len(many) > 1000
    assert normalised("postcode", many) == [normalise.postcode(value) for value in many]


@given(
    st.lists(
        st.text("aB9 '`\u2019-\t\x0b\x1c\x1f\x85\x00\u00e9\u00df\u0130\u0661n/", max_size=9),
        min_size=1,
        max_size=20,
    )
)
def test_many_texts_are_folded_as_each_is(written: list[str]) -> None:
    missing = [
        f"{before}{word}{after}" for word in sorted(MISSING) for before, after in (("", ""), ("\t", "\x1d"))
    ]
    many = [*written, *missing, *(word.upper() for word in MISSING), "", " ", "12 High Street, Flat 3"] * 20
    assert len(many) > 1000
    assert normalised("text", many) == [normalise.text(value) for value in many]


@given(st.lists(st.text("0044177 -+()x\u0663", max_size=18), min_size=1, max_size=20))
def test_many_telephone_numbers_are_read_as_each_is(written: list[str]) -> None:
    edges = [
        f"{before}{digit * count}"
        for before in ("", "0", "44", "0044", "+44 0")
        for digit in "07"
        for count in range(17)
    ]
    many = [*written, *edges, "", "none", "07700 900123", "+44 7700 900123"] * 8
    assert len(many) > 1000
    assert normalised("phone", many) == [normalise.phone(value) for value in many]

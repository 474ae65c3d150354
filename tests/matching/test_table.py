"""Tables that grow row by row against tables made at once, and rows that are forgotten again."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.matching.columns import standard_frame
from bnl.matching.table import Table

COLUMNS = ("given_names", "family_name", "phones", "postcode", "aliases")

records = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "given_names": st.sampled_from(["Ann", "Mary Jane Ann", "unknown", "", None]),
            "forename": st.sampled_from(["Bob", None]),
            "family_name": st.sampled_from(["Smith-Jones", "O'Brien", None]),
            "phones": st.lists(st.sampled_from(["07700 900123", "+447700900124", "0"]), max_size=3),
            "aliases": st.lists(st.sampled_from(["Bob Smith", "Bobby"]), max_size=2),
            "postcode": st.sampled_from(["ox1 1aa", "NFA", None]),
            "shoe_size": st.just("9"),
        },
    ),
    max_size=12,
)


def values(table: Table) -> list[dict[str, list[str]]]:
    """Read a table back as words."""
    out = []
    names = ("given", "given_joined", "family", "family_part", "middle", "alt_given", "alt_family")
    for row in range(len(table)):
        said = {}
        for column in (*names, "phones", "postcode"):
            lexicon = table.lexicons["name" if column in names else column]
            said[column] = lexicon.take([code for code in table.slots(column)[row].tolist() if code >= 0])
        out.append(said)
    return out


@settings(max_examples=60, deadline=None)
@given(records, st.data())
def test_rows_that_come_one_by_one_are_those_that_come_together(
    rows: list[dict[str, object]], data: st.DataObject
) -> None:
    together = Table(COLUMNS)
    together.extend([str(place) for place in range(len(rows))], rows)
    apart = Table(COLUMNS)
    for place, row in enumerate(rows):
        if data.draw(st.booleans()):
            apart.reserve()
        apart.extend([str(place)], [row])
        mark = apart.mark()
        before = {name: list(lexicon.values) for name, lexicon in apart.lexicons.items()}
        apart.extend(["x", "y"], [{"given_names": "Zoë Q", "phones": ["07700900999"]}, rows[0]])
        apart.restore(mark)
        assert {name: lexicon.values for name, lexicon in apart.lexicons.items()} == before
    assert len(apart) == len(rows)
    assert values(apart) == values(together)


def test_a_column_that_rows_lack_is_missing_there() -> None:
    frame = pl.DataFrame({"record_id": ["a"], "postcode": ["OX1 1AA"], "phones": [["07700900123"]]})
    table = Table.from_frame(standard_frame(frame), ["emails"])
    table.extend(["b"], [{"postcode": "OX2 2BB"}])
    assert table.slots("phones")[1].tolist() == [-1]
    assert table.has("phones")
    assert not table.has("emails")
    assert table.exists("emails")
    assert not table.exists("ni_number")


def test_of_two_names_of_a_column_the_standard_one_counts() -> None:
    table = Table(COLUMNS)
    table.extend(["a", "b"], [{"given_names": "Ann", "forename": "Bob"}, {"forename": "Bob"}])
    assert [row["given"] for row in values(table)] == [["ann"], ["bob"]]

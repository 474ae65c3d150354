"""JSON lines: flattened objects, broken lines that cost one row, and any JSON as a property."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.exchange.findings import Reason
from bnl.exchange.json_rows import as_text, open_json_lines
from bnl.exchange.rows import RawRow, Table
from bnl.exchange.source import Source


def table_of(data: str | bytes, optional: tuple[str, ...] = ()) -> Table:
    raw = data.encode() if isinstance(data, str) else data
    return open_json_lines(Source("f.jsonl", data=raw), optional=optional)


def rows_of(data: str | bytes) -> list[RawRow]:
    return list(table_of(data).rows)


def test_objects_become_rows_numbered_by_their_line() -> None:
    table = table_of('{"id": 1, "name": "Zoë"}\n\n{"name": "Bo", "id": "2"}\n')
    assert table.header == ("id", "name")
    assert [(row.number, row.cells) for row in table.rows] == [
        (1, ("1", "Zoë")),
        (2, ("", "")),
        (3, ("2", "Bo")),
    ]
    assert table.notes == ("encoding utf-8: all of it reads as UTF-8",)


def test_nested_names_are_joined_and_lists_stay_lists() -> None:
    table = table_of('{"name": {"first": "A", "last": "B"}, "phones": ["1", null, 2]}\n')
    assert table.header == ("name.first", "name.last", "phones")
    assert next(table.rows).cells == ("A", "B", ("1", "2"))


def test_a_key_that_is_missing_is_empty_and_one_that_comes_late_is_found_if_it_is_optional() -> None:
    lines = ['{"id": 1}'] * 300 + ['{"id": 2, "late": "x"}']
    table = table_of("\n".join(lines), optional=("late",))
    assert table.header == ("id", "late")
    rows = list(table.rows)
    assert rows[0].cells == ("1", "")
    assert rows[-1].cells == ("2", "x")


def test_an_optional_column_in_other_capitals_is_the_same_column() -> None:
    early = table_of('{"id": 1, "Known As": "x"}\n', optional=("known_as",))
    assert early.header == ("id", "Known As")
    late = table_of('{"id": 1}\n' * 300 + '{"id": 2, "Known As": "x"}\n', optional=("known_as",))
    assert late.header == ("id", "known_as")
    assert list(late.rows)[-1].cells == ("2", "x")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("{", Reason.NOT_JSON, id="cut"),
        pytest.param("Smith", Reason.NOT_JSON, id="no-json"),
        pytest.param("[1]", Reason.NOT_JSON, id="array"),
        pytest.param("17", Reason.NOT_JSON, id="number"),
        pytest.param('{"id": 1, "id": 2}', Reason.NOT_JSON, id="a-key-twice"),
        pytest.param('{"a.b": 1, "a": {"b": 2}}', Reason.NOT_JSON, id="two-keys-of-one-name"),
        pytest.param('{"id": [{"x": 1}]}', Reason.NOT_JSON, id="structures-in-a-list"),
        pytest.param('{"id": ' + "[" * 100_000 + "]" * 100_000 + "}", Reason.NOT_JSON, id="endless-depth"),
        pytest.param('{"id": ' + "9" * 5_000 + "}", Reason.NOT_JSON, id="endless-number"),
        pytest.param('{"id": "' + "x" * 1_000_001 + '"}', Reason.LINE_TOO_LONG, id="endless-line"),
    ],
)
def test_a_broken_line_costs_one_row(line: str, reason: Reason) -> None:
    first, broken, last = rows_of('{"id": 1}\n' + line + '\n{"id": 3}\n')
    assert (first.cells, last.cells) == (("1",), ("3",))
    assert (broken.number, broken.broken) == (2, reason)
    assert broken.raw
    assert "Smith" not in repr(broken)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="empty"),
        pytest.param("a,b\n1,2\n", id="csv"),
        pytest.param("{}\n{}\n", id="objects-that-hold-nothing"),
        pytest.param('[\n{"id": 1},\n{"id": 2}\n]\n', id="an-array-over-lines"),
        pytest.param(b"PK\x03\x04", id="workbook"),
    ],
)
def test_a_file_without_objects_is_refused(data: str | bytes) -> None:
    with pytest.raises(InputError, match=r"file f\.jsonl"):
        table_of(data)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (17, "17"),
        (17.0, "17"),
        (1.5, "1.5"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        ("x", "x"),
    ],
)
def test_single_values_as_a_csv_file_would_have_them(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("value", [{}, [], (), set()])
def test_a_structure_is_no_cell(value: object) -> None:
    with pytest.raises(ValueError, match="cannot be read as a cell"):
        as_text(value)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=8)
OBJECTS = st.dictionaries(st.text("abc", min_size=1, max_size=3), SCALARS, min_size=1, max_size=4)


@given(st.lists(OBJECTS, min_size=1, max_size=10))
def test_what_json_writes_is_read_back(objects: list[dict[str, object]]) -> None:
    table = table_of("".join(json.dumps(item) + "\n" for item in objects))
    for item, row in zip(objects, table.rows, strict=True):
        found = dict(zip(table.header, row.cells, strict=True))
        assert {key: found[key] for key in item} == {key: as_text(value) for key, value in item.items()}
        assert not any(found[key] for key in set(found) - set(item))


@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_lines_are_rows_or_a_clear_refusal(lines: list[str]) -> None:
    data = ('{"id": 1}\n' + "\n".join(lines)).encode("utf-8", "replace")
    with contextlib.suppress(InputError):
        table = table_of(data)
        for row in table.rows:
            assert row.broken or len(row.cells) == len(table.header)

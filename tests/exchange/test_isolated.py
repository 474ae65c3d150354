"""Typed files read in a process of their own: the same rows, and no damage that reaches this process."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import InputError, ProfileError
from bnl.exchange import isolated
from bnl.exchange.findings import Reason
from bnl.exchange.isolated import Kind, open_isolated, serve
from bnl.exchange.source import Source
from bnl.exchange.typed_rows import read_excel, read_parquet

FRAME = pl.DataFrame({"Ref": ["1", "2", "3"], "Name": ["Zoë", None, "Bo"], "Phones": [["1", "2"], [], None]})


def parquet(frame: pl.DataFrame = FRAME) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def workbook() -> bytes:
    buffer = io.BytesIO()
    FRAME.select("Ref", "Name").write_excel(buffer, worksheet="Clients")
    return buffer.getvalue()


def source(data: bytes) -> Source:
    return Source("f", data=data)


def test_a_parquet_file_gives_the_rows_it_gives_in_this_process() -> None:
    table, plain = open_isolated(source(parquet()), "parquet"), read_parquet(source(parquet()))
    assert (table.header, table.notes) == (plain.header, plain.notes)
    assert list(table.rows) == list(plain.rows)


def test_a_workbook_gives_the_rows_it_gives_in_this_process() -> None:
    table, plain = open_isolated(source(workbook()), "excel"), read_excel(source(workbook()))
    assert (table.header, table.notes) == (plain.header, plain.notes)
    assert list(table.rows) == list(plain.rows)


def test_a_path_is_read_as_bytes_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f.parquet").write_bytes(parquet())
    monkeypatch.chdir(tmp_path)
    table = open_isolated(Source("f.parquet", Path("f.parquet")), "parquet")
    assert len(list(table.rows)) == 3


def test_a_structure_still_costs_its_row_alone() -> None:
    frame = pl.DataFrame({"Ref": [{"a": 1}, None]})
    rows = list(open_isolated(source(parquet(frame)), "parquet").rows)
    assert [row.broken for row in rows] == [Reason.NOT_JSON, None]


def test_refusals_come_through_with_the_name_of_the_file() -> None:
    with pytest.raises(ProfileError, match='file f: the workbook has no sheet "None"; it has "Clients"'):
        open_isolated(source(workbook()), "excel", sheet="None")


def test_rows_nobody_asks_for_leave_no_process_behind() -> None:
    table = open_isolated(source(parquet()), "parquet")
    next(table.rows)
    del table


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(b"", "excel", id="empty-workbook"),
        pytest.param(b"Ref,Name\n", "excel", id="csv-as-workbook"),
        pytest.param(b"", "parquet", id="empty-parquet"),
        pytest.param(workbook(), "parquet", id="workbook-as-parquet"),
        pytest.param(workbook()[:2000], "excel", id="workbook-cut"),
        pytest.param(parquet()[:-9], "parquet", id="parquet-cut"),
        pytest.param(b"PAR1" + b"\xff" * 40 + b"PAR1", "parquet", id="only-the-mark"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 700, "excel", id="old-workbook"),
    ],
)
def test_a_damaged_file_is_refused_with_advice(data: bytes, kind: Kind) -> None:
    with pytest.raises(InputError, match="file f: the file cannot be read as a") as caught:
        open_isolated(source(data), kind)
    assert "Export it again" in caught.value.advice


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("import os; os.abort()", id="abort-at-once"),
        pytest.param(
            'import os; print(\'{"header": ["a"], "notes": []}\', flush=True); os.abort()', id="abort-later"
        ),
        pytest.param(
            'print(\'{"header": ["a"], "notes": []}\\n[2, ["x"]]\\n[3, ["y\', end="")', id="half-a-line"
        ),
    ],
)
def test_a_process_that_ends_too_soon_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(isolated, "_CHILD", answer)
    with pytest.raises(InputError, match="cut short or damaged"):
        list(open_isolated(source(parquet()), "parquet").rows)


def ask(data: bytes, **question: Any) -> list[Any]:
    asked = {"path": None, "sheet": None, "skip_rows": 0, **question}
    answer = io.BytesIO()
    serve(io.BytesIO(json.dumps(asked).encode() + b"\n" + data), answer)
    return [json.loads(line) for line in answer.getvalue().splitlines()]


def test_the_child_answers_header_rows_and_end() -> None:
    assert ask(parquet(), kind="parquet") == [
        {"header": ["Ref", "Name", "Phones"], "notes": []},
        [2, ["1", "Zoë", ["1", "2"]]],
        [3, ["2", "", []]],
        [4, ["3", "Bo", ""]],
        "end",
    ]
    assert ask(workbook(), kind="excel", sheet="Clients")[1] == [2, ["1", "Zoë"]]


def test_the_child_answers_a_refusal_as_a_refusal() -> None:
    profile, end = ask(workbook(), kind="excel", sheet="None")
    assert (profile["error"], end) == ("profile", "end")
    assert ask(b"PAR1", kind="parquet")[0]["error"] == "input"


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=6))
def test_a_parquet_file_damaged_anywhere_is_read_or_refused(at: int, damage: bytes) -> None:
    good = parquet()
    at %= len(good)
    with contextlib.suppress(InputError):
        table = open_isolated(source(good[:at] + damage + good[at + len(damage) :]), "parquet")
        assert all(row.broken or len(row.cells) == len(table.header) for row in table.rows)

"""Sources: a path or bytes, a name without its folder, and foreign errors made clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnl.errors import InputError, ProfileError
from bnl.exchange.source import Source, readable, source_of


class PanicException(BaseException):
    """What readers written in Rust raise, by the name they raise it under."""


def test_a_path_and_bytes_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"a,b\n")
    for source in (source_of(path), source_of(str(path)), source_of(b"a,b\n", "people.csv")):
        with source.open() as stream:
            assert stream.read() == b"a,b\n"
        assert source.name == "people.csv"
        assert source.signature() is None


def test_bytes_without_a_name_are_an_upload() -> None:
    assert source_of(b"").name == "upload"


def test_neither_folder_nor_content_is_shown(tmp_path: Path) -> None:
    shown = repr(source_of(tmp_path / "x.csv")) + repr(source_of(b"Smith", "y.csv"))
    assert str(tmp_path) not in shown
    assert "Smith" not in shown


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"file none\.csv: the file cannot be opened .FileNotFoundError"
    ) as caught:
        source_of(tmp_path / "none.csv").open()
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        source_of(tmp_path).open()


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        pytest.param(b"PK\x03\x04....", "Excel workbook (.xlsx)", id="xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1", "old Excel workbook", id="xls"),
        pytest.param(b"PAR1....", "Parquet", id="parquet"),
        pytest.param(b"%PDF-1.7", "PDF", id="pdf"),
        pytest.param(b"\x1f\x8b\x08", "gzip", id="gzip"),
        pytest.param(b"\x89PNG\r\n", "picture", id="png"),
        pytest.param(b"SQLite format 3\x00", "database", id="sqlite"),
    ],
)
def test_the_first_bytes_give_the_kind_away(start: bytes, kind: str) -> None:
    assert kind in (Source("x", data=start).signature() or "")


@pytest.mark.parametrize(
    "failure",
    [ValueError("Smith"), RuntimeError("Smith"), PanicException("Smith")],
    ids=["value", "runtime", "panic"],
)
def test_whatever_a_reader_says_becomes_one_clear_error(failure: BaseException) -> None:
    source = Source("x.xlsx", data=b"%PDF")
    message = "cannot be read as a workbook; it seems to be a PDF"
    with pytest.raises(InputError, match=message) as caught, readable(source, "a workbook"):
        raise failure
    assert "Smith" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("failure", [ProfileError("own"), KeyboardInterrupt(), SystemExit()])
def test_own_errors_and_interrupts_pass(failure: BaseException) -> None:
    with pytest.raises(type(failure)), readable(Source("x"), "a workbook"):
        raise failure


def test_another_base_exception_passes() -> None:
    class OutOfTheWay(BaseException):
        pass

    with pytest.raises(OutOfTheWay), readable(Source("x"), "a workbook"):
        raise OutOfTheWay

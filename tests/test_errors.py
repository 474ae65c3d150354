"""Errors say what, where and what to do, and stand in one tree that is drawn truly."""

from __future__ import annotations

import inspect
import re

import pytest

from bnl import errors
from bnl.errors import BnlError, Corrupt, Denied, InputError, InvalidValue

ALL = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, BnlError)]


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(c.__name__ for c in ALL if c is not BnlError)


@pytest.mark.parametrize("error", ALL, ids=lambda c: c.__name__)
def test_every_error_carries_advice(error: type[BnlError]) -> None:
    raised = error("The file ends too early.", "Export it again.")
    assert str(raised).endswith("The file ends too early. Export it again.")
    assert isinstance(raised, BnlError)


def test_an_input_error_says_where() -> None:
    error = InputError("Not a date.", "Use dd/mm/yyyy.", file="a.csv", row=7, column="DOB")
    assert str(error) == "file a.csv, row 7, column DOB: Not a date. Use dd/mm/yyyy."
    assert str(InputError("Empty.", file="a.csv")) == "file a.csv: Empty."
    assert (error.file, error.row, error.column) == ("a.csv", 7, "DOB")


def test_an_invalid_value_is_also_a_value_error() -> None:
    with pytest.raises(ValueError, match="never"):
        raise InvalidValue("It was never so.")


def test_errors_carry_their_data() -> None:
    assert Denied("No.", reasons=("no_permit",)).reasons == ("no_permit",)
    damaged = Corrupt("The row was changed.", table="event", key="evt_a")
    assert (damaged.table, damaged.key) == ("event", "evt_a")

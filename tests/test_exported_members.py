"""What the library hands on: sorted, importable, and no more than is named."""

from __future__ import annotations

import subprocess
import sys

import pytest

import bnl
from bnl.lazy import handed_on


def test_names_are_sorted_and_each_once() -> None:
    assert bnl.__all__ == sorted(set(bnl.__all__))


@pytest.mark.parametrize("name", bnl.__all__)
def test_every_name_is_there_and_is_what_it_says(name: str) -> None:
    value = getattr(bnl, name)
    assert value.__name__ == name
    assert value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Registers'"):
        _ = bnl.Registers
    with pytest.raises(AttributeError, match="'somewhere' has no attribute 'x'"):
        handed_on("somewhere", {})("x")


def test_using_one_room_does_not_import_the_others() -> None:
    code = (
        "import sys, bnl.matching, bnl.consent; "
        "loaded = [m for m in sys.modules if m.split('.')[0] in {'sqlalchemy', 'cryptography', 'typer'}]; "
        "sys.exit(bool(loaded))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

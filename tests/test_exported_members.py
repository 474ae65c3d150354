"""What the library hands on: sorted, importable, and no more than is named."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import bnl
import bnl.matching
from bnl.lazy import handed_on


@pytest.mark.parametrize("package", [bnl, bnl.matching], ids=["bnl", "bnl.matching"])
def test_names_are_sorted_and_each_once(package: ModuleType) -> None:
    assert package.__all__ == sorted(set(package.__all__))


@pytest.mark.parametrize("name", bnl.__all__)
def test_every_name_is_there_and_is_what_it_says(name: str) -> None:
    value = getattr(bnl, name)
    assert value.__name__ == name
    assert value.__doc__


@pytest.mark.parametrize("name", bnl.matching.__all__)
def test_every_name_of_matching_is_there(name: str) -> None:
    value = getattr(bnl.matching, name)
    assert callable(value)
    assert value.__doc__


@pytest.mark.parametrize("before", ["", "import bnl.matching.report, bnl.matching.evaluate; "])
def test_evaluate_is_the_function_whatever_was_imported_before(before: str) -> None:
    code = (
        f"{before}import polars as pl; "
        "from bnl.matching import evaluate, by_group; from bnl.matching import evaluate as again; "
        "truth = pl.DataFrame({'record_id': ['a', 'b'], 'entity_id': ['x', 'x']}); "
        "pairs = pl.DataFrame({'left': ['a'], 'right': ['b'], 'weight': [3.0]}); "
        "assert evaluate(pairs, truth).pairs.counts.f1 == again(pairs, truth=truth).pairs.counts.f1 == 1.0"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_matching_imports_nothing_heavy_before_it_is_used() -> None:
    code = (
        "import sys, bnl.matching; "
        "heavy = {'numpy', 'polars', 'rapidfuzz', 'altair', 'pyarrow', 'scipy', 'pydantic'}; "
        "sys.exit(bool(heavy & {m.split('.')[0] for m in sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Registers'"):
        _ = bnl.Registers
    with pytest.raises(AttributeError, match=r"'bnl\.matching' has no attribute 'Linkers'"):
        _ = bnl.matching.Linkers
    with pytest.raises(AttributeError, match="'somewhere' has no attribute 'x'"):
        handed_on("somewhere", {})("x")


def test_using_one_room_does_not_import_the_others() -> None:
    code = (
        "import sys, bnl.matching, bnl.consent; "
        "loaded = [m for m in sys.modules if m.split('.')[0] in {'sqlalchemy', 'cryptography', 'typer'}]; "
        "sys.exit(bool(loaded))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

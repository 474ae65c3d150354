"""Names compared: the cases that make or break a match, by name."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bnl.matching.columns import standard_frame
from bnl.matching.kernel import Kernel
from bnl.matching.levels import LEVELS
from bnl.matching.model import person_model
from bnl.matching.table import Table

Fields = dict[str, object]
FIRST, SECOND = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
COLUMNS = ("given_names", "middle_names", "family_name", "full_name", "aliases", "former_names")


def levels(one: Fields, two: Fields) -> tuple[str, ...]:
    """Return the given, family and middle level of two people."""
    lists = {"aliases", "former_names"}
    schema = {name: pl.List(pl.String) if name in lists else pl.String for name in COLUMNS}
    # A third person holds every column, so that each is compared.
    third = {"given_names": "zed", "middle_names": "zed", "family_name": "zed"}
    frame = pl.DataFrame([one, two, third], schema=schema).with_columns(record_id=pl.Series(["a", "b", "c"]))
    kernel = Kernel(Table.from_frame(standard_frame(frame)), person_model())
    found = {
        item.kind: LEVELS[item.kind][int(row[0])].name
        for item, row in zip(kernel.comparisons, kernel.levels(FIRST, SECOND), strict=True)
    }
    return found["given"], found["family"], found.get("middle", "missing")


def given_family(given: str | None, family: str | None = None, **more: object) -> Fields:
    return {"given_names": given, "family_name": family, **more}


@pytest.mark.parametrize(
    ("one", "two", "given", "family"),
    [
        pytest.param(
            given_family("Jane", "Smith"), given_family("JANE", "smith"), "exact", "exact", id="case"
        ),
        pytest.param(
            given_family("Zoë", "Nuñez"), given_family("Zoe", "Nunez"), "exact", "exact", id="accents"
        ),
        pytest.param(
            given_family("Anne-Marie", "O'Brien"),
            given_family("Annemarie", "OBrien"),
            "exact",
            "exact",
            id="punctuation",
        ),
        pytest.param(
            given_family("Farax Dheer", "Warsame"),
            given_family("Khadija", "Warsame"),
            "byname",
            "exact",
            id="by-name of several parts",
        ),
        pytest.param(
            given_family("Farah Dheer", "Warsame"),
            given_family("Farah", "Warsame"),
            "exact",
            "exact",
            id="by-name added to the given name",
        ),
        pytest.param(
            given_family("Wei", "Wong"),
            given_family("David", "Wong"),
            "byname",
            "exact",
            id="English name of a Chinese person",
        ),
        pytest.param(
            given_family("Wei", "Smith"),
            given_family("David", "Smith"),
            "different",
            "exact",
            id="English name beside an English family name",
        ),
        pytest.param(
            given_family("Mei", "Wong"), given_family("Wei", "Wong"), "weak", "exact", id="two Chinese names"
        ),
        pytest.param(
            given_family(None, full_name="Hassan Warsame Ali"),
            given_family("Hassan", "Warsame Ali"),
            "exact",
            "spelling",
            id="two family names in one box",
        ),
        pytest.param(
            given_family(None, full_name="Hassan Warsame Ali"),
            given_family("Hassan", "Omar Ali"),
            "exact",
            "part",
            id="one of two family names in one box",
        ),
        pytest.param(
            given_family("Liban", "Jama", aliases=["Xuseen Mohamed"]),
            given_family("Hussein", "Mohammed"),
            "alias",
            "former",
            id="alias in another spelling",
        ),
        pytest.param(
            given_family("Yare", "Warsame"),
            given_family("Khadija", "Warsame"),
            "byname",
            "exact",
            id="by-name",
        ),
        pytest.param(
            given_family("Scouse", "Smith"),
            given_family("Ginger", "Smith"),
            "different",
            "exact",
            id="two by-names are two people",
        ),
        pytest.param(
            given_family("Ho Ka", "Wong"), given_family("Ho-Ka", "Wong"), "exact", "exact", id="parts joined"
        ),
        pytest.param(
            given_family("Ka Ho", "Chan"),
            given_family("Jiahao", "Chan"),
            "spelling",
            "exact",
            id="two parts are one name in another spelling",
        ),
        pytest.param(
            given_family("Ifrah", "Yusuf Abdirahman"),
            given_family("Ifrah", "Yousuf Cabdiraxmaan"),
            "exact",
            "spelling",
            id="every part of the family name in another spelling",
        ),
        pytest.param(
            given_family(None, None, full_name="ADEN NUR BASHIR"),
            given_family("Aden", "Nur"),
            "exact",
            "part",
            id="father's name among the given names",
        ),
        pytest.param(
            given_family(None, None, full_name="ADEN NOOR BASHIR"),
            given_family("Aden", "Nuur"),
            "exact",
            "part_sound",
            id="father's name among the given names, in another spelling",
        ),
        pytest.param(
            given_family("Hassan Omar", "Mahad"),
            given_family("Mahad", "Hassan Omar"),
            "swapped",
            "missing",
            id="exchanged with two parts",
        ),
        pytest.param(
            given_family("Hughes", "Al"),
            given_family("Alan Francis", "Hughes"),
            "swapped",
            "missing",
            id="exchanged, and a nickname",
        ),
        pytest.param(
            given_family("Mohammed Yousef", "Khan"),
            given_family("Yusuf", "Khan"),
            "middle",
            "exact",
            id="the second name alone, in another spelling",
        ),
        pytest.param(
            given_family("William", "Smith"),
            given_family("Bill", "Smith"),
            "variant",
            "exact",
            id="nickname",
        ),
        pytest.param(
            given_family("Mohammed", "Ali"),
            given_family("Muhammad", "Ali"),
            "spelling",
            "exact",
            id="transliteration",
        ),
        pytest.param(
            given_family("J", "Smith"), given_family("John", "Smith"), "initial", "exact", id="initial"
        ),
        pytest.param(
            given_family("K", "Smith"),
            given_family("John", "Smith"),
            "different",
            "exact",
            id="another initial",
        ),
        pytest.param(
            given_family("Mary Jane", "Smith"),
            given_family("Jane", "Smith"),
            "middle",
            "exact",
            id="goes by a middle name",
        ),
        pytest.param(
            given_family("Smith", "Jane"),
            given_family("Jane", "Smith"),
            "swapped",
            "missing",
            id="exchanged",
        ),
        pytest.param(
            given_family("Woldu", "Isaias"),
            given_family("Isayas", "Weldu"),
            "swapped",
            "missing",
            id="exchanged and spelt otherwise",
        ),
        pytest.param(
            given_family("Ashdown", None),
            given_family("Jane", "Ashdown"),
            "cross",
            "missing",
            id="only a family name, in the wrong column",
        ),
        pytest.param(
            given_family("Robert", "Smith", aliases=["Kit"]),
            given_family("Kit", "Smith"),
            "alias",
            "exact",
            id="alias",
        ),
        pytest.param(
            given_family("Jane", "Brown", former_names=["Whitlock"]),
            given_family("Jane", "Whitlock"),
            "exact",
            "former",
            id="married name",
        ),
        pytest.param(
            given_family("Jane", "Smith-Jones"),
            given_family("Jane", "Jones"),
            "exact",
            "part",
            id="one half of a double name",
        ),
        pytest.param(
            given_family("Solomon", "Gebreselassie Mebrahtu"),
            given_family("Solomon", "Mebratu"),
            "exact",
            "part_sound",
            id="one part, spelt otherwise",
        ),
        pytest.param(
            given_family("Jane", "Smith"),
            given_family(None, "Smith"),
            "missing",
            "exact",
            id="no given name",
        ),
        pytest.param(
            given_family("Unknown", "Smith"),
            given_family("Jane", "Smith"),
            "missing",
            "exact",
            id="an unknown given name",
        ),
        pytest.param(
            {"full_name": "SMITH, Jane (known as Janey)"},
            given_family("Jane", "Smith"),
            "exact",
            "exact",
            id="whole name",
        ),
        pytest.param(
            {"full_name": "Sir John Smith"},
            given_family("John", "Smith"),
            "exact",
            "exact",
            id="title",
        ),
        pytest.param(
            given_family("Jane", "Smith"),
            given_family("Rosalind", "Okafor"),
            "different",
            "different",
            id="two people",
        ),
    ],
)
def test_given_and_family_names(one: Fields, two: Fields, given: str, family: str) -> None:
    assert levels(one, two)[:2] == (given, family)
    assert levels(two, one)[:2] == (given, family)


@pytest.mark.parametrize(
    ("one", "two", "middle"),
    [
        pytest.param("Mary Lee", "Mary Lee", "exact", id="the same"),
        pytest.param("Mary L", "Mary Lee", "initial", id="initial"),
        pytest.param("Mary Leigh", "Mary Leighh", "similar", id="slip"),
        pytest.param("Mary Lee", "Mary Rosamund", "different", id="another"),
        pytest.param("Mary", "Mary Lee", "missing", id="not said"),
        pytest.param("Farax Dheer", "Mary Lee", "missing", id="a by-name is no middle name"),
        pytest.param("Farax Dheer", "Farax Dheer", "exact", id="but may agree"),
    ],
)
def test_middle_names(one: str, two: str, middle: str) -> None:
    assert levels(given_family(one, "Smith"), given_family(two, "Smith"))[2] == middle


def test_a_middle_name_in_its_own_column_counts() -> None:
    one = given_family("Mary", "Smith", middle_names="Lee")
    assert levels(one, given_family("Mary Lee", "Smith"))[2] == "exact"

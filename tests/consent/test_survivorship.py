"""Survivorship chooses one value by its field's rule, the same in every order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import permutations

import pytest

from bnl.consent.survivorship import golden_record
from bnl.domain.identifiers import RecordId
from tests.consent.build import DAY, NOW


@dataclass(frozen=True)
class Said:
    field: str
    value: str | tuple[str, ...]


@dataclass(frozen=True)
class Source:
    record_id: RecordId
    received_at: datetime


def source(name: str, days: int) -> Source:
    return Source(RecordId(name), NOW - days * DAY)


@pytest.mark.parametrize(
    ("field", "said", "survives"),
    [
        pytest.param("phones", [("a", 9, "1"), ("b", 2, "2")], "2", id="most_recent"),
        pytest.param("phones", [("b", 2, "2"), ("a", 2, "1")], "1", id="smaller_id_of_equals"),
        pytest.param(
            "date_of_birth", [("a", 1, "1990"), ("b", 9, "1990-03-01")], "1990-03-01", id="complete"
        ),
        pytest.param(
            "date_of_birth", [("a", 5, "1990-03-02"), ("b", 1, "1990-03-01")], "1990-03-01", id="newer"
        ),
        pytest.param(
            "family_name", [("a", 1, "Smyth"), ("b", 8, "Smith"), ("c", 9, "SMITH")], "Smith", id="most_said"
        ),
        pytest.param(
            "phones", [("a", 9, "1"), ("b", 8, "1"), ("c", 2, "2")], "2", id="most_recent_however_often_said"
        ),
        pytest.param(
            "given_names",
            [("a", 1, "Maryan"), ("b", 8, "Mary  Ann"), ("c", 9, "mary ann")],
            "Mary  Ann",
            id="most_said_however_spaced",
        ),
        pytest.param("family_name", [("a", 9, "Smyth"), ("b", 2, "Smith")], "Smith", id="once_each"),
        pytest.param(
            "full_name", [("a", 1, "A Lee"), ("b", 2, "Ann May Lee")], "Ann May Lee", id="full_name"
        ),
    ],
)
def test_the_surviving_value(field: str, said: list[tuple[str, int, str]], survives: str) -> None:
    values = [(source(name, days), Said(field, value)) for name, days, value in said]
    for order in permutations(values):
        assert golden_record(order)[field].value == survives


def test_lists_count_as_said_whole() -> None:
    values = [
        (source("a", 3), Said("ni_number", "QQ 12")),
        (source("b", 2), Said("aliases", ("x", "y"))),
        (source("c", 1), Said("aliases", ("z",))),
    ]
    golden = golden_record(values)
    assert golden["aliases"].value == ("z",)
    assert golden["ni_number"].value == "QQ 12"


def test_nothing_said_nothing_survives() -> None:
    assert golden_record([]) == {}

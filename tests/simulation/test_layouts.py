"""Layouts: how each agency writes a cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.domain.person import FIELD_CATEGORY, PersonFields
from bnl.simulation.layouts import Layout, cell, layouts
from bnl.simulation.services import services
from bnl.simulation.statements import Statement

FIELDS = PersonFields(
    given_names="Ada May",
    family_name="Stone",
    aliases=("Vera", "Adie"),
    date_of_birth="1984-05-09",
    sex="female",
    ni_number="GA123456B",
    nhs_number="9990000026",
    phones=("0113 496 0001", "0114 496 0002"),
)
SAID = Statement(AgencyId("soha"), "T-1", "P1", date(2025, 1, 6), FIELDS, (), consent="yes")


def written(source: str, **changed: object) -> str:
    fields = FIELDS.model_copy(update=changed)
    return cell(source, replace(SAID, fields=fields), fields)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("reference", "T-1", id="reference"),
        pytest.param("opened", "06/01/2025", id="day opened"),
        pytest.param("opened_iso", "2025-01-06", id="day opened, ISO"),
        pytest.param("consent", "yes", id="consent"),
        pytest.param("given_names", "Ada May", id="field"),
        pytest.param("postcode", "", id="unknown field"),
        pytest.param("name", "STONE, Ada May (known as Vera)", id="whole name"),
        pytest.param("born dd/mm/yyyy", "09/05/1984", id="slashes"),
        pytest.param("born dd.mm.yyyy", "09.05.1984", id="dots"),
        pytest.param("born dd-mmm-yyyy", "09-May-1984", id="month in words"),
        pytest.param("born yyyymmdd", "19840509", id="together"),
        pytest.param("date_of_birth", "1984-05-09", id="ISO"),
        pytest.param("sex M/F", "F", id="sex as letter"),
        pytest.param("sex 1/2", "2", id="sex as number"),
        pytest.param("sex Male/Female", "Female", id="sex as word"),
        pytest.param("ni spaced", "GA 12 34 56 B", id="NI in groups"),
        pytest.param("nhs spaced", "999 000 0026", id="NHS in groups"),
        pytest.param("aliases:, ", "Vera, Adie", id="list with commas"),
        pytest.param("aliases:;", "Vera;Adie", id="list with semicolons"),
        pytest.param("phones: / ", "0113 496 0001 / 0114 496 0002", id="list with strokes"),
        pytest.param("first phone abroad", "+44 113 496 0001", id="first phone"),
        pytest.param("second phone abroad", "+44 114 496 0002", id="second phone"),
    ],
)
def test_a_cell_is_written(source: str, expected: str) -> None:
    assert written(source) == expected


@pytest.mark.parametrize(
    ("source", "changed", "expected"),
    [
        pytest.param("born dd/mm/yyyy", {"date_of_birth": "1984"}, "1984", id="bare year, slashes"),
        pytest.param("born dd-mmm-yyyy", {"date_of_birth": "1984"}, "1984", id="bare year, words"),
        pytest.param("born yyyymmdd", {"date_of_birth": None}, "", id="no birth date"),
        pytest.param("name", {"aliases": ()}, "STONE, Ada May", id="no alias"),
        pytest.param("name", {"family_name": None, "aliases": ()}, "Ada May", id="no surname"),
        pytest.param("name", {"given_names": None, "aliases": ()}, "STONE", id="no forename"),
        pytest.param("sex M/F", {"sex": None}, "", id="sex unknown"),
        pytest.param("ni spaced", {"ni_number": "TBC"}, "TBC", id="junk NI is not grouped"),
        pytest.param("ni spaced", {"ni_number": "not known"}, "not known", id="nine letters of junk"),
        pytest.param("ni spaced", {"ni_number": None}, "", id="no NI"),
        pytest.param("nhs spaced", {"nhs_number": "TBC"}, "TBC", id="junk NHS is not grouped"),
        pytest.param("nhs spaced", {"nhs_number": None}, "", id="no NHS"),
        pytest.param("first phone abroad", {"phones": ()}, "", id="no phone"),
        pytest.param("second phone abroad", {"phones": ("0113 496 0001",)}, "", id="no second phone"),
        pytest.param("aliases:, ", {"aliases": ()}, "", id="empty list"),
    ],
)
def test_what_is_not_said_is_not_written(source: str, changed: dict[str, object], expected: str) -> None:
    assert written(source, **changed) == expected


def test_every_agency_has_a_layout_of_its_own() -> None:
    assert set(layouts()) == set(services())
    assert len({layout.filename for layout in layouts().values()}) == len(layouts())
    assert len({layout.columns for layout in layouts().values()}) == len(layouts())


@pytest.mark.parametrize("layout", layouts().values(), ids=lambda one: one.filename)
def test_a_layout_names_a_reference_a_birth_date_and_known_fields(layout: Layout) -> None:
    sources = [source for _, source in layout.columns]
    headers = [name for name, _ in layout.columns]

    assert sources.count("reference") == 1
    assert sum(one == "date_of_birth" or one.startswith("born ") for one in sources) == 1
    assert len(set(headers)) == len(headers)
    for source in sources:
        assert written(source) is not None
        name = source.partition(":")[0]
        assert (
            name in FIELD_CATEGORY
            or " " in source
            or source in {"reference", "opened", "opened_iso", "consent", "name"}
        )


def test_the_formats_asked_for_are_there() -> None:
    all_layouts = list(layouts().values())

    assert {layout.format for layout in all_layouts} == {"csv", "excel", "jsonl"}
    assert {layout.delimiter for layout in all_layouts} >= {";", ",", "|", "\t"}
    assert {layout.encoding for layout in all_layouts} >= {"utf-8-sig", "cp1252", "utf-8"}
    births = {source for layout in all_layouts for _, source in layout.columns if source.startswith("born")}
    assert births >= {"born dd/mm/yyyy", "born dd.mm.yyyy", "born dd-mmm-yyyy", "born yyyymmdd"}

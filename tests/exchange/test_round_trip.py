"""However an agency writes people down, the same people come out; however it breaks rows, it is told."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.exchange.outcomes import Accepted, Quarantined
from bnl.exchange.profile import Profile, parse_profile
from bnl.exchange.profile_text import profile_text
from bnl.exchange.reading import read_submissions

TODAY = date(2026, 11, 21)
SEXES = {"male": ("M", "1"), "female": ("F", "2")}
DATE_FORMATS: dict[str, Callable[[date], str]] = {
    "dd/mm/yyyy": lambda day: f"{day:%d/%m/%Y}",
    "d.m.yyyy": lambda day: f"{day.day}.{day.month}.{day.year}",
    "mm-dd-yyyy": lambda day: f"{day:%m-%d-%Y}",
    "yyyymmdd": lambda day: f"{day:%Y%m%d}",
    "dd mmm yyyy": lambda day: f"{day:%d %b %Y}".upper(),
    "yyyy-mm-dd": date.isoformat,
}

NULLS = {"none", "null", "nan", "tbc", "unknown", "alias", "aka", "called"}


def is_name(text: str) -> bool:
    return text.lower() not in NULLS


# Without the Windows-1252 letters that, after a capital with an accent, read as UTF-8 as well.
LETTERS = "abcdefghijklmnopqrstuvwxyzàçéëïñöü"
NAMES = st.text(LETTERS, min_size=3, max_size=9).map(str.capitalize).filter(is_name)
PHONES = st.integers(0, 999).map(lambda number: f"07700 900{number:03d}")


@dataclass(frozen=True)
class Person:
    """What is true of somebody made up."""

    reference: str
    given_names: str
    family_name: str
    aliases: tuple[str, ...]
    born: date | None
    sex: str | None
    phones: tuple[str, ...]

    def fields(self, *, capitals: bool) -> dict[str, Any]:
        family = self.family_name.upper() if capitals else self.family_name
        said: dict[str, Any] = {
            "given_names": self.given_names,
            "family_name": family,
            "aliases": self.aliases,
        }
        said |= {"date_of_birth": self.born and self.born.isoformat(), "sex": self.sex, "phones": self.phones}
        return {name: value for name, value in said.items() if value}


PEOPLE = st.lists(
    st.builds(
        Person,
        reference=st.integers(1, 10**9).map(lambda number: f"C{number}"),
        given_names=NAMES,
        family_name=NAMES,
        aliases=st.lists(NAMES, max_size=2, unique=True).map(tuple),
        born=st.none() | st.dates(date(1930, 1, 1), TODAY),
        sex=st.none() | st.sampled_from(sorted(SEXES)),
        phones=st.lists(PHONES, max_size=2, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda person: person.reference,
)


@dataclass(frozen=True)
class Way:
    """One agency's way of writing people down."""

    date_format: str
    one_name_column: bool
    code: int
    order: tuple[int, ...]
    capitals_in_header: bool

    @property
    def header(self) -> list[str]:
        names = ["Name"] if self.one_name_column else ["Forename", "Surname", "Also known as"]
        columns = ["Client ref", *names, "Born", "Sex", "Phones"]
        return [columns[at] for at in self.order if at < len(columns)]

    def row(self, person: Person) -> list[str]:
        said = {
            "Client ref": person.reference,
            "Name": self._name(person),
            "Forename": person.given_names,
            "Surname": person.family_name,
            "Also known as": "; ".join(person.aliases),
            "Born": DATE_FORMATS[self.date_format](person.born) if person.born else "",
            "Sex": SEXES[person.sex][self.code] if person.sex else "n/a",
            "Phones": " / ".join(person.phones),
        }
        return [said[column] for column in self.header]

    def _name(self, person: Person) -> str:
        alias = f" (known as {', '.join(person.aliases)})" if person.aliases else ""
        return f"{person.family_name.upper()}, {person.given_names}{alias}"

    def profile(self, **said: object) -> Profile:
        """The profile a data officer would write, read back from its own text."""
        fields: dict[str, object] = {
            "date_of_birth": "born",
            "sex": {"column": "sex", "codes": {codes[self.code]: sex for sex, codes in SEXES.items()}},
            "phones": {"column": "phones", "separators": "/"},
        }
        names = []
        if self.one_name_column:
            names = [{"column": "name", "pattern": "SURNAME, Forename (known as X)"}]
        else:
            fields |= {"given_names": "forename", "family_name": "surname", "aliases": "also known as"}
        made = Profile.model_validate(
            {
                "agency": "made-up",
                "reference": "client ref",
                "date_formats": self.date_format,
                "fields": fields,
                "names": names,
                **said,
            }
        )
        return parse_profile(profile_text(made))

    def written_header(self) -> list[str]:
        return [name.upper() if self.capitals_in_header else name for name in self.header]


WAYS = st.builds(
    Way,
    date_format=st.sampled_from(sorted(DATE_FORMATS)),
    one_name_column=st.booleans(),
    code=st.integers(0, 1),
    order=st.permutations(range(7)).map(tuple),
    capitals_in_header=st.booleans(),
)


def expected(people: Sequence[Person], way: Way) -> list[tuple[str, dict[str, Any]]]:
    return [(person.reference, person.fields(capitals=way.one_name_column)) for person in people]


def read(data: bytes, profile: Profile) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for outcome in read_submissions(data, profile, TODAY, name="made-up"):
        assert isinstance(outcome, Accepted), outcome.message
        found.append((outcome.submission.reference, outcome.submission.fields.present()))
    return found


def as_csv(rows: list[list[str]], delimiter: str, end: str, *, everything: bool) -> str:
    out = io.StringIO(newline="")
    if everything:
        csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


@given(
    people=PEOPLE,
    way=WAYS,
    delimiter=st.sampled_from([",", ";", "|", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    end=st.sampled_from(["\n", "\r\n"]),
    everything=st.booleans(),
)
def test_the_same_people_come_out_of_any_csv_file(
    people: list[Person], way: Way, delimiter: str, encoding: str, end: str, everything: bool
) -> None:
    rows = [way.written_header(), *map(way.row, people)]
    data = as_csv(rows, delimiter, end, everything=everything).encode(encoding)
    assert read(data, way.profile()) == expected(people, way)


@given(people=PEOPLE, way=WAYS, lists=st.booleans())
def test_the_same_people_come_out_of_json_lines(people: list[Person], way: Way, lists: bool) -> None:
    lines = []
    for person in people:
        said: dict[str, Any] = dict(zip(way.header, way.row(person), strict=True))
        if lists and not way.one_name_column:
            said["Also known as"] = list(person.aliases)
        lines.append(json.dumps(said) + "\n")
    profile = way.profile(format="jsonl", optional=["also known as"])
    assert read("".join(lines).encode(), profile) == expected(people, way)


@settings(max_examples=5)
@given(people=PEOPLE, way=WAYS, kind=st.sampled_from(["excel", "parquet"]))
def test_the_same_people_come_out_of_typed_files(people: list[Person], way: Way, kind: str) -> None:
    frame = pl.DataFrame(list(map(way.row, people)), schema=way.written_header(), orient="row")
    buffer = io.BytesIO()
    if kind == "excel":
        frame.write_excel(buffer)
    else:
        frame.write_parquet(buffer)
    assert read(buffer.getvalue(), way.profile(format=kind)) == expected(people, way)


DEFECTS: dict[str, tuple[str, Callable[[list[str]], list[str]]]] = {
    "impossible-date": ("impossible_date", lambda row: [*row[:2], "31/02/1990", *row[3:]]),
    "future-birth": ("future_date", lambda row: [*row[:2], "01/01/2999", *row[3:]]),
    "too-old": ("age_over_120", lambda row: [*row[:2], "01/01/1880", *row[3:]]),
    "word-for-a-date": ("unreadable_date", lambda row: [*row[:2], "summer", *row[3:]]),
    "no-reference": ("missing_reference", lambda row: ["", *row[1:]]),
    "rounded-reference": ("rounded_reference", lambda row: ["1.2E+11", *row[1:]]),
    "formula": ("formula", lambda row: [row[0], "=2+3", *row[2:]]),
    "nul": ("control_character", lambda row: [row[0], "A\x00", *row[2:]]),
    "override": ("text_direction", lambda row: [row[0], "\u202eA", *row[2:]]),
    "long-name": ("cell_too_long", lambda row: [row[0], "x" * 300, *row[2:]]),
    "cell-missing": ("too_few_cells", lambda row: row[:-1]),
    "cell-too-many": ("too_many_cells", lambda row: [*row, "x"]),
    "only-a-reference": ("nothing_said", lambda row: [row[0], *[""] * (len(row) - 1)]),
}


@given(
    people=PEOPLE,
    defects=st.lists(st.none() | st.sampled_from(sorted(DEFECTS)), min_size=8, max_size=8),
    delimiter=st.sampled_from([",", ";", "|", "\t"]),
)
def test_each_broken_row_is_named_with_its_reason_and_no_other_is(
    people: list[Person], defects: list[str | None], delimiter: str
) -> None:
    rows, verdicts = [["Ref", "Name", "Born", "Phones"]], []
    for number, (person, defect) in enumerate(zip(people, defects, strict=False), start=2):
        born = f"{person.born:%d/%m/%Y}" if person.born else ""
        good = [person.reference, person.given_names, born, "; ".join(person.phones)]
        rows.append(DEFECTS[defect][1](good) if defect else good)
        verdicts.append((number, DEFECTS[defect][0] if defect else None))
    profile = Profile.model_validate(
        {
            "agency": "made-up",
            "reference": "Ref",
            "fields": {"full_name": "Name", "date_of_birth": "Born", "phones": "Phones"},
        }
    )
    reading = read_submissions(as_csv(rows, delimiter, "\n", everything=False).encode(), profile, TODAY)
    found = [(o.row, o.reason if isinstance(o, Quarantined) else None) for o in reading]
    assert found == verdicts
    assert reading.tally.quarantined == sum(reason is not None for _, reason in verdicts)


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_is_told_apart_by_its_advice(defect: str) -> None:
    person = ["C1", "Ann", "31/01/1990", "01865 496000"]
    data = as_csv(
        [["Ref", "Name", "Born", "Phones"], DEFECTS[defect][1](person)], ",", "\n", everything=False
    )
    profile = Profile.model_validate(
        {
            "agency": "made-up",
            "reference": "Ref",
            "fields": {"full_name": "Name", "date_of_birth": "Born", "phones": "Phones"},
        }
    )
    (outcome,) = read_submissions(data.encode(), profile, TODAY, name="f.csv")
    assert isinstance(outcome, Quarantined)
    assert outcome.reason == DEFECTS[defect][0]
    assert outcome.message.startswith("file f.csv, row 2")
    assert outcome.raw

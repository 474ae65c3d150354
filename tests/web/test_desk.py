"""The desk: values as words, days, and forms that only one's own pages can send."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.vocabulary import Role
from bnl.errors import InvalidValue
from bnl.register.release import PersonView
from bnl.web.desk import day_of, label, name_of, words
from tests.register.county import CHERWELL, STEWARD
from tests.web.bench import OFFICER, OTHER_STEWARD, Bench
from tests.web.page import Page


def shown(**golden: Any) -> PersonView:
    held = {name: SimpleNamespace(value=value) for name, value in golden.items()}
    return PersonView("h_x", cast("Any", held), (), frozenset(), (), ())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("golden", "name"),
    [
        pytest.param({"given_names": "Ada", "family_name": "Quill"}, "Ada Quill", id="both"),
        pytest.param({"given_names": "Ada"}, "Ada", id="given names alone"),
        pytest.param({"family_name": "Quill"}, "Quill", id="family name alone"),
        pytest.param({"full_name": "QUILL, Ada"}, "QUILL, Ada", id="as one"),
        pytest.param({"full_name": "QUILL, Ada", "given_names": "Ada"}, "Ada", id="parts go first"),
        pytest.param({"sex": "female"}, "(name not known)", id="none"),
    ],
)
def test_a_name_is_made_from_what_may_be_seen(golden: dict[str, Any], name: str) -> None:
    assert name_of(shown(**golden)) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param(True, "yes", id="true"),
        pytest.param(False, "no", id="false"),
        pytest.param(0, "0", id="nought"),
        pytest.param(("a", "b"), "a, b", id="several"),
        pytest.param([], "", id="an empty list"),
        pytest.param(["x", None], "x, ", id="a hole in a list"),
        pytest.param(date(2026, 2, 3), "2026-02-03", id="day"),
    ],
)
def test_values_are_written_as_words(value: object, text: str) -> None:
    assert words(value) == text


def test_codes_are_written_with_spaces() -> None:
    assert label("date_of_birth") == "date of birth"
    assert label(Role.HOUSING_OFFICER.value) == "housing officer"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-02-30", id="no such day"),
        pytest.param("20/02/2026", id="written otherwise"),
        pytest.param("1989-12-31", id="before anything is known"),
        pytest.param("2101-01-01", id="too far ahead"),
        pytest.param("0001-01-01", id="the first of days"),
        pytest.param("tomorrow", id="a word"),
    ],
)
def test_a_day_that_cannot_be_is_refused_unrepeated(text: str) -> None:
    with pytest.raises(InvalidValue, match="Write it as YYYY-MM-DD") as caught:
        day_of(text)
    assert text not in str(caught.value)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_a_day_is_read_as_written(day: date) -> None:
    assert day_of(day.isoformat()) == day


def test_no_day_is_none() -> None:
    assert day_of("") is None


def token_of(bench: Bench, actor: Actor) -> str:
    path = "/review?judged=link&judgement=jud_abc"
    return Page(bench.client(actor).get(path).text).token()


def test_a_token_is_its_actors_and_the_same_on_every_page(bench: Bench) -> None:
    assert token_of(bench, STEWARD) == token_of(bench, STEWARD)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(OTHER_STEWARD, id="another user"),
        pytest.param(STEWARD.model_copy(update={"agency_id": CHERWELL}), id="another agency"),
        pytest.param(STEWARD.model_copy(update={"role": Role.MANAGER}), id="another role"),
        pytest.param(OFFICER, id="somebody else"),
    ],
)
def test_a_token_is_nobody_elses(bench: Bench, other: Actor) -> None:
    assert token_of(bench, STEWARD) != token_of(bench, other)


def test_a_token_depends_on_where_one_part_ends(bench: Bench) -> None:
    """Two users whose agency and id run together to the same text have tokens of their own."""
    one = Actor(agency_id=AgencyId("oxford-city-council"), user_id=UserId("1"), role=Role.STEWARD)
    other = Actor(agency_id=AgencyId("oxford-city-council"), user_id=UserId("1s"), role=Role.STEWARD)
    assert token_of(bench, one) != token_of(bench, other)


def test_a_token_ends_with_its_process(bench: Bench, fresh: Bench) -> None:
    assert token_of(bench, STEWARD) != token_of(fresh, STEWARD)

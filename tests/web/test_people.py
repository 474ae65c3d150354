"""The list and a person's page: what each actor sees, what is marked as withheld, and what is logged."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.domain.actor import Actor
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import FieldCategory, Purpose
from bnl.web.people import sections
from tests.register.county import CHERWELL, CITY, County, fields
from tests.web.bench import HOSTILE, OFFICER, PREVENTION, WORKER, Bench
from tests.web.page import Page

LIST = f"/list?purpose={PREVENTION}"


def page_of(bench: Bench, actor: Actor, path: str) -> Page:
    answer = bench.client(actor).get(path)
    assert answer.status_code == 200
    return Page(answer.text)


# ---------------------------------------------------------------- the list


def test_the_list_is_not_read_before_somebody_says_why(bench: Bench) -> None:
    size = bench.county.size()
    page = page_of(bench, OFFICER, "/list")
    assert page.all("table") == []
    assert {one["value"] for one in page.all("option")} >= {purpose.value for purpose in Purpose}
    assert "selected" not in {name for one in page.all("option") for name in one}
    assert bench.county.size() == size


def test_the_list_is_logged_under_the_purpose_chosen(bench: Bench) -> None:
    size = bench.county.size()
    page_of(bench, OFFICER, LIST)
    (entry,) = bench.county.entries(size)
    assert (entry.action, entry.purpose, entry.actor) == ("list", PREVENTION, "officer-1")


def test_the_list_shows_who_is_on_it_with_a_link_to_each(bench: Bench) -> None:
    page = page_of(bench, OFFICER, LIST)
    text = page.words()
    assert "1 people on 2026-09-01" in text
    assert "Ada Lovegood" in text
    assert "1975-03-04" in text
    assert "rough sleeping" in text
    assert "nobody" in text
    assert "■" not in text
    assert f"/people/{bench.handle}?purpose={PREVENTION}" in page.links()


def test_the_choices_made_stay_chosen(bench: Bench) -> None:
    page = page_of(bench, OFFICER, LIST + "&which=lost&as_of=2026-08-25")
    assert {one["value"] for one in page.all("option") if "selected" in one} == {PREVENTION, "lost"}
    assert {one["value"] for one in page.all("input") if one.get("type") == "date"} == {"2026-08-25"}


def test_the_list_of_a_day_before_anything_happened_is_empty(bench: Bench) -> None:
    assert "0 people on 2026-08-01" in page_of(bench, OFFICER, LIST + "&as_of=2026-08-01").words()


def test_who_is_being_lost_is_shown_with_the_reasons(bench: Bench) -> None:
    size = bench.county.size()
    text = page_of(bench, OFFICER, LIST + "&which=lost").words()
    assert bench.county.entries(size)[0].action == "lost"
    session = bench.county.officer()
    (row,) = session.lost().rows
    reasons: Any = row.status["reasons"]
    assert reasons
    for reason in reasons:
        assert reason.replace("_", " ") in text


def test_who_may_see_nobody_has_an_empty_list(bench: Bench) -> None:
    text = page_of(bench, WORKER, "/list?purpose=housing_support").words()
    assert "0 people" in text
    assert "Lovegood" not in text


def test_a_purpose_that_is_not_the_actors_shows_nobody_elses_people(bench: Bench) -> None:
    officer = OFFICER.model_copy(update={"agency_id": CHERWELL})
    text = page_of(bench, officer, LIST).words()
    assert "1 people" in text
    assert "■ " in text
    assert "0 people" in page_of(bench, officer, "/list?purpose=mortality_review").words()


@pytest.mark.parametrize(
    "day", [pytest.param("2026-02-30", id="no such day"), pytest.param("0001-01-01", id="too early")]
)
def test_a_day_that_cannot_be_is_told(bench: Bench, day: str) -> None:
    answer = bench.client(OFFICER).get(LIST + f"&as_of={day}")
    assert answer.status_code == 422
    assert "There is no such day. Write it as YYYY-MM-DD." in Page(answer.text).words()


# ---------------------------------------------------------------- one person


def path_of(bench: Bench, purpose: str = PREVENTION) -> str:
    return f"/people/{bench.handle}?purpose={purpose}"


def test_a_person_is_shown_field_by_field_with_who_said_so(bench: Bench) -> None:
    page = page_of(bench, OFFICER, path_of(bench))
    text = page.words()
    assert page.headings == ["Ada Lovegood"]
    assert "given names Ada oxford-city-council 2026-09-01" in text
    assert "address 1 Made-up Lane oxford-city-council" in text
    assert f"aliases {HOSTILE} oxford-city-council" in text
    assert bench.handle in text


def test_what_happened_is_shown_with_its_facts(bench: Bench) -> None:
    assert (
        "2026-08-20 sighting area: Oxford oxford-city-council"
        in page_of(bench, OFFICER, path_of(bench)).words()
    )


def test_looking_at_a_person_is_logged_under_the_purpose_chosen(bench: Bench) -> None:
    size = bench.county.size()
    page_of(bench, OFFICER, path_of(bench, "allocation"))
    (entry,) = bench.county.entries(size)
    assert (entry.action, entry.purpose, entry.actor) == ("timeline", "allocation", "officer-1")


def test_what_another_council_withholds_is_marked_and_what_nobody_knows_is_said(bench: Bench) -> None:
    """The neighbouring council finds her by the basics; the income stays with whoever was told it."""
    session = bench.county.officer(CHERWELL)
    found = session.search(fields(given_names="Ada", family_name="Lovegood", date_of_birth="1975-03-04"))
    (handle,) = {c.person.handle for c in found if c.person.value("address")}
    officer = OFFICER.model_copy(update={"agency_id": CHERWELL})
    text = page_of(bench, officer, f"/people/{handle}?purpose={PREVENTION}").words()
    assert "finance ■ withheld: not yours to see" in text
    assert "income" not in text
    assert "Not known to anybody you may hear of it from:" in text


@pytest.mark.parametrize(
    ("actor", "handle"),
    [
        pytest.param(OFFICER, "h_nobody", id="no such handle"),
        pytest.param(OFFICER, "rec_abc", id="an id of another kind"),
        pytest.param(WORKER, None, id="another agency's handle"),
    ],
)
def test_nobody_is_told_apart_from_nobody_for_you(bench: Bench, actor: Actor, handle: str | None) -> None:
    answer = bench.client(actor).get(f"/people/{handle or bench.handle}?purpose=housing_support")
    assert answer.status_code == 404
    assert "There is nobody under this handle." in Page(answer.text).words()
    assert "Lovegood" not in answer.text


def test_a_person_is_not_shown_without_a_purpose(bench: Bench) -> None:
    size = bench.county.size()
    assert bench.client(OFFICER).get(f"/people/{bench.handle}").status_code == 422
    assert bench.county.size() == size


# ---------------------------------------------------------------- sections


def test_every_category_of_fields_is_a_section_once(county: County) -> None:
    handle = county.officer().submit("a", fields()).handle
    found = list(sections(county.officer().person(handle)))
    assert [s.category for s in found] == list(dict.fromkeys(FIELD_CATEGORY.values()))
    shown = {name for section in found for name in section.fields}
    assert shown == {"given_names", "family_name", "date_of_birth"}
    assert FieldCategory.EXISTENCE not in {section.category for section in found}


def test_values_said_by_several_are_shown_once_the_standing_one_first(county: County) -> None:
    city, cherwell = county.officer(CITY), county.officer(CHERWELL)
    handle = city.submit("a", fields(given_names="Ada", family_name="Quill", phones=("1", "2"))).handle
    other = cherwell.submit("a", fields(given_names="Ada", family_name="Quille")).handle
    county.settle()
    mine = [c.person.handle for c in city.search(fields(given_names="Ada", family_name="Quille"))]
    steward = county.steward()
    known = steward.search(fields(given_names="Ada", family_name="Quille"))
    handles = sorted({c.person.handle for c in known})
    assert handle in mine
    assert other not in mine
    steward.link(handles[0], handles[-1])
    shown = city.person(handle)
    said = {name: values for section in sections(shown) for name, values in section.fields.items()}
    assert [(one.value, one.best, one.agencies) for one in said["given_names"]] == [
        ("Ada", True, ["cherwell-district-council", "oxford-city-council"])
    ]
    assert {one.value for one in said["family_name"]} == {"Quill", "Quille"}
    assert [one.best for one in said["family_name"]] == [True, False]
    assert said["family_name"][0].value == shown.value("family_name")
    assert [one.value for one in said["phones"]] == ["1, 2"]
    assert {one.received for one in said["given_names"]} == {"2026-09-01"}

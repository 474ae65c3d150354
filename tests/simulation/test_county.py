"""The county as a whole: as large, as varied and as hard as it is said to be."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
import pytest

import bnl.simulation
from bnl.simulation.county import County, record_id, records_frame, simulate
from bnl.simulation.naming import COMMUNITIES


def test_the_room_hands_on_its_names_in_order() -> None:
    names = bnl.simulation.__all__

    assert names == sorted(names)
    assert all(hasattr(bnl.simulation, name) for name in names)


def test_it_is_of_the_size_asked_for(county: County) -> None:
    assert 6000 <= len(county.people) < 6010
    assert 18_500 <= len(county.statements) <= 21_500
    assert len(county.agencies) >= 8


def test_it_covers_three_years(county: County) -> None:
    assert county.last_day == date(2026, 3, 31)
    assert (county.last_day - county.first_day).days == 3 * 365
    opened = [one.on for one in county.statements]
    assert county.first_day <= min(opened)
    assert max(opened) <= county.last_day


@pytest.mark.parametrize(
    ("people", "years"),
    [
        pytest.param(1, 1, id="one person"),
        pytest.param(50, 1, id="a year"),
        pytest.param(50, 5, id="five years"),
    ],
)
def test_other_sizes_work_too(people: int, years: int) -> None:
    county = simulate(seed=3, people=people, years=years)

    assert people <= len(county.people) < people + 10
    assert (county.last_day - county.first_day).days == 365 * years
    assert {one.person_id for one in county.statements} == {person.person_id for person in county.people}


def test_another_last_day_moves_the_period() -> None:
    county = simulate(seed=3, people=40, last_day=date(2025, 9, 30))

    assert max(one.on for one in county.statements) <= date(2025, 9, 30)
    assert max(one.recorded_at.date() for one in county.events) <= date(2025, 9, 30)


def test_the_same_seed_gives_the_same_county() -> None:
    one, other = simulate(seed=4, people=80), simulate(seed=4, people=80)

    assert one.people == other.people
    assert one.statements == other.statements
    assert one.events == other.events
    assert one.answers == other.answers
    assert one.truth.equals(other.truth)


def test_another_seed_gives_another_county() -> None:
    assert simulate(seed=4, people=30).people != simulate(seed=5, people=30).people


def test_the_truth_has_one_row_per_record(county: County) -> None:
    truth = county.truth

    assert truth["record_id"].is_unique().all()
    assert truth["record_id"].to_list() == [record_id(one) for one in county.statements]
    assert truth.columns == [
        "record_id", "agency", "reference", "person", "household", "community", "sex", "tags",
    ]  # fmt: skip
    assert truth.schema["tags"] == pl.List(pl.String)


def test_every_person_has_a_record_and_most_have_several(county: County) -> None:
    counts = Counter(county.truth["person"])

    assert set(counts) == {person.person_id for person in county.people}
    assert sum(count > 1 for count in counts.values()) > 0.8 * len(county.people)
    assert max(counts.values()) >= 8


def test_every_community_is_there(county: County) -> None:
    assert set(county.truth["community"].unique()) == set(COMMUNITIES)


def test_records_are_the_standard_columns(county: County) -> None:
    frame = county.records()

    assert frame["record_id"].to_list() == county.truth["record_id"].to_list()
    for column in ("aliases", "former_names", "phones", "emails"):
        assert frame.schema[column] == pl.List(pl.String)
    for column in ("given_names", "family_name", "full_name", "date_of_birth", "ni_number", "address"):
        assert frame.schema[column] == pl.String


def test_records_say_what_the_statements_say(hamlet: County) -> None:
    for row, one in zip(hamlet.records().iter_rows(named=True), hamlet.statements, strict=True):
        assert row["family_name"] == one.fields.family_name
        assert row["date_of_birth"] == one.fields.date_of_birth
        assert tuple(row["phones"]) == one.fields.phones


def test_a_frame_of_nothing_has_its_types() -> None:
    assert records_frame([]).schema == records_frame(simulate(seed=1, people=1).statements).schema


def test_hard_negatives_name_people_of_the_county(county: County) -> None:
    known = {person.person_id for person in county.people}
    named = set(county.hard_negatives["left"]) | set(county.hard_negatives["right"])

    assert named <= known
    assert county.hard_negatives["kind"].n_unique() == 6


def test_references_are_unique_within_an_agency_and_rise_with_time(county: County) -> None:
    for agency in county.agencies:
        own = [one for one in county.statements if one.agency_id == agency.agency_id]
        references = [one.reference for one in own]
        assert len(set(references)) == len(references)
        assert [one.on for one in own] == sorted(one.on for one in own)


def test_birth_date_and_names_alone_do_not_tell_people_apart(county: County) -> None:
    """Without difficulty a matching engine would be praised for nothing."""
    joined = county.records().join(county.truth.select("record_id", "person"), on="record_id")
    exact = (
        joined.drop_nulls(["given_names", "family_name", "date_of_birth"])
        .group_by(
            pl.col("given_names").str.to_lowercase(),
            pl.col("family_name").str.to_lowercase(),
            "date_of_birth",
        )
        .agg(pl.col("person").n_unique().alias("people"), pl.len().alias("records"))
    )
    found = sum(count * (count - 1) // 2 for count in exact["records"])
    true_pairs = sum(count * (count - 1) // 2 for count in Counter(joined["person"]).values())

    assert 0.1 < found / true_pairs < 0.6
    assert exact.filter(pl.col("people") > 1).height < exact.height * 0.02


def test_its_repr_is_short(county: County) -> None:
    assert len(repr(county)) < 200

"""The shipped model is the one the tool makes, and it is right from the first record on."""

from __future__ import annotations

import json

import pytest

from bnl.matching import Linker
from bnl.matching.index import Candidate
from bnl.register.default_model import default_model
from bnl.simulation import simulate
from tools.make_default_model import learn

YUSUF = {"record_id": "a", "given_names": "Yusuf", "family_name": "Example", "date_of_birth": "1988-11-02"}


def test_the_model_is_what_the_tool_makes() -> None:
    kept, made = json.loads(default_model().to_json()), json.loads(learn().to_json())
    assert kept["frequencies"] == made["frequencies"]
    assert kept["columns"] == made["columns"]
    assert json.dumps(kept["model"]) == json.dumps(made["model"])
    for part in ("m", "u"):
        for one, other in zip(kept[part], made[part], strict=True):
            assert one == pytest.approx(other, abs=1e-6)


def test_it_is_read_once() -> None:
    assert default_model() is default_model()


def best(records: list[dict[str, object]], **wanted: object) -> Candidate | None:
    index = Linker(fitted=default_model()).index([])
    index.add(records)
    return next(iter(index.search(wanted)), None)


@pytest.mark.parametrize("others", [0, 1, 2, 5, 30, 300])
def test_search_is_right_in_a_small_register(others: int) -> None:
    rows = simulate(seed=5, people=200).records().head(others).to_dicts()
    records = [{key: value for key, value in row.items() if value} for row in rows]
    known = [YUSUF, *records]

    same = best(known, given_names="Yusuf", family_name="Example", date_of_birth="1988-11-02")
    assert same is not None
    assert same.record_id == "a"
    assert same.probability > 0.99

    told = best(known, given_names="Yousef", family_name="Example", date_of_birth="1988-02-11")
    assert told is not None
    assert told.record_id == "a"
    assert told.probability > 0.8

    stranger = best(known, given_names="Margaret", family_name="Example", date_of_birth="1950-06-30")
    assert stranger is None or stranger.probability < 0.2


def test_an_empty_register_finds_nobody() -> None:
    assert best([], given_names="Yusuf", family_name="Example") is None

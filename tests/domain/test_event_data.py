"""Every kind of event has its data keys, every key its type."""

from __future__ import annotations

import pytest

from bnl.domain.event import DATA_TYPE, EVENT_DATA, DataType, EventKind, Situation


def test_every_kind_says_which_keys_it_may_carry() -> None:
    assert set(EVENT_DATA) == set(EventKind)


def test_every_key_of_every_kind_has_a_type_and_no_other_key_exists() -> None:
    assert set(DATA_TYPE) == {key for keys in EVENT_DATA.values() for key in keys}


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        pytest.param("homeless_on", DataType.DATE, id="date"),
        pytest.param("planned", DataType.FLAG, id="flag"),
        pytest.param("attempts", DataType.NUMBER, id="number"),
        pytest.param("situation", DataType.TEXT, id="text"),
    ],
)
def test_types_of_keys(key: str, kind: DataType) -> None:
    assert DATA_TYPE[key] is kind


def test_no_kind_lists_a_key_twice() -> None:
    assert all(len(keys) == len(set(keys)) for keys in EVENT_DATA.values())


def test_a_known_situation_is_homeless_or_settled() -> None:
    assert {s for s in Situation if s.value.startswith("settled")} == {
        Situation.SETTLED,
        Situation.SETTLED_WITH_SUPPORT,
    }

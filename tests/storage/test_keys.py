"""Names of keys: no two things share one, and what is swept is told by its prefix."""

from __future__ import annotations

import pytest

from bnl.storage.keys import RECORD_PREFIX, SUBMISSION_PREFIX, SYSTEM_KEYS, record_key, submission_key


def test_system_keys_are_many_and_of_the_system() -> None:
    assert len(set(SYSTEM_KEYS)) == len(SYSTEM_KEYS) == 5
    assert all(name.startswith("system:") for name in SYSTEM_KEYS)


@pytest.mark.parametrize(
    ("name", "prefix", "owner"),
    [
        pytest.param(record_key("rec_a"), RECORD_PREFIX, "rec_a", id="record"),
        pytest.param(submission_key("sub_a"), SUBMISSION_PREFIX, "sub_a", id="submission"),
    ],
)
def test_a_name_says_whose_key_it_is(name: str, prefix: str, owner: str) -> None:
    assert name == prefix + owner
    assert name.removeprefix(prefix) == owner
    assert name not in SYSTEM_KEYS


def test_nothing_of_one_kind_passes_for_another() -> None:
    assert record_key("x") != submission_key("x")
    assert not RECORD_PREFIX.startswith(SUBMISSION_PREFIX)
    assert not SUBMISSION_PREFIX.startswith(RECORD_PREFIX)

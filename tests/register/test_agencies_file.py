"""The agencies file: what it may say, and what is said of mistakes in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnl.domain.vocabulary import AgencyKind
from bnl.errors import InputError
from bnl.register.agencies_file import load_agencies

GOOD = """
[[agency]]
agency_id = "north"
name = "North Clinic"
kind = "health"
specified_body = true

[[agency]]
agency_id = "refuge"
name = "Refuge"
kind = "charity"
local_by_default = true
aliases = ["The Refuge"]
"""


def test_agencies_are_read_in_order(tmp_path: Path) -> None:
    place = tmp_path / "agencies.toml"
    place.write_text(GOOD, encoding="utf-8")
    north, refuge = load_agencies(place)
    assert (north.agency_id, north.kind, north.specified_body) == ("north", AgencyKind.HEALTH, True)
    assert (refuge.aliases, refuge.local_by_default) == (("The Refuge",), True)
    assert load_agencies(str(place)) == [north, refuge]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"[[agency]\n", "not TOML", id="not-toml"),
        pytest.param(b'name = "\xff\xfe"', "not TOML in UTF-8", id="not-utf-8"),
        pytest.param(b"", "no [[agency]]", id="empty"),
        pytest.param(b"agency = []", "no [[agency]]", id="empty-list"),
        pytest.param(b'agency = "north"', "no [[agency]]", id="no-list"),
        pytest.param(b"agency = [3]", "agency 1", id="no-table"),
        pytest.param(b'[[agency]]\nname="N"\nkind="health"', "agency 1, agency_id", id="no-id"),
        pytest.param(
            GOOD.encode() + b'[[agency]]\nagency_id="x"\nname="X"\nkind="guild"', "agency 3, kind", id="kind"
        ),
        pytest.param(GOOD.replace("aliases", "alias").encode(), "agency 2, alias", id="unknown-key"),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path: Path, content: bytes, says: str) -> None:
    place = tmp_path / "agencies.toml"
    place.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_agencies(place)
    assert says in str(caught.value)
    assert str(caught.value).startswith("file agencies.toml")
    assert str(tmp_path) not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_agencies(tmp_path / "none.toml")

"""A data officer's own files: drafts of profiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnl.errors import InputError
from bnl.exchange.profile import parse_profile
from bnl.register.files import draft_profile


def test_a_draft_is_a_profile_with_remarks(tmp_path: Path) -> None:
    place = tmp_path / "clients.csv"
    place.write_text(
        "Client Ref;First name;Surname;DOB;Mobile;Favourite colour\n"
        "H-1;Amara;Abernathy;17/05/1980;07700 900123;blue\n"
        "H-2;Bogdan;Brzezinski;23/11/1975;07700 900124;red\n",
        encoding="utf-8",
    )
    text = draft_profile(place, "connection-support")
    profile = parse_profile(text)
    assert profile.agency == "connection-support"
    assert {"given_names", "family_name", "date_of_birth"} <= set(profile.fields)
    assert "Abernathy" not in text
    assert "# columns not read: Favourite colour" in text


def test_nothing_is_left_unsaid_where_every_column_is_read(tmp_path: Path) -> None:
    place = tmp_path / "clients.csv"
    place.write_text("Reference,Surname\nH-1,Abernathy\nH-2,Brzezinski\n", encoding="utf-8")
    assert "columns not read" not in draft_profile(place, "x")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        draft_profile(tmp_path / "none.csv", "x")

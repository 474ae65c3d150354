"""Mapping profiles: read from TOML, refused with the place and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import ProfileError
from bnl.exchange.profile import Profile, load_profile, parse_profile

GOOD = """
agency = "night-shelter"
format = "csv"
reference = ["Site", "No"]
date_formats = "dd/mm/yyyy"
optional = "Mobile"
local = { column = "Confidential", yes = ["Y"], no = ["N"] }

[fields]
family_name = "Surname"
phones = ["Phone", "Mobile"]
area = { constant = "Oxford" }
date_of_birth = { column = "DOB" }

[[names]]
column = "Client"
pattern = "SURNAME, Forename (known as X)"

[[splits]]
column = "Address"
separator = ";"
into = ["address", "postcode"]

[[grants]]
column = "Consent"
given_on_column = "Consent date"
categories = ["identity", "contact"]
"""


def test_a_profile_reads_every_column_it_names_once() -> None:
    profile = parse_profile(GOOD)
    assert profile.columns() == (
        "Site",
        "No",
        "Surname",
        "Phone",
        "Mobile",
        "DOB",
        "Client",
        "Address",
        "Consent",
        "Consent date",
        "Confidential",
    )
    assert profile.optional == ("Mobile",)
    assert profile.date_formats == ("dd/mm/yyyy",)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "with-mark"])
def test_a_profile_is_loaded_from_its_file(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "shelter.toml"
    path.write_bytes(start + GOOD.encode())
    assert load_profile(path) == load_profile(str(path)) == parse_profile(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "family_name", "famly_name", 'no field "famly_name"; the nearest is "family_name"', id="field"
        ),
        pytest.param("postcode", "post", 'there is no field "post"', id="split-field"),
        pytest.param("date_formats", "date_format", 'the nearest is "date_formats"', id="entry"),
        pytest.param('"dd/mm/yyyy"', '"dd"', "a date format names a year", id="date-format"),
        pytest.param("SURNAME, Forename", "whatever", r"names\.0\.pattern.*name pattern", id="name-pattern"),
        pytest.param(
            'format = "csv"', 'format = "word"', "'csv', 'excel', 'jsonl', 'parquet' or 'hmis'", id="format"
        ),
        pytest.param('"identity"', '"idntity"', r"grants\.0\.categories", id="category"),
        pytest.param('reference = ["Site", "No"]', "reference = []", "reference", id="no-reference"),
        pytest.param("[fields]", "[fields", "is not TOML", id="broken-toml"),
        pytest.param('agency = "night-shelter"', "", "agency: Field required", id="no-agency"),
        pytest.param("format", "skip_rows = -1\nformat", "skip_rows", id="negative"),
        pytest.param('{ column = "DOB" }', "{ }", "either a column or a constant", id="no-source"),
        pytest.param(
            '"Surname"',
            '{ column = "Surname", separators = ";" }',
            "holds one value and takes no separators",
            id="sep",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ProfileError, match=message) as caught:
        parse_profile(GOOD.replace(old, new, 1), name="shelter.toml")
    assert caught.value.file == "shelter.toml"
    assert caught.value.advice


def test_a_profile_that_maps_nothing_is_refused() -> None:
    with pytest.raises(ProfileError, match="no column is mapped to any field"):
        parse_profile('agency = "a"\nreference = "Ref"\n')


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="FileNotFoundError"):
        load_profile(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="UnicodeDecodeError"):
        load_profile(tmp_path / "bad.toml")
    (tmp_path / "long.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ProfileError, match="too long for a profile"):
        load_profile(tmp_path / "long.toml")


def test_a_profile_cannot_be_changed() -> None:
    profile = parse_profile(GOOD)
    assert isinstance(profile, Profile)
    with pytest.raises(ValueError, match="frozen"):
        profile.format = "excel"


@given(st.text(max_size=200))
def test_any_text_is_a_profile_or_a_clear_refusal(text: str) -> None:
    with pytest.raises(ProfileError, match=r"^file p\.toml"):
        parse_profile("[[[" + text, name="p.toml")

"""Agreement files read back, as they would stand on the day they begin."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bnl.errors import InputError
from bnl.register.agreements import check_agreement, read_agreement
from bnl.register.county import county_agreement_path
from tests.register.county import START, County

LATE = datetime(2031, 1, 1, tzinfo=UTC)


def test_one_that_begins_later_is_checked_for_its_first_instant(tmp_path: Path) -> None:
    text = county_agreement_path().read_text(encoding="utf-8")
    file = tmp_path / "next.toml"
    later = text.replace("version = 1", "version = 2").replace("2019-04-01", "2031-01-01")
    file.write_text(later, encoding="utf-8")
    found = check_agreement(file, None, None, START)
    assert found.at == LATE
    assert found.reaches
    compared = check_agreement(county_agreement_path(), file, None, START)
    assert compared.at == LATE
    assert compared.changes == ()
    assert compared.other is not None


def test_a_party_that_is_not_known_sees_nothing(tmp_path: Path) -> None:
    agencies = tmp_path / "agencies.toml"
    agencies.write_text(
        '[[agency]]\nagency_id = "oxford-city-council"\nname = "City"\nkind = "local_authority"\n',
        encoding="utf-8",
    )
    found = check_agreement(county_agreement_path(), None, agencies, START)
    assert "connection-support" in found.unknown
    assert {reach.agency_id for reach in found.reaches} == {"oxford-city-council", "register"}
    assert not found.sound


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "a.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_agreement(file, START)


def test_the_register_tells_what_is_in_force(county: County) -> None:
    (agreement,) = county.register.agreements()
    assert agreement.agreement_id == "oxfordshire-by-name-list"

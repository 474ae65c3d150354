"""Receipt checks: a row is good, altered, ended, or not of this agency; and never its own statement."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bnl.domain.identifiers import GrantId
from bnl.domain.vocabulary import Action
from bnl.errors import InputError
from bnl.exchange.profile import parse_profile
from bnl.register.receipt_checks import State
from tests.register.county import CHARITY, CITY, HOSTEL, START, County, HandClock, forbid, permit, rich

SENDING = frozenset({Action.EXPORT, Action.VIEW, Action.SEARCH})
PROFILE = f'agency = "{HOSTEL}"\nreference = "handle"\n[fields]\nfamily_name = "family_name"\n'


def sent(county: County, place: Path) -> list[GrantId]:
    """Two people of the charity, exported to the hostel."""
    grants = []
    for number in (1, 2):
        handle = county.worker().submit(f"C-{number}", rich(number)).handle
        terms = permit(CHARITY, CHARITY, HOSTEL, actions=SENDING)
        grants.append(county.worker().record_grant(handle, **terms))
    county.worker().export(HOSTEL).write(place)
    return grants


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_what_was_sent_comes_back_good(county: County, tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    sent(county, place)
    report = county.worker(HOSTEL).check_export(place)
    assert report.good
    assert report.states == {"good": 2}
    entry = county.entries()[-1]
    assert (entry.action, entry.subject_count, entry.details["rows"]) == ("export.check", 2, 2)


@pytest.mark.parametrize("agency", [CHARITY, CITY])
def test_another_agency_knows_no_such_receipt(county: County, tmp_path: Path, agency: str) -> None:
    sent(county, tmp_path / "out.csv")
    session = county.worker(CHARITY) if agency == CHARITY else county.officer(CITY)
    assert session.check_export(tmp_path / "out.csv").states == {"unknown": 2}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        pytest.param(str(rich(1).family_name), "Somebody", State.ALTERED, id="another-name"),
        pytest.param(str(rich(1).date_of_birth), "", State.ALTERED, id="a-value-taken-out"),
        pytest.param("rct_", "rct_x", State.UNKNOWN, id="another-receipt"),
        pytest.param("h_", "h_x", State.UNKNOWN, id="another-handle"),
    ],
)
def test_an_altered_row_is_told(county: County, tmp_path: Path, old: str, new: str, state: State) -> None:
    place = tmp_path / "out.csv"
    sent(county, place)
    text = place.read_text(encoding="utf-8")
    assert old in text
    place.write_text(text.replace(old, new), encoding="utf-8")
    states = {check.state for check in county.worker(HOSTEL).check_export(place).checks}
    assert state in states
    assert not county.worker(HOSTEL).check_export(place).good


def test_a_check_of_one_row_does_not_fit_another(county: County, tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    sent(county, place)
    head, one, other = place.read_text(encoding="utf-8").splitlines()
    parts, others = one.split(","), other.split(",")
    parts[-1], others[-1] = others[-1], parts[-1]
    place.write_text("\n".join([head, ",".join(parts), ",".join(others)]), encoding="utf-8")
    assert county.worker(HOSTEL).check_export(place).states == {"altered": 2}


@pytest.mark.parametrize("how", ["withdrawn", "refused", "expired"])
def test_what_it_rested_on_may_have_ended(county: County, tmp_path: Path, clock: HandClock, how: str) -> None:
    place = tmp_path / "out.csv"
    handle = county.worker().submit("C-1", rich(1)).handle
    terms = permit(CHARITY, CHARITY, HOSTEL, actions=SENDING, open_ended=False)
    grant = county.worker().record_grant(handle, **terms, valid_until=START + timedelta(days=9))
    county.worker().export(HOSTEL).write(place)
    assert county.worker(HOSTEL).check_export(place).good
    if how == "withdrawn":
        county.worker().withdraw_grant(grant)
    elif how == "refused":
        county.worker().record_grant(handle, **forbid(actions=frozenset({Action.EXPORT})))
    else:
        clock.now = START + timedelta(days=9)
    assert county.worker(HOSTEL).check_export(place).states == {"ended": 1}


def test_a_file_with_receipts_is_nobodys_own_statement(county: County, tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    sent(county, place)
    with pytest.raises(InputError, match="not your agency's own"):
        county.worker(HOSTEL).ingest(place, parse_profile(PROFILE))
    assert county.entries()[-1].action == "attempt.ingest"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.csv", b"", id="empty"),
        pytest.param("a.csv", b"handle,family_name\nh_x,Example\n", id="no-receipts"),
        pytest.param("a.csv", b'handle,bnl_receipt\n"h_x,rct\n', id="broken-csv"),
        pytest.param("a.csv", b"\xff\xfe\xff", id="no-text"),
        pytest.param("a.jsonl", b"[1]\n", id="no-object"),
        pytest.param("a.jsonl", b"{\n", id="no-json"),
    ],
)
def test_a_file_that_is_none_is_refused(county: County, tmp_path: Path, name: str, content: bytes) -> None:
    place = tmp_path / name
    place.write_bytes(content)
    with pytest.raises(InputError):
        county.worker(HOSTEL).check_export(place)
    with pytest.raises(InputError):
        county.worker(HOSTEL).check_export(tmp_path / "none.csv")

"""Witnessing a register: what continues is cosigned, what was rolled back or rewritten is refused."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bnl.errors import BnlError, ConfigError, Conflict, KeyringError, LogError, ProofError
from bnl.register.register import Register
from bnl.register.witnessing import begin_witness, cosign_request, cosigned_by, seen_by
from tests.register.county import County, rich

NAME = "charity.example/witness"


class Partner(NamedTuple):
    """A partner who witnesses a register.

    Args:
        state: Its state file.
        key: Its key file.
        log: Public key of the log.
        vkey: Its own public key.
    """

    state: Path
    key: Path
    log: str
    vkey: str

    def sign(self, county: County, request: str) -> str:
        return cosign_request(self.state, self.key, self.log, NAME, request, county.clock)


@pytest.fixture
def partner(county: County, tmp_path: Path) -> Partner:
    state, key, log = tmp_path / "w.state", tmp_path / "w.key", county.register.public_key
    return Partner(state, key, log, begin_witness(state, key, log, NAME))


def test_each_later_checkpoint_is_cosigned_from_where_the_witness_stands(
    county: County, partner: Partner
) -> None:
    assert seen_by(partner.state, partner.log) == (partner.log.split("+")[0], 0, "", "")
    for number in range(3):
        seen = seen_by(partner.state, partner.log).size
        county.officer().submit(f"A-{number}", rich(number))
        cosigned = partner.sign(county, county.register.witness_request(seen))
        now = seen_by(partner.state, partner.log)
        assert now.size == county.size() > seen
        assert now.note == cosigned
        assert cosigned_by(cosigned, partner.log, [partner.vkey]) == now.size
        assert county.register.verify([cosigned]).sound


def test_a_proof_from_elsewhere_is_refused_and_nothing_is_kept(county: County, partner: Partner) -> None:
    partner.sign(county, county.register.witness_request(0))
    county.officer().submit("A-1", rich(1))
    before = partner.state.read_bytes()
    for old in (0, 1):
        with pytest.raises(Conflict, match="last at size"):
            partner.sign(county, county.register.witness_request(old))
    assert partner.state.read_bytes() == before


def test_a_log_that_was_rolled_back_is_refused(file_county: County, tmp_path: Path) -> None:
    county = file_county
    state, key, log = tmp_path / "w.state", tmp_path / "w.key", county.register.public_key
    begin_witness(state, key, log, NAME)
    database, older = Path(county.url.removeprefix("sqlite:///")), tmp_path / "older.db"
    county.register.close()
    shutil.copyfile(database, older)
    county.register = Register.open(county.url, keyring=county.keyring, clock=county.clock)
    county.officer().submit("A-1", rich(1))
    seen = cosigned_by(cosign_request(state, key, log, NAME, county.register.witness_request(0)), log, [])
    rolled = Register.open(f"sqlite:///{older}", keyring=county.keyring, clock=county.clock)
    with pytest.raises(BnlError):
        rolled.witness_request(seen)
    back = County(f"sqlite:///{older}", county.keyring, county.clock)
    for number in range(4):
        back.officer().submit(f"B-{number}", rich(number))
    with pytest.raises(ProofError):
        cosign_request(state, key, log, NAME, back.register.witness_request(seen))
    assert seen_by(state, log).size == seen
    for register in (rolled, back.register):
        register.close()


def test_an_altered_state_is_refused(county: County, partner: Partner) -> None:
    partner.sign(county, county.register.witness_request(0))
    held = partner.state.read_bytes()
    partner.state.write_bytes(held.replace(b"\n", b"\n9", 1))
    for call in (
        lambda: seen_by(partner.state, partner.log),
        lambda: partner.sign(county, county.register.witness_request(county.size())),
    ):
        with pytest.raises(ProofError):
            call()


def test_a_witness_never_begins_anew(county: County, partner: Partner, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        begin_witness(partner.state, tmp_path / "other.key", partner.log, NAME)
    assert not (tmp_path / "other.key").exists()
    with pytest.raises(KeyringError):
        begin_witness(tmp_path / "other.state", partner.key, partner.log, NAME)
    assert not (tmp_path / "other.state").exists()


@pytest.mark.parametrize("name", ["", "with space", "a+b"])
def test_what_is_no_name_is_refused(county: County, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        begin_witness(tmp_path / "s", tmp_path / "k", county.register.public_key, name)


def test_its_key_is_its_owners_alone(county: County, partner: Partner) -> None:
    assert stat.S_IMODE(partner.key.stat().st_mode) == 0o600
    partner.key.chmod(0o644)
    with pytest.raises(KeyringError):
        partner.sign(county, county.register.witness_request(0))


def test_without_its_state_it_signs_nothing(county: County, partner: Partner) -> None:
    partner.state.unlink()
    with pytest.raises(LogError):
        partner.sign(county, county.register.witness_request(0))


def test_a_quorum_is_all_the_witnesses_named(
    county: County, partner: Partner, make_county: Callable[[], County], tmp_path: Path
) -> None:
    plain = county.register.checkpoint()
    assert cosigned_by(plain, partner.log, []) == county.size()
    with pytest.raises(ProofError):
        cosigned_by(plain, partner.log, [partner.vkey])
    other = begin_witness(tmp_path / "o.state", tmp_path / "o.key", partner.log, "other.example/w")
    cosigned = partner.sign(county, county.register.witness_request(0))
    with pytest.raises(ProofError):
        cosigned_by(cosigned, partner.log, [partner.vkey, other])
    with pytest.raises(ProofError):
        cosigned_by(cosigned, make_county().register.public_key, [partner.vkey])


def test_what_is_no_request_is_refused(county: County, partner: Partner) -> None:
    for text in ("", "old x\n\n", county.register.checkpoint()):
        with pytest.raises(ProofError):
            partner.sign(county, text)

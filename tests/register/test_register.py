"""The register itself: opened, peopled with agencies, put under an agreement, and asked how it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bnl.crypto.keyring import Keyring
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import AgencyKind, Purpose, Role
from bnl.errors import Conflict, Denied, InputError, KeyringError, NotFound
from bnl.register.county import county_agreement_path
from bnl.register.register import REGISTER_AGENCY, Register
from tests.register.county import AGENCIES, CITY, OPERATOR, STEWARD, County, HandClock, fields, rich


def test_opening_makes_what_is_missing_and_finds_it_again(
    store_url: str, keyring: Keyring, clock: HandClock
) -> None:
    assert not Register.exists(store_url)
    with Register.open(store_url, keyring=keyring, clock=clock) as register:
        register.enrol(AGENCIES, by=OPERATOR)
        register.adopt(county_agreement_path(), by=STEWARD)
        key = register.public_key
        health = register.health()
    assert Register.exists(store_url)
    with Register.open(store_url, keyring=keyring, clock=clock) as register:
        assert register.public_key == key
        assert register.health() == health
        assert (health.agencies, health.agreements, health.log_size) == (len(AGENCIES) + 1, 1, 2)
        assert health.backend == store_url.split(":")[0]


def test_other_keys_do_not_open_it(
    store_url: str, keyring: Keyring, make_keyring: Callable[[], Keyring], clock: HandClock
) -> None:
    Register.open(store_url, keyring=keyring, clock=clock).close()
    with pytest.raises(KeyringError):
        Register.open(store_url, keyring=make_keyring(), clock=clock)


def test_an_origin_names_the_log(keyring: Keyring, clock: HandClock) -> None:
    with Register.open("sqlite://", keyring=keyring, clock=clock, origin="county.example/list") as register:
        assert register.public_key.startswith("county.example/list+")
        assert register.checkpoint().startswith("county.example/list\n")


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.OPERATOR, Role.STEWARD}], ids=str
)
def test_only_operators_and_stewards_enrol_and_only_stewards_adopt(county: County, role: Role) -> None:
    somebody = STEWARD.model_copy(update={"role": role})
    before = county.size()
    with pytest.raises(Denied, match="operator or steward"):
        county.register.enrol(AGENCIES, by=somebody)
    for actor in (somebody, OPERATOR):
        with pytest.raises(Denied, match="steward") as caught:
            county.register.adopt(county_agreement_path(), by=actor)
        assert caught.value.reasons == ("role",)
    assert county.size() == before


def test_enrolling_again_writes_only_what_changed(county: County) -> None:
    before = county.size()
    county.register.enrol(AGENCIES, by=OPERATOR)
    renamed = Agency(agency_id=CITY, name="City of Oxford", kind=AgencyKind.LOCAL_AUTHORITY)
    county.register.enrol([renamed], by=OPERATOR)
    entries = county.entries(before)
    assert [entry.details for entry in entries] == [{"agencies": 0}, {"agencies": 1}]
    assert [len(entry.rows) for entry in entries] == [0, 1]
    assert county.core.snapshot.agencies[CITY].name == "City of Oxford"
    assert county.core.snapshot.agencies[REGISTER_AGENCY.agency_id] == REGISTER_AGENCY


def test_a_version_of_an_agreement_is_adopted_once(county: County) -> None:
    with pytest.raises(Conflict):
        county.register.adopt(county_agreement_path(), by=STEWARD)
    (held,) = county.core.refresh().agreements.values()
    assert isinstance(held, Agreement)
    later = held.model_copy(update={"version": 2, "recorded_at": county.clock.advance(days=1)})
    assert county.register.adopt(later, by=STEWARD).version == 2
    assert county.register.health().agreements == 2
    assert county.register.verify().sound


def test_the_next_version_of_an_agreement_binds_at_once(county: County) -> None:
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    cherwell = county.officer(AGENCIES[1].agency_id)
    assert cherwell.search(rich(1))
    (held,) = county.core.refresh().agreements.values()
    kept = tuple(clause for clause in held.clauses if clause.clause_id != "housing-authorities")
    later = held.model_copy(
        update={
            "version": held.version + 1,
            "clauses": kept,
            "recorded_at": county.clock.now,
            "valid_from": county.clock.now,
        }
    )
    county.register.adopt(later, by=STEWARD)
    assert cherwell.search(rich(1)) == []
    assert county.officer(CITY).person(handle).value("family_name") == rich(1).family_name


@pytest.mark.parametrize(
    "content",
    [pytest.param(None, id="not-there"), pytest.param(b"\xff\xfe\x00", id="not-utf-8")],
)
def test_an_agreement_that_cannot_be_read(county: County, tmp_path: Path, content: bytes | None) -> None:
    place = tmp_path / "agreement.toml"
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read") as caught:
        county.register.adopt(place, by=STEWARD)
    assert str(tmp_path) not in str(caught.value)


def test_a_session_needs_an_enrolled_agency(keyring: Keyring, clock: HandClock) -> None:
    register = Register.open("sqlite://", keyring=keyring, clock=clock)
    with pytest.raises(NotFound, match="not enrolled"):
        register.session(STEWARD, Purpose.LINKAGE)
    register.close()


def test_links_are_measured_against_truth(county: County) -> None:
    for number in range(6):
        county.officer(CITY).submit(f"A-{number}", rich(number))
        county.officer(AGENCIES[1].agency_id).submit(f"B-{number}", rich(number))
    county.register.dedup(by=STEWARD)
    agencies = [CITY] * 6 + [AGENCIES[1].agency_id] * 6
    references = [f"A-{n}" for n in range(6)] + [f"B-{n}" for n in range(6)]
    truth = pl.DataFrame(
        {"agency": agencies, "reference": references, "person": [str(n) for n in range(6)] * 2}
    )
    quality = county.register.link_quality(truth)
    assert quality.records == 12
    assert (quality.overall.true_pairs, quality.overall.found, quality.overall.wrong) == (6, 6, 0)
    assert (quality.overall.precision, quality.overall.recall, quality.overall.f1) == (1.0, 1.0, 1.0)


def test_two_registers_in_one_process_know_nothing_of_each_other(make_county: Callable[[], County]) -> None:
    one, other = make_county(), make_county()
    handle = one.officer().submit("A-1", fields()).handle
    assert not other.core.refresh().records
    with pytest.raises(NotFound):
        other.officer().person(handle)
    assert one.register.public_key != other.register.public_key
    assert AgencyId("register") in one.core.snapshot.agencies

"""The worked agreement that ships with the library says what its titles say."""

from __future__ import annotations

from bnl.consent.agreement_file import parse_agreement
from bnl.domain.vocabulary import Action, LawfulBasis, Purpose, Role
from bnl.register.county import county_agreement_path
from tests.register.county import AGENCIES, START, County


def test_it_can_be_read_and_names_the_register_as_a_party() -> None:
    path = county_agreement_path()
    assert path.suffix == ".toml"
    agreement = parse_agreement(path.read_text(encoding="utf-8"), recorded_at=START)
    assert agreement.open_ended
    assert {agency.agency_id for agency in AGENCIES} | {"register"} <= set(agreement.parties)


def test_only_the_register_and_councils_stewards_link(county: County) -> None:
    policy = next(iter(county.core.refresh().agreements.values()))
    linking = [
        clause
        for clause in policy.clauses
        if isinstance(clause.actions, frozenset) and Action.LINK in clause.actions
    ]
    assert {clause.clause_id for clause in linking} == {"linkage", "stewardship"}
    for clause in linking:
        assert isinstance(clause.roles, frozenset)
        assert clause.roles <= {Role.SYSTEM, Role.STEWARD}
        assert clause.basis is LawfulBasis.PUBLIC_TASK


def test_no_standing_clause_lets_a_support_worker_see_others_records(county: County) -> None:
    worker = county.worker().actor
    assert not any(
        county.core.may(worker, Action.EXPORT, purpose) for purpose in (Purpose.LINKAGE, Purpose.STATISTICS)
    )
    assert county.core.may(worker, Action.VIEW, Purpose.HOUSING_SUPPORT)

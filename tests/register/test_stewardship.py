"""Stewardship: by id and evidence, two for what is hard, and nothing of the person is seen."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bnl.domain.consent import CorruptGrant, Grant
from bnl.domain.identifiers import AgencyId, GrantId, TaskId
from bnl.domain.vocabulary import EndingKind, Purpose, Role
from bnl.errors import Conflict, Denied, InvalidValue, NotFound
from bnl.register.journal import Act
from bnl.register.session import Session
from tests.register.county import CHARITY, CHERWELL, CITY, HOSTEL, County, forbid, permit, rich


def steward(county: County, agency: AgencyId = CITY, user: str = "steward-1") -> Session:
    return county.session(agency, Role.STEWARD, Purpose.STEWARDSHIP, user)


def refused(county: County, **terms: object) -> GrantId:
    """The charity's person, whom the hostel may see but for a refusal."""
    handle = county.worker().submit("C-1", rich(1)).handle
    county.worker().record_grant(handle, **permit(CHARITY, HOSTEL))
    refusal = county.worker().record_grant(handle, **forbid(**terms))
    assert county.worker(HOSTEL).search(rich(1)) == []
    return refusal


def test_a_hard_refusal_is_lifted_by_two_stewards_and_no_fewer(stored_county: County) -> None:
    county = stored_county
    refusal = refused(county, hard=True)
    task_id = steward(county).end_refusal(refusal, EndingKind.LIFTED, evidence="Her word, letter 4.")
    assert task_id is not None
    assert county.worker(HOSTEL).search(rich(1)) == []
    with pytest.raises(Denied) as caught:
        steward(county).agree_to_end(task_id)
    assert caught.value.reasons == ("second_person",)
    # The same number in another agency is another person.
    steward(county, CHERWELL).agree_to_end(task_id)
    county.reopen()
    assert county.worker(HOSTEL).search(rich(1))
    with pytest.raises(Conflict):
        steward(county, user="steward-2").agree_to_end(task_id)
    assert "letter" not in repr(county.entries())
    assert county.register.verify().sound


@pytest.mark.parametrize(
    ("terms", "kind", "ends"),
    [
        pytest.param({"objection": True}, EndingKind.ANSWERED, True, id="objection-answered"),
        pytest.param({}, EndingKind.CORRECTED, True, id="own-refusal-corrected"),
        pytest.param({}, EndingKind.ANSWERED, False, id="a-refusal-is-no-objection"),
        pytest.param({"hard": True}, EndingKind.CORRECTED, False, id="a-hard-one-by-one"),
        pytest.param({"hard": True}, EndingKind.ANSWERED, False, id="a-hard-one-answered"),
        pytest.param({}, EndingKind.WITHDRAWN, False, id="a-steward-withdraws-nothing"),
    ],
)
def test_what_one_steward_may_end(
    county: County, terms: dict[str, object], kind: EndingKind, ends: bool
) -> None:
    refusal = refused(county, **terms)
    if ends:
        assert steward(county).end_refusal(refusal, kind, evidence="letter 4") is None
    else:
        with pytest.raises(InvalidValue):
            steward(county).end_refusal(refusal, kind, evidence="letter 4")
    assert bool(county.worker(HOSTEL).search(rich(1))) == ends


def test_it_takes_a_steward_a_refusal_and_evidence(county: County) -> None:
    refusal = refused(county, hard=True)
    for session in (
        county.worker(),
        county.officer(CITY),
        county.session(HOSTEL, Role.STEWARD, Purpose.STEWARDSHIP),
        county.session(CITY, Role.STEWARD, Purpose.MORTALITY_REVIEW),
        county.steward(),
    ):
        with pytest.raises(Denied):
            session.end_refusal(refusal, EndingKind.LIFTED, evidence="x")
        with pytest.raises(Denied):
            session.agree_to_end(TaskId("tsk_none"))
        with pytest.raises(Denied):
            session.repair_grant(refusal, evidence="x")
    with pytest.raises(InvalidValue):
        steward(county).end_refusal(refusal, EndingKind.LIFTED, evidence=" ")
    with pytest.raises(NotFound):
        steward(county).end_refusal(GrantId("gra_none"), EndingKind.LIFTED, evidence="x")
    with pytest.raises(NotFound):
        steward(county).agree_to_end(TaskId("tsk_none"))


def test_a_soft_refusal_is_not_begun_to_be_lifted_in_vain(county: County) -> None:
    refusal = refused(county, given_by={"reference": "mother-1", "capacity": "attorney_or_deputy"})
    with pytest.raises(InvalidValue):
        steward(county).end_refusal(refusal, EndingKind.CORRECTED, evidence="letter")


def damage(county: County, grant_id: GrantId, version: int) -> None:
    """Alter a stored row, as somebody with the database in hand might."""
    with county.core.store.connection(writing=True) as connection:
        connection.execute(
            sa.text("UPDATE consent_grant SET body = :body WHERE key = :key AND version = :version"),
            {"body": b"nonsense", "key": grant_id, "version": version},
        )
        connection.commit()


def test_a_damaged_grant_denies_and_its_last_intact_version_is_put_back(file_county: County) -> None:
    county = file_county
    handle = county.worker().submit("C-1", rich(1)).handle
    grant_id = county.worker().record_grant(handle, **permit(CHARITY, HOSTEL))
    with county.core.change() as uow:
        held = county.core.snapshot.grants[county.record_of(CHARITY, handle)][grant_id]
        assert isinstance(held, Grant)
        changes = {"version": 2, "sequence": 0, "repaired_by": ("s",), "evidence": ("e",)}
        uow.grants.add_many([held.model_copy(update=changes)])

        county.core.journal.write(uow, steward(county).actor, Act("consent.repair"))
    damage(county, grant_id, 2)
    county.reopen()
    record_id = county.record_of(CHARITY, handle)
    assert isinstance(county.core.refresh().grants[record_id][grant_id], CorruptGrant)
    assert county.worker(HOSTEL).search(rich(1)) == []
    assert steward(county).repair_grant(grant_id, evidence="form 9") == 3
    assert county.worker(HOSTEL).search(rich(1))
    county.reopen()
    repaired = county.core.refresh().grants[record_id][grant_id]
    assert isinstance(repaired, Grant)
    assert (repaired.version, repaired.repaired_by) == (3, (f"{CITY}/steward-1",))
    assert county.worker(HOSTEL).search(rich(1))
    with pytest.raises(NotFound):
        steward(county).repair_grant(GrantId("gra_none"), evidence="form 9")


def test_a_grant_of_which_nothing_is_intact_is_not_guessed(file_county: County) -> None:
    county = file_county
    handle = county.worker().submit("C-1", rich(1)).handle
    grant_id = county.worker().record_grant(handle, **permit(CHARITY, HOSTEL))
    damage(county, grant_id, 1)
    county.reopen()
    with pytest.raises(InvalidValue, match="intact"):
        steward(county).repair_grant(grant_id, evidence="form 9")
    assert county.worker(HOSTEL).search(rich(1)) == []

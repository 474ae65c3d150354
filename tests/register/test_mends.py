"""What hostile partners tried, one test each; every one fails if its mend is undone."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bnl.domain.actor import Actor
from bnl.domain.consent import Giver
from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, EventId, UserId
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import Action, AgencyKind, Capacity, FieldCategory, LawfulBasis, Purpose, Role
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.exchange.profile import parse_profile
from bnl.exchange.statements import GrantStatement, StatedEffect
from bnl.register.consents import RESERVED, Given
from bnl.register.events import Happening
from bnl.register.households import Joining
from bnl.register.quarantine import Kept
from bnl.register.release import PersonView
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    START,
    STEWARD,
    County,
    HandClock,
    contact,
    fields,
    forbid,
    permit,
    rich,
)

PROFILE = f'agency = "{CITY}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\ndate_of_birth = "DOB"\n'
JSON_PROFILE = f'agency = "{CITY}"\nformat = "jsonl"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\n'

BASICS = (FieldCategory.IDENTITY, FieldCategory.CONTACT)


def theirs(county: County, agency: AgencyId, whose: AgencyId, handle: str) -> str:
    """The handle by which an agency would know another's person."""
    return county.core.handles.handle(agency, county.record_of(whose, handle))


@pytest.mark.parametrize("term", sorted(RESERVED))
def test_nobody_sets_a_term_that_the_register_sets(county: County, term: str) -> None:
    victim = county.officer(CITY).submit("A-1", rich(1)).handle
    handle = county.worker().submit("C-1", rich(1)).handle
    values: dict[str, Any] = {
        "record_id": county.record_of(CITY, victim),
        "grant_id": "gra_mine",
        "version": 7,
        "recorded_at": START - timedelta(days=1),
        "sequence": 1,
        "repaired_by": ("steward-1",),
    }
    with pytest.raises(InvalidValue, match="register itself sets"):
        county.worker().record_grant(handle, **permit(CHARITY, CHARITY), **{term: values[term]})
    assert not any(county.core.refresh().grants.values())


def test_nobody_speaks_as_another_record(county: County) -> None:
    victim = county.officer(CITY).submit("A-1", rich(1)).handle
    handle = county.worker().submit("C-1", rich(2)).handle
    giver = Giver(reference=county.record_of(CITY, victim), capacity=Capacity.SELF)
    with pytest.raises(InvalidValue, match="another record"):
        county.worker().record_grant(handle, **forbid(), given_by=giver)


def test_no_record_id_is_handed_out(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    other = county.officer().submit("A-1", rich(1)).handle
    contact(worker, handle, START.date())
    worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    county.register.dedup(by=STEWARD)
    told = [
        worker.timeline(handle).events,
        [(c.person.values, c.person.events, c.explanation) for c in worker.search(rich(1))],
        [(row.person.values, row.status) for row in worker.by_name_list().rows],
        county.steward().review_queue(),
        [(t.left.values, t.right.values, t.evidence) for t in county.steward().review_queue()],
        county.access(CITY).disclosures(other).entries,
    ]
    text = repr([_open(one) for one in told])
    for record_id in county.core.refresh().arrival:
        assert record_id not in text
    assert str(worker.timeline(handle).events[0].event.record_id) == handle


def _open(value: Any) -> Any:
    """What is inside values that do not show it when printed."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_open(one) for one in value]
    if hasattr(value, "model_dump"):
        return value.model_dump()
    slots = getattr(type(value), "__slots__", ())
    return {name: _open(getattr(value, name)) for name in slots} if slots else value


def test_no_search_confirms_a_value_that_may_not_be_seen(county: County) -> None:
    county.settle(6)
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories={FieldCategory.CONTACT}))
    hostel = county.worker(HOSTEL)
    assert len(hostel.search(PersonFields(phones=rich(1).phones))) == 1
    assert hostel.search(PersonFields(ni_number=rich(1).ni_number)) == []
    assert hostel.search(fields(1)) == []


def test_no_search_confirms_an_address_hidden_for_another_member_of_the_household(county: County) -> None:
    officer = county.officer(CITY)
    home = {"address": "1 Hidden Close", "postcode": "OX4 4AA", "phones": ()}
    mother, child = (officer.submit(f"A-{n}", rich(n, **home)).handle for n in (1, 2))
    officer.record_memberships([Joining("7", "main", START.date(), handle=h) for h in (mother, child)])
    where = PersonFields(address="1 Hidden Close", postcode="OX4 4AA", family_name=rich(2).family_name)
    cherwell = county.officer(CHERWELL)
    before = cherwell.search(where)
    assert any("address" in one.person.golden for one in before)
    officer.record_grant(mother, **forbid(hard=True, categories=frozenset({FieldCategory.LOCATION})))
    by_name = {one.person.handle: one.weight for one in cherwell.search(fields(2))}
    assert by_name
    for one in cherwell.search(where):
        assert not {"address", "postcode"} & {step.column for step in one.explanation.steps}
    assert cherwell.search(PersonFields(address="1 Hidden Close", postcode="OX4 4AA")) == []


def test_nobody_lists_the_county_in_answer_to_a_subject_access_request(county: County) -> None:
    officer = county.officer(CITY)
    contact(officer, officer.submit("A-1", rich(1)).handle, START.date())
    for call in (county.access(CHERWELL).by_name_list, county.access(CHERWELL).lost):
        with pytest.raises(Denied) as caught:
            call()
        assert caught.value.reasons == ("purpose",)


def test_a_search_in_answer_to_a_subject_access_request_finds_own_people_alone(county: County) -> None:
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    assert county.access(CHERWELL).search(rich(1)) == []
    assert [one.person.handle for one in county.access(CITY).search(rich(1))] == [handle]


def test_disclosures_name_no_grant_of_another_person_and_no_act_of_a_refuge(county: County) -> None:
    worker = county.worker()
    handles = [worker.submit(f"C-{n}", rich(n)).handle for n in (1, 2)]
    terms = permit(CHARITY, HOSTEL, REFUGE, categories={FieldCategory.AGENCY_INVOLVEMENT, *BASICS})
    grants = [worker.record_grant(handle, **terms) for handle in handles]
    for handle in handles:
        contact(worker, handle, START.date())
    county.worker(HOSTEL).by_name_list()
    county.worker(REFUGE).search(rich(1))
    told = county.access(CHARITY).disclosures(handles[0]).entries
    listed = next(one for one in told if one.agency == HOSTEL)
    assert grants[0] in listed.grants
    assert grants[1] not in listed.grants
    assert REFUGE not in {one.agency for one in told}
    # Who asks for another purpose is told what their own agency did, and nothing else.
    assert {one.agency for one in worker.disclosures(handles[0]).entries} == {CHARITY}


def test_nobody_corrects_an_event_of_others(county: County) -> None:
    officer = county.officer(CITY)
    event = officer.record_event(officer.submit("A-1", rich(1)).handle, EventKind.DEATH, START.date())
    mine = county.officer(CHERWELL).submit("B-1", rich(1)).handle
    own = officer.submit("A-2", rich(2)).handle
    for session, handle, named in (
        (county.officer(CHERWELL), mine, event),
        (officer, own, event),
        (officer, own, EventId("evt_none")),
    ):
        with pytest.raises(NotFound, match="no such event"):
            session.record_event(handle, EventKind.DEATH, START.date(), corrects=named, withdrawn=True)
    with pytest.raises(InvalidValue, match="would be withdrawn"):
        officer.record_event(own, EventKind.DEATH, START.date(), withdrawn=True)


def test_no_handle_of_anothers_record_leads_to_the_own_one_linked_with_it(county: County) -> None:
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    other = theirs(county, CITY, CHERWELL, county.officer(CHERWELL).submit("B-1", rich(1)).handle)
    county.steward().link(mine, other)
    officer = county.officer(CITY)
    with pytest.raises(NotFound):
        officer.record_event(other, EventKind.CONTACT, START.date())
    with pytest.raises(NotFound):
        officer.record_grant(other, **forbid())
    with pytest.raises(NotFound):
        officer.record_incapacity(other, START, evidence="mca")


def test_a_place_said_earlier_or_by_a_linked_record_is_hidden_too(county: County) -> None:
    officer = county.officer(CITY)
    home = {"address": "1 Hidden Close", "postcode": "OX4 4AA"}
    mother, child = (officer.submit(f"A-{n}", rich(n, **home)).handle for n in (1, 2))
    officer.record_memberships([Joining("7", "main", START.date(), handle=h) for h in (mother, child)])
    officer.record_grant(mother, **forbid(hard=True, categories=frozenset({FieldCategory.LOCATION})))
    view = county.officer(CHERWELL).person(theirs(county, CHERWELL, CITY, child))
    assert view.value("address") is None
    # Both move on; another agency still says the old place of the child, and it stays hidden there too.
    officer.submit("A-1", rich(1))
    officer.submit("A-2", rich(2))
    said = county.officer(CHERWELL).submit("B-2", rich(2, **home)).handle
    county.steward().link(child, theirs(county, CITY, CHERWELL, said))
    reader = county.session(AgencyId(CITY), Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION)
    shown = {value.value for value in reader.person(child).values if value.handle != child}
    assert "1 Hidden Close" not in shown
    assert rich(2).family_name in shown


def test_a_household_recorded_after_a_decision_hides_at_once(county: County) -> None:
    officer, cherwell = county.officer(CITY), county.officer(CHERWELL)
    home = {"address": "1 Hidden Close", "postcode": "OX4 4AA"}
    mother, child = (officer.submit(f"A-{n}", rich(n, **home)).handle for n in (1, 2))
    officer.record_grant(mother, **forbid(hard=True, categories=frozenset({FieldCategory.LOCATION})))
    met = theirs(county, CHERWELL, CITY, child)
    assert cherwell.person(met).value("address") == "1 Hidden Close"
    officer.record_memberships([Joining("7", "main", START.date(), handle=mother)])
    officer.record_memberships([Joining("7", "child", START.date(), handle=child)])
    assert cherwell.person(met).value("address") is None


def test_a_forbid_of_another_member_after_a_decision_hides_at_once(county: County) -> None:
    officer, cherwell = county.officer(CITY), county.officer(CHERWELL)
    home = {"address": "1 Hidden Close", "postcode": "OX4 4AA"}
    mother, child = (officer.submit(f"A-{n}", rich(n, **home)).handle for n in (1, 2))
    officer.record_memberships([Joining("7", "main", START.date(), handle=h) for h in (mother, child)])
    met = theirs(county, CHERWELL, CITY, child)
    assert cherwell.person(met).value("address") == "1 Hidden Close"
    officer.record_grant(mother, **forbid(hard=True, categories=frozenset({FieldCategory.LOCATION})))
    assert cherwell.person(met).value("address") is None


def test_a_local_record_stays_local_when_it_is_sent_again_without_the_mark(county: County) -> None:
    officer = county.officer(CITY)
    handle = officer.submit("A-1", rich(1), local=True).handle
    officer.submit("A-1", rich(1, notes="more"))
    met = theirs(county, CHERWELL, CITY, handle)
    with pytest.raises(NotFound):
        county.officer(CHERWELL).person(met)


def test_a_refusal_stated_on_a_row_that_is_refused_is_kept(county: County) -> None:
    officer = county.officer(CITY)
    handle = officer.submit("A-1", rich(1)).handle
    met = theirs(county, CHERWELL, CITY, handle)
    assert county.officer(CHERWELL).person(met).values
    with pytest.raises(Denied):
        officer.submit(
            "A-1",
            rich(1, date_of_birth="2031-01-01"),
            grants=[GrantStatement(effect=StatedEffect.FORBID)],
        )
    with pytest.raises(NotFound):
        county.officer(CHERWELL).person(met)


def test_a_refusal_said_again_after_its_withdrawal_binds_again(county: County) -> None:
    officer = county.officer(CITY)
    refusing = [GrantStatement(effect=StatedEffect.FORBID, agencies=frozenset({CHERWELL}))]
    handle = officer.submit("A-1", rich(1), grants=refusing).handle
    met = theirs(county, CHERWELL, CITY, handle)
    (refusal,) = county.core.refresh().grants[county.record_of(CITY, handle)]
    officer.withdraw_grant(refusal)
    assert county.officer(CHERWELL).person(met).values
    officer.submit("A-1", rich(1), grants=refusing)
    with pytest.raises(NotFound):
        county.officer(CHERWELL).person(met)


@pytest.mark.parametrize(
    ("agency", "role"),
    [
        pytest.param("register", Role.HOUSING_OFFICER, id="the-register-at-work"),
        pytest.param("register", Role.SYSTEM, id="the-register-itself"),
        pytest.param(CITY, Role.SYSTEM, id="an-agency-as-system"),
    ],
)
def test_nobody_signs_in_as_the_register(county: County, agency: str, role: Role) -> None:
    actor = Actor(agency_id=AgencyId(agency), user_id=UserId("u"), role=role)
    with pytest.raises(Denied) as caught:
        county.register.session(actor, Purpose.LINKAGE)
    assert caught.value.reasons == ("role",)


def test_a_policy_is_compiled_anew_whatever_changes_in_it(county: County) -> None:
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    met = theirs(county, CHERWELL, CITY, handle)
    assert county.officer(CHERWELL).person(met).values
    agreement = county.core.policy.agreements[0]
    kept = tuple(c for c in agreement.clauses if c.clause_id != "housing-authorities")
    narrower = agreement.model_copy(update={"version": 2, "clauses": kept, "sequence": 0})
    county.register.adopt(narrower, by=STEWARD)
    with pytest.raises(NotFound):
        county.officer(CHERWELL).person(met)
    # An agency enrolled again with another kind is as many agencies as before.
    worker = county.worker()
    mine = worker.submit("C-1", rich(2)).handle
    worker.record_grant(mine, **permit(CHARITY, HOSTEL, basis=LawfulBasis.LEGITIMATE_INTERESTS))
    assert county.worker(HOSTEL).search(rich(2))
    known = county.core.snapshot.agencies[CHARITY]
    county.register.enrol([known.model_copy(update={"kind": AgencyKind.LOCAL_AUTHORITY})], by=STEWARD)
    assert county.worker(HOSTEL).search(rich(2)) == []


def test_every_grant_that_decided_stands_in_the_log_however_many(county: County) -> None:
    worker = county.worker()
    made = []
    for number in range(130):
        handle = worker.submit(f"C-{number}", fields(number, phones=("07700 900123",))).handle
        terms = permit(CHARITY, HOSTEL, categories={FieldCategory.AGENCY_INVOLVEMENT, *BASICS})
        made.append(worker.record_grant(handle, **terms))
        contact(worker, handle, START.date())
    since = county.size()
    county.worker(HOSTEL).by_name_list()
    named = {grant for entry in county.entries(since) for grant in entry.grants}
    assert set(made) <= named
    assert len(county.entries(since)) == 2


def test_a_quarantined_row_is_shown_only_to_who_records_for_that_purpose(
    county: County, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("Ref,Surname,DOB\nA-1,Example,31/02/1990\n", encoding="utf-8")
    county.data_officer(CITY).ingest(file, parse_profile(PROFILE))
    assert len(county.data_officer(CITY).quarantine()) == 1
    for role, purpose in (
        (Role.DATA_OFFICER, Purpose.STATISTICS),
        (Role.DATA_OFFICER, Purpose.SUBJECT_ACCESS),
        (Role.OPERATOR, Purpose.HOUSING_SUPPORT),
    ):
        with pytest.raises(Denied) as caught:
            county.session(CITY, role, purpose).quarantine()
        assert caught.value.reasons == ("no_clause",)
        assert county.entries()[-1].action == "attempt.quarantine"


@pytest.mark.parametrize(
    ("role", "purpose"),
    [(Role.OPERATOR, Purpose.HOUSING_SUPPORT), (Role.MANAGER, Purpose.STATISTICS)],
)
def test_a_permit_needs_a_role_and_purpose_that_record_and_a_refusal_does_not(
    county: County, role: Role, purpose: Purpose
) -> None:
    handle = county.worker().submit("C-1", rich(1)).handle
    other = county.session(CHARITY, role, purpose)
    with pytest.raises(Denied):
        other.record_grant(handle, **permit(CHARITY, HOSTEL))
    standing = county.worker().record_grant(handle, **permit(CHARITY, HOSTEL))
    refusal = other.record_grant(handle, **forbid())
    assert county.worker(HOSTEL).search(rich(1)) == []
    with pytest.raises(Denied):
        other.withdraw_grant(refusal)
    assert other.withdraw_grant(standing).grant_id == standing


@pytest.mark.parametrize("reference", [1, b"A-1", None, ["A-1"], True, 1.5, "\ud800", ""])
def test_a_reference_that_is_no_text_is_refused_and_never_coerced(county: County, reference: Any) -> None:
    officer = county.officer(CITY)
    officer.submit("A-1", rich(1))
    with pytest.raises(InvalidValue):
        officer.submit(reference, rich(2))
    for failed in (
        officer.record_grants([Given(forbid(), reference=reference)])[1],
        officer.record_events([Happening("", EventKind.CONTACT, START.date(), reference=reference)])[1],
        officer.record_memberships([Joining("1", "main", START.date(), reference=reference)])[1],
    ):
        assert [type(one.error) for one in failed] in ([InvalidValue], [NotFound])
    assert len(county.core.refresh().records) == 1


@pytest.mark.parametrize("mark", ["local", "restricted"])
@pytest.mark.parametrize("value", ["no", 1, None])
def test_a_mark_that_is_neither_yes_nor_no_is_refused(county: County, mark: str, value: Any) -> None:
    with pytest.raises(InvalidValue):
        county.officer(CITY).submit("A-1", rich(1), **{mark: value})


def test_half_a_character_costs_its_row_and_not_the_file(county: County, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"Ref":"\\ud800","Surname":"A"}\n{"Ref":"A-2","Surname":"B\\uDFFF"}\n{"Ref":"A-3","Surname":"\\ud83d\\ude00"}\n',
        encoding="utf-8",
    )
    report = county.data_officer(CITY).ingest(file, parse_profile(JSON_PROFILE))
    assert [refusal.reason for refusal in report.refusals] == ["not_json", "not_json"]
    assert report.accepted == 1


@pytest.mark.parametrize("held", [True, False], ids=["equals-what-is-held", "is-new"])
def test_a_mended_row_leaves_the_quarantine(
    county: County, tmp_path: Path, clock: HandClock, held: bool
) -> None:
    officer = county.data_officer(CITY)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("Ref,Surname,DOB\nA-1,Example,01/02/1990\n", encoding="utf-8")
    bad.write_text("Ref,Surname,DOB\nA-1,Example,31/02/1990\nA-2,Other,31/02/1990\n", encoding="utf-8")
    if held:
        officer.ingest(good, parse_profile(PROFILE))
    clock.advance(days=1)
    officer.ingest(bad, parse_profile(PROFILE))
    clock.advance(days=1)
    assert len(officer.quarantine()) == 2
    officer.ingest(good, parse_profile(PROFILE))
    assert [row.reference for row in officer.quarantine()] == ["A-2"]


def test_a_bad_row_after_a_good_one_of_the_same_file_waits(county: County, tmp_path: Path) -> None:
    officer = county.data_officer(CITY)
    file = tmp_path / "both.csv"
    file.write_text("Ref,Surname,DOB\nA-1,Example,01/02/1990\nA-1,Example,31/02/1990\n", encoding="utf-8")
    officer.ingest(file, parse_profile(PROFILE))
    assert len(officer.quarantine()) == 1
    file.write_text("Ref,Surname,DOB\nA-1,Example,31/03/1990\n", encoding="utf-8")
    officer.ingest(file, parse_profile(PROFILE))
    assert officer.quarantine() == []


def test_nothing_with_personal_data_is_pickled(county: County) -> None:
    officer = county.officer(CITY)
    handle = officer.submit("A-1", rich(1)).handle
    contact(officer, handle, START.date())
    county.register.dedup(by=STEWARD)
    whole: list[object] = [
        rich(1),
        officer.timeline(handle),
        officer.timeline(handle).events[0],
        officer.person(handle).values[0],
        officer.search(rich(1))[0],
        officer.by_name_list(),
        officer.by_name_list().rows[0],
        county.access(CITY).disclosures(handle),
        Kept(1, "A-1", "x", "y", "raw"),
        Given({}, "h"),
        Happening("h", EventKind.CONTACT, START.date()),
        Joining("7", "main", START.date()),
    ]
    for value in whole:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="cannot be pickled"):
                pickle.dumps(value, protocol)
    assert copy.deepcopy(rich(1)) == rich(1)
    assert isinstance(whole[1], PersonView)


def test_a_permit_stays_void_once_un_linking_has_parted_it_from_what_it_named(county: County) -> None:
    worker = county.worker()
    one = worker.submit("C-1", rich(1)).handle
    other = worker.submit("C-2", rich(1, phones=())).handle
    seen = [theirs(county, CITY, CHARITY, handle) for handle in (one, other)]
    steward = county.steward()
    steward.link(*seen)
    said = {"given_by": Giver(reference="person-1", capacity=Capacity.SELF)}
    reading = frozenset({Action.SEARCH, Action.VIEW})
    refusal = worker.record_grant(other, **forbid(actions=reading, **said))
    lifting = permit(CHARITY, HOSTEL, supersedes=(refusal,), **said)
    worker.record_grant(one, **lifting)
    assert county.worker(HOSTEL).search(rich(1))
    judged = steward.unlink(*seen)
    assert county.worker(HOSTEL).search(rich(1)) == []
    steward.undo(judged)
    steward.link(*seen)
    assert county.worker(HOSTEL).search(rich(1)) == []
    with pytest.raises(InvalidValue, match="parted once"):
        worker.record_grant(one, **lifting)
    # On the very record of the refusal it can be said anew.
    worker.record_grant(other, **lifting)
    assert county.worker(HOSTEL).search(rich(1))

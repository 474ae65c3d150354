"""Release: nobody sees more than the decision allows, and who is hidden does not exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnl.consent.decide import ask, decide
from bnl.domain.event import EventKind, category_of
from bnl.domain.identifiers import AgencyId, Handle
from bnl.domain.person import FIELD_CATEGORY, PersonFields
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role
from bnl.errors import BnlError, NotFound
from bnl.register.facts import person_facts
from bnl.register.households import Joining
from bnl.register.release import PersonView, unknown_handle
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSPITAL,
    HOSTEL,
    REFUGE,
    START,
    County,
    HandClock,
    contact,
    forbid,
    permit,
    rich,
)

FULL: dict[str, Any] = {
    "support_needs": ("alcohol",),
    "health_conditions": ("asthma",),
    "risk_flags": ("dogs",),
    "notes": "Seen at the library.",
    "housing_status": "rough sleeping",
    "income": "nil",
}
NOBODY = str(unknown_handle())


def met(county: County, agency: AgencyId, whose: AgencyId, handle: Handle) -> Handle:
    """The handle by which an agency would know another's person."""
    return county.core.handles.handle(agency, county.record_of(whose, handle))


def seen(view: PersonView) -> set[str]:
    """The fields a view shows."""
    return {value.field for value in view.values}


def test_an_agency_reads_back_all_it_said_without_any_permit(stored_county: County) -> None:
    county = stored_county
    said = rich(1, **FULL)
    handle = county.worker().submit("C-1", said).handle
    view = county.worker().person(handle)
    assert {name: view.value(name) for name in said.present()} == said.present()
    assert view.withheld == frozenset()
    for role in set(Role) - {Role.SYSTEM}:
        for purpose in (Purpose.HOUSING_SUPPORT, Purpose.STATISTICS, Purpose.SUBJECT_ACCESS):
            assert seen(county.session(CHARITY, role, purpose).person(handle)) == set(said.present())


def test_without_a_permit_the_person_does_not_exist_for_others(county: County) -> None:
    handle = county.worker(CHARITY).submit("C-1", rich(1)).handle
    theirs = met(county, HOSTEL, CHARITY, handle)
    with pytest.raises(NotFound) as caught:
        county.worker(HOSTEL).person(theirs)
    assert str(caught.value) == NOBODY
    assert county.worker(HOSTEL).search(rich(1)) == []


def test_a_permit_shows_what_it_names_and_marks_the_rest_withheld(county: County) -> None:
    handle = county.worker(CHARITY).submit("C-1", rich(1, **FULL)).handle
    county.worker(CHARITY).record_grant(handle, **permit(CHARITY, HOSTEL))
    theirs = met(county, HOSTEL, CHARITY, handle)
    view = county.worker(HOSTEL).person(theirs)
    assert seen(view) == {"given_names", "family_name", "date_of_birth", "ni_number", "phones"}
    assert {FieldCategory.LOCATION, FieldCategory.HEALTH, FieldCategory.CASE_NOTES} <= view.withheld
    assert FieldCategory.IDENTITY not in view.withheld
    assert view.value("address") is None
    assert view.value("emails") is None
    assert FieldCategory.CONTACT not in view.withheld
    # Which agency said it is agency involvement, and that was not permitted.
    assert {value.agency_id for value in view.values} == {None}
    assert view.obligations
    assert repr(view) == f"PersonView({theirs}, …)"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"agencies": frozenset({HOSPITAL})}, id="another-agency"),
        pytest.param({"purposes": frozenset({Purpose.OUTREACH})}, id="another-purpose"),
        pytest.param({"actions": frozenset({Action.SEARCH})}, id="another-action"),
        pytest.param({"roles": frozenset({Role.MANAGER})}, id="another-role"),
        pytest.param({"users": frozenset({"somebody"})}, id="another-user"),
        pytest.param({"areas": frozenset({"Cherwell"})}, id="an-area-the-actor-has-not"),
        pytest.param({"agencies": None}, id="no-agency-named"),
        pytest.param({"categories": None}, id="no-category-named"),
        pytest.param({"valid_from": START + timedelta(days=1)}, id="not-yet"),
    ],
)
def test_a_permit_that_misses_in_one_dimension_shows_nothing(county: County, change: dict[str, Any]) -> None:
    handle = county.worker(CHARITY).submit("C-1", rich(1)).handle
    county.worker(CHARITY).record_grant(handle, **permit(CHARITY, HOSTEL, **change))
    with pytest.raises(NotFound) as caught:
        county.worker(HOSTEL).person(met(county, HOSTEL, CHARITY, handle))
    assert str(caught.value) == NOBODY


@pytest.mark.parametrize("hard", [False, True])
def test_a_forbid_beats_every_permit_and_standing_clause(county: County, hard: bool) -> None:
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    county.officer(CITY).record_grant(handle, **permit(CITY, CHERWELL, purposes=ANY, categories=ANY))
    theirs = met(county, CHERWELL, CITY, handle)
    assert "phones" in seen(county.officer(CHERWELL).person(theirs))
    terms = forbid(hard=hard, categories=frozenset({FieldCategory.CONTACT, FieldCategory.LOCATION}))
    county.officer(CITY).record_grant(handle, **terms)
    view = county.officer(CHERWELL).person(theirs)
    assert {FieldCategory.CONTACT, FieldCategory.LOCATION} <= view.withheld
    assert not {"phones", "address", "postcode"} & seen(view)
    assert "phones" in seen(county.officer(CITY).person(handle))


def test_a_soft_forbid_gives_way_to_safeguarding_and_a_hard_one_does_not(county: County) -> None:
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = met(county, CHERWELL, CITY, handle)
    lead = county.session(CHERWELL, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING)
    soft = county.officer(CITY).record_grant(handle, **forbid())
    with pytest.raises(NotFound):
        county.officer(CHERWELL).person(theirs)
    assert "phones" in seen(lead.person(theirs))
    county.officer(CITY).withdraw_grant(soft)
    county.officer(CITY).record_grant(handle, **forbid(hard=True))
    for session in (lead, county.officer(CHERWELL)):
        with pytest.raises(NotFound) as caught:
            session.person(theirs)
        assert str(caught.value) == NOBODY


def test_a_permit_ends_at_its_instant_and_a_withdrawal_at_once(county: County, clock: HandClock) -> None:
    worker, hostel = county.worker(CHARITY), county.worker(HOSTEL)
    handle = worker.submit("C-1", rich(1)).handle
    until = clock.now + timedelta(days=1)
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, open_ended=False, valid_until=until))
    theirs = met(county, HOSTEL, CHARITY, handle)
    clock.now = until - timedelta(microseconds=1)
    assert hostel.person(theirs).values
    clock.now = until
    with pytest.raises(NotFound):
        hostel.person(theirs)
    again = worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    assert hostel.person(theirs).values
    worker.withdraw_grant(again)
    with pytest.raises(NotFound):
        hostel.person(theirs)


def test_local_records_exist_for_nobody_else(county: County) -> None:
    handle = county.worker(REFUGE).submit("R-1", rich(1)).handle
    county.worker(REFUGE).record_grant(
        handle, **permit(REFUGE, CITY, HOSTEL, CHERWELL, purposes=ANY, actions=ANY, categories=ANY)
    )
    for session in (
        county.officer(CITY),
        county.worker(HOSTEL),
        county.steward(),
        county.session(CITY, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING),
        county.access(CITY),
    ):
        theirs = met(county, session.actor.agency_id, REFUGE, handle)
        with pytest.raises(NotFound) as caught:
            session.person(theirs)
        assert str(caught.value) == NOBODY
        assert session.search(rich(1)) == []
    assert county.worker(REFUGE).person(handle).value("family_name") == rich(1).family_name


def test_a_hard_forbid_hides_the_shared_address_on_the_others_of_the_household(county: County) -> None:
    officer = county.officer(CITY)
    home = {"address": "1 Hidden Close", "postcode": "OX4 4AA"}
    mother = officer.submit("A-1", rich(1, **home)).handle
    child = officer.submit("A-2", rich(2, **home)).handle
    joining = [
        Joining("7", relation, START.date() - timedelta(days=100), handle=handle)
        for relation, handle in (("main", mother), ("child", child))
    ]
    assert officer.record_memberships(joining)[1] == []
    theirs = met(county, CHERWELL, CITY, child)
    assert county.officer(CHERWELL).person(theirs).value("address") == "1 Hidden Close"
    officer.record_grant(mother, **forbid(hard=True, categories=frozenset({FieldCategory.LOCATION})))
    view = county.officer(CHERWELL).person(theirs)
    assert not {"address", "postcode"} & seen(view)
    assert FieldCategory.LOCATION not in view.withheld
    assert view.value("family_name") == rich(2).family_name
    found = county.officer(CHERWELL).search(PersonFields(address="1 Hidden Close", postcode="OX4 4AA"))
    assert not [one for one in found if one.person.value("address")]


def test_events_are_shown_by_their_category(county: County) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_event(handle, EventKind.INSTITUTION_ADMISSION, START.date(), institution="hospital")
    contact(worker, handle, START.date() + timedelta(days=1))
    worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    mine = worker.timeline(handle).events
    assert [one.event.kind for one in mine] == [EventKind.INSTITUTION_ADMISSION, EventKind.CONTACT]
    theirs = county.worker(HOSTEL).timeline(met(county, HOSTEL, CHARITY, handle))
    allowed = {FieldCategory.IDENTITY, FieldCategory.CONTACT, FieldCategory.EXISTENCE}
    assert {category_of(one.event.kind, one.event.data) for one in theirs.events} <= allowed
    assert worker.person(handle).events == ()


def test_no_link_shows_more_of_a_record_than_its_own_permits_do(county: County) -> None:
    one = county.worker(CHARITY).submit("C-1", rich(1, notes="from the charity")).handle
    other = county.worker(HOSTEL).submit("H-1", rich(2, notes="from the hostel")).handle
    county.worker(CHARITY).record_grant(one, **permit(CHARITY, HOSPITAL))
    steward = county.steward()
    steward.link(met(county, CITY, CHARITY, one), met(county, CITY, HOSTEL, other))
    hospital = county.session(HOSPITAL, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT)
    view = hospital.person(met(county, HOSPITAL, CHARITY, one))
    assert {value.handle for value in view.values} == {met(county, HOSPITAL, CHARITY, one)}
    assert "notes" not in seen(view)
    with pytest.raises(NotFound):  # a handle of the hidden record would tell that the two are linked
        hospital.person(met(county, HOSPITAL, HOSTEL, other))


GRANTS = st.lists(
    st.tuples(
        st.sampled_from(["permit", "soft", "hard"]),
        st.sampled_from([CHARITY, CITY]),
        st.none() | st.frozensets(st.sampled_from(list(FieldCategory)), min_size=1, max_size=4),
        st.none() | st.frozensets(st.sampled_from([HOSTEL, CHERWELL]), min_size=1),
    ),
    max_size=4,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GRANTS, st.booleans())
def test_every_view_is_what_the_decision_permits_and_no_more(
    county: County, given_: list[tuple[str, AgencyId, Any, Any]], linked: bool
) -> None:
    """Whatever was granted and refused on two records of one person, views show what `decide` permits."""
    number = county.size()
    sessions = {CHARITY: county.worker(CHARITY), CITY: county.officer(CITY)}
    handles = {
        agency: sessions[agency].submit(f"P-{number}", rich(number % 40, **FULL)).handle
        for agency in sessions
    }
    if linked:
        county.steward().link(handles[CITY], met(county, CITY, CHARITY, handles[CHARITY]))
    for effect, agency, categories, agencies in given_:
        terms = (
            permit(agency, agencies=agencies, categories=categories, purposes=ANY)
            if effect == "permit"
            else forbid(hard=effect == "hard", categories=categories, agencies=agencies)
        )
        sessions[agency].record_grant(handles[agency], **terms)
    snapshot = county.core.refresh()
    discharge = county.session(HOSPITAL, Role.DISCHARGE_COORDINATOR, Purpose.HOSPITAL_DISCHARGE)
    for session in (county.worker(HOSTEL), county.officer(CHERWELL), discharge):
        for whose, handle in handles.items():
            person_id = county.person_of(whose, handle)
            request = ask(
                actor=session.actor, action=Action.VIEW, purpose=session.purpose, moment=county.clock.now
            )
            decision = decide(request, person_facts(snapshot, person_id), county.core.policy)
            allowed = {
                (record.record_id, name)
                for record in snapshot.records_of(person_id)
                for name in record.fields.present()
                if decision.permits(record.record_id, FIELD_CATEGORY[name])
            }
            theirs = met(county, session.actor.agency_id, whose, handle)
            try:
                view = session.person(theirs)
            except NotFound:
                assert county.record_of(whose, handle) not in decision.records
                continue
            assert county.record_of(whose, handle) in decision.records
            shown = {
                (county.record_of(session.actor.agency_id, value.handle), value.field)
                for value in view.values
            }
            assert shown <= allowed
            assert {name for _, name in shown} == {name for _, name in allowed}
            assert {value.field for value in view.golden.values()} <= {name for _, name in shown}


def everything(session: Session, handles: list[Handle], wanted: list[PersonFields]) -> list[object]:
    """What a user is told by every reading call, without what is made at random."""
    told: list[object] = []
    for handle in handles:
        for read in (session.person, session.timeline, session.disclosures):
            try:
                told.append(type(read(handle)).__name__)
            except BnlError as error:
                told.append((type(error).__name__, str(error)))
    for query in wanted:
        try:
            found = session.search(query)
        except BnlError as error:
            told.append((type(error).__name__, str(error)))
            continue
        told.append([sorted((v.field, str(v.value)) for v in one.person.values) for one in found])
    for names in (session.by_name_list(), session.lost()):
        told.append((len(names), [(row.status, sorted(row.person.golden)) for row in names.rows]))
    told.append(len(session.review_queue()))
    return told


@pytest.mark.parametrize(
    "hide",
    [
        pytest.param("local", id="a-local-record"),
        pytest.param("forbid", id="a-hard-forbid"),
        pytest.param("no-permit", id="no-permit"),
    ],
)
def test_a_register_with_a_hidden_person_answers_like_one_without(
    make_county: Callable[[], County], hide: str
) -> None:
    without, with_ = make_county(), make_county()
    for county in (without, with_):
        county.settle(6)
        county.register.dedup(by=county.steward().actor)
    secret = rich(3)
    agency = CITY if hide == "forbid" else CHARITY
    sessions = {CITY: with_.officer(CITY), CHARITY: with_.worker(CHARITY)}
    handle = sessions[agency].submit("X-1", secret, local=hide == "local").handle
    contact(sessions[agency], handle, START.date())
    if hide == "forbid":
        sessions[agency].record_grant(handle, **forbid(hard=True))
    for reader, role, purpose in (
        (CHERWELL, Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION),
        (HOSTEL, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT),
        (HOSPITAL, Role.DISCHARGE_COORDINATOR, Purpose.HOSPITAL_DISCHARGE),
    ):
        if hide == "no-permit" and reader != HOSTEL:
            continue
        guess = met(with_, reader, agency, handle)
        told = [
            everything(county.session(reader, role, purpose), [guess, Handle("h_x")], [secret, rich(40)])
            for county in (without, with_)
        ]
        assert told[0] == told[1]

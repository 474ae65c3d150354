"""The exit itself: what it hands over, under which handle, and what it notes for the entry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bnl.consent.decide import ask
from bnl.domain.audit import AuditEntry
from bnl.domain.event import Event, EventKind, category_of
from bnl.domain.identifiers import AgencyId, Handle, PersonId, RecordId
from bnl.domain.vocabulary import Action, FieldCategory, LawfulBasis, Purpose
from bnl.errors import NotFound
from bnl.register.masks import mask_of
from bnl.register.release import (
    Exit,
    PersonView,
    events_of,
    opened,
    own_handle,
    person_behind,
    unknown_handle,
)
from bnl.register.session import Session
from tests.register.county import CHARITY, CHERWELL, CITY, HOSTEL, START, County, contact, permit, rich

NEED: dict[str, Any] = {"support_needs": ("alcohol",), "notes": "Seen at the library."}
EXISTS = mask_of(events=[FieldCategory.EXISTENCE])
SHARED = frozenset({FieldCategory.IDENTITY, FieldCategory.CONTACT, category_of(EventKind.CONTACT, {})})
BASICS = mask_of(["given_names", "family_name", "date_of_birth", "ni_number", "phones"])


def met(county: County, agency: AgencyId, whose: AgencyId, handle: Handle) -> Handle:
    """The handle by which one agency would know another's person."""
    return county.core.handles.handle(agency, county.record_of(whose, handle))


def way_out(county: County, session: Session, **asked: Any) -> Exit:
    """An exit as a call of a session would open it, on the state as it is."""
    request = ask(
        actor=session.actor,
        action=asked.pop("action", Action.VIEW),
        purpose=session.purpose,
        moment=county.clock.now,
        **asked,
    )
    county.core.refresh(events=True)
    return Exit(county.core, None, request)  # type: ignore[arg-type]  # what is tried here writes nothing


class Two:
    """One person of two records, the charity's and the city's; a hostel has a permit for the first."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.theirs = county.worker(CHARITY).submit("C-1", rich(1, **NEED)).handle
        county.clock.advance(minutes=1)
        self.mine = county.officer(CITY).submit("A-1", rich(2, notes="Nothing to say.")).handle
        self.grant = county.worker(CHARITY).record_grant(
            self.theirs, **permit(CHARITY, HOSTEL, categories=SHARED)
        )
        county.steward().link(self.mine, met(county, CITY, CHARITY, self.theirs))
        self.first, self.second = county.record_of(CHARITY, self.theirs), county.record_of(CITY, self.mine)
        self.person = county.core.refresh(events=True).person(self.first)

    def shown(self, agency: AgencyId = HOSTEL) -> Handle:
        """The handle by which an agency would know the first record."""
        return self.county.core.handles.handle(agency, self.first)

    def last(self) -> AuditEntry:
        """The last entry of the log."""
        return self.county.entries()[-1]

    def view(self, exit_: Exit, events: list[Event] | None = None) -> PersonView:
        """What an exit shows of the person."""
        ((person_id, decision),) = exit_.visible([self.person])
        return exit_.view(person_id, decision, events or [])


@pytest.fixture
def two(county: County) -> Two:
    """A person of two records."""
    return Two(county)


# ------------------------------------------------------------------- what the entry tells


def test_the_entry_of_a_view_tells_what_was_handed_over_and_what_let_it_be(two: Two) -> None:
    county = two.county
    contact(county.worker(CHARITY), two.theirs, START.date())
    size = county.size()
    county.worker(HOSTEL).timeline(two.shown())
    entry = two.last()
    assert (entry.action, entry.purpose, entry.decision) == ("timeline", "housing_support", "partial")
    assert entry.lawful_basis == LawfulBasis.CONSENT.value
    assert entry.grants == (two.grant,)
    assert entry.details == {"role": "support_worker"}
    assert (entry.actor, entry.agency) == ("user-1", HOSTEL)
    told = BASICS | EXISTS | mask_of(events=[category_of(EventKind.CONTACT, {})])
    assert county.subjects(entry.sequence) == {two.first: told}
    assert county.size() == size + 1


def test_a_view_by_standing_clauses_names_them(two: Two) -> None:
    two.county.officer(CHERWELL).person(two.shown(CHERWELL))
    entry = two.last()
    assert entry.action == "view"
    assert entry.lawful_basis == LawfulBasis.PUBLIC_TASK.value
    assert entry.grants
    assert all(one.count("/") == 2 for one in entry.grants)
    assert set(two.county.subjects(entry.sequence)) == {two.first, two.second}


def test_all_of_ones_own_is_a_permit_in_whole_on_no_basis(county: County) -> None:
    handle = county.worker(CHARITY).submit("C-1", rich(1, **NEED)).handle
    county.worker(CHARITY).person(handle)
    entry = county.entries()[-1]
    assert (entry.decision, entry.lawful_basis, entry.grants) == ("permit", "", ())
    fields = rich(1, **NEED).present()
    assert county.subjects(entry.sequence) == {county.record_of(CHARITY, handle): mask_of(fields) | EXISTS}


def test_a_handle_that_opens_nobody_is_an_entry_of_a_denial(county: County) -> None:
    with pytest.raises(NotFound):
        county.worker(HOSTEL).person("h_nobody")
    entry = county.entries()[-1]
    assert (entry.action, entry.decision, entry.lawful_basis, entry.grants) == ("view", "deny", "", ())
    assert county.subjects(entry.sequence) == {}


def test_one_thing_withheld_makes_the_whole_partial_whatever_came_before_or_after(county: County) -> None:
    own = county.worker(CHARITY).submit("C-1", rich(1)).handle
    other = county.worker(HOSTEL).submit("H-1", rich(2)).handle
    county.worker(HOSTEL).record_grant(other, **permit(HOSTEL, CHARITY))
    whole, part = county.person_of(CHARITY, own), county.person_of(HOSTEL, other)
    for order, told in (
        ([whole], "permit"),
        ([part], "partial"),
        ([whole, part], "partial"),
        ([part, whole], "partial"),
    ):
        exit_ = way_out(county, county.worker(CHARITY))
        for person_id, decision in exit_.visible(order):
            exit_.view(person_id, decision)
        assert exit_.act("x").decision == told
        assert exit_.act("x").basis == ("consent" if part in order else "")


def test_what_is_noted_of_a_record_adds_up(two: Two) -> None:
    exit_ = way_out(two.county, two.county.worker(HOSTEL))
    ((_, decision),) = exit_.visible([two.person])
    assert exit_.act("x").decision == "deny"
    exit_.note_masks(decision, {two.first: 1, two.second: 4})
    exit_.note_masks(decision, {two.first: 2})
    assert exit_.act("x").subjects == {two.first: 3, two.second: 4}
    assert set(exit_.act("x").grants) == {two.grant}
    assert exit_.act("x").decision == "permit"


def test_the_first_basis_is_the_one_told(county: County) -> None:
    """Where several were relied on, the entry has room for one: that of what was handed over first."""
    first = county.officer(CITY).submit("A-1", rich(1)).handle
    second = county.worker(CHARITY).submit("C-1", rich(2)).handle
    terms = {"purposes": frozenset({Purpose.HOMELESSNESS_PREVENTION}), "categories": frozenset(FieldCategory)}
    county.worker(CHARITY).record_grant(second, **permit(CHARITY, CHERWELL, **terms))
    people = [county.person_of(CITY, first), county.person_of(CHARITY, second)]
    bases = []
    for order in (people, people[::-1]):
        exit_ = way_out(county, county.officer(CHERWELL))
        found = dict(exit_.visible(order))
        assert list(found) == order
        for person_id in order:
            exit_.note_events(found[person_id], ())
        bases.append([found[order[0]].bases[0].value, exit_.act("x").basis])
    assert bases[0][0] == bases[0][1]
    assert bases[1][0] == bases[1][1]


# ------------------------------------------------------------------- what is handed over


def test_a_view_shows_the_records_the_events_and_what_binds_the_receiver(two: Two) -> None:
    county = two.county
    contact(county.worker(CHARITY), two.theirs, START.date())
    exit_ = way_out(county, county.worker(HOSTEL))
    view = two.view(exit_, events_of(county.core, two.person))
    assert view.handle == two.shown()
    assert view.value("family_name") == rich(1).family_name
    assert view.value("address") is None
    (one,) = view.events
    assert (one.handle, one.event.record_id, one.event.sequence) == (two.shown(), RecordId(two.shown()), 0)
    assert one.event.kind == EventKind.CONTACT
    assert view.obligations == ("purpose: housing_support", "no_onward_disclosure")
    assert two.view(way_out(county, county.worker(HOSTEL))).events == ()


def test_records_as_they_were_are_redacted_as_those_that_are(two: Two) -> None:
    county = two.county
    exit_ = way_out(county, county.worker(HOSTEL))
    ((person_id, decision),) = exit_.visible([two.person])
    before = county.core.snapshot.records[two.first].model_copy(update={"fields": rich(1, family_name="Old")})
    view = exit_.view_of([before], person_id, decision)
    assert (view.handle, view.value("family_name"), view.events) == (two.shown(), "Old", ())
    assert FieldCategory.LOCATION in view.withheld
    assert view.obligations == two.view(exit_).obligations
    assert exit_.said(before, decision) == {
        name: value for name, value in before.fields.present().items() if name not in {"address", "postcode"}
    }
    assert exit_.act("x").subjects == {two.first: BASICS | EXISTS}


def test_what_one_version_said_is_noted(two: Two) -> None:
    exit_ = way_out(two.county, two.county.worker(HOSTEL))
    ((_, decision),) = exit_.visible([two.person])
    exit_.said(two.county.core.snapshot.records[two.first], decision)
    assert exit_.act("x").subjects == {two.first: BASICS | EXISTS}
    assert exit_.act("x").decision == "partial"


def test_one_record_alone_is_shown_under_its_own_handle(two: Two) -> None:
    county = two.county
    exit_ = way_out(county, county.steward())
    ((_, decision),) = exit_.visible([two.person])
    for record_id, number in ((two.first, 1), (two.second, 2)):
        view = exit_.view_record(record_id, decision)
        assert view.handle == county.core.handles.handle(CITY, record_id)
        assert view.value("given_names") == rich(number).given_names
        assert view.events == ()
        assert view.withheld == decision.withheld
        assert view.obligations[0] == "purpose: linkage"
    del county.core.snapshot.records[two.first]  # as one that cannot be read
    assert exit_.view_record(two.first, decision).values == ()


def test_values_come_with_their_records_the_best_first(two: Two) -> None:
    exit_ = way_out(two.county, two.county.steward())
    ((person_id, decision),) = exit_.visible([two.person])
    found = exit_.values(person_id, decision)
    best = {value.field: value for _, value in found[: len({value.field for _, value in found})]}
    assert best == two.view(exit_).golden
    said = {(record_id, value.field, value.value) for record_id, value in found}
    records = two.county.core.snapshot.records
    assert {
        (record_id, name, value)
        for record_id in (two.first, two.second)
        for name, value in records[record_id].fields.present().items()
        if decision.permits_field(record_id, name)
    } == said


def test_a_row_is_searched_for_each_record_that_says_something(two: Two) -> None:
    county = two.county
    rows = {}
    for who in (county.worker(HOSTEL), county.officer(CITY)):
        exit_ = way_out(county, who, action=Action.SEARCH)
        ((person_id, decision),) = exit_.visible([two.person])
        rows[who.actor.agency_id] = exit_.seen_rows(person_id, decision)
        assert exit_.subjects == {}
    assert rows[HOSTEL] == [
        {"record_id": two.first, "agency": CHARITY}
        | {
            name: value
            for name, value in rich(1).present().items()
            if name in {"given_names", "family_name", "date_of_birth", "ni_number", "phones"}
        }
    ]
    assert [row["record_id"] for row in rows[CITY]] == [two.first, two.second]
    assert rows[CITY][1].items() >= rich(2, notes="Nothing to say.").present().items()


# ------------------------------------------------------------------- which handle opens whom


def test_a_person_bears_the_receivers_own_oldest_record(county: County) -> None:
    """Of the receiver's own records the oldest; where it has none, the oldest of those it may know of."""
    first = county.officer(CHERWELL).submit("B-1", rich(1)).handle
    county.clock.advance(minutes=1)
    older = county.officer(CITY).submit("A-1", rich(2)).handle
    county.clock.advance(minutes=1)
    newer = county.officer(CITY).submit("A-2", rich(3)).handle
    records = [
        county.record_of(CHERWELL, first),
        county.record_of(CITY, older),
        county.record_of(CITY, newer),
    ]
    county.steward().link(newer, older)
    county.steward().link(older, met(county, CITY, CHERWELL, first))
    person_id = county.core.refresh().person(records[0])
    for reader, oldest in ((CHERWELL, records[0]), (CITY, records[1])):
        exit_ = way_out(county, county.officer(reader))
        ((_, decision),) = exit_.visible([person_id])
        assert set(decision.records) == set(records)
        handle = county.core.handles.handle(reader, oldest)
        assert own_handle(county.core, reader, person_id, decision) == handle
        assert county.officer(reader).person(handle).handle == handle
    for record_id in records:
        del county.core.snapshot.records[record_id]  # as those that cannot be read
    handle = county.core.handles.handle(CITY, min(records))
    assert own_handle(county.core, CITY, person_id, decision) == handle


def test_the_recipient_of_what_is_sent_gets_handles_of_its_own(two: Two) -> None:
    county = two.county
    exit_ = way_out(
        county,
        county.officer(CITY),
        action=Action.REFER,
        recipient=CHERWELL,
        fields=frozenset({"family_name"}),
    )
    assert exit_.receiver == CHERWELL
    assert way_out(county, county.officer(CITY)).receiver == CITY


def test_a_handle_opens_only_whom_it_may(two: Two) -> None:
    county = two.county
    hostel = way_out(county, county.worker(HOSTEL))
    found = hostel.behind(two.shown())
    assert found is not None
    assert found[0] == two.person
    assert found[1].records == (two.first,)
    hidden = county.core.handles.handle(HOSTEL, two.second)
    assert person_behind(county.core, HOSTEL, hidden) == [two.person]
    for handle in (hidden, two.shown(CITY), "h_nobody"):
        assert hostel.behind(handle) is None
    assert person_behind(county.core, HOSTEL, "h_nobody") == []


def test_events_come_in_the_order_of_their_days_and_of_the_log(two: Two) -> None:
    county = two.county
    day = START.date()
    for whose, session in ((two.theirs, county.worker(CHARITY)), (two.mine, county.officer(CITY))):
        for back in (1, 3, 2, 2):
            contact(session, whose, day - timedelta(days=back))
    county.core.refresh(events=True)
    found = events_of(county.core, two.person)
    assert len(found) == 8
    assert {one.record_id for one in found} == {two.first, two.second}
    assert [(one.occurred_on, one.sequence) for one in found] == sorted(
        (one.occurred_on, one.sequence) for one in found
    )
    assert events_of(county.core, PersonId(RecordId("nobody"))) == []
    exit_ = way_out(county, county.worker(HOSTEL))
    ((person_id, decision),) = exit_.visible([two.person])
    seen = exit_.seen_events(person_id, decision)
    assert seen == [one for one in found if one.record_id == two.first]
    assert exit_.subjects == {}


def test_an_exit_left_by_an_error_writes_no_entry(county: County) -> None:
    size = county.size()
    request = ask(
        actor=county.worker().actor, action=Action.VIEW, purpose=Purpose.HOUSING_SUPPORT, moment=START
    )
    with pytest.raises(ZeroDivisionError), opened(county.core, request, "view"):
        raise ZeroDivisionError
    assert county.size() == size
    with opened(county.core, request, "looking") as exit_:
        assert exit_.request is request
    assert county.entries()[-1].action == "looking"


def test_the_error_says_what_to_do_and_nothing_of_why() -> None:
    error = unknown_handle()
    assert str(error) == "There is nobody under this handle. Search again, or submit a record of your own."

"""Redaction lets through what was decided; the golden record knows only what was let through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from bnl.consent.decision import Decision
from bnl.consent.facts import HouseholdFacts, Stay
from bnl.consent.masks import CATEGORY_BIT
from bnl.consent.redact import Released, data_category, redact, redact_events, relationship_visible
from bnl.domain.event import Event, EventKind
from bnl.domain.identifiers import AgencyId, EventId, Handle, RecordId, SubmissionId
from bnl.domain.person import FIELD_CATEGORY, PersonFields
from bnl.domain.record import SourceRecord
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    DAY,
    NOW,
    ONE,
    TWO,
    actor,
    agreement,
    clause,
    decided,
    ending,
    forbid,
    permit,
    person,
    policy,
    record,
    request,
)


def handle(agency: AgencyId, record_id: RecordId) -> Handle:
    return Handle(f"{agency}:{record_id}")


def said(record_id: RecordId = ONE, agency: str = "charity", days: int = 10, **fields: Any) -> SourceRecord:
    return SourceRecord(
        record_id=record_id,
        agency_id=AgencyId(agency),
        reference="r",
        received_at=NOW - days * DAY,
        submission_id=SubmissionId("sub"),
        fields=PersonFields(**fields),
    )


def event(kind: EventKind, record_id: RecordId = ONE, **data: Any) -> Event:
    return Event(
        event_id=EventId(f"evt_{kind.value}"),
        record_id=record_id,
        agency_id=AgencyId("charity"),
        kind=kind,
        occurred_on=date(2026, 6, 1),
        recorded_at=NOW,
        data=data,
    )


def shown(
    decision: Decision, records: Sequence[SourceRecord], events: Sequence[Event] = ()
) -> tuple[dict[str, Any], Released]:
    released = redact(decision, records, events, handle)
    return {value.field: value.value for value in released.values}, released


FULL = said(
    given_names="Ruta",
    family_name="Kazlauskiene",
    phones=("07700 900123",),
    address="1 High Street",
    postcode="OX1 1AA",
    notes="met by the river",
    health_conditions=("asthma",),
)


def test_only_permitted_fields_come_through_and_the_rest_is_marked() -> None:
    decision = decided(person(permit(categories={"identity"})))
    values, released = shown(decision, [FULL])
    assert values == {"given_names": "Ruta", "family_name": "Kazlauskiene"}
    assert released.withheld == frozenset(C) - {C.EXISTENCE, C.IDENTITY}
    assert released.handles == ("council:rec_1",)


def test_the_mark_does_not_tell_whether_there_is_a_value() -> None:
    decision = decided(person(permit(categories={"identity"})))
    assert shown(decision, [FULL])[1].withheld == shown(decision, [said(given_names="Ruta")])[1].withheld


def test_only_the_fields_asked_for_come_through() -> None:
    decision = decided(person(permit()), request(fields={"phones", "notes"}))
    values, released = shown(decision, [FULL])
    assert values == {"phones": ("07700 900123",)}
    assert released.withheld == {C.CASE_NOTES}


def test_nothing_of_somebody_hidden_comes_through() -> None:
    released = redact(decided(person()), [FULL], [event(EventKind.DEATH)], handle)
    assert (released.values, released.golden, released.events) == ((), {}, ())
    assert (released.withheld, released.handles) == (frozenset(), ())


def test_provenance_is_withheld_with_agency_involvement() -> None:
    known = shown(decided(person(permit())), [FULL])[1].values[0]
    hidden = shown(decided(person(permit(categories={"identity"}))), [FULL])[1].values[0]
    assert (known.agency_id, known.received_at) == ("charity", FULL.received_at)
    assert (hidden.agency_id, hidden.received_at) == (None, None)
    assert hidden.handle == "council:rec_1"


def test_values_come_only_from_records_that_exist_for_the_asker() -> None:
    facts = person(permit(), records=(record(), record(TWO, "refuge")))
    values, released = shown(
        decided(facts), [said(given_names="Ann"), said(TWO, "refuge", given_names="Eve")]
    )
    assert values == {"given_names": "Ann"}
    assert released.handles == ("council:rec_1",)


def test_the_golden_record_never_sees_a_withheld_value() -> None:
    newest = said(TWO, "refuge", days=1, phones=("07700 900999",))
    facts = person(permit(), records=(record(), record(TWO, "refuge")))
    _, released = shown(decided(facts), [FULL, newest])
    assert released.golden["phones"].value == ("07700 900123",)
    assert released.golden["phones"].handle == "council:rec_1"


def test_what_is_sent_carries_the_recipients_handles() -> None:
    asked = request(actor("charity", "navigator"), action="export", recipient="refuge")
    assert shown(decided(person(permit()), asked), [FULL])[1].handles == ("refuge:rec_1",)


def test_every_field_has_a_category_the_mask_knows() -> None:
    decision = decided(person(permit()), request(actor("charity", "navigator")))
    assert all(decision.permits_field(ONE, field) for field in FIELD_CATEGORY)
    assert not decision.permits_field(ONE, "shoe_size")


# --- events ------------------------------------------------------------------------------------------------


def test_events_come_through_by_their_category_oldest_first() -> None:
    decision = decided(person(permit(categories={"housing", "existence"})))
    stay = event(EventKind.ACCOMMODATION_START, situation="hostel", landlord="soha")
    contact = event(EventKind.CONTACT)
    death = event(EventKind.DEATH, source="coroner").model_copy(update={"occurred_on": date(2026, 5, 1)})
    released = redact_events(decision, [stay, contact, death], handle)
    assert [one.event.kind for one in released] == [EventKind.DEATH, EventKind.ACCOMMODATION_START]
    assert released[0].event.data == {}
    assert released[0].withheld == {C.AGENCY_INVOLVEMENT}
    assert released[1].event.data == {"situation": "hostel", "landlord": "soha"}


def test_facts_of_another_category_are_taken_out_of_an_event_and_named() -> None:
    decision = decided(person(permit(categories={"agency_involvement"})))
    met = event(EventKind.CONTACT, mode="phone", area="Cowley", situation="hidden", remark="said he is back")
    (one,) = redact_events(decision, [met], handle)
    assert one.event.data == {"mode": "phone"}
    assert one.withheld == {C.LOCATION, C.HOUSING, C.CASE_NOTES}
    assert one.handle == "council:rec_1"


@pytest.mark.parametrize(("also", "agency"), [({"agency_involvement"}, "charity"), (set(), "")])
def test_who_recorded_an_event_is_withheld_with_agency_involvement(also: set[str], agency: str) -> None:
    decision = decided(person(permit(categories={"housing"} | also)))
    (one,) = redact_events(decision, [event(EventKind.ACCOMMODATION_END)], handle)
    assert one.event.agency_id == agency


def test_events_of_hidden_records_do_not_come_through() -> None:
    facts = person(permit(), records=(record(), record(TWO, "refuge")))
    assert redact_events(decided(facts), [event(EventKind.CONTACT, TWO)], handle) == ()


@pytest.mark.parametrize(
    ("kind", "key", "category"),
    [
        (EventKind.SIGHTING, "area", C.LOCATION),
        (EventKind.SIGHTING, "verified", C.LOCATION),
        (EventKind.NEXT_ACTION, "action", C.CASE_NOTES),
        (EventKind.NEXT_ACTION, "due_on", C.AGENCY_INVOLVEMENT),
        (EventKind.CLOSURE, "situation", C.HOUSING),
        (EventKind.DEATH, "source", C.AGENCY_INVOLVEMENT),
        (EventKind.INSTITUTION_ADMISSION, "ref", C.CRIMINAL_JUSTICE),
        (EventKind.CONTACT, "never_heard_of", C.CASE_NOTES),
    ],
)
def test_each_fact_of_an_event_has_a_category(kind: EventKind, key: str, category: C) -> None:
    assert data_category(event(kind, ONE, **dict[str, Any]({key: "x"})), key) is category


def test_events_come_through_with_the_values() -> None:
    _, released = shown(decided(person(permit())), [FULL], [event(EventKind.CONTACT)])
    (one,) = released.events
    assert (one.event.kind, one.handle) == (EventKind.CONTACT, "council:rec_1")


def test_no_event_of_a_record_that_does_not_exist_for_the_asker() -> None:
    """Existence is asked first, whatever else a mask lets through."""
    found = decided(person(permit()))
    strange = found._replace(allowed=(found.allowed[0] & ~CATEGORY_BIT[C.EXISTENCE],))
    assert strange.permits(ONE, C.AGENCY_INVOLVEMENT)
    assert redact_events(strange, [event(EventKind.CONTACT)], handle) == ()


@pytest.mark.parametrize(
    ("institution", "category"),
    [("hospital", "health"), ("prison", "criminal_justice"), (None, "criminal_justice")],
)
def test_a_stay_in_an_institution_is_released_by_its_kind(institution: str | None, category: str) -> None:
    data: dict[str, Any] = {} if institution is None else {"institution": institution}
    stay = event(EventKind.INSTITUTION_ADMISSION, **data, ref="r")
    for named in ("health", "criminal_justice"):
        cited = ({"categories": {named}, "condition": "legal_claims"},)
        rule = policy(agreement(clause(categories={named}, citations=cited)))
        found = redact_events(decided(person(permit()), under=rule), [stay], handle)
        assert len(found) == (named == category)
        assert all(one.event.data == data | {"ref": "r"} for one in found)


# --- rule 8: a shared address ------------------------------------------------------------------------------

HERS = forbid(grant_id="gra_her", record_id="rec_her", hard=True, categories={"location"})
STAY = Stay(date(2026, 1, 1), None, ("1 High Street", "OX1 1AA"))


def living_with(*stays: Stay, forbids: Sequence[Any] = (HERS,), **fields: Any) -> Any:
    home = HouseholdFacts(stays=stays or (STAY,), forbids=tuple(forbids), **fields)
    return person(permit(), household=(home,))


def test_a_hard_forbid_on_location_hides_the_shared_address_on_everybody() -> None:
    values, released = shown(decided(living_with()), [FULL])
    assert "address" not in values
    assert "postcode" not in values
    assert values["given_names"] == "Ruta"
    assert C.LOCATION not in released.withheld


@pytest.mark.parametrize(
    ("fields", "visible"),
    [
        pytest.param({"address": "1 high st"}, False, id="no_postcode_may_be_it"),
        pytest.param({"address": "9 Low Road", "postcode": "OX4 4ZZ"}, True, id="another_postcode"),
        pytest.param({"address": "9 Low Road, ox4 4zz"}, True, id="another_postcode_in_the_text"),
        pytest.param(
            {"address": "flat 2", "postcode": "ox11aa"}, False, id="same_postcode_otherwise_written"
        ),
        pytest.param({"address": "9 Low Road", "postcode": "OX4"}, False, id="half_a_postcode"),
    ],
)
def test_only_a_full_other_postcode_proves_another_place(fields: dict[str, Any], visible: bool) -> None:
    values, _ = shown(decided(living_with()), [said(**fields)])
    assert ("address" in values) is visible


def test_a_stay_of_unknown_place_hides_every_place() -> None:
    values, _ = shown(decided(living_with(Stay(date(2026, 1, 1)))), [said(postcode="OX4 4ZZ")])
    assert values == {}


def test_free_text_is_not_released_at_all() -> None:
    rule = policy(agreement(clause(categories={"case_notes", "housing"}, citations=(EXPLICIT,))))
    facts = living_with()
    facts_open = person(permit(condition="explicit_consent"), household=facts.household)
    wordy = said(
        notes="lives at 9 Low Road OX4 4ZZ", accommodation="flat", housing_status="housed", postcode="OX4 4ZZ"
    )
    values, released = shown(decided(facts_open, under=rule), [wordy])
    assert values == {"housing_status": "housed"}
    assert C.CASE_NOTES not in released.withheld
    alone, _ = shown(decided(person(permit(condition="explicit_consent")), under=rule), [wordy])
    assert alone["notes"].startswith("lives at")


EXPLICIT = {"categories": {"case_notes"}, "condition": "explicit_consent"}


def test_events_lose_their_places_and_words() -> None:
    met = event(EventKind.SIGHTING, area="Cowley", verified="verified", night=True)
    (one,) = redact_events(decided(living_with()), [met], handle)
    assert one.event.data == {"verified": "verified", "night": True}
    assert one.withheld == frozenset()


@pytest.mark.parametrize(
    ("stay", "hidden"),
    [
        pytest.param(Stay(date(2026, 1, 1), date(2026, 6, 10)), False, id="left_before_the_forbid"),
        pytest.param(Stay(date(2026, 1, 1), date(2026, 6, 11)), True, id="overlapped_a_day"),
        pytest.param(Stay(date(2026, 6, 12), date(2026, 6, 13)), True, id="left_since"),
        pytest.param(Stay(date(2026, 6, 20)), True, id="to_come"),
    ],
)
def test_every_stay_that_overlapped_the_forbid_is_hidden_also_after(stay: Stay, hidden: bool) -> None:
    assert bool(decided(living_with(stay)).hidden_places) is hidden


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(forbid(hard=False, categories={"location"}), id="soft"),
        pytest.param(forbid(hard=True, categories={"contact"}), id="another_category"),
        pytest.param(forbid(hard=True, agencies={"refuge"}), id="another_agency"),
        pytest.param(forbid(hard=True, valid_until=NOW), id="over"),
        pytest.param(permit(), id="a_permit"),
    ],
)
def test_what_hides_nothing_of_the_household(other: Any) -> None:
    assert decided(living_with(forbids=(other,))).hidden_places == ()


def test_a_lifted_forbid_hides_nothing_more() -> None:
    lifted = ending(grant_id="gra_her", kind="lifted")
    assert decided(living_with(endings=(lifted,))).hidden_places == ()
    assert decided(living_with(endings=(ending(grant_id="gra_her"),))).hidden_places


def test_corruption_about_a_member_hides_the_shared_address_only() -> None:
    decision = decided(living_with(forbids=(), corrupt=True))
    assert decision.exists
    assert "address" not in shown(decision, [FULL])[0]


def test_stewardship_and_own_words_keep_the_address() -> None:
    own = request(actor("charity", "navigator"))
    met = event(EventKind.SIGHTING, area="Cowley")
    values, released = shown(decided(living_with(), own), [FULL], [met])
    assert values["address"] == "1 High Street"
    assert released.events[0].event.data == {"area": "Cowley"}
    inner = decided(living_with(forbids=(HERS,), corrupt=True), request(purpose="stewardship"))
    assert inner.hidden_places == ()


def test_the_recipients_side_hides_it_too() -> None:
    hers = forbid(hard=True, categories={"location"}, agencies={"refuge"})
    asked = request(actor("charity", "navigator"), action="export", recipient="refuge")
    assert decided(living_with(forbids=(hers,)), asked).hidden_places
    assert decided(living_with(forbids=(hers,)), request(actor("charity", "navigator"))).hidden_places == ()


def test_a_relationship_is_visible_only_if_both_ends_are() -> None:
    seen, partly = decided(person(permit())), decided(person(permit(categories={"identity"})))
    assert relationship_visible(seen, seen)
    assert not relationship_visible(seen, partly)
    assert not relationship_visible(decided(person()), seen)


def test_what_is_released_is_silent_about_people() -> None:
    _, released = shown(decided(person(permit())), [FULL])
    assert "Ruta" not in f"{released!r}{released.values!r}{released.golden!r}{decided(person(permit()))!r}"

"""Grants and endings: what could never have stood is refused when it is made, the rest keeps its words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from bnl.domain.consent import CorruptGrant, Ending, Giver, Grant, Notice, ReferralConsent
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Effect, EndingKind

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SELF = Giver(reference="p", capacity="self")  # type: ignore[arg-type]

PERMIT: dict[str, Any] = {
    "grant_id": "gra_1",
    "record_id": "rec_1",
    "effect": "permit",
    "basis": "consent",
    "relying_party": "charity",
    "categories": {"identity"},
    "valid_from": NOW,
    "open_ended": True,
    "recorded_at": NOW,
    "given_by": SELF,
}
FORBID: dict[str, Any] = {
    "grant_id": "gra_1",
    "record_id": "rec_1",
    "effect": "forbid",
    "valid_from": NOW,
    "recorded_at": NOW,
    "given_by": SELF,
}
REFERRAL = {"to_refer": True, "contact_details": True, "authority": "council"}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="plain"),
        pytest.param({"agencies": ANY, "onward_recipients": {"b", "a"}}, id="scopes"),
        pytest.param({"open_ended": False, "valid_until": NOW + HOUR}, id="ends"),
        pytest.param({"condition": "explicit_consent"}, id="explicit"),
        pytest.param({"supersedes": ("gra_0",), "evidence": ("form",)}, id="supersedes"),
        pytest.param({"referral": REFERRAL}, id="referral"),
        pytest.param({"notice": Notice(reference="n1")}, id="notice"),
        pytest.param({"valid_from": NOW + HOUR}, id="starts_later"),
    ],
)
def test_a_sound_permit_survives_storing(fields: dict[str, Any]) -> None:
    grant = Grant(**PERMIT | fields)
    assert grant.permits
    assert Grant.model_validate_json(grant.model_dump_json()) == grant


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="plain"),
        pytest.param({"hard": True}, id="hard"),
        pytest.param({"objection": True}, id="objection"),
        pytest.param({"basis": "public_task", "relying_party": "x"}, id="papers"),
        pytest.param({"valid_until": NOW + HOUR}, id="ends"),
        pytest.param({"open_ended": True}, id="open"),
        pytest.param({"valid_from": NOW - 3 * HOUR, "valid_until": NOW - HOUR}, id="over_already"),
    ],
)
def test_a_sound_forbid_survives_storing(fields: dict[str, Any]) -> None:
    grant = Grant(**FORBID | fields)
    assert grant.effect is Effect.FORBID
    assert not grant.permits
    assert Grant.model_validate_json(grant.model_dump_json()) == grant


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"basis": None}, "names its lawful basis", id="no_basis"),
        pytest.param({"relying_party": None}, "names its lawful basis", id="no_relying_party"),
        pytest.param({"open_ended": False}, "states its end", id="no_end"),
        pytest.param({"valid_until": NOW + HOUR}, "states its end", id="two_ends"),
        pytest.param({"open_ended": False, "valid_until": NOW}, "ends before", id="empty_time"),
        pytest.param(
            {"open_ended": False, "valid_from": NOW - 2 * HOUR, "valid_until": NOW},
            "already expired",
            id="expired",
        ),
        pytest.param({"hard": True}, "only a forbid", id="hard"),
        pytest.param({"objection": True}, "only a forbid", id="objection"),
        pytest.param({"supersedes": ("gra_1",)}, "supersede itself", id="itself"),
        pytest.param(
            {"basis": "public_task", "condition": "explicit_consent"}, "explicit consent", id="explicit"
        ),
        pytest.param({"given_by": {"reference": "x", "capacity": "agency"}}, "nobody consents", id="agency"),
        pytest.param(
            {"given_by": {"reference": "x", "capacity": "steward"}}, "nobody consents", id="steward"
        ),
        pytest.param(
            {"given_by": {"reference": "x", "capacity": "best_interests"}}, "nobody", id="interests"
        ),
        pytest.param({"condition": "sch1_18_safeguarding"}, "paragraph 18", id="no_reason"),
        pytest.param({"basis": "public_task", "referral": REFERRAL}, "rests on consent", id="referral_basis"),
        pytest.param({"referral": REFERRAL | {"to_refer": False}}, "consent to refer", id="not_to_refer"),
        pytest.param({"referral": REFERRAL | {"contact_details": False}}, "contact details", id="no_contact"),
        pytest.param({"categories": set()}, "empty set", id="empty_set"),
        pytest.param({"categories": {"shoe_size"}}, "Input should be", id="unknown_category"),
        pytest.param({"valid_from": NOW.replace(tzinfo=None)}, "no zone", id="naive"),
        pytest.param({"valid_from": NOW.astimezone(timezone(HOUR))}, "not in UTC", id="other_zone"),
        pytest.param({"given_by": {"reference": "", "capacity": "self"}}, "at least 1", id="nobody"),
        pytest.param({"version": 0}, "greater than", id="version"),
        pytest.param({"shoe": "size"}, "not permitted", id="unknown_field"),
    ],
)
def test_a_permit_that_could_never_stand_is_refused(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Grant(**PERMIT | fields)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"supersedes": ("gra_0",)}, id="supersedes"),
        pytest.param({"referral": REFERRAL}, id="referral"),
        pytest.param({"onward_recipients": ANY}, id="onward"),
        pytest.param({"condition": "vital_interests"}, id="condition"),
        pytest.param({"open_ended": True, "valid_until": NOW + HOUR}, id="two_ends"),
        pytest.param({"hard": True, "objection": True}, id="hard_objection"),
        pytest.param({"valid_until": NOW}, id="empty_time"),
    ],
)
def test_a_forbid_that_contradicts_itself_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Grant(**FORBID | fields)


def ending(**fields: Any) -> Ending:
    given: dict[str, Any] = {"grant_id": "gra_1", "kind": "withdrawn", "said_at": NOW, "recorded_at": NOW}
    return Ending(**given | fields)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"given_by": SELF}, id="withdrawn"),
        pytest.param({"given_by": SELF, "said_at": NOW - HOUR}, id="said_before"),
        pytest.param({"kind": "lifted", "stewards": ("a", "b"), "evidence": ("minute",)}, id="lifted"),
        pytest.param({"kind": "corrected", "stewards": ("a",), "evidence": ("her word",)}, id="corrected"),
        pytest.param({"kind": "answered", "stewards": ("a",), "evidence": ("letter",)}, id="answered"),
    ],
)
def test_a_sound_ending_survives_storing(fields: dict[str, Any]) -> None:
    made = ending(**fields)
    assert Ending.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nobody_withdrew"),
        pytest.param({"given_by": SELF, "said_at": NOW + HOUR}, id="in_the_future"),
        pytest.param({"kind": "lifted", "stewards": ("a",), "evidence": ("m",)}, id="one_steward"),
        pytest.param({"kind": "lifted", "stewards": ("a", "a"), "evidence": ("m",)}, id="same_steward_twice"),
        pytest.param({"kind": "lifted", "stewards": ("a", "b")}, id="no_evidence"),
        pytest.param({"kind": "corrected", "stewards": ("a",), "evidence": ("",)}, id="blank_evidence"),
        pytest.param({"kind": "answered", "evidence": ("letter",)}, id="no_steward"),
        pytest.param({"kind": "forgotten", "given_by": SELF}, id="unknown_kind"),
    ],
)
def test_an_ending_that_lacks_what_it_needs_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ending(**fields)


def test_nouns_about_people_are_silent_and_frozen() -> None:
    grant = Grant(**PERMIT)
    told = (repr(grant), str(SELF), repr(ending(given_by=SELF)))
    assert told == ("Grant(…)", "Giver(…)", "Ending(…)")
    with pytest.raises(ValidationError):
        grant.hard = True


def test_small_nouns() -> None:
    assert CorruptGrant(grant_id="g", record_id="r").record_id == "r"  # type: ignore[arg-type]
    assert ReferralConsent.model_validate(REFERRAL).authority == "council"
    assert Notice().jurisdiction == "GB-ENG"
    assert set(EndingKind) == {"withdrawn", "lifted", "corrected", "answered"}

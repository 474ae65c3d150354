"""Requests: whatever is sent names its recipient, and an override gives a reason and a basis that may."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bnl.domain.request import Override, Request
from bnl.domain.vocabulary import Action, LawfulBasis

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ASKED: dict[str, Any] = {
    "actor": {"agency_id": "council", "user_id": "u1", "role": "manager"},
    "action": "view",
    "purpose": "outreach",
    "moment": NOW,
}


@pytest.mark.parametrize("action", list(Action))
def test_exactly_exports_and_referrals_name_a_recipient(action: Action) -> None:
    sends = action in {Action.EXPORT, Action.REFER}
    for recipient, sound in ((None, not sends), ("charity", sends)):
        fields = ASKED | {"action": action, "recipient": recipient}
        if sound:
            assert Request(**fields).recipient == recipient
        else:
            with pytest.raises(ValidationError, match="recipient"):
                Request(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"action": "export", "recipient": "council"}, id="to_itself"),
        pytest.param({"fields": set()}, id="no_field"),
        pytest.param({"moment": NOW.replace(tzinfo=None)}, id="naive"),
        pytest.param({"purpose": "curiosity"}, id="purpose"),
        pytest.param({"actor": {"agency_id": "council", "user_id": "u1", "role": "king"}}, id="role"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Request(**ASKED | fields)


def test_an_unknown_field_is_left_for_the_decision_to_deny() -> None:
    assert Request(**ASKED | {"fields": {"shoe_size"}}).fields == frozenset({"shoe_size"})


@pytest.mark.parametrize("basis", list(LawfulBasis))
def test_an_override_rests_on_an_emergency_basis(basis: LawfulBasis) -> None:
    if basis in {LawfulBasis.VITAL_INTERESTS, LawfulBasis.SAFEGUARDING, LawfulBasis.LEGAL_OBLIGATION}:
        assert Override(reason="fire", basis=basis).basis is basis
    else:
        with pytest.raises(ValidationError, match="rests on"):
            Override(reason="fire", basis=basis)


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_an_override_gives_a_reason(reason: str) -> None:
    with pytest.raises(ValidationError, match="reason"):
        Override(reason=reason, basis=LawfulBasis.SAFEGUARDING)

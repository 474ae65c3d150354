"""Grant statements are neutral, closed and silent."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bnl.exchange.statements import GrantStatement, StatedEffect


def test_what_is_not_stated_is_none_and_not_everything() -> None:
    statement = GrantStatement(effect=StatedEffect.FORBID)
    dimensions = ("categories", "purposes", "actions", "agencies", "lawful_basis", "given_by", "given_on")
    assert all(getattr(statement, name) is None for name in dimensions)
    assert not statement.hard
    assert not statement.open_ended


def test_a_statement_is_closed_and_silent() -> None:
    with pytest.raises(ValidationError):
        GrantStatement.model_validate({"effect": "permit", "colour": "red"})
    assert repr(GrantStatement(effect=StatedEffect.PERMIT, evidence="letter of Ann")) == "GrantStatement(…)"


def test_the_refusal_sorts_first() -> None:
    assert min(StatedEffect) is StatedEffect.FORBID

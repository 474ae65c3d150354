"""Scopes: ANY has to be said, silence is kept as silence, an empty set is refused, order is fixed."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from bnl.domain.scope import ANY, Named, Ordered, Scope
from bnl.domain.vocabulary import Purpose

SCOPE = TypeAdapter(Scope[Purpose])
NAMED = TypeAdapter(Named[Purpose])
ORDERED = TypeAdapter(Ordered[Purpose])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(None, None, id="silence"),
        pytest.param("any", ANY, id="any"),
        pytest.param(["outreach"], frozenset({Purpose.OUTREACH}), id="list"),
        pytest.param({Purpose.OUTREACH}, frozenset({Purpose.OUTREACH}), id="set"),
    ],
)
def test_a_scope_keeps_what_was_said(given: object, kept: object) -> None:
    assert SCOPE.validate_python(given) == kept


@pytest.mark.parametrize("given", [[], frozenset(), "all", "", ["outreach", "curiosity"], 7])
def test_what_says_nothing_or_something_unknown_is_refused(given: object) -> None:
    for adapter in (SCOPE, NAMED):
        with pytest.raises(ValidationError):
            adapter.validate_python(given)


def test_a_clause_cannot_be_silent() -> None:
    with pytest.raises(ValidationError):
        NAMED.validate_python(None)
    assert NAMED.validate_python("any") is ANY


@pytest.mark.parametrize("adapter", [SCOPE, NAMED, ORDERED])
def test_sets_are_stored_in_one_order(adapter: TypeAdapter[object]) -> None:
    several = frozenset({Purpose.OUTREACH, Purpose.ALLOCATION, Purpose.STATISTICS})
    assert adapter.dump_json(several) == b'["allocation","outreach","statistics"]'
    assert adapter.validate_json(adapter.dump_json(several)) == several


def test_any_and_silence_survive_storing() -> None:
    for value in (ANY, None):
        assert SCOPE.validate_json(SCOPE.dump_json(value)) == value

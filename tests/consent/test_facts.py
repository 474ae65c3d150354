"""What decisions know of a person names its kind when printed, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from bnl.consent.facts import HouseholdFacts, Silent, Stay
from tests.consent.build import NOW, permit, person, record


@pytest.mark.parametrize(
    ("fact", "printed"),
    [
        pytest.param(record(born="1990-03-01", died=date(2026, 6, 1)), "RecordFacts(…)", id="record"),
        pytest.param(person(permit()), "PersonFacts(…)", id="person"),
        pytest.param(Stay(NOW.date(), places=("1 Elm Road",)), "Stay(…)", id="stay"),
        pytest.param(
            HouseholdFacts(stays=(Stay(NOW.date()),), corrupt=True), "HouseholdFacts(…)", id="household"
        ),
    ],
)
def test_a_fact_shows_its_kind_alone(fact: Silent, printed: str) -> None:
    """A dead person's record, a refusal or a shelter in a log would be a disclosure nobody decided."""
    assert repr(fact) == str(fact) == f"{fact}" == printed
    assert repr([fact]) == f"[{printed}]"

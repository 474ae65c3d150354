"""What services write down beside who somebody is: needs, housing, health, money and the like."""

from __future__ import annotations

from random import Random

from bnl.simulation.people import Person
from bnl.simulation.places import SLEEP_SITES, Address

Told = dict[str, str | tuple[str, ...]]

_NEEDS = (
    "mental health",
    "alcohol",
    "drugs",
    "tenancy skills",
    "debt",
    "physical health",
    "benefits",
    "relationships",
)
_RISKS = ("self-neglect", "risk from others", "fire setting", "lone worker alert", "overdose")
_HEALTH = ("asthma", "COPD", "diabetes", "leg ulcer", "hepatitis C", "depression", "epilepsy", "fracture")
_OFFENCES = ("theft", "breach of order", "criminal damage", "possession", "assault")
_BENEFITS = ("Universal Credit", "PIP", "ESA", "Housing Benefit")
_HOUSING = {
    "rough_sleeping": "rough sleeping",
    "hostel": "supported accommodation",
    "sofa_surfing": "staying with friends",
    "prevention": "threatened with homelessness",
    "family": "temporary accommodation",
    "domestic_abuse": "fleeing abuse",
    "prison": "leaving prison",
    "hospital": "leaving hospital",
    "drop_in": "not known",
}
_UNSETTLED_STATUS = ("no recourse to public funds", "pre-settled status", "refugee", "indefinite leave")


def circumstances(person: Person, asked: dict[str, float], place: Address, rng: Random) -> Told:
    """Draw what one agency notes about somebody's circumstances.

    Args:
        person: The person.
        asked: Fields the agency asks about and how often it writes them down, in [0, 1].
        place: Where the person stays at the time.
        rng: The record's own stream.

    Returns:
        Fields of the standard columns; what the agency does not ask or know is absent.
    """
    told: Told = {}
    for field, rate in asked.items():
        if rng.random() < rate and (value := _value(field, person, place, rng)):
            told[field] = value
    return told


def _value(field: str, person: Person, place: Address, rng: Random) -> str | tuple[str, ...] | None:
    british = person.nationality in {"British", "Irish"}
    single = {
        "housing_status": _HOUSING[person.path],
        "household_size": "1" if person.household_id is None else str(rng.randrange(2, 6)),
        "ethnicity": person.ethnicity,
        "immigration_status": "British or Irish citizen" if british else rng.choice(_UNSETTLED_STATUS),
        "local_connection": place.district,
        "nationality": person.nationality,
        "employment_status": rng.choice(("unemployed", "unable to work", "part time", "full time")),
        "language": person.language,
        "sleep_site": rng.choice(SLEEP_SITES) if person.path == "rough_sleeping" else None,
        "landlord": "SOHA",
    }
    if field in single:
        return single[field]
    several = {
        "support_needs": _NEEDS,
        "benefits": _BENEFITS,
        "risk_flags": _RISKS,
        "health_conditions": _HEALTH,
        "offending": _OFFENCES,
        "safeguarding": ("risk of domestic abuse", "MARAC case", "child protection plan"),
    }[field]
    return tuple(rng.sample(several, rng.choice((1, 1, 2))))

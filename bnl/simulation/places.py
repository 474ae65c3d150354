"""Places of the county: made-up streets and hostels in its towns, and the many ways to write none."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bnl.simulation.streams import Choice

_STREETS = (
    "Alder", "Barley", "Bluebell", "Brook", "Butcher", "Cedar", "Chestnut", "Clover", "Cobbler", "Cooper",
    "Cowslip", "Dovecote", "Elder", "Fallow", "Fern", "Fuller", "Glover", "Hawthorn", "Heron", "Juniper",
    "Kestrel", "Lapwing", "Larch", "Lavender", "Linnet", "Mallow", "Maple", "Meadow", "Mercer", "Mill",
    "Mulberry", "Nightingale", "Orchard", "Osier", "Otter", "Plover", "Poplar", "Quarry", "Rookery", "Rowan",
    "Saddler", "Sedge", "Skylark", "Sorrel", "Spinney", "Swallow", "Tanner", "Teasel", "Thatcher", "Weaver",
)  # fmt: skip
_KINDS = ("Road", "Street", "Close", "Way", "Lane", "Avenue", "Drive", "Court")
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_TOWNS = (
    ("Oxford", ("OX1", "OX2", "OX3", "OX4"), 0.46),
    ("Banbury", ("OX16",), 0.14),
    ("Bicester", ("OX26",), 0.08),
    ("Abingdon", ("OX14",), 0.09),
    ("Didcot", ("OX11",), 0.07),
    ("Witney", ("OX28",), 0.08),
    ("Wantage", ("OX12",), 0.04),
    ("Henley", ("RG9",), 0.04),
)
_DISTRICTS = {
    "Oxford": "Oxford", "Banbury": "Cherwell", "Bicester": "Cherwell", "Abingdon": "Vale of White Horse",
    "Didcot": "South Oxfordshire", "Witney": "West Oxfordshire", "Wantage": "Vale of White Horse",
    "Henley": "South Oxfordshire",
}  # fmt: skip
NO_FIXED_ABODE = (
    "NFA",
    "No fixed abode",
    "no fixed address",
    "NFA - Oxford",
    "of no fixed abode",
    "Rough sleeping",
)
SLEEP_SITES = (
    "shop doorway, market street", "underpass by the station", "car park level 2", "meadow tents",
    "church porch", "canal towpath", "night bus", "bin store behind the arcade", "ring road subway",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """Somewhere to write to, or the words for nowhere.

    Args:
        text: Address as a person would say it.
        postcode: Postcode in capitals with one space; empty if there is none.
        district: Local authority district.
        kind: ``home``, ``hostel`` or ``none``.
    """

    text: str
    postcode: str
    district: str
    kind: str


HOSTELS = (
    Address("Lantern House, 2 Tanner Street, Oxford", "OX1 4LH", "Oxford", "hostel"),
    Address("Mill Yard Hostel, Osier Lane, Oxford", "OX2 0MY", "Oxford", "hostel"),
    Address("Heron Court, 40 Heron Road, Oxford", "OX4 3HC", "Oxford", "hostel"),
    Address("The Old Granary, Barley Lane, Oxford", "OX4 1GR", "Oxford", "hostel"),
    Address("Weavers Lodge, 11 Weaver Street, Banbury", "OX16 5WL", "Cherwell", "hostel"),
    Address("Quarry House, Quarry Close, Abingdon", "OX14 2QH", "Vale of White Horse", "hostel"),
    Address("Spinney Foyer, Spinney Way, Didcot", "OX11 8SF", "South Oxfordshire", "hostel"),
    Address("Rowan Refuge, PO Box 7", "", "Oxford", "hostel"),
)
REFUGE = HOSTELS[-1]
DAY_CENTRE = Address("c/o The Porch, Magdalen Walk, Oxford", "OX4 1PD", "Oxford", "hostel")
_TOWN_CHOICE = Choice(_TOWNS, [share for _, _, share in _TOWNS])


def home(rng: Random) -> Address:
    """Make up an ordinary address in one of the county's towns."""
    town, districts, _ = _TOWN_CHOICE.draw(rng)
    street = f"{rng.choice(_STREETS)} {rng.choice(_KINDS)}"
    flat = f"Flat {rng.randrange(1, 30)}, " if rng.random() < 0.3 else ""
    unit = f"{rng.randrange(10)}{rng.choice(_LETTERS)}{rng.choice(_LETTERS)}"
    text = f"{flat}{rng.randrange(1, 180)} {street}, {town}"
    return Address(text, f"{rng.choice(districts)} {unit}", _DISTRICTS[town], "home")


def hostel(rng: Random) -> Address:
    """Choose one of the county's hostels, the refuge excepted."""
    return rng.choice(HOSTELS[:-1])


def nowhere(rng: Random, district: str) -> Address:
    """Choose one of the ways services write that somebody has no address."""
    return Address(rng.choice(NO_FIXED_ABODE), "", district, "none")

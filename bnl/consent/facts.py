"""Facts: what is known about one person when a decision is asked for, handed over as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bnl.domain.base import Unpickled
from bnl.domain.consent import CorruptGrant, Ending, Grant
from bnl.domain.identifiers import AgencyId, RecordId


class Silent(Unpickled):
    """Base of values about people: their repr names the type and shows no value, and no pickle is made."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


@dataclass(frozen=True, slots=True, repr=False)
class RecordFacts(Silent):
    """What decisions need to know of one source record; none of what it says but birth and death.

    Args:
        record_id: The record.
        agency_id: Who said it.
        local: It exists for its own agency only.
        corrupt: The record itself cannot be read or fails its integrity check.
        born: Partial date of birth it states, if any.
        died: Day of death it states, if any (Europe/London).
        lacks_capacity: Half-open stretches of time (UTC) in which the person could not decide for themselves.
        first_linked: When it was first linked to another record, if ever (UTC).
        receipts: Receipts under which the requester's agency was sent its values.
    """

    record_id: RecordId
    agency_id: AgencyId
    local: bool = False
    corrupt: bool = False
    born: str | None = None
    died: date | None = None
    lacks_capacity: tuple[tuple[datetime, datetime | None], ...] = ()
    first_linked: datetime | None = None
    receipts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Stay(Silent):
    """A stretch of days two people shared a place.

    Args:
        starts_on: First day (Europe/London).
        ends_on: First day after the last; None while it lasts.
        places: Address, postcode or site of the shared place as anybody wrote it; empty if not known.
    """

    starts_on: date
    ends_on: date | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class HouseholdFacts(Silent):
    """Another member of a household of the person, and where the two lived together.

    Args:
        stays: When and where they shared a place.
        forbids: The other member's hard forbids; those on location count here.
        endings: Endings of those forbids.
        corrupt: Something about the other member failed to evaluate.
    """

    stays: tuple[Stay, ...]
    forbids: tuple[Grant, ...] = ()
    endings: tuple[Ending, ...] = ()
    corrupt: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class PersonFacts(Silent):
    """Everything known about one person that a decision may turn on.

    Args:
        records: The source records linked to the person now.
        grants: Every grant recorded on one of them, all versions, with markers for the corrupt ones.
        endings: Every ending of one of these grants.
        household: Other members of the person's households, now or ever.
        parted: Pairs of these records that were linked, un-linked and linked again: a permit on one that
            named a grant on the other stays void.
    """

    records: tuple[RecordFacts, ...]
    grants: tuple[Grant | CorruptGrant, ...] = ()
    endings: tuple[Ending, ...] = ()
    household: tuple[HouseholdFacts, ...] = ()
    parted: frozenset[frozenset[RecordId]] = frozenset()

"""Case rows: some cases side by side, as arrays of days and codes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

NEVER: Final = np.iinfo(np.int32).max
"""The day of what did not happen, or is not known: later than any day."""

FLAG_UNKNOWN: Final = -1

Rows = NDArray[np.int64]
Days = NDArray[np.int32]
Mask = NDArray[np.bool_]
Names = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class CaseRows:
    """Some cases, or some closures of cases, side by side in arrays.

    Args:
        place: Which case it is, by alphabetical order of all.
        person: Code of the person.
        referred: Day of the first referral, `NEVER` if there is none; so are all days.
        decided: Day of the last decision about the referral.
        triaged: Day of the first triage.
        assessed: Day of the first full assessment.
        opened: Day of acceptance, or of referral while nothing is decided.
        closed: Last closing day, `NEVER` while the case is open or open again.
        died: Day the person died.
        last: Last day in a period; the case falls under the rules of that day.
        planned: 1 if the closure was planned, 0 if not, -1 if nobody knows.
        ended_by_death: Whether death is the reason of the closure.
    """

    place: Rows
    person: NDArray[np.uint32]
    referred: Days
    decided: Days
    triaged: Days
    assessed: Days
    opened: Days
    closed: Days
    died: Days
    last: Days
    planned: NDArray[np.int8]
    ended_by_death: Mask

    def __len__(self) -> int:
        return len(self.place)

    def take(self, chosen: Rows | Mask | slice, **changed: NDArray[np.int32]) -> Self:
        """Return the rows chosen, by place or by mask, some columns changed afterwards."""
        columns = {column.name: getattr(self, column.name)[chosen] for column in fields(self)}
        return type(self)(**{**columns, **changed})

    def joined(self, other: Self) -> Self:
        """Return these rows and then the other's."""
        names = [column.name for column in fields(self)]
        return type(self)(**{name: np.append(getattr(self, name), getattr(other, name)) for name in names})

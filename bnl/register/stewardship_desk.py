"""The stewardship desk: calls that keep records and people's circumstances right."""

from __future__ import annotations

from datetime import datetime

from bnl.register import capacity
from bnl.register.desk import Desk, audited


class StewardshipDesk(Desk):
    """Circumstances that decisions turn on, restrictions, repairs, and what waits to be done about them."""

    @audited
    def record_incapacity(
        self,
        handle: str,
        starts: datetime,
        ends: datetime | None = None,
        *,
        evidence: str,
        corrects: str = "",
        withdrawn: bool = False,
    ) -> str:
        """Record that a person could not decide about sharing for a stretch of time.

        Args:
            handle: The person; the agency must hold a record of its own.
            starts: First instant (UTC).
            ends: First instant after the last (UTC); None while it lasts.
            evidence: Reference of the assessment.
            corrects: A finding that this one replaces.
            withdrawn: The finding it corrects is withdrawn.

        Returns:
            Id of the finding, for a later correction.

        Raises:
            NotFound: There is no such person, or the agency has no record of them.
            Denied: Nothing lets the agency collect health data.
            InvalidValue: The times cannot be, or no assessment is named.
        """
        return capacity.record_incapacity(
            self._core,
            self.actor,
            self.purpose,
            handle,
            starts=starts,
            ends=ends,
            evidence=evidence,
            corrects=corrects,
            withdrawn=withdrawn,
        )

"""The emergency desk: breaking the glass, and reviewing who did."""

from __future__ import annotations

from bnl.domain.identifiers import TaskId
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import LawfulBasis
from bnl.register import emergencies, emergency_reviews
from bnl.register.desk import Desk, audited


class EmergencyDesk(Desk):
    """What is closed, opened for one person in an emergency; every use is reviewed by a second person."""

    @audited
    def break_glass(
        self,
        handle: str,
        *,
        reason: str,
        basis: LawfulBasis,
        minutes: int = emergencies.DEFAULT_MINUTES,
    ) -> emergencies.Emergency:
        """Open one person in an emergency.

        Args:
            handle: A handle of your agency.
            reason: Why, in your words; the reviewer reads it.
            basis: Vital interests, safeguarding or legal obligation.
            minutes: For how long you may look again with `look_again`, from 1 to 1,440.

        Raises:
            Denied: The agreement does not let this role break the glass, or the claim lacks something.
            NotFound: There is nobody under the handle, or a hard refusal stands.
        """
        claim = emergencies.Claim(reason, basis, minutes)
        return emergencies.view_in_emergency(self._core, self.actor, self.purpose, handle, claim)

    @audited
    def break_glass_search(
        self,
        wanted: PersonFields,
        *,
        reason: str,
        basis: LawfulBasis,
        minutes: int = emergencies.DEFAULT_MINUTES,
    ) -> emergencies.Emergency:
        """Find one person in an emergency: at most one, nobody if two match.

        Args:
            wanted: A full name with a full date of birth, or an identifier; all that is given must agree.
            reason: Why, in your words; the reviewer reads it.
            basis: Vital interests, safeguarding or legal obligation.
            minutes: For how long you may look again with `look_again`, from 1 to 1,440.

        Raises:
            Denied: The agreement does not let this role break the glass, or the claim lacks something.
            InvalidValue: What is wanted does not name one person.
        """
        claim = emergencies.Claim(reason, basis, minutes)
        return emergencies.search_in_emergency(self._core, self.actor, self.purpose, wanted, claim)

    @audited
    def look_again(self, task_id: TaskId) -> emergencies.Emergency:
        """Look again at what you opened, until its limit and as long as nobody has reviewed it.

        Raises:
            NotFound: It is over, or was not yours.
        """
        return emergencies.view_again(self._core, self.actor, self.purpose, task_id)

    @audited
    def emergency_uses(self) -> list[emergency_reviews.Use]:
        """Show the uses of break glass that wait for your review."""
        return emergency_reviews.waiting_uses(self._core, self.actor, self.purpose)

    @audited
    def close_emergency(self, task_id: TaskId, outcome: emergency_reviews.Outcome, *, note: str) -> None:
        """Close the review of one use; never your own.

        Args:
            task_id: The use.
            outcome: Justified, not justified, or referred on.
            note: Why, in your words; kept sealed.

        Raises:
            NotFound: There is no such task, or not for you.
            Denied: It is your own.
            Conflict: It was reviewed already.
        """
        emergency_reviews.close_use(self._core, self.actor, self.purpose, task_id, outcome, note)

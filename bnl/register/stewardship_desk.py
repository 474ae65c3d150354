"""The stewardship desk: calls that keep records and people's circumstances right."""

from __future__ import annotations

from datetime import datetime

from bnl.domain.consent import Giver
from bnl.domain.identifiers import GrantId, TaskId
from bnl.domain.vocabulary import EndingKind
from bnl.register import (
    capacity,
    consent_tasks,
    household_view,
    parting,
    restrictions,
    steward_withdrawals,
    stewardship,
)
from bnl.register.desk import Desk, audited
from bnl.register.release import PersonView


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

    @audited
    def household(self, handle: str) -> household_view.HouseholdView:
        """Show who lives, or lived, with a person, as far as both ends may be seen.

        Args:
            handle: The person.

        Raises:
            NotFound: There is no such person, or not for this actor.
        """
        return household_view.show_household(self._core, self.actor, self.purpose, handle)

    @audited
    def own_record(self, reference: str) -> PersonView:
        """Show your agency's own record, by its own reference and in its own words.

        Args:
            reference: The agency's own reference.

        Raises:
            NotFound: There is no such record, or it is damaged.
        """
        return restrictions.read_back(self._core, self.actor, self.purpose, reference)

    @audited
    def consent_tasks(self) -> list[consent_tasks.ConsentTask]:
        """List what your agency has to do about permits, refusals, notices and referrals, by day."""
        return consent_tasks.consent_tasks(self._core, self.actor, self.purpose)

    @audited
    def close_notice(self, task_id: TaskId) -> None:
        """Say that the notice of a withdrawal has been acted on.

        Raises:
            NotFound: There is no such notice for your agency.
            Conflict: It was closed already.
        """
        consent_tasks.close_notice(self._core, self.actor, self.purpose, task_id)

    @audited
    def preview_unlink(self, one: str, other: str) -> tuple[parting.CeasingRefusal, ...]:
        """Tell which refusals would cease to bind a part, were two handles said to be two people.

        Ask before you un-link: a refusal binds every record that is joined, and goes with its own when they
        part.

        Args:
            one: One handle.
            other: The other.

        Returns:
            Each refusal by its id, whether it is hard, and with whose side it stays.

        Raises:
            Denied: The agreement does not make this role a steward, or the purpose is not stewardship.
            NotFound: There are no such people, or not for this actor.
        """
        return parting.preview_unlink(self._core, self.actor, self.purpose, one, other)

    @audited
    def restrict(self, handle: str) -> None:
        """Restrict a person on your agency's own record: no machine links it any more.

        Raises:
            NotFound: There is no such person, or the agency has no record of them.
        """
        restrictions.restrict(self._core, self.actor, self.purpose, handle)

    @audited
    def ask_to_lift_restriction(self, handle: str, *, evidence: str) -> TaskId:
        """Ask that a restriction be lifted; a second person of your agency agrees with the task returned.

        Args:
            handle: The person.
            evidence: Why it is safe, in words; kept sealed.

        Raises:
            NotFound: There is no such person, or the agency has no record of them.
            Denied: The role does not lift restrictions.
            Conflict: There is no restriction.
        """
        return restrictions.ask_to_lift(self._core, self.actor, self.purpose, handle, evidence)

    @audited
    def agree_to_lift_restriction(self, task_id: TaskId) -> None:
        """Lift a restriction that somebody else of your agency asked to be lifted.

        Raises:
            NotFound: There is no such request of your agency.
            Denied: It is your own, or the role does not lift restrictions.
            Conflict: There is nothing to lift any more.
        """
        restrictions.agree_to_lift(self._core, self.actor, self.purpose, task_id)

    @audited
    def report_duplicate(self, one: str, other: str) -> None:
        """Report that two handles may be one person: the pair goes to the steward, and nothing is told.

        Raises:
            NotFound: One of them stands for nobody you may know of.
        """
        restrictions.report_duplicate(self._core, self.actor, self.purpose, one, other)

    @audited
    def end_refusal(self, grant_id: GrantId, kind: EndingKind, *, evidence: str) -> TaskId | None:
        """End a refusal as the steward, on evidence: answered, corrected, or lifted.

        Args:
            grant_id: The refusal.
            kind: Answered (an objection), corrected (a person's own soft refusal, on their word), or lifted
                (a hard one; a second steward agrees with the task returned).
            evidence: Reference of what it rests on; kept sealed.

        Raises:
            Denied: The agreement does not make this role a steward.
            NotFound: There is no such refusal.
            InvalidValue: It is not ended so.
        """
        return stewardship.end_refusal(self._core, self.actor, self.purpose, grant_id, kind, evidence)

    @audited
    def agree_to_end(self, task_id: TaskId) -> None:
        """Agree as the second steward that a hard refusal is lifted.

        Raises:
            Denied: The role is no steward, or it is your own request.
            NotFound: There is no such request.
            Conflict: It was agreed to already.
        """
        stewardship.agree_to_end(self._core, self.actor, self.purpose, task_id)

    @audited
    def withdraw_for_agency(
        self,
        grant_id: GrantId,
        *,
        reason: str,
        said_at: datetime | None = None,
        giver: Giver | None = None,
    ) -> None:
        """Withdraw, as the steward, a permit that some agency recorded; that agency is told why.

        Args:
            grant_id: The permit.
            reason: Why, in words; kept sealed, and told to the agency that recorded the permit.
            said_at: When it was said (UTC); now if not given.
            giver: Who said it, if not who gave the permit.

        Raises:
            Denied: The agreement does not make this role a steward.
            NotFound: There is no such permit.
            InvalidValue: No reason is given, or it was said in the future or before the permit.
            Conflict: It was withdrawn already.
        """
        steward_withdrawals.withdraw_for_agency(
            self._core, self.actor, self.purpose, grant_id, reason=reason, said_at=said_at, giver=giver
        )

    @audited
    def restore_permit(self, task_id: TaskId) -> GrantId:
        """Record your agency's permit anew that the steward withdrew, from the notice among your tasks.

        Args:
            task_id: The notice.

        Returns:
            Id of the new permit; it says the same and holds from now on.

        Raises:
            NotFound: There is no such notice for your agency.
            Denied: The agreement does not let the role record for the purpose.
            Conflict: The notice was closed already.
            InvalidValue: The permit could not be recorded today, for example because its time is over.
        """
        return steward_withdrawals.restore_permit(self._core, self.actor, self.purpose, task_id)

    @audited
    def repair_grant(self, grant_id: GrantId, *, evidence: str) -> int:
        """Put the last intact version of a damaged grant back, as the steward, on the agency's evidence.

        Args:
            grant_id: The damaged grant, as the verification names it.
            evidence: Reference of what proves that it was so.

        Returns:
            The version that stands now.

        Raises:
            Denied: The role is no steward.
            NotFound: There is no such damaged grant.
            InvalidValue: No version of it is intact.
        """
        return stewardship.repair_grant(self._core, self.actor, self.purpose, grant_id, evidence)

"""The sharing desk: who may see what and why, and what leaves the register for another agency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from bnl.domain.consent import Giver
from bnl.domain.identifiers import AgencyId, GrantId, TaskId
from bnl.register import explaining, exporting, receipt_checks, referring, withdrawals
from bnl.register.desk import Desk, audited


class SharingDesk(Desk):
    """What may be seen by whom, explained; sending and referring."""

    @audited
    def what_may_i_see(self) -> explaining.MayDo:
        """Tell what the agreements let you do for this purpose, whoever it is about, also in plain words."""
        return explaining.may_do(self._core, self.actor, self.purpose)

    @audited
    def who_may_see(self, handle: str) -> explaining.MaySee:
        """Tell who may see a person, also in plain words.

        Args:
            handle: The person.

        Returns:
            For the purpose of subject access, who may see what the asker may know of; for any other, who may
            see what the asker's own agency recorded.

        Raises:
            NotFound: There is no such person, or not for this actor.
        """
        return explaining.may_see(self._core, self.actor, self.purpose, handle)

    @audited
    def explain(self, handle: str, *, to_person: bool = False) -> tuple[str, ...]:
        """Tell in plain words what you are shown of a person, what not, and what you are bound to.

        Args:
            handle: The person.
            to_person: In words for the person concerned.

        Raises:
            NotFound: There is no such person, or not for this actor.
        """
        return explaining.explained(self._core, self.actor, self.purpose, handle, to_person=to_person)

    @audited
    def export(
        self,
        recipient: AgencyId,
        *,
        handles: Sequence[str] | None = None,
        fields: Iterable[str] | None = None,
        receipts: Iterable[str] = (),
    ) -> exporting.Export:
        """Export what may be sent to another agency, each row under a receipt.

        Args:
            recipient: To whom.
            handles: Whom; everybody of whom anything may be sent if not given.
            fields: Which fields; all if not given.
            receipts: Receipts under which your agency holds what it passes on of others.

        Returns:
            The rows; `Export.write` makes a file of them.

        Raises:
            Denied: The recipient, or a field, is not known.
        """
        return exporting.export(
            self._core,
            self.actor,
            self.purpose,
            recipient,
            handles=handles,
            fields=fields,
            receipts=receipts,
        )

    @audited
    def check_export(self, path: str | Path) -> receipt_checks.ReceiptReport:
        """Check a file that your agency was sent out of the register: is it whole, and may it still be held?

        Args:
            path: The file, CSV or JSON lines.

        Raises:
            InputError: The file cannot be read, or has no receipts.
        """
        return receipt_checks.check_receipts(self._core, self.actor, self.purpose, path)

    @audited
    def withdraw_grant(
        self, grant_id: GrantId, *, said_at: datetime | None = None, giver: Giver | None = None
    ) -> withdrawals.Withdrawn:
        """Withdraw a grant the agency recorded; it binds every decision from here on.

        Args:
            grant_id: The grant.
            said_at: When the person said it (UTC); now if not given.
            giver: Who said it, if not who gave the grant.

        Returns:
            Whom it concerns: agencies to be told, what was shown between the word and now, and what each
            agency holds without a basis. Each agency finds a notice among its tasks.

        Raises:
            NotFound: The agency recorded no such grant.
            Denied: It is a refusal, and the role does not record for the purpose.
            InvalidValue: It was said in the future, before the grant, or by somebody who cannot withdraw it.
        """
        return withdrawals.withdraw_grant(
            self._core, self.actor, self.purpose, grant_id, said_at=said_at, giver=giver
        )

    @audited
    def preview_withdrawal(
        self, grant_id: GrantId, *, said_at: datetime | None = None, giver: Giver | None = None
    ) -> withdrawals.Withdrawn:
        """Tell what withdrawing a grant would bring about, and change nothing; see `withdraw_grant`."""
        return withdrawals.withdraw_grant(
            self._core, self.actor, self.purpose, grant_id, said_at=said_at, giver=giver, preview=True
        )

    @audited
    def refer(
        self,
        handle: str,
        recipient: AgencyId,
        *,
        fields: Iterable[str] | None = None,
        receipts: Iterable[str] = (),
    ) -> TaskId:
        """Refer a person to another agency, which then finds the referral among those it received.

        Args:
            handle: The person; the agency must hold a record of its own.
            recipient: To whom.
            fields: Which fields; all that may be sent if not given.
            receipts: Receipts under which your agency holds what it passes on of others.

        Returns:
            Id of the referral.

        Raises:
            NotFound: There is no such person, or the agency has no record of them.
            Denied: Nothing may be sent; a duty to refer needs its three conditions.
        """
        return referring.refer(
            self._core,
            self.actor,
            self.purpose,
            handle,
            recipient,
            fields=fields,
            receipts=receipts,
        )

    @audited
    def referrals_sent(self) -> list[referring.Referral]:
        """Show the referrals of your agency, and which are acknowledged."""
        return referring.referrals_sent(self._core, self.actor, self.purpose)

    @audited
    def referrals_received(self) -> list[referring.Referral]:
        """Show the referrals sent to your agency for this purpose, as far as they may still be seen."""
        return referring.referrals_received(self._core, self.actor, self.purpose)

    @audited
    def acknowledge(self, referral_id: TaskId, *, handle: str = "") -> None:
        """Acknowledge a referral.

        Args:
            referral_id: The referral.
            handle: Your own record of the person, on which it is noted, if there is one yet.

        Raises:
            NotFound: There is no such referral for your agency and this purpose, or no own record.
            Conflict: It was acknowledged already.
        """
        referring.acknowledge(self._core, self.actor, self.purpose, referral_id, handle)

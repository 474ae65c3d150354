"""The desk for the rights of the person: what is held, who saw it, and its erasure with a certificate."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from bnl.register import access, erasure, letter, reviews
from bnl.register.desk import Desk, audited
from bnl.register.erasure_certificate import Certificate
from bnl.register.retention import RetentionPolicy, load_policy


class Rights(Desk):
    """Calls that answer a person's own rights over what is held about them."""

    @audited
    def disclosures_letter(self, handle: str) -> letter.Letter:
        """Write the letter that answers who saw what about a person, with a proof of every line.

        Args:
            handle: The person.

        Raises:
            NotFound: There is no such person, or not for this actor.
        """
        return letter.write_letter(self._core, self.actor, self.purpose, handle)

    @audited
    def access_export(self, handle: str) -> access.AccessExport:
        """Put together everything held about a person, by agency, for that person.

        Args:
            handle: The person.

        Raises:
            Denied: The purpose is not subject access.
            NotFound: There is no such person, or not for this actor.
        """
        return access.export_access(self._core, self.actor, self.purpose, handle)

    @audited
    def due_reviews(
        self, as_of: date | None = None, *, policy: RetentionPolicy | None = None
    ) -> list[reviews.DueReview]:
        """List the agency's own records whose review is due, longest due first.

        Args:
            as_of: The day; today if not given.
            policy: The county's retention policy; the shipped one if not given.

        Raises:
            Denied: The role or the purpose does not allow it.
        """
        chosen = policy or load_policy()
        return reviews.due_reviews(self._core, self.actor, self.purpose, chosen, as_of)

    @audited
    def plan_erasure(self, handle: str, *, policy: RetentionPolicy | None = None) -> erasure.ErasurePlan:
        """List the records an erasure of a person would concern, and what the law keeps; nothing is erased.

        Args:
            handle: The person.
            policy: The county's retention policy; the shipped one if not given.

        Raises:
            NotFound: There is no such person, or not for this actor.
            Denied: The actor may erase nothing.
        """
        return erasure.plan_erasure(self._core, self.actor, self.purpose, handle, policy or load_policy())

    @audited
    def erase(
        self,
        handle: str,
        *,
        confirm: Collection[str],
        reason: str,
        policy: RetentionPolicy | None = None,
    ) -> Certificate:
        """Erase source records of a person for good, each confirmed by its handle; the others stay.

        Args:
            handle: The person.
            confirm: Handles of the records, as `plan_erasure` lists them: a record linked by mistake, and so
                a stranger's, is left unconfirmed.
            reason: Code of a reason of the policy, such as ``consent_withdrawn``.
            policy: The county's retention policy; the shipped one if not given.

        Returns:
            The certificate, with a proof that the log says so.

        Raises:
            NotFound: There is no such person, or not for this actor.
            Denied: The actor may not erase a record confirmed, or the law keeps all of them.
            Conflict: A handle confirmed is none of the person's records.
            InvalidValue: The reason is none, or nothing is confirmed.
        """
        return erasure.erase(
            self._core, self.actor, self.purpose, handle, confirm, reason, policy or load_policy()
        )

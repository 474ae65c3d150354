"""The sharing desk: who may see what and why, and what leaves the register for another agency."""

from __future__ import annotations

from bnl.register import explaining
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

"""Before two people are told apart: which refusals will no longer bind a part of their records."""

from __future__ import annotations

from dataclasses import dataclass

from bnl.consent.decide import ask
from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled
from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import GrantId, RecordId
from bnl.domain.vocabulary import Action, Effect, Purpose
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.register.release import Exit
from bnl.register.review import leaver, pair_behind
from bnl.register.snapshot import Snapshot
from bnl.register.stewardship import require_steward_of_consent


@dataclass(frozen=True, slots=True, repr=False)
class CeasingRefusal(Unpickled):
    """A refusal that binds all records of one person now, and will bind only a part of them.

    Args:
        grant_id: The refusal; the steward can act on it by this id.
        hard: Whether it is a hard one.
        damaged: Whether nobody can read it; it binds in full until it is repaired.
        stays_with: The handle, of the two that were given, on whose side it stays. The other side is freed.
    """

    grant_id: GrantId
    hard: bool
    damaged: bool
    stays_with: str

    def __repr__(self) -> str:
        return f"CeasingRefusal({self.grant_id}, …)"


def preview_unlink(
    core: Core, actor: Actor, purpose: Purpose, one: str, other: str
) -> tuple[CeasingRefusal, ...]:
    """Tell the steward which refusals would cease to bind a part, were two handles said to be two people.

    Nothing is changed. Refusals of every agency are named, by id alone.

    Args:
        core: The register's state.
        actor: The steward, who may link as well.
        purpose: Stewardship.
        one: One handle.
        other: The other.

    Returns:
        The refusals in force or to come, by id; none where the two are two people already.

    Raises:
        Denied: The agreement does not make this role a steward.
        NotFound: There are no such people, or not for this actor.
    """
    require_steward_of_consent(core, actor, purpose)
    request = ask(actor=actor, action=Action.LINK, purpose=Purpose.LINKAGE, moment=core.clock())
    with core.change() as uow:
        left, right = pair_behind(Exit(core, uow, request), actor, one, other)
        found: list[CeasingRefusal] = []
        if core.snapshot.person(left) == core.snapshot.person(right):
            # The younger of the two leaves alone; all others stay with the older.
            leaves = leaver(core.snapshot, (left, right))
            leaving, staying = (one, other) if leaves == left else (other, one)
            for record_id in core.snapshot.members[core.snapshot.person(left)]:
                found += _binding(core, core.snapshot, record_id, leaving if record_id == leaves else staying)
        core.journal.write(uow, actor, Act("link.preview", purpose.value, subjects={left: 0, right: 0}))
    return tuple(sorted(found, key=lambda refusal: refusal.grant_id))


def _binding(core: Core, snapshot: Snapshot, record_id: RecordId, side: str) -> list[CeasingRefusal]:
    """Return the refusals on one record that bind, or will."""
    ended = snapshot.endings.get(record_id, {})
    now = core.clock()
    found: list[CeasingRefusal] = []
    for grant_id, grant in snapshot.grants.get(record_id, {}).items():
        if isinstance(grant, CorruptGrant):
            found.append(CeasingRefusal(grant_id, hard=True, damaged=True, stays_with=side))
        elif (
            grant.effect is Effect.FORBID
            and grant_id not in ended
            and (grant.valid_until is None or now < grant.valid_until)
        ):
            found.append(CeasingRefusal(grant_id, hard=grant.hard, damaged=False, stays_with=side))
    return found

"""Renewal of data keys: what a key seals is encrypted again under a fresh version, and the log says so."""

from __future__ import annotations

from collections.abc import Callable

from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Role
from bnl.errors import Denied
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.storage.keys import RECORD_PREFIX, SUBMISSION_PREFIX, SYSTEM_MODELS
from bnl.storage.resealing import reseal


def renew_keys(
    core: Core, actor: Actor, progress: Callable[[int], None] | None = None, *, unfinished: bool = False
) -> int:
    """Give every record, every submission and the models a fresh data key.

    Each key is renewed whole before the next: a new version is made, what it seals is sealed anew with an
    entry, the old version is destroyed. Stopped at any point both versions open; call again.

    Args:
        core: The register's state.
        actor: An operator or steward.
        progress: Called with the number of keys renewed so far.
        unfinished: Renew only keys whose renewal was cut off.

    Returns:
        How many keys were renewed.

    Raises:
        Denied: The actor is neither.
        Corrupt: A row was altered; its key keeps both versions.
    """
    if actor.role not in (Role.OPERATOR, Role.STEWARD):
        raise Denied("This is for the operator or steward.", "Sign in as one.", reasons=("role",))
    ids = core.keyring.unfinished() if unfinished else list(core.keyring.ids())
    sealing = [
        one for one in ids if one.startswith((RECORD_PREFIX, SUBMISSION_PREFIX)) or one == SYSTEM_MODELS
    ]
    for done, key_id in enumerate(sealing, 1):
        core.keyring.new_version(key_id)
        with core.change() as uow:
            rows = reseal(uow, key_id)
            core.learn(lambda: None)
            core.journal.write(uow, actor, Act("keys.renew", details={"rows": rows}))
        core.keyring.retire_versions(key_id)
        if progress is not None:
            progress(done)
    return len(sealing)

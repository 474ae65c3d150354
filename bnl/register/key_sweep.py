"""Sweeping on opening: keys whose rows were never committed, left by a process that died in between."""

from __future__ import annotations

from bnl.register.core import Core
from bnl.storage.sweep import unsettled_keys
from bnl.storage.unit_of_work import UnitOfWork


def sweep_keys(core: Core) -> int:
    """Destroy the keys that a process made and whose rows it did not live to commit.

    Args:
        core: The register's state, just opened.

    Returns:
        How many keys were destroyed.
    """
    if not core.keyring.unsettled():
        return 0
    with UnitOfWork(core.store) as uow:
        found = unsettled_keys(uow)
        # Inside the unit, while nobody else can make a key or write a row.
        core.keyring.destroy(found.orphaned)
        core.keyring.settle(found.settled)
    return len(found.orphaned)

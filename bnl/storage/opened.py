"""Opened keys: the data keys a unit of work has opened, each opened once."""

from __future__ import annotations

from collections.abc import Collection

from bnl.crypto.aead import DataKey
from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import LogState
from bnl.errors import Corrupt
from bnl.storage.keys import SYSTEM_ROWS

_FEW = 500
"""So many keys are kept open for the next unit, too: those of a call, not those of the whole register."""


class OpenedKeys:
    """Opens each key once.

    Args:
        keyring: Has the keys.
        keep: Whether opened keys are kept for the next call, until the unit of work ends.
    """

    def __init__(self, keyring: Keyring, *, keep: bool) -> None:
        self.keyring = keyring
        self._keep = keep
        self._kept: dict[str, DataKey] = {}
        self._made: set[str] = set()

    def authority(self) -> DataKey:
        """Return the key that authenticates clear rows.

        Raises:
            Erased: It is not in the keyring.
        """
        return self.keyring.get(SYSTEM_ROWS)

    def create_many(self, key_ids: Collection[str], made_at: LogState) -> None:
        """Make keys; see `Keyring.create_many`."""
        self.keyring.create_many(key_ids, made_at)
        self._made.update(key_ids)

    def settle_made(self) -> None:
        """Note that the rows of the keys made here are committed."""
        if self._made:
            self.keyring.settle(self._made)
            self._made.clear()

    def destroy_made(self) -> None:
        """Destroy the keys made here, whose rows were undone."""
        if self._made:
            self.keyring.destroy(self._made)
            self._made.clear()

    def open_many(self, key_ids: Collection[str]) -> dict[str, DataKey]:
        """Open keys.

        Args:
            key_ids: Their ids; those without a key are left out.

        Returns:
            Keys by id.

        Raises:
            Corrupt: A stored key was altered.
        """
        kept = self._kept
        found = {key_id: kept[key_id] for key_id in key_ids if key_id in kept} if kept else {}
        missing = [key_id for key_id in key_ids if key_id not in found] if found else list(key_ids)
        if missing:
            few = self._keep and len(missing) <= _FEW
            fresh = self.keyring.get_kept(missing) if few else self.keyring.get_many(missing)
            if self._keep:
                self._kept.update(fresh)
            if not found:
                return fresh
            found.update(fresh)
        return found

    def open_readable(self, key_ids: Collection[str]) -> dict[str, DataKey | None]:
        """Open keys, and let no altered key stand in the way of the others.

        Args:
            key_ids: Their ids; those without a key are left out.

        Returns:
            Keys by id; None for one that was altered.
        """
        try:
            return {**self.open_many(key_ids)}
        except Corrupt:
            found: dict[str, DataKey | None] = {}
            for key_id in key_ids:
                try:
                    found.update(self.open_many([key_id]))
                except Corrupt:
                    found[key_id] = None
            return found

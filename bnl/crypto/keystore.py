"""Where wrapped keys are kept: the protocol, and a store in memory."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple, Protocol

from bnl.errors import Conflict


class WrappedKey(NamedTuple):
    """A data key as it is stored: useless without the key-encryption key.

    Args:
        key_id: What the key opens, for example ``record:rec_…``, ``submission:sub_…`` or ``system:handles``.
        version: Version of the data key, from 1.
        kek_version: Version of the key-encryption key that wraps it, from 1.
        wrapped: The wrapped key, 72 bytes.
    """

    key_id: str
    version: int
    kek_version: int
    wrapped: bytes


class LogState(NamedTuple):
    """How far a register's log went when something was done; it tells one history from another.

    Args:
        size: Number of entries committed.
        last: Hash of the last of them; empty in an empty log.
    """

    size: int
    last: bytes


class UnsettledKey(NamedTuple):
    """A key of which nobody has said yet that the row it was made for is committed.

    Args:
        key_id: What it opens.
        made_at: How far the log went when it was made.
    """

    key_id: str
    made_at: LogState


class KeyStore(Protocol):
    """Where wrapped keys are kept: apart from the data, with shorter backups.

    ``(key_id, version)`` is the primary key. Every method that changes something is durable when it returns,
    and changes all it was given or nothing.
    """

    def insert(self, keys: Sequence[WrappedKey], made_at: LogState | None = None) -> None:
        """Store new keys; raise `Conflict` and store none if one of them exists.

        With `made_at` they are unsettled, in the same step, until `settle` or their destruction.
        """
        ...

    def unsettled(self) -> list[UnsettledKey]:
        """Return the keys that are unsettled, by id."""
        ...

    def settle(self, key_ids: Collection[str]) -> None:
        """Note that the rows of keys are committed; names that are not unsettled are no error."""
        ...

    def fetch(self, key_ids: Collection[str]) -> list[WrappedKey]:
        """Return all versions of the keys named, in any order; names without a key are left out."""
        ...

    def rewrap(self, keys: Sequence[WrappedKey]) -> None:
        """Replace the wrapping of keys that exist; a key destroyed meanwhile must not come back."""
        ...

    def delete(self, key_ids: Collection[str]) -> None:
        """Destroy all versions of the keys named beyond recovery; absent names are no error."""
        ...

    def delete_version(self, key_id: str, version: int) -> None:
        """Destroy one version of a key."""
        ...

    def changes(self) -> Hashable:
        """Return what differs from an earlier answer if a key that was there then may be another or gone.

        Whoever changed it, through this object or in another process.
        """
        ...

    def page(self, after: str, limit: int, not_kek_version: int | None = None) -> list[WrappedKey]:
        """Return keys whose id is greater than `after`, by id, all versions of an id together.

        At most `limit` ids; with `not_kek_version` only keys wrapped under another key-encryption key.
        """
        ...


class MemoryKeyStore:
    """A key store in memory, for registers in memory and for tests."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[int, WrappedKey]] = {}
        self._unsettled: dict[str, LogState] = {}
        self._changes = 0

    def insert(self, keys: Sequence[WrappedKey], made_at: LogState | None = None) -> None:
        """Store new keys, all or none.

        Raises:
            Conflict: One of them exists.
        """
        if any(key.version in self._keys.get(key.key_id, {}) for key in keys):
            raise Conflict("A key exists already.", "Make a key once, under an id of its own.")
        self._changes += 1
        for key in keys:
            self._keys.setdefault(key.key_id, {})[key.version] = key
            if made_at is not None:
                self._unsettled[key.key_id] = made_at

    def unsettled(self) -> list[UnsettledKey]:
        """Return the keys that are unsettled, by id."""
        return [UnsettledKey(*one) for one in sorted(self._unsettled.items())]

    def settle(self, key_ids: Collection[str]) -> None:
        """Note that the rows of keys are committed."""
        for key_id in key_ids:
            self._unsettled.pop(key_id, None)

    def fetch(self, key_ids: Collection[str]) -> list[WrappedKey]:
        """Return all versions of the keys named."""
        return [key for key_id in key_ids for key in self._keys.get(key_id, {}).values()]

    def rewrap(self, keys: Sequence[WrappedKey]) -> None:
        """Replace the wrapping of keys that exist."""
        self._changes += 1
        for key in keys:
            if key.version in self._keys.get(key.key_id, {}):
                self._keys[key.key_id][key.version] = key

    def delete(self, key_ids: Collection[str]) -> None:
        """Destroy all versions of the keys named."""
        self._changes += 1
        for key_id in key_ids:
            self._keys.pop(key_id, None)
        self.settle(key_ids)

    def delete_version(self, key_id: str, version: int) -> None:
        """Destroy one version of a key."""
        self._changes += 1
        versions = self._keys.get(key_id, {})
        versions.pop(version, None)
        if not versions:
            self._keys.pop(key_id, None)

    def changes(self) -> int:
        """Return how often something was changed."""
        return self._changes

    def page(self, after: str, limit: int, not_kek_version: int | None = None) -> list[WrappedKey]:
        """Return keys by id, at most `limit` ids greater than `after`."""
        found: list[WrappedKey] = []
        ids = 0
        for key_id in sorted(key_id for key_id in self._keys if key_id > after):
            versions = [key for key in self._keys[key_id].values() if key.kek_version != not_kek_version]
            if versions:
                found.extend(versions)
                ids += 1
            if ids == limit:
                break
        return found

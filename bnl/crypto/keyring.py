"""The keyring: one wrapped key per source record, made before and destroyed before what it opens."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from typing import NoReturn

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from bnl.crypto.aead import DataKey, new_secret
from bnl.crypto.hashes import KEY_BYTES, subkey
from bnl.crypto.keystore import KeyStore, LogState, UnsettledKey, WrappedKey
from bnl.crypto.provider import KeyProvider
from bnl.errors import Conflict, Corrupt, Erased

_BATCH = 500
_CACHED_KEYS = 4096


class Keyring:
    """Makes, opens, rotates and destroys data keys.

    Args:
        provider: Gives the key-encryption keys.
        store: Keeps the wrapped keys.
    """

    def __init__(self, provider: KeyProvider, store: KeyStore) -> None:
        self._provider = provider
        self._store = store
        self._cache: OrderedDict[str, DataKey] = OrderedDict()
        self._kept: dict[str, DataKey] = {}
        self._kept_at: Hashable = None
        # Held over reading the store and filling the cache: a key destroyed meanwhile is never cached.
        self._lock = threading.RLock()

    def create_many(self, key_ids: Iterable[str], made_at: LogState | None = None) -> None:
        """Make a fresh key for each id; do so before the row it opens is written.

        Args:
            key_ids: Ids without a key.
            made_at: How far the log goes, if a row is to be committed for each: until `settle` is told of it,
                `unsettled` names the key.

        Raises:
            Conflict: One of them has a key already; then none is made.
            KeyringError: There is no key-encryption key.
        """
        fresh = [self._wrapped(key_id, 1, new_secret(), new_secret()) for key_id in key_ids]
        # After a rotation the store has no version 1 that would collide, so it is asked for any version.
        if self._store.fetch([key.key_id for key in fresh]):
            raise Conflict("A key exists already.", "Make a key once, under an id of its own.")
        self._store.insert(fresh, made_at)
        self._catch_up(fresh)

    def unsettled(self) -> list[UnsettledKey]:
        """Return the keys made for rows of which nobody has said yet that they are committed."""
        return self._store.unsettled()

    def settle(self, key_ids: Collection[str]) -> None:
        """Note that the rows that keys were made for are committed."""
        self._store.settle(key_ids)

    def get(self, key_id: str) -> DataKey:
        """Open one key; it is kept open until destroyed or purged.

        Args:
            key_id: What it opens.

        Returns:
            The key, with every version of it that is not retired.

        Raises:
            Erased: There is no such key: it was destroyed, or never made.
            Corrupt: The stored key was altered or belongs to another id.
        """
        with self._lock:
            opened = self._cache.get(key_id)
            if opened is not None:
                self._cache.move_to_end(key_id)
                return opened
            opened = self._cache[key_id] = self._opened(self._require_stored(key_id))
            if len(self._cache) > _CACHED_KEYS:
                self._cache.popitem(last=False)
            return opened

    def get_many(self, key_ids: Collection[str]) -> dict[str, DataKey]:
        """Open many keys at once, past the cache.

        Args:
            key_ids: What they open.

        Returns:
            Keys by id; ids without a key are left out.

        Raises:
            Corrupt: A stored key was altered or belongs to another id.
        """
        stored = self._store.fetch(key_ids)
        opened = {key.key_id: DataKey(*self._alone(key)) for key in stored}
        if len(opened) == len(stored):
            return opened
        versions: dict[str, list[WrappedKey]] = {}
        for key in stored:
            versions.setdefault(key.key_id, []).append(key)
        return {key_id: self._opened(keys) for key_id, keys in versions.items()}

    def get_kept(self, key_ids: Collection[str]) -> dict[str, DataKey]:
        """Open a few keys, and keep them open while nothing in the key store changes, by whomever.

        What it returns is what `get_many` would: the store is asked each time whether anything changed.

        Args:
            key_ids: What they open.

        Returns:
            Keys by id; ids without a key are left out.

        Raises:
            Corrupt: A stored key was altered or belongs to another id.
        """
        with self._lock:
            # Asked before the keys are read: one destroyed in between is not taken for one that is there.
            changes = self._store.changes()
            if changes != self._kept_at or len(self._kept) + len(key_ids) > _CACHED_KEYS:
                self._kept, self._kept_at = {}, changes
            missing = [key_id for key_id in key_ids if key_id not in self._kept]
            if missing:
                self._kept.update(self.get_many(missing))
            return {key_id: self._kept[key_id] for key_id in key_ids if key_id in self._kept}

    def destroy(self, key_ids: Collection[str]) -> None:
        """Destroy keys for good; do so before the rows they open are removed.

        Keys that other processes hold open are theirs to purge.

        Args:
            key_ids: Ids; those without a key are no error, so that a destruction can be repeated.
        """
        gone = set(key_ids)
        with self._lock:
            self._kept.clear()
            self._store.delete(gone)
            for key_id in gone:
                self._cache.pop(key_id, None)

    def ids(self) -> Iterator[str]:
        """Return the ids that have a key, in order; one made or destroyed meanwhile may be in or out."""
        after = ""
        while page := self._store.page(after, _BATCH):
            page_ids = sorted({key.key_id for key in page})
            yield from page_ids
            after = page_ids[-1]

    def purge(self) -> None:
        """Forget every opened key; they are opened again when needed."""
        with self._lock:
            self._cache.clear()
            self._kept.clear()

    def new_version(self, key_id: str) -> DataKey:
        """Begin the rotation of a data key: both versions open until the old one is retired.

        Args:
            key_id: The key.

        Returns:
            The key, sealing under its new version. Other processes seal under the old one until they purge.

        Raises:
            Erased: There is no such key.
        """
        with self._lock:
            stored = self._require_stored(key_id)
            newest = max(stored, key=_version_of)
            _, root = self._secrets(newest)
            fresh = self._wrapped(key_id, newest.version + 1, new_secret(), root)
            self._store.insert([fresh])
            self._catch_up([fresh])
            self._cache.pop(key_id, None)
            return self.get(key_id)

    def retire_versions(self, key_id: str) -> None:
        """End the rotation of a data key: destroy every version but the newest.

        Args:
            key_id: The key; everything it opens must have been sealed again, and other processes purged.

        Raises:
            Erased: There is no such key.
        """
        with self._lock:
            stored = self._require_stored(key_id)
            newest = max(stored, key=_version_of)
            for key in stored:
                if key is not newest:
                    self._store.delete_version(key_id, key.version)
            self._cache.pop(key_id, None)

    def rotate_kek(self, progress: Callable[[int], None] | None = None) -> int:
        """Wrap every key under the current key-encryption key.

        It goes by batches, each stored at once; stopped at any point, it is simply called again. While it
        runs, keys wrapped under the old and under the new version both open.

        Args:
            progress: Called after each batch with the number of keys wrapped so far.

        Returns:
            How many keys were wrapped anew; 0 once the rotation is finished.

        Raises:
            Corrupt: A stored key was altered; the keys before it have been wrapped.
        """
        current = self._provider.current_version()
        after, done = "", 0
        while page := self._store.page(after, _BATCH, not_kek_version=current):
            rewrapped = [self._wrapped(key.key_id, key.version, *self._secrets(key)) for key in page]
            self._store.rewrap(rewrapped)
            done += len(page)
            after = max(key.key_id for key in page)
            if progress is not None:
                progress(done)
        return done

    def kek_versions(self) -> set[int]:
        """Return the versions of the key-encryption key that still wrap something; others may be retired."""
        return set(self.wrapped_by())

    def wrapped_by(self) -> dict[int, int]:
        """Return how many keys each version of the key-encryption key wraps."""
        counts: dict[int, int] = {}
        for key in self._all():
            counts[key.kek_version] = counts.get(key.kek_version, 0) + 1
        return counts

    def unfinished(self) -> list[str]:
        """Return the ids of keys in the midst of a rotation: several versions of them still open."""
        held: dict[str, int] = {}
        for key in self._all():
            held[key.key_id] = held.get(key.key_id, 0) + 1
        return [key_id for key_id, versions in held.items() if versions > 1]

    def _all(self) -> Iterator[WrappedKey]:
        after = ""
        while page := self._store.page(after, _BATCH):
            yield from page
            after = max(key.key_id for key in page)

    def _catch_up(self, fresh: list[WrappedKey]) -> None:
        """Wrap keys just stored once more if a rotation ended meanwhile, whose old key is about to go."""
        current = self._provider.current_version()
        late = [key for key in fresh if key.kek_version != current]
        if late:
            self._store.rewrap([self._wrapped(key.key_id, key.version, *self._secrets(key)) for key in late])

    def _require_stored(self, key_id: str) -> list[WrappedKey]:
        stored = self._store.fetch([key_id])
        if not stored:
            self._cache.pop(key_id, None)
            raise _erased(key_id)
        return stored

    def _wrapping_key(self, kek_version: int, key_id: str, version: int) -> bytes:
        # AES-KW binds nothing but the key, so the wrapping key itself depends on whose key it wraps.
        return subkey(self._provider.kek(kek_version), "wrap", key_id, str(version))

    def _wrapped(self, key_id: str, version: int, secret: bytes, root: bytes) -> WrappedKey:
        kek_version = self._provider.current_version()
        wrapping = self._wrapping_key(kek_version, key_id, version)
        return WrappedKey(key_id, version, kek_version, aes_key_wrap(wrapping, secret + root))

    def _secrets(self, key: WrappedKey) -> tuple[bytes, bytes]:
        wrapping = self._wrapping_key(key.kek_version, key.key_id, key.version)
        try:
            both = aes_key_unwrap(wrapping, key.wrapped)
        except InvalidUnwrap:
            raise _damaged(key.key_id) from None
        return both[:KEY_BYTES], both[KEY_BYTES:]

    def _alone(self, key: WrappedKey) -> tuple[dict[int, bytes], bytes]:
        secret, root = self._secrets(key)
        return {key.version: secret}, root

    def _opened(self, versions: Sequence[WrappedKey]) -> DataKey:
        secrets, root = self._alone(versions[0])
        for key in versions[1:]:
            secrets[key.version], other = self._secrets(key)
            if other != root:
                raise _damaged(key.key_id)
        return DataKey(secrets, root)

    def __repr__(self) -> str:
        return f"Keyring({type(self._store).__name__}, …)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a keyring cannot be pickled or copied")


def _version_of(key: WrappedKey) -> int:
    return key.version


def _erased(key_id: str) -> Erased:
    return Erased(f"There is no key {key_id}.", "What it opened was erased and cannot be brought back.")


def _damaged(key_id: str) -> Corrupt:
    advice = "Restore the key store from its backup, or give the key file that belongs to it."
    return Corrupt(f"The stored key {key_id} does not open.", advice, table="keys", key=key_id)

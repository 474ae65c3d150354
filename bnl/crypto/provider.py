"""Where key-encryption keys come from: a file, the environment or a callable, and never the database."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn, Protocol

from bnl.crypto.aead import new_secret
from bnl.crypto.hashes import KEY_BYTES
from bnl.crypto.private_files import create_private, locked, read_private, replace_private
from bnl.errors import KeyringError

_FORMAT = "bnl-key-encryption-keys/1"
DEFAULT_VARIABLE = "BNL_KEK"


class KeyProvider(Protocol):
    """Gives key-encryption keys by version; a key management service can be fitted behind it."""

    def current_version(self) -> int:
        """Return the version under which new keys are wrapped, from 1."""
        ...

    def kek(self, version: int) -> bytes:
        """Return the 32-byte key of a version, or raise `KeyringError`."""
        ...


class _Secretive:
    """What every provider shares: it shows no key when printed, pickled or copied."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key provider cannot be pickled or copied")


class _KeyTable(_Secretive):
    """Keys held by version."""

    def __init__(self, keys: dict[int, bytes], current: int) -> None:
        self._keys = keys
        self._current = current

    def current_version(self) -> int:
        """Return the version under which new keys are wrapped."""
        return self._current

    def kek(self, version: int) -> bytes:
        """Return the key of a version.

        Args:
            version: From 1.

        Returns:
            32 bytes.

        Raises:
            KeyringError: There is no such version.
        """
        try:
            return self._keys[version]
        except KeyError:
            advice = "Restore the key file of that time: nothing wrapped under it can be read without it."
            raise KeyringError(f"There is no key-encryption key of version {version}.", advice) from None

    def versions(self) -> tuple[int, ...]:
        """Return the versions that can be used, oldest first."""
        return tuple(sorted(self._keys))


class FileKeyProvider(_KeyTable):
    """Keys in a file that its owner alone can read.

    Args:
        path: The key file; it must have mode 0600 and belong to the user who runs the program.

    Raises:
        KeyringError: The file is missing, not private, or not a key file.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).absolute()
        self._seen = _identity(self._path)
        super().__init__(*_parse_file(self._path))

    def current_version(self) -> int:
        """Return the version under which new keys are wrapped, as the file has it now.

        Another process may have rotated meanwhile: a key wrapped under a version that is then retired
        would be lost.

        Raises:
            KeyringError: The file was changed and can no longer be read.
        """
        self._refresh()
        return self._current

    def kek(self, version: int) -> bytes:
        """Return the key of a version, one that another process added included.

        Args:
            version: From 1.

        Returns:
            32 bytes.

        Raises:
            KeyringError: There is no such version.
        """
        if version not in self._keys:
            self._refresh()
        return super().kek(version)

    @classmethod
    def create(cls, path: str | Path) -> FileKeyProvider:
        """Make a new key file with one fresh key.

        Args:
            path: Where; nothing may be there yet.

        Returns:
            The provider of the new file.

        Raises:
            KeyringError: Something is there already, or the place cannot be written.
        """
        target = Path(path).absolute()
        create_private(target, _file_bytes({1: new_secret()}, 1))
        return cls(target)

    def add_version(self) -> int:
        """Begin a rotation: add a fresh key and make it the current one, in one step.

        Returns:
            The new version; `Keyring.rotate_kek` then wraps everything under it.

        Raises:
            KeyringError: The file is no longer private, or cannot be written.
        """
        with locked(self._path):
            keys, _ = _parse_file(self._path)
            version = max(keys) + 1
            keys[version] = new_secret()
            replace_private(self._path, _file_bytes(keys, version))
        self._refresh()
        return version

    def retire(self, version: int) -> None:
        """End a rotation: forget an old key, once nothing is wrapped under it.

        Args:
            version: Not the current one.

        Raises:
            KeyringError: It is the current version, or there is no such version.
        """
        with locked(self._path):
            keys, current = _parse_file(self._path)
            if version == current or version not in keys:
                advice = "Only a version that was rotated away from can be retired."
                raise KeyringError(f"Version {version} is current or unknown.", advice)
            del keys[version]
            replace_private(self._path, _file_bytes(keys, current))
        self._refresh()

    def _refresh(self) -> None:
        seen = _identity(self._path)
        if seen != self._seen:
            self._keys, self._current = _parse_file(self._path)
            self._seen = seen


class EnvKeyProvider(_KeyTable):
    """Keys in an environment variable, as ``1:<base64>,2:<base64>``; the highest is current.

    Args:
        variable: Name of the variable.
        environ: Where to look it up; the process environment if not given.

    Raises:
        KeyringError: The variable is missing or cannot be read.
    """

    def __init__(self, variable: str = DEFAULT_VARIABLE, environ: Mapping[str, str] | None = None) -> None:
        text = (os.environ if environ is None else environ).get(variable, "")
        advice = "Set it to 1: and the base64 of 32 random bytes, versions separated by commas."
        keys: dict[int, bytes] = {}
        for item in text.split(","):
            number, separator, encoded = item.strip().partition(":")
            version = _version_number(number)
            if not separator or version is None or version in keys:
                raise KeyringError(
                    f"The environment variable {variable} holds no keys that can be read.", advice
                )
            keys[version] = _decoded(encoded, f"the environment variable {variable}", advice)
        super().__init__(keys, max(keys))


class CallableKeyProvider(_Secretive):
    """Keys from two functions of the caller's, for example of a key management service.

    Args:
        current: Gives the current version.
        kek: Gives the key of a version.
    """

    def __init__(self, current: Callable[[], int], kek: Callable[[int], bytes]) -> None:
        self._current_of = current
        self._kek_of = kek

    def current_version(self) -> int:
        """Return the version under which new keys are wrapped."""
        return self._current_of()

    def kek(self, version: int) -> bytes:
        """Return the key of a version.

        Args:
            version: From 1.

        Returns:
            32 bytes.

        Raises:
            KeyringError: The function gave something else than 32 bytes.
        """
        key: object = self._kek_of(version)
        if not isinstance(key, bytes) or len(key) != KEY_BYTES:
            raise KeyringError(f"Key version {version} is not {KEY_BYTES} bytes.", "Check the key service.")
        return key


def _identity(path: Path) -> tuple[int, int, int] | None:
    """Tell one state of a file from another; every change makes a new file, so its number changes too."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _parse_file(path: Path) -> tuple[dict[int, bytes], int]:
    advice = "It is damaged or another kind of file: restore it from the key backup."
    unreadable = KeyringError(f"{path} is not a key file.", advice)
    try:
        content = json.loads(read_private(path))
    except ValueError:
        raise unreadable from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise unreadable
    encoded, current = content.get("keys"), content.get("current")
    if not isinstance(encoded, dict) or type(current) is not int or str(current) not in encoded:
        raise unreadable
    keys = {}
    for number, text in encoded.items():
        version = _version_number(number)
        if version is None or not isinstance(text, str):
            raise unreadable
        keys[version] = _decoded(text, str(path), advice)
    return keys, current


def _file_bytes(keys: Mapping[int, bytes], current: int) -> bytes:
    encoded = {str(version): base64.b64encode(key).decode() for version, key in sorted(keys.items())}
    return json.dumps({"format": _FORMAT, "current": current, "keys": encoded}, indent=1).encode() + b"\n"


def _version_number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or text.startswith("0") or len(text) > 9:
        return None
    return int(text)


def _decoded(text: str, where: str, advice: str) -> bytes:
    try:
        key = base64.b64decode(text.encode("ascii", "replace"), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyringError(f"A key in {where} is not the base64 of {KEY_BYTES} bytes.", advice)
    return key

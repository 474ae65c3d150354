"""What a witness has seen, kept in one file that is replaced in one step and never silently begun anew."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - not every system has advisory locks
    fcntl = None  # type: ignore[assignment]

from bnl.audit.checkpoint import Checkpoint, Trust, open_checkpoint
from bnl.audit.cosignature import cosign, with_signature
from bnl.audit.notes import LogKey, parse_note
from bnl.audit.witness import WitnessRequest, advanced
from bnl.crypto.signing import Signer
from bnl.errors import Conflict, LogError

_NOTHING_SEEN = b"nothing seen yet\n"


class WitnessFile:
    """The state of a witness of one log.

    Args:
        path: The state file; made by `create`.
        log: Public key of the log.
    """

    def __init__(self, path: str | Path, log: LogKey) -> None:
        self._path = Path(path).absolute()
        self._log = log

    @classmethod
    def create(cls, path: str | Path, log: LogKey) -> WitnessFile:
        """Begin to witness a log: the next checkpoint is taken on trust, every later one is checked.

        Args:
            path: Where the state is to be kept; nothing may be there.
            log: Public key of the log.

        Returns:
            The witness.

        Raises:
            Conflict: There is a state already.
        """
        witness = cls(path, log)
        with witness._locked():
            if witness._path.exists():
                raise Conflict(f"{path} exists already.", "A witness never begins anew: name another file.")
            witness._replace(_NOTHING_SEEN)
        return witness

    def latest(self) -> Checkpoint | None:
        """Return the latest checkpoint seen, None before the first.

        Raises:
            LogError: The state file is missing or cannot be read.
            ProofError: It was altered: it holds no checkpoint signed by the log.
        """
        content = self._read()
        return None if content == _NOTHING_SEEN else open_checkpoint(content, Trust(self._log))

    def note(self) -> str | None:
        """Return the latest checkpoint as the note it came in, with the witness's cosignature."""
        content = self._read()
        return None if content == _NOTHING_SEEN else content.decode()

    def cosign(self, request: WitnessRequest, name: str, signer: Signer, timestamp: int) -> str:
        """Check a checkpoint, keep it, and only then cosign it.

        Args:
            request: What the log's operator sent.
            name: Name of the witness.
            signer: Key of the witness.
            timestamp: Now, in seconds since 1970-01-01 UTC.

        Returns:
            The checkpoint with the witness's cosignature.

        Raises:
            ProofError: The checkpoint does not continue what was seen; nothing is kept or signed.
            Conflict: The proof does not start from the size seen.
            LogError: The state file is missing or cannot be read or written.
        """
        with self._locked():
            advanced(self.latest(), request, self._log)
            line = cosign(parse_note(request.checkpoint).text, name, signer, timestamp)
            cosigned = with_signature(request.checkpoint, line)
            self._replace(cosigned.encode())
        return cosigned

    def _read(self) -> bytes:
        try:
            return self._path.read_bytes()
        except OSError as error:
            advice = "Restore it, or ask the other witnesses before you begin anew with a new file."
            raise LogError(f"The state {self._path} cannot be read: {error.strerror}.", advice) from None

    def _replace(self, content: bytes) -> None:
        temporary = self._path.with_name(f".{self._path.name}.new")
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
            _sync(self._path.parent)
        except OSError as error:
            advice = "Nothing was cosigned: check the folder and the space left."
            raise LogError(f"The witness's state cannot be written: {error.strerror}.", advice) from None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes of the witness out, so that no older checkpoint replaces a newer."""
        descriptor = os.open(self._path.parent, os.O_RDONLY)
        try:
            if fcntl is not None:  # pragma: no branch
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Signed notes: a text, and lines below it that say who signed it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

from bnl.audit.vkeys import KEY_ID_BYTES, decode_base64, key_id, parse_vkey, valid_name, vkey_text
from bnl.crypto.signing import Signer, signature_holds
from bnl.errors import ProofError

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
ED25519 = 1

_SIGNATURE_LINE = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_ADVICE = "Ask for it again; do not rely on this copy."


class NoteSignature(NamedTuple):
    """One signature line.

    Args:
        name: Of the key.
        key_id: 4 bytes that, with the name, tell which key.
        signature: As its algorithm defines it.
    """

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A note, of which nothing has been verified.

    Args:
        text: Ends with a newline.
        signatures: At least one.
    """

    text: str
    signatures: tuple[NoteSignature, ...]


class NoteKey(Protocol):
    """A public key that note signatures can be checked with."""

    @property
    def name(self) -> str:
        """Name of the key."""
        ...

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which signature lines name the key."""
        ...

    def holds(self, text: str, signature: bytes) -> bool:
        """Tell whether a signature over a note text was made with the key."""
        ...


KeyKind = TypeVar("KeyKind", bound=NoteKey)


class LogKey(NamedTuple):
    """The public key of a log, which signs note texts as they are.

    Args:
        name: Of the log; its checkpoints' origin.
        public: 32 bytes, Ed25519.
    """

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which signature lines name the key."""
        return key_id(self.name, ED25519, self.public)

    def holds(self, text: str, signature: bytes) -> bool:
        """Tell whether a signature over a note text was made with the key."""
        return signature_holds(self.public, text.encode(), signature)

    def vkey(self) -> str:
        """Return the key as one line of text that can be handed to anybody."""
        return vkey_text(self.name, ED25519, self.public)

    @classmethod
    def parse(cls, vkey: str) -> LogKey:
        """Read a key written by `vkey`.

        Raises:
            ProofError: It is not one.
        """
        return cls(*parse_vkey(vkey, ED25519))


def parse_note(content: bytes | str) -> Note:
    """Take a note apart.

    Args:
        content: The note; as bytes, UTF-8.

    Returns:
        The note, not verified.

    Raises:
        ProofError: It is not a note.

    Source:
        C2SP signed-note v1.0.0.
    """
    held: object = content
    if not isinstance(held, bytes | str):
        # A damaged database may give anything, whatever its columns are declared to hold.
        raise _malformed("it is not text")
    try:
        whole = content.decode("utf-8") if isinstance(content, bytes) else content
        size = len(content if isinstance(content, bytes) else content.encode("utf-8"))
    except UnicodeError:
        raise _malformed("it is not UTF-8") from None
    if size > MAX_NOTE_BYTES:
        raise _malformed("it is too long")
    if _CONTROL.search(whole):
        raise _malformed("it holds control characters")
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise _malformed("text and signatures are not parted by a blank line")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed("it has too many signatures")
    return Note(head + "\n", tuple(_parse_signature(line) for line in lines))


def note_text(note: Note) -> str:
    """Put a note together.

    Args:
        note: Text and signatures.

    Returns:
        What `parse_note` takes apart.
    """
    lines = [
        f"{_SIGNATURE_LINE}{line.name} {base64.b64encode(line.key_id + line.signature).decode()}\n"
        for line in note.signatures
    ]
    return f"{note.text}\n{''.join(lines)}"


def verified_by(note: Note, keys: Iterable[KeyKind]) -> list[KeyKind]:
    """Tell which keys signed a note.

    Args:
        note: The note.
        keys: Known keys; signatures by others are passed over.

    Returns:
        The keys whose signatures hold, each once.

    Raises:
        ProofError: A signature that names a known key does not hold.
    """
    known = {(key.name, key.key_id): key for key in keys}
    verified: dict[tuple[str, bytes], KeyKind] = {}
    for line in note.signatures:
        place = (line.name, line.key_id)
        if place not in known:
            continue
        if not known[place].holds(note.text, line.signature):
            raise ProofError("A signature on the note does not hold.", _ADVICE)
        verified[place] = known[place]
    return list(verified.values())


def sign_note(text: str, name: str, signer: Signer) -> NoteSignature:
    """Sign a note text.

    Args:
        text: Ends with a newline.
        name: Of the key.
        signer: The key.

    Returns:
        The signature line.

    Raises:
        ProofError: The name or the text cannot stand in a note.
    """
    if not valid_name(name):
        raise ProofError("The name of a key has a space or a plus sign, or is empty.", "Choose another.")
    if not text.endswith("\n") or _CONTROL.search(text):
        raise ProofError("The text cannot be signed as a note.", "End it with a newline.")
    return NoteSignature(name, key_id(name, ED25519, signer.public), signer.sign(text.encode()))


def _parse_signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_SIGNATURE_LINE).partition(" ")
    signature = decode_base64(encoded)
    if not line.startswith(_SIGNATURE_LINE) or not valid_name(name):
        raise _malformed("a signature line names no key")
    if signature is None or len(signature) <= KEY_ID_BYTES:
        raise _malformed("a signature is not base64")
    return NoteSignature(name, signature[:KEY_ID_BYTES], signature[KEY_ID_BYTES:])


def _malformed(why: str) -> ProofError:
    return ProofError(f"This is not a signed note: {why}.", _ADVICE)

"""Public keys as one line of text, and the names by which signature lines call them."""

from __future__ import annotations

import base64
import binascii
import hashlib

from bnl.crypto.signing import PUBLIC_BYTES
from bnl.errors import ProofError

KEY_ID_BYTES = 4


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


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """Compute the 4 bytes by which signature lines name a key.

    Args:
        name: Of the key.
        algorithm: Type byte.
        public: The public key.

    Returns:
        4 bytes.
    """
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:KEY_ID_BYTES]


def vkey_text(name: str, algorithm: int, public: bytes) -> str:
    """Write a public key as one line: name, key id in hex, and the key in base64, joined by plus signs.

    Args:
        name: Of the key.
        algorithm: Type byte.
        public: The public key.

    Returns:
        The line, without a newline.
    """
    encoded = base64.b64encode(bytes([algorithm]) + public).decode()
    return f"{name}+{key_id(name, algorithm, public).hex()}+{encoded}"


def parse_vkey(text: str, algorithm: int) -> tuple[str, bytes]:
    """Read a public key written by `vkey_text`.

    Args:
        text: The line.
        algorithm: The type byte it must have.

    Returns:
        Name and 32-byte public key.

    Raises:
        ProofError: It is not such a key.
    """
    name, _, rest = text.strip().partition("+")
    identity, _, encoded = rest.partition("+")
    key = decode_base64(encoded)
    if not valid_name(name) or key is None or len(key) != 1 + PUBLIC_BYTES or key[0] != algorithm:
        raise ProofError("This is not a public key of the right kind.", "Give the whole line, as published.")
    if identity != key_id(name, algorithm, key[1:]).hex():
        raise ProofError("The public key does not fit its own id.", "Copy the line again, as published.")
    return name, key[1:]


def valid_name(name: str) -> bool:
    """Tell whether a text can be the name of a key: not empty, no space, no plus, no control character."""
    return bool(name) and not any(char.isspace() or char == "+" or ord(char) < ord(" ") for char in name)


def decode_base64(text: str) -> bytes | None:
    """Decode base64 that is spelt in the one canonical way, or return None."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None

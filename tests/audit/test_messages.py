"""What the room of the log says when it refuses: what is wrong, where, and what to do, word for word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bnl.audit.checkpoint import Checkpoint, Trust, open_checkpoint, parse_checkpoint
from bnl.audit.cosignature import cosign
from bnl.audit.entry import decode
from bnl.audit.log import Log
from bnl.audit.merkle import leaf_hash
from bnl.audit.notes import LogKey, Note, NoteSignature, note_text, parse_note, sign_note, verified_by
from bnl.audit.proofs import consistency_proof, inclusion_proof
from bnl.audit.report import Fault, Finding, Report, require_sound
from bnl.audit.store import frontier_of
from bnl.audit.tlog_proof import parse_proof
from bnl.audit.verify import require_consistency, require_inclusion
from bnl.audit.vkeys import parse_vkey, vkey_text
from bnl.audit.witness import WitnessRequest, advanced, parse_request
from bnl.audit.witness_file import WitnessFile
from bnl.domain.audit import Head
from bnl.errors import BnlError, Conflict, Corrupt, LogError, ProofError
from tests.audit.note_keys import LOG_KEY, ORIGIN, SIGNER, TRUST, WITNESS_KEYS, signed
from tests.audit_entries import entry, filled
from tests.audit_store import MemoryLogStore

AGAIN = "Ask for it again; do not rely on this copy."
RIGHT_KEY = "Check that you hold the right public key."
WHOLE_LINE = "Give the whole line, as published."
NOT_COSIGN = "Do not cosign it: keep both checkpoints, and tell the other witnesses and the partners."
NOT_RELY = "Do not rely on it: keep it, and ask the log's operator and another witness for theirs."
HEAD_ADVICE = "Restore the database from a backup: nothing can be logged until then."
LOG = Log(filled(3))
NOTE = signed(3, LOG.root())
SEEN = Checkpoint(ORIGIN, 3, LOG.root())


def altered_log() -> Log:
    store = filled(3)
    store.stored[1] = (1, store.stored[1][1], b"h" * 32)
    return Log(store)


def cut_log() -> Log:
    store = filled(3)
    store.stored.clear()
    return Log(store)


def signed_by_another_name() -> str:
    text = Checkpoint("other.example", 3, LOG.root()).text()
    return note_text(Note(text, (sign_note(text, ORIGIN, SIGNER),)))


def bad_signature() -> Note:
    return Note("text\n", (NoteSignature(ORIGIN, LOG_KEY.key_id, bytes(64)),))


def unsound() -> Report:
    finding = Finding(Fault.ENTRY_MISSING, "entry 3", "not there", 3)
    return Report(5, b"", 1, 5, 2, (finding, finding), 3)


CASES: list[tuple[str, Callable[[], object], type[BnlError], str]] = [
    (
        "checkpoint-lines",
        lambda: parse_checkpoint(""),
        ProofError,
        f"The note is not a checkpoint: a line is missing. {AGAIN}",
    ),
    (
        "checkpoint-size",
        lambda: parse_checkpoint("o\nx\nr\n"),
        ProofError,
        f"The note is not a checkpoint: its second line is no size. {AGAIN}",
    ),
    (
        "checkpoint-root",
        lambda: parse_checkpoint("o\n1\nr\n"),
        ProofError,
        f"The note is not a checkpoint: its third line is no hash. {AGAIN}",
    ),
    (
        "checkpoint-empty",
        lambda: parse_checkpoint(Checkpoint("o", 0, b"h" * 32).text()),
        ProofError,
        f"The checkpoint gives an empty log a root it cannot have. {AGAIN}",
    ),
    (
        "checkpoint-unsigned",
        lambda: open_checkpoint(NOTE, Trust(LogKey("other", bytes(32)))),
        ProofError,
        f"The checkpoint is not signed by the log. {RIGHT_KEY}",
    ),
    (
        "checkpoint-origin",
        lambda: open_checkpoint(signed_by_another_name(), TRUST),
        ProofError,
        f"The checkpoint is of another log. {RIGHT_KEY}",
    ),
    (
        "checkpoint-quorum",
        lambda: open_checkpoint(NOTE, Trust(LOG_KEY, WITNESS_KEYS, 2)),
        ProofError,
        "The checkpoint has 0 of 2 cosignatures. Ask the witnesses for their cosignatures.",
    ),
    (
        "cosignature",
        lambda: cosign("text\n", "", SIGNER, 0),
        ProofError,
        "A cosignature needs a name without spaces and a time. Check its settings.",
    ),
    (
        "entry-form",
        lambda: decode(b""),
        Corrupt,
        "A leaf of the log is not an entry in canonical form. Run `bnl audit verify`.",
    ),
    (
        "log-gap",
        lambda: Log(filled(3)).append([entry(5)]),
        LogError,
        "Entry 5 cannot follow entry 2. Take the sequence from `begin` in the same transaction.",
    ),
    (
        "log-time",
        lambda: Log(filled(3)).append([entry(3, time="2026-01-31T08:00:00.000000Z")]),
        LogError,
        "Entry 3 is timed before the one that precedes it. "
        "Time entries no earlier than the head's last time.",
    ),
    (
        "log-absent",
        lambda: LOG.entry(9),
        LogError,
        "There is no entry 9. Ask for a sequence below the size of the log.",
    ),
    (
        "log-altered",
        lambda: altered_log().entry(1),
        Corrupt,
        "Entry 1 of the log was altered. Run `bnl audit verify` to see what else was.",
    ),
    ("log-size", lambda: LOG.root(9), LogError, "The log has 3 entries, not 9. Give a size it has had."),
    (
        "head",
        lambda: frontier_of(Head(1)),
        Corrupt,
        f"The head row of the log is damaged. {HEAD_ADVICE}",
    ),
    (
        "note-utf8",
        lambda: parse_note(b"\xff"),
        ProofError,
        f"This is not a signed note: it is not UTF-8. {AGAIN}",
    ),
    (
        "note-long",
        lambda: parse_note("x" * 1_000_001),
        ProofError,
        f"This is not a signed note: it is too long. {AGAIN}",
    ),
    (
        "note-control",
        lambda: parse_note("\t"),
        ProofError,
        f"This is not a signed note: it holds control characters. {AGAIN}",
    ),
    (
        "note-blank",
        lambda: parse_note("x"),
        ProofError,
        f"This is not a signed note: text and signatures are not parted by a blank line. {AGAIN}",
    ),
    (
        "note-unended",
        lambda: parse_note("x\n\n— n AAAAAAA="),
        ProofError,
        f"This is not a signed note: text and signatures are not parted by a blank line. {AGAIN}",
    ),
    (
        "note-many",
        lambda: parse_note("x\n\n" + "— n AAAAAAA=\n" * 101),
        ProofError,
        f"This is not a signed note: it has too many signatures. {AGAIN}",
    ),
    (
        "note-name",
        lambda: parse_note("x\n\nx\n"),
        ProofError,
        f"This is not a signed note: a signature line names no key. {AGAIN}",
    ),
    (
        "note-base64",
        lambda: parse_note("x\n\n— n A\n"),
        ProofError,
        f"This is not a signed note: a signature is not base64. {AGAIN}",
    ),
    (
        "note-parts",
        lambda: parse_note("x\n\n— n AAAAAAA= AAAAAAA=\n"),
        ProofError,
        f"This is not a signed note: a signature is not base64. {AGAIN}",
    ),
    (
        "note-signature",
        lambda: verified_by(bad_signature(), [LOG_KEY]),
        ProofError,
        f"A signature on the note does not hold. {AGAIN}",
    ),
    (
        "sign-name",
        lambda: sign_note("x\n", "", SIGNER),
        ProofError,
        "The name of a key has a space or a plus sign, or is empty. Choose another.",
    ),
    (
        "sign-text",
        lambda: sign_note("x", "n", SIGNER),
        ProofError,
        "The text cannot be signed as a note. End it with a newline.",
    ),
    (
        "key-kind",
        lambda: parse_vkey("", 1),
        ProofError,
        f"This is not a public key of the right kind. {WHOLE_LINE}",
    ),
    (
        "key-id",
        lambda: parse_vkey("n+00000000+" + vkey_text("n", 1, bytes(32)).split("+", 2)[2], 1),
        ProofError,
        "The public key does not fit its own id. Copy the line again, as published.",
    ),
    (
        "proof-leaf",
        lambda: inclusion_proof(MemoryLogStore(), 3, 3),
        LogError,
        "There is no leaf 3 in a tree of 3. Ask for an index below the size.",
    ),
    (
        "proof-sizes",
        lambda: consistency_proof(MemoryLogStore(), 4, 3),
        LogError,
        "No proof leads from size 4 to 3. Give sizes from 1, the smaller first.",
    ),
    (
        "proof-hashes",
        lambda: cut_log().inclusion_proof(0, 3),
        LogError,
        "The log lacks hashes 1 to 2 of level 0. The log is truncated or damaged: run `bnl audit verify`.",
    ),
    (
        "report",
        lambda: require_sound(unsound()),
        Corrupt,
        "5 damaged places in the log, first entry 3: not there. "
        "Keep the database as it is, compare it with a backup, and tell the data protection officer.",
    ),
    (
        "letter",
        lambda: parse_proof(""),
        ProofError,
        f"This is not a proof that an entry is in a log: its first lines are missing. {AGAIN}",
    ),
    (
        "inclusion",
        lambda: require_inclusion(1, 3, leaf_hash(b""), [], LOG.root()),
        ProofError,
        f"The proof does not show entry 1 in the log of size 3. {NOT_RELY}",
    ),
    (
        "consistency",
        lambda: require_consistency(1, 3, LOG.root(1), LOG.root(), []),
        ProofError,
        f"The log of size 3 is not shown to continue that of size 1. {NOT_RELY}",
    ),
    (
        "request",
        lambda: parse_request(""),
        ProofError,
        "This is not a request to a witness. Ask the log's operator to send it again.",
    ),
    (
        "witness-size",
        lambda: advanced(SEEN, WitnessRequest(1, (), NOTE), LOG_KEY),
        Conflict,
        "The witness saw the log last at size 3. Send a proof from that size.",
    ),
    (
        "witness-smaller",
        lambda: advanced(SEEN, WitnessRequest(3, (), signed(2, LOG.root(2))), LOG_KEY),
        ProofError,
        f"The log was at size 3, and is now said to be smaller. {NOT_COSIGN}",
    ),
    (
        "witness-first",
        lambda: advanced(None, WitnessRequest(0, (b"h" * 32,), NOTE), LOG_KEY),
        ProofError,
        "A proof from an empty log shows nothing. Send no proof with the first.",
    ),
]


@pytest.mark.parametrize(("provoke", "kind", "text"), [pytest.param(*case, id=name) for name, *case in CASES])
def test_refusals_say_what_is_wrong_and_what_to_do(
    provoke: Callable[[], object], kind: type[BnlError], text: str
) -> None:
    with pytest.raises(kind) as caught:
        provoke()
    assert str(caught.value) == text
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_witness_names_its_file_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "witness"
    with pytest.raises(LogError) as missing:
        WitnessFile(path, LOG_KEY).latest()
    assert str(missing.value) == (
        f"The state {path} cannot be read: No such file or directory. "
        "Restore it, or ask the other witnesses before you begin anew with a new file."
    )
    WitnessFile.create(path, LOG_KEY)
    with pytest.raises(Conflict) as taken:
        WitnessFile.create(path, LOG_KEY)
    assert str(taken.value) == f"{path} exists already. A witness never begins anew: name another file."
    (tmp_path / ".witness.new").mkdir()
    with pytest.raises(LogError) as unwritable:
        WitnessFile(path, LOG_KEY).cosign(WitnessRequest(0, (), NOTE), "n", SIGNER, 0)
    assert str(unwritable.value) == (
        "The witness's state cannot be written: Is a directory. "
        "Nothing was cosigned: check the folder and the space left."
    )
    assert missing.value.__suppress_context__
    assert unwritable.value.__suppress_context__

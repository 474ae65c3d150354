"""Proofs that fit in a letter: read strictly, and convincing with nothing but a public key."""

from __future__ import annotations

import base64

import pytest

from bnl.audit.checkpoint import Trust
from bnl.audit.entry import encode
from bnl.audit.log import Log
from bnl.audit.tlog_proof import LogProof, parse_proof, proof_text, require_logged
from bnl.crypto.signing import Signer
from bnl.errors import ProofError
from tests.audit.note_keys import LOG_KEY, ORIGIN, TRUST, WITNESS_KEYS, cosigned, signed
from tests.audit_entries import entry, filled

STORE = filled(20)
LOG = Log(STORE)
NOTE = signed(20, LOG.root())
LEAF = encode(entry(7))
PROOF = proof_text(7, LOG.inclusion_proof(7, 20), NOTE)


def test_a_proof_is_spelt_as_written_by_hand() -> None:
    hashes = [base64.b64encode(hashed).decode() for hashed in LOG.inclusion_proof(7, 20)]
    assert "\n".join(["c2sp.org/tlog-proof@v1", "index 7", *hashes]) + "\n\n" + NOTE == PROOF
    assert parse_proof(PROOF) == LogProof(7, tuple(LOG.inclusion_proof(7, 20)), NOTE, None)
    assert parse_proof(PROOF.encode()) == parse_proof(PROOF)


@pytest.mark.parametrize("sequence", range(20))
def test_every_entry_can_be_proved(sequence: int) -> None:
    text = proof_text(sequence, LOG.inclusion_proof(sequence, 20), NOTE)
    found, checkpoint = require_logged(encode(entry(sequence)), text, TRUST)
    assert (found, checkpoint.size, checkpoint.origin) == (sequence, 20, ORIGIN)


def test_a_log_of_one_entry_needs_no_hashes() -> None:
    log = Log(filled(1))
    text = proof_text(0, log.inclusion_proof(0, 1), signed(1, log.root()))
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\n")
    assert require_logged(encode(entry(0)), text, TRUST)[0] == 0


def test_another_entry_is_not_proved() -> None:
    with pytest.raises(ProofError, match="does not show entry 7"):
        require_logged(encode(entry(8)), PROOF, TRUST)
    with pytest.raises(ProofError, match="does not show entry 7"):
        require_logged(LEAF + b" ", PROOF, TRUST)


def test_another_log_is_not_believed() -> None:
    forged = signed(20, LOG.root(), Signer(bytes(32)))
    with pytest.raises(ProofError, match="not signed by the log"):
        require_logged(LEAF, PROOF.replace(NOTE, forged), TRUST)


def test_witnesses_can_be_asked_for() -> None:
    trust = Trust(LOG_KEY, WITNESS_KEYS, 2)
    with pytest.raises(ProofError, match="0 of 2"):
        require_logged(LEAF, PROOF, trust)
    assert require_logged(LEAF, PROOF.replace(NOTE, cosigned(NOTE, 0, 2)), trust)[0] == 7


def test_extra_data_are_handed_on_unvouched() -> None:
    with_extra = PROOF.replace("\nindex", "\nextra AAEC\nindex")
    assert parse_proof(with_extra).extra == b"\0\1\2"
    assert parse_proof(PROOF.replace("\nindex", "\nextra \nindex")).extra == b""
    assert require_logged(LEAF, with_extra, TRUST)[0] == 7


def altered(old: str, new: str) -> str:
    assert old in PROOF
    return PROOF.replace(old, new, 1)


HASH = PROOF.split("\n")[2]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("", "its first lines are missing", id="empty"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex 7\n", "its first lines are missing", id="no-checkpoint"),
        pytest.param(altered("@v1", "@v2"), "its first lines are missing", id="other-version"),
        pytest.param("\n" + PROOF, "its first lines are missing", id="blank-line-before"),
        pytest.param("c2sp.org/tlog-proof@v1\n\n" + NOTE, "its first lines are missing", id="no-index"),
        pytest.param(altered("index 7", "index 07"), "it names no entry", id="leading-nought"),
        pytest.param(altered("index 7", "index -7"), "it names no entry", id="negative"),
        pytest.param(altered("index 7", "index  7"), "it names no entry", id="two-spaces"),
        pytest.param(altered("index 7", "index ٧"), "it names no entry", id="another-scripts-digit"),
        pytest.param(altered("index 7", "index 7 "), "it names no entry", id="space-after"),
        pytest.param(altered("index 7", "index 12345678901234567890"), "it names no entry", id="too-long"),
        pytest.param(altered("index 7", "extra AA="), "its extra data are not base64", id="extra-not-base64"),
        pytest.param(altered("index 7", "extra AAAA"), "it names no entry", id="extra-without-index"),
        pytest.param(
            "c2sp.org/tlog-proof@v1\nextra AAAA\n\n" + NOTE, "it names no entry", id="extra-and-nothing"
        ),
        pytest.param(
            altered("\nindex", "\nextra AAAA\nextra AAAA\nindex"), "it names no entry", id="extra-twice"
        ),
        pytest.param(altered(HASH, HASH[:-1]), "one of its hashes cannot be read", id="hash-without-padding"),
        pytest.param(altered(HASH, HASH + " "), "one of its hashes cannot be read", id="hash-with-space"),
        pytest.param(altered(HASH, "AAAA"), "one of its hashes cannot be read", id="hash-short"),
        pytest.param(altered(HASH, HASH + "\nAA=="), "one of its hashes cannot be read", id="byte"),
        pytest.param(altered(HASH, "\n".join([HASH] * 64)), "it has too many hashes", id="too-many-hashes"),
        pytest.param(PROOF.encode() + b"\xff", "it is not UTF-8", id="not-utf-8"),
        pytest.param(PROOF + "x" * 2_000_000, "it is too long", id="too-long"),
    ],
)
def test_what_is_malformed_is_refused(content: str | bytes, why: str) -> None:
    with pytest.raises(ProofError) as caught:
        parse_proof(content)
    assert caught.value.message == f"This is not a proof that an entry is in a log: {why}."
    with pytest.raises(ProofError):
        require_logged(LEAF, content, TRUST)


def test_the_longest_text_is_taken_apart() -> None:
    longest = PROOF.ljust(2_000_000, "x")
    assert parse_proof(longest).checkpoint == longest.partition("\n\n")[2]
    with pytest.raises(ProofError, match="it is too long"):
        parse_proof(longest + "x")


def test_sixty_three_hashes_are_read() -> None:
    assert len(parse_proof(altered(HASH, "\n".join([HASH] * 59))).hashes) == 63


def test_every_flipped_bit_is_refused() -> None:
    content = PROOF.encode()
    for at in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[at] ^= 1 << bit
            with pytest.raises(ProofError):
                require_logged(LEAF, bytes(flipped), TRUST)

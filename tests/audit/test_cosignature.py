"""Cosignatures: over the whole checkpoint and the time, by a witness and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.audit.cosignature import COSIGNATURE, WitnessKey, cosign, cosigned_at, with_signature
from bnl.audit.notes import LogKey, parse_note, sign_note, verified_by
from bnl.audit.vkeys import key_id
from bnl.crypto.signing import signature_holds
from bnl.errors import ProofError
from tests.audit.note_keys import ORIGIN, SIGNER, WITNESS_KEYS, WITNESS_NAMES, WITNESS_SIGNERS, signed

NAME, KEY, WITNESS = WITNESS_NAMES[0], WITNESS_KEYS[0], WITNESS_SIGNERS[0]
TEXT = f"{ORIGIN}\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
TIME = 1_679_315_147


def test_a_cosignature_is_made_as_written_by_hand() -> None:
    line = cosign(TEXT, NAME, WITNESS, TIME)
    assert line.name == NAME
    assert line.key_id == KEY.key_id == key_id(NAME, 4, WITNESS.public)
    assert line.signature[:8] == TIME.to_bytes(8, "big")
    message = f"cosignature/v1\ntime 1679315147\n{TEXT}".encode()
    assert signature_holds(WITNESS.public, message, line.signature[8:])
    assert cosigned_at(line) == TIME


@given(st.integers(0, 2**63 - 1))
def test_any_time_holds_and_no_other_does(timestamp: int) -> None:
    line = cosign(TEXT, NAME, WITNESS, timestamp)
    assert KEY.holds(TEXT, line.signature)
    moved = (timestamp ^ 1).to_bytes(8, "big") + line.signature[8:]
    assert not KEY.holds(TEXT, moved)


def test_a_time_beyond_the_format_does_not_hold() -> None:
    timestamp = 2**63
    message = f"cosignature/v1\ntime {timestamp}\n{TEXT}".encode()
    assert not KEY.holds(TEXT, timestamp.to_bytes(8, "big") + WITNESS.sign(message))


@pytest.mark.parametrize(
    ("name", "timestamp"),
    [
        pytest.param("", TIME, id="no-name"),
        pytest.param("a b", TIME, id="name-with-space"),
        pytest.param(NAME, -1, id="before-1970"),
        pytest.param(NAME, 2**63, id="too-late"),
    ],
)
def test_an_impossible_cosignature_is_not_made(name: str, timestamp: int) -> None:
    with pytest.raises(ProofError):
        cosign(TEXT, name, WITNESS, timestamp)


@pytest.mark.parametrize("length", [0, 8, 64, 71, 73])
def test_a_cosignature_of_another_length_does_not_hold(length: int) -> None:
    line = cosign(TEXT, NAME, WITNESS, TIME)
    assert not KEY.holds(TEXT, (line.signature * 2)[:length])


def test_every_flipped_bit_is_refused() -> None:
    line = cosign(TEXT, NAME, WITNESS, TIME)
    for at in range(len(line.signature)):
        for bit in range(8):
            flipped = bytearray(line.signature)
            flipped[at] ^= 1 << bit
            assert not KEY.holds(TEXT, bytes(flipped))
    assert not KEY.holds(TEXT.replace("2", "3"), line.signature)
    assert not WITNESS_KEYS[1].holds(TEXT, line.signature)


def test_a_logs_signature_is_no_cosignature_and_the_other_way_round() -> None:
    """The same key bytes under both algorithms have different ids and sign different messages."""
    as_log, as_witness = LogKey(NAME, WITNESS.public), WitnessKey(NAME, WITNESS.public)
    assert as_log.key_id != as_witness.key_id
    plain, timed = sign_note(TEXT, NAME, WITNESS), cosign(TEXT, NAME, WITNESS, TIME)
    assert as_log.holds(TEXT, plain.signature)
    assert not as_witness.holds(TEXT, plain.signature)
    assert not as_log.holds(TEXT, timed.signature)
    assert not as_log.holds(TEXT, timed.signature[8:])


def test_a_cosignature_is_added_below_and_replaces_an_older_one() -> None:
    note = signed(12)
    text = parse_note(note).text
    first = with_signature(note, cosign(text, NAME, WITNESS, TIME))
    assert first.startswith(note)
    later = with_signature(first, cosign(text, NAME, WITNESS, TIME + 60))
    held = parse_note(later).signatures
    assert [line.name for line in held] == [ORIGIN, NAME]
    assert cosigned_at(held[1]) == TIME + 60
    both = with_signature(later, cosign(text, WITNESS_NAMES[1], WITNESS_SIGNERS[1], TIME))
    assert verified_by(parse_note(both), WITNESS_KEYS) == list(WITNESS_KEYS[:2])


def test_the_logs_own_line_is_not_replaced_by_a_witness_of_its_name() -> None:
    note = signed(12)
    added = with_signature(note, cosign(parse_note(note).text, ORIGIN, SIGNER, TIME))
    assert len(parse_note(added).signatures) == 2


def test_a_key_is_handed_over_as_one_line() -> None:
    assert WitnessKey.parse(KEY.vkey()) == KEY
    assert f"+{KEY.key_id.hex()}+" in KEY.vkey()
    with pytest.raises(ProofError):
        WitnessKey.parse(LogKey(NAME, KEY.public).vkey())
    with pytest.raises(ProofError):
        LogKey.parse(KEY.vkey())
    assert COSIGNATURE == 4

"""Checkpoints: read strictly, believed only from the log and with enough witnesses."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.audit.checkpoint import (
    Checkpoint,
    Trust,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    split_view,
)
from bnl.audit.merkle import EMPTY_ROOT
from bnl.audit.notes import LogKey, Note, note_text, sign_note
from bnl.crypto.signing import Signer
from bnl.errors import ProofError
from tests.audit.note_keys import LOG_KEY, ORIGIN, ROOT, SIGNER, TRUST, WITNESS_KEYS, cosigned, signed
from tests.shared_vectors import VECTORS, load, needs_vectors

B64 = base64.b64encode(ROOT).decode()


@needs_vectors
@pytest.mark.parametrize("size", range(16))
def test_published_checkpoints_hold(size: int) -> None:
    key = LogKey.parse(load("c2sp_examples.json")["tessera_testlog_vkey"])
    content = VECTORS.joinpath("tessera_testlog/testdata/log", f"checkpoint.{size}").read_bytes()
    checkpoint = open_checkpoint(content, Trust(key))
    assert (checkpoint.size, checkpoint.origin) == (size, key.name)
    assert checkpoint.text() == content.decode().split("\n\n")[0] + "\n"
    other = LogKey(key.name, SIGNER.public)
    with pytest.raises(ProofError, match="not signed by the log"):
        open_checkpoint(content, Trust(other))


def test_a_checkpoint_is_spelt_as_by_hand() -> None:
    made = Checkpoint(ORIGIN, 12, ROOT, ("more", "and more"))
    assert made.text() == f"{ORIGIN}\n12\n{B64}\nmore\nand more\n"
    assert parse_checkpoint(made.text()) == made
    assert signed(12).startswith(f"{ORIGIN}\n12\n{B64}\n\n— {ORIGIN} ")


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_signed_is_opened(size: int, root: bytes) -> None:
    assert open_checkpoint(signed(size, root), TRUST) == Checkpoint(ORIGIN, size, root)


def test_an_empty_log_has_the_empty_root() -> None:
    assert open_checkpoint(signed(0, EMPTY_ROOT), TRUST).size == 0
    with pytest.raises(ProofError, match="a root it cannot have"):
        signed(0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "line is missing", id="empty"),
        pytest.param("\n", "line is missing", id="blank"),
        pytest.param(f"{ORIGIN}\n12\n", "line is missing", id="no-root"),
        pytest.param(f"\n12\n{B64}\n", "line is missing", id="no-origin"),
        pytest.param(f"{ORIGIN}\n12\n{B64}\n\n", "line is missing", id="blank-extension"),
        pytest.param(f"{ORIGIN}\n12\n{B64}\n\nmore\n", "line is missing", id="blank-line-between"),
        pytest.param(f"{ORIGIN}\n12\n{B64}", "line is missing", id="no-newline"),
        pytest.param(f"{ORIGIN}\n012\n{B64}\n", "no size", id="leading-nought"),
        pytest.param(f"{ORIGIN}\n-1\n{B64}\n", "no size", id="negative"),
        pytest.param(f"{ORIGIN}\n1.0\n{B64}\n", "no size", id="fraction"),
        pytest.param(f"{ORIGIN}\n 1\n{B64}\n", "no size", id="space"),
        pytest.param(f"{ORIGIN}\n١\n{B64}\n", "no size", id="another-scripts-digit"),
        pytest.param(f"{ORIGIN}\n{2**63}\n{B64}\n", "no size", id="too-great"),
        pytest.param(f"{ORIGIN}\n{10**19}\n{B64}\n", "no size", id="too-long"),
        pytest.param(f"{ORIGIN}\n12\n{B64[:-4]}\n", "no hash", id="root-short"),
        pytest.param(f"{ORIGIN}\n12\n{B64}{B64}\n", "no hash", id="root-twice"),
        pytest.param(f"{ORIGIN}\n12\n{B64.rstrip('=')}\n", "no hash", id="root-without-padding"),
        pytest.param(f"{ORIGIN}\n12\n{B64} \n", "no hash", id="root-with-space"),
        pytest.param(f"{ORIGIN}\n12\n{base64.b64encode(ROOT + b'x').decode()}\n", "no hash", id="root-long"),
    ],
)
def test_what_is_no_checkpoint_is_refused_though_signed(text: str, why: str) -> None:
    with pytest.raises(ProofError, match=why):
        parse_checkpoint(text)
    if text.endswith("\n"):
        content = note_text(Note(text, (sign_note(text, ORIGIN, SIGNER),)))
        with pytest.raises(ProofError):
            open_checkpoint(content, TRUST)


def test_the_greatest_size_is_read() -> None:
    assert parse_checkpoint(f"{ORIGIN}\n{2**63 - 1}\n{B64}\n").size == 2**63 - 1


def test_a_checkpoint_of_another_log_is_refused() -> None:
    text = Checkpoint("other.example", 12, ROOT).text()
    content = note_text(Note(text, (sign_note(text, ORIGIN, SIGNER),)))
    with pytest.raises(ProofError, match="of another log"):
        open_checkpoint(content, TRUST)


def test_a_checkpoint_by_another_key_is_refused() -> None:
    with pytest.raises(ProofError, match="not signed by the log"):
        open_checkpoint(signed(12, signer=Signer(bytes(32))), TRUST)


def test_every_flipped_bit_of_a_checkpoint_is_refused() -> None:
    content = signed(12).encode()
    for at in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[at] ^= 1 << bit
            with pytest.raises(ProofError):
                open_checkpoint(bytes(flipped), TRUST)


@pytest.mark.parametrize(
    ("witnesses", "quorum", "believed"),
    [
        pytest.param((), 0, True, id="none-asked-for"),
        pytest.param((), 1, False, id="none-of-one"),
        pytest.param((0,), 1, True, id="one-of-one"),
        pytest.param((1,), 2, False, id="one-of-two"),
        pytest.param((0, 2), 2, True, id="two-of-two"),
        pytest.param((0, 1, 2), 2, True, id="three-of-two"),
        pytest.param((0, 0), 2, False, id="one-twice-is-one"),
        pytest.param((0, 1, 2), 4, False, id="more-than-there-are"),
    ],
)
def test_enough_witnesses_must_have_cosigned(witnesses: tuple[int, ...], quorum: int, believed: bool) -> None:
    trust = Trust(LOG_KEY, WITNESS_KEYS, quorum)
    content = cosigned(signed(12), *witnesses)
    if believed:
        assert open_checkpoint(content, trust).size == 12
    else:
        with pytest.raises(ProofError, match=f"of {quorum} cosignatures"):
            open_checkpoint(content, trust)


def test_witnesses_one_does_not_know_do_not_count() -> None:
    content = cosigned(signed(12), 0, 1)
    with pytest.raises(ProofError, match="0 of 1"):
        open_checkpoint(content, Trust(LOG_KEY, WITNESS_KEYS[2:], 1))


def test_a_witness_does_not_stand_in_for_the_log() -> None:
    content = cosigned(signed(12), 0)
    without = content.split("\n")
    del without[4]
    with pytest.raises(ProofError, match="not signed by the log"):
        open_checkpoint("\n".join(without), Trust(LOG_KEY, WITNESS_KEYS, 1))


@pytest.mark.parametrize("origin", ["", "two words", "a+b"])
def test_an_origin_that_cannot_name_a_key_is_not_signed(origin: str) -> None:
    with pytest.raises(ProofError):
        sign_checkpoint(Checkpoint(origin, 1, ROOT), SIGNER)


def test_an_extension_cannot_smuggle_lines() -> None:
    with pytest.raises(ProofError):
        sign_checkpoint(Checkpoint(ORIGIN, 1, ROOT, ("a\n",)), SIGNER)


def test_a_split_view_is_seen_once_two_holders_compare() -> None:
    one, other = signed(12), signed(12, b"s" * 32)
    assert split_view([one, signed(13), one], TRUST) is None
    found = split_view([signed(11), one, signed(13), other], TRUST)
    assert found == (Checkpoint(ORIGIN, 12, ROOT), Checkpoint(ORIGIN, 12, b"s" * 32))
    with pytest.raises(ProofError):
        split_view([one, signed(12, b"s" * 32, Signer(bytes(32)))], TRUST)

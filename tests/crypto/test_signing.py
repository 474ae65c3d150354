"""Signatures: the published ones hold, altered ones do not, and a key shows itself to nobody."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.crypto.signing import PUBLIC_BYTES, SEED_BYTES, SIGNATURE_BYTES, Signer, signature_holds
from bnl.errors import KeyringError

SEED = bytes(range(32))


@pytest.mark.parametrize(
    ("seed", "public", "message", "signature"),
    [
        pytest.param(
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b",
            id="rfc-8032-test-1",
        ),
        pytest.param(
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00",
            id="rfc-8032-test-2",
        ),
    ],
)
def test_published_signatures_are_made_and_hold(seed: str, public: str, message: str, signature: str) -> None:
    signer = Signer(bytes.fromhex(seed))
    assert signer.public.hex() == public
    assert signer.sign(bytes.fromhex(message)).hex() == signature
    assert signature_holds(signer.public, bytes.fromhex(message), bytes.fromhex(signature))


@given(st.binary(max_size=64), st.integers(0, SIGNATURE_BYTES * 8 - 1))
def test_an_altered_signature_does_not_hold(message: bytes, bit: int) -> None:
    signer = Signer(SEED)
    signature = bytearray(signer.sign(message))
    signature[bit // 8] ^= 1 << bit % 8
    assert not signature_holds(signer.public, message, bytes(signature))


def test_another_message_or_key_does_not_hold() -> None:
    signer, other = Signer(SEED), Signer(bytes(32))
    signature = signer.sign(b"message")
    assert signature_holds(signer.public, b"message", signature)
    assert not signature_holds(signer.public, b"massage", signature)
    assert not signature_holds(other.public, b"message", signature)


@pytest.mark.parametrize(
    ("public", "signature"),
    [
        pytest.param(b"", bytes(SIGNATURE_BYTES), id="no-key"),
        pytest.param(bytes(PUBLIC_BYTES + 1), bytes(SIGNATURE_BYTES), id="long-key"),
        pytest.param(Signer(SEED).public, b"", id="no-signature"),
        pytest.param(Signer(SEED).public, bytes(SIGNATURE_BYTES), id="zeros"),
        pytest.param(Signer(SEED).public, Signer(SEED).sign(b"") + b"\0", id="one-byte-more"),
        pytest.param(Signer(SEED).public, Signer(SEED).sign(b"")[:-1], id="one-byte-less"),
    ],
)
def test_what_is_malformed_does_not_hold(public: bytes, signature: bytes) -> None:
    assert signature_holds(public, b"", signature) is False


@pytest.mark.parametrize("length", [0, SEED_BYTES - 1, SEED_BYTES + 1])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyringError, match="It must have 32"):
        Signer(bytes(length))


def test_a_signer_shows_only_its_public_key() -> None:
    signer = Signer(SEED)
    assert repr(signer) == f"Signer(public={signer.public.hex()})"
    assert SEED.hex() not in repr(signer)
    for carry in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            carry(signer)

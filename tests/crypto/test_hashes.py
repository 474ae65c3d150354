"""Keyed hashes: the standard construction, and domains that never meet."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from bnl.crypto.encoding import length_prefixed
from bnl.crypto.hashes import KEY_BYTES, keyed_hash, subkey

KEY = bytes(range(32))
keys = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)


def by_hand(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 as RFC 2104 writes it, for keys of up to 64 bytes."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


@given(keys, st.text(max_size=8), st.lists(st.binary(max_size=8), max_size=4))
def test_a_keyed_hash_is_hmac_over_domain_and_parts(key: bytes, domain: str, parts: list[bytes]) -> None:
    assert keyed_hash(key, domain, *parts) == by_hand(key, length_prefixed([domain.encode(), *parts]))


@given(keys, st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_a_subkey_is_hkdf_expand(key: bytes, label: list[str]) -> None:
    info = length_prefixed(["bnl/subkey/v1", *label])
    assert subkey(key, *label) == HKDFExpand(SHA256(), KEY_BYTES, info).derive(key)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(keyed_hash(KEY, "handles", b"ab"), id="domain"),
        pytest.param(keyed_hash(KEY, "handle", b"a", b"b"), id="parts-split"),
        pytest.param(keyed_hash(KEY, "handlea", b"b"), id="letter-moved-to-the-domain"),
        pytest.param(keyed_hash(bytes(32), "handle", b"ab"), id="key"),
        pytest.param(subkey(KEY, "handle", b"ab"), id="subkey-of-the-same-name"),
    ],
)
def test_every_part_counts(other: bytes) -> None:
    assert keyed_hash(KEY, "handle", b"ab") != other


def test_texts_and_their_bytes_hash_alike() -> None:
    assert keyed_hash(KEY, "d", "é") == keyed_hash(KEY, "d", "é".encode())
    assert subkey(KEY, "é") == subkey(KEY, "é".encode())


def test_a_published_hmac_holds() -> None:
    """RFC 4231, test case 1."""
    published = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    assert hmac.digest(b"\x0b" * 20, b"Hi There", "sha256").hex() == published
    assert by_hand(b"\x0b" * 20, b"Hi There").hex() == published


def test_known_hashes_stay_what_they_are() -> None:
    """Handles and pseudonyms given out must never change: these figures are fixed for ever."""
    message = b"\0\0\0\x06handle\0\0\0\x01a"
    assert keyed_hash(KEY, "handle", "a") == by_hand(KEY, message)
    label = b"\0\0\0\x0dbnl/subkey/v1\0\0\0\x04wrap\x01"
    assert subkey(KEY, "wrap") == by_hand(KEY, label)

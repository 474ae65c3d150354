"""The primitives this room stands on, against every applicable published case."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from bnl.crypto.signing import signature_holds
from tests.shared_vectors import load, needs_vectors

Case = dict[str, Any]
pytestmark = needs_vectors


def cases(name: str) -> Iterator[tuple[Case, Case]]:
    """Yield each case of a file with the group it belongs to."""
    for group in load("wycheproof", f"{name}_test.json")["testGroups"]:
        for case in group["tests"]:
            yield group, case


def unhex(case: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def test_aes_gcm_siv_answers_as_published() -> None:
    agreed = 0
    for _, case in cases("aes_gcm_siv"):
        secret, nonce, bound, message, body, tag = unhex(case, "key", "iv", "aad", "msg", "ct", "tag")
        try:
            opened = AESGCMSIV(secret).decrypt(nonce, body + tag, bound) == message
        except (InvalidTag, ValueError):
            opened = False
        assert opened == (case["result"] == "valid"), case["tcId"]
        if opened:
            assert AESGCMSIV(secret).encrypt(nonce, message, bound) == body + tag
        agreed += 1
    assert agreed == 202


def test_ed25519_answers_as_published() -> None:
    agreed = 0
    for group, case in cases("ed25519"):
        public = bytes.fromhex(group["publicKey"]["pk"])
        message, signature = unhex(case, "msg", "sig")
        assert signature_holds(public, message, signature) == (case["result"] == "valid"), case["tcId"]
        agreed += 1
    assert agreed == 151


def test_hmac_answers_as_published() -> None:
    agreed = 0
    for group, case in cases("hmac_sha256"):
        key, message, tag = unhex(case, "key", "msg", "tag")
        made = hmac.digest(key, message, "sha256")[: group["tagSize"] // 8]
        assert (made == tag) == (case["result"] == "valid"), case["tcId"]
        agreed += 1
    assert agreed == 174


def test_hkdf_answers_as_published_and_its_expansion_is_ours() -> None:
    agreed = 0
    for _, case in cases("hkdf_sha256"):
        material, salt, info, output = unhex(case, "ikm", "salt", "info", "okm")
        try:
            made = HKDF(SHA256(), case["size"], salt, info).derive(material)
        except ValueError:
            made = None
        assert (made == output) == (case["result"] == "valid"), case["tcId"]
        if made is not None and case["size"] <= 32:
            extracted = hmac.digest(salt or bytes(32), material, "sha256")
            # One block of the expansion is all that `subkey` does with its label in place of the info.
            block = hmac.digest(extracted, info + b"\x01", "sha256")[: case["size"]]
            assert block == made == HKDFExpand(SHA256(), case["size"], info).derive(extracted)
        agreed += 1
    assert agreed == 86

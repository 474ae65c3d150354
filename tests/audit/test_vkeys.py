"""Public keys in one line: read back as written, refused when altered."""

from __future__ import annotations

import base64
import hashlib

import pytest

from bnl.audit.cosignature import COSIGNATURE
from bnl.audit.notes import ED25519
from bnl.audit.vkeys import decode_base64, key_id, parse_vkey, valid_name, vkey_text
from bnl.errors import ProofError
from tests.shared_vectors import load, needs_vectors

NAME, PUBLIC = "county.example/bnl", bytes(range(32))


def test_a_key_is_written_as_by_hand_and_read_back() -> None:
    text = vkey_text(NAME, ED25519, PUBLIC)
    identity = hashlib.sha256(NAME.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    encoded = base64.b64encode(b"\x01" + PUBLIC).decode()
    assert text == f"{NAME}+{identity.hex()}+{encoded}"
    assert parse_vkey(text, ED25519) == (NAME, PUBLIC)
    assert parse_vkey(f"  {text}\n", ED25519) == (NAME, PUBLIC)
    assert key_id(NAME, ED25519, PUBLIC) == identity


def test_a_published_key_is_read() -> None:
    """The example of the signed-note specification."""
    text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    name, public = parse_vkey(text, ED25519)
    assert name == "example.com/foo"
    assert vkey_text(name, ED25519, public) == text


@needs_vectors
def test_published_keys_are_read() -> None:
    published = load("c2sp_examples.json")
    for text in (published["signed_note"]["vkey"], published["tessera_testlog_vkey"]):
        name, public = parse_vkey(text, ED25519)
        assert vkey_text(name, ED25519, public) == text


def test_every_altered_key_is_refused() -> None:
    text = vkey_text(NAME, ED25519, PUBLIC)
    for at in range(len(text)):
        for letter in "Aa0+/ =":
            altered = text[:at] + letter + text[at + 1 :]
            if altered.strip() != text:
                with pytest.raises(ProofError):
                    parse_vkey(altered, ED25519)
        with pytest.raises(ProofError):
            parse_vkey(text[:at], ED25519)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("name", id="name-only"),
        pytest.param(vkey_text(NAME, COSIGNATURE, PUBLIC), id="of-a-witness"),
        pytest.param(vkey_text(NAME, ED25519, PUBLIC[:-1]), id="key-short"),
        pytest.param(vkey_text(NAME, ED25519, PUBLIC + b"x"), id="key-long"),
        pytest.param(vkey_text("two words", ED25519, PUBLIC), id="name-with-space"),
        pytest.param(vkey_text("", ED25519, PUBLIC), id="name-empty"),
    ],
)
def test_what_is_no_key_of_a_log_is_refused(text: str) -> None:
    with pytest.raises(ProofError, match="not a public key of the right kind"):
        parse_vkey(text, ED25519)


def test_a_key_that_does_not_fit_its_id_is_refused() -> None:
    text = vkey_text(NAME, ED25519, PUBLIC)
    other = vkey_text(NAME, ED25519, bytes(32))
    mixed = "+".join([NAME, text.split("+")[1], other.split("+", 2)[2]])
    with pytest.raises(ProofError, match="does not fit its own id"):
        parse_vkey(mixed, ED25519)


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("county.example/bnl", True),
        ("Grafschaft-ä", True),
        ("", False),
        ("a b", False),
        ("a\u00a0b", False),
        ("a\u2028b", False),
        ("a+b", False),
        ("a\nb", False),
        ("a\x00b", False),
        ("a\x1fb", False),
    ],
)
def test_names_have_no_space_plus_or_control(name: str, valid: bool) -> None:
    assert valid_name(name) is valid


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("", b""),
        ("AA==", b"\0"),
        ("AAA=", b"\0\0"),
        ("AAAA", b"\0\0\0"),
        ("+/8=", b"\xfb\xff"),
        ("AB==", None),
        ("AAB=", None),
        ("AA=", None),
        ("AA", None),
        ("AA==\n", None),
        (" AA==", None),
        ("-_8=", None),
        ("A A=", None),
        ("AA==AA==", None),
        ("ÄÄ==", None),
    ],
)
def test_base64_has_one_spelling(text: str, decoded: bytes | None) -> None:
    assert decode_base64(text) == decoded

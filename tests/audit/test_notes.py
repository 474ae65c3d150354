"""Signed notes: taken apart strictly, and believed only for signatures by known keys."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.audit.notes import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    LogKey,
    Note,
    NoteSignature,
    note_text,
    parse_note,
    sign_note,
    verified_by,
)
from bnl.crypto.signing import Signer
from bnl.errors import ProofError
from tests.audit.note_keys import LOG_KEY, ORIGIN, SIGNER
from tests.shared_vectors import load, needs_vectors

TEXT = "first line\n\nthird line\n"
OTHER = Signer(bytes(32))
OTHER_KEY = LogKey("other.example", OTHER.public)
PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg"
    "1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def note(text: str = TEXT) -> str:
    return note_text(Note(text, (sign_note(text, ORIGIN, SIGNER),)))


def test_a_published_note_holds() -> None:
    """The example of the signed-note specification."""
    key = LogKey.parse(PUBLISHED_KEY)
    assert verified_by(parse_note(PUBLISHED), [key]) == [key]
    assert key.vkey() == PUBLISHED_KEY
    with pytest.raises(ProofError, match="does not hold"):
        verified_by(parse_note(PUBLISHED.replace("example message", "exampel message")), [key])


@needs_vectors
def test_the_note_is_the_published_one() -> None:
    published = load("c2sp_examples.json")["signed_note"]
    assert (published["note"], published["vkey"]) == (PUBLISHED, PUBLISHED_KEY)


def test_a_note_is_written_as_by_hand() -> None:
    line = sign_note(TEXT, ORIGIN, SIGNER)
    encoded = base64.b64encode(LOG_KEY.key_id + SIGNER.sign(TEXT.encode())).decode()
    assert note_text(Note(TEXT, (line,))) == f"{TEXT}\n— {ORIGIN} {encoded}\n"


lines = st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=12)
texts = st.lists(lines, min_size=1, max_size=4).map(lambda held: "\n".join(held) + "\n")


@given(texts)
def test_any_text_is_signed_and_read_back(text: str) -> None:
    whole = note(text)
    read = parse_note(whole)
    assert read.text == text
    assert parse_note(whole.encode()) == read
    assert verified_by(read, [LOG_KEY]) == [LOG_KEY]
    assert note_text(read) == whole


def test_signatures_by_others_are_passed_over() -> None:
    both = Note(TEXT, (sign_note(TEXT, "other.example", OTHER), sign_note(TEXT, ORIGIN, SIGNER)))
    assert verified_by(both, [LOG_KEY]) == [LOG_KEY]
    assert verified_by(both, [LOG_KEY, OTHER_KEY]) == [OTHER_KEY, LOG_KEY]
    assert verified_by(both, []) == []
    unknown = LogKey(ORIGIN, OTHER.public)
    assert verified_by(both, [unknown]) == []


def test_a_bad_signature_by_a_known_key_condemns_the_note() -> None:
    good = sign_note(TEXT, ORIGIN, SIGNER)
    bad = good._replace(signature=bytes(64))
    for held in ((good, bad), (bad, good), (bad,)):
        with pytest.raises(ProofError, match="does not hold"):
            verified_by(Note(TEXT, held), [LOG_KEY])
    assert verified_by(Note(TEXT, (bad,)), [OTHER_KEY]) == []


def test_a_key_that_signed_twice_counts_once() -> None:
    line = sign_note(TEXT, ORIGIN, SIGNER)
    assert verified_by(Note(TEXT, (line, line)), [LOG_KEY]) == [LOG_KEY]


SIGNATURE = note().removeprefix(TEXT + "\n")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param(TEXT, id="no-signature"),
        pytest.param(TEXT + "\n", id="blank-line-and-nothing"),
        pytest.param(TEXT + SIGNATURE, id="no-blank-line"),
        pytest.param(note()[:-1], id="no-last-newline"),
        pytest.param(note() + "\n", id="blank-line-after"),
        pytest.param(note() + "more\n", id="text-after"),
        pytest.param(note() + "— name\n", id="signature-without-base64"),
        pytest.param(note() + "— name \n", id="signature-empty"),
        pytest.param(note() + "— name AAAA\n", id="signature-too-short"),
        pytest.param(note() + "— name AAAAAA==\n", id="signature-of-an-id-alone"),
        pytest.param(note() + "— name AAAAAAA\n", id="base64-without-padding"),
        pytest.param(note() + "— name AAAAAAB=\n", id="base64-with-loose-bits"),
        pytest.param(note() + "— name AAAAAAA= \n", id="space-after"),
        pytest.param(note() + "—  AAAAAAA=\n", id="no-name"),
        pytest.param(note() + "— a+b AAAAAAA=\n", id="name-with-plus"),
        pytest.param(note() + "—name AAAAAAA=\n", id="no-space-after-the-dash"),
        pytest.param(note() + "- name AAAAAAA=\n", id="another-dash"),
        pytest.param(note().replace("first", "fir\tst"), id="tab"),
        pytest.param(note().replace("first", "fir\rst"), id="carriage-return"),
        pytest.param(note().replace("first", "fir\x00st"), id="nul"),
        pytest.param(note().replace("first", "fir\x1fst"), id="unit-separator"),
        pytest.param(note().encode().replace(b"first", b"fir\xffst"), id="not-utf-8"),
        pytest.param(note().encode("utf-16"), id="utf-16"),
        pytest.param(note().replace("first", "fir\ud800st"), id="surrogate"),
        pytest.param("x" * MAX_NOTE_BYTES + note(), id="too-long"),
        pytest.param("ä" * (MAX_NOTE_BYTES // 2) + note(), id="too-long-in-bytes"),
        pytest.param(TEXT + "\n" + SIGNATURE * (MAX_SIGNATURES + 1), id="too-many-signatures"),
        pytest.param(None, id="nothing-as-a-damaged-row-may-give"),
        pytest.param(7, id="a-number"),
    ],
)
def test_what_is_malformed_is_refused(content: Any) -> None:
    with pytest.raises(ProofError, match="not a signed note"):
        parse_note(content)


def test_many_signatures_are_read() -> None:
    assert len(parse_note(TEXT + "\n" + SIGNATURE * MAX_SIGNATURES).signatures) == MAX_SIGNATURES
    assert parse_note(note() + "— name AAAAAAA=\n").signatures[1] == NoteSignature("name", bytes(4), b"\0")


def test_the_longest_note_is_read() -> None:
    text = "x" * (MAX_NOTE_BYTES - len(note("\n").encode())) + "\n"
    assert len(note(text).encode()) == MAX_NOTE_BYTES
    assert parse_note(note(text)).text == text


def test_the_last_blank_line_parts_text_from_signatures() -> None:
    text = "a\n\n— looks.like/a signature\n\nb\n"
    assert parse_note(note(text)).text == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("no newline", ORIGIN, id="no-newline"),
        pytest.param("", ORIGIN, id="empty"),
        pytest.param("a\tb\n", ORIGIN, id="control-character"),
        pytest.param(TEXT, "", id="no-name"),
        pytest.param(TEXT, "a b", id="name-with-space"),
        pytest.param(TEXT, "a+b", id="name-with-plus"),
    ],
)
def test_what_cannot_stand_in_a_note_is_not_signed(text: str, name: str) -> None:
    with pytest.raises(ProofError):
        sign_note(text, name, SIGNER)

"""A witness's key: kept from others, read back as it was, refused when damaged."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from bnl.crypto.signer_file import create_signer, load_signer
from bnl.crypto.signing import Signer, signature_holds
from bnl.errors import KeyringError

SEED = bytes(range(32))
GOOD = b"bnl-signing-key/1\n" + base64.b64encode(SEED) + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "witness.key"


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def test_a_key_is_made_and_read_back(path: Path) -> None:
    made = create_signer(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for read in (load_signer(path), load_signer(str(path))):
        assert read.public == made.public
        assert signature_holds(made.public, b"message", read.sign(b"message"))
    assert create_signer(path.with_name("other.key")).public != made.public


def test_a_key_written_by_hand_is_read(path: Path) -> None:
    write(path, GOOD)
    assert load_signer(path).public == Signer(SEED).public
    write(path, GOOD.removesuffix(b"\n"))
    assert load_signer(path).public == Signer(SEED).public


def test_a_key_is_never_made_twice(path: Path) -> None:
    made = create_signer(path)
    with pytest.raises(KeyringError, match="exists already"):
        create_signer(path)
    assert load_signer(path).public == made.public


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"bnl-signing-key/1\n", id="no-key"),
        pytest.param(GOOD.replace(b"/1", b"/2"), id="other-format"),
        pytest.param(base64.b64encode(SEED), id="no-first-line"),
        pytest.param(GOOD[:-5] + b"\n", id="cut"),
        pytest.param(GOOD + b"\n", id="line-after"),
        pytest.param(GOOD.replace(b"A", b"!", 1), id="not-base64"),
        pytest.param(b"bnl-signing-key/1\nAAAA\n", id="key-short"),
    ],
)
def test_a_damaged_key_is_refused_without_showing_it(path: Path, content: bytes) -> None:
    write(path, content)
    with pytest.raises(KeyringError) as caught:
        load_signer(path)
    assert base64.b64encode(SEED).decode()[:20] not in str(caught.value)


def test_a_refusal_says_what_to_do(path: Path) -> None:
    write(path, b"")
    with pytest.raises(KeyringError) as caught:
        load_signer(path)
    assert str(caught.value) == (
        f"{path} holds no signing key. It is damaged or another kind of file: restore it from the key backup."
    )


def test_a_key_that_others_can_read_is_refused(path: Path) -> None:
    create_signer(path)
    path.chmod(0o640)
    with pytest.raises(KeyringError, match="can be used by others"):
        load_signer(path)

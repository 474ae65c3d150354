"""The witness's state: replaced whole, never begun anew in silence, kept before anything is cosigned."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bnl.audit.checkpoint import Trust, open_checkpoint
from bnl.audit.log import Log
from bnl.audit.notes import LogKey
from bnl.audit.witness import WitnessRequest
from bnl.audit.witness_file import WitnessFile
from bnl.crypto.signing import Signer
from bnl.errors import Conflict, LogError, ProofError
from tests.audit.note_keys import LOG_KEY, ORIGIN, WITNESS_KEYS, WITNESS_NAMES, WITNESS_SIGNERS, signed
from tests.audit_entries import entry, filled
from tests.audit_store import MemoryLogStore

LOG = Log(filled(60))
NAME, SIGNER, TIME = WITNESS_NAMES[0], WITNESS_SIGNERS[0], 1_769_850_000
COSIGNED = Trust(LOG_KEY, WITNESS_KEYS[:1], 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "witness"


@pytest.fixture
def witness(path: Path) -> WitnessFile:
    return WitnessFile.create(path, LOG_KEY)


def request(old: int, new: int, log: Log = LOG) -> WitnessRequest:
    proof = log.consistency_proof(old, new) if old else []
    return WitnessRequest(old, tuple(proof), signed(new, log.root(new)))


def cosign(witness: WitnessFile, asked: WitnessRequest) -> str:
    return witness.cosign(asked, NAME, SIGNER, TIME)


def test_a_new_witness_has_seen_nothing(witness: WitnessFile) -> None:
    assert witness.latest() is None
    assert witness.note() is None


def test_it_cosigns_what_continues_and_keeps_it(witness: WitnessFile, path: Path) -> None:
    for old, new in ((0, 10), (10, 40), (40, 40), (40, 60)):
        note = cosign(witness, request(old, new))
        assert open_checkpoint(note, COSIGNED).size == new
        assert witness.note() == note
        latest = WitnessFile(str(path), LOG_KEY).latest()
        assert latest is not None
        assert (latest.size, latest.root) == (new, LOG.root(new))
    assert [item.name for item in path.parent.iterdir()] == ["witness"]


def test_a_refusal_keeps_and_signs_nothing(witness: WitnessFile, path: Path) -> None:
    cosign(witness, request(0, 40))
    before = path.read_bytes()
    other = MemoryLogStore()
    Log(other).append([entry(at, actor="user_8") for at in range(60)])
    for asked, error in (
        (request(40, 60, Log(other)), ProofError),
        (request(10, 60), Conflict),
        (request(40, 60)._replace(checkpoint=signed(60, LOG.root(), Signer(bytes(32)))), ProofError),
    ):
        with pytest.raises(error):
            cosign(witness, asked)
        assert path.read_bytes() == before


def test_it_is_never_begun_anew(witness: WitnessFile, path: Path) -> None:
    cosign(witness, request(0, 40))
    before = path.read_bytes()
    with pytest.raises(Conflict, match="exists already"):
        WitnessFile.create(path, LOG_KEY)
    assert path.read_bytes() == before


def test_a_missing_state_is_an_error_and_not_a_beginning(path: Path) -> None:
    witness = WitnessFile(path, LOG_KEY)
    for act in (witness.latest, witness.note, lambda: cosign(witness, request(0, 40))):
        with pytest.raises(LogError, match="cannot be read"):
            act()
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"nothing", b"\xff\xfe", b"nothing seen yet"])
def test_a_damaged_state_is_an_error_and_not_a_beginning(
    witness: WitnessFile, path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    with pytest.raises(ProofError):
        cosign(witness, request(0, 40))
    with pytest.raises(ProofError):
        witness.latest()
    assert path.read_bytes() == content


def test_an_altered_state_is_an_error(witness: WitnessFile, path: Path) -> None:
    cosign(witness, request(0, 40))
    path.write_text(path.read_text().replace("\n40\n", "\n10\n"))
    with pytest.raises(ProofError):
        witness.latest()


def test_a_state_of_another_log_is_an_error(witness: WitnessFile, path: Path) -> None:
    cosign(witness, request(0, 40))
    with pytest.raises(ProofError):
        WitnessFile(path, LogKey(ORIGIN, bytes(32))).latest()


def test_nothing_is_cosigned_before_the_state_is_on_disk(
    witness: WitnessFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cosign(witness, request(0, 40))
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LogError, match=r"No space left on device.*Nothing was cosigned"):
        cosign(witness, request(40, 60))
    monkeypatch.undo()
    assert path.read_bytes() == before
    # A rest of the attempt is no hindrance afterwards.
    assert open_checkpoint(cosign(witness, request(40, 60)), COSIGNED).size == 60


def test_a_crash_at_any_step_leaves_the_old_state_or_the_new(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    def dying(calls_left: int) -> object:
        real = os.fsync
        left = [calls_left]

        def fsync(descriptor: int) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            real(descriptor)

        return fsync

    for step in range(3):
        state = path.with_name(f"witness{step}")
        witness = WitnessFile.create(state, LOG_KEY)
        cosign(witness, request(0, 40))
        monkeypatch.setattr(os, "fsync", dying(step))
        try:
            cosign(witness, request(40, 60))
        except Killed:
            pass
        finally:
            monkeypatch.undo()
        latest = WitnessFile(state, LOG_KEY).latest()
        assert latest is not None
        assert latest.size == (40 if step == 0 else 60)


def test_an_unwritable_folder_is_said(path: Path, witness: WitnessFile) -> None:
    path.with_name(".witness.new").mkdir()
    with pytest.raises(LogError, match="cannot be written"):
        cosign(witness, request(0, 40))
    assert witness.latest() is None

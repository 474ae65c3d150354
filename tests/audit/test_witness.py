"""The witness moves forward only along one history, and only from exactly where it stands."""

from __future__ import annotations

import pytest

from bnl.audit.checkpoint import Checkpoint
from bnl.audit.log import Log
from bnl.audit.merkle import EMPTY_ROOT
from bnl.audit.witness import WitnessRequest, advanced, parse_request, request_text
from bnl.crypto.signing import Signer
from bnl.errors import Conflict, ProofError
from tests.audit.note_keys import LOG_KEY, ORIGIN, signed
from tests.audit_entries import entry, filled
from tests.audit_store import MemoryLogStore

LOG = Log(filled(300))


def fork() -> Log:
    """Another history that parts from the first at entry 110."""
    store = MemoryLogStore()
    log = Log(store)
    log.append([entry(at, actor="user_8" if at == 110 else "user_7") for at in range(300)])
    return log


def seen(size: int, log: Log = LOG) -> Checkpoint:
    return Checkpoint(ORIGIN, size, log.root(size))


def request(old: int, new: int, log: Log = LOG) -> WitnessRequest:
    proof = log.consistency_proof(old, new) if 0 < old <= new else []
    return WitnessRequest(old, tuple(proof), signed(new, log.root(new)))


@pytest.mark.parametrize(
    ("old", "new"), [(1, 2), (1, 300), (100, 300), (256, 300), (299, 300), (300, 300), (128, 256)]
)
def test_it_moves_along_the_history_it_saw(old: int, new: int) -> None:
    assert advanced(seen(old), request(old, new), LOG_KEY) == seen(new)


@pytest.mark.parametrize("new", [0, 1, 300])
def test_the_first_checkpoint_is_taken_on_trust(new: int) -> None:
    assert advanced(None, request(0, new), LOG_KEY) == seen(new)


@pytest.mark.parametrize("new", [0, 1, 300])
def test_so_is_the_first_after_an_empty_log(new: int) -> None:
    assert advanced(Checkpoint(ORIGIN, 0, EMPTY_ROOT), request(0, new), LOG_KEY) == seen(new)


@pytest.mark.parametrize("held", [None, Checkpoint(ORIGIN, 0, EMPTY_ROOT)])
def test_a_proof_from_nothing_is_refused(held: Checkpoint | None) -> None:
    with pytest.raises(ProofError, match="from an empty log"):
        advanced(held, request(0, 300)._replace(proof=(b"h" * 32,)), LOG_KEY)


@pytest.mark.parametrize(("held", "old"), [(100, 99), (100, 101), (100, 0), (0, 1)])
def test_a_proof_from_elsewhere_is_a_conflict_that_names_the_size(held: int, old: int) -> None:
    with pytest.raises(Conflict, match=f"last at size {held}"):
        advanced(seen(held), request(old, 300), LOG_KEY)
    if held == 0:
        with pytest.raises(Conflict, match="last at size 0"):
            advanced(None, request(old, 300), LOG_KEY)


def test_it_never_goes_back() -> None:
    with pytest.raises(ProofError, match="now said to be smaller"):
        advanced(seen(200), WitnessRequest(200, (), signed(100, LOG.root(100))), LOG_KEY)
    with pytest.raises(ProofError, match="now said to be smaller"):
        advanced(seen(200), WitnessRequest(200, (), signed(0, EMPTY_ROOT)), LOG_KEY)


def test_it_refuses_another_history() -> None:
    other = fork()
    for old, new in ((200, 300), (200, 200)):
        with pytest.raises(ProofError, match="not shown to continue"):
            advanced(seen(old), request(old, new, other), LOG_KEY)
    # From before the fork, either branch continues what it saw: the other witnesses may have seen the other.
    assert advanced(seen(100), request(100, 300, other), LOG_KEY) == seen(300, other)


def test_it_refuses_a_wrong_proof() -> None:
    good = request(100, 300)
    for proof in (good.proof[:-1], (*good.proof, b"h" * 32), (), good.proof[::-1]):
        with pytest.raises(ProofError, match="not shown to continue"):
            advanced(seen(100), good._replace(proof=proof), LOG_KEY)


def test_it_refuses_what_the_log_did_not_sign() -> None:
    forged = signed(300, LOG.root(), Signer(bytes(32)))
    with pytest.raises(ProofError, match="not signed by the log"):
        advanced(seen(100), request(100, 300)._replace(checkpoint=forged), LOG_KEY)


@pytest.mark.parametrize(("old", "new"), [(0, 300), (100, 300), (300, 300)])
def test_a_request_is_written_and_read_back(old: int, new: int) -> None:
    made = request(old, new)
    text = request_text(*made)
    assert text.startswith(f"old {old}\n")
    assert text.endswith("\n\n" + made.checkpoint)
    assert parse_request(text) == made


GOOD = request_text(*request(100, 300))
LINE = GOOD.split("\n")[1]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("old 100\n", id="no-checkpoint"),
        pytest.param(GOOD.replace("old 100", "old 0100"), id="leading-nought"),
        pytest.param(GOOD.replace("old 100", "old -1"), id="negative"),
        pytest.param(GOOD.replace("old 100", "old"), id="no-size"),
        pytest.param(GOOD.replace("old 100", "old ١"), id="another-scripts-digit"),
        pytest.param(GOOD.replace("old 100\n", ""), id="no-first-line"),
        pytest.param(GOOD.replace(LINE, LINE[:-1]), id="hash-without-padding"),
        pytest.param(GOOD.replace(LINE, "AAAA"), id="hash-short"),
        pytest.param(GOOD.replace(LINE, "\n".join([LINE] * 64)), id="too-many-hashes"),
    ],
)
def test_what_is_no_request_is_refused(content: str) -> None:
    with pytest.raises(ProofError, match="not a request"):
        parse_request(content)


def test_as_many_hashes_as_a_proof_can_have_are_read() -> None:
    many = request_text(1, [b"h" * 32] * 63, "note")
    assert len(parse_request(many).proof) == 63

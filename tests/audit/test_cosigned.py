"""Cosigned checkpoints: what holds is taken over, what does not is refused, and nothing else is kept."""

from __future__ import annotations

import pytest

from bnl.audit.checkpoint import Checkpoint, Trust, sign_checkpoint
from bnl.audit.cosignature import WitnessKey, cosign, with_signature
from bnl.audit.cosigned import claimed, joined, open_cosigned, vouched
from bnl.audit.notes import LogKey, NoteSignature, parse_note
from bnl.crypto.signing import Signer
from bnl.errors import ProofError

LOG, ONE, TWO = (Signer(bytes([number]) * 32) for number in (1, 2, 3))
ORIGIN = "log.example/one"
LOG_KEY = LogKey(ORIGIN, LOG.public)
FIRST, SECOND = WitnessKey("w.example/1", ONE.public), WitnessKey("w.example/2", TWO.public)
AT_SEVEN, AT_NINE = Checkpoint(ORIGIN, 7, b"r" * 32), Checkpoint(ORIGIN, 9, b"s" * 32)
PLAIN = sign_checkpoint(AT_SEVEN, LOG)
BOTH = Trust(LOG_KEY, (FIRST, SECOND))


def by(witness: WitnessKey, note: str = PLAIN, at: int = 100) -> str:
    signer = ONE if witness is FIRST else TWO
    return with_signature(note, cosign(parse_note(note).text, witness.name, signer, at))


def test_the_witnesses_believed_and_their_times_are_told() -> None:
    found = open_cosigned(by(SECOND, by(FIRST), at=200), BOTH)
    assert found.checkpoint == AT_SEVEN
    assert found.witnesses == ((FIRST.name, 100), (SECOND.name, 200))
    assert found.note == by(SECOND, by(FIRST), at=200)


def test_lines_of_others_are_dropped() -> None:
    found = open_cosigned(by(SECOND, by(FIRST)), Trust(LOG_KEY, (FIRST,)))
    assert found.witnesses == ((FIRST.name, 100),)
    assert found.note == by(FIRST)
    assert open_cosigned(by(FIRST), Trust(LOG_KEY)).note == PLAIN


@pytest.mark.parametrize(
    ("note", "trust"),
    [
        pytest.param(PLAIN, BOTH._replace(quorum=1), id="nobody cosigned"),
        pytest.param(by(FIRST), Trust(LOG_KEY, (SECOND,), 1), id="somebody else cosigned"),
        pytest.param(by(FIRST), Trust(LogKey(ORIGIN, TWO.public)), id="another log"),
        pytest.param(by(FIRST).replace("\n7\n", "\n8\n"), BOTH, id="altered"),
        pytest.param("", BOTH, id="nothing"),
        pytest.param(
            with_signature(PLAIN, NoteSignature(FIRST.name, FIRST.key_id, bytes(72))),
            BOTH,
            id="a forged line",
        ),
    ],
)
def test_what_is_not_to_be_believed_is_refused(note: str, trust: Trust) -> None:
    with pytest.raises(ProofError):
        open_cosigned(note, trust)


@pytest.mark.parametrize(
    ("held", "fresh", "kept"),
    [
        pytest.param(PLAIN, by(FIRST), by(FIRST), id="the first cosignature"),
        pytest.param(by(FIRST), by(SECOND), by(FIRST, by(SECOND)), id="another witness"),
        pytest.param(by(FIRST), by(FIRST, at=300), by(FIRST, at=300), id="a later one of the same witness"),
        pytest.param("", by(FIRST), by(FIRST), id="nothing held"),
        pytest.param("no note", by(FIRST), by(FIRST), id="damage"),
        pytest.param(
            by(SECOND, sign_checkpoint(AT_NINE, LOG)), by(FIRST), by(FIRST), id="another checkpoint"
        ),
    ],
)
def test_two_copies_are_joined(held: str, fresh: str, kept: str) -> None:
    assert joined(held, fresh) == kept


def test_the_notes_that_claim_a_cosignature_are_found_and_damage_is_passed_over() -> None:
    assert claimed([PLAIN, by(FIRST), None, b"\n", by(SECOND)]) == [by(FIRST), by(SECOND)]


def test_only_what_a_witness_believed_has_cosigned_is_vouched_for() -> None:
    nine = sign_checkpoint(AT_NINE, LOG)
    notes = [by(FIRST), nine, "no note", by(SECOND, nine)]
    assert vouched(notes, BOTH) == {AT_SEVEN, AT_NINE}
    assert vouched(notes, Trust(LOG_KEY, (FIRST,))) == {AT_SEVEN}
    assert vouched(notes, Trust(LOG_KEY)) == set()

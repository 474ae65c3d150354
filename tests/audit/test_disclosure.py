"""A disclosure with its proofs: convincing with a public key alone, and refused when anything is altered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bnl.audit.checkpoint import Trust
from bnl.audit.disclosure import disclosure_text, require_disclosure
from bnl.audit.entry import encode
from bnl.audit.log import Log
from bnl.audit.merkle import Frontier, extended, leaf_hash, root
from bnl.audit.proofs import proof_among
from bnl.audit.tlog_proof import proof_text
from bnl.crypto.signing import Signer
from bnl.domain.audit import SubjectRow
from bnl.errors import ProofError
from tests.audit.note_keys import LOG_KEY, TRUST, WITNESS_KEYS, signed
from tests.audit_entries import entry, with_subjects
from tests.audit_store import MemoryLogStore

COUNT = 5
ENTRY, SUBJECTS = with_subjects(7, COUNT)
OTHER, OTHERS = with_subjects(8, COUNT)
STORE = MemoryLogStore()
LOG = Log(STORE)
LOG.append([*(entry(at) for at in range(7)), ENTRY, OTHER, entry(9)])
NOTE = signed(10, LOG.root())


def written(subject: SubjectRow, sequence: int = 7) -> str:
    made, rows = (ENTRY, SUBJECTS) if sequence == 7 else (OTHER, OTHERS)
    proof = proof_among([leaf_hash(row.leaf()) for row in rows], subject.position)
    log_proof = proof_text(sequence, LOG.inclusion_proof(sequence, 10), NOTE)
    return disclosure_text(encode(made), log_proof, subject, proof)


def repeated() -> str:
    """A proof from a log whose operator repeated an old entry in a new place."""
    store = MemoryLogStore()
    log = Log(store)
    log.append([entry(at) for at in range(3)])
    leaf = encode(ENTRY)
    store.stored.append((3, leaf, leaf_hash(leaf)))
    whole, _ = extended(Frontier(), [hashed for _, _, hashed in store.stored])
    return proof_text(3, log.inclusion_proof(3, 4), signed(4, root(whole)))


GOOD: dict[str, Any] = json.loads(written(SUBJECTS[2]))
TWICE = repeated()


def refused(members: Any) -> str:
    content = members if isinstance(members, str | bytes) else json.dumps(members)
    with pytest.raises(ProofError) as caught:
        require_disclosure(content, TRUST)
    return caught.value.message


@pytest.mark.parametrize("position", range(COUNT))
def test_every_subject_of_an_entry_can_be_shown(position: int) -> None:
    for content in (written(SUBJECTS[position]), written(SUBJECTS[position]).encode()):
        proved = require_disclosure(content, TRUST)
        assert proved.entry == ENTRY
        assert proved.subject == SUBJECTS[position]
        assert (proved.checkpoint.size, proved.checkpoint.root) == (10, LOG.root())


def test_it_is_json_that_says_what_it_is() -> None:
    assert sorted(GOOD) == [
        "entry",
        "fields",
        "format",
        "log_proof",
        "position",
        "pseudonym",
        "sealed",
        "subject_proof",
    ]
    assert GOOD["format"] == "bnl-disclosure/1"
    assert json.loads(GOOD["entry"])["actor"] == "user_7"
    lines = written(SUBJECTS[2]).splitlines()
    assert lines[:2] == ["{", ' "format": "bnl-disclosure/1",']
    assert "— " in lines[3]


NOT_AMONG = "The record is not shown to be among the subjects of entry 7."
MALFORMED = "This is not a disclosure with its proofs."


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"position": 1}, id="position"),
        pytest.param({"position": COUNT}, id="position-outside"),
        pytest.param({"fields": 4}, id="fields"),
        pytest.param({"pseudonym": "ab" * 32}, id="pseudonym"),
        pytest.param({"sealed": "AAAA"}, id="sealed"),
        pytest.param({"subject_proof": []}, id="proof-missing"),
        pytest.param({"subject_proof": GOOD["subject_proof"][::-1]}, id="proof-reversed"),
        pytest.param({"subject_proof": [*GOOD["subject_proof"], "AAAA"]}, id="proof-lengthened"),
    ],
)
def test_another_subject_is_not_proved(change: dict[str, Any]) -> None:
    assert refused({**GOOD, **change}) == NOT_AMONG


@pytest.mark.parametrize(
    "members",
    [
        pytest.param("", id="empty"),
        pytest.param(b"\xff", id="not-utf-8"),
        pytest.param("[" * 100_000, id="deeply-nested"),
        pytest.param([], id="a-list"),
        pytest.param({}, id="nothing-in-it"),
        pytest.param({**GOOD, "format": "other"}, id="other-format"),
        pytest.param({**GOOD, "entry": 5}, id="entry-a-number"),
        pytest.param({**GOOD, "entry": "{}"}, id="entry-none"),
        pytest.param({**GOOD, "entry": GOOD["entry"] + " "}, id="entry-with-space"),
        pytest.param({**GOOD, "entry": GOOD["entry"] + "é"}, id="entry-not-ascii"),
        pytest.param({**GOOD, "position": -1}, id="position-negative"),
        pytest.param({**GOOD, "position": "2"}, id="position-a-text"),
        pytest.param({**GOOD, "pseudonym": "ab"}, id="pseudonym-short"),
        pytest.param({**GOOD, "pseudonym": "xy" * 32}, id="pseudonym-not-hex"),
        pytest.param({**GOOD, "pseudonym": None}, id="pseudonym-none"),
        pytest.param({**GOOD, "fields": 2**64}, id="fields-too-great"),
        pytest.param({**GOOD, "fields": 1.5}, id="fields-a-float"),
        pytest.param({**GOOD, "sealed": "!"}, id="sealed-not-base64"),
        pytest.param({**GOOD, "sealed": None}, id="sealed-none"),
        pytest.param({**GOOD, "subject_proof": ["!"]}, id="proof-not-base64"),
        pytest.param({**GOOD, "subject_proof": 5}, id="proof-a-number"),
        pytest.param({key: GOOD[key] for key in GOOD if key != "log_proof"}, id="log-proof-missing"),
        pytest.param(written(SUBJECTS[2]).ljust(10_000_001), id="too-long"),
    ],
)
def test_what_is_malformed_is_refused(members: Any) -> None:
    assert refused(members) == MALFORMED


def test_as_long_as_can_be_is_read() -> None:
    assert require_disclosure(written(SUBJECTS[2]).ljust(10_000_000), TRUST).entry == ENTRY


def test_every_refusal_says_not_to_rely_on_the_copy() -> None:
    """Whoever advises the person must know whom to ask: the office that gave the copy."""
    for members in ("", {**GOOD, "sealed": "!"}, {**GOOD, "fields": 4}, {**GOOD, "log_proof": TWICE}):
        with pytest.raises(ProofError) as caught:
            require_disclosure(members if isinstance(members, str) else json.dumps(members), TRUST)
        assert caught.value.advice == "Ask for it again; do not rely on this copy."


def test_another_entry_is_not_proved() -> None:
    altered = GOOD["entry"].replace("user_7", "user_8")
    assert refused({**GOOD, "entry": altered}).startswith("The proof does not show entry 7")
    assert "not a proof" in refused({**GOOD, "log_proof": 5})
    foreign = json.loads(written(OTHERS[2], sequence=8))
    assert refused({**GOOD, "log_proof": foreign["log_proof"]}).startswith("The proof does not show entry 8")
    # A row of another entry fits neither: its pseudonym was fresh there.
    mixed = {**GOOD, "pseudonym": foreign["pseudonym"], "subject_proof": foreign["subject_proof"]}
    assert refused(mixed) == NOT_AMONG


def test_an_entry_under_another_number_is_refused() -> None:
    assert refused({**GOOD, "log_proof": TWICE}) == (
        "The entry stands in the log under another number than its own."
    )


def test_another_log_is_not_believed_and_witnesses_can_be_asked_for() -> None:
    forged = GOOD["log_proof"].replace(NOTE, signed(10, LOG.root(), Signer(bytes(32))))
    assert refused({**GOOD, "log_proof": forged}) == "The checkpoint is not signed by the log."
    with pytest.raises(ProofError, match="0 of 1"):
        require_disclosure(json.dumps(GOOD), Trust(LOG_KEY, WITNESS_KEYS, 1))


def test_it_holds_nothing_about_the_person() -> None:
    """But for a pseudonym that only the record's key recognises, and a ciphertext that only it opens."""
    told = {key: value for key, value in GOOD.items() if key not in {"entry", "log_proof", "format"}}
    assert told["sealed"] == "c2VhbGVk"
    assert {type(value) for value in told.values()} == {int, str, list}

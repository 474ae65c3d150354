"""What the log cannot show by itself: both sides of each sentence that the documentation says about it."""

from __future__ import annotations

import pytest

from bnl.audit.checkpoint import open_checkpoint, split_view
from bnl.audit.entry import encode
from bnl.audit.log import Log
from bnl.audit.merkle import Node, leaf_hash
from bnl.audit.report import Fault, Report
from bnl.audit.verifier import LogImage, verify_log
from bnl.audit.witness import WitnessRequest, advanced
from bnl.domain.audit import AuditEntry
from bnl.errors import ProofError
from tests.audit.note_keys import LOG_KEY, TRUST, signed
from tests.audit_entries import entry
from tests.audit_store import MemoryLogStore

BEFORE, AFTER = 100, 150
"""The size to which a log is rolled back, and the size it had."""


class Host:
    """A register's operator: keeps the database and the log's key, and so can do anything with both."""

    def __init__(self, entries: list[AuditEntry]) -> None:
        self.store = MemoryLogStore()
        self.log = Log(self.store)
        self.checkpoints: list[str] = []
        for start in range(0, len(entries), 50):
            self.log.append(entries[start : start + 50])
            size = self.log.head().size
            self.checkpoints.append(signed(size, self.log.root()))

    def verify(self, *held_outside: str) -> Report:
        nodes = [Node(level, position, hashed) for (level, position), hashed in self.store.nodes.items()]
        image = LogImage(self.store.stored, self.store.row, nodes)
        return verify_log(image, TRUST, [*self.checkpoints, *held_outside])


def honest(size: int = AFTER) -> Host:
    return Host([entry(at) for at in range(size)])


def rewritten() -> Host:
    """A history in which somebody else did what was done in entry 120, signed by the same key."""
    return Host([entry(at, actor="user_8" if at == 120 else "user_7") for at in range(AFTER)])


@pytest.fixture
def outside() -> str:
    """The later checkpoint, as a witness keeps it."""
    return honest().checkpoints[-1]


def test_an_honest_log_agrees_with_what_was_kept_outside(outside: str) -> None:
    assert honest().verify().sound
    assert honest().verify(outside).sound
    assert honest(AFTER + 50).verify(outside).sound


def test_a_rollback_is_seen_given_one_later_checkpoint_and_not_without(outside: str) -> None:
    rolled_back = honest(BEFORE)
    assert rolled_back.verify().sound
    assert [finding.fault for finding in rolled_back.verify(outside).findings] == [Fault.LOG_TRUNCATED]


def test_a_truncation_is_seen_given_one_later_checkpoint_and_not_without(outside: str) -> None:
    """As a rollback, but the operator signs the shortened log anew."""
    cut = honest(AFTER - 1)
    cut.checkpoints = [signed(AFTER - 1, cut.log.root())]
    assert cut.verify().sound
    assert [finding.fault for finding in cut.verify(outside).findings] == [Fault.LOG_TRUNCATED]


def test_a_history_signed_anew_is_seen_given_one_later_checkpoint_and_not_without(outside: str) -> None:
    assert rewritten().verify().sound
    contradicted = rewritten().verify(outside).findings
    assert [finding.fault for finding in contradicted] == [Fault.CHECKPOINT_CONTRADICTED]


def test_a_history_that_goes_on_after_a_rollback_is_seen_given_one_later_checkpoint_and_not_without(
    outside: str,
) -> None:
    forked = Host([entry(at, actor="user_8" if at >= BEFORE else "user_7") for at in range(AFTER + 50)])
    assert forked.verify().sound
    assert not forked.verify(outside).sound


def test_an_earlier_checkpoint_held_outside_does_not_help() -> None:
    earlier = honest(BEFORE).checkpoints[-1]
    assert rewritten().verify(earlier).sound
    assert honest(BEFORE).verify(earlier).sound


def test_a_split_view_is_seen_once_two_holders_compare_and_not_before(outside: str) -> None:
    ours, theirs = honest(), rewritten()
    # Each holder verifies what it is shown, against what it was shown before.
    assert ours.verify(ours.checkpoints[-1]).sound
    assert theirs.verify(theirs.checkpoints[-1]).sound
    assert split_view([ours.checkpoints[-1], theirs.checkpoints[-1]], TRUST) is not None
    assert split_view([ours.checkpoints[-1], outside], TRUST) is None


def test_a_witness_sees_what_contradicts_itself_and_not_what_others_were_shown() -> None:
    ours, theirs = honest(), rewritten()
    kept = open_checkpoint(ours.checkpoints[-2], TRUST)
    step = theirs.log.consistency_proof(kept.size, AFTER)
    # The histories part after size 100, so a witness that stood there may be led along either of them …
    advanced(kept, WitnessRequest(kept.size, tuple(step), theirs.checkpoints[-1]), LOG_KEY)
    # … and one that stood later is not.
    with pytest.raises(ProofError):
        advanced(
            open_checkpoint(ours.checkpoints[-1], TRUST),
            WitnessRequest(AFTER, (), theirs.checkpoints[-1]),
            LOG_KEY,
        )


def test_an_act_that_was_never_logged_leaves_no_trace_and_a_logged_one_always_does() -> None:
    assert honest().verify().sound
    store = honest().store
    del store.stored[120]
    report = verify_log(LogImage(store.stored, store.row), TRUST, [])
    assert not report.sound


def test_entries_after_the_last_checkpoint_are_vouched_for_by_the_head_row_alone() -> None:
    host = honest()
    host.checkpoints.pop()
    assert host.verify().covered == BEFORE
    changed = encode(entry(120, actor="user_8"))
    host.store.stored[120] = (120, changed, leaf_hash(changed))
    # An intruder who also rewrites the head row is not seen until a checkpoint covers the entry.
    assert {finding.fault for finding in host.verify().findings} == {Fault.HEAD_DAMAGED}
    host.store.row = rewritten().store.row
    assert host.verify().sound
    assert not host.verify(honest().checkpoints[-1]).sound

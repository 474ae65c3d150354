"""Judgements: link, non-link or undecided between two source records, dated and reversible."""

from __future__ import annotations

from enum import StrEnum

from bnl.domain.base import Noun, UtcDateTime
from bnl.domain.identifiers import JudgementId, RecordId, UserId


class Verdict(StrEnum):
    """What was judged of a pair."""

    LINK = "link"
    NON_LINK = "non_link"
    UNDECIDED = "undecided"


class Judgement(Noun):
    """A dated conclusion about two source records; never about persons, so no merge can undo it.

    Args:
        judgement_id: Its identifier.
        left: The smaller record id of the pair.
        right: The larger record id of the pair.
        verdict: What was concluded.
        human: Whether a person concluded it; a machine never overrides a person.
        weight: Match weight in bits at the time, if the pair was scored.
        evidence: Level reached per comparison, by name; never a personal value.
        actor: Who concluded it.
        reason: Code or short text without personal data.
        at: When (UTC).
        undone_by: The judgement that withdrew this one, if any.
    """

    judgement_id: JudgementId
    left: RecordId
    right: RecordId
    verdict: Verdict
    human: bool
    weight: float | None = None
    evidence: tuple[tuple[str, str], ...] = ()
    actor: UserId
    reason: str = ""
    at: UtcDateTime
    undone_by: JudgementId | None = None


def ordered_pair(one: RecordId, other: RecordId) -> tuple[RecordId, RecordId]:
    """Return the two record ids smaller first.

    Raises:
        ValueError: If they are the same record.
    """
    if one == other:
        raise ValueError("a record cannot be judged against itself")
    return (one, other) if one < other else (other, one)

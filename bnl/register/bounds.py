"""Bounds: between what and what a headcount lies while pairs of records still await review."""

from __future__ import annotations

from dataclasses import dataclass

from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Action, Purpose
from bnl.register.core import Core
from bnl.register.linkage import Pair, open_tasks, task_pair


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between what and what a headcount lies while pairs of records await review.

    Args:
        low: The least it can be, or what is printed in its place.
        high: The most it can be, or what is printed in its place.
        exact: Whether both can be reached.
    """

    low: int | str
    high: int | str
    exact: bool

    def __str__(self) -> str:
        return f"{self.low} to {self.high}" + ("" if self.exact else " at most")


def pairs_in_review(core: Core) -> tuple[Pair, ...]:
    """Return the pairs of source records that await a person's judgement."""
    return tuple(task_pair(task) for task in open_tasks(core.snapshot))


def pairs_told(core: Core, actor: Actor) -> tuple[Pair, ...] | None:
    """Return the pairs in review to an actor who may link records; None to anybody else."""
    return pairs_in_review(core) if core.may(actor, Action.LINK, Purpose.LINKAGE) else None

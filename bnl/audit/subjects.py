"""The subjects of entries: their tree, and whether the rows beside the log are those it names."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from bnl.audit.merkle import tree_root
from bnl.domain.audit import SubjectRow, subject_leaf

SubjectTuple = tuple[int, int, bytes, int, bytes]
"""Sequence, position, pseudonym, field mask and sealed part, as `SubjectRow` names them."""


def subjects_root(rows: Sequence[SubjectRow]) -> str:
    """Compute what an entry says of its subjects.

    Args:
        rows: The subject rows of one entry, by position.

    Returns:
        Hex of the root of the tree over their leaves.
    """
    return tree_root(row.leaf() for row in rows).hex()


def damaged_subjects(
    claims: Iterable[tuple[int, int, str]], rows: Iterable[SubjectTuple]
) -> Iterator[tuple[int, str]]:
    """Compare subject rows with what the entries say of them.

    Args:
        claims: Sequence, number of subjects and hex root of each entry that has subjects.
        rows: All subject rows, by sequence and position.

    Yields:
        Sequence of an entry whose subjects are damaged, and what is wrong with them.
    """
    due = {sequence: (count, root) for sequence, count, root in claims}
    for sequence, group in itertools.groupby(rows, key=itemgetter(0)):
        held = list(group)
        count, root = due.pop(sequence, (0, ""))
        what = _damage(held, count, root)
        if what:
            yield sequence, what
    for sequence, (count, _) in due.items():
        yield sequence, f"{count} of {count} missing"


def _damage(held: list[SubjectTuple], count: int, root: str) -> str:
    if len(held) < count:
        return f"{count - len(held)} of {count} missing"
    if len(held) > count:
        return f"{len(held) - count} more than the entry names"
    if [position for _, position, _, _, _ in held] != list(range(count)):
        return "positions changed"
    try:
        leaves = [subject_leaf(pseudonym, fields, sealed) for _, _, pseudonym, fields, sealed in held]
        found = tree_root(leaves).hex()
    except (AttributeError, OverflowError, TypeError, ValueError):
        # A damaged database may give any type in any column.
        found = ""
    return "" if found == root else "changed"

"""Kept returns: what is stored of a published return: its print in clear, the counts behind it sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from bnl.indicators.publish import Published
from bnl.indicators.rules import StatusRules
from bnl.storage.documents import Blob, Document
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork


class PublishedReturn(NamedTuple):
    """A return as it was published; nothing in it changes ever after.

    Args:
        return_id: Its id: the period, the rules, and which publication of them it is.
        start: First day.
        end: Last day, included.
        rules: Label of the rule set.
        log_position: How many log entries were known.
        printed: What was printed: opening, six flows, deaths, corrections and closing.
        digest: SHA-256 of the return with everybody behind it, in hexadecimal.
    """

    return_id: str
    start: date
    end: date
    rules: str
    log_position: int
    printed: Mapping[str, str]
    digest: str

    def document(self) -> bytes:
        """Return the published return as canonical JSON: always the same bytes."""
        body = {**self._asdict(), "start": self.start.isoformat(), "end": self.end.isoformat()}
        body["printed"] = dict(self.printed)
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Kept(NamedTuple):
    """A published return with what is needed to make it again and to compare it.

    Args:
        published: What was published.
        rules_name: Name of its rule set.
        opening_position: Position of the log at which its opening stock was known; None for its own.
        counts: The counts its print stands for: where an old print stands, the old count.
        exact: The counts as they were.
    """

    published: PublishedReturn
    rules_name: str
    opening_position: int | None
    counts: Mapping[str, int]
    exact: Mapping[str, int]

    @property
    def position(self) -> int:
        """Position of the log at which it was known."""
        return self.published.log_position

    @property
    def number(self) -> int:
        """Which publication of its period and rules it is, from 1."""
        return int(self.published.return_id.rpartition("_")[2])

    def is_of(self, start: date, end: date, rules: StatusRules) -> bool:
        """Tell whether it is of a period and of some rules."""
        one = self.published
        return (one.start, one.end, one.rules) == (start, end, rules.label)

    def precedes(self, other: Kept) -> bool:
        """Tell whether it is an earlier publication of the same period by the same rules."""
        one, two = self.published, other.published
        same = (one.start, one.end, one.rules) == (two.start, two.end, two.rules)
        return same and self.number < other.number

    def standing(self) -> Published:
        """Return what stands in print, for the next publication of the same period."""
        one = self.published
        return Published(one.start, one.end, one.rules, one.log_position, self.counts, one.printed)


def keep_return(unit: UnitOfWork, kept: Kept) -> None:
    """Store a published return; the entry to come answers for it."""
    one = kept.published
    unit.returns.add_many(
        [
            Document(
                key=one.return_id,
                data={
                    "start": one.start.isoformat(),
                    "end": one.end.isoformat(),
                    "rules": one.rules,
                    "rules_name": kept.rules_name,
                    "log_position": one.log_position,
                    "opening_position": kept.opening_position,
                    "printed": dict(one.printed),
                    "digest": one.digest,
                },
            )
        ]
    )
    sealed = json.dumps({"counts": dict(kept.counts), "exact": dict(kept.exact)}, sort_keys=True)
    unit.models.add_many([Blob(key=_sealed(one.return_id), data=sealed.encode())])


def kept_returns(unit: ReadUnit) -> list[Kept]:
    """Return every published return, oldest first.

    Raises:
        Corrupt: One of them was altered.
    """
    loaded = unit.returns.since()
    for damage in loaded.damaged:
        raise damage.error()
    sealed = unit.models.get_many([_sealed(row.key) for row in loaded.rows])
    return [_kept(row.noun, json.loads(sealed[_sealed(row.key)].data)) for row in loaded.rows]


def _kept(noun: Document, behind: Mapping[str, Mapping[str, int]]) -> Kept:
    data = noun.data
    printed, opening = data["printed"], data["opening_position"]
    published = PublishedReturn(
        return_id=noun.key,
        start=date.fromisoformat(str(data["start"])),
        end=date.fromisoformat(str(data["end"])),
        rules=str(data["rules"]),
        log_position=int(str(data["log_position"])),
        printed={str(k): str(v) for k, v in printed.items()} if isinstance(printed, dict) else {},
        digest=str(data["digest"]),
    )
    position = None if opening is None else int(str(opening))
    return Kept(published, str(data["rules_name"]), position, behind["counts"], behind["exact"])


def _sealed(return_id: str) -> str:
    return f"return/{return_id}"

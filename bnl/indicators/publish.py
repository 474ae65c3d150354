"""Published returns: the printed form of a flow return, and what explains the difference between two."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from bnl.errors import InputError
from bnl.indicators.flows import FlowReturn, explain_people
from bnl.indicators.history import Events
from bnl.indicators.ledger import SIX_FLOWS, Flow
from bnl.indicators.suppression import HIDDEN, HIDDEN_SMALL, is_small, protect, restated

_IN = ("newly_identified", "returned_from_housing", "returned_from_inactive")


@dataclass(frozen=True)
class Published:
    """A return as it was published.

    Args:
        start: First day.
        end: Last day.
        rules: Label of the rule set.
        log_position: Highest log sequence known.
        counts: The counts behind the print: opening, flows, deaths, corrections, closing. Kept, never shown.
        printed: What was printed for each.
    """

    start: date
    end: date
    rules: str
    log_position: int
    counts: Mapping[str, int]
    printed: Mapping[str, str]


def counts_of(made: FlowReturn, without: Collection[str] = ()) -> dict[str, int]:
    """Return the counts of a return in the order in which they are printed.

    Args:
        made: The return.
        without: People left out of every count.
    """
    if without:
        others = ~pl.col("person_id").is_in(list(without))
        made = replace(
            made,
            opening=replace(made.opening, people=made.opening.people.difference(without)),
            closing=replace(made.closing, people=made.closing.people.difference(without)),
            flows=made.flows.filter(others),
            corrections=made.corrections.filter(others),
        )
    return {
        "opening": len(made.opening.people),
        **made.six_flows(),
        "corrections": made.corrected,
        "closing": len(made.closing.people),
    }


def publish(
    made: FlowReturn, previous: Published | None = None, known: Iterable[Collection[str]] = ()
) -> Published:
    """Return a return as it may be published.

    Counts of 1 to 4 print as ``<5``; further flows, never a stock, are hidden where the balance would give
    one away. A figure published before is printed anew only if it did not change, or by at least 5.

    Args:
        made: The return.
        previous: The same period as last published, if it was.
        known: For each reader who can count some people by itself, those people.

    Returns:
        The print and the counts it stands for: where the old print stands, the old count.

    Raises:
        InputError: If the previous return is of another period or other rules.
    """
    if previous is not None and (previous.start, previous.end, previous.rules) != (
        made.start,
        made.end,
        made.rules,
    ):
        raise InputError(
            "the previous return is of another period or other rules.", "Give the same period's."
        )
    fresh = counts_of(made)
    counts = dict(fresh)
    keep: set[str] = set()
    if previous is not None:
        for name, now in fresh.items():
            counts[name] = now if restated(previous.counts[name], now) else previous.counts[name]
        # What a reader could not take apart then it could later, if the same count came to light.
        keep = {n for n in counts if counts[n] == previous.counts[n] and previous.printed[n] == HIDDEN}
    others = [counts_of(made, some) for some in known]
    printed = print_books(counts, others, fresh=fresh, keep=keep)
    return Published(made.start, made.end, made.rules, made.log_position, counts, printed)


def print_books(
    counts: Mapping[str, int],
    others: Iterable[Mapping[str, int]] = (),
    *,
    fresh: Mapping[str, int] | None = None,
    keep: Collection[str] = (),
) -> dict[str, str]:
    """Return what may be printed of the books of a period: small counts hidden, and what would tell them.

    A count is also hidden if it is small without the people a reader can take off by itself; it then prints
    as ``*``, small or not, for which of the two it is would tell how many are left.

    Args:
        counts: ``opening``, the six flows and deaths, perhaps ``corrections``, and ``closing``.
        others: For each such reader, the same counts without the people it knows.
        fresh: The counts of which the others are parts, if an old print stands in their place.
        keep: Names hidden as ``*`` whatever they count.
    """
    whole, books = fresh or counts, [dict(counts), *others]
    stars = {
        name for name in counts for less in books[1:] if _small(less[name]) and less[name] != whole[name]
    }
    stars |= set(keep)
    small = {name for name, count in counts.items() if _small(count)} - stars
    flows = [name for name in counts if name not in ("opening", "closing", "corrections")]
    hidden = [name for name in counts if name in small or name in stars]
    for place, book in enumerate(books):
        # A reader who takes off whom it knows may guess that what it is not told is small.
        unsaid = stars if place == 0 else {name for name in stars if not _small(book[name])}
        sizes = {name: abs(book[name]) for name in counts}
        signs = {name: _sign(name, book[name]) for name in counts}
        further = protect(sizes, signs, hidden, [n for n in flows if n not in hidden], unsaid)
        hidden += [n for n in flows if n not in hidden] if further is None else further
    return {
        name: HIDDEN_SMALL if name in small else HIDDEN if name in hidden else str(count)
        for name, count in counts.items()
    }


def _small(count: int) -> bool:
    return is_small(abs(count))


def _sign(name: str, count: int) -> int:
    if name == "corrections":
        return -1 if count < 0 else 1
    return 1 if name == "opening" or name in _IN else -1


def document(made: FlowReturn) -> bytes:
    """Return a return with everybody behind it as canonical JSON: the same return gives the same bytes."""
    body = {
        "start": made.start.isoformat(),
        "end": made.end.isoformat(),
        "rules": made.rules,
        "log_position": made.log_position,
        "opening_log_position": made.opening.log_position,
        "counts": counts_of(made),
        "opening": sorted(made.opening.people),
        "closing": sorted(made.closing.people),
        "flows": sorted([_plain(value) for value in row] for row in made.flows.iter_rows()),
        "corrections": [[_plain(value) for value in row] for row in made.corrections.iter_rows()],
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


_DIFFERENCES: dict[str, pl.DataType | type[pl.DataType]] = {
    "measure": pl.String,
    "person_id": pl.String,
    "change": pl.Int64,
    "cause": pl.String,
    "events": pl.List(pl.String),
}


def compare(before: FlowReturn, after: FlowReturn, frame: Events) -> pl.DataFrame:
    """Explain every difference between two returns of one period.

    Args:
        before: The earlier return.
        after: The later one.
        frame: The events frame the later one was made from.

    Returns:
        ``measure, person_id, change, cause, events``: one row per person and measure that differ.
        ``measure`` is ``opening``, ``closing`` or a flow of the six-flow view; the changes of a measure add
        up to the difference of its counts. Causes are those of `bnl.indicators.flows.corrections`.

    Raises:
        InputError: If the two are of different periods.
    """
    if (before.start, before.end) != (after.start, after.end):
        raise InputError("the two returns are of different periods.", "Compare returns of one period.")
    changes = _stock_changes("opening", before.opening.people, after.opening.people)
    changes += _stock_changes("closing", before.closing.people, after.closing.people)
    changes += _flow_changes(before, after)
    if not changes:
        return pl.DataFrame(schema=_DIFFERENCES)
    people = sorted({person for _, person, _ in changes})
    why = explain_people(people, frame, before.closing, after.closing)
    rules = ("rules", list[str]()) if before.rules != after.rules else None
    rows = [(measure, person, change, *(rules or why[person])) for measure, person, change in sorted(changes)]
    return pl.DataFrame(rows, schema=_DIFFERENCES, orient="row")


def _stock_changes(name: str, then: Iterable[str], now: Iterable[str]) -> list[tuple[str, str, int]]:
    old, new = set(then), set(now)
    return [(name, person, 1) for person in new - old] + [(name, person, -1) for person in old - new]


def _flow_changes(before: FlowReturn, after: FlowReturn) -> list[tuple[str, str, int]]:
    tally: dict[tuple[str, str], int] = {}
    for made, sign in ((before, -1), (after, 1)):
        for person, flow in made.flows.select("person_id", "flow").iter_rows():
            key = (SIX_FLOWS[Flow(flow)], person)
            tally[key] = tally.get(key, 0) + sign
    return [(measure, person, change) for (measure, person), change in tally.items() if change]


def against(ours: Iterable[str], theirs: Iterable[str]) -> tuple[list[str], list[str]]:
    """Name the people behind the gap to an external total.

    Args:
        ours: Ids counted here.
        theirs: Ids counted elsewhere.

    Returns:
        Those counted only here, and those counted only there, sorted.
    """
    mine, other = set(ours), set(theirs)
    return sorted(mine - other), sorted(other - mine)

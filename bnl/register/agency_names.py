"""Agency names: which agency a text means, and the texts in events that only a person can tell."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.agency import Agency
from bnl.domain.vocabulary import Purpose
from bnl.errors import Denied
from bnl.exchange.agency_text import text_key
from bnl.exchange.directory import Resolution, Why, resolve_agency
from bnl.register.core import Core
from bnl.register.ground import grounded
from bnl.register.journal import Act

COLUMNS = ("from_agency", "to_agency", "signposted_to", "landlord")
"""What in an event names an agency."""


class UnresolvedName(NamedTuple):
    """A text that stands for an agency, and of which the directory cannot tell which.

    Args:
        text: As it was written.
        times: In how many events.
        why: ``ambiguous``, ``similar``, ``unknown`` or ``empty``.
        candidates: Agencies it may mean, the likeliest first.
    """

    text: str
    times: int
    why: Why
    candidates: tuple[Agency, ...]

    def __repr__(self) -> str:
        return f"UnresolvedName({self.why.value}, {len(self.candidates)} candidates)"


def resolve_name(core: Core, actor: Actor, purpose: Purpose, text: str) -> Resolution:
    """Tell which agency a text means: an enrolled one by id, name or alias, else one of the directory.

    A name two enrolled agencies share is ambiguous. Likeness never decides; it ranks the candidates.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why.
        text: What somebody wrote for an agency; it stays out of the entry.
    """
    with core.change() as uow:
        core.journal.write(uow, actor, Act("agency.resolve", purpose.value))
        return _resolve(core, text)


def _resolve(core: Core, text: str) -> Resolution:
    key = text_key(text)
    enrolled = core.snapshot.agencies.values()
    found = [one for one in enrolled if text == one.agency_id or (key and key in _keys(one))]
    if len(found) == 1:
        named = text == found[0].agency_id or key == text_key(found[0].name)
        return Resolution(found[0], (), Why.NAME if named else Why.ALIAS)
    if found:
        return Resolution(None, tuple(found), Why.AMBIGUOUS)
    return resolve_agency(text)


def _keys(agency: Agency) -> set[tuple[str, ...]]:
    return {text_key(name) for name in (agency.name, *agency.aliases)}


def unresolved_names(core: Core, actor: Actor, purpose: Purpose) -> list[UnresolvedName]:
    """Return the texts in the events the asker may see of which a person must tell the agency.

    A text leaves the queue once an agency is enrolled, or enrolled anew, with it as a name or an alias.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why; not statistics, for a landlord's name may be a person's.

    Returns:
        The texts, the most frequent first.

    Raises:
        Denied: The agreement does not let the actor, or the purpose is statistics.
    """
    if purpose is Purpose.STATISTICS:
        told = "Names as they were written are no official figures."
        raise Denied(told, "Sign in for a purpose of your own work.", reasons=("purpose",))
    with grounded(core, actor, purpose, "agency.queue") as ground:
        seen = [one for one in ground.past.people["person_id"] if ground.decision(one)]
        told_of = ground.past.frame.filter(pl.col("person_id").is_in(seen))
        long = told_of.select("person_id", *COLUMNS).unpivot(list(COLUMNS), index="person_id")
        long = long.drop_nulls("value")
        times = dict(long.group_by("value").len().iter_rows())
        ids = set(core.snapshot.agencies)
        found = []
        for text in sorted(times):
            if text in ids:
                continue
            resolution = _resolve(core, text)
            if resolution.agency is None:
                found.append(UnresolvedName(text, times[text], resolution.why, resolution.candidates))
        named = [one.text for one in found]
        ground.names(long.filter(pl.col("value").is_in(named))["person_id"].unique())
    return sorted(found, key=lambda one: (-one.times, one.text))

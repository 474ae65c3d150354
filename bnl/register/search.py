"""Search before create: found among all records, shown and weighed only by what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bnl.consent.decide import ask
from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled
from bnl.domain.identifiers import PersonId, RecordId
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import InvalidValue
from bnl.matching.explain import Explanation
from bnl.matching.index import Candidate as Match
from bnl.matching.index import Index
from bnl.register.core import Core
from bnl.register.release import PersonView, opened

DEFAULT_LIMIT = 10
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True, repr=False)
class Candidate(Unpickled):
    """Somebody the register may know already.

    Args:
        person: Who, redacted for the actor.
        weight: Match weight in bits, from values the actor may see and no others.
        probability: That this is the person searched for, in [0, 1].
        explanation: Level and bits per comparison.
    """

    person: PersonView
    weight: float
    probability: float
    explanation: Explanation

    def __repr__(self) -> str:
        return f"Candidate({self.person.handle}, …)"


def search(
    core: Core, actor: Actor, purpose: Purpose, wanted: PersonFields, limit: int = DEFAULT_LIMIT
) -> list[Candidate]:
    """Search before creating a record.

    Args:
        core: The register's state.
        actor: Who searches.
        purpose: Why.
        wanted: What is known of the person; never logged.
        limit: How many at most, from 1 to 100.

    Returns:
        Candidates, the likeliest first.

    Raises:
        InvalidValue: Nothing to search by was given, or the limit is out of range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidValue(f"The limit is not between 1 and {MAX_LIMIT}.", "Ask for fewer.")
    query = wanted.present()
    if not query:
        raise InvalidValue(
            "There is nothing to search by.", "Give at least a name, a birth date or a number."
        )
    request = ask(actor=actor, action=Action.SEARCH, purpose=purpose, moment=core.clock())
    with opened(core, request, "search") as way_out:
        index = core.index(way_out.uow)
        found = candidates_of(core, index, query)
        visible = {
            person_id: decision
            for person_id, decision in way_out.visible(found)
            if purpose is not Purpose.SUBJECT_ACCESS or _is_own(core, actor, person_id)
        }
        rows = [
            row for person_id, decision in visible.items() for row in way_out.seen_rows(person_id, decision)
        ]
        best = _found_again(core, index, query, rows)
        shown = [
            _candidate(way_out.view(person_id, visible[person_id]), match)
            for person_id, match in sorted(best.items(), key=lambda one: (-one[1].weight, one[0]))[:limit]
        ]
        way_out.details["shown"] = len(shown)
    return shown


def candidates_of(core: Core, index: Index, query: Mapping[str, object]) -> list[PersonId]:
    """Return the people with a candidate among their records, in the order of their ids."""
    found = {core.snapshot.person(RecordId(one.record_id)) for one in index.search(query, limit=None)}
    return sorted(found)


def _found_again(
    core: Core, index: Index, query: Mapping[str, object], rows: Sequence[dict[str, object]]
) -> dict[PersonId, Match]:
    """Search once more among the visible parts alone; return the best match per person.

    What is found only by a value the actor may not see is not found: else trying values would confirm them.
    """
    if not rows:
        return {}
    again = Index(index.fitted, [])
    again.add(rows)
    best: dict[PersonId, Match] = {}
    for match in again.search(query, limit=None):
        person_id = core.snapshot.person(RecordId(match.record_id))
        if person_id not in best or best[person_id].weight < match.weight:
            best[person_id] = match
    return best


def _candidate(person: PersonView, match: Match) -> Candidate:
    explanation = replace(match.explanation, left="", right=person.handle)
    return Candidate(person, match.weight, match.probability, explanation)


def _is_own(core: Core, actor: Actor, person_id: PersonId) -> bool:
    return any(record.agency_id == actor.agency_id for record in core.snapshot.records_of(person_id))

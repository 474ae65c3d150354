"""Search before create: found among all records, shown and weighed only by what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bnl.consent.decide import ask
from bnl.consent.decision import Decision
from bnl.domain.actor import Actor
from bnl.domain.identifiers import PersonId, RecordId
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import InvalidValue
from bnl.matching.explain import Explanation
from bnl.matching.index import Candidate as Match
from bnl.matching.index import Index
from bnl.register.core import Core
from bnl.register.release import Exit, PersonView, opened

DEFAULT_LIMIT = 10
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
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
        found = _people(core, index, query)
        scored = [
            scored
            for person_id, decision in way_out.visible(found)
            if (scored := _weighed(way_out, index, query, person_id, decision)) is not None
        ]
        scored.sort(key=lambda one: (-one[0], one[1]))
        shown = [
            Candidate(way_out.view(person_id, decision), weight, best.probability, best.explanation)
            for weight, person_id, decision, best in scored[:limit]
        ]
        way_out.details["shown"] = len(shown)
    return shown


def _people(core: Core, index: Index, query: Mapping[str, object]) -> list[PersonId]:
    """Return the people with a candidate among their records, in the order of their ids."""
    found = {core.snapshot.person(RecordId(one.record_id)) for one in index.search(query, limit=None)}
    return sorted(found)


def _weighed(
    way_out: Exit, index: Index, query: Mapping[str, object], person_id: PersonId, decision: Decision
) -> tuple[float, PersonId, Decision, Match] | None:
    """Weigh the query against what is visible of a person; None if nothing visible speaks for it."""
    rows = _visible_rows(way_out.core, person_id, decision)
    if not rows:
        return None
    best = max(index.weigh(query, rows), key=lambda one: (one.weight, one.record_id))
    if best.weight < index.fitted.review_threshold:
        return None
    return best.weight, person_id, decision, best


def _visible_rows(core: Core, person_id: PersonId, decision: Decision) -> Sequence[dict[str, object]]:
    rows = []
    for record in core.snapshot.records_of(person_id):
        visible: dict[str, object] = {
            name: value
            for name, value in record.fields.present().items()
            if decision.permits_field(record.record_id, name)
        }
        if visible:
            rows.append({"record_id": record.record_id, "agency": record.agency_id, **visible})
    return rows

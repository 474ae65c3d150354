"""Explaining: what somebody may see in general, who may see a person, and why a view is as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bnl.consent.compiled import compile_person
from bnl.consent.decide import ask
from bnl.consent.decision import Decision
from bnl.consent.explain import explain, explain_to_person
from bnl.consent.explain_survey import explain_reach, explain_sights
from bnl.consent.facts import PersonFacts
from bnl.consent.survey import Reach, Sight, what_may_i_see, who_may_see
from bnl.domain.actor import Actor
from bnl.domain.identifiers import PersonId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.register.core import Core
from bnl.register.disclosures import tells_itself_alone
from bnl.register.facts import person_facts
from bnl.register.journal import Act
from bnl.register.masks import mask_of
from bnl.register.release import Exit, opened, unknown_handle


@dataclass(frozen=True, slots=True)
class MayDo:
    """What the agreements in force let an actor do for one purpose, whoever it is about.

    Args:
        reaches: Action by action; actions that no clause covers are left out.
        words: The same in plain words.
    """

    reaches: tuple[Reach, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaySee:
    """Who may see one person.

    Args:
        sights: By agency, role and purpose, the categories that may be seen.
        words: The same in plain words, agency by agency.
        whole: Whether everything the asker may know of was counted; else only what the asker's own agency
            recorded, for what others recorded is not for them to tell.
    """

    sights: tuple[Sight, ...]
    words: tuple[str, ...]
    whole: bool


def may_do(core: Core, actor: Actor, purpose: Purpose) -> MayDo:
    """Tell what an actor may do for a purpose; see `MayDo`."""
    with core.change() as uow:
        reaches = what_may_i_see(actor, purpose, core.policy, core.clock())
        core.journal.write(uow, actor, Act("explain.reach", purpose.value))
    return MayDo(reaches, explain_reach(reaches))


def may_see(core: Core, actor: Actor, purpose: Purpose, handle: str) -> MaySee:
    """Tell who may see a person.

    For the purpose of subject access it is worked out from every record the asker may know of, and told to
    the person; a refuge's own part in it is for the refuge to tell. For any other purpose it is worked out
    from what the asker's own agency recorded, so that nobody learns of others' permits and refusals.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why.
        handle: The person.

    Raises:
        NotFound: There is no such person, or not for this actor.
    """
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    with opened(core, request, "explain.sights") as way_out:
        found = way_out.behind(handle)
        if found is not None:
            person_id, decision = found
            whole = purpose is Purpose.SUBJECT_ACCESS and core.may(actor, Action.VIEW, purpose)
            facts = _facts(core, actor, person_id, decision, whole=whole)
            seen = who_may_see(compile_person(facts, core.policy), core.policy, way_out.request.moment)
            sights = tuple(
                one
                for one in seen
                if one.agency_id == actor.agency_id or not tells_itself_alone(core, one.agency_id)
            )
            _note(way_out, decision)
    if found is None:
        raise unknown_handle()
    whose = "you" if whole else "this person"
    return MaySee(sights, explain_sights(sights, core.snapshot.agencies, whose), whole)


def explained(core: Core, actor: Actor, purpose: Purpose, handle: str, *, to_person: bool) -> tuple[str, ...]:
    """Tell in plain words what is shown of a person and what not.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why.
        handle: The person.
        to_person: In words for the person concerned, to be read out to them; else for the worker.

    Returns:
        Sentences; to a worker they never give a hidden restriction away.

    Raises:
        NotFound: There is no such person, or not for this actor.
    """
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    with opened(core, request, "explain.view") as way_out:
        found = way_out.behind(handle)
        if found is not None:
            _note(way_out, found[1])
    if found is None:
        raise unknown_handle()
    return explain_to_person(found[1], core.snapshot.agencies) if to_person else explain(found[1])


def _note(way_out: Exit, decision: Decision) -> None:
    existence = mask_of(events=[FieldCategory.EXISTENCE])
    way_out.note_masks(decision, dict.fromkeys(decision.records, existence))


def _facts(core: Core, actor: Actor, person_id: PersonId, decision: Decision, *, whole: bool) -> PersonFacts:
    # Of a record that does not exist for the asker neither words nor grants count: they would tell of it.
    facts = person_facts(core.snapshot, person_id)
    visible = frozenset(decision.records)
    known = {
        record.record_id
        for record in facts.records
        if record.record_id in visible and (whole or record.agency_id == actor.agency_id)
    }
    kept = tuple(grant for grant in facts.grants if grant.record_id in known)
    ids = {grant.grant_id for grant in kept}
    return replace(
        facts,
        records=tuple(record for record in facts.records if record.record_id in known),
        grants=kept,
        endings=tuple(ending for ending in facts.endings if ending.grant_id in ids),
        household=(),
        parted=frozenset(pair for pair in facts.parted if pair <= known),
    )

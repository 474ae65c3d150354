"""A slow, obvious evaluator of the consent rules: one category of one record at a time, from the nouns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bnl.consent.facts import PersonFacts, RecordFacts
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement, Clause
from bnl.domain.consent import CorruptGrant, Ending, Grant
from bnl.domain.identifiers import AgencyId, RecordId
from bnl.domain.request import Request
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import (
    Action,
    Capacity,
    Condition,
    Effect,
    EndingKind,
    FieldCategory,
    LawfulBasis,
    Purpose,
    Role,
)
from tests.consent.reference_law import DECIDED_FOR, INTERNAL, OFFENCE, SPECIAL, C, Law


class World(Law):
    """Everything a decision rests on, asked one small question after another."""

    def __init__(
        self, facts: PersonFacts, agreements: Iterable[Agreement], agencies: Mapping[AgencyId, Agency]
    ) -> None:
        self.facts = facts
        self.agreements = list(agreements)
        self.agencies = agencies
        readable = [g for g in facts.grants if isinstance(g, Grant)]
        self.grants = [
            g
            for g in readable
            if not any(h.grant_id == g.grant_id and h.version > g.version for h in readable)
        ]
        self.documents = {d.document_id for a in self.agreements for d in a.policy_documents}
        self.corrupt = any(isinstance(g, CorruptGrant) for g in facts.grants) or any(
            r.corrupt for r in facts.records
        )

    def agreements_in_force(self, moment: datetime) -> list[Agreement]:
        found = []
        for agreement in self.agreements:
            begun = [
                a
                for a in self.agreements
                if a.agreement_id == agreement.agreement_id and a.valid_from <= moment
            ]
            latest = bool(begun) and agreement == max(begun, key=lambda a: a.version)
            if latest and (agreement.valid_until is None or moment < agreement.valid_until):
                found.append(agreement)
        return found

    def covering(
        self, asker: Asker, category: FieldCategory, moment: datetime
    ) -> list[tuple[Agreement, Clause, str]]:
        found = []
        for agreement in self.agreements_in_force(moment):
            for clause in agreement.clauses:
                if not self.clause_covers(agreement, clause, asker, moment):
                    continue
                if category is C.EXISTENCE:
                    state = self.existence_state(agreement, clause, asker)
                elif clause.categories is ANY or category in clause.categories:
                    state = self.clause_condition(agreement, clause, category, asker.agency, asker.purpose)
                else:
                    continue
                if state != "missing":
                    found.append((agreement, clause, state))
        return found

    def existence_state(self, agreement: Agreement, clause: Clause, asker: Asker) -> str:
        """A clause for any category includes existence, unless it is void for all it names."""
        if clause.categories is ANY or C.EXISTENCE in clause.categories:
            return "met"
        states = {
            self.clause_condition(agreement, clause, category, asker.agency, asker.purpose)
            for category in clause.categories
        }
        return "met" if "met" in states else "brought" if "brought" in states else "missing"

    def clause_covers(self, agreement: Agreement, clause: Clause, asker: Asker, moment: datetime) -> bool:
        return (
            asker.agency in agreement.parties
            and (clause.agencies is ANY or asker.agency in clause.agencies)
            and (clause.roles is ANY or asker.role in clause.roles)
            and (asker.role is None or not clause.received_only)
            and (clause.actions is ANY or asker.action in clause.actions)
            and (clause.purposes is ANY or asker.purpose in clause.purposes)
            and self.basis_open(clause.basis, asker.agency, moment)
        )

    def readings(self, years: int) -> list[datetime]:
        """Every instant at which, by some record, the person may have reached an age."""
        found = []
        for record in self.facts.records:
            if record.born:
                parts = [int(p) for p in record.born.split("-")]
                if len(parts) == 3:
                    days = [date(*parts)]
                elif len(parts) == 2:
                    after = date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1)
                    days = [date(parts[0], parts[1], 1), after - timedelta(days=1)]
                else:
                    days = [date(parts[0], 1, 1), date(parts[0], 12, 31)]
                for day in days:
                    leap = day.month == 2 and day.day == 29
                    then = date(day.year + years, 3, 1) if leap and (day.year + years) % 4 else None
                    then = then or date(day.year + years, day.month, day.day)
                    midnight = datetime(then.year, then.month, then.day, tzinfo=ZoneInfo("Europe/London"))
                    found.append(midnight.astimezone(UTC))
        return found

    def says_birth(self, grant: Grant) -> bool:
        """A birthday widens only where the grant's own record says when it is."""
        return any(r.record_id == grant.record_id and bool(r.born) for r in self.facts.records)

    def endings_of(self, grant: Grant) -> list[Ending]:
        return [e for e in self.facts.endings if e.grant_id == grant.grant_id]

    def may_speak_over(self, who: Grant | Ending, forbid: Grant) -> bool:
        giver = who.given_by
        if giver is None:
            return False
        if giver.reference == forbid.given_by.reference:
            return True
        return giver.capacity is Capacity.SELF and forbid.given_by.capacity in DECIDED_FOR

    def forbid_in_force(self, forbid: Grant, moment: datetime) -> bool:
        if moment < forbid.valid_from or (forbid.valid_until is not None and moment >= forbid.valid_until):
            return False
        for ending in self.endings_of(forbid):
            if forbid.hard:
                ends = ending.kind is EndingKind.LIFTED
            elif ending.kind is EndingKind.WITHDRAWN:
                ends = self.may_speak_over(ending, forbid)
            elif ending.kind is EndingKind.ANSWERED:
                ends = forbid.objection
            elif ending.kind is EndingKind.CORRECTED:
                ends = forbid.given_by.capacity is Capacity.SELF
            else:
                ends = True
            at = ending.said_at if ending.kind is EndingKind.WITHDRAWN else ending.recorded_at
            if ends and moment >= at:
                return False
        if not forbid.hard and forbid.given_by.capacity is Capacity.PARENTAL_RESPONSIBILITY:
            adult = self.readings(18)
            if self.says_birth(forbid) and moment >= max(adult):
                return False
        return True

    def permit_in_force(self, permit: Grant, moment: datetime) -> bool:
        assert permit.basis is not None
        assert permit.relying_party is not None
        if moment < permit.valid_from or (permit.valid_until is not None and moment >= permit.valid_until):
            return False
        if any(moment >= ending.said_at for ending in self.endings_of(permit)):
            return False
        if not self.basis_open(permit.basis, permit.relying_party, moment):
            return False
        for named in permit.supersedes:
            held = [g for g in self.grants if g.grant_id == named]
            if not held or {permit.record_id, held[0].record_id} in self.facts.parted:
                return False
        if permit.basis is LawfulBasis.CONSENT:
            for record in self.facts.records:
                if record.died and moment.astimezone(ZoneInfo("Europe/London")).date() >= record.died:
                    return False
        return self.giver_may(permit, moment)

    def giver_may(self, permit: Grant, moment: datetime) -> bool:
        giver = permit.given_by
        if giver.capacity is Capacity.PARENTAL_RESPONSIBILITY:
            return self.says_birth(permit) and all(moment < adult for adult in self.readings(18))
        if giver.capacity is Capacity.SELF:
            if not giver.competence and any(moment < at for at in self.readings(16)):
                return False
            for record in self.facts.records:
                for start, end in record.lacks_capacity:
                    if start <= moment and (end is None or moment < end):
                        return False
        return True

    def matches(self, grant: Grant, asker: Asker, category: FieldCategory) -> bool:
        """Every dimension of a grant against the request and one category."""
        forbids = grant.effect is Effect.FORBID

        def fits(scope: object, value: object) -> bool:
            if scope is None:
                return forbids
            if scope is ANY:
                return True
            assert isinstance(scope, frozenset)
            return value in scope or (forbids and value is None)

        areas: object = grant.areas
        if isinstance(grant.areas, frozenset):
            areas = frozenset(area.strip().lower() for area in grant.areas)
        if forbids and (grant.purposes is None or grant.purposes is ANY) and asker.purpose in INTERNAL:
            return False
        if forbids and isinstance(grant.categories, frozenset) and C.EXISTENCE in grant.categories:
            in_category = True
        elif not forbids and category is C.EXISTENCE:
            in_category = grant.categories is not None
        else:
            in_category = fits(grant.categories, category)
        return (
            in_category
            and fits(grant.agencies, asker.agency)
            and fits(grant.users, asker.user)
            and fits(grant.roles, asker.role)
            and fits(grant.actions, asker.action)
            and fits(grant.purposes, asker.purpose)
            and fits(areas, None if asker.area is None else asker.area.strip().lower())
        )

    def stops(
        self, forbid: Grant, record: RecordFacts, asker: Asker, category: FieldCategory, moment: datetime
    ) -> bool:
        """A forbid that matches stops, unless it is soft and yields to a permit on this very record."""
        if not (self.forbid_in_force(forbid, moment) and self.matches(forbid, asker, category)):
            return False
        if forbid.hard:
            return True
        for permit in self.permits_matching(record, asker, category, moment):
            named = forbid.grant_id in permit.supersedes and forbid.recorded_at <= permit.recorded_at
            if named and self.may_speak_over(permit, forbid):
                return False
            own_over_parent = (
                permit.given_by.capacity is Capacity.SELF
                and forbid.given_by.capacity is Capacity.PARENTAL_RESPONSIBILITY
            )
            known = self.says_birth(permit) and self.says_birth(forbid)
            if own_over_parent and known and all(moment >= at for at in self.readings(16)):
                return False
        return True

    def permits_matching(
        self, record: RecordFacts, asker: Asker, category: FieldCategory, moment: datetime
    ) -> list[Grant]:
        found = []
        for permit in self.grants:
            if permit.effect is not Effect.PERMIT or permit.record_id != record.record_id:
                continue
            if not self.permit_in_force(permit, moment):
                continue
            if asker.duty_to is not None:
                right = permit.referral is not None and permit.referral.authority == asker.duty_to
                included = permit.categories is ANY or (
                    permit.categories is not None
                    and (category in permit.categories or category is C.EXISTENCE)
                )
                if right and included:
                    found.append(permit)
            elif self.matches(permit, asker, category):
                found.append(permit)
        return found

    def allowed(self, record: RecordFacts, asker: Asker, category: FieldCategory, moment: datetime) -> bool:
        if (
            asker.reads_back
            and record.agency_id == asker.agency
            and self.own(record, asker, category, moment)
        ):
            return True
        if self.corrupt and asker.purpose not in INTERNAL:
            return False
        if record.local and record.agency_id != asker.agency:
            return False
        forbids = [
            f
            for f in self.grants
            if f.effect is Effect.FORBID and self.stops(f, record, asker, category, moment)
        ]
        if any(f.hard for f in forbids):
            return False
        if asker.override and self.emergency(asker, category, moment):
            return True
        third = asker.passes_to is not None and record.agency_id not in (asker.agency, asker.passes_to)
        if third and not record.receipts & asker.receipts:
            return False
        for _, clause, state in self.covering(asker, category, moment):
            if clause.basis is not LawfulBasis.CONSENT and asker.duty_to is None:
                onward = clause.onward_recipients
                if third and not (onward is ANY or (onward is not None and asker.passes_to in onward)):
                    continue
                if not forbids or clause.stands_against_soft_forbids:
                    return True
                continue
            for permit in self.permits_matching(record, asker, category, moment):
                onward = permit.onward_recipients
                if third and not (onward is ANY or (onward is not None and asker.passes_to in onward)):
                    continue
                if state == "brought" and not self.brings(permit, asker, clause, category):
                    continue
                if not forbids:
                    return True
        return False

    def brings(self, permit: Grant, asker: Asker, clause: Clause, category: FieldCategory) -> bool:
        if category is not C.EXISTENCE:
            return self.permit_brings(permit, category)
        # Existence of a clause that leaves the condition to the permit: some category must come through.
        named = set(C) if clause.categories is ANY else set(clause.categories)
        cited = {
            c
            for one in clause.citations
            if one.condition is Condition.EXPLICIT_CONSENT
            for c in one.categories
        }
        held = set(C) if permit.categories is ANY else set(permit.categories or ())
        return any(self.permit_brings(permit, c) for c in named & cited & held & (SPECIAL | OFFENCE))

    def emergency(self, asker: Asker, category: FieldCategory, moment: datetime) -> bool:
        for agreement in self.agreements_in_force(moment):
            if asker.role not in agreement.break_glass_roles:
                continue
            named = set(agreement.emergency_categories)
            wanted = named if category is C.EXISTENCE else named & {category}
            for one in wanted | ({C.EXISTENCE} if named and category is C.EXISTENCE else set()):
                if any(a == agreement for a, _, _ in self.covering(asker, one, moment)):
                    return True
        return False

    def own(self, record: RecordFacts, asker: Asker, category: FieldCategory, moment: datetime) -> bool:
        marks = [g for g in self.facts.grants if isinstance(g, CorruptGrant)]
        if record.corrupt or any(mark.record_id == record.record_id for mark in marks):
            return False
        for forbid in self.grants:
            if forbid.effect is not Effect.FORBID or forbid.record_id != record.record_id:
                continue
            named = isinstance(forbid.agencies, frozenset) or isinstance(forbid.users, frozenset)
            before = record.first_linked is None or forbid.recorded_at < record.first_linked
            holds = named and before and self.forbid_in_force(forbid, moment)
            if holds and self.matches(forbid, asker, category):
                return False
        return True


class Asker:
    """One side of a request."""

    def __init__(self, request: Request, world: World, *, receiving: bool) -> None:
        actor = request.actor
        sender, recipient = (
            world.agencies.get(actor.agency_id),
            world.agencies.get(request.recipient or AgencyId("")),
        )
        duty = (
            request.action is Action.REFER
            and request.purpose is not Purpose.SAFEGUARDING
            and sender is not None
            and recipient is not None
            and sender.specified_body
            and recipient.housing_authority
        )
        self.purpose = request.purpose
        self.duty_to = request.recipient if duty else None
        self.receipts = request.receipts
        self.agency: AgencyId
        self.role: Role | None
        if receiving:
            assert request.recipient is not None
            self.agency, self.user, self.role, self.area = request.recipient, None, None, None
            self.action, self.passes_to, self.override = Action.VIEW, None, False
            self.reads_back = True
            return
        self.agency, self.user, self.role, self.area = actor.agency_id, actor.user_id, actor.role, actor.area
        self.action = request.action
        self.passes_to = request.recipient if request.action in {Action.EXPORT, Action.REFER} else None
        self.reads_back = request.action in {Action.VIEW, Action.SEARCH}
        override = request.override
        self.override = (
            override is not None
            and self.reads_back
            and world.basis_open(override.basis, actor.agency_id, request.moment)
        )


def permitted(
    request: Request,
    facts: PersonFacts,
    agreements: Iterable[Agreement],
    agencies: Mapping[AgencyId, Agency],
) -> dict[RecordId, frozenset[FieldCategory]]:
    """Return the permitted categories of each record, the slow way."""
    world = World(facts, agreements, agencies)
    askers = [Asker(request, world, receiving=False)]
    if request.recipient is not None:
        askers.append(Asker(request, world, receiving=True))
    if any(asker.agency not in agencies for asker in askers):
        return {record.record_id: frozenset() for record in facts.records}
    return {
        record.record_id: frozenset(
            category
            for category in C
            if all(world.allowed(record, asker, category, request.moment) for asker in askers)
        )
        for record in facts.records
    }

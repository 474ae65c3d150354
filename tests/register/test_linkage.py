"""Linkage: machines link what is certain, people overrule machines, and running again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, Handle, PersonId, RecordId
from bnl.domain.judgement import Verdict, ordered_pair
from bnl.domain.vocabulary import Role
from bnl.errors import BnlError, Denied
from bnl.register.linkage import Weighed, human_pairs, open_tasks, task_pair
from bnl.register.review import judge_pair
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    START,
    STEWARD,
    County,
    forbid,
    rich,
)

PEOPLE = 8


def known_twice(county: County, people: int = PEOPLE, twice: int = 3) -> dict[tuple[AgencyId, int], Handle]:
    """Some people whom the city knows, a few of whom Cherwell knows as well."""
    made = {
        (CITY, number): county.officer(CITY).submit(f"A-{number}", rich(number)).handle
        for number in range(people)
    }
    made |= {
        (CHERWELL, number): county.officer(CHERWELL).submit(f"B-{number}", rich(number)).handle
        for number in range(twice)
    }
    return made


def partition(county: County) -> set[frozenset[RecordId]]:
    """Which records are one person now, as the store has it."""
    return {frozenset(records) for records in county.core.refresh().members.values()}


def pair(county: County, made: dict[tuple[AgencyId, int], Handle], number: int) -> tuple[Handle, Handle]:
    """Both records of a person by handles of the steward's agency."""
    other = county.record_of(CHERWELL, made[CHERWELL, number])
    return made[CITY, number], county.core.handles.handle(CITY, other)


def test_sure_pairs_are_linked_and_the_oldest_record_names_the_person(stored_county: County) -> None:
    county = stored_county
    made = known_twice(county)
    report = county.register.dedup(by=STEWARD)
    assert (report.records, report.people) == (PEOPLE + 3, PEOPLE)
    assert (report.joined, report.parted) == (3, 0)
    county.reopen()
    for number in range(3):
        oldest = county.record_of(CITY, made[CITY, number])
        assert county.person_of(CHERWELL, made[CHERWELL, number]) == PersonId(oldest)
    assert county.register.verify().sound


def test_running_again_changes_nothing(stored_county: County) -> None:
    county = stored_county
    known_twice(county)
    county.register.dedup(by=STEWARD)
    county.reopen()
    before, links, size = partition(county), dict(county.core.snapshot.person_of), county.size()
    again = county.register.dedup(by=STEWARD)
    assert (again.joined, again.parted, again.queued) == (0, 0, 0)
    assert partition(county) == before
    assert county.core.snapshot.person_of == links
    (entry,) = county.entries(size)
    assert (entry.action, entry.rows) == ("dedup", ())


def test_the_dedup_entry_tells_how_much_was_done(county: County) -> None:
    known_twice(county)
    before = county.size()
    report = county.register.dedup(by=STEWARD)
    (entry,) = county.entries(before)
    assert entry.details == {"records": report.records, "joined": 3, "parted": 0, "queued": report.queued}
    assert (entry.actor, entry.purpose) == (STEWARD.user_id, "linkage")


@pytest.mark.parametrize("records", [0, 1, 2])
def test_few_records_are_no_trouble(county: County, records: int) -> None:
    for number in range(records):
        county.officer().submit(f"A-{number}", rich(number))
    report = county.register.dedup(by=STEWARD)
    assert (report.records, report.people, report.joined) == (records, records, 0)


@pytest.mark.parametrize(
    "role",
    [role for role in Role if role not in {Role.STEWARD, Role.SYSTEM}],
    ids=lambda role: str(role.value),
)
def test_who_may_not_link_does_not_start_it(county: County, role: Role) -> None:
    before = county.size()
    with pytest.raises(Denied):
        county.register.dedup(by=STEWARD.model_copy(update={"role": role}))
    assert county.size() == before


def test_a_steward_of_an_agency_outside_the_clause_does_not_link(county: County) -> None:
    with pytest.raises(Denied):
        county.register.dedup(by=STEWARD.model_copy(update={"agency_id": CHARITY}))


def test_progress_is_told(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnl.register.linkage.ENOUGH", 2)
    known_twice(county)
    phases: list[str] = []
    county.register.dedup(by=STEWARD, progress=lambda phase, done, total: phases.append(phase))
    assert "score" in phases
    assert len(set(phases)) > 1


def test_restricted_records_are_never_linked_by_machine(county: County) -> None:
    made = known_twice(county, twice=2)
    county.officer(CHERWELL).submit("B-0", rich(0), restricted=True)
    county.register.dedup(by=STEWARD)
    one, other = (county.person_of(*key) for key in ((CITY, made[CITY, 0]), (CHERWELL, made[CHERWELL, 0])))
    assert one != other
    assert county.person_of(CITY, made[CITY, 1]) == county.person_of(CHERWELL, made[CHERWELL, 1])


def test_a_record_restricted_after_its_link_is_parted_and_a_person_may_link_it(county: County) -> None:
    made = known_twice(county, twice=1)
    county.register.dedup(by=STEWARD)
    county.officer(CHERWELL).submit("B-0", rich(0), restricted=True)
    report = county.register.dedup(by=STEWARD)
    assert report.parted == 1
    county.steward().link(*pair(county, made, 0))
    county.register.dedup(by=STEWARD)
    assert county.person_of(CITY, made[CITY, 0]) == county.person_of(CHERWELL, made[CHERWELL, 0])


def test_local_records_are_linked_within_their_own_agency_only(county: County) -> None:
    made = known_twice(county, twice=0)
    refuge = county.worker(REFUGE)
    local = [refuge.submit(f"R-{number}", rich(number % 3)).handle for number in range(6)]
    hostel = county.worker(HOSTEL).submit("H-0", rich(0), local=True).handle
    county.register.dedup(by=STEWARD)
    people = [county.person_of(REFUGE, handle) for handle in local]
    assert people[:3] == people[3:]
    assert len(set(people)) == 3
    others = {county.person_of(CITY, made[CITY, n]) for n in range(3)} | {county.person_of(HOSTEL, hostel)}
    assert not others & set(people)
    assert len(others) == 4


def test_what_a_person_parted_stays_parted(county: County) -> None:
    made = known_twice(county)
    county.register.dedup(by=STEWARD)
    county.steward().unlink(*pair(county, made, 0))
    assert county.person_of(CITY, made[CITY, 0]) != county.person_of(CHERWELL, made[CHERWELL, 0])
    county.worker(CHARITY).submit("C-0", rich(0))
    for _ in range(2):
        county.register.dedup(by=STEWARD)
        assert county.person_of(CITY, made[CITY, 0]) != county.person_of(CHERWELL, made[CHERWELL, 0])
    assert county.person_of(CITY, made[CITY, 1]) == county.person_of(CHERWELL, made[CHERWELL, 1])


def test_what_a_person_linked_stays_linked(county: County) -> None:
    made = known_twice(county, twice=1)
    county.steward().link(made[CITY, 5], made[CITY, 6])
    for _ in range(2):
        county.register.dedup(by=STEWARD)
        assert county.person_of(CITY, made[CITY, 5]) == county.person_of(CITY, made[CITY, 6])
    county.officer().submit("A-6", rich(7))
    county.register.dedup(by=STEWARD)
    assert county.person_of(CITY, made[CITY, 5]) == county.person_of(CITY, made[CITY, 6])


def test_a_parting_undone_lets_the_engine_weigh_again(county: County) -> None:
    made = known_twice(county)
    county.register.dedup(by=STEWARD)
    judged = county.steward().unlink(*pair(county, made, 0))
    county.register.dedup(by=STEWARD)
    county.steward().undo(judged)
    county.register.dedup(by=STEWARD)
    assert county.person_of(CITY, made[CITY, 0]) == county.person_of(CHERWELL, made[CHERWELL, 0])


def test_a_link_undone_is_parted_by_the_next_run_at_the_latest(county: County) -> None:
    made = known_twice(county)
    judged = county.steward().link(made[CITY, 5], made[CITY, 6])
    county.register.dedup(by=STEWARD)
    county.steward().undo(judged)
    county.register.dedup(by=STEWARD)
    assert county.person_of(CITY, made[CITY, 5]) != county.person_of(CITY, made[CITY, 6])


def test_a_judgement_made_while_the_job_runs_binds_it(county: County) -> None:
    made = known_twice(county)
    steward = county.steward()
    sides = pair(county, made, 0)
    said: list[str] = []

    def meanwhile(phase: str, done: int, total: int) -> None:
        if not said:
            said.append(steward.unlink(*sides))

    county.register.dedup(by=STEWARD, progress=meanwhile)
    assert said
    assert county.person_of(CITY, made[CITY, 0]) != county.person_of(CHERWELL, made[CHERWELL, 0])


def test_events_and_grants_stay_with_their_record(county: County) -> None:
    made = known_twice(county, twice=1)
    city, cherwell = county.officer(CITY), county.officer(CHERWELL)
    county.register.dedup(by=STEWARD)
    ours = city.record_event(made[CITY, 0], EventKind.TRIAGE, START.date())
    theirs = cherwell.record_event(made[CHERWELL, 0], EventKind.CONTACT, START.date())
    said = cherwell.record_grant(made[CHERWELL, 0], **forbid())
    county.steward().unlink(*pair(county, made, 0))
    snapshot = county.core.refresh(events=True)
    one, other = county.record_of(CITY, made[CITY, 0]), county.record_of(CHERWELL, made[CHERWELL, 0])
    assert [event.event_id for event in snapshot.events[one]] == [ours]
    assert [event.event_id for event in snapshot.events[other]] == [theirs]
    assert list(snapshot.grants[other]) == [said]
    assert not snapshot.grants.get(one)
    assert {one.event.event_id for one in city.timeline(made[CITY, 0]).events} == {ours}


def test_unlinking_the_oldest_gives_the_rest_the_next_oldest_name(county: County) -> None:
    made = known_twice(county, people=4, twice=1)
    third = county.officer(CHERWELL).submit("B-9", rich(9)).handle
    steward = county.steward()
    a, b = pair(county, made, 0)
    steward.link(a, b)
    c = county.core.handles.handle(CITY, county.record_of(CHERWELL, third))
    steward.link(b, c)
    assert county.person_of(CHERWELL, third) == PersonId(county.record_of(CITY, a))
    steward.unlink(a, c)
    assert county.person_of(CITY, a) == county.person_of(CHERWELL, made[CHERWELL, 0])
    assert county.person_of(CHERWELL, third) == PersonId(county.record_of(CHERWELL, third))


def queue(monkeypatch: pytest.MonkeyPatch, pairs: Sequence[tuple[RecordId, RecordId]]) -> None:
    """Let the engine doubt some pairs."""
    doubts = [Weighed(ordered_pair(*two), 1.5, 0.25, {"name": "close"}, "test") for two in pairs]
    monkeypatch.setattr("bnl.register.linkage._doubtful", lambda found: doubts)


def test_a_doubtful_pair_is_queued_once_and_not_again_after_it_was_judged(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = known_twice(county, people=4, twice=0)
    records = [county.record_of(CITY, made[CITY, n]) for n in range(4)]
    queue(monkeypatch, [(records[0], records[1]), (records[2], records[3])])
    assert county.register.dedup(by=STEWARD).queued == 2
    again = county.register.dedup(by=STEWARD)
    assert (again.queued, again.waiting) == (0, 2)
    task = next(t for t in open_tasks(county.core.snapshot) if records[0] in task_pair(t))
    county.steward().judge(task.key, Verdict.NON_LINK)  # type: ignore[arg-type]
    assert county.register.dedup(by=STEWARD).waiting == 1
    county.steward().unlink(made[CITY, 2], made[CITY, 3])
    assert county.register.dedup(by=STEWARD).queued == 0


def test_the_model_is_kept_sealed_and_only_when_it_changed(
    file_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bnl.register.linkage.ENOUGH", 2)
    county = file_county
    known_twice(county)
    county.register.dedup(by=STEWARD)
    county.register.dedup(by=STEWARD)

    def versions() -> list[int]:
        with ReadUnit(county.core.store) as unit:
            return [stored.version for stored in unit.models.since(0).rows]

    assert versions() == [1]
    county.officer(CHERWELL).submit("B-77", rich(77))
    county.register.dedup(by=STEWARD)
    assert versions() == [1, 2]
    county.reopen()
    assert county.officer().search(rich(1))


OPS = st.lists(
    st.tuples(st.sampled_from([Verdict.LINK, Verdict.NON_LINK]), st.integers(0, 5), st.integers(0, 5)),
    min_size=1,
    max_size=7,
)


def contradicted(links: set[tuple[RecordId, RecordId]], apart: set[tuple[RecordId, RecordId]]) -> bool:
    """Tell, slowly and plainly, whether links join what was judged apart."""
    groups = [set(two) for two in links]
    for _ in links:
        for one, other in combinations(list(groups), 2):
            if one & other and one is not other:
                one |= other
    return any(set(two) <= group for two in apart for group in groups)


def test_links_through_one_record_hold_against_numbers_that_differ(make_county: Callable[[], County]) -> None:
    """What a person linked, one record through another, is one person, whatever the order of their ids."""
    for _ in range(4):
        county = make_county()
        known = known_twice(county, people=4, twice=2)
        steward = county.steward()
        records = {one: county.record_of(one[0], handle) for one, handle in known.items()}
        mine = {one: county.core.handles.handle(CITY, record_id) for one, record_id in records.items()}
        judged = [
            (Verdict.LINK, (CITY, 1), (CITY, 2)),
            (Verdict.NON_LINK, (CITY, 0), (CITY, 1)),
            (Verdict.LINK, (CHERWELL, 0), (CITY, 1)),
        ]
        for verdict, one, other in judged:
            judge_pair(county.core, steward.actor, mine[one], mine[other], verdict, "")
        county.register.dedup(by=STEWARD)
        assert frozenset(records[one] for one in ((CITY, 1), (CITY, 2), (CHERWELL, 0))) in partition(county)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPS, undone=st.sets(st.integers(0, 6), max_size=2))
def test_no_judgement_is_ever_violated(
    make_county: Callable[[], County], operations: list[tuple[Verdict, int, int]], undone: set[int]
) -> None:
    """After any judgements and undoings, and after each run, no pair judged apart is in one person."""
    county = make_county()
    handles = list(known_twice(county, people=4, twice=2).items())
    steward = county.steward()
    records = [county.record_of(agency, handle) for (agency, _), handle in handles]
    mine = [county.core.handles.handle(CITY, record_id) for record_id in records]
    made = []
    for verdict, one, other in operations:
        with suppress(BnlError):
            made.append(judge_pair(county.core, steward.actor, mine[one], mine[other], verdict, ""))
    for place in sorted(undone & set(range(len(made)))):
        steward.undo(made[place])
    for run in range(2):
        if run:
            county.register.dedup(by=STEWARD)
        links, apart = (set(pairs) for pairs in human_pairs(county.core.refresh()))
        groups = partition(county)
        assert sorted(r for group in groups for r in group) == sorted(records)
        together = {ordered_pair(a, b) for group in groups for a, b in combinations(sorted(group), 2)}
        assert not together & apart
        if run and not contradicted(links, apart):
            assert links <= together
        elif run:
            # What contradictory judgements keep from holding waits for people to settle.
            assert links - together <= {task_pair(task) for task in open_tasks(county.core.snapshot)}
    before, waiting = partition(county), len(open_tasks(county.core.snapshot))
    again = county.register.dedup(by=STEWARD)
    assert (partition(county), again.waiting) == (before, waiting)


def test_contradicting_judgements_keep_the_parting_and_queue_the_link(county: County) -> None:
    made = known_twice(county, people=4, twice=0)
    a, b, c = (made[CITY, number] for number in range(3))
    steward = county.steward()
    steward.link(a, b)
    steward.link(b, c)
    steward.unlink(a, c)
    county.register.dedup(by=STEWARD)
    assert county.person_of(CITY, a) != county.person_of(CITY, c)
    (task,) = steward.review_queue()
    assert "contradict" in task.reason
    assert county.register.dedup(by=STEWARD).queued == 0
    steward.judge(task.task_id, Verdict.NON_LINK)
    assert county.register.dedup(by=STEWARD).waiting == 0

"""Review: people judge, link, part and undo; what they are shown is theirs to see."""

from __future__ import annotations

import pytest

from bnl.domain.identifiers import Handle, JudgementId, RecordId, TaskId
from bnl.domain.judgement import Verdict, ordered_pair
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import BnlError, Conflict, Denied, InvalidValue, NotFound
from bnl.register.linkage import Weighed
from bnl.register.review import require_linker
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    REFUGE,
    STEWARD,
    County,
    fields,
    forbid,
    permit,
    rich,
)

NO_TASK = "There is no such task. Ask for the queue again."
NOBODY = "There are no two people under these handles. Search again."


def doubt(county: County, monkeypatch: pytest.MonkeyPatch, *pairs: tuple[RecordId, RecordId]) -> None:
    """Let the engine doubt some pairs, the first the most."""
    doubts = [
        Weighed(ordered_pair(*two), 5.0 - place, 0.75, {"name": "close"}, "the names are close")
        for place, two in enumerate(pairs)
    ]
    monkeypatch.setattr("bnl.register.linkage._doubtful", lambda found: doubts)
    county.register.dedup(by=STEWARD)


@pytest.fixture
def people(county: County) -> list[Handle]:
    """Five people whom the city and Cherwell know one by one."""
    return [county.officer(CITY).submit(f"A-{number}", rich(number)).handle for number in range(3)] + [
        county.core.handles.handle(
            CITY,
            county.record_of(CHERWELL, county.officer(CHERWELL).submit(f"B-{number}", rich(number)).handle),
        )
        for number in (3, 4)
    ]


def records(county: County, people: list[Handle]) -> list[RecordId]:
    return [county.record_of(CITY, handle) for handle in people]


def test_the_queue_shows_both_sides_heaviest_first(
    county: County, people: list[Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c, d, _ = records(county, people)
    doubt(county, monkeypatch, (a, b), (c, d))
    tasks = county.steward().review_queue()
    assert [task.weight for task in tasks] == [5.0, 4.0]
    assert [task.probability for task in tasks] == [0.75, 0.75]
    assert tasks[0].evidence == {"name": "close"}
    assert tasks[0].reason == "the names are close"
    names = {side.value("family_name") for side in (tasks[0].left, tasks[0].right)}
    assert names == {rich(0).family_name, rich(1).family_name}
    assert {tasks[0].left.handle, tasks[0].right.handle} == {people[0], people[1]}
    assert len(county.steward().review_queue(limit=1)) == 1
    with pytest.raises(InvalidValue, match="limit"):
        county.steward().review_queue(limit=0)
    assert "Abernathy" not in repr(tasks)


def test_the_queues_entry_names_those_shown_and_nobody_else(
    county: County, people: list[Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c, d, e = records(county, people)
    cherwell = county.officer(CHERWELL)
    cherwell.record_grants([])
    hidden = county.core.handles.handle(CHERWELL, d)
    cherwell.record_grant(hidden, **forbid(hard=True, purposes=frozenset(Purpose)))
    doubt(county, monkeypatch, (a, d), (d, e), (b, c))
    before = county.size()
    (task,) = county.steward().review_queue()
    assert {task.left.handle, task.right.handle} == {people[1], people[2]}
    assert set(county.subjects(before)) == {b, c}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.STEWARD, Role.SYSTEM}), ids=str)
def test_nobody_but_a_steward_sees_the_queue_or_judges(
    county: County, people: list[Handle], monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    a, b, *_ = records(county, people)
    doubt(county, monkeypatch, (a, b))
    task = county.steward().review_queue()[0]
    session = county.session(CITY, role, Purpose.LINKAGE)
    assert session.review_queue() == []
    with pytest.raises(NotFound) as caught:
        session.judge(task.task_id, Verdict.LINK)
    assert str(caught.value) == NO_TASK
    for verb in (session.link, session.unlink):
        with pytest.raises(NotFound) as caught:
            verb(people[0], people[1])
        assert str(caught.value) == NOBODY
    assert not county.core.refresh().judgements


def test_require_linker(county: County) -> None:
    require_linker(county.core, STEWARD)
    with pytest.raises(Denied) as caught:
        require_linker(county.core, county.officer().actor)
    assert caught.value.reasons == ("no_clause",)


def test_a_link_joins_at_once_and_closes_the_task(
    county: County, people: list[Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = records(county, people)
    doubt(county, monkeypatch, (a, b))
    steward = county.steward()
    (task,) = steward.review_queue()
    judged = steward.judge(task.task_id, Verdict.LINK, reason="seen the passports")
    assert county.person_of(CITY, people[0]) == county.person_of(CITY, people[1])
    assert steward.review_queue() == []
    judgement = county.core.snapshot.judgements[judged]
    assert (judgement.human, judgement.weight, judgement.actor) == (True, 5.0, STEWARD.user_id)
    assert (judgement.left, judgement.right) == ordered_pair(a, b)
    assert judgement.reason == "seen the passports"


def test_a_parting_in_the_queue_closes_the_task_and_joins_nobody(
    county: County, people: list[Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = records(county, people)
    doubt(county, monkeypatch, (a, b))
    steward = county.steward()
    steward.judge(steward.review_queue()[0].task_id, Verdict.NON_LINK)
    assert county.person_of(CITY, people[0]) != county.person_of(CITY, people[1])
    assert steward.review_queue() == []


def test_undecided_leaves_the_task_open(
    county: County, people: list[Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = records(county, people)
    doubt(county, monkeypatch, (a, b))
    steward = county.steward()
    (task,) = steward.review_queue()
    steward.judge(task.task_id, Verdict.UNDECIDED)
    assert [one.task_id for one in steward.review_queue()] == [task.task_id]


def test_a_task_is_judged_once(county: County, people: list[Handle], monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, *_ = records(county, people)
    doubt(county, monkeypatch, (a, b))
    steward = county.steward()
    (task,) = steward.review_queue()
    steward.judge(task.task_id, Verdict.LINK)
    for verdict in Verdict:
        with pytest.raises(Conflict, match="judged this pair meanwhile"):
            steward.judge(task.task_id, verdict)
    with pytest.raises(NotFound) as caught:
        steward.judge(TaskId("tsk_none"), Verdict.LINK)
    assert str(caught.value) == NO_TASK


def test_undo_opens_the_task_again(
    county: County, people: list[Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = records(county, people)
    doubt(county, monkeypatch, (a, b))
    steward = county.steward()
    (task,) = steward.review_queue()
    judged = steward.judge(task.task_id, Verdict.NON_LINK)
    undoing = steward.undo(judged)
    assert [one.task_id for one in steward.review_queue()] == [task.task_id]
    assert county.core.refresh().judgements[judged].undone_by == undoing
    with pytest.raises(Conflict, match="undone already"):
        steward.undo(judged)
    steward.judge(task.task_id, Verdict.LINK)
    assert county.person_of(CITY, people[0]) == county.person_of(CITY, people[1])


@pytest.mark.parametrize("judgement", ["", "jud_none"])
def test_only_a_persons_judgement_can_be_undone(county: County, judgement: str) -> None:
    with pytest.raises(NotFound, match="no such judgement by a person"):
        county.steward().undo(JudgementId(judgement))


def test_who_may_not_judge_may_not_undo(county: County, people: list[Handle]) -> None:
    judged = county.steward().link(people[0], people[1])
    with pytest.raises(NotFound, match="no such judgement by a person"):
        county.officer().undo(judged)
    with pytest.raises(NotFound):
        county.session(CHARITY, Role.STEWARD, Purpose.LINKAGE).undo(judged)


def test_a_refused_link_leaves_nothing_behind(file_county: County) -> None:
    county = file_county
    a, b, c = (county.officer().submit(f"A-{number}", rich(number)).handle for number in range(3))
    steward = county.steward()
    steward.unlink(a, c)
    steward.link(a, b)
    held = dict(county.core.snapshot.judgements)
    with pytest.raises(Conflict, match="judged records of these two people apart"):
        steward.link(b, c)
    assert county.core.snapshot.judgements == held
    people = dict(county.core.snapshot.person_of)
    county.reopen()
    assert county.core.snapshot.judgements == held
    assert county.core.snapshot.person_of == people
    assert county.register.verify().sound


@pytest.mark.parametrize("same", [True, False])
def test_a_link_needs_two_people_the_steward_may_see(
    county: County, people: list[Handle], same: bool
) -> None:
    steward = county.steward()
    hidden = county.worker(REFUGE).submit("R-1", rich(0)).handle
    refused = people[0] if same else county.core.handles.handle(CITY, county.record_of(REFUGE, hidden))
    for one, other in ((people[0], refused), (refused, people[0]), ("h_none", people[0])):
        with pytest.raises(NotFound) as caught:
            steward.link(one, other)
        assert str(caught.value) == NOBODY


def test_linking_what_is_linked_and_parting_what_is_apart_changes_no_link(
    county: County, people: list[Handle]
) -> None:
    steward = county.steward()
    steward.link(people[0], people[1])
    before = dict(county.core.refresh().person_of)
    steward.link(people[1], people[0])
    steward.unlink(people[0], people[2])
    assert county.core.refresh().person_of == before


def test_a_judgement_names_both_records_in_the_log(county: County, people: list[Handle]) -> None:
    before = county.size()
    judged = county.steward().link(people[0], people[3])
    county.steward().undo(judged)
    link, undo = county.entries(before)
    assert (link.action, undo.action) == ("link.judge", "link.undo")
    a, _, _, d, _ = records(county, people)
    assert set(county.subjects(before)) == set(county.subjects(before + 1)) == {a, d}


def test_unlinking_takes_away_at_once_what_the_link_showed(county: County) -> None:
    """A permit on one record never shows another's values longer than they are one person."""
    charity, steward = county.worker(CHARITY), county.steward()
    mine = charity.submit("C-1", rich(0)).handle
    theirs = county.officer(CITY).submit("A-1", fields(1)).handle
    county.officer(CITY).record_grant(theirs, **permit(CITY, CHARITY))
    for agency, handle in ((CHARITY, mine), (CITY, theirs)):
        assert county.record_of(agency, handle)
    one = county.core.handles.handle(CITY, county.record_of(CHARITY, mine))
    steward.link(one, theirs)
    seen = {value.value for value in charity.person(mine).values}
    assert fields(1).family_name in seen
    steward.unlink(one, theirs)
    assert {value.value for value in charity.person(mine).values}.isdisjoint({fields(1).family_name})


def test_the_stewards_own_errors_name_nobody(county: County, people: list[Handle]) -> None:
    steward = county.steward()
    said: list[BnlError] = []
    with pytest.raises(NotFound) as link:
        steward.link("h_x", people[0])
    with pytest.raises(NotFound) as judge:
        steward.judge(TaskId("x"), Verdict.LINK)
    with pytest.raises(NotFound) as undo:
        steward.undo(JudgementId("x"))
    said += [link.value, judge.value, undo.value]
    assert not [one for one in said if people[0] in str(one) or people[0] in repr(one)]

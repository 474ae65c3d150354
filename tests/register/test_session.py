"""Sessions: every public call leaves exactly its entry, and where nothing can be logged nothing is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bnl.domain.event import EventKind
from bnl.domain.identifiers import GrantId, Handle, JudgementId, TaskId
from bnl.domain.judgement import Verdict
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import EndingKind, LawfulBasis, Purpose, Role
from bnl.errors import BnlError, LogError, NotFound
from bnl.exchange.profile import parse_profile
from bnl.register.consents import Given
from bnl.register.emergency_reviews import Outcome
from bnl.register.events import Happening
from bnl.register.households import Joining
from bnl.register.journal import Journal
from bnl.register.masks import names_of
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    START,
    County,
    forbid,
    permit,
    rich,
)

DAY = START.date()
PROFILE = parse_profile(f'agency = "{CITY}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\n')
READS = {
    "person", "timeline", "search", "by_name_list", "lost", "review_queue", "disclosures", "quarantine",
    "break_glass", "break_glass_search", "emergency_uses",
    "disclosures_letter", "access_export", "due_reviews", "plan_erasure",
    "what_may_i_see", "who_may_see", "explain", "export", "check_export", "preview_withdrawal",
    "preview_unlink",
    "flows", "monthly_flows", "kpis", "report", "review_pack", "priority", "by_attribute",
    "agenda", "agency_queue",
    "referrals_sent", "referrals_received", "household", "own_record", "consent_tasks",
}  # fmt: skip

Calls = dict[str, tuple[Session, Callable[[Session], object], list[str]]]


class Scene:
    """A county in which every call has something to act on."""

    def __init__(self, county: County, folder: Path) -> None:
        self.county = county
        county.settle(3)
        officer = county.officer(CITY)
        self.one = officer.submit("A-1", rich(1)).handle
        self.other = officer.submit("A-2", rich(2)).handle
        self.grant = officer.record_grant(self.one, **permit(CITY, HOSTEL))
        officer.record_event(self.one, EventKind.CONTACT, DAY)
        self.judgement = county.steward().unlink(self.one, self.other)
        self.file = folder / "clients.csv"
        self.receipts = folder / "received.csv"
        self.receipts.write_text("handle,bnl_receipt,bnl_check\nh_x,rct_x,00\n", encoding="utf-8")
        self.file.write_text("Ref,Surname\nF-1,Quagmire\nF-2,Oxlade\n", encoding="utf-8")

    def calls(self) -> Calls:
        """For each public call: who makes it, the call, and the entries it must leave."""
        officer, steward = self.county.officer(CITY), self.county.steward()
        access = self.county.access(CITY)
        return (
            {
                "submit": (officer, lambda s: s.submit("A-9", rich(9)), ["collect", "quarantine.clear"]),
                "ingest": (
                    self.county.data_officer(CITY),
                    lambda s: s.ingest(self.file, PROFILE),
                    ["collect", "quarantine.clear"],
                ),
                "quarantine": (officer, lambda s: s.quarantine(), ["quarantine.view"]),
                "search": (officer, lambda s: s.search(rich(1)), ["search"]),
                "person": (officer, lambda s: s.person(self.one), ["view"]),
                "timeline": (officer, lambda s: s.timeline(self.one), ["timeline"]),
                "record_event": (
                    officer,
                    lambda s: s.record_event(self.one, EventKind.CONTACT, DAY),
                    ["event.record"],
                ),
                "record_events": (
                    officer,
                    lambda s: s.record_events([Happening(self.one, EventKind.TRIAGE, DAY)]),
                    ["event.record"],
                ),
                "record_grant": (
                    officer,
                    lambda s: s.record_grant(self.other, **forbid()),
                    ["consent.record"],
                ),
                "record_grants": (
                    officer,
                    lambda s: s.record_grants([Given(forbid(), self.other)]),
                    ["consent.record"],
                ),
                "record_memberships": (
                    officer,
                    lambda s: s.record_memberships([Joining("7", "main", DAY, handle=self.one)]),
                    ["household.record"],
                ),
                "withdraw_grant": (officer, lambda s: s.withdraw_grant(self.grant), ["consent.withdraw"]),
                "by_name_list": (officer, lambda s: s.by_name_list(), ["list"]),
                "lost": (officer, lambda s: s.lost(), ["lost"]),
                "review_queue": (steward, lambda s: s.review_queue(), ["review.queue"]),
                "judge": (steward, lambda s: s.judge(TaskId("tsk_none"), Verdict.LINK), []),
                "link": (steward, lambda s: s.link(self.other, self.third()), ["link.judge"]),
                "unlink": (steward, lambda s: s.unlink(self.other, self.third()), ["link.judge"]),
                "undo": (steward, lambda s: s.undo(self.judgement), ["link.undo"]),
                "disclosures": (access, lambda s: s.disclosures(self.one), ["disclosures"]),
            }
            | self.stewardship_calls()
            | self.emergency_calls()
            | self.sharing_calls()
            | self.rights_calls()
            | self.figures_calls()
        )

    def figures_calls(self) -> Calls:
        """Calls that answer in figures, and those for meetings."""
        officer = self.county.officer(CITY)
        counter = self.county.session(CITY, Role.MANAGER, Purpose.STATISTICS)
        keeper = self.county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)
        day = DAY - timedelta(days=40)
        return {
            "flows": (officer, lambda s: s.flows(day, DAY), ["flows"]),
            "monthly_flows": (officer, lambda s: s.monthly_flows(), ["flows.monthly"]),
            "kpis": (officer, lambda s: s.kpis(day, DAY), ["kpi.contract"]),
            "report": (officer, lambda s: s.report("nobodys-cases"), ["report.nobodys-cases"]),
            "review_pack": (officer, lambda s: s.review_pack(self.one), ["report.review-pack"]),
            "priority": (officer, lambda s: s.priority(), ["priority"]),
            "by_attribute": (officer, lambda s: s.by_attribute("sex"), ["equality"]),
            "agenda": (officer, lambda s: s.agenda([]), ["agenda"]),
            "agency_queue": (officer, lambda s: s.agency_queue(), ["agency.queue"]),
            "resolve_agency": (officer, lambda s: s.resolve_agency("MASH"), ["agency.resolve"]),
            "publish_return": (counter, lambda s: s.publish_return(day, DAY), ["return.publish"]),
            "published_returns": (counter, lambda s: s.published_returns(), ["return.list"]),
            "remake_return": (counter, lambda s: s.remake_return("none"), []),
            "compare_returns": (keeper, lambda s: s.compare_returns("none", "none"), []),
        }

    def sharing_calls(self) -> Calls:
        """The calls of the sharing desk."""
        officer = self.county.officer(CITY)
        return {
            "what_may_i_see": (officer, lambda s: s.what_may_i_see(), ["explain.reach"]),
            "who_may_see": (officer, lambda s: s.who_may_see(self.one), ["explain.sights"]),
            "explain": (officer, lambda s: s.explain(self.one), ["explain.view"]),
            "export": (officer, lambda s: s.export(HOSTEL, handles=[self.one]), ["export"]),
            "refer": (officer, lambda s: s.refer("h_none", HOSTEL), []),
            "referrals_sent": (officer, lambda s: s.referrals_sent(), ["referral.sent"]),
            "referrals_received": (officer, lambda s: s.referrals_received(), ["referral.received"]),
            "acknowledge": (officer, lambda s: s.acknowledge(TaskId("tsk_none")), []),
            "preview_withdrawal": (
                officer,
                lambda s: s.preview_withdrawal(self.grant),
                ["consent.preview"],
            ),
            "check_export": (officer, lambda s: s.check_export(self.receipts), ["export.check"]),
        }

    def emergency_calls(self) -> Calls:
        """The calls of the emergency desk."""
        lead = self.county.session(CHERWELL, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING)
        manager = self.county.session(CHERWELL, Role.MANAGER, Purpose.SAFEGUARDING, "manager-1")
        why: dict[str, Any] = {"reason": "She rang.", "basis": LawfulBasis.VITAL_INTERESTS}
        theirs = self.county.core.handles.handle(CHERWELL, self.county.record_of(CITY, self.one))
        none = TaskId("tsk_none")
        return {
            "break_glass": (lead, lambda s: s.break_glass(theirs, **why), ["break_glass.view"]),
            "break_glass_search": (
                lead,
                lambda s: s.break_glass_search(rich(1), **why),
                ["break_glass.search"],
            ),
            "look_again": (lead, lambda s: s.look_again(none), []),
            "emergency_uses": (manager, lambda s: s.emergency_uses(), ["break_glass.reviews"]),
            "close_emergency": (
                manager,
                lambda s: s.close_emergency(none, Outcome.JUSTIFIED, note="x"),
                [],
            ),
        }

    def stewardship_calls(self) -> Calls:
        """The calls of the stewardship desk."""
        officer = self.county.officer(CITY)
        lead = self.county.session(CITY, Role.MANAGER, Purpose.HOUSING_SUPPORT)
        keeper = self.county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)
        none = TaskId("tsk_none")
        return {
            "household": (officer, lambda s: s.household(self.one), ["household"]),
            "own_record": (officer, lambda s: s.own_record("A-1"), ["own.record"]),
            "consent_tasks": (officer, lambda s: s.consent_tasks(), ["tasks"]),
            "close_notice": (officer, lambda s: s.close_notice(none), []),
            "preview_unlink": (
                keeper,
                lambda s: s.preview_unlink(self.other, self.third()),
                ["link.preview"],
            ),
            "restrict": (officer, lambda s: s.restrict(self.other), ["restrict"]),
            "ask_to_lift_restriction": (
                lead,
                lambda s: s.ask_to_lift_restriction("h_none", evidence="x"),
                [],
            ),
            "agree_to_lift_restriction": (lead, lambda s: s.agree_to_lift_restriction(none), []),
            "report_duplicate": (
                officer,
                lambda s: s.report_duplicate(self.one, self.third()),
                ["duplicate.report"],
            ),
            "end_refusal": (
                keeper,
                lambda s: s.end_refusal(GrantId("gra_x"), EndingKind.ANSWERED, evidence="x"),
                [],
            ),
            "agree_to_end": (keeper, lambda s: s.agree_to_end(none), []),
            "withdraw_for_agency": (
                keeper,
                lambda s: s.withdraw_for_agency(GrantId("gra_x"), reason="x"),
                [],
            ),
            "restore_permit": (officer, lambda s: s.restore_permit(none), []),
            "repair_grant": (keeper, lambda s: s.repair_grant(GrantId("gra_x"), evidence="x"), []),
            "record_incapacity": (
                officer,
                lambda s: s.record_incapacity(self.one, START, evidence="mca-1"),
                ["capacity.record"],
            ),
        }

    def rights_calls(self) -> Calls:
        """The calls of the desk for the person's rights."""
        access = self.county.access(CITY)
        return {
            "disclosures_letter": (
                access,
                lambda s: s.disclosures_letter(self.one),
                ["disclosures.letter"],
            ),
            "access_export": (access, lambda s: s.access_export(self.one), ["access.export"]),
            "due_reviews": (access, lambda s: s.due_reviews(), ["retention.review"]),
            "plan_erasure": (access, lambda s: s.plan_erasure(self.other), ["erase.plan"]),
            "erase": (
                access,
                lambda s: s.erase(self.other, confirm=[self.other], reason="objection"),
                ["erase", "erase.finish"],
            ),
        }

    def third(self) -> Handle:
        """Somebody else."""
        record_id = self.county.core.snapshot.by_reference[CITY, "other-0"]
        return self.county.core.handles.handle(CITY, record_id)


def public_calls() -> list[str]:
    """Every public call of a session, found by looking."""
    members = inspect.getmembers(Session, inspect.isfunction)
    return sorted(name for name, _ in members if not name.startswith("_"))


@pytest.fixture
def scene(county: County, tmp_path: Path) -> Scene:
    return Scene(county, tmp_path)


def test_every_public_call_is_tried_below(scene: Scene) -> None:
    assert sorted(scene.calls()) == public_calls()


@pytest.mark.parametrize("name", public_calls())
def test_a_call_leaves_exactly_its_entries_in_its_users_name(scene: Scene, name: str) -> None:
    session, call, entries = scene.calls()[name]
    before = scene.county.size()
    if entries:
        call(session)
    else:
        with pytest.raises(NotFound):
            call(session)
    left = scene.county.entries(before)
    assert [entry.action for entry in left] == (entries or [f"attempt.{name}"])
    for entry in left:
        assert (entry.agency, entry.actor) == (session.actor.agency_id, session.actor.user_id)
        assert entry.purpose == session.purpose.value or entry.action == "quarantine.clear"
    assert scene.county.register.verify().sound


@pytest.mark.parametrize("name", public_calls())
def test_a_call_that_cannot_be_logged_tells_and_changes_nothing(
    scene: Scene, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, call, _ = scene.calls()[name]
    county = scene.county
    size, people = county.size(), dict(county.core.snapshot.person_of)
    records, judged = dict(county.core.snapshot.records), dict(county.core.snapshot.judgements)

    def refuse(*args: object, **kwargs: object) -> int:
        raise LogError("The log cannot be written.", "Free some room.")

    with monkeypatch.context() as broken:
        broken.setattr(Journal, "write", refuse)
        with pytest.raises(LogError):
            call(session)
    snapshot = county.core.refresh(events=True)
    assert county.size() == size
    assert (dict(snapshot.records), snapshot.judgements, snapshot.person_of) == (records, judged, people)
    assert county.register.verify().sound
    assert county.officer().person(scene.one).handle == scene.one


@pytest.mark.parametrize("name", sorted(READS))
def test_what_is_read_was_committed_before_it_is_told(
    scene: Scene, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the commit itself fails, a read tells nothing."""
    session, call, _ = scene.calls()[name]
    size = scene.county.size()

    def fail(self: object) -> None:
        raise OSError("no room on the disk")

    with monkeypatch.context() as broken:
        broken.setattr("bnl.storage.unit_of_work.UnitOfWork.commit", fail)
        with pytest.raises(OSError, match="no room"):
            call(session)
    assert scene.county.size() == size


FAILING: dict[str, Callable[[Session], object]] = {
    "person": lambda s: s.person("h_x"),
    "timeline": lambda s: s.timeline("h_x"),
    "disclosures": lambda s: s.disclosures("h_x"),
    "search": lambda s: s.search(PersonFields()),
    "record_event": lambda s: s.record_event("h_x", EventKind.CONTACT, DAY),
    "record_grant": lambda s: s.record_grant("h_x", **forbid()),
    "withdraw_grant": lambda s: s.withdraw_grant(GrantId("gra_x")),
    "link": lambda s: s.link("h_x", "h_y"),
    "unlink": lambda s: s.unlink("h_x", "h_y"),
    "preview_unlink": lambda s: s.preview_unlink("h_x", "h_y"),
    "undo": lambda s: s.undo(JudgementId("jud_x")),
    "ingest": lambda s: s.ingest("/nowhere/clients.csv", PROFILE),
}


@pytest.mark.parametrize("name", sorted(FAILING))
def test_an_attempt_that_fails_is_logged_once_and_names_nobody(scene: Scene, name: str) -> None:
    session = scene.county.officer(CITY)
    before = scene.county.size()
    with pytest.raises(BnlError) as caught:
        FAILING[name](session)
    (entry,) = scene.county.entries(before)
    assert (entry.actor, entry.agency) == (session.actor.user_id, CITY)
    assert scene.county.subjects(before) == {}
    if entry.action.startswith("attempt."):
        assert entry.action == f"attempt.{name}"
        assert (entry.decision, entry.details) == ("deny", {"error": type(caught.value).__name__})
    else:
        assert not entry.rows


def test_a_denied_read_is_logged_as_denied(scene: Scene) -> None:
    record_id = scene.county.record_of(CITY, scene.one)
    theirs = scene.county.core.handles.handle(CHARITY, record_id)
    before = scene.county.size()
    with pytest.raises(NotFound):
        scene.county.worker(CHARITY).person(theirs)
    (entry,) = scene.county.entries(before)
    assert (entry.action, entry.decision, entry.subject_count) == ("view", "deny", 0)


def test_what_a_search_is_for_never_stands_in_the_log(scene: Scene) -> None:
    before = scene.county.size()
    scene.county.officer().search(rich(1, family_name="Zephyrine"))
    (entry,) = scene.county.entries(before)
    assert "Zephyrine" not in entry.model_dump_json()


def test_the_subjects_of_a_list_are_those_shown_and_no_others(scene: Scene) -> None:
    county = scene.county
    cherwell = county.officer(CHERWELL)
    hidden = cherwell.submit("B-1", rich(21)).handle
    for handle in (hidden, cherwell.submit("B-2", rich(22)).handle):
        cherwell.record_event(handle, EventKind.CONTACT, DAY, situation="rough_sleeping")
    cherwell.record_grant(hidden, **forbid(hard=True))
    before = county.size()
    names = county.officer(CITY).by_name_list()
    shown = {county.record_of(CITY, row.person.handle) for row in names.rows}
    assert set(county.subjects(before)) == shown
    assert county.record_of(CHERWELL, hidden) not in shown
    assert county.core.snapshot.by_reference[CHERWELL, "B-2"] in shown


def test_the_mask_of_a_view_names_what_was_shown(scene: Scene) -> None:
    before = scene.county.size()
    view = scene.county.officer(CITY).person(scene.one)
    (mask,) = scene.county.subjects(before).values()
    assert {name for name in names_of(mask) if not name.startswith("events:")} == {
        value.field for value in view.values
    }


def test_a_session_believes_its_actor_and_purpose_only_if_they_exist(county: County) -> None:
    officer = county.officer().actor
    with pytest.raises(ValueError):
        county.register.session(officer, "curiosity")  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="not enrolled"):
        county.register.session(officer.model_copy(update={"agency_id": "nowhere"}), Purpose.OUTREACH)


def test_ingest_reports_and_tells_its_progress(scene: Scene) -> None:
    progress: list[int] = []
    session = scene.county.session(CITY, Role.DATA_OFFICER, Purpose.HOUSING_SUPPORT)
    profile = scene.file.with_suffix(".toml")
    profile.write_text(f'agency = "{CITY}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\n')
    report = session.ingest(str(scene.file), str(profile), progress=progress.append)
    assert (report.rows, report.accepted, progress) == (2, 2, [2])
    assert report.notes
    assert [receipt.row for receipt in report.receipts] == [2, 3]


def test_many_events_are_recorded_and_the_bad_ones_come_back(scene: Scene) -> None:
    happenings: list[Any] = [
        Happening(scene.one, EventKind.CONTACT, DAY),
        Happening("h_x", EventKind.CONTACT, DAY),
        Happening(scene.other, EventKind.CONTACT, DAY, {"planned": True}),
        Happening("", EventKind.CONTACT, DAY, reference="A-2"),
    ]
    made, failed = scene.county.officer().record_events(happenings)
    assert len(made) == 2
    assert [one.place for one in failed] == [1, 2]

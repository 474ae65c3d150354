"""A session: what one signed-in user can do with a register, for one purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bnl.domain.event import EventKind
from bnl.domain.identifiers import EventId, GrantId, HouseholdId, JudgementId, TaskId
from bnl.domain.judgement import Verdict
from bnl.domain.person import PersonFields
from bnl.domain.record import Submission
from bnl.exchange.outcomes import Accepted
from bnl.exchange.profile import Profile, load_profile
from bnl.exchange.reading import read_submissions
from bnl.exchange.statements import GrantStatement
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.register import (
    consents,
    disclosures,
    events,
    households,
    intake,
    listing,
    quarantine,
    release,
    review,
    search,
)
from bnl.register.clock import civil_day
from bnl.register.conference_desk import ConferenceDesk
from bnl.register.desk import audited
from bnl.register.emergency_desk import EmergencyDesk
from bnl.register.figures_desk import FiguresDesk
from bnl.register.intake_report import IntakeReport, Receipt, require_all
from bnl.register.receipt_checks import require_no_receipts
from bnl.register.recording import NotRecorded
from bnl.register.rights import Rights
from bnl.register.sharing_desk import SharingDesk
from bnl.register.stewardship_desk import StewardshipDesk


class Session(FiguresDesk, ConferenceDesk, SharingDesk, EmergencyDesk, StewardshipDesk, Rights):
    """One user of one agency at work, for one purpose; make it with `Register.session`.

    Every call is one transaction and one entry in the audit log, written before anything is handed over.
    People are named by handles: opaque, stable, and different for each agency.
    """

    @audited
    def submit(
        self,
        reference: str,
        fields: PersonFields,
        *,
        grants: Sequence[GrantStatement] = (),
        local: bool = False,
        restricted: bool = False,
    ) -> Receipt:
        """Submit what the agency says about one person, or a correction of it.

        It is answered before anything is matched: whether others know the person is not told.

        Args:
            reference: The agency's own reference; the same one again is a correction.
            fields: What is said.
            grants: What the person permitted or forbade, given with it.
            local: The record exists for this agency only.
            restricted: No machine ever links it.

        Returns:
            A receipt with the handle.

        Raises:
            Denied: Nothing lets the agency collect some of the fields.
        """
        row = Submission(reference=reference, fields=fields, local=local, restricted=restricted)
        outcome = Accepted(file="", row=0, submission=row, grants=tuple(grants))
        report = intake.take_in(self._core, self.actor, self.purpose, [outcome])
        require_all(report)
        return report.receipts[0]

    @audited
    def ingest(
        self,
        path: str | Path,
        profile: Profile | str | Path,
        *,
        progress: Callable[[int], None] | None = None,
    ) -> IntakeReport:
        """Take in a file of the agency, row by row; what cannot be taken is quarantined with its reason.

        Args:
            path: The file: CSV, Excel, JSON lines, Parquet or HMIS CSV.
            profile: The mapping profile, or the TOML file it stands in.
            progress: Called with the number of rows done.

        Returns:
            What became of each row; ``accepted + quarantined == rows``.

        Raises:
            InputError: The file as a whole cannot be read.
            ProfileError: The profile does not describe it, or is another agency's.
        """
        chosen = profile if isinstance(profile, Profile) else load_profile(profile)
        intake.require_own_profile(self.actor, chosen)
        require_no_receipts(Path(path))
        today = civil_day(self._core.clock())
        reading = read_submissions(path, chosen, today)
        require_no_receipts(Path(path), reading.header)
        report = intake.take_in(
            self._core, self.actor, self.purpose, reading, name=Path(path).name, progress=progress
        )
        report.notes = reading.tally.notes
        return report

    @audited
    def quarantine(self) -> list[quarantine.Kept]:
        """Show the agency's own rows that wait to be mended."""
        return quarantine.kept_rows(self._core, self.actor, self.purpose)

    @audited
    def search(self, wanted: PersonFields, *, limit: int = search.DEFAULT_LIMIT) -> list[search.Candidate]:
        """Search before creating a record.

        Args:
            wanted: What is known of the person.
            limit: How many candidates at most, from 1 to 100.

        Returns:
            People the actor may know of, the likeliest first, each with the evidence.

        Raises:
            InvalidValue: Nothing to search by was given.
        """
        return search.search(self._core, self.actor, self.purpose, wanted, limit)

    @audited
    def person(self, handle: str) -> release.PersonView:
        """Show one person.

        Args:
            handle: What the agency knows the person by.

        Raises:
            NotFound: There is no such person, or not for this actor and purpose.
        """
        return release.show_person(self._core, self.actor, self.purpose, handle)

    @audited
    def timeline(self, handle: str) -> release.PersonView:
        """Show one person with the events the actor may see, oldest first; see `person`."""
        return release.show_person(self._core, self.actor, self.purpose, handle, code="timeline", events=True)

    @audited
    def record_event(
        self,
        handle: str,
        kind: EventKind,
        occurred_on: date,
        *,
        corrects: EventId | None = None,
        withdrawn: bool = False,
        **data: str | int | bool,
    ) -> EventId:
        """Record what has happened to somebody the agency has a record of.

        Args:
            handle: Whom it happened to.
            kind: What happened.
            occurred_on: Civil date (Europe/London) on which it was true.
            corrects: The event this one replaces, if it is a correction.
            withdrawn: The event it corrects is withdrawn.
            data: Facts of this kind of event; see `bnl.domain.event`.

        Returns:
            Its id.

        Raises:
            NotFound: There is no such person, or the agency has no record of them.
            Denied: Nothing lets the agency collect this.
            InvalidValue: A fact does not belong to this kind of event, or is of the wrong type.
        """
        happening = events.Happening(handle, kind, occurred_on, data, corrects, withdrawn)
        made, failed = events.record_events(self._core, self.actor, self.purpose, [happening])
        if failed:
            raise failed[0].error
        return made[0]

    @audited
    def record_events(
        self,
        happenings: Iterable[events.Happening],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[list[EventId], list[NotRecorded]]:
        """Record many events; those that cannot be recorded come back with their reasons."""
        return events.record_events(self._core, self.actor, self.purpose, happenings, progress)

    @audited
    def record_grant(self, handle: str, **terms: Any) -> GrantId:
        """Record what a person permitted or forbade, on the agency's own record.

        Args:
            handle: The person.
            terms: Fields of `bnl.domain.consent.Grant`; at least ``effect``.

        Raises:
            NotFound: There is no such person, or the agency has no record of them.
            InvalidValue: The grant would be without force from its first instant.
        """
        made, failed = self.record_grants([consents.Given(terms, handle)])
        if failed:
            raise failed[0].error
        return made[0]

    @audited
    def record_grants(
        self,
        given: Iterable[consents.Given],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[list[GrantId], list[NotRecorded]]:
        """Record many grants; those that cannot stand come back with their reasons."""
        return consents.record_grants(self._core, self.actor, self.purpose, given, progress)

    @audited
    def record_memberships(
        self,
        joinings: Iterable[households.Joining],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[list[HouseholdId], list[NotRecorded]]:
        """Record who lives, or lived, in which household; those that cannot be recorded come back."""
        return households.record_memberships(self._core, self.actor, self.purpose, joinings, progress)

    @audited
    def by_name_list(
        self,
        as_of: date | None = None,
        *,
        known_as_of: listing.Known = None,
        rules: StatusRules = COUNTY,
    ) -> listing.NameList:
        """Show the by-name list as far as the actor may see it.

        Args:
            as_of: The day; today if not given.
            known_as_of: Only what was known then: an instant (UTC) or a log position.
            rules: Which states count as what.
        """
        return listing.list_people(
            self._core, self.actor, self.purpose, as_of=as_of, known_as_of=known_as_of, rules=rules
        )

    @audited
    def lost(self, as_of: date | None = None, *, rules: StatusRules = COUNTY) -> listing.NameList:
        """Show who is being lost, and why: open, and nobody has something to do next for them."""
        return listing.list_lost(self._core, self.actor, self.purpose, as_of=as_of, rules=rules)

    @audited
    def review_queue(self, *, limit: int = 20) -> list[review.ReviewTask]:
        """Show the doubtful pairs that wait for a person's judgement, heaviest first."""
        return review.review_queue(self._core, self.actor, limit)

    @audited
    def judge(self, task_id: TaskId, verdict: Verdict, *, reason: str = "") -> JudgementId:
        """Judge a waiting pair; no machine and no later import undoes it."""
        return review.judge_task(self._core, self.actor, task_id, verdict, reason)

    @audited
    def link(self, one: str, other: str, *, reason: str = "") -> JudgementId:
        """Say that two handles are one person."""
        return review.judge_pair(self._core, self.actor, one, other, Verdict.LINK, reason)

    @audited
    def unlink(self, one: str, other: str, *, reason: str = "") -> JudgementId:
        """Say that the records behind two handles are two people."""
        return review.judge_pair(self._core, self.actor, one, other, Verdict.NON_LINK, reason)

    @audited
    def undo(self, judgement_id: JudgementId) -> JudgementId:
        """Undo a judgement made by a person."""
        return review.undo(self._core, self.actor, judgement_id)

    @audited
    def disclosures(self, handle: str) -> disclosures.Disclosures:
        """Answer who saw what about a person, when, why and on what basis."""
        return disclosures.disclosures_of(self._core, self.actor, self.purpose, handle)

"""The demo's county at work: files taken in, lives recorded, records linked and measured, figures drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any

from bnl.cli.console import counting, heading, phases, say, table
from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, EventId, UserId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Effect, LawfulBasis, Purpose, Role
from bnl.register.consents import Given
from bnl.register.events import Happening
from bnl.register.households import Joining
from bnl.register.linkage import Outcome
from bnl.register.quality import LinkQuality
from bnl.register.register import Register
from bnl.register.report_page import draw_pictures, report_page
from bnl.register.session import Session
from bnl.simulation.answers import Answer
from bnl.simulation.county import County
from bnl.simulation.happenings import Happening as Told

COUNCIL = AgencyId("oxford-city-council")
OPERATOR = Actor(agency_id=AgencyId("register"), user_id=UserId("operator"), role=Role.OPERATOR)
STEWARD = Actor(agency_id=COUNCIL, user_id=UserId("steward"), role=Role.STEWARD)
COUNTING = Actor(agency_id=COUNCIL, user_id=UserId("analyst"), role=Role.DATA_OFFICER)
WORST = 5
MONTHS = 24


def data_officer(register: Register, agency_id: AgencyId) -> Session:
    """Sign in an agency's data officer."""
    actor = Actor(agency_id=agency_id, user_id=UserId("data-officer"), role=Role.DATA_OFFICER)
    return register.session(actor, Purpose.HOUSING_SUPPORT)


def take_in(register: Register, county: County, files: Mapping[AgencyId, Path], folder: Path) -> None:
    """Take in every export, and show what became of its rows."""
    heading("Taking in the files")
    rows = []
    with counting("Rows taken in", len(county.statements)) as step:
        done = 0
        for agency_id, path in files.items():
            before = done
            report = data_officer(register, agency_id).ingest(
                path,
                folder / "profiles" / f"{agency_id}.toml",
                progress=lambda rows, before=before: step(before + rows),  # type: ignore[misc]
            )
            done += report.rows
            reasons = ", ".join(f"{count} {reason}" for reason, count in report.reasons.most_common(3))
            rows.append((agency_id, path.name, report.rows, report.accepted, report.quarantined, reasons))
    table("", ("agency", "file", "rows", "accepted", "quarantined", "why"), rows)
    say(f"{sum(row[2] for row in rows):,} rows; accepted + quarantined = rows, for every file.")


def record_lives(register: Register, county: County) -> None:
    """Record what people answered about sharing, who lives with whom, and what happened."""
    heading("Recording consents, households and events")
    made = missed = 0
    with counting("Recorded", len(county.answers) + len(county.members) + len(county.events)) as step:
        for agency_id, answers in _by_agency(county.answers):
            done, failed = data_officer(register, agency_id).record_grants(map(_given, answers))
            made, missed = made + len(done), missed + len(failed)
            step(made + missed)
        for agency_id, members in _by_agency(county.members):
            joinings = [
                Joining(
                    m.household, m.relation, m.starts_on, beneficiary=m.beneficiary, reference=m.reference
                )
                for m in members
            ]
            joined, failed = data_officer(register, agency_id).record_memberships(joinings)
            made, missed = made + len(joined), missed + len(failed)
            step(made + missed)
        before = made + missed
        for agency_id, told in _by_agency(county.events):
            recorded, unrecorded = _record_events(data_officer(register, agency_id), list(told))
            made, missed = made + recorded, missed + unrecorded
            step(max(before, made + missed))
    say(f"{made:,} recorded; {missed:,} not, because their record waits in quarantine or they had no force.")


def _record_events(session: Session, told: list[Told]) -> tuple[int, int]:
    """Record one agency's events; corrections go after what they correct."""
    firsts = [one for one in told if one.corrects is None]
    made, failed = session.record_events(_happening(one, None) for one in firsts)
    lost = {failure.place for failure in failed}
    recorded = [one.key for place, one in enumerate(firsts) if place not in lost]
    ids = dict(zip(recorded, made, strict=True))
    later = [one for one in told if one.corrects in ids]
    again, refused = session.record_events(_happening(one, ids[str(one.corrects)]) for one in later)
    missed = len(told) - len(firsts) - len(later)
    return len(made) + len(again), len(failed) + len(refused) + missed


def _happening(one: Told, corrects: EventId | None) -> Happening:
    return Happening("", one.kind, one.occurred_on, one.data, corrects, one.withdrawn, one.reference)


def _by_agency(rows: Iterable[Any]) -> Iterable[tuple[AgencyId, Iterable[Any]]]:
    return groupby(sorted(rows, key=lambda row: row.agency_id), key=lambda row: row.agency_id)


def _given(answer: Answer) -> Given:
    permit = answer.effect is Effect.PERMIT
    start = datetime.combine(answer.given_on, time(12), UTC)
    anyone = ANY if permit else None
    terms: dict[str, Any] = {
        "effect": answer.effect,
        "hard": answer.hard,
        "objection": answer.objection,
        "basis": LawfulBasis.CONSENT if permit else None,
        "relying_party": answer.agency_id if permit else None,
        "agencies": answer.agencies or anyone,
        "users": anyone,
        "roles": anyone,
        "areas": anyone,
        "actions": answer.actions,
        "purposes": answer.purposes,
        "categories": answer.categories,
        "valid_from": start,
        "valid_until": start.replace(year=start.year + answer.years, day=1)
        if permit and answer.years
        else None,
        "open_ended": permit and not answer.years,
        "given_by": answer.giver,
    }
    return Given(terms, reference=answer.reference)


def find_who_is_who(register: Register, county: County) -> tuple[Outcome, LinkQuality]:
    """Run the dedup job, and measure it against the truth the simulation kept apart."""
    heading("Finding who is who")
    with phases("Matching") as step:
        outcome = register.dedup_outcome(by=STEWARD, progress=step)
    report = outcome.report
    say(f"{report.records:,} records are {report.people:,} people; {report.pairs_scored:,} pairs weighed, "
        f"{report.waiting:,} wait for a person to look.")  # fmt: skip
    quality = register.link_quality(county.truth)
    rows = [("all pairs", *_rates(quality.overall))]
    rows += [(tag, *_rates(scores)) for tag, scores in quality.by_tag[:WORST]]
    table("Against the truth; the five worst pitfalls", ("pairs", "true", "precision", "recall", "F1"), rows)
    return outcome, quality


def _rates(scores: Any) -> tuple[int, float, float, float]:
    return scores.true_pairs, scores.precision, scores.recall, scores.f1


def draw_report(
    register: Register, county: County, folder: Path, outcome: Outcome, quality: LinkQuality
) -> Path:
    """Write the HTML report."""
    figures = register.county_figures(by=COUNTING, as_of=county.last_day, months=MONTHS)
    pairs = [("all", quality.overall), *quality.by_tag]
    rows = [
        (name, f"{s.true_pairs:,}", f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}")
        for name, s in pairs
    ]
    found = outcome.found
    weights = None if found is None else found.pairs.get_column("weight")
    thresholds = () if found is None else (found.review_threshold, found.link_threshold)
    pictures = draw_pictures(figures, weights, thresholds)
    title = "The by-name list of a made-up county"
    columns = ("pairs", "true", "precision", "recall", "F1")
    page = report_page(title, figures, pictures, [("How right the links are", columns, rows)])
    (folder / "pictures").mkdir()
    for picture in pictures:
        (folder / "pictures" / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8")
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path

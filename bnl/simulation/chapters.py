"""Chapters of a life with services: what one agency does for somebody after opening a record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Final

from bnl.domain.event import EventKind as K
from bnl.domain.event import Situation
from bnl.domain.identifiers import AgencyId
from bnl.simulation.happenings import Teller
from bnl.simulation.statements import Statement
from bnl.simulation.streams import Choice

SITUATION: Final = {
    "prevention": Situation.SETTLED,
    "rough_sleeping": Situation.ROUGH_SLEEPING,
    "hostel": Situation.SUPPORTED,
    "sofa_surfing": Situation.HIDDEN,
    "hospital": Situation.HIDDEN,
    "prison": Situation.ROUGH_SLEEPING,
    "family": Situation.TEMPORARY,
    "domestic_abuse": Situation.EMERGENCY,
    "drop_in": Situation.UNKNOWN,
}
_COUNCILS = ("oxford-city-council", "cherwell-district-council")
_REFERRERS = Choice(
    ("self", "friends-and-family", "landlord", "citizens-advice-bureau", "banbury-job-centre",
     "the-gatehouse", "john-radcliffe", "national-probation-service", "the-porch",
     "oxfordshire-county-council", "st-mungos"),
    (18, 5, 5, 8, 7, 3, 6, 6, 4, 9, 5),
)  # fmt: skip
_REJECTED = Choice(
    ("no_housing_need", "out_of_area", "declined_by_person", "referred_elsewhere", "no_contact"),
    (4, 1, 2, 3, 2),
)
_SIGNPOSTS = ("citizens-advice-bureau", "crisis-skylight", "oxfordshire-mind", "restore")
_ACTIONS = (
    "viewing",
    "benefit claim",
    "GP registration",
    "meet at the day centre",
    "ID documents",
    "call landlord",
)
_AREAS = ("Oxford", "Oxford", "Banbury", "Abingdon", "Bicester")
_WEEKEND = 5

Chapter = Callable[[Teller, Statement, str, list[Statement]], None]


def days(count: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)


def worker(at: Statement, rng: Random) -> str:
    """Name one of an agency's workers by an opaque user id."""
    return f"{at.agency_id}.w{rng.randrange(1, 13):02d}"


def set_action(teller: Teller, at: Statement, on: date, due: date) -> None:
    """Set a next action with its date."""
    rng = teller.rng
    teller.tell(
        at,
        K.NEXT_ACTION,
        on,
        ref=f"{at.reference}-{on:%y%m%d}",
        action=rng.choice(_ACTIONS),
        due_on=due.isoformat(),
    )


def casework(teller: Teller, at: Statement, path: str, records: list[Statement]) -> None:
    """Refer, decide, meet, assess, plan, keep contact and close."""
    rng, on = teller.rng, at.on
    _referral(teller, at, path)
    decided = on + days(rng.randrange(3))
    draw = rng.random()
    if draw < 0.30:
        teller.tell(
            at, K.REFERRAL_DECIDED, decided, case=at.reference, outcome="rejected",
            reason=_REJECTED.draw(rng), signposted_to=rng.choice(_SIGNPOSTS),
        )  # fmt: skip
        return
    if draw < 0.36:
        teller.tell(at, K.REFERRAL_DECIDED, decided, case=at.reference, outcome="withdrawn")
        return
    level = "full" if rng.random() < 0.72 else "advice"
    teller.tell(at, K.REFERRAL_DECIDED, decided, case=at.reference, outcome="accepted", service_level=level)
    met = _working_day(on + days(rng.choice((0, 1, 1, 2, 2, 3, 3, 3, 5, 9))))
    teller.tell(at, K.TRIAGE, max(met, decided), case=at.reference)
    assessed = max(met, decided) + days(rng.choice((1, 3, 5, 7, 9, 10, 11, 18)))
    teller.tell(at, K.ASSESSMENT, assessed, case=at.reference, stage="full")
    if level == "full":
        _full_service(teller, at, path, assessed)
    else:
        teller.tell(at, K.CLOSURE, assessed + days(rng.randrange(1, 15)), case=at.reference, planned=True)


def _referral(teller: Teller, at: Statement, path: str) -> None:
    rng, on = teller.rng, at.on
    at_risk = path == "prevention"
    told: dict[str, str | bool] = {"case": at.reference, "from_agency": _REFERRERS.draw(rng)}
    if at_risk and rng.random() < 0.93:
        ahead = rng.choices((rng.randrange(57, 150), rng.randrange(57), -rng.randrange(1, 10)), (60, 37, 3))[
            0
        ]
        told["homeless_on"] = (on + days(ahead)).isoformat()
    elif not at_risk and SITUATION[path] is not Situation.UNKNOWN:
        told |= {"homeless": True, "situation": SITUATION[path].value}
        if rng.random() < 0.04:
            place = rng.choice(("Reading", "London", "Swindon"))
            teller.tell(at, K.MOVED_IN, on, source="self", place=place, situation=SITUATION[path].value)
    teller.tell(at, K.REFERRAL, on, **told)
    if at_risk:
        risk = {key: told[key] for key in ("case", "homeless_on") if key in told}
        teller.tell(at, K.RISK_OF_HOMELESSNESS, on, **risk)


def _full_service(teller: Teller, at: Statement, path: str, assessed: date) -> None:
    rng = teller.rng
    council = at.agency_id in _COUNCILS
    closes = at.on + days(rng.choice((70, 100, 130, 150, 170, 178, 200, 240, 320)))
    if council:
        duty = "prevention" if path == "prevention" else "relief"
        teller.tell(at, K.DUTY_OWED, assessed, ref=at.reference, duty=duty)
        teller.tell(at, K.DUTY_ENDED, assessed + days(56), ref=at.reference, duty=duty, reason="56_days")
    plan = assessed + days(rng.randrange(5))
    teller.tell(
        at, K.SUPPORT_PLAN, plan, case=at.reference, review_on=(plan + days(56)).isoformat(), php=council
    )
    mode = "digital" if rng.random() < 0.25 else "face_to_face"
    teller.tell(at, K.LEAD_WORKER_ASSIGNED, plan, worker=worker(at, rng), mode=mode)
    _keep_in_touch(teller, at, plan, closes)
    if at.agency_id == "connection-support" and path != "family":
        status = rng.choice(("employed", "not_employed", "not_employed", "unable", "unknown"))
        eligible = rng.random() < 0.3
        teller.tell(at, K.EMPLOYMENT, closes - days(1), case=at.reference, status=status, eligible=eligible)
    if path == "prevention":
        outcome = rng.choices(("prevented", "not_prevented", "unknown"), (52, 8, 40))[0]
        teller.tell(at, K.PREVENTION_OUTCOME, closes, case=at.reference, outcome=outcome)
    planned = rng.random() < 0.82
    if teller.tell(
        at, K.CLOSURE, closes, case=at.reference, planned=planned, reason="" if planned else "no_contact"
    ):
        teller.let_go(closes)
    if planned and path in {"prevention", "family"} and rng.random() < 0.13:
        teller.tell(at, K.REOPENING, closes + days(rng.randrange(10, 60)), case=at.reference)


def _keep_in_touch(teller: Teller, at: Statement, start: date, end: date) -> None:
    rng, on = teller.rng, start
    while (on := on + days(rng.randrange(25, 65))) < end:
        if rng.random() < 0.14:
            teller.tell(at, K.CONTACT, on, case=at.reference, answered=False, mode="phone")
            continue
        mode = rng.choice(("face_to_face", "phone", "digital"))
        teller.tell(at, K.CONTACT, on, case=at.reference, mode=mode)
        if rng.random() < 0.35:
            for reference in [ref for ref, owner in teller.actions.items() if owner is at]:
                teller.tell(at, K.NEXT_ACTION_DONE, on, ref=reference)
            set_action(teller, at, on, on + days(rng.randrange(7, 40)))


def outreach(teller: Teller, at: Statement, path: str, records: list[Statement]) -> None:
    """See somebody sleeping rough, again and again, and hand over to a hostel or the council."""
    rng, on = teller.rng, at.on
    if path in {"rough_sleeping", "prison", "hostel", "hospital"}:
        for _ in range(rng.choice((1, 2, 3, 5, 8, 12))):
            verified = rng.choices(("verified", "unverified", "self_reported"), (70, 20, 10))[0]
            night = rng.random() < 0.4
            when = (
                f"0{rng.randrange(1, 7)}:{rng.randrange(60):02d}" if night else f"{rng.randrange(10, 23)}:15"
            )
            teller.tell(
                at, K.SIGHTING, on, verified=verified, night=night, time=when, area=rng.choice(_AREAS)
            )
            on += days(rng.randrange(2, 50))
    else:
        teller.tell(
            at, K.CONTACT, on, situation=SITUATION[path].value, mode="face_to_face", area=rng.choice(_AREAS)
        )
    if rng.random() < 0.5:
        _handover(teller, at, on, records)


def _handover(teller: Teller, at: Statement, on: date, records: list[Statement]) -> None:
    """Send somebody on; the receiver answers on its own record if it has one, else the sender notes it."""
    rng = teller.rng
    to = rng.choice(
        ("homeless-oxfordshire", "oxford-city-council", "connection-support", "turning-point-oxford-city")
    )
    ref = f"{at.reference}-H{on:%y%m%d}"
    if not teller.tell(at, K.HANDOVER_SENT, on, ref=ref, from_agency=at.agency_id, to_agency=to):
        return
    receiver = next((one for one in records if one.agency_id == to and one.on <= on + days(12)), at)
    answered = max(on, receiver.on) + days(rng.choice((0, 1, 2, 4, 7, 12)))
    accepted = rng.random() < 0.75
    kind = K.HANDOVER_ACCEPTED if accepted else K.HANDOVER_DECLINED
    extra = {} if accepted else {"reason": rng.choice(("no_space", "out_of_criteria", "excluded"))}
    teller.tell(receiver, kind, answered, ref=ref, **extra)
    if accepted and receiver is not at:
        teller.tell(receiver, K.CONTACT, answered + days(rng.randrange(1, 10)), mode="face_to_face")


def hostel_stay(teller: Teller, at: Statement, path: str, records: list[Statement]) -> None:
    """Give a bed, a key worker and, some day, an end to the stay."""
    rng, on = teller.rng, at.on
    teller.tell(at, K.ACCOMMODATION_START, on, ref=at.reference, situation=Situation.SUPPORTED.value)
    teller.tell(at, K.LEAD_WORKER_ASSIGNED, on + days(1), worker=worker(at, rng), mode="face_to_face")
    ends = on + days(rng.choice((14, 40, 80, 120, 180, 260)))
    _keep_in_touch(teller, at, on, ends)
    reason = rng.choices(("planned", "evicted", "abandoned", "asked_to_leave"), (50, 18, 20, 12))[0]
    after = Situation.HIDDEN if reason == "planned" else Situation.ROUGH_SLEEPING
    if teller.tell(at, K.ACCOMMODATION_END, ends, ref=at.reference, reason=reason, situation=after.value):
        teller.let_go(ends)
    if reason == "evicted":
        excluded = {"scope": "landlord", "landlord": at.agency_id}
        teller.tell(at, K.EXCLUSION, ends, ref=at.reference, reason="arrears", **excluded)
        teller.tell(at, K.EXCLUSION_ENDED, ends + days(rng.choice((60, 90, 180))), ref=at.reference)


def day_centre(teller: Teller, at: Statement, path: str, records: list[Statement]) -> None:
    """Meet somebody over breakfast now and then, often without knowing where they sleep."""
    rng, on = teller.rng, at.on
    for _ in range(rng.choice((1, 2, 4, 7))):
        known = rng.random() < 0.25 and path in {"rough_sleeping", "sofa_surfing"}
        extra = {"situation": SITUATION[path].value} if known else {}
        teller.tell(at, K.CONTACT, on, mode="face_to_face", area="Oxford", **extra)
        on += days(rng.randrange(3, 40))


def hospital_stay(teller: Teller, at: Statement, path: str, records: list[Statement]) -> None:
    """Admit, expect a discharge, refer under the duty, discharge."""
    _stay(teller, at, path, records, "hospital", teller.rng.choice((2, 4, 7, 12, 25, 45)))


def prison_stay(teller: Teller, at: Statement, path: str, records: list[Statement]) -> None:
    """Recall, expect a release, refer under the duty, release."""
    _stay(teller, at, path, records, "prison", teller.rng.choice((14, 28, 28, 60, 110, 150)))


def _stay(
    teller: Teller, at: Statement, path: str, records: list[Statement], institution: str, length: int
) -> None:
    rng, on, ref = teller.rng, at.on, at.reference
    leaves = on + days(length)
    if leaves >= teller.until or not teller.free(on, leaves):
        teller.tell(at, K.CONTACT, on, mode="face_to_face")
        return
    teller.away(on, leaves, at.reference)
    entry = SITUATION[path].value
    expected = leaves.isoformat()
    teller.tell(at, K.INSTITUTION_ADMISSION, on, ref=ref, institution=institution, entry_situation=entry)
    noticed = on + days(length // 2)
    teller.tell(at, K.DISCHARGE_EXPECTED, noticed, ref=ref, institution=institution, expected_on=expected)
    council = next((one for one in records if one.agency_id in _COUNCILS), None)
    if rng.random() < 0.7:
        to = council.agency_id if council else AgencyId(_COUNCILS[0])
        duty = f"{ref}-D"
        teller.tell(at, K.DUTY_TO_REFER, noticed, ref=duty, to_agency=to, homeless_on=expected)
        if council and council.on <= leaves + days(30) and rng.random() < 0.75:
            answered = max(council.on, leaves) + days(rng.randrange(1, 9))
            teller.tell(council, K.DUTY_ACKNOWLEDGED, answered, ref=duty)
    same = rng.random() < (0.88 if institution == "prison" else 0.6)
    after = entry if same else Situation.TEMPORARY.value
    teller.tell(at, K.INSTITUTION_DISCHARGE, leaves, ref=ref, institution=institution, situation=after)


def tenancy(teller: Teller, at: Statement, path: str, records: list[Statement]) -> None:
    """Worry about a tenancy, or take or refuse a nomination."""
    rng, on = teller.rng, at.on
    if path == "prevention":
        home_lost = (on + days(rng.randrange(20, 120))).isoformat()
        teller.tell(at, K.RISK_OF_HOMELESSNESS, on, homeless_on=home_lost, reason="arrears")
        teller.tell(at, K.CONTACT, on + days(rng.randrange(3, 20)), mode="phone")
        return
    teller.tell(at, K.NOMINATION, on, ref=at.reference, landlord="soha")
    refused = rng.random() < 0.35
    decided: dict[str, str] = (
        {"reason": rng.choice(("affordability", "support_needs", "arrears"))} if refused else {}
    )
    outcome = "refused" if refused else "accepted"
    on += days(rng.randrange(4, 30))
    teller.tell(at, K.NOMINATION_DECIDED, on, ref=at.reference, landlord="soha", outcome=outcome, **decided)


CHAPTERS: Final[dict[str, Chapter]] = {
    "oxford-city-council": casework,
    "cherwell-district-council": casework,
    "connection-support": casework,
    "turning-point-oxford-city": casework,
    "odas": casework,
    "st-mungos": outreach,
    "homeless-oxfordshire": hostel_stay,
    "the-porch": day_centre,
    "john-radcliffe": hospital_stay,
    "national-probation-service": prison_stay,
    "soha": tenancy,
}
"""What each agency does."""


def _working_day(on: date) -> date:
    """Return the day itself, or the Monday after a weekend."""
    return on + days(7 - on.weekday()) if on.weekday() >= _WEEKEND else on

"""Cases: one row per referral to a service, with its triage, assessment, decision, outcome and closure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.case_facts import CaseFacts
from bnl.indicators.case_rows import FLAG_UNKNOWN, NEVER, Days, Mask, Rows
from bnl.indicators.history import CODE, History

_KINDS: Final = (
    EventKind.REFERRAL,
    EventKind.REFERRAL_DECIDED,
    EventKind.TRIAGE,
    EventKind.ASSESSMENT,
    EventKind.PREVENTION_OUTCOME,
    EventKind.EMPLOYMENT,
    EventKind.CLOSURE,
    EventKind.REOPENING,
)


@dataclass(frozen=True, eq=False)
class CaseEvents:
    """The events of cases, in the order of the history.

    Args:
        rows: Rows of the history.
        case: The case of each, as a place in ``ids``.
        ids: Keys of the cases (agency, a slash, the agency's case number), in alphabetical order.
    """

    rows: Rows
    case: Rows
    ids: pl.Series

    def take(self, chosen: Mask) -> CaseEvents:
        """Return some of the events."""
        return CaseEvents(self.rows[chosen], self.case[chosen], self.ids)


def case_events(past: History) -> CaseEvents:
    """Return the events of cases, each with its case.

    A case belongs to the agency that received the referral. An event without a case number belongs to the
    last referral of that person to that agency, on its day or before; without one it belongs to no case.

    Args:
        past: The history.
    """
    rows = past.where(*_KINDS)
    referrals = np.flatnonzero(past.kind[rows] == CODE[EventKind.REFERRAL])
    owner, agencies = _owners(past, rows, referrals)
    number = past.frame["case"].gather(rows)
    if number.null_count():
        number = _last_referral(past, rows, referrals, owner, number)
        told = number.is_not_null().to_numpy()
        rows, owner, number = rows[told], owner[told], number.filter(told)
    words = number.unique().sort()
    spelled = number.cast(pl.Enum(words)).to_physical().to_numpy()
    keys, case = _distinct(owner * max(len(words), 1) + spelled)
    which, word = np.divmod(keys, max(len(words), 1))
    parts = (agencies.gather(which), pl.lit("/"), words.gather(word))
    ids = pl.select(pl.concat_str(*parts).alias("case_id")).to_series()
    if not ids.is_sorted():
        order = ids.arg_sort()
        ids, case = ids.gather(order), np.argsort(order.to_numpy())[case]
    return CaseEvents(rows, case, ids)


def _owners(past: History, rows: Rows, referrals: Rows) -> tuple[Rows, pl.Series]:
    """Return the agency each event's case belongs to as a place among agencies, and those, in order."""
    codes = past.frame["agency"].to_numpy()[rows]
    seen, own = _distinct(codes.astype(np.int64))
    first = np.empty(len(seen), dtype=np.int64)
    first[own[::-1]] = rows[::-1]
    names = past.frame["agency_id"].gather(first)
    receiver = past.frame["to_agency"].gather(rows[referrals])
    if receiver.null_count() == len(receiver):
        return own, names
    everyone = pl.concat([names, receiver.drop_nulls().alias("agency_id")]).unique().sort()
    place = pl.Enum(everyone)
    own = names.cast(place).to_physical().to_numpy().astype(np.int64)[own]
    told = receiver.is_not_null().to_numpy()
    own[referrals[told]] = receiver.filter(told).cast(place).to_physical().to_numpy()
    return own, everyone


_MOST_LOOKED_UP: Final = 1 << 24


def _distinct(codes: Rows) -> tuple[Rows, Rows]:
    """Return the distinct codes, sorted, and the place of each code among them."""
    size = int(codes.max(initial=-1)) + 1
    if size > _MOST_LOOKED_UP:
        found, places = np.unique(codes, return_inverse=True)
        return found, places
    present = np.zeros(size, dtype=bool)
    present[codes] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[codes]


def _last_referral(past: History, rows: Rows, referrals: Rows, owner: Rows, number: pl.Series) -> pl.Series:
    """Number referrals by their event, other events by the last referral of the person to their agency."""
    event = past.frame["event_id"].gather(rows[referrals])
    own = number.gather(referrals)
    number = number.scatter(referrals, own.zip_with(own.is_not_null(), event))
    table = pl.DataFrame({"person": past.person[rows], "owner": owner, "on": past.day[rows], "last": number})
    loose = table.with_row_index("at").filter(pl.col("last").is_null()).drop("last")
    found = loose.join_asof(table[referrals], on="on", by=["person", "owner"], check_sortedness=False)
    return number.scatter(found["at"], found["last"])


def cases(past: History, events: CaseEvents | None = None, until: date | None = None) -> pl.DataFrame:
    """Return one row per case.

    Args:
        past: The history.
        events: What `case_events` gave for it, up to that day, if at hand.
        until: Last day on which a death counts, None for all.

    Returns:
        What `case_table` returns.
    """
    told = case_events(past) if events is None else events
    return case_table(CaseFacts(past, told.rows, told.case, told.ids, until))


def case_table(said: CaseFacts) -> pl.DataFrame:
    """Return one row per case, in alphabetical order.

    Args:
        said: The facts of the cases.

    Returns:
        ``case_id, person, person_id, household_id, agency_id, referred_on, from_agency, band, mode, outcome,
        decided_on, reason, signposted_to, service_level, triaged_on, assessed_on, prevention, closed_on,
        planned, close_reason, died_on, opened_on``. ``opened_on`` is the day of acceptance, or of referral
        while nothing is decided; ``closed_on`` is null while the case is open or open again; ``band`` is the
        urgency at referral.
    """
    rows, referral, decision = said.rows, said.referral, said.decision
    sender = said.says(referral, "from_agency")
    return pl.DataFrame(
        {
            "case_id": said.ids,
            "person": rows.person,
            "person_id": said.says(said.begin, "person_id"),
            "household_id": said.home,
            "agency_id": said.owner,
            "referred_on": _dates(rows.referred),
            "from_agency": sender.zip_with(sender.is_not_null(), said.says(referral, "agency_id")),
            "band": said.band,
            "mode": said.says(referral, "mode"),
            "outcome": said.says(decision, "outcome"),
            "decided_on": _dates(rows.decided),
            "reason": said.says(decision, "reason"),
            "signposted_to": said.says(decision, "signposted_to"),
            "service_level": said.says(decision, "service_level"),
            "triaged_on": _dates(rows.triaged),
            "assessed_on": _dates(rows.assessed),
            "prevention": said.says(said.outcome, "outcome"),
            "closed_on": _dates(rows.closed),
            "planned": pl.Series(rows.planned).replace(FLAG_UNKNOWN, None).cast(pl.Boolean),
            "close_reason": said.says(said.closure, "reason"),
            "died_on": _dates(rows.died),
            "opened_on": _dates(rows.opened),
        }
    )


def _dates(days: Days) -> pl.Series:
    """Return day numbers as dates, `NEVER` as null."""
    return pl.Series(days, dtype=pl.Int32).replace(NEVER, None).cast(pl.Date)

"""A slow, obvious reference for statuses: walk through somebody's life one day at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

HOMELESS = {"rough_sleeping", "emergency", "temporary", "hidden", "supported", "homeless"}
HOUSED = {"housed", "housed_with_support"}
AT_RISK = {"at_risk_over_56", "at_risk_within_56", "at_risk_unknown"}
SITUATION = {"settled": "housed", "settled_with_support": "housed_with_support"}
TELLING = {"contact", "triage", "assessment", "referral"}
RISKY = {"referral", "duty_to_refer", "risk_of_homelessness", "duty_owed"}
CONTACTS = {
    "referral", "duty_to_refer", "triage", "assessment", "support_plan", "contact", "sighting", "moved_in",
    "reopening", "accommodation_start", "institution_admission", "institution_discharge",
    "risk_of_homelessness",
}  # fmt: skip
LOST = {"evicted", "abandoned", "asked_to_leave", "lost"}
ORDER = {
    "contact_attempt": 8,
    "accommodation_end": 10,
    "institution_discharge": 12,
    "inactive": 14,
    "left_area": 16,
    "moved_in": 18,
    "duty_owed": 40,
    "risk_of_homelessness": 40,
    "prevention_outcome": 44,
    "closure": 46,
    "sighting": 50,
    "accommodation_start": 60,
    "institution_admission": 70,
    "death": 90,
}


@dataclass
class Happening:
    """One event of one person, as the reference sees it."""

    kind: str
    on: date
    sequence: int
    agency: str = "a"
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Life:
    """What is known of one person while the days go by."""

    silence: int | None = None
    home: str | None = None
    cover: str | None = None
    risk_day: date | None = None
    stay: Happening | None = None
    stay_open: bool = False
    inside_since: date | None = None
    left_on: date | None = None
    last_contact: date | None = None
    tried: bool = False
    seen: list[tuple[date, str | None]] = field(default_factory=list)

    def show(self) -> str | None:
        """Return the visible state."""
        if self.home == "deceased":
            return "deceased"
        return self.cover or self.home

    def mark(self, day: date) -> None:
        """Note the visible state after something happened."""
        if not self.seen or self.seen[-1][1] != self.show():
            self.seen.append((day, self.show()))

    def dawn(self, day: date, today: list[Happening]) -> None:
        """Do what time alone does before a day begins; news of the day overtakes a dated risk."""
        if self.home == "deceased":
            return
        overtaken = any(self.overtaken_by(one) for one in today)
        if self.risk_day is not None and self.home in AT_RISK and not overtaken:
            if day > self.risk_day:
                self.home = "homeless"
            elif (self.risk_day - day).days == 56 and self.home == "at_risk_over_56":
                self.home = "at_risk_within_56"
        if self.risk_day is not None and day > self.risk_day:
            # It falls due once: who is housed on that day and at risk again later needs a new date.
            self.risk_day = None
        if self.inside_since is not None and (day - self.inside_since).days == 91:
            self.cover = "institution"
        silent = self.silence is not None and self.last_contact is not None
        due = silent and day == self.last_contact + timedelta(days=self.silence + 1)  # type: ignore[operator]
        lapsing = self.cover is None and self.home in HOMELESS | AT_RISK | {"unknown"}
        if due and lapsing and self.inside_since is None:
            self.cover = "inactive"
        self.mark(day)

    def overtaken_by(self, one: Happening) -> bool:
        """Return whether an event puts an end to the clock of an earlier dated risk."""
        if one.kind == "accommodation_end":
            placed = one.data.get("situation") not in (None, "unknown")
            return placed and (self.stay is None or fits(one, self.stay))
        return overtakes(one)

    def live(self, day: date, today: list[Happening]) -> None:
        """Let one day pass: time first, then its events in their order."""
        self.dawn(day, today)
        for happening in self.arrange(day, today):
            if self.home == "deceased":
                return
            self.happen(day, happening)
            self.mark(day)

    def arrange(self, day: date, today: list[Happening]) -> list[Happening]:
        """Return the events of a day in order; the end of a stay begun that day follows its start."""

        def place(one: Happening) -> tuple[int, int]:
            rank = ORDER.get(one.kind, 30)
            if one.kind == "accommodation_end" and self.ends_own_day(one, today):
                rank = 65
            admitted = any(other.kind == "institution_admission" for other in today)
            if one.kind == "institution_discharge" and admitted and self.inside_since is None:
                rank = 75
            return rank, one.sequence

        return sorted(today, key=place)

    def ends_own_day(self, end: Happening, today: list[Happening]) -> bool:
        """Return whether an end belongs to a stay begun on its own day."""
        if self.stay is not None and self.stay_open and fits(end, self.stay):
            return False
        starts = [one for one in today if one.kind == "accommodation_start"]
        return bool(starts) and fits(end, max(starts, key=lambda one: one.sequence))

    def happen(self, day: date, one: Happening) -> None:
        """Let one event happen."""
        data = one.data
        alive = one.kind in CONTACTS and not (one.kind == "contact" and data.get("answered") is False)
        if one.kind == "death":
            self.home, self.cover = "deceased", None
            return
        if self.home is None:
            self.home = "unknown"
        news = self.news(day, one)
        if (alive or news == "speaks") and self.cover == "inactive":
            self.cover = None
        if alive:
            self.last_contact = day
            self.tried = False
        if one.kind == "contact_attempt" or (one.kind == "contact" and not alive):
            self.tried = True

    def news(self, day: date, one: Happening) -> str | None:
        """Apply what an event says of where somebody lives; return "speaks" if it is a sign of life."""
        kind, data = one.kind, one.data
        situation = data.get("situation")
        placed = SITUATION.get(situation, situation) if situation and situation != "unknown" else None
        if kind == "sighting":
            self.place("rough_sleeping", day)
            self.elsewhere(day)
            return "speaks"
        if kind == "accommodation_start":
            if placed:
                self.place(placed, day)
            else:
                self.place("homeless" if self.home in HOMELESS else "unknown", day)
            self.stay, self.stay_open = one, True
            self.risk_day = None
            self.elsewhere(day)
            return "speaks"
        if kind == "accommodation_end":
            return self.end(day, one, placed)
        if kind == "institution_admission":
            if self.inside_since is None and self.left_on == day:
                self.inside_since = self.before_transfer
            elif self.inside_since is None:
                self.inside_since = day
            return None
        if kind == "institution_discharge":
            if self.inside_since is not None:
                self.before_transfer, self.left_on = self.inside_since, day
            self.inside_since = None
            if self.cover == "institution":
                self.cover = None
            if placed:
                self.place(placed, day)
            return "speaks"
        if kind == "left_area":
            self.home, self.cover, self.risk_day = "left_area", None, None
            return None
        if kind == "moved_in":
            if placed:
                self.place(placed, day)
            elif self.home == "left_area":
                self.home = "unknown"
            if self.cover == "institution":
                self.cover = None
            return "speaks"
        if kind == "inactive":
            if ((data.get("attempts") or 0) > 0 or self.tried) and self.cover != "institution":
                self.cover = "inactive"
            return None
        if kind == "closure" and placed:
            self.place(placed, day)
            return "speaks"
        if kind == "prevention_outcome" and data.get("outcome") in ("prevented", "not_prevented"):
            self.risk_day = None
            if placed:
                self.place(placed, day)
            elif data["outcome"] == "not_prevented":
                self.home = self.home if self.home in HOMELESS else "homeless"
            elif self.home not in HOMELESS | HOUSED | {"left_area"}:
                self.home = "housed"
            return "speaks"
        if kind in TELLING and placed in HOMELESS:
            if self.home not in HOUSED:
                self.home = placed
            self.risk(one, apply=False)
            return "speaks"
        if kind in RISKY:
            return self.risk(one, apply=True)
        return None

    before_transfer: date | None = None

    def place(self, where: str, day: date) -> None:
        """Put the person somewhere, as a fact."""
        del day
        self.home, self.risk_day = where, None
        if self.cover == "institution":
            self.cover = None

    def elsewhere(self, day: date) -> None:
        """News of being elsewhere ends a stay in an institution, unless it began that very day."""
        if self.inside_since is not None and self.inside_since != day and not self.admitted_today:
            self.inside_since = None

    admitted_today: bool = False

    def end(self, day: date, one: Happening, placed: str | None) -> str | None:
        """Let a stay end, if it is the one the person is in."""
        if self.stay is not None and not fits(one, self.stay):
            return None
        self.stay_open = False
        if placed:
            self.place(placed, day)
            return "speaks"
        lost = one.data.get("reason") in LOST
        if self.home in HOMELESS and self.home != "rough_sleeping":
            self.home = "homeless"
        elif self.home in HOUSED | AT_RISK:
            self.home = "homeless" if lost else "unknown"
        return None

    def risk(self, one: Happening, *, apply: bool) -> str | None:
        """Hear of a risk: the worse of date and flag."""
        data = one.data
        ahead = (data["homeless_on"] - one.on).days if data.get("homeless_on") else None
        relief = one.kind == "duty_owed" and data.get("duty") in ("relief", "main")
        if data.get("homeless_on") or (apply and (data.get("homeless") or relief)):
            self.risk_day = data["homeless_on"] if ahead is not None and ahead >= 0 else None
        owed = one.kind == "duty_owed"
        if not apply:
            return None
        if data.get("homeless") or (ahead is not None and ahead < 0) or relief:
            self.home = self.home if self.home in HOMELESS else "homeless"
            return "speaks"
        band = None
        if ahead is not None:
            band = "at_risk_over_56" if ahead > 56 else "at_risk_within_56"
        elif owed and data.get("duty") == "prevention":
            band = "at_risk_within_56"
        elif one.kind == "risk_of_homelessness":
            band = "at_risk_unknown"
        if band is None:
            return None
        if self.home not in HOMELESS and not (band == "at_risk_unknown" and self.home in AT_RISK):
            self.home = band
        return "speaks"


def overtakes(one: Happening) -> bool:
    """Return whether an event puts an end to the clock of an earlier dated risk."""
    placed = one.data.get("situation") not in (None, "unknown")
    if one.kind in ("accommodation_start", "left_area", "sighting"):
        return True
    if one.kind == "prevention_outcome":
        return one.data.get("outcome") in ("prevented", "not_prevented")
    if one.kind in ("moved_in", "closure", "institution_discharge"):
        return placed
    declared = one.data.get("homeless") or one.data.get("duty") in ("relief", "main")
    told = one.kind in TELLING and placed and SITUATION.get(one.data["situation"]) is None
    return one.kind in RISKY and bool(one.data.get("homeless_on") or (declared and not told))


def fits(end: Happening, start: Happening) -> bool:
    """Return whether an end can belong to a start."""
    one, other = end.data.get("ref"), start.data.get("ref")
    return one == other if one and other else end.agency == start.agency


def live(happenings: list[Happening], until: date, silence: int | None = None) -> Life:
    """Live through everything up to the end of a day.

    Args:
        happenings: Events of one person in any order.
        until: The last day.
        silence: Days of silence allowed, None if silence never makes inactive.
    """
    life = Life(silence)
    known = [one for one in happenings if one.on <= until]
    if not known:
        return life
    day = min(one.on for one in known)
    while day <= until:
        today = [one for one in known if one.on == day]
        life.admitted_today = any(one.kind == "institution_admission" for one in today)
        life.live(day, today)
        day += timedelta(days=1)
    return life

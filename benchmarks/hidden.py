"""Does the time of a call tell that somebody is hidden? The same calls with hidden people and without.

Usage: ``python -m benchmarks.hidden [--people 60] [--hidden 6] [--rounds 200]``. Three registers are told the
same; in one of them a refuge also keeps people who look like those that others know. A housing officer, who
may know nothing of them, makes the same calls in all three, in an order drawn anew for each round. A ratio
stands beside what two registers without any hidden person give in the same run: only what lies well outside
that could tell somebody something. Processor time, medians. The last line is JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bnl import Actor, Purpose, Register, Role
from bnl.domain.agency import Agency
from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, Handle, UserId
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import AgencyKind
from bnl.errors import NotFound
from bnl.register.county import county_agreement_path
from bnl.register.session import Session

CITY, REFUGE = AgencyId("oxford-city-council"), AgencyId("odas")
AGENCIES = (
    Agency(agency_id=CITY, name="Oxford City Council", kind=AgencyKind.LOCAL_AUTHORITY),
    Agency(agency_id=REFUGE, name="ODAS", kind=AgencyKind.CHARITY, local_by_default=True),
)
STEWARD = Actor(agency_id=CITY, user_id=UserId("steward"), role=Role.STEWARD)
TODAY = datetime.now(UTC).date()
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu")


def fields(number: int) -> PersonFields:
    """A made-up person."""
    first, second, third = (SYLLABLES[number // 10**place % 10] for place in range(3))
    born = date(1955, 1, 1) + timedelta(days=number * 197)
    return PersonFields(
        given_names=f"{first}{second}n".title(),
        family_name=f"{third}{first}rd".title(),
        date_of_birth=str(born),
    )


def officer(register: Register) -> Session:
    """Return a housing officer's session."""
    actor = Actor(agency_id=CITY, user_id=UserId("officer"), role=Role.HOUSING_OFFICER)
    return register.session(actor, Purpose.HOMELESSNESS_PREVENTION)


def grow(register: Register, people: int, hidden: int) -> list[Handle]:
    """Let a register know some people, and keep some who look like them in the refuge."""
    register.enrol(AGENCIES, by=STEWARD)
    register.adopt(county_agreement_path(), by=STEWARD)
    session, handles = officer(register), []
    for number in range(people):
        handles.append(session.submit(f"A-{number}", fields(number)).handle)
        session.record_event(handles[-1], EventKind.CONTACT, TODAY - timedelta(days=20))
    actor = Actor(agency_id=REFUGE, user_id=UserId("worker"), role=Role.SUPPORT_WORKER)
    refuge = register.session(actor, Purpose.HOUSING_SUPPORT)
    for number in range(hidden):
        handle = refuge.submit(f"R-{number}", fields(number)).handle
        refuge.record_event(handle, EventKind.CONTACT, TODAY - timedelta(days=10))
    return handles


def nobody(session: Session) -> None:
    """Ask for somebody who is not there."""
    try:
        session.person("h_nobody")
    except NotFound:
        return
    raise SystemExit("a handle that was never given opened somebody")


def calls(handles: list[Handle], number: int) -> dict[str, Callable[[Session], object]]:
    """The calls compared, about one of those who have a double in the refuge."""
    handle, looked_for = handles[number], fields(number)
    return {
        "search": lambda s: s.search(looked_for),
        "person": lambda s: s.person(handle),
        "person not found": nobody,
        "timeline": lambda s: s.timeline(handle),
        "by-name list": lambda s: s.by_name_list(),
        "consent tasks": lambda s: s.consent_tasks(),
    }


def measure(people: int, hidden: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return by call the medians of each register in milliseconds, and the ratios to the first."""
    rng = random.Random(1)
    with ExitStack() as stack:
        held: list[tuple[Register, list[Handle]]] = []
        for count in (0, 0, hidden):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            register = stack.enter_context(Register.open("sqlite://", keyring=folder / "keys"))
            held.append((register, grow(register, people, count)))
        longest = max(register.health().log_size for register, _ in held)
        for register, _ in held:
            # How long the log is everybody knows, and a longer one takes longer to be written to.
            while register.health().log_size < longest:
                register.enrol([], by=STEWARD)
        spent: dict[str, list[list[float]]] = {}
        gc.freeze()
        for _ in range(rounds):
            number = rng.randrange(hidden)
            for name in calls(held[0][1], number):
                times = spent.setdefault(name, [[], [], []])
                for place in rng.sample(range(3), 3):
                    register, handles = held[place]
                    session, call = officer(register), calls(handles, number)[name]
                    began = time.process_time()
                    call(session)
                    times[place].append(time.process_time() - began)
    result = {}
    for name, times in spent.items():
        one, again, other = (statistics.median(some) * 1e3 for some in times)
        result[name] = {"ms": one, "control": again / one, "ratio": other / one}
    return result


def main() -> None:
    """Measure, print a table, and end with JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--hidden", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    result = measure(options.people, options.hidden, options.rounds)
    print(f"{'call':20s} {'ms':>8s} {'without/without':>16s} {'with/without':>14s}")
    for name, line in result.items():
        print(f"{name:20s} {line['ms']:8.2f} {line['control']:16.3f} {line['ratio']:14.3f}")
    rounded = {name: {k: round(v, 4) for k, v in line.items()} for name, line in result.items()}
    print(json.dumps({**vars(options), "load": os.getloadavg()[0], "calls": rounded}))


if __name__ == "__main__":
    main()

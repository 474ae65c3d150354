"""Nobody can tell two registers apart that differ only in what they may not know, whatever they call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bnl.crypto.keyring import Keyring
from bnl.domain.actor import Actor
from bnl.domain.identifiers import UserId
from bnl.domain.vocabulary import Action, Purpose, Role
from bnl.errors import Denied
from tests.register.calls import Known, arguments, public_calls
from tests.register.county import AGENCIES, CHARITY, CHERWELL, CITY, HOSPITAL, HOSTEL
from tests.register.kept_secrets import (
    SECRETS,
    Base,
    Kept,
    forbidden_person,
    grow,
    hidden_event,
    hidden_person,
    may_know,
    others_grants,
    others_quarantine,
)
from tests.register.twins import Chance, Seen, Twins

LIKELY = (
    (CITY, Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION),
    (CHERWELL, Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION),
    (CITY, Role.STEWARD, Purpose.LINKAGE),
    (CITY, Role.DATA_OFFICER, Purpose.SUBJECT_ACCESS),
    (HOSTEL, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT),
    (CHARITY, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT),
    (CHARITY, Role.MANAGER, Purpose.CASE_CONFERENCE),
    (HOSPITAL, Role.DISCHARGE_COORDINATOR, Purpose.HOSPITAL_DISCHARGE),
    (CITY, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING),
    (CHERWELL, Role.STEWARD, Purpose.STEWARDSHIP),
)
ROLES = [role for role in Role if role is not Role.SYSTEM]
SEQUENCES_IN_A_TEST_RUN, CHUNKS = 300, 6
SEQUENCES_IN_A_LONG_RUN, LONG_CHUNKS = 10_000, 20
POSTGRES_SEQUENCES = 20
PAIR_LASTS, CALLS_EACH = 30, 3
CALLS = public_calls()
SAFE = (hidden_person, forbidden_person, others_quarantine, others_grants, hidden_event)


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> Chance:
    return Chance.rule(monkeypatch)


@pytest.fixture
def make_twins(make_keyring: Callable[[], Keyring], chance: Chance) -> Iterator[Callable[[], Twins]]:
    made: list[Twins] = []

    def make() -> Twins:
        made.append(Twins(make_keyring, chance))
        return made[-1]

    yield make
    for twins in made:
        twins.close()


@pytest.fixture
def make_postgres_twins(
    make_keyring: Callable[[], Keyring], chance: Chance, make_postgres_url: Callable[[], str]
) -> Iterator[Callable[[], Twins]]:
    made: list[Twins] = []

    def make() -> Twins:
        made.append(Twins(make_keyring, chance, make_postgres_url))
        return made[-1]

    yield make
    for twins in made:
        twins.close()


def an_actor(rng: Random) -> tuple[Actor, Purpose]:
    if rng.random() < 0.75:
        agency, role, purpose = rng.choice(LIKELY)
    else:
        agency = rng.choice(AGENCIES).agency_id
        role, purpose = rng.choice(ROLES), rng.choice(list(Purpose))
    return Actor(
        agency_id=agency, user_id=UserId("user-1"), role=role, area=rng.choice([None, "Oxford"])
    ), purpose


def known_to(actor: Actor, purpose: Purpose, twins: Twins, base: Base, kept: Kept, folder: Path) -> Known:
    """What an actor may name: its own, what it may see of others', and what it cannot know to exist.

    A steward at work on the records of consent acts on a grant by its id alone, and so learns of one whose id
    somebody gave them: those of hidden grants are not among what that one names.
    """
    handles = twins.both[1].core.handles
    records = [twins.both[1].record_of(agency, h) for agency, some in base.handles.items() for h in some]
    hidden = [twins.both[1].record_of(agency, h) for agency, h in kept.handles]
    ids = {p: [*base.ids.get(p, ()), *kept.ids.get(p, ())] for p in {*base.ids, *kept.ids}}
    if keeps_consent(twins, actor, purpose):
        ids["gra"] = list(base.ids.get("gra", ()))
    return Known(
        actor=actor,
        folder=folder,
        handles=[
            *(handles.handle(actor.agency_id, r) for r in (*records, *hidden)),
            *(h for _, h in kept.handles),
        ],
        ids=ids | {"rec": [*ids.get("rec", ()), *records]},
        references=["X-1", "X-2", *(f"{actor.agency_id[:2]}-{n}" for n in base.people), "R-1", "Q-1"],
        numbers=[*base.people, 40, 41],
    )


class Tally:
    """How much was compared, so that a run that compares nothing is no success."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.sequences, self.calls, self.answered = 0, Counter[str](), Counter[str]()

    def note(self, name: str, seen: Seen) -> None:
        self.calls[name] += 1
        self.answered[name] += seen.error is None


def compare(twins: Twins, rng: Random, folder: Path, tally: Tally, names: Sequence[str]) -> None:
    """Keep some secrets from one county, then let strangers to them call whatever they like in both."""
    base, kept = grow(twins, rng), Kept()
    for secret in rng.sample(SECRETS, rng.randint(1, 3)):
        secret(twins, base, kept, rng)
    for _ in range(PAIR_LASTS * 4):
        actor, purpose = an_actor(rng)
        if tally.sequences == tally.wanted or knows(twins, actor, purpose, kept):
            continue
        twins.clock.advance(minutes=rng.randint(0, 5000))
        if rng.random() < 0.1:
            rng.choice(SAFE)(twins, base, kept, rng)
            if knows(twins, actor, purpose, kept):
                continue
        known = known_to(actor, purpose, twins, base, kept, folder)
        for _ in range(rng.randint(1, CALLS_EACH * 2 - 1)):
            if not one_call(twins, rng, rng.choice(names), known, purpose, kept, tally):
                break
        tally.sequences += 1


def one_call(
    twins: Twins, rng: Random, name: str, known: Known, purpose: Purpose, kept: Kept, tally: Tally
) -> bool:
    """Make one call in both; return whether the actor still knows nothing of what is kept secret."""
    args, kwargs = arguments(name, CALLS[name], rng, known)
    one, other = twins.call(known.actor, purpose, name, lambda: (args, kwargs))
    if name == "preview_unlink" and keeps_consent(twins, known.actor, purpose):
        return True  # before two people are told apart the steward is told of every refusal, by its id
    if one != other:
        if knows(twins, known.actor, purpose, kept):
            return False  # by what it did itself: it joined its own record to what was hidden
        for part in Seen._fields:
            assert getattr(one, part) == getattr(other, part), (part, name, kwargs, known.actor, purpose)
    tally.note(name, one)
    return True


def keeps_consent(twins: Twins, actor: Actor, purpose: Purpose) -> bool:
    """Tell whether an actor is a steward at work on the records of consent."""
    return purpose is Purpose.STEWARDSHIP and twins.both[1].core.may(actor, Action.UPDATE, purpose)


def knows(twins: Twins, actor: Actor, purpose: Purpose, kept: Kept) -> bool:
    return any(may_know(county, actor, purpose, kept) for county in twins.both)


def run(
    make: Callable[[], Twins], seed: str, folder: Path, sequences: int, names: Sequence[str] = tuple(CALLS)
) -> Tally:
    """Compare so many sequences, in as many pairs of counties as it takes."""
    rng, tally = Random(seed), Tally(sequences)
    while tally.sequences < sequences:
        compare(make(), rng, folder, tally, names)
    return tally


def test_every_public_function_of_a_session_has_a_recipe(tmp_path: Path) -> None:
    actor, _ = an_actor(Random(0))
    known = Known(actor, tmp_path, ["h_x"], {}, ["X-1"], [1])
    for name, call in CALLS.items():
        for seed in range(40):
            arguments(name, call, Random(f"{name} {seed}"), known)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_secret_changes_nothing_that_can_be_seen(
    chunk: int, make_twins: Callable[[], Twins], tmp_path: Path
) -> None:
    tally = run(make_twins, f"interference {chunk}", tmp_path, SEQUENCES_IN_A_TEST_RUN // CHUNKS)
    assert sum(tally.answered.values()) > tally.sequences // 2


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(100, 100 + LONG_CHUNKS))
def test_ten_thousand_sequences(chunk: int, make_twins: Callable[[], Twins], tmp_path: Path) -> None:
    tally = run(make_twins, f"interference {chunk}", tmp_path, SEQUENCES_IN_A_LONG_RUN // LONG_CHUNKS)
    assert set(tally.calls) == set(CALLS)
    assert sum(tally.answered.values()) > tally.sequences // 2


def test_what_is_secret_changes_nothing_on_postgresql(
    make_postgres_twins: Callable[[], Twins], tmp_path: Path
) -> None:
    tally = run(make_postgres_twins, "interference on postgresql", tmp_path, POSTGRES_SEQUENCES)
    assert sum(tally.answered.values()) > tally.sequences // 2


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(200, 205))
def test_a_thousand_sequences_on_postgresql(
    chunk: int, make_postgres_twins: Callable[[], Twins], tmp_path: Path
) -> None:
    tally = run(make_postgres_twins, f"interference {chunk}", tmp_path, 200)
    assert sum(tally.answered.values()) > tally.sequences // 2


def _refused_by_name(core: Any, agency_id: Any, handle: str) -> list[Any]:
    record_id = core.handles.record(agency_id, handle)
    if record_id is not None and core.snapshot.records[record_id].local:
        raise Denied("This person is not yours to see.")
    return [] if record_id is None else [core.snapshot.person(record_id)]


def _rows_of_all(core: Any, uow: Any, _actor: Any) -> list[Any]:
    return list(uow.quarantine.of(list(core.snapshot.submissions)))


LEAKS: dict[str, tuple[Callable[..., Any], str]] = {
    "bnl.register.release.person_behind": (_refused_by_name, "person"),
    "bnl.register.quarantine.quarantine_of": (_rows_of_all, "quarantine"),
}


@pytest.mark.parametrize("place", [pytest.param(place, id=place.rpartition(".")[2]) for place in LEAKS])
def test_a_leak_is_found(
    place: str, make_twins: Callable[[], Twins], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak, call = LEAKS[place]
    monkeypatch.setattr(place, leak)
    with pytest.raises(AssertionError):
        run(make_twins, f"a leak at {place}", tmp_path, 90, [call])

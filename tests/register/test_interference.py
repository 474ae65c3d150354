"""Nobody can tell two registers apart that differ only in what they may not know, whatever they call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from bnl.crypto.keyring import Keyring
from bnl.domain.actor import Actor
from bnl.domain.identifiers import UserId
from bnl.domain.vocabulary import Purpose, Role
from tests.register.calls import Known, arguments, public_calls
from tests.register.county import AGENCIES, CHARITY, CHERWELL, CITY, HOSPITAL, HOSTEL
from tests.register.kept_secrets import SECRETS, Base, Kept, grow, may_know
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
SEQUENCES_EACH, CALLS_EACH = 15, 3


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


def an_actor(rng: Random) -> tuple[Actor, Purpose]:
    if rng.random() < 0.75:
        agency, role, purpose = rng.choice(LIKELY)
    else:
        agency = rng.choice(AGENCIES).agency_id
        role, purpose = rng.choice(ROLES), rng.choice(list(Purpose))
    return Actor(agency_id=agency, user_id=UserId("user-1"), role=role, area=rng.choice([None, "Oxford"])), purpose


def known_to(actor: Actor, twins: Twins, base: Base, kept: Kept, folder: Path) -> Known:
    """What an actor may name: its own, what it may see of others', and what it cannot know to exist."""
    handles = twins.both[1].core.handles
    records = [twins.both[1].record_of(agency, h) for agency, some in base.handles.items() for h in some]
    hidden = [twins.both[1].record_of(agency, h) for agency, h in kept.handles]
    ids = {p: [*base.ids.get(p, ()), *kept.ids.get(p, ())] for p in {*base.ids, *kept.ids}}
    return Known(
        actor=actor,
        folder=folder,
        handles=[handles.handle(actor.agency_id, r) for r in (*records, *hidden)] + [h for _, h in kept.handles],
        ids=ids | {"rec": [*ids.get("rec", ()), *records]},
        references=["X-1", "X-2", *(f"{actor.agency_id[:2]}-{n}" for n in base.people), "R-1", "Q-1"],
        numbers=[*base.people, 40, 41],
    )


class Tally:
    """How much was compared, so that a run that compares nothing is no success."""

    def __init__(self) -> None:
        self.sequences, self.calls, self.answered = 0, Counter[str](), Counter[str]()

    def note(self, name: str, seen: Seen) -> None:
        self.calls[name] += 1
        self.answered[name] += seen.error is None


def compare(twins: Twins, rng: Random, folder: Path, tally: Tally, sequences: int) -> None:
    """Keep some secrets from one county, then let strangers to them call whatever they like in both."""
    base, kept = grow(twins, rng), Kept()
    calls = public_calls()
    names = sorted(calls)
    for secret in rng.sample(SECRETS, rng.randint(1, 3)):
        secret(twins, base, kept, rng)
    done = 0
    for _ in range(sequences * 6):
        actor, purpose = an_actor(rng)
        if any(may_know(county, actor, purpose, kept) for county in twins.both):
            continue
        twins.clock.advance(minutes=rng.randint(0, 5000))
        known = known_to(actor, twins, base, kept, folder)
        for _ in range(rng.randint(1, CALLS_EACH * 2 - 1)):
            name = rng.choice(names)
            args, kwargs = arguments(name, calls[name], rng, known)
            one, other = twins.call(actor, purpose, name, lambda a=args, k=kwargs: (a, k))  # type: ignore[misc]
            if any(may_know(county, actor, purpose, kept) for county in twins.both):
                break  # by what it did itself: its own record, joined to what was hidden
            assert one.result == other.result, (name, kwargs, actor, purpose)
            assert one.error == other.error, (name, kwargs, actor, purpose)
            assert one.statements == other.statements, (name, kwargs, actor, purpose)
            tally.note(name, one)
        done += 1
        if done == sequences:
            break
    tally.sequences += done


@pytest.mark.parametrize("chunk", range(20))
def test_what_is_secret_changes_nothing_that_can_be_seen(
    chunk: int, make_twins: Callable[[], Twins], tmp_path: Path
) -> None:
    tally = Tally()
    compare(make_twins(), Random(f"interference {chunk}"), tmp_path, tally, SEQUENCES_EACH)
    assert tally.sequences == SEQUENCES_EACH
    assert sum(tally.answered.values()) > 5

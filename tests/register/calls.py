"""Calls: random arguments for any public function of a session, found by its signature."""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any

from pydantic import BaseModel

from bnl.domain.actor import Actor
from bnl.domain.consent import Giver, Grant
from bnl.domain.event import DATA_TYPE, EVENT_DATA, DataType, EventKind
from bnl.domain.identifiers import UserId
from bnl.domain.person import FIELD_CATEGORY, PersonFields
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, Capacity, Effect, FieldCategory, LawfulBasis, Purpose, Role
from bnl.exchange.profile import Profile, parse_profile
from bnl.exchange.statements import GrantStatement, StatedEffect
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.register.session import Session
from tests.register.county import AGENCIES, START, permit, rich

TEXTS = ("", "a", "Amara", "%", "_", "' OR 1=1 --", ".*", "=1+1", "Zebra\u202e", "OX1 1AA", "any")


class NoRecipe(AssertionError):
    """A parameter of a public function for which nothing is known to hand over."""


def public_calls() -> dict[str, Callable[..., Any]]:
    """Every public function of a session, by name."""
    found = inspect.getmembers(Session, callable)
    return {name: call for name, call in found if not name.startswith("_")}


@dataclasses.dataclass
class Known:
    """What callers may name: what they were told, and what they should not have been able to guess.

    Args:
        actor: Who calls.
        folder: Where files to take in are written.
        handles: Handles of the actor's agency, of people seen and unseen.
        ids: Ids of everything else, by prefix such as ``gra``.
        references: References of the actor's agency and of others.
        numbers: Numbers of the made-up people to search for.
    """

    actor: Actor
    folder: Path
    handles: list[str]
    ids: dict[str, list[str]]
    references: list[str]
    numbers: list[int]


def arguments(
    name: str, call: Callable[..., Any], rng: Random, known: Known
) -> tuple[list[Any], dict[str, Any]]:
    """Draw arguments for a call.

    Raises:
        NoRecipe: A parameter is of a type this module knows nothing about.
    """
    hints = typing.get_type_hints(call)
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for parameter in list(inspect.signature(call).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            kwargs |= _more(name, kwargs, rng, known)
            continue
        if parameter.default is not parameter.empty and rng.random() < 0.6:
            continue
        if isinstance(parameter.default, BaseModel):
            continue  # rules, which stand as the county sets them
        try:
            drawn = draw(hints[parameter.name], parameter.name, rng, known)
        except NoRecipe as error:
            raise NoRecipe(f"Session.{name}: no recipe for the parameter {error}") from None
        kwargs[parameter.name] = drawn
    return args, kwargs


def _more(name: str, drawn: dict[str, Any], rng: Random, known: Known) -> dict[str, Any]:
    """Draw the open keywords of a call, which its signature does not list."""
    if name == "record_event":
        return event_data(drawn["kind"], rng)
    if name == "record_grant":
        return grant_terms(rng, known)
    raise NoRecipe(f"Session.{name}: no recipe for its open keywords")


def event_data(kind: EventKind, rng: Random) -> dict[str, Any]:
    """Draw some facts of an event, now and then one that does not belong."""
    names = [n for n in EVENT_DATA[kind] if rng.random() < 0.3]
    if rng.random() < 0.05:
        names.append(rng.choice(list(DATA_TYPE)))
    makes: dict[DataType, Callable[[], Any]] = {
        DataType.TEXT: lambda: rng.choice(["rough_sleeping", "hospital", "Oxford", *TEXTS]),
        DataType.DATE: lambda: day(rng).isoformat(),
        DataType.FLAG: lambda: rng.random() < 0.5,
        DataType.NUMBER: lambda: rng.randint(0, 9),
    }
    return {n: makes[DATA_TYPE[n]]() for n in names}


def grant_terms(rng: Random, known: Known) -> dict[str, Any]:
    """Draw the terms of a grant on the actor's own record."""
    others = frozenset(rng.sample([a.agency_id for a in AGENCIES], 2))
    if rng.random() < 0.6:
        terms = permit(known.actor.agency_id, *others)
    else:
        terms = {"effect": Effect.FORBID, "agencies": others, "hard": rng.random() < 0.3}
        if rng.random() < 0.5:
            terms["categories"] = frozenset(rng.sample(list(FieldCategory), 3))
    if rng.random() < 0.2:
        terms["supersedes"] = (rng.choice(known.ids.get("gra", ["gra_x"])),)
    if rng.random() < 0.2:
        terms["purposes"] = ANY
    if rng.random() < 0.2:
        terms["given_by"] = _giver(rng, known)
    return terms


def day(rng: Random) -> date:
    """A day about the counties' beginning."""
    return START.date() + timedelta(days=rng.randint(-400, 30))


def _id(prefix: str) -> Callable[[Random, Known], str]:
    return lambda rng, known: rng.choice([*known.ids.get(prefix, ()), f"{prefix}_none"])


def _handle(rng: Random, known: Known) -> str:
    return rng.choice(known.handles) if rng.random() < 0.95 else "h_nobody"


def _person(rng: Random, _known: Known, numbers: list[int] | None = None) -> PersonFields:
    number = rng.choice(numbers or _known.numbers)
    whole = rich(number)
    if rng.random() < 0.5:
        return whole
    kept = rng.sample(sorted(whole.present()), rng.randint(0, 4))
    return PersonFields(**{name: getattr(whole, name) for name in kept})


def _statement(rng: Random, known: Known) -> GrantStatement:
    effect = rng.choice(list(StatedEffect))
    stated: dict[str, Any] = {"effect": effect, "hard": effect is StatedEffect.FORBID and rng.random() < 0.3}
    if effect is StatedEffect.PERMIT:
        stated |= {
            "categories": frozenset(rng.sample(list(FieldCategory), 3)),
            "purposes": frozenset({Purpose.HOUSING_SUPPORT}),
            "actions": frozenset({Action.VIEW, Action.SEARCH, Action.COLLECT}),
            "agencies": frozenset({rng.choice(AGENCIES).agency_id, known.actor.agency_id}),
            "lawful_basis": LawfulBasis.CONSENT,
            "open_ended": True,
        }
    return GrantStatement(**stated)


def _profile(_rng: Random, known: Known) -> Profile:
    return parse_profile(
        f'agency = "{known.actor.agency_id}"\nreference = "Ref"\n[fields]\nfamily_name = "Surname"\n'
        'date_of_birth = "DOB"\n'
    )


def _file(rng: Random, known: Known) -> Path:
    rows = [
        f"{rng.choice(known.references)},{rich(rng.choice(known.numbers)).family_name},{n}/{n}/1970"
        for n in range(1, 4)
    ]
    path = known.folder / "clients.csv"
    path.write_text("Ref,Surname,DOB\n" + "\n".join(rows) + "\n,Nobody,1/1/1970\n", encoding="utf-8")
    return path


def _giver(rng: Random, known: Known) -> Giver:
    return Giver(
        reference=rng.choice([*known.ids.get("rec", ()), "mother"]), capacity=rng.choice(list(Capacity))
    )


def _happening_data(rng: Random, _known: Known) -> dict[str, Any]:
    return event_data(rng.choice(list(EventKind)), rng)


BY_TYPE: dict[Any, Callable[[Random, Known], Any]] = {
    bool: lambda rng, _k: rng.random() < 0.5,
    int: lambda rng, _k: rng.choice([0, 1, 2, 5, 20, 100]),
    float: lambda rng, _k: rng.choice([0.0, 0.5, 10.0]),
    bytes: lambda rng, _k: rng.randbytes(4),
    date: lambda rng, _k: day(rng),
    datetime: lambda rng, _k: datetime.combine(day(rng), time(9), UTC),
    PersonFields: _person,
    GrantStatement: _statement,
    Grant: lambda rng, known: grant_terms(rng, known),
    Profile: _profile,
    Path: _file,
    Giver: _giver,
    StatusRules: lambda _r, _k: COUNTY,
    Actor: lambda rng, _k: Actor(
        agency_id=rng.choice(AGENCIES).agency_id,
        user_id=UserId("other"),
        role=rng.choice([Role.STEWARD, Role.MANAGER]),
    ),
    type(None): lambda _r, _k: None,
}
BY_NAME: dict[str, Callable[[Random, Known], Any]] = {
    **dict.fromkeys(("handle", "one", "other", "member", "person", "whose"), _handle),
    "reference": lambda rng, known: rng.choice(known.references),
    "terms": grant_terms,
    "profile": _profile,
    "path": _file,
    "data": _happening_data,
    "policy": lambda _r, _k: None,
    "handles": lambda rng, known: rng.choices(known.handles, k=2) if rng.random() < 0.8 else ["h_nobody"],
    "fields": lambda rng, _k: rng.sample([*FIELD_CATEGORY, "no_field"], 3),
    "receipts": lambda rng, known: [_id("rct")(rng, known)],
    "confirm": lambda rng, _k: rng.sample(["kept", "all", *TEXTS], 2),
    "reason": lambda rng, _k: rng.choice(["fire", "request", *TEXTS]),
    "minutes": lambda rng, _k: rng.choice([0, 1, 60, 10_000]),
    **{
        f"{p}_id": _id(k)
        for p, k in {
            "grant": "gra",
            "event": "evt",
            "task": "tsk",
            "judgement": "jud",
            "record": "rec",
            "household": "hou",
            "submission": "sub",
            "receipt": "rct",
        }.items()
    },
    "corrects": _id("evt"),
    "receipt": _id("rct"),
    "progress": lambda _r, _k: None,
    "recipient": lambda rng, _k: rng.choice(AGENCIES).agency_id,
    "area": lambda rng, _k: rng.choice(("Oxford", "Cherwell")),
}
IDS = {
    "GrantId": "gra",
    "EventId": "evt",
    "TaskId": "tsk",
    "JudgementId": "jud",
    "RecordId": "rec",
    "HouseholdId": "hou",
    "SubmissionId": "sub",
    "PersonId": "rec",
}


def draw(hint: Any, name: str, rng: Random, known: Known) -> Any:
    """Draw a value of a type, by the name of the parameter where that says more."""
    if name in BY_NAME:
        return BY_NAME[name](rng, known)
    if hint in BY_TYPE:
        return BY_TYPE[hint](rng, known)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return draw(rng.choice(inner), name, rng, known)
    if origin in _MANY:
        several = [draw(inner[0], "", rng, known) for _ in range(rng.choice([0, 1, 1, 3]))]
        return _MANY[origin](several)
    if origin is typing.Literal:
        return rng.choice(inner)
    if hint is str or hint is Any:
        return rng.choice(TEXTS)
    return _made(hint, name, rng, known)


_MANY: dict[Any, Callable[[list[Any]], Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
}


def _made(hint: Any, name: str, rng: Random, known: Known) -> Any:
    if isinstance(hint, typing.NewType):
        if hint.__name__ == "Handle":
            return _handle(rng, known)
        if hint.__name__ == "AgencyId":
            return rng.choice(AGENCIES).agency_id
        return _id(IDS[hint.__name__])(rng, known) if hint.__name__ in IDS else rng.choice(TEXTS)
    if typing.get_origin(hint) is collections.abc.Callable:
        return None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return rng.choice(list(hint))
    if isinstance(hint, type) and (hasattr(hint, "_fields") or dataclasses.is_dataclass(hint)):
        inner = typing.get_type_hints(hint)
        return hint(
            **{one: draw(kind, one, rng, known) for one, kind in inner.items() if one in _fields(hint)}
        )
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        inner = typing.get_type_hints(hint)
        return hint(**{one: draw(inner[one], one, rng, known) for one in hint.model_fields})
    raise NoRecipe(f"{name}: {hint}")


def _fields(hint: Any) -> tuple[str, ...]:
    named: tuple[str, ...] = getattr(hint, "_fields", ()) or tuple(f.name for f in dataclasses.fields(hint))
    return named

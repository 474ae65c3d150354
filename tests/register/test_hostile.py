"""Whatever is handed over, nothing leaks and nothing crashes; a refusal is logged and tells nothing back."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import BnlError, InvalidValue, NotFound
from bnl.register.consents import Given
from bnl.register.session import Session
from tests.register import hostile
from tests.register.calls import Known, arguments, public_calls
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    STEWARD,
    County,
    forbid,
    permit,
    rich,
)
from tests.register.twins import statements_of

CALLS = public_calls()
WHO = (
    Actor(agency_id=CITY, user_id=UserId("u"), role=Role.HOUSING_OFFICER),
    Actor(agency_id=CHARITY, user_id=UserId("u"), role=Role.SUPPORT_WORKER),
    STEWARD,
)
WHY = (Purpose.HOMELESSNESS_PREVENTION, Purpose.HOUSING_SUPPORT, Purpose.LINKAGE)


def tried(
    county: County, session: Session, name: str, /, *args: Any, **kwargs: Any
) -> tuple[object, BnlError | None]:
    """Make a call that may be refused but not crash; a refusal leaves an entry and quotes nothing."""
    before = county.size()
    try:
        return getattr(session, name)(*args, **kwargs), None
    except BnlError as error:
        refused = error
    left = county.entries(before)
    assert left, (name, refused)
    assert all(entry.agency == session.actor.agency_id for entry in left)
    # A file's name is told: whoever names it has it.
    given = [*args, *(value for key, value in kwargs.items() if key not in ("path", "profile"))]
    texts = [v for v in given if isinstance(v, str) and len(v) > 5 and v in hostile.TEXTS]
    told = f"{refused} {refused!r} {vars(refused)} {[entry.model_dump() for entry in left]}"
    assert not [text for text in texts if text in told], (name, refused)
    return None, refused


def known_in(county: County, actor: Actor, folder: Path) -> Known:
    """A county with a few people, and what an actor may name of it."""
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    grant = county.officer(CITY).record_grant(handle, **permit(CITY, CHARITY))
    hidden = county.worker(REFUGE).submit("R-1", rich(2)).handle
    handles: list[str] = [handle, hidden, county.core.handles.handle(CHARITY, county.record_of(CITY, handle))]
    return Known(actor, folder, handles, {"gra": [grant]}, ["A-1", "R-1"], [1, 2])


@pytest.mark.parametrize("name", sorted(CALLS))
def test_no_argument_of_any_call_crashes_it(name: str, county: County, tmp_path: Path) -> None:
    rng, hints = Random(f"hostile {name}"), typing.get_type_hints(CALLS[name])
    actor, purpose = rng.choice(list(zip(WHO, WHY, strict=True)))
    known = known_in(county, actor, tmp_path)
    session = county.register.session(actor, purpose)
    parameters = [p for p in inspect.signature(CALLS[name]).parameters.values() if p.name != "self"]
    for parameter in parameters:
        huge = hostile.HUGE[1:2] if hints[parameter.name] is str else ()
        for bad in (*rng.sample(hostile.TEXTS, 3), *rng.sample(hostile.NOT_TEXTS, 2), *huge):
            _, kwargs = arguments(name, CALLS[name], rng, known)
            if parameter.kind is parameter.VAR_KEYWORD:
                if kwargs.keys() - {p.name for p in parameters}:
                    kwargs[rng.choice(sorted(kwargs.keys() - {p.name for p in parameters}))] = bad
            else:
                kwargs[parameter.name] = bad
            tried(county, session, name, **kwargs)
    assert county.register.verify().sound


def test_a_search_for_hostile_text_finds_only_whom_it_names(county: County) -> None:
    for number in range(3):
        county.officer(CITY).submit(f"A-{number}", rich(number))
    officer, rng = county.officer(CITY), Random("search")
    for _ in range(2):
        with statements_of(county) as usual:
            assert officer.search(rich(50)) == []
    for name in PersonFields.model_fields:
        for text in (*rng.sample(hostile.TEXTS, 3), rng.choice(hostile.HUGE)):
            try:
                wanted = PersonFields.model_validate({name: (text,) if _is_list(name) else text})
            except ValueError:
                continue
            with statements_of(county) as sent:
                try:
                    found = officer.search(wanted)
                except BnlError:
                    continue
            # One of them is called Amara, and is rightly found by what is left of the name.
            assert found == [] or "mara" in text
            assert found or sent == usual


def _is_list(name: str) -> bool:
    return PersonFields.model_fields[name].annotation == tuple[str, ...]


@pytest.mark.parametrize("text", [pytest.param(t, id=ascii(t)[:40]) for t in hostile.TEXTS])
def test_what_is_said_is_refused_or_read_back_as_it_was_said(text: str, county: County) -> None:
    try:
        said = rich(1, given_names=text, notes=text, aliases=(text,))
    except ValueError:
        return
    session = county.worker(CHARITY)
    receipt, error = tried(county, session, "submit", "C-1", said)
    if error is None:
        view = session.person(receipt.handle)  # type: ignore[attr-defined]
        assert view.value("given_names") == (said.given_names or None)
        assert view.value("notes") == (said.notes or None)
        session.search(said)
        session.by_name_list()
    assert county.register.verify().sound


@pytest.mark.parametrize("text", [pytest.param(t, id=f"{len(t)}") for t in hostile.HUGE])
def test_huge_texts_are_refused_or_kept_whole(text: str, county: County) -> None:
    session = county.worker(CHARITY)
    receipt, error = tried(county, session, "submit", "C-1", rich(1, notes=text, family_name=text))
    assert error is None or isinstance(error, InvalidValue)
    if receipt is not None:
        assert session.person(receipt.handle).value("notes") == text  # type: ignore[attr-defined]
    found, _ = tried(county, session, "search", rich(1, family_name=text))
    assert found is None or len(found) <= 1  # type: ignore[arg-type]
    for name in ("person", "timeline", "disclosures"):
        assert isinstance(tried(county, session, name, text)[1], NotFound)


def check_many_grants(county: County, count: int) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    theirs = county.core.handles.handle(HOSTEL, county.record_of(CHARITY, handle))
    made, failed = worker.record_grants([Given(permit(CHARITY, HOSTEL), handle)] * count)
    assert (len(made), failed) == (count, [])
    before = county.size()
    assert county.worker(HOSTEL).person(theirs).value("family_name") == rich(1).family_name
    assert {grant for entry in county.entries(before) for grant in entry.grants} >= set(made)
    assert county.worker(HOSTEL).search(rich(1))[0].person.handle == theirs
    worker.record_grant(handle, **forbid())
    with pytest.raises(NotFound):
        county.worker(HOSTEL).person(theirs)


def test_a_thousand_grants_on_one_person(county: County) -> None:
    check_many_grants(county, 1_000)


@pytest.mark.long
def test_ten_thousand_grants_on_one_person(county: County) -> None:
    check_many_grants(county, 10_000)


def hidden_and_none(county: County, agency: AgencyId) -> list[str]:
    """Handles that must all answer alike: of somebody hidden, another agency's, none at all, and worse."""
    hidden = county.worker(REFUGE).submit("R-9", rich(5)).handle
    barred = county.officer(CHERWELL).submit("D-9", rich(6)).handle
    everything = forbid(hard=True, purposes=frozenset(Purpose))
    county.officer(CHERWELL).record_grant(barred, **everything)
    core = county.core
    return [
        core.handles.handle(agency, county.record_of(REFUGE, hidden)),
        core.handles.handle(agency, county.record_of(CHERWELL, barred)),
        hidden,
        barred,
        county.record_of(REFUGE, hidden),
        "h_" + "a" * 32,
        "",
        "%",
    ]


BY_HANDLE: dict[str, Callable[[Session, str], object]] = {
    "person": Session.person,
    "timeline": Session.timeline,
    "disclosures": Session.disclosures,
    "record_grant": lambda s, h: s.record_grant(h, **forbid()),
    "link": lambda s, h: s.link(h, "h_none"),
}


@pytest.mark.parametrize("name", sorted(BY_HANDLE))
def test_a_handle_of_somebody_hidden_answers_as_one_of_nobody(name: str, county: County) -> None:
    session = county.session(
        CITY, *((Role.STEWARD, Purpose.LINKAGE) if name == "link" else (WHO[0].role, WHY[0]))
    )
    answers = set()
    for handle in hidden_and_none(county, CITY):
        before = county.size()
        with pytest.raises(NotFound) as caught, statements_of(county) as sent:
            BY_HANDLE[name](session, handle)
        left = tuple((e.action, e.decision, e.subject_count, str(e.details)) for e in county.entries(before))
        answers.add((str(caught.value), repr(caught.value), tuple(sent), left))
    assert len(answers) == 1

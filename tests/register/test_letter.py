"""The letter: every line proved, readable by the person, and checked with the public key alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from bnl.domain.event import EventKind
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import NotFound, ProofError
from bnl.register.letter import Letter
from bnl.register.letter_check import check_letter
from tests.register.county import CHERWELL, CITY, HOSTEL, REFUGE, START, County, fields, rich


@pytest.fixture
def person(county: County) -> str:
    """Somebody whom two councils know and a third party tried to see; the city's handle."""
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.officer(CHERWELL).submit("B-1", rich(1)).handle
    county.officer(CITY).submit("A-2", rich(2))
    other = county.core.handles.handle(CITY, county.record_of(CHERWELL, theirs))
    county.steward().link(mine, other)
    county.officer(CHERWELL).person(theirs)
    county.officer(CITY).record_event(mine, EventKind.CONTACT, START.date())
    return mine


@pytest.fixture
def letter(county: County, person: str) -> Letter:
    return county.access(CITY).disclosures_letter(person)


def test_each_line_is_what_disclosures_tells(county: County, person: str, letter: Letter) -> None:
    told = county.access(CITY).disclosures(person).entries
    proved = check_letter(letter.to_json(), county.register.public_key).lines
    assert {line.sequence for line in proved} == {one.sequence for one in told} - {told[-1].sequence}
    by_sequence = {one.sequence: one for one in told}
    for line in proved:
        one = by_sequence[line.sequence]
        assert (line.time, line.agency, line.actor, line.action) == (
            one.time,
            one.agency,
            one.actor,
            one.action,
        )
        assert (line.purpose, line.basis, line.decision) == (one.purpose, one.basis, one.decision)
        assert set(line.fields) <= set(one.fields)
    assert repr(letter) == f"Letter({len(proved)} lines)"


def test_the_page_is_words_and_carries_its_proofs(county: County, letter: Letter) -> None:
    page = letter.page()
    for said in ("Who saw what about you", "Oxford City Council", "Cherwell", "looked at what is held",
                 "took in or confirmed", "given names", "housing authorities" and "public task"):  # fmt: skip
        assert said in page
    assert "http" not in page
    assert check_letter(page, county.register.public_key).kind == "letter"


def test_the_page_names_nobody(letter: Letter) -> None:
    said = rich(1)
    for text in (letter.page(), letter.to_json()):
        for value in (said.given_names, said.family_name, said.date_of_birth, said.ni_number):
            assert value is not None
            assert value not in text


def test_one_entry_about_several_records_is_one_line_of_the_page(letter: Letter) -> None:
    entries = {line["entry"] for line in letter.content["disclosures"]}
    assert len(letter.content["disclosures"]) > len(entries)
    assert letter.page().count("<tr><td>") == len(entries)


def changed(content: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> str:
    copy: dict[str, Any] = json.loads(json.dumps(content))
    change(copy)
    return json.dumps(copy)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda c: c["disclosures"][0].update(
                entry=c["disclosures"][0]["entry"].replace("collect", "view")
            ),
            id="the entry",
        ),
        pytest.param(lambda c: c["disclosures"][0].update(fields=0), id="the fields"),
        pytest.param(lambda c: c["disclosures"][0].update(position=5), id="the place"),
        pytest.param(lambda c: c["disclosures"][0].update(pseudonym="00" * 32), id="whose it is"),
        pytest.param(
            lambda c: c["disclosures"][0].update(entry=c["disclosures"][1]["entry"]), id="another's entry"
        ),
        pytest.param(lambda c: c.update(register="other.example/log"), id="the register"),
        pytest.param(lambda c: c.update(format="bnl-letter/9"), id="the format"),
        pytest.param(lambda c: c.update(disclosures=None), id="no lines"),
        pytest.param(lambda c: c["disclosures"].append({}), id="an empty line"),
        pytest.param(lambda c: c["disclosures"].append(7), id="no line"),
    ],
)
def test_a_letter_that_was_changed_is_refused(
    county: County, letter: Letter, change: Callable[[dict[str, Any]], object]
) -> None:
    check_letter(changed(dict(letter.content), lambda _: None), county.register.public_key)
    with pytest.raises(ProofError):
        check_letter(changed(dict(letter.content), change), county.register.public_key)


def test_a_page_that_shows_something_else_than_its_proofs_is_refused(county: County, letter: Letter) -> None:
    page = letter.page()
    for old, new in (("Cherwell", "Nobody"), ("looked at", "did not look at"), ("2026", "2025")):
        shown, mark, held = page.partition('<script type="application/json"')
        with pytest.raises(ProofError, match="something else"):
            check_letter(shown.replace(old, new, 1) + mark + held, county.register.public_key)


def test_the_page_may_not_hide_a_line(county: County, letter: Letter) -> None:
    hidden = re.sub(r"<tr><td>.*?</tr>", "", letter.page(), count=1)
    assert hidden != letter.page()
    with pytest.raises(ProofError, match="something else"):
        check_letter(hidden, county.register.public_key)


def test_a_line_left_out_of_both_is_not_seen_as_the_documentation_says(
    county: County, letter: Letter
) -> None:
    """Both sides: what is there is proved; that nothing is missing, no letter can prove."""
    shorter = Letter(dict(letter.content) | {"disclosures": letter.content["disclosures"][1:]})
    assert check_letter(shorter.page(), county.register.public_key).kind == "letter"


def test_another_registers_key_proves_nothing(
    county: County, letter: Letter, make_county: Callable[[], County]
) -> None:
    with pytest.raises(ProofError):
        check_letter(letter.page(), make_county().register.public_key)


def test_a_refuge_is_not_named_to_others(county: County) -> None:
    collecting = county.session(REFUGE, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT)
    hidden = collecting.submit("R-1", fields(1)).handle
    own = county.access(REFUGE).disclosures_letter(hidden)
    assert REFUGE in own.page()
    with pytest.raises(NotFound):
        county.access(HOSTEL).disclosures_letter(
            county.core.handles.handle(HOSTEL, county.record_of(REFUGE, hidden))
        )


def test_asking_for_it_is_logged_as_what_it_is(county: County, letter: Letter) -> None:
    entry = county.entries()[-1]
    assert (entry.action, entry.purpose, entry.subject_count) == ("disclosures.letter", "subject_access", 2)
    assert letter.content["log_position"] == entry.sequence


@pytest.mark.parametrize("text", ["", "{}", "[]", "<html></html>", '{"format": 7}', "[" * 100_000])
def test_what_is_no_letter_is_refused(county: County, text: str) -> None:
    with pytest.raises(ProofError):
        check_letter(text, county.register.public_key)

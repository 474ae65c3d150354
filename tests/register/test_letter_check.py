"""Checking letters: either kind is told from the other, as page or JSON, with the public key alone."""

from __future__ import annotations

import json

import pytest

from bnl.domain.vocabulary import Purpose
from bnl.errors import ProofError
from bnl.register.letter_check import check_letter
from tests.register.county import STEWARD, County, rich


def both(county: County) -> dict[str, tuple[str, str]]:
    """Page and JSON of a letter and of a certificate."""
    mine = county.officer().submit("A-1", rich(1)).handle
    letter = county.access().disclosures_letter(mine)
    session = county.register.session(STEWARD, Purpose.STEWARDSHIP)
    certificate = session.erase(mine, confirm=[mine], reason="objection")
    return {
        "letter": (letter.page(), letter.to_json()),
        "certificate": (certificate.page(), certificate.to_json()),
    }


def test_each_kind_is_known_for_what_it_is(county: County) -> None:
    for kind, texts in both(county).items():
        for text in texts:
            checked = check_letter(text, county.register.public_key)
            assert checked.kind == kind
            assert bool(checked.lines) == (kind == "letter")
            assert (checked.statement is not None) == (kind == "certificate")


def test_neither_passes_for_the_other(county: County) -> None:
    made = both(county)
    for kind, other in (("letter", "bnl-erasure/1"), ("certificate", "bnl-letter/1")):
        content = json.loads(made[kind][1]) | {"format": other}
        with pytest.raises(ProofError):
            check_letter(json.dumps(content), county.register.public_key)


@pytest.mark.parametrize("key", ["", "x", "bnl.example/register+0+AAAA"])
def test_without_a_key_nothing_is_checked(county: County, key: str) -> None:
    with pytest.raises(ProofError):
        check_letter(both(county)["letter"][0], key)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"at": "2020-01-01T00:00:00.000000Z"}, id="when"),
        pytest.param({"reason": "unlawful"}, id="why"),
        pytest.param({"erased": []}, id="what was erased"),
        pytest.param({"kept": [{"handle": "h", "agency": "a", "because": []}]}, id="what was kept"),
        pytest.param({"beyond_use_until": "2020-01-01"}, id="until when"),
        pytest.param({"surprise": 1}, id="more than it said"),
    ],
)
def test_a_certificate_that_was_changed_is_refused(county: County, change: dict[str, object]) -> None:
    content = json.loads(both(county)["certificate"][1])
    content["statement"] |= change
    with pytest.raises(ProofError, match="another certificate"):
        check_letter(json.dumps(content), county.register.public_key)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"entry": 7, "log_proof": "", "statement": {}}, id="no entry"),
        pytest.param({"entry": "{}", "log_proof": "", "statement": {}}, id="another entry"),
        pytest.param({"entry": "é", "log_proof": "", "statement": {}}, id="no ASCII"),
        pytest.param({"entry": "{}", "log_proof": "", "statement": 3}, id="no statement"),
    ],
)
def test_a_malformed_certificate_is_refused(county: County, content: dict[str, object]) -> None:
    with pytest.raises(ProofError):
        check_letter(json.dumps(content | {"format": "bnl-erasure/1"}), county.register.public_key)


def test_a_page_whose_statement_lacks_its_parts_is_refused(county: County) -> None:
    page, _ = both(county)["letter"]
    with pytest.raises(ProofError):
        check_letter(page.replace('"agencies"', '"agencieS"'), county.register.public_key)

"""Exports: what both sides may have, under a receipt, in files that run nowhere."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role
from bnl.errors import BnlError, Denied, InputError
from bnl.exchange.writers import FORMULA_STARTS
from bnl.register.exporting import Export
from bnl.register.receipts import said, unguarded
from tests.register.county import (
    CHARITY,
    CITY,
    HOSPITAL,
    HOSTEL,
    REFUGE,
    County,
    forbid,
    permit,
    rich,
)

SENDING = frozenset({Action.EXPORT, Action.VIEW, Action.SEARCH})


def agreed(county: County, number: int = 1, reference: str = "C-1", **changes: Any) -> str:
    """A person of the charity who agreed that the hostel is sent the basics."""
    handle = county.worker().submit(reference, rich(number, **changes)).handle
    county.worker().record_grant(handle, **permit(CHARITY, CHARITY, HOSTEL, actions=SENDING))
    return handle


def sent(county: County, **asked: Any) -> Export:
    return county.worker().export(HOSTEL, **asked)


def test_what_was_agreed_is_sent_under_the_recipients_handle_and_a_receipt(stored_county: County) -> None:
    county = stored_county
    handle = agreed(county, income="nil")
    made = sent(county, handles=[handle])
    (row,) = made.rows
    assert row.handle == county.core.handles.handle(HOSTEL, county.record_of(CHARITY, handle)) == row.person
    assert row.values["family_name"] == rich(1).family_name
    assert not {"address", "income"} & row.values.keys()
    assert row.said_by == ""
    assert f"receipt: {made.receipt_id}" in made.obligations
    assert made.left_out == ()
    assert repr(made) == f"Export({made.receipt_id}, 1 records)"
    county.reopen()
    kept = county.core.refresh().receipts[made.receipt_id].data
    assert (kept["sender"], kept["recipient"]) == (CHARITY, HOSTEL)
    assert str(rich(1).family_name) not in str(kept)
    entry = county.entries()[-1]
    assert (entry.details["recipient"], entry.details["receipt"]) == (HOSTEL, made.receipt_id)
    (told,) = [o for o in county.access(CHARITY).disclosures(handle).entries if o.action == "export"]
    assert told.recipient == HOSTEL
    assert "family_name" in told.fields
    assert county.register.verify().sound


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"agencies": frozenset({CHARITY})}, id="recipient-not-permitted"),
        pytest.param({"agencies": frozenset({HOSTEL})}, id="sender-not-permitted"),
        pytest.param({"actions": frozenset({Action.EXPORT})}, id="recipient-may-not-view"),
        pytest.param({"actions": frozenset({Action.VIEW})}, id="not-to-be-exported"),
        pytest.param({"users": frozenset({"user-1"})}, id="recipient-is-no-user"),
        pytest.param({"roles": frozenset({Role.SUPPORT_WORKER})}, id="recipient-has-no-role"),
        pytest.param({"purposes": frozenset({Purpose.OUTREACH})}, id="another-purpose"),
    ],
)
def test_what_one_side_may_not_is_not_sent(county: County, terms: dict[str, Any]) -> None:
    handle = county.worker().submit("C-1", rich(1)).handle
    given = permit(CHARITY, CHARITY, HOSTEL, actions=SENDING)
    county.worker().record_grant(handle, **(given | terms))
    made = sent(county, handles=[handle, "h_none"])
    assert (made.rows, made.left_out) == ((), (handle, "h_none"))
    assert sent(county).rows == ()


def test_a_refusal_and_a_withdrawal_stop_it(county: County) -> None:
    handle = agreed(county)
    refusal = county.worker().record_grant(handle, **forbid(agencies=frozenset({HOSTEL})))
    assert sent(county).rows == ()
    county.worker().withdraw_grant(refusal)
    assert len(sent(county).rows) == 1


def test_everybody_is_sent_of_whom_anything_may_be(county: County) -> None:
    for number in range(3):
        agreed(county, number, f"C-{number}")
    county.worker().submit("C-9", rich(9))
    made = sent(county, fields=["family_name", "phones"])
    assert len(made.rows) == 3
    assert {name for row in made.rows for name in row.values} == {"family_name", "phones"}


def test_what_another_agency_said_is_passed_on_only_with_its_receipt_to_whom_it_named(county: County) -> None:
    handle = county.worker().submit("C-1", rich(1)).handle
    terms = permit(CHARITY, CHARITY, HOSTEL, HOSPITAL, actions=SENDING, users=ANY, roles=ANY)
    county.worker().record_grant(handle, **terms, onward_recipients=frozenset({HOSPITAL}))
    first = sent(county)
    theirs = first.rows[0].handle
    hostel = county.worker(HOSTEL)
    assert hostel.export(HOSPITAL, handles=[theirs]).rows == ()
    assert hostel.export(HOSPITAL, handles=[theirs], receipts=["rct_made_up"]).rows == ()
    passed = hostel.export(HOSPITAL, handles=[theirs], receipts=[first.receipt_id])
    assert [row.values["family_name"] for row in passed.rows] == [rich(1).family_name]
    # Nobody else gets it, and nobody else can show that receipt.
    assert hostel.export(REFUGE, handles=[theirs], receipts=[first.receipt_id]).rows == ()
    back = county.worker(CHARITY).export(HOSPITAL, handles=[handle], receipts=[first.receipt_id])
    assert len(back.rows) == 1  # its own words need no receipt
    city = county.core.handles.handle(CITY, county.record_of(CHARITY, handle))
    assert county.officer(CITY).export(HOSPITAL, handles=[city], receipts=[first.receipt_id]).rows == ()


@pytest.mark.parametrize(
    ("recipient", "asked"),
    [
        pytest.param("nobody", {}, id="unknown-agency"),
        pytest.param(CHARITY, {}, id="to-itself"),
        pytest.param("Jane Example", {}, id="no-agency-id"),
        pytest.param(HOSTEL, {"fields": []}, id="no-field"),
        pytest.param(HOSTEL, {"fields": ["family_name", "shoe_size"]}, id="no-such-field"),
    ],
)
def test_an_impossible_export_is_refused(county: County, recipient: str, asked: dict[str, Any]) -> None:
    agreed(county)
    before = county.size()
    with pytest.raises(Denied) as caught:
        county.worker().export(AgencyId(recipient), **asked)
    assert caught.value.reasons == ("unknown_value",)
    assert [entry.action for entry in county.entries(before)] == ["attempt.export"]
    assert not county.core.refresh().receipts


@pytest.mark.parametrize("start", [*FORMULA_STARTS, " =", "'="])
def test_no_cell_of_a_csv_is_run_and_the_text_comes_back(county: County, start: str) -> None:
    name = f"{start}HYPERLINK(1)"
    agreed(county, family_name=name)
    made = sent(county)
    (row,) = csv.DictReader(io.StringIO(made.csv(), newline=""))
    assert not row["family_name"].lstrip(" ").startswith(FORMULA_STARTS)
    assert said([("family_name", unguarded(row["family_name"]))]) == said([("family_name", name)])
    (line,) = (json.loads(text) for text in made.json_lines().splitlines())
    assert line["family_name"] == name


def test_a_file_is_readable_by_its_owner_alone(county: County, tmp_path: Path) -> None:
    agreed(county)
    made = sent(county)
    for name in ("out.csv", "out.jsonl"):
        place = made.write(tmp_path / name)
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    for wrong in ("out.xlsx", "out"):
        with pytest.raises(InputError):
            made.write(tmp_path / wrong)


def test_an_export_never_holds_what_a_household_hides(county: County) -> None:
    handle = county.worker().submit("C-1", rich(1)).handle
    categories = frozenset({FieldCategory.IDENTITY, FieldCategory.LOCATION})
    terms = permit(CHARITY, CHARITY, HOSTEL, actions=SENDING, categories=categories)
    county.worker().record_grant(handle, **terms)
    assert "address" in sent(county).rows[0].values
    county.worker().record_grant(handle, **forbid(hard=True, categories=frozenset({FieldCategory.LOCATION})))
    assert "address" not in sent(county).rows[0].values


@pytest.mark.parametrize("handles", [[7], [None], ["h_\ud800"]])
def test_handles_that_are_none_crash_nothing(county: County, handles: list[Any]) -> None:
    try:
        assert sent(county, handles=handles).rows == ()
    except BnlError:
        assert county.entries()[-1].action == "attempt.export"

"""The review queue: what a reviewer is shown, what a verdict does, and what no form from elsewhere can do."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.vocabulary import FieldCategory
from bnl.register.release import PersonView
from bnl.web.review import Pieces, Reason, compare, difference
from tests.register.county import STEWARD
from tests.web.bench import OFFICER, OTHER_STEWARD, WORKER, Bench
from tests.web.page import Page

LINK = {"verdict": "link"}


def view(**golden: Any) -> PersonView:
    held = {name: SimpleNamespace(value=value) for name, value in golden.items()}
    return PersonView("h_x", cast("Any", held), (), frozenset({FieldCategory.HEALTH}), (), ())  # type: ignore[arg-type]


def whole(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def marked(pieces: Pieces) -> list[str]:
    return [text for text, differs in pieces if differs]


# ---------------------------------------------------------------- side by side


@pytest.mark.parametrize(
    ("left", "right", "left_marks", "right_marks"),
    [
        pytest.param("Dave", "Davve", [], ["v"], id="a letter too many"),
        pytest.param("1975-03-04", "1975-03-05", ["4"], ["5"], id="one figure"),
        pytest.param("1985", "1985-06-25", [], ["-06-25"], id="year alone"),
        pytest.param("AB123456C", "GE255030D", ["AB123456C"], ["GE255030D"], id="nothing alike"),
        pytest.param("Maria", "MARIO", ["a"], ["O"], id="capitals do not differ"),
        pytest.param("Straße 1", "Strasse 2", ["Straße 1"], ["Strasse 2"], id="letters that fold to two"),
        pytest.param("José", "Jose", ["é"], ["e"], id="an accent"),
    ],
)
def test_what_differs_is_marked(left: str, right: str, left_marks: list[str], right_marks: list[str]) -> None:
    one, other = difference(left, right)
    assert (marked(one), marked(other)) == (left_marks, right_marks)


texts = st.text(min_size=1, max_size=25)


@given(texts, texts)
def test_the_pieces_of_a_side_are_its_value(left: str, right: str) -> None:
    one, other = difference(left, right)
    assert whole(one) == left
    assert whole(other) == right


@given(texts, texts)
def test_what_is_not_marked_is_the_same_on_both_sides(left: str, right: str) -> None:
    one, other = difference(left, right)
    kept = ["".join(text for text, differs in side if not differs).casefold() for side in (one, other)]
    assert kept[0] == kept[1]


@given(texts, texts)
def test_the_other_way_round_the_same_sides_are_marked(left: str, right: str) -> None:
    """Which letters are taken as common may vary; whether a side differs at all may not."""
    one, other = difference(left, right)
    back_other, back_one = difference(right, left)
    assert bool(marked(one) + marked(other)) == bool(marked(back_one) + marked(back_other))


@given(texts)
def test_a_value_does_not_differ_from_itself(text: str) -> None:
    rows = compare(view(landlord=text), view(landlord=text), {})
    assert [row.mark for row in rows if row.name == "landlord"] == ["same"]


def test_rows_come_name_first_then_fields_then_other_comparisons() -> None:
    left = view(given_names="Ada", family_name="Quill", date_of_birth="1960-07-07")
    right = view(full_name="ADA QUILL", phones=("1", "2"))
    evidence = {
        "given_names": "exact",
        "date_of_birth": "missing",
        "middle_names": "missing",
        "city": "near_by",
    }
    rows = compare(left, right, evidence)
    assert [row.name for row in rows] == [
        "name",
        "given names",
        "family name",
        "full name",
        "date of birth",
        "phones",
        "city",
    ]
    assert [row.mark for row in rows] == ["same", *["one side"] * 5, ""]
    assert [row.evidence for row in rows] == ["", "exact", "", "", "not compared", "", "near by"]
    assert whole(rows[5].right) == "1, 2"


def test_nothing_known_on_either_side_is_still_a_row() -> None:
    rows = compare(view(), view(), {})
    assert [(row.name, whole(row.left)) for row in rows] == [("name", "(name not known)")]


def test_the_queue_shows_both_sides_the_difference_and_the_evidence(bench: Bench) -> None:
    page = Page(bench.client().get("/review").text)
    text = page.words()
    assert text.count("Pair ") == len(bench.tasks()) == 2
    assert "1975-03-04" in text
    assert "1975-03-05" in text
    assert {"4", "5"} < set(page.marked)
    assert "differs digit" in text
    assert "+5.0 bits, 75.00 % likely one person" in text
    assert "namesakes?" in text
    assert "bits" in text
    assert "1 Made-up Lane" in text


def test_what_is_not_the_reviewers_to_see_is_named_not_shown(bench: Bench) -> None:
    page = Page(bench.client().get("/review").text)
    assert "■ not yours to see, on one side or both:" in page.words()
    assert "finance" in page.text
    assert "income" not in page.text


def test_each_pair_can_be_judged_without_scripts_and_reached_by_keys(bench: Bench) -> None:
    page = Page(bench.client().get("/review").text)
    forms = page.all("form")
    buttons = page.all("button")
    assert len(forms) == 2
    assert {form["method"] for form in forms} == {"post"}
    assert [button.get("value") for button in buttons] == ["link", "non_link", "undecided"] * 2
    assert [button["data-key"] for button in buttons] == ["l", "n", "u"] * 2
    assert {article["tabindex"] for article in page.all("article")} == {"0"}
    assert {option["value"] for option in page.all("option")} == {reason.value for reason in Reason}


@pytest.mark.parametrize("limit", [1, 2])
def test_the_queue_is_as_long_as_asked_and_offers_more_only_where_it_may_go_on(
    bench: Bench, limit: int
) -> None:
    page = Page(bench.client().get(f"/review?limit={limit}").text)
    assert len(page.all("article")) == limit
    assert "/review?limit=50" in page.links()


def test_a_queue_shown_whole_offers_no_more(bench: Bench) -> None:
    assert "Show more" not in bench.client().get("/review?limit=3").text


@pytest.mark.parametrize("actor", [pytest.param(OFFICER, id="officer"), pytest.param(WORKER, id="worker")])
def test_who_may_not_link_is_shown_no_pair(bench: Bench, actor: Any) -> None:
    page = Page(bench.client(actor).get("/review").text)
    assert page.all("article") == []
    assert "Nothing waits that you may judge." in page.text
    assert "Lovegood" not in page.text


def test_looking_at_the_queue_is_logged_for_linkage(bench: Bench) -> None:
    size = bench.county.size()
    bench.client(OTHER_STEWARD).get("/review")
    (entry,) = bench.county.entries(size)
    assert (entry.action, entry.purpose, entry.actor) == ("review.queue", "linkage", "steward-2")


# ---------------------------------------------------------------- verdicts


def send(bench: Bench, path: str, actor: Any = STEWARD, **form: str) -> Any:
    client = bench.client(actor)
    token = Page(client.get("/review?judged=link&judgement=jud_abc").text).token()
    return client.post(path, data={"token": token} | form)


def names(bench: Bench) -> list[str]:
    return [min(str(side.value("given_names")) for side in (task.left, task.right)) for task in bench.tasks()]


@pytest.mark.parametrize(
    ("verdict", "left", "one_person"),
    [
        pytest.param("link", ["Ivy"], True, id="one person"),
        pytest.param("non_link", ["Ivy"], False, id="not the same"),
        pytest.param("undecided", ["Ada", "Ivy"], False, id="undecided"),
    ],
)
def test_a_verdict_does_what_its_button_says(
    fresh: Bench, verdict: str, left: list[str], one_person: bool
) -> None:
    task = fresh.tasks()[0]
    answer = send(fresh, f"/review/{task.task_id}", verdict=verdict, reason="namesakes")
    assert answer.status_code == 303
    assert re.fullmatch(rf"/review\?judged={verdict}&judgement=jud_[a-z2-7]+", answer.headers["location"])
    assert names(fresh) == left
    people = {fresh.county.person_of(STEWARD.agency_id, side.handle) for side in (task.left, task.right)}
    assert (len(people) == 1) is one_person


def test_a_verdict_is_logged_under_who_judged(fresh: Bench) -> None:
    size = fresh.county.size()
    task = fresh.tasks()[0].task_id
    send(fresh, f"/review/{task}", OTHER_STEWARD, verdict="link")
    judged = [entry for entry in fresh.county.entries(size) if entry.action == "link.judge"]
    assert [(entry.actor, entry.purpose) for entry in judged] == [("steward-2", "linkage")]


def test_a_judgement_is_taken_back_by_the_button_shown_after_it(fresh: Bench) -> None:
    task = fresh.tasks()[0]
    after = send(fresh, f"/review/{task.task_id}", verdict="link").headers["location"]
    client = fresh.client()
    page = Page(client.get(after).text)
    assert "Judged: one person." in page.words()
    (undo,) = [form["action"] for form in page.all("form") if form["action"].startswith("/undo/")]
    assert names(fresh) == ["Ivy"]
    undone = client.post(undo, data={"token": page.token()})
    assert (undone.status_code, undone.headers["location"]) == (303, "/review")
    assert names(fresh) == ["Ada", "Ivy"]
    again = client.post(undo, data={"token": page.token()})
    assert again.status_code == 409
    assert "undone already" in Page(again.text).words()


def test_a_pair_judged_meanwhile_is_not_judged_again(fresh: Bench) -> None:
    task = fresh.tasks()[0].task_id
    send(fresh, f"/review/{task}", verdict="non_link")
    late = send(fresh, f"/review/{task}", OTHER_STEWARD, verdict="link")
    assert late.status_code == 409
    assert "Somebody has judged this pair meanwhile." in Page(late.text).words()


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param("0" * 64, id="guessed"),
        pytest.param("ü" * 64, id="not ASCII"),
    ],
)
@pytest.mark.parametrize("path", ["/review/{}", "/undo/jud_abc"])
def test_a_form_from_elsewhere_changes_nothing(fresh: Bench, path: str, token: str) -> None:
    task = fresh.tasks()[0].task_id
    size = fresh.county.size()
    answer = fresh.client().post(path.format(task), data=LINK | {"token": token})
    assert answer.status_code in {403, 422}
    assert fresh.county.size() == size
    assert len(fresh.tasks()) == 2


def test_a_form_with_somebody_elses_token_changes_nothing(fresh: Bench) -> None:
    task = fresh.tasks()[0].task_id
    stolen = Page(fresh.client(OTHER_STEWARD).get("/review").text).token()
    answer = fresh.client(STEWARD).post(f"/review/{task}", data=LINK | {"token": stolen})
    assert answer.status_code == 403
    assert "Open the page again" in Page(answer.text).words()
    assert len(fresh.tasks()) == 2


def test_a_form_without_a_token_changes_nothing(fresh: Bench) -> None:
    task = fresh.tasks()[0].task_id
    assert fresh.client().post(f"/review/{task}", data=LINK).status_code == 422
    assert len(fresh.tasks()) == 2


@pytest.mark.parametrize("path", ["/review/tsk_abc", "/undo/jud_abc"])
def test_an_address_alone_changes_nothing(bench: Bench, path: str) -> None:
    assert bench.client().get(path + "?verdict=link").status_code == 405


@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param({"verdict": "perhaps"}, 422, id="no such verdict"),
        pytest.param({}, 422, id="no verdict"),
        pytest.param({"verdict": "link", "reason": "Ada told me at the canal"}, 422, id="free text"),
        pytest.param({"verdict": "link", "reason": "person_confirmed"}, 404, id="no such pair"),
    ],
)
def test_a_form_says_only_what_its_choices_say(bench: Bench, form: dict[str, str], status: int) -> None:
    answer = send(bench, "/review/tsk_abc", **form)
    assert answer.status_code == status
    assert "canal" not in answer.text


@pytest.mark.parametrize("actor", [pytest.param(OFFICER, id="officer"), pytest.param(WORKER, id="worker")])
def test_who_may_not_link_can_neither_judge_nor_undo(fresh: Bench, actor: Any) -> None:
    task = fresh.tasks()[0].task_id
    made = send(fresh, f"/review/{task}", verdict="link").headers["location"].rpartition("=")[2]
    other = fresh.tasks()[0].task_id
    assert send(fresh, f"/review/{other}", actor, verdict="link").status_code == 404
    assert send(fresh, f"/undo/{made}", actor).status_code == 404
    assert names(fresh) == ["Ivy"]


def test_a_judgement_nobody_made_cannot_be_undone(bench: Bench) -> None:
    answer = send(bench, "/undo/jud_abc")
    assert answer.status_code == 404
    assert "no such judgement" in Page(answer.text).words()


def test_a_judgement_in_the_address_is_only_shown_as_an_undo_form(bench: Bench) -> None:
    page = Page(bench.client().get("/review?judged=undecided&judgement=jud_abc").text)
    assert "/undo/jud_abc" in page.links()
    assert "Judged: undecided." in page.words()
    assert "/undo/" not in bench.client().get("/review?judgement=jud_abc").text

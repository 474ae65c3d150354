"""Outcomes and the tally: nothing personal in a message, and sums that always hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.person import PersonFields
from bnl.domain.record import Submission
from bnl.exchange.findings import Doubt, Finding, Reason
from bnl.exchange.outcomes import Accepted, Outcome, Quarantined, Repeat, Tally

SMITH = Submission(reference="C-17", fields=PersonFields(family_name="Smith"), row=2)


def test_a_message_says_file_row_column_reason_and_advice() -> None:
    outcome = Quarantined("f.csv", 7, (Finding(Reason.IMPOSSIBLE_DATE, "DOB"),), "C-17", "C-17;Smith")
    assert outcome.message == (
        "file f.csv, row 7, column DOB: impossible_date. "
        "There is no such day in the calendar. Correct the date and send the row again."
    )
    assert (outcome.reason, outcome.column) == ("impossible_date", "DOB")
    assert outcome.advice in outcome.message


def test_a_message_about_a_whole_row_names_no_column() -> None:
    assert Quarantined("f.csv", 7, (Finding(Reason.NOT_JSON),)).message.startswith(
        "file f.csv, row 7: not_json. "
    )


def test_no_outcome_shows_a_person() -> None:
    quarantined = Quarantined("f.csv", 7, (Finding(Reason.FORMULA, "A"),), "C-17", "C-17;Smith")
    shown = repr(quarantined) + quarantined.message + repr(Accepted("f.csv", 2, SMITH))
    assert "Smith" not in shown
    assert "C-17" not in shown


outcomes = st.one_of(
    st.builds(
        Accepted,
        file=st.just("f"),
        row=st.integers(1, 99),
        submission=st.just(SMITH),
        warnings=st.lists(st.builds(Finding, code=st.sampled_from(Doubt)), max_size=3).map(tuple),
        repeat=st.sampled_from(Repeat),
    ),
    st.builds(
        Quarantined,
        file=st.just("f"),
        row=st.integers(1, 99),
        findings=st.lists(st.builds(Finding, code=st.sampled_from(Reason)), min_size=1, max_size=3).map(
            tuple
        ),
    ),
)


@given(st.lists(outcomes, max_size=30))
def test_the_tally_adds_up_after_every_row(given_outcomes: list[Outcome]) -> None:
    tally = Tally("f")
    for number, outcome in enumerate(given_outcomes, start=1):
        tally.count(outcome)
        assert tally.accepted + tally.quarantined == tally.rows == number
    accepted = [o for o in given_outcomes if isinstance(o, Accepted)]
    assert tally.accepted == len(accepted)
    assert tally.duplicates == sum(o.repeat is Repeat.DUPLICATE for o in accepted)
    assert tally.corrections == sum(o.repeat is Repeat.CORRECTION for o in accepted)
    assert sum(tally.reasons.values()) == tally.quarantined
    assert sum(tally.warnings.values()) == sum(len(o.warnings) for o in accepted)

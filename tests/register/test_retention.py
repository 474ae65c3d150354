"""Retention as data: what is kept, until when and why; a policy that breaks its grammar is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.register.retention import (
    KeepWhen,
    RetentionFacts,
    kept_by_law,
    latest,
    load_policy,
    months_later,
    review_dates,
)

POLICY = load_policy()
DAY = date(2026, 9, 1)


def test_the_shipped_policy_says_for_everything_why_and_by_which_law() -> None:
    assert {rule.condition for rule in POLICY.keep} == set(KeepWhen)
    said = [(rule.why, rule.source) for rule in POLICY.keep] + [(r.why, r.source) for r in POLICY.review]
    for why, source in said:
        assert why.endswith(".")
        assert any(word in source for word in ("Act", "GDPR"))
    assert all("GDPR" in reason.source for reason in POLICY.reason)
    assert POLICY.quarantine_days == 90
    assert POLICY.key_backups_lapse_days < POLICY.database_backups_lapse_days
    assert POLICY.dated <= DAY


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        pytest.param(RetentionFacts(DAY), (), id="nothing keeps an ordinary record"),
        pytest.param(RetentionFacts(DAY, died_on=DAY), ("mortality_review",), id="a death"),
        pytest.param(RetentionFacts(DAY, safeguarding_on=DAY), ("safeguarding",), id="safeguarding"),
        pytest.param(RetentionFacts(DAY, decided_on=DAY), ("homelessness_decision",), id="a decision"),
        pytest.param(
            RetentionFacts(DAY, died_on=DAY, safeguarding_on=DAY),
            ("mortality_review", "safeguarding"),
            id="several, in the order of the policy",
        ),
        pytest.param(RetentionFacts(DAY, died_on=date(2020, 1, 1)), (), id="a death long ago"),
    ],
)
def test_what_the_law_keeps(facts: RetentionFacts, codes: tuple[str, ...]) -> None:
    assert tuple(kept.code for kept in kept_by_law(POLICY, facts, DAY)) == codes


def test_a_rule_keeps_to_its_last_day_and_not_a_day_longer() -> None:
    (kept,) = kept_by_law(POLICY, RetentionFacts(DAY, died_on=DAY), DAY)
    assert kept.until == months_later(DAY, 36)
    before, after = date(2029, 8, 31), date(2029, 9, 1)
    assert kept_by_law(POLICY, RetentionFacts(DAY, died_on=DAY), before)
    assert not kept_by_law(POLICY, RetentionFacts(DAY, died_on=DAY), after)


def test_a_review_is_counted_from_the_last_activity() -> None:
    (review,) = review_dates(POLICY, RetentionFacts(date(2020, 2, 29)))
    assert (review.code, review.due_on) == ("inactive", date(2026, 2, 28))


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(1, 1200))
def test_some_months_later_is_that_month_and_never_a_later_day(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
    # Shortened only where the month has no such day.
    assert later.day == day.day or (later.month in {2, 4, 6, 9, 11} and later.day >= 28)


def test_beyond_the_calendar_is_its_last_day() -> None:
    assert months_later(date(9999, 1, 31), 12) == date.max


@pytest.mark.parametrize(("days", "found"), [([], None), ([DAY], DAY), ([date(2020, 1, 1), DAY], DAY)])
def test_the_latest_day(days: list[date], found: date | None) -> None:
    assert latest(days) == found


def policy_text() -> str:
    return (Path(__file__).parents[2] / "bnl/register/data/retention.toml").read_text(encoding="utf-8")


def test_a_county_writes_its_own(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(policy_text().replace("months = 36", "months = 12"), encoding="utf-8")
    policy = load_policy(own)
    assert policy.keep[0].months == 12
    assert policy.fingerprint != POLICY.fingerprint
    assert load_policy().fingerprint == POLICY.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("months = 36", "months = 0", "keep.0.months", id="no time"),
        pytest.param('"death_recorded"', '"full_moon"', "keep.0.condition", id="an unknown condition"),
        pytest.param("quarantine_days = 90", "quarantine_days = -1", "quarantine_days", id="negative days"),
        pytest.param("version = 1", "version = 1\nsurprise = 2", "surprise", id="an unknown word"),
        pytest.param('code = "safeguarding"', 'code = "Safe Guarding"', "keep.1.code", id="no code"),
        pytest.param("version = 1", "version =", "cannot be read", id="no TOML"),
    ],
)
def test_a_policy_that_is_wrong_is_refused_and_the_place_named(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(policy_text().replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_policy(own)


def test_a_policy_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_policy(tmp_path / "none.toml")

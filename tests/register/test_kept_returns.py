"""What is stored of a published return: its print in clear, the counts behind it sealed, nothing altered."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bnl.errors import Corrupt
from bnl.indicators.rules import COUNTY, ROUGH_SLEEPING
from bnl.register.journal import REGISTER_ACTOR, Act
from bnl.register.kept_returns import Kept, PublishedReturn, keep_return, kept_returns
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import County

PRINTED = {"opening": "12", "housed": "<5", "closing": "9"}


def kept(number: int = 1, rules: str = "county v1", opening: int | None = None) -> Kept:
    published = PublishedReturn(
        return_id=f"2026-08-01_2026-08-31_{rules.replace(' ', '-')}_{number}",
        start=date(2026, 8, 1),
        end=date(2026, 8, 31),
        rules=rules,
        log_position=40 + number,
        printed=PRINTED,
        digest="ab" * 32,
    )
    counts = {"opening": 12, "housed": 3, "closing": 9}
    return Kept(published, rules.rpartition(" ")[0], opening, counts, counts | {"closing": 8})


def store(county: County, *returns: Kept) -> None:
    for one in returns:
        with county.core.change() as uow:
            keep_return(uow, one)
            county.core.journal.write(uow, REGISTER_ACTOR, Act("return.publish"))


def read(county: County) -> list[Kept]:
    with ReadUnit(county.core.store) as unit:
        return kept_returns(unit)


def test_what_is_kept_comes_back_whole_in_order_on_each_backend(stored_county: County) -> None:
    returns = [kept(1), kept(2, opening=7), kept(1, "rough sleeping v1")]
    store(stored_county, *returns)
    stored_county.reopen()
    assert read(stored_county) == returns


def test_the_counts_behind_the_print_are_nowhere_in_clear(county: County) -> None:
    store(county, kept())
    with ReadUnit(county.core.store) as unit:
        rows = list(unit.returns.since().rows)
    told = rows[0].noun.model_dump_json()
    assert '"<5"' in told
    assert "exact" not in told
    assert ":3" not in told


def test_an_altered_return_is_told(county: County) -> None:
    store(county, kept())
    statement = "UPDATE published_return SET body = replace(body, '\"12\"', '\"13\"')"
    _alter(county.core.store, statement)
    with pytest.raises(Corrupt):
        read(county)


def _alter(opened: Store, statement: str) -> None:
    with opened.connection(writing=True) as connection:
        connection.execute(text(statement))
        connection.commit()


def test_the_bytes_of_a_return_tell_all_of_it_and_nothing_else() -> None:
    one, other = kept().published, kept(2).published
    assert one.document() == kept().published.document()
    assert one.document() != other.document()
    assert b"<5" in one.document()
    assert b'"start":"2026-08-01"' in one.document()


@given(st.permutations(sorted(PRINTED)))
def test_the_bytes_do_not_depend_on_the_order_of_what_was_printed(names: list[str]) -> None:
    shuffled = kept().published._replace(printed={name: PRINTED[name] for name in names})
    assert shuffled.document() == kept().published.document()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(kept(1), kept(2), True, id="the one before"),
        pytest.param(kept(2), kept(1), False, id="the one after"),
        pytest.param(kept(1), kept(1), False, id="itself"),
        pytest.param(kept(1), kept(2, "rough sleeping v1"), False, id="other rules"),
        pytest.param(kept(2), kept(10), True, id="numbers are numbers"),
    ],
)
def test_which_precedes_which(one: Kept, other: Kept, expected: bool) -> None:
    assert one.precedes(other) is expected


def test_of_which_period_and_rules_it_is() -> None:
    one = kept()
    assert one.is_of(date(2026, 8, 1), date(2026, 8, 31), COUNTY)
    assert not one.is_of(date(2026, 8, 1), date(2026, 8, 31), ROUGH_SLEEPING)
    assert not one.is_of(date(2026, 8, 1), date(2026, 8, 30), COUNTY)
    assert one.standing().counts == one.counts
    assert one.position == 41

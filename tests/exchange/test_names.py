"""Name patterns: what they take apart, what they leave whole, and what is no pattern."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.exchange.names import NameParts, name_pattern

COMMA = "SURNAME, Forename (known as X)"
WORDS = st.text("abcdefghijklmnopqrstuvwxyzéőşß'", min_size=2, max_size=10).map(str.capitalize)


@pytest.mark.parametrize(
    ("pattern", "text", "given_names", "family_name", "aliases"),
    [
        pytest.param(COMMA, "SMITH, John", "John", "SMITH", (), id="no-alias"),
        pytest.param(COMMA, "SMITH, John (known as Jack)", "John", "SMITH", ("Jack",), id="alias"),
        pytest.param(COMMA, "SMITH,John(known as Jack)", "John", "SMITH", ("Jack",), id="no-blanks"),
        pytest.param(COMMA, "SMITH , John  ( Known As Jack )", "John", "SMITH", ("Jack",), id="loose-blanks"),
        pytest.param(COMMA, "Smith, John (aka Jack)", "John", "Smith", ("Jack",), id="aka"),
        pytest.param(COMMA, "Smith, John (A.K.A. Jack)", "John", "Smith", ("Jack",), id="aka-with-dots"),
        pytest.param(COMMA, "Smith, John (alias: Jack)", "John", "Smith", ("Jack",), id="alias-colon"),
        pytest.param(
            COMMA, "Smith, John (known as Jack, Jonny)", "John", "Smith", ("Jack", "Jonny"), id="two"
        ),
        pytest.param(COMMA, "Smith, John (known as Jack or J)", "John", "Smith", ("Jack", "J"), id="or"),
        pytest.param(
            COMMA, "O'NEILL-BYRNE, Mary Ann", "Mary Ann", "O'NEILL-BYRNE", (), id="double-barrelled"
        ),
        pytest.param(COMMA, "VAN DER BERG, Jan", "Jan", "VAN DER BERG", (), id="surname-of-three-words"),
        pytest.param(COMMA, "ŻÓŁĆ, Łukasz", "Łukasz", "ŻÓŁĆ", (), id="polish"),
        pytest.param("Surname, Title Forename", "Smith, Mr John", "John", "Smith", (), id="title"),
        pytest.param(
            "Surname, Title Forename", "Smith, John", "John", "Smith", (), id="title-may-be-missing"
        ),
        pytest.param("Title Forename Surname", "Ms. Mary Smith", "Mary", "Smith", (), id="title-first"),
        pytest.param("Forename SURNAME", "John Smith", "John", "Smith", (), id="two-words"),
        pytest.param("Forename SURNAME", "Mary Ann SMITH", "Mary Ann", "SMITH", (), id="capitals-tell"),
        pytest.param(
            "Forename SURNAME", "Jan VAN DER BERG", "Jan", "VAN DER BERG", (), id="capitals-tell-three"
        ),
        pytest.param("SURNAME Forename", "SMITH Mary Ann", "Mary Ann", "SMITH", (), id="surname-first"),
        pytest.param("SURNAME Forename", "Smith John", "John", "Smith", (), id="surname-first-two-words"),
        pytest.param(
            "Forename SURNAME (X)", "John Smith (Jack)", "John", "Smith", ("Jack",), id="bare-alias"
        ),
        pytest.param("Surname / Forename", "Smith / John", "John", "Smith", (), id="slash"),
        pytest.param("Forenames", "Mary Ann", "Mary Ann", None, (), id="forenames-alone"),
        pytest.param("Last name, First name", "Smith, John", "John", "Smith", (), id="plain-words"),
    ],
)
def test_takes_a_name_apart(
    pattern: str, text: str, given_names: str, family_name: str | None, aliases: tuple[str, ...]
) -> None:
    assert name_pattern(pattern).read(text) == NameParts(given_names, family_name, aliases)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param(COMMA, "John Smith", id="no-comma"),
        pytest.param(COMMA, "SMITH,", id="no-forename"),
        pytest.param(COMMA, ", John", id="no-surname"),
        pytest.param(COMMA, "SMITH, John, Jr", id="two-commas"),
        pytest.param(COMMA, "SMITH, John (in prison)", id="another-remark-in-brackets"),
        pytest.param(COMMA, "SMITH, John (known as Jack", id="open-bracket"),
        pytest.param("Forename SURNAME", "Mary Ann Smith", id="three-words-in-one-case"),
        pytest.param("Forename SURNAME", "MARY ANN SMITH", id="all-capitals"),
        pytest.param("Forename SURNAME", "Cher", id="one-word"),
        pytest.param("SURNAME Forename", "Smith Mary Ann", id="surname-first-one-case"),
    ],
)
def test_a_name_that_could_be_parted_wrongly_is_not_parted(pattern: str, text: str) -> None:
    assert name_pattern(pattern).read(text) is None


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("", id="empty"),
        pytest.param("known as X", id="no-name"),
        pytest.param("Surname Surname", id="one-twice"),
        pytest.param("Surname, Last name", id="one-twice-in-other-words"),
        pytest.param("Surname (Forename", id="bracket-not-closed"),
        pytest.param("Surname )Forename(", id="brackets-the-wrong-way"),
        pytest.param("((Surname))", id="nested"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="name pattern"):
        name_pattern(pattern)


@given(family=WORDS, forename=WORDS, alias=st.none() | WORDS)
def test_what_is_put_together_is_taken_apart_again(family: str, forename: str, alias: str | None) -> None:
    text = f"{family.upper()}, {forename}" + (f" (known as {alias})" if alias else "")
    parts = name_pattern(COMMA).read(text)
    assert parts == NameParts(forename, family.upper(), (alias,) if alias else ())


@given(st.text(max_size=60))
def test_no_letter_of_a_name_is_lost(text: str) -> None:
    collapsed = " ".join(text.split())
    parts = name_pattern("SURNAME, Forename").read(collapsed)
    if parts is not None:
        whole = f"{parts.family_name}{parts.given_names}"
        assert sorted(whole.replace(" ", "")) == sorted(collapsed.replace(",", "", 1).replace(" ", ""))

"""Words that tell agencies apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.exchange.agency_text import FILLING, Places, initials, plain_tokens, segments, text_key


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("St. Mungo's", ("st", "mungos"), id="apostrophe"),
        pytest.param("Saint Mungo’s", ("st", "mungos"), id="saint"),
        pytest.param("Cottsway HA", ("cottsway", "housing", "association"), id="housing-association"),
        pytest.param("Temple Cowley H.C", ("temple", "cowley", "h", "c"), id="dots-part-letters"),
        pytest.param("Temple Cowley HC", ("temple", "cowley", "health", "centre"), id="health-centre"),
        pytest.param("Friends & Family", ("friends", "and", "family"), id="ampersand"),
        pytest.param("Reigate/Banstead", ("reigate", "banstead"), id="slash"),
        pytest.param("  Café  ZOË ", ("cafe", "zoe"), id="accents"),
        pytest.param("Liason and Diversion", ("liaison", "and", "diversion"), id="common-misspelling"),
        pytest.param("AMHT South Oxon", ("amht", "south", "oxfordshire"), id="oxon"),
        pytest.param("", (), id="empty"),
        pytest.param("…", (), id="punctuation"),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert plain_tokens(text) == words


def test_the_key_leaves_out_what_tells_nothing_and_the_order() -> None:
    assert text_key("The Family Solutions Service (Witney)") == ("family", "solutions", "witney")
    assert text_key("Witney family solutions team") == text_key("Family Solutions, Witney")
    assert text_key("the Service") == ("service", "the")
    assert text_key("") == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            "MASH (Multi Agency Safeguarding Hub)", ("MASH", "Multi Agency Safeguarding Hub"), id="brackets"
        ),
        pytest.param("ODAS - Domestic Abuse", ("ODAS", "Domestic Abuse"), id="dash"),
        pytest.param("Home-Start", ("Home-Start",), id="hyphen"),
        pytest.param("a/b, c", ("a", "b", "c"), id="slash-and-comma"),
        pytest.param("", (), id="empty"),
    ],
)
def test_segments(text: str, parts: tuple[str, ...]) -> None:
    assert segments(text) == parts


def test_initials() -> None:
    assert initials(plain_tokens("Oxfordshire Domestic Abuse Service")) == "odas"
    assert initials(plain_tokens("Multi Agency Safeguarding Hub")) == "mash"
    assert initials(plain_tokens("Department for Work and Pensions")) == "wp"
    assert initials(()) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Turning Point Didcot", {"didcot"}, id="one"),
        pytest.param("East Oxford Health Centre", {"east oxford"}, id="longer-before-shorter"),
        pytest.param("Oxfordshire County Council", {"oxfordshire"}, id="county"),
        pytest.param("Oxford City Council", {"oxford"}, id="city"),
        pytest.param("Banbury and Witney", {"banbury", "witney"}, id="two"),
        pytest.param("Connection North", {"north"}, id="compass"),
        pytest.param("Oxford Oxford", {"oxford"}, id="twice"),
        pytest.param("Asylum Welcome", set(), id="none"),
    ],
)
def test_places(text: str, found: set[str]) -> None:
    assert Places(["East Oxford", ""]).within(plain_tokens(text)) == frozenset(found)


@given(st.text(max_size=40))
def test_a_key_is_the_same_for_capitals_and_blanks(text: str) -> None:
    assert text_key(text) == text_key(f"  {text}  ")
    assert list(text_key(text)) == sorted(text_key(text))
    if text.isascii():
        assert text_key(text) == text_key(text.upper()) == text_key(text.lower())


@given(
    st.lists(st.sampled_from(["oxford", "city", "council", "the", "service"]), min_size=1).flatmap(
        st.permutations
    )
)
def test_a_key_is_the_same_in_every_order(words: list[str]) -> None:
    assert text_key(" ".join(words)) == text_key(" ".join(sorted(words)))
    telling = [word for word in words if word not in FILLING]
    assert sorted(text_key(" ".join(words))) == sorted(telling or words)

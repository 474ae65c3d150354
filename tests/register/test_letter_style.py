"""Letters as pages: what is put in comes out again, and nothing in it can break out of its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import ProofError
from bnl.register.letter_style import MARK, MAX_CHARACTERS, content_of, page

JSON = st.dictionaries(
    st.text(),
    st.one_of(st.text(), st.integers(), st.lists(st.text(alphabet="<>/script&\"'é \n"), max_size=3)),
)


@given(JSON)
def test_what_a_page_carries_is_found_again(content: dict[str, object]) -> None:
    text = page("Title", "<p>body</p>", content)
    assert content_of(text) == content
    assert text.count("</script>") == 1
    assert text == page("Title", "<p>body</p>", content)


def test_a_page_without_content_carries_nothing() -> None:
    text = page("A & B", "<p>body</p>")
    assert MARK not in text
    assert "check-letter" not in text
    assert "<h1>A &amp; B</h1><p>body</p>" in text
    with pytest.raises(ProofError):
        content_of(text)


def test_what_is_too_long_is_not_read() -> None:
    with pytest.raises(ProofError):
        content_of('{"a": "' + "x" * MAX_CHARACTERS + '"}')

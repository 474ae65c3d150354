"""Names without spaces are parted where their readers part them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.unspaced import family_and_given


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("王伟芳", ("王", "伟芳"), id="one sign and two"),
        pytest.param("王伟", ("王", "伟"), id="one and one"),
        pytest.param("欧阳娜娜", ("欧阳", "娜娜"), id="two and two"),
        pytest.param("欧阳", ("欧", "阳"), id="two signs alone are a family name of one"),
        pytest.param("남궁민", ("남궁", "민"), id="Korean"),
        pytest.param("王", None, id="one sign"),
        pytest.param("王伟芳王伟", None, id="five signs"),
        pytest.param("王wei", None, id="two scripts"),
        pytest.param("ada", None, id="Latin"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_whole_names_are_parted(name: str, expected: tuple[str, str] | None) -> None:
    assert family_and_given(name) == expected


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=4))
def test_nothing_of_a_name_is_lost(name: str) -> None:
    parted = family_and_given(name)
    assert parted is not None
    assert "".join(parted) == name
    assert all(parted)

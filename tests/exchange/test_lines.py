"""Lines with a bound: nothing is lost but the rest of a line that is too long."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from bnl.exchange.lines import Lines, open_text
from bnl.exchange.source import Source


def lines_of(text: str, limit: int = 1_000) -> list[str]:
    lines = Lines(io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline=""), limit)
    found = []
    while (line := lines.next()) is not None:
        found.append(line)
    return found


def test_line_ends_of_every_system_end_a_line_and_are_kept() -> None:
    assert lines_of("a\nb\r\nc\rd") == ["a\n", "b\r\n", "c\r", "d"]


def test_a_line_too_long_comes_cut_and_the_next_is_whole() -> None:
    cut, after = lines_of("x" * 25 + "\nafter\n", limit=10)
    assert (len(cut), cut[:10], after) == (11, "x" * 10, "after\n")


def test_a_line_just_as_long_as_allowed_is_whole() -> None:
    assert lines_of("x" * 9 + "\ny\n", limit=10) == ["x" * 9 + "\n", "y\n"]


def test_a_last_line_too_long_comes_cut() -> None:
    assert lines_of("x" * 25, limit=10) == ["x" * 10 + " "]


def test_lines_given_back_come_again_in_order() -> None:
    lines = Lines(io.TextIOWrapper(io.BytesIO(b"a\nb\nc\n"), newline=""), 100)
    first, second = lines.next(), lines.next()
    assert (first, second) == ("a\n", "b\n")
    lines.give_back(["a\n", "b\n"])
    assert [lines.next() for _ in range(4)] == ["a\n", "b\n", "c\n", None]


def test_bytes_that_cannot_be_decoded_become_the_replacement_character() -> None:
    with open_text(Source("x", data=b"Zo\xeb"), "utf-8") as stream:
        assert stream.read() == "Zo\ufffd"


@given(st.text("ab\n\r", max_size=60))
def test_below_the_bound_the_lines_make_the_text(text: str) -> None:
    assert "".join(lines_of(text)) == text


@given(st.lists(st.text("ab", max_size=30), max_size=10), st.integers(min_value=2, max_value=12))
def test_above_the_bound_each_line_still_counts_once(parts: list[str], limit: int) -> None:
    found = lines_of("".join(part + "\n" for part in parts), limit)
    assert len(found) == len(parts)
    for line, part in zip(found, parts, strict=True):
        whole = part + "\n"
        assert line == whole if len(whole) <= limit else line[:-1] == whole[:limit]

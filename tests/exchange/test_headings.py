"""Headings: each means one field, and is written the way it is looked up."""

from __future__ import annotations

import re
from collections import Counter

from bnl.domain.person import FIELD_CATEGORY
from bnl.exchange.headings import HEADINGS, REFERENCES


def every_heading() -> list[str]:
    listed = [*HEADINGS.values(), REFERENCES]
    return [heading for text in listed for heading in text.split(";")]


def test_every_field_named_is_a_standard_field() -> None:
    assert set(HEADINGS) <= set(FIELD_CATEGORY)


def test_no_heading_means_two_things() -> None:
    assert [heading for heading, times in Counter(every_heading()).items() if times > 1] == []


def test_headings_are_small_plain_words() -> None:
    assert [
        heading for heading in every_heading() if not re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)*", heading)
    ] == []

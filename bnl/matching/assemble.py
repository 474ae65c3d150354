"""Turn raw coded columns into the integer columns that are compared: name parts, dates, contacts, places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bnl.matching.arrays import I32, I64, Bool
from bnl.matching.columns import VALUE_COLUMNS
from bnl.matching.lexicon import Lexicon, through
from bnl.matching.names import WrittenName, plain_words, read_family, read_full, read_given, read_other
from bnl.matching.normalise_many import normalised
from bnl.matching.sources import MAX_SLOTS, Coded

_Reader = Callable[[str], WrittenName]


class _Parts:
    """The parts of the distinct values of one name column, as code tables of that column.

    Most values are one plain word, which any reader reads alike; only the others are read one by one.
    """

    def __init__(self, coded: Coded, read: _Reader, lexicon: Lexicon, plain: str = "") -> None:
        self.rows = coded.codes
        words = plain_words(coded.values) if plain else [None] * len(coded.values)
        rest = [row for row, word in enumerate(words) if word is None]
        names = [read(coded.values[row]) for row in rest]
        known = lexicon.codes([word or "" for word in words])
        given, family = (known if plain == "given" else None, known if plain == "family" else None)
        self.given = _slots([name.given for name in names], rest, given, len(words), lexicon)
        self.family = _slots([name.family for name in names], rest, family, len(words), lexicon)
        self.given_joined = _joined(self.given, [name.given for name in names], rest, lexicon)
        self.family_joined = _joined(self.family, [name.family for name in names], rest, lexicon)
        aliases = [tuple(part for alias in name.aliases for part in alias.split()[:1]) for name in names]
        self.alias = _slots(aliases, rest, None, len(words), lexicon)

    def first(self, table: I32) -> I32:
        """Look a code table up for the first value of each row; a table of slots gives a row of slots."""
        rows = self.rows[:, 0]
        if table.ndim == 1:
            return through(rows, table)
        return _take_rows(rows, table)

    def all(self, table: I32) -> I32:
        """Look a code table up for every value of each row, side by side."""
        if table.ndim == 1:
            return np.column_stack([through(column, table) for column in self.rows.T])
        return np.column_stack([_take_rows(column, table) for column in self.rows.T])


def _take_rows(rows: I32, table: I32) -> I32:
    if table.shape[1] == 1:
        return through(rows, table[:, 0]).reshape(-1, 1)
    # The code of what is missing, -1, looks up the last row.
    return np.vstack([table, np.full((1, table.shape[1]), -1, dtype=np.int32)])[rows]


def _slots(
    values: Sequence[Sequence[str]], places: Sequence[int], single: I32 | None, rows: int, lexicon: Lexicon
) -> I32:
    """Return codes side by side: those of lists of words at their places, elsewhere one code or none."""
    width = max([1, *(min(len(value), MAX_SLOTS) for value in values)])
    out = np.full((rows, width), -1, dtype=np.int32)
    if single is not None:
        out[:, 0] = single
    for row, value in zip(places, values, strict=True):
        for slot, word in enumerate(value[:width]):
            out[row, slot] = lexicon.code(word)
    return out


def _joined(slots: I32, values: Sequence[Sequence[str]], places: Sequence[int], lexicon: Lexicon) -> I32:
    """Return the codes of values with their parts joined; one part alone is its own joined form."""
    out = slots[:, 0].copy()
    for row, value in zip(places, values, strict=True):
        if len(value) > 1:
            out[row] = lexicon.code("".join(value))
    return out


def tidy(slots: I32, drop: I32 | None = None) -> I32:
    """Drop missing, repeated and unwanted codes of each row and close the gaps.

    Args:
        slots: Codes, one row per record, -1 for empty.
        drop: Codes that are to go from the same row, if any.

    Returns:
        The codes left, first come first, as wide as the longest row (at least one).
    """
    held = (slots >= 0).any(axis=0)
    if not held.any():
        return slots[:, :1].astype(np.int32)
    out = slots[:, : int(np.flatnonzero(held)[-1]) + 1].astype(np.int32)
    if drop is not None:
        for column in drop.T:
            out[out == column[:, None]] = -1
    # Most rows hold one code, in its place already.
    rows = np.flatnonzero((out[:, 1:] >= 0).any(axis=1))
    few = out[rows]
    for slot in range(1, few.shape[1]):
        for other in range(slot):
            few[few[:, slot] == few[:, other], slot] = -1
    order = np.argsort(few < 0, axis=1, kind="stable")
    out[rows] = np.take_along_axis(few, order, axis=1)
    width = min(MAX_SLOTS, max(1, int((few >= 0).sum(axis=1).max(initial=1))))
    return out[:, :width]


def _tidied(slots: Sequence[I32], drop: Sequence[I32], rows: I64 | None = None) -> I32:
    """Tidy slots side by side, those of a few rows alone (see `tidy`).

    Args:
        slots: Codes, shapes (records, slots).
        drop: Codes that are to go from the same row.
        rows: The rows to tidy, all others come out empty; None: those that hold a code.
    """
    if rows is None:
        rows = np.flatnonzero(np.logical_or.reduce([column >= 0 for part in slots for column in part.T]))
    if not rows.size:
        return np.full((slots[0].shape[0], 1), -1, dtype=np.int32)
    few = np.hstack([part[rows] for part in slots])
    tidied = tidy(few, np.hstack([part[rows] for part in drop]) if drop else None)
    out = np.full((slots[0].shape[0], tidied.shape[1]), -1, dtype=np.int32)
    out[rows] = tidied
    return out


def _column(codes: I32) -> I32:
    return codes.reshape(-1, 1)


def _pick(first: I32, otherwise: I32, use_other: Bool) -> I32:
    return np.where(use_other if first.ndim == 1 else use_other[:, None], otherwise, first).astype(np.int32)


def _pad(slots: I32, width: int) -> I32:
    if slots.shape[1] >= width:
        return slots
    return np.pad(slots, ((0, 0), (0, width - slots.shape[1])), constant_values=-1)


class NameAssembler:
    """Build the name columns of a batch of rows over one shared lexicon of name parts."""

    def __init__(self, lexicon: Lexicon, columns: Mapping[str, Coded], rows: int) -> None:
        self._lexicon = lexicon
        self._columns = columns
        self._rows = rows
        self._none = np.full((rows, 1), -1, dtype=np.int32)

    def _parts(self, column: str, read: _Reader, plain: str = "") -> _Parts | None:
        coded = self._columns.get(column)
        return None if coded is None else _Parts(coded, read, self._lexicon, plain)

    def build(self) -> dict[str, I32]:
        """Return the integer name columns: given, given_joined, family, family_part, middle, alternates."""
        given_tokens, given_joined, alias_a = self._given()
        family_tokens, family, alias_b = self._family()
        extra = self._none
        alias_c = self._none
        whole = self._parts("full_name", read_full)
        if whole is not None:
            unnamed = (given_tokens[:, 0] < 0) & (family < 0)
            width = max(given_tokens.shape[1], whole.given.shape[1])
            full_given, full_family = whole.first(whole.given), whole.first(whole.family)
            given_tokens = _pick(_pad(given_tokens, width), _pad(full_given, width), unnamed)
            given_joined = _pick(given_joined, whole.first(whole.given_joined), unnamed)
            width = max(family_tokens.shape[1], whole.family.shape[1])
            family_tokens = _pick(_pad(family_tokens, width), _pad(full_family, width), unnamed)
            family = _pick(family, whole.first(whole.family_joined), unnamed)
            given_tokens, given_joined = self._fill_given(given_tokens, given_joined, family, full_given)
            extra = np.hstack([full_given, full_family])
            alias_c = whole.first(whole.alias)
        known = [given_tokens[:, :1], family_tokens, _column(family), _column(given_joined)]
        middle = self._parts("middle_names", read_given, "given")
        own_middle = self._none if middle is None else middle.first(middle.given)
        alt_given, alt_family = self._others()
        return {
            "given": given_tokens[:, :1],
            "given_joined": _column(given_joined),
            "family": _column(family),
            "family_part": self._parts_of_family(family_tokens),
            "middle": _tidied([given_tokens[:, 1:], own_middle, extra], drop=known),
            "alt_given": _tidied([alias_a, alias_b, alias_c, alt_given], drop=[given_tokens[:, :1]]),
            "alt_family": _tidied([alt_family], drop=[_column(family)]),
        }

    @staticmethod
    def _fill_given(tokens: I32, joined: I32, family: I32, whole: I32) -> tuple[I32, I32]:
        """Take the first given name from the whole name where it is missing and is not the family name."""
        first = whole[:, 0]
        lacking = (tokens[:, 0] < 0) & (family >= 0) & (first >= 0) & (first != family)
        tokens = tokens.copy()
        tokens[lacking, 0] = first[lacking]
        return tokens, np.where(lacking, first, joined).astype(np.int32)

    def _given(self) -> tuple[I32, I32, I32]:
        parts = self._parts("given_names", read_given, "given")
        if parts is None:
            return self._none, self._none[:, 0], self._none
        return parts.first(parts.given), parts.first(parts.given_joined), parts.first(parts.alias)

    def _family(self) -> tuple[I32, I32, I32]:
        parts = self._parts("family_name", read_family, "family")
        if parts is None:
            return self._none, self._none[:, 0], self._none
        return parts.first(parts.family), parts.first(parts.family_joined), parts.first(parts.alias)

    def _others(self) -> tuple[I32, I32]:
        given, family = [self._none], [self._none]
        for column, former in (("aliases", False), ("former_names", True)):
            parts = self._parts(column, lambda value, former=former: read_other(value, former=former))  # type: ignore[misc]
            if parts is not None:
                given.append(parts.all(parts.given[:, 0].copy()))
                family.append(parts.all(parts.family_joined))
        return np.hstack(given), np.hstack(family)

    def _parts_of_family(self, tokens: I32) -> I32:
        if tokens.shape[1] == 1:
            return self._none
        several = tokens[:, 1] >= 0
        return _tidied([tokens], drop=[], rows=np.flatnonzero(several))


def assemble(columns: Mapping[str, Coded], rows: int, lexicons: Mapping[str, Lexicon]) -> dict[str, I32]:
    """Build all integer columns of a batch of rows.

    Args:
        columns: Raw coded columns by standard name.
        rows: Number of rows.
        lexicons: The lexicon of names under ``name`` and one for each value column present.

    Returns:
        Integer columns by name, each of shape (rows, slots), -1 for missing.
    """
    out = NameAssembler(lexicons["name"], columns, rows).build()
    for column, kind in VALUE_COLUMNS.items():
        coded = columns.get(column)
        if coded is None:
            continue
        table = lexicons[column].codes(normalised(kind, coded.values))
        slots = through(coded.codes, table)
        out[column] = tidy(slots) if slots.shape[1] > 1 else slots
    return out

"""Compare given, family and middle names of row pairs, exchanged and alternative names included."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import I32, I64, U8, Bool, distinct, unordered, unpack
from bnl.matching.compare_codes import compare_codes
from bnl.matching.derived import DerivedSets
from bnl.matching.features import NameFeatures
from bnl.matching.levels import ELSE, LEVELS, NULL, code
from bnl.matching.name_levels import learned_levels
from bnl.matching.names_layout import KnownNames, NamesLayout, Thresholds
from bnl.matching.native import loaded
from bnl.matching.similarity import PairScores
from bnl.matching.sketches import ALIKE
from bnl.matching.table import Table

_G = {level.name: place for place, level in enumerate(LEVELS["given"])}
_F = {level.name: place for place, level in enumerate(LEVELS["family"])}
_M = {level.name: place for place, level in enumerate(LEVELS["middle"])}
Codes = npt.NDArray[np.signedinteger]
CLOSE, SIMILAR, WEAK = 0.92, 0.85, ALIKE
_SWAP_CLOSE = 0.88
_LEAST = Thresholds(WEAK, SIMILAR, CLOSE, _SWAP_CLOSE)
# Slots of two sides, multiplied, that are compared all at once.
_SMALL = 1 << 15


def any_equal(left: Codes, right: Codes) -> Bool:
    """Tell which rows of two slot arrays share a code."""
    out = np.zeros(left.shape[0], dtype=np.bool_)
    if not out.size:
        return out
    if left.size * right.shape[1] <= _SMALL:
        met = (left[:, :, None] == right[:, None, :]) & (left >= 0)[:, :, None]
        return np.asarray(met.any(axis=(1, 2)), dtype=np.bool_)
    # Slots are filled from the left, so that a slot no row fills ends the search.
    others = [other for other in right.T if (other >= 0).any()]
    for one in left.T:
        present = one >= 0
        if not present.any():
            break
        for other in others:
            out |= (one == other) & present
    return out


class NameComparer:
    """Given, family and middle levels of row pairs of a table."""

    def __init__(self, table: Table, features: NameFeatures, scores: PairScores) -> None:
        self._table = table
        self._features = features
        self._scores = scores
        self._known = KnownNames(table.lexicons["name"], features)
        self.learned: I64 = np.zeros(0, dtype=np.int64)

    def prepare(self) -> None:
        """Work out what is compared of each name, so that the first pairs need not wait for it."""
        if loaded() is not None:
            self._known.texts()

    def levels(self, left: I32, right: I32) -> tuple[U8, U8, U8]:
        """Return the given, family and middle level of each pair of rows."""
        native = loaded()
        if native is not None:
            layout = NamesLayout(self._table, self._features, self._known, self.learned, _LEAST)
            return native.names(left, right, layout.structure)
        given = self._given(left, right)
        family = self._family(left, right)
        self._exchange(left, right, given, family)
        self._alternates(left, right, given, family)
        self._learned(left, right, given)
        return given, family, self._middle(left, right)

    def _similar(self, a: I32, b: I32) -> tuple[U8, Bool]:
        """Grade the spelling of pairs of present codes 0 to 3, and tell which sound alike."""
        score = self._scores.scores(a, b)
        grade = np.digitize(score, np.array([WEAK, SIMILAR, CLOSE], dtype=np.float32)).astype(np.uint8)
        alike = np.zeros(a.size, dtype=np.bool_)
        # Names spelt quite differently are left to the variant sets: a sound key alone is too coarse.
        open_rows = np.flatnonzero((grade == 1) | (grade == 2))
        sound = self._features.sound
        heard = sound.of(a[open_rows])
        alike[open_rows] = (heard == sound.of(b[open_rows])) & (heard >= 0)
        return grade, alike

    def _given(self, left: I32, right: I32) -> U8:
        column, joined = self._table.column("given"), self._table.column("given_joined")
        out, rest = compare_codes(left, right, column, _G["exact"], joined)
        a, b = column[left[rest]], column[right[rest]]
        grade, sound = self._similar(a, b)
        level = np.array([ELSE, _G["weak"], _G["similar"], _G["close"]], dtype=np.uint8)[grade]
        level[sound] = _G["sound"]
        beside = self._features.bynames.some(a) ^ self._features.bynames.some(b)
        family = self._table.column("family")
        beside |= self._features.adopting.adopted((a, b), (family[left[rest]], family[right[rest]]))
        level[beside & (level <= _G["weak"])] = _G["byname"]
        level[self._share(self._features.groups, a, b)] = _G["variant"]
        level[self._share(self._features.spellings, a, b)] = _G["spelling"]
        self._joined(joined[left[rest]], joined[right[rest]], a, b, level)
        self._initials(a, b, level, _G["initial"])
        middle = self._table.slots("middle")
        rows = rest[(level < _G["close"])]
        named = (middle[left[rows], 0] >= 0) | (middle[right[rows], 0] >= 0)
        weak = np.flatnonzero(level < _G["close"])[named]
        if weak.size:
            rows = rest[weak]
            crossed = self._alike(column[left[rows]].reshape(-1, 1), middle[right[rows]])
            crossed |= self._alike(column[right[rows]].reshape(-1, 1), middle[left[rows]])
            level[weak[crossed]] = _G["middle"]
            unlike = level[weak] <= _G["weak"]
            level[weak[unlike & self._bynames_beside(left[rows], right[rows])]] = _G["byname"]
        out[rest] = level
        return out

    def _bynames_beside(self, left: I32, right: I32) -> Bool:
        """Tell where a part of the given names of one side alone is a by-name, as in Farah Dheer."""
        known, names = self._features.bynames, (self._table.slots("given"), self._table.slots("middle"))
        one, two = (
            np.hstack([known.some(part[rows]) for part in names]).any(axis=1) for rows in (left, right)
        )
        return np.asarray(one ^ two, dtype=np.bool_)

    def _initials(self, a: I32, b: I32, level: U8, agree: int) -> None:
        """Compare a name of one letter with the first letter of the other alone."""
        single, initial = self._features.single, self._features.initial
        rows = np.flatnonzero((single.of(a) >= 0) | (single.of(b) >= 0))
        level[rows] = np.where(initial.of(a[rows]) == initial.of(b[rows]), agree, ELSE)

    def _joined(self, a: I32, b: I32, first: I32, second: I32, level: U8) -> None:
        """Compare given names of several parts as one word, where that says more than the first part."""
        rows = np.flatnonzero(((a != first) | (b != second)) & (level < _G["spelling"]))
        if not rows.size:
            return
        a, b = a[rows], b[rows]
        whole = np.where(self._scores.scores(a, b) >= CLOSE, _G["close"], ELSE).astype(np.uint8)
        whole[self._share(self._features.groups, a, b)] = _G["variant"]
        whole[self._share(self._features.spellings, a, b)] = _G["spelling"]
        level[rows] = np.maximum(level[rows], whole)

    def _share(self, derived: DerivedSets, a: I32, b: I32) -> Bool:
        """Tell which pairs of present codes share a derived set; each distinct pair is decided once."""
        out = np.zeros(a.size, dtype=np.bool_)
        both = np.flatnonzero(derived.some(a) & derived.some(b))
        if not both.size:
            return out
        keys = unordered(a[both], b[both])
        wanted = distinct(keys)
        one, two = unpack(wanted)
        out[both] = any_equal(derived.rows(one), derived.rows(two))[np.searchsorted(wanted, keys)]
        return out

    def _family(self, left: I32, right: I32) -> U8:
        column = self._table.column("family")
        out, rest = compare_codes(left, right, column, _F["exact"])
        a, b = column[left[rest]], column[right[rest]]
        grade, sound = self._similar(a, b)
        level = np.array([ELSE, _F["weak"], _F["similar"], _F["close"]], dtype=np.uint8)[grade]
        level[sound] = _F["sound"]
        level[self._share(self._features.spellings, a, b)] = _F["spelling"]
        self._parts(left[rest], right[rest], level)
        out[rest] = level
        return out

    def _parts(self, left: I32, right: I32, level: U8) -> None:
        """Recognise family names of which a part agrees, wherever in the other name it stands."""
        if not (self._table.has("family_part") or self._table.has("middle")):
            return
        parts, middle = self._table.slots("family_part"), self._table.slots("middle")
        some = np.flatnonzero(
            (parts[left, 0] >= 0) | (parts[right, 0] >= 0) | (middle[left, 0] >= 0) | (middle[right, 0] >= 0)
        )
        if not some.size:
            return
        family = self._table.column("family")
        a, b = left[some], right[some]
        one = np.hstack([family[a].reshape(-1, 1), parts[a]])
        two = np.hstack([family[b].reshape(-1, 1), parts[b]])
        # A father's or grandfather's name may stand among the given names of the other side.
        other_one, other_two = np.hstack([parts[a], middle[a]]), np.hstack([parts[b], middle[b]])
        alike = self._alike(one, other_two) | self._alike(two, other_one)
        part = any_equal(one, other_two) | any_equal(two, other_one)
        level[some[alike]] = np.maximum(level[some[alike]], _F["part_sound"])
        level[some[part]] = _F["part"]
        one_several, two_several = parts[a, 0] >= 0, parts[b, 0] >= 0
        both = some[alike & one_several & two_several]
        if both.size:
            level[both[self._all_alike(parts[left[both]], parts[right[both]])]] = _F["spelling"]
        self._in_one_box(left, right, some[alike & one_several & ~two_several], level)
        self._in_one_box(right, left, some[alike & two_several & ~one_several], level)

    def _in_one_box(self, several: I32, other: I32, rows: I64, level: U8) -> None:
        """Find family names of several parts in a name in one box, where all but the last seem given."""
        middle = self._table.slots("middle")[other[rows]]
        rows, middle = rows[middle[:, 0] >= 0], middle[middle[:, 0] >= 0]
        if rows.size:
            whole = np.hstack([self._table.slots("family")[other[rows]], middle])
            level[rows[self._found(self._table.slots("family_part")[several[rows]], whole)]] = _F["spelling"]

    def _alike(self, one: I32, two: I32) -> Bool:
        """Tell which rows of two slot arrays share a name, its sound, or a spelling of it."""
        sound, spellings = self._features.sound, self._features.spellings
        out = any_equal(one, two) | any_equal(sound.of(one), sound.of(two))
        # Few names have spellings, and those without share none.
        spelt = spellings.some(two)
        slots = np.flatnonzero(spelt.any(axis=0)).tolist()
        if not slots:
            return out
        for a, here in zip(one.T, spellings.some(one).T, strict=True):
            for slot in slots if here.any() else ():
                rows = np.flatnonzero(here & spelt[:, slot] & ~out)
                out[rows[self._share(spellings, a[rows], two[rows, slot])]] = True
        return out

    def _all_alike(self, one: I32, two: I32) -> Bool:
        """Tell which rows of two slot arrays find each name of the shorter side on the other."""
        fewer = (two >= 0).sum(axis=1) < (one >= 0).sum(axis=1)
        width = max(one.shape[1], two.shape[1])
        one, two = (
            np.pad(side, ((0, 0), (0, width - side.shape[1])), constant_values=-1) for side in (one, two)
        )
        return self._found(np.where(fewer[:, None], two, one), np.where(fewer[:, None], one, two))

    def _found(self, short: I32, long: I32) -> Bool:
        """Tell which rows of a slot array find each of their names in another."""
        out = np.ones(short.shape[0], dtype=np.bool_)
        for name in short.T:
            out &= (name < 0) | self._alike(name.reshape(-1, 1), long)
        return out

    def _exchange(self, left: I32, right: I32, given: U8, family: U8) -> None:
        """Recognise given and family names in each other's column; family then says no more."""
        rows = np.flatnonzero((given <= _G["weak"]) & (family < _F["exact"]))
        if not rows.size:
            return
        one, two = left[rows], right[rows]
        straight, back = self._elsewhere(one, two), self._elsewhere(two, one)
        g, f = self._table.column("given"), self._table.column("family")
        one_way = straight ^ back
        # The part on each side that did not find its counterpart.
        other_one = np.where(straight, f[one], g[one])
        other_two = np.where(straight, g[two], f[two])
        near = np.zeros(rows.size, dtype=np.bool_)
        both = np.flatnonzero(one_way & (other_one >= 0) & (other_two >= 0))
        near[both] = self._scores.scores(other_one[both], other_two[both]) >= _SWAP_CLOSE
        swapped = near | self._crosswise(one, two, straight, back)
        lone = one_way & ~swapped & ((other_one < 0) | (other_two < 0)) & (family[rows] <= _F["weak"])
        given[rows[swapped]] = _G["swapped"]
        given[rows[lone]] = _G["cross"]
        family[rows[swapped | lone]] = NULL

    def _crosswise(self, one: I32, two: I32, straight: Bool, back: Bool) -> Bool:
        """Tell where both given names are found among the other's family names, one at least by its sound."""
        there = straight | self._heard_elsewhere(one, two)
        here = back | self._heard_elsewhere(two, one)
        for found, near, far in ((there, two, one), (here, one, two)):
            other = here if found is there else there
            rows = np.flatnonzero(other & ~found)
            if not rows.size:
                continue
            given = self._table.column("given")[far[rows]]
            family = self._table.column("family")[near[rows]]
            known = np.flatnonzero((given >= 0) & (family >= 0))
            found[rows[known[self._share(self._features.groups, given[known], family[known])]]] = True
        return there & here

    def _elsewhere(self, one: I32, two: I32) -> Bool:
        """Tell where the given name of one side is the family name of the other."""
        family = self._table.column("family")[two]
        given, joined = self._table.column("given")[one], self._table.column("given_joined")[one]
        return np.asarray(((given == family) | (joined == family)) & (family >= 0), dtype=np.bool_)

    def _heard_elsewhere(self, one: I32, two: I32) -> Bool:
        """Tell where the given name of one side sounds like the family name of the other, or a part of it."""
        sound = self._features.sound
        given = sound.of(self._table.column("given")[one])
        parts = np.hstack([self._table.slots("family")[two], self._table.slots("family_part")[two]])
        return any_equal(given.reshape(-1, 1), sound.of(parts))

    def _alternates(self, left: I32, right: I32, given: U8, family: U8) -> None:
        """Let aliases and former names speak where the names themselves disagree."""
        for column, base, levels, low, hit in (
            ("alt_given", "given", given, _G["close"], _G["alias"]),
            ("alt_family", "family", family, _F["close"], _F["former"]),
        ):
            if not self._table.has(column):
                continue
            other = self._table.slots(column)
            rows = np.flatnonzero((levels < low) & ((other[left, 0] >= 0) | (other[right, 0] >= 0)))
            one, two = other[left[rows]], other[right[rows]]
            names = self._table.column(base)
            agree = self._alike(one, names[right[rows]].reshape(-1, 1))
            agree |= self._alike(two, names[left[rows]].reshape(-1, 1)) | any_equal(one, two)
            levels[rows[agree]] = hit

    def _learned(self, left: I32, right: I32, given: U8) -> None:
        """Recognise names that were found to stand for each other, where nothing better was."""
        if self.learned.size:
            column = self._table.column("given")
            given[:] = learned_levels(self.learned, column[left], column[right], given)

    def _middle(self, left: I32, right: I32) -> U8:
        slots = self._table.slots("middle")
        out = np.full(left.size, NULL, dtype=np.uint8)
        if not self._table.has("middle"):
            return out
        both = np.flatnonzero((slots[left, 0] >= 0) & (slots[right, 0] >= 0))
        a, b = slots[left[both]], slots[right[both]]
        level = np.full(both.size, ELSE, dtype=np.uint8)
        level[any_equal(a, b)] = _M["exact"]
        rest = np.flatnonzero(level == ELSE)
        one, two = a[rest, 0], b[rest, 0]
        score = self._scores.scores(one, two)
        fresh = np.where(score >= SIMILAR, _M["similar"], ELSE).astype(np.uint8)
        self._initials(one, two, fresh, _M["initial"])
        level[rest] = fresh
        by_name = self._features.bynames.some(a[:, 0]) | self._features.bynames.some(b[:, 0])
        level[by_name & (level == ELSE)] = NULL
        out[both] = level
        return out


SWAPPED = code("given", "swapped")

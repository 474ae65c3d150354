"""Fitted parameters: what was learned from records, kept apart from the records and written as JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import numpy as np

from bnl.errors import MatchingError
from bnl.matching.arrays import F64
from bnl.matching.expectation import Background, Mixture, Tables
from bnl.matching.kernel import NAME_SLOT, Kernel
from bnl.matching.levels import LEVELS, code
from bnl.matching.lexicon import Lexicon
from bnl.matching.model import Model

FORMAT = 1
_LEAST = 1e-12


@dataclass(frozen=True)
class Fitted:
    """Parameters by column, frozen once learned.

    Args:
        model: The model that was fitted.
        columns: Compared columns, in order.
        mixture: Level probabilities in that order.
        rarity: Log2 shares by code, per column with term frequencies.
        lexicons: What the codes stand for, per column.
        link_threshold: Weight of a link, in bits.
        review_threshold: Weight of a pair worth a look, in bits.
        caps: Largest block of each blocking rule, settled when the model was fitted.
        variants: Pairs of given names that were found to stand for each other.
    """

    model: Model
    columns: tuple[str, ...]
    mixture: Mixture
    rarity: dict[str, F64]
    lexicons: dict[str, Lexicon]
    link_threshold: float
    review_threshold: float
    caps: dict[str, int] = field(default_factory=dict)
    variants: tuple[tuple[str, str], ...] = ()

    def for_kernel(self, kernel: Kernel) -> Mixture:
        """Return the mixture in the order of a kernel's comparisons.

        Raises:
            MatchingError: If a column was not there when the parameters were learned.
        """
        try:
            order = [self.columns.index(item.column) for item in kernel.comparisons]
        except ValueError:
            raise MatchingError(
                "The records have a column that was not there when the model was fitted.", "Fit it again."
            ) from None

        def pick(tables: Tables) -> Tables:
            return tuple(tables[place] for place in order)

        return Mixture(
            m=pick(self.mixture.m),
            u=pick(self.mixture.u),
            match=self.mixture.match,
            backgrounds=tuple(
                Background(item.name, item.free[order], pick(item.tables), item.share)
                for item in self.mixture.backgrounds
            ),
        )

    def rarity_for(self, kernel: Kernel) -> dict[str, F64]:
        """Return log2 shares by the codes of a kernel's table; a value never seen counts as seen once."""
        out: dict[str, F64] = {}
        for item in kernel.comparisons:
            known = self.rarity.get(item.column)
            if known is None:
                continue
            lexicon = kernel.table.lexicons["name" if item.kind in NAME_SLOT else item.column]
            own = self.lexicons[item.column]
            if own is lexicon:
                out[item.column] = known
                continue
            # A value never seen is as rare as one seen once; the scorer treats later values the same way.
            places = np.array([own.find(value) for value in lexicon.values], dtype=np.int64)
            seen = (places >= 0) & (places < known.size)
            # One share more than there are values, so that the rarest is never forgotten.
            shares = np.full(places.size + 1, float(known.min(initial=0.0)))
            seen = np.append(seen, False)
            places = np.append(places, -1)
            shares[seen] = known[places[seen]]
            out[item.column] = shares
        return out

    def parted(self) -> dict[str, F64]:
        """Return, for each column whose equal values fall into several levels, how they fall, by level.

        Of dates of birth, those of 1 January have a level of their own; the shares are those of full dates.
        """
        out: dict[str, F64] = {}
        for item in self.model.comparisons:
            if item.kind != "date" or item.column not in self.rarity or not self.model.placeholders:
                continue
            known = np.exp2(self.rarity[item.column])
            values = self.lexicons[item.column].values[: known.size]
            full = np.array([not value.endswith("00") for value in values], dtype=np.bool_)
            first = np.array([value.endswith("0101") for value in values], dtype=np.bool_)
            known = known[: full.size]
            share = float(known[first].sum()) / max(float(known[full].sum()), _LEAST)
            shares = np.zeros(len(LEVELS["date"]), dtype=np.float64)
            shares[[code("date", "default"), code("date", "exact")]] = share, 1.0 - share
            out[item.column] = shares
        return out

    def to_json(self) -> str:
        """Write the parameters, value frequencies included, as a JSON document. It holds personal data."""
        mixture = self.mixture
        return json.dumps(
            {
                "format": FORMAT,
                "model": json.loads(self.model.to_json()),
                "columns": list(self.columns),
                "m": [table.tolist() for table in mixture.m],
                "u": [table.tolist() for table in mixture.u],
                "match": mixture.match,
                "backgrounds": [
                    {
                        "name": item.name,
                        "free": item.free.tolist(),
                        "tables": [table.tolist() for table in item.tables],
                        "share": item.share,
                    }
                    for item in mixture.backgrounds
                ],
                "frequencies": {column: self._frequencies(column) for column in self.rarity},
                "link_threshold": self.link_threshold,
                "review_threshold": self.review_threshold,
                "caps": self.caps,
                "variants": self.variants,
            }
        )

    def _frequencies(self, column: str) -> dict[str, float]:
        values, shares = self.lexicons[column].values, self.rarity[column].tolist()
        return dict(zip(values[: len(shares)], shares, strict=True))

    @property
    def version(self) -> str:
        """A fingerprint of the parameters that does not reveal any value."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    @classmethod
    def from_json(cls, text: str) -> Fitted:
        """Read parameters written by `to_json`.

        Raises:
            MatchingError: If the document is of another format or lacks a part.
        """
        try:
            document = json.loads(text)
            if document["format"] != FORMAT:
                raise MatchingError("The parameters are of another format.", "Fit the model again.")

            def tables(key: list[list[float]]) -> Tables:
                return tuple(np.array(table, dtype=np.float64) for table in key)

            lexicons, rarity = {}, {}
            for column, shares in document["frequencies"].items():
                lexicons[column] = Lexicon()
                lexicons[column].codes(shares)
                rarity[column] = np.array(list(shares.values()), dtype=np.float64)
            mixture = Mixture(
                m=tables(document["m"]),
                u=tables(document["u"]),
                match=document["match"],
                backgrounds=tuple(
                    Background(
                        item["name"],
                        np.array(item["free"], dtype=np.bool_),
                        tables(item["tables"]),
                        item["share"],
                    )
                    for item in document["backgrounds"]
                ),
            )
            return cls(
                model=Model.from_json(json.dumps(document["model"])),
                columns=tuple(document["columns"]),
                mixture=mixture,
                rarity=rarity,
                lexicons=lexicons,
                link_threshold=document["link_threshold"],
                review_threshold=document["review_threshold"],
                caps=document["caps"],
                variants=tuple((a, b) for a, b in document["variants"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise MatchingError(
                "The document holds no fitted parameters.", "Write them with to_json()."
            ) from error

"""Shapes: the dimensions of grants, shared by all that have them, matched once per kind of request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Dimensions = tuple[int, frozenset[str] | None, frozenset[str | None] | None, frozenset[str | None] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The dimensions of a grant but its categories and its time; None in a set matches everything.

    ``need`` holds the bits of the actions, purposes and roles it matches.
    """

    need: int
    agencies: frozenset[str] | None
    users: frozenset[str | None] | None
    areas: frozenset[str | None] | None


class Profile(NamedTuple):
    """A request as shapes are matched against it; what it lacks is None, or the bit of no role."""

    need: int
    agency: str
    user: str | None
    area: str | None


class Hits(dict[Shape, bool]):
    """Which shapes match one profile; filled as shapes are asked for."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.profile = profile

    def __missing__(self, shape: Shape) -> bool:
        """Match a shape in every dimension, and remember the answer."""
        need, agency, user, area = self.profile
        hit = self[shape] = (
            shape.need & need == need
            and (shape.agencies is None or agency in shape.agencies)
            and (shape.users is None or user in shape.users)
            and (shape.areas is None or area in shape.areas)
        )
        return hit

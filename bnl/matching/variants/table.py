"""Read the generated table of variant groups, once, on first use."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

_FIRST_MEMBER = 3


@dataclass(frozen=True, slots=True)
class VariantTable:
    """The variant groups and the index from a name to the groups it belongs to.

    Attributes:
        groups: One tuple per group: kind, field, community, head, then the other members.
        by_name: Name without spaces to the ids of its groups (positions in ``groups``), ascending.
        by_kind: For each kind, the ids of its groups.
    """

    groups: tuple[tuple[str, ...], ...]
    by_name: dict[str, tuple[int, ...]]
    by_kind: dict[str, frozenset[int]]


def parse_table(text: str) -> VariantTable:
    """Parse the generated table.

    Args:
        text: Tab-separated lines of kind, field, community and members; ``#`` begins a comment and ``*``
            ends a name that belongs to several groups.

    Returns:
        The groups and their index; the id of a group is its position and holds for one version of the data.
    """
    lines = text.replace("*", "").split("\n")
    groups = tuple(tuple(line.split("\t")) for line in lines if line and line[0] != "#")
    by_name: dict[str, tuple[int, ...]] = {}
    by_kind: dict[str, list[int]] = {}
    get = by_name.get
    for number, group in enumerate(groups):
        own = (number,)
        by_kind.setdefault(group[0], []).append(number)
        for name in group[_FIRST_MEMBER:]:
            by_name[name] = get(name, ()) + own
    return VariantTable(groups, by_name, {kind: frozenset(ids) for kind, ids in by_kind.items()})


@cache
def variant_table() -> VariantTable:
    """Return the packaged table, read on the first call."""
    path = resources.files("bnl.matching.variants").joinpath("groups.tsv")
    return parse_table(path.read_text(encoding="utf-8"))

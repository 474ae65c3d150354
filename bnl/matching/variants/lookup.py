"""Look up the variant groups of a name: nickname, transliteration, form in another language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from bnl.matching.variants.table import variant_table


@dataclass(frozen=True, slots=True)
class VariantGroup:
    """Names that may stand for one another.

    Attributes:
        kind: ``nickname``, ``transliteration`` or ``cross_language``. The last is weaker: Johann and John are
            one name in two languages, but few people use both.
        field: ``given_names`` or ``family_name``.
        community: Whose usage the group describes.
        members: The names, folded and without spaces, the fullest first.
    """

    kind: str
    field: str
    community: str
    members: tuple[str, ...]


def variant_groups(name: str, kind: str | None = None) -> tuple[int, ...]:
    """Return the ids of the groups a name belongs to.

    Args:
        name: A folded name (`bnl.matching.fold.fold`); spaces do not matter.
        kind: Only groups of this kind; None for all.

    Returns:
        Ascending ids, empty for a name in no group. More than one id means the name is ambiguous: Alex is
        Alexander, Alexandra and Alexis. Ids hold for one version of the data and must not be stored.
    """
    return groups_by_name(kind).get(name.replace(" ", ""), ())


@cache
def groups_by_name(kind: str | None = None) -> Mapping[str, tuple[int, ...]]:
    """Return the ids of the groups of every name that is in one; see `variant_groups`.

    Args:
        kind: Only groups of this kind; None for all.

    Returns:
        Ascending ids by folded name without spaces.
    """
    table = variant_table()
    if kind is None:
        return table.by_name
    return _by_name((number, table.groups[number][3:]) for number in sorted(table.by_kind.get(kind, ())))


@cache
def groups_of(community: str, field: str) -> Mapping[str, tuple[int, ...]]:
    """Return the ids of the groups of a community of every name that is in one.

    Args:
        community: Whose usage the groups describe.
        field: ``given_names`` or ``family_name``.

    Returns:
        Ascending ids by folded name without spaces.
    """
    groups = enumerate(variant_table().groups)
    return _by_name((number, group[3:]) for number, group in groups if group[1:3] == (field, community))


def _by_name(groups: Iterable[tuple[int, tuple[str, ...]]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, members in groups:
        for name in members:
            found[name] = (*found.get(name, ()), number)
    return found


def shared_groups(left: str, right: str) -> tuple[int, ...]:
    """Return the ids of the groups that hold both of two folded names, ascending."""
    other = set(variant_groups(right))
    return tuple(number for number in variant_groups(left) if number in other)


def are_variants(left: str, right: str, kind: str | None = None) -> bool:
    """Say whether two folded names are different names of one group.

    A name is no variant of itself, and being variants is not transitive: Bill is William, and Will is
    Wilfred, but Bill is not Wilfred.

    Args:
        left: A folded name.
        right: Another folded name.
        kind: Only by groups of this kind; None for any.
    """
    if left.replace(" ", "") == right.replace(" ", ""):
        return False
    return not set(variant_groups(left, kind)).isdisjoint(variant_groups(right, kind))


def describe_group(number: int) -> VariantGroup:
    """Return the group of an id, to show why two names were taken for one.

    Raises:
        IndexError: When the id is not one that `variant_groups` returned.
    """
    groups = variant_table().groups
    if not 0 <= number < len(groups):
        raise IndexError(f"variant group {number}: ids run from 0 to {len(groups) - 1}")
    kind, field, community, *members = groups[number]
    return VariantGroup(kind, field, community, tuple(members))

"""The packaged table: current with its sources, well formed, and parsed as written."""

from collections import Counter

from bnl.matching.fold import fold
from bnl.matching.variants.table import parse_table, variant_table


def test_parsing_keeps_groups_in_order_and_indexes_every_member() -> None:
    table = parse_table(
        "# note\nnickname\tgiven_names\tx\tanna\tann*\nnickname\tgiven_names\tx\tannette\tann*\n"
    )
    assert table.groups[0] == ("nickname", "given_names", "x", "anna", "ann")
    assert table.by_name == {"anna": (0,), "ann": (0, 1), "annette": (1,)}
    assert table.by_kind == {"nickname": frozenset({0, 1})}


def test_an_empty_table_has_no_groups() -> None:
    assert parse_table("# nothing\n").groups == ()


def test_the_table_is_read_once() -> None:
    assert variant_table() is variant_table()


def test_every_group_has_two_names_and_a_known_kind_and_field() -> None:
    for kind, field, community, *members in variant_table().groups:
        assert kind in {"nickname", "transliteration", "cross_language", "byname"}
        assert field in {"given_names", "family_name"}
        assert community
        assert len(members) >= 2
        assert len(set(members)) == len(members)


def test_every_name_is_folded_and_without_spaces() -> None:
    assert all(name == fold(name).replace(" ", "") != "" for name in variant_table().by_name)


def test_no_two_groups_are_the_same() -> None:
    groups = variant_table().groups
    assert len({(group[:2], frozenset(group[3:])) for group in groups}) > 0.9 * len(groups)
    assert len(set(groups)) == len(groups)


def test_ids_ascend_and_agree_with_the_groups() -> None:
    table = variant_table()
    for name, numbers in table.by_name.items():
        assert list(numbers) == sorted(set(numbers))
        assert all(name in table.groups[number][3:] for number in numbers)
    assert sum(len(group) - 3 for group in table.groups) == sum(len(ids) for ids in table.by_name.values())


def test_all_communities_the_services_meet_are_there_with_several_dozen_groups() -> None:
    sizes = Counter(group[2] for group in variant_table().groups)
    assert set(sizes) == {
        "arabic",
        "chinese, vietnamese and korean",
        "english",
        "eritrean, ethiopian and somali",
        "by-names",
        "european",
        "irish and traveller",
        "kurdish, iranian, afghan, turkish and albanian",
        "polish",
        "portuguese and timorese",
        "romanian",
        "south asian",
    }
    assert sizes.pop("by-names") >= 50
    assert min(sizes.values()) >= 100
    assert sizes["english"] >= 500

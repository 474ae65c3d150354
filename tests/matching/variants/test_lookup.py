"""Variant look-up: known pairs of every community, ambiguity, and the laws of the relation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.fold import fold
from bnl.matching.variants.lookup import (
    are_variants,
    describe_group,
    groups_of,
    shared_groups,
    variant_groups,
)
from bnl.matching.variants.table import variant_table

KINDS = ("nickname", "transliteration", "cross_language", "byname")
names = st.one_of(st.sampled_from(sorted(variant_table().by_name)), st.text(max_size=8).map(fold))


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        pytest.param("Bill", "William", "nickname", id="bill"),
        pytest.param("Yare", "Yaare", "byname", id="somali-by-name"),
        pytest.param("Scouse", "Scouser", "byname", id="english-by-name"),
        pytest.param("Tak Wah", "Dehua", "transliteration", id="cantonese-two-parts"),
        pytest.param("Peggy", "Margaret", "nickname", id="peggy"),
        pytest.param("Jack", "John", "nickname", id="jack"),
        pytest.param("Dick", "Richard", "nickname", id="dick"),
        pytest.param("Nell", "Helen", "nickname", id="nell-helen"),
        pytest.param("Nell", "Eleanor", "nickname", id="nell-eleanor"),
        pytest.param("Polly", "Mary", "nickname", id="polly"),
        pytest.param("Ted", "Edward", "nickname", id="ted"),
        pytest.param("Bridie", "Bridget", "nickname", id="bridie"),
        pytest.param("Seamus", "James", "cross_language", id="seamus"),
        pytest.param("Pádraig", "Patrick", "cross_language", id="padraig"),
        pytest.param("Connors", "O'Connor", "transliteration", id="traveller-family"),
        pytest.param("McDonagh", "McDonough", "transliteration", id="mcdonagh"),
        pytest.param("Małgorzata", "Gosia", "nickname", id="polish-short"),
        pytest.param("Krzysztof", "Krzysiek", "nickname", id="polish-krzysiek"),
        pytest.param("Sofia", "Zosia", "nickname", id="nickname-of-another-spelling"),
        pytest.param("Wojciech", "Voytek", "transliteration", id="polish-spelling"),
        pytest.param("Gheorghe", "Gigi", "nickname", id="romanian"),
        pytest.param("Ionuț", "Nelu", "nickname", id="romanian-nelu"),
        pytest.param("José", "Zé", "nickname", id="portuguese"),
        pytest.param("Domingos", "Dominggus", "transliteration", id="timorese"),
        pytest.param("Mohammed", "Mohd", "transliteration", id="south-asian"),
        pytest.param("Chowdhury", "Choudhry", "transliteration", id="bangladeshi"),
        pytest.param("Abdul Rahman", "Abdelrahman", "transliteration", id="arabic-words-join"),
        pytest.param("Yusuf", "Yousef", "transliteration", id="yusuf"),
        pytest.param("Tewodros", "Tedros", "transliteration", id="eritrean"),
        pytest.param("Gebremariam", "Ghebremariam", "transliteration", id="eritrean-gh"),
        pytest.param("Maxamed", "Mohamed", "transliteration", id="somali"),
        pytest.param("Cabdiraxmaan", "Abdirahman", "transliteration", id="somali-spelling"),
        pytest.param("Rêbwar", "Rebvar", "transliteration", id="kurdish"),
        pytest.param("Fatemeh", "Fatima", "transliteration", id="iranian"),
        pytest.param("Zhang", "Cheung", "transliteration", id="chinese"),
        pytest.param("Johann", "John", "cross_language", id="german-is-another-kind"),
        pytest.param("Giuseppe", "Joseph", "cross_language", id="italian"),
        pytest.param("Sasha", "Aleksandr", "nickname", id="russian"),
    ],
)
def test_known_variants(left: str, right: str, kind: str) -> None:
    assert are_variants(fold(left), fold(right), kind)
    assert kind in {describe_group(number).kind for number in shared_groups(fold(left), fold(right))}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("bill", "wilfred", id="not-transitive"),
        pytest.param("joan", "john", id="joan-is-not-john"),
        pytest.param("abdul", "rahman", id="parts-of-one-name"),
        pytest.param("hassan", "hussein", id="brothers"),
        pytest.param("william", "william", id="no-variant-of-itself"),
        pytest.param("abdul rahman", "abdulrahman", id="same-but-for-the-space"),
        pytest.param("zzz", "william", id="unknown-name"),
        pytest.param("", "", id="empty"),
    ],
)
def test_no_variants(left: str, right: str) -> None:
    assert not are_variants(left, right)


def test_john_and_johann_are_not_nicknames() -> None:
    assert not are_variants("johann", "john", "nickname")


@pytest.mark.parametrize("name", ["alex", "chris", "sam"])
def test_ambiguous_names_belong_to_several_groups(name: str) -> None:
    heads = {describe_group(number).members[0] for number in variant_groups(name, "nickname")}
    assert len(heads) >= 2


def test_an_unknown_kind_has_no_groups() -> None:
    assert variant_groups("bill", "rhyming") == ()


@pytest.mark.parametrize("number", [-1, 10**6])
def test_describing_an_unknown_group_fails(number: int) -> None:
    with pytest.raises(IndexError, match="ids run from 0"):
        describe_group(number)


@given(names, names)
def test_the_relation_is_symmetric_and_irreflexive(left: str, right: str) -> None:
    assert are_variants(left, right) == are_variants(right, left)
    assert not are_variants(left, left)


@given(names, names)
def test_sharing_agrees_with_the_members_of_the_groups(left: str, right: str) -> None:
    expected = tuple(
        number
        for number, group in enumerate(variant_table().groups)
        if {left.replace(" ", ""), right.replace(" ", "")} <= set(group[3:])
    )
    assert shared_groups(left, right) == expected


@given(names)
def test_kinds_partition_the_groups_of_a_name(name: str) -> None:
    parts = [variant_groups(name, kind) for kind in KINDS]
    assert sorted(sum(parts, ())) == list(variant_groups(name))


def test_the_groups_of_a_community_are_those_that_name_it() -> None:
    found = groups_of("chinese, vietnamese and korean", "family_name")
    assert "wong" in found
    assert "david" not in found
    for name, numbers in found.items():
        assert numbers == tuple(sorted(numbers))
        described = [describe_group(number) for number in variant_groups(name)]
        wanted = [
            one for one in described if one.field == "family_name" and one.community.startswith("chinese")
        ]
        assert [describe_group(number) for number in numbers] == wanted
    assert groups_of("nobody", "family_name") == {}

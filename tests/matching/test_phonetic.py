"""The sound key: spellings of one name meet, different names stay apart, any text has a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.fold import fold
from bnl.matching.phonetic import phonetic, phonetics


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param("Mohammed Muhammad Mohamad Muhammed Mohamet", id="mohammed"),
        pytest.param("Yusuf Yousef Youssef Jusuf Yosief Joseph Josef", id="yusuf"),
        pytest.param("Hussein Hossain Husayn Huseyin Hussain", id="hussein"),
        pytest.param("Khadija Kadija Khadidja Khadijah", id="khadija"),
        pytest.param("Ahmed Ahmad Ahamed Ahmet", id="ahmed"),
        pytest.param("Oualid Walid Waleed Valid", id="walid"),
        pytest.param("Djamal Jamal Jamaal Djemal", id="jamal"),
        pytest.param("Ibrahim Ebrahim Abraham", id="ibrahim"),
        pytest.param("Philip Filip Phillip Philipp", id="philip"),
        pytest.param("Catherine Katherine Kathryn Katrin", id="catherine"),
        pytest.param("Wiktor Viktor Victor", id="victor"),
        pytest.param("Stephen Steven Stefan Stephan", id="stephen"),
        pytest.param("Abdul-Rahman Abdelrahman Abdoulrahmane", id="abdulrahman"),
        pytest.param("Ousman Usman Osman", id="usman"),
        pytest.param("Aisha Ayesha Aicha Aysha", id="aisha"),
        pytest.param("Yasmin Jasmine Iasmin Yassmeen", id="yasmin"),
        pytest.param("Qasim Kassim Kasim", id="qasim"),
        pytest.param("Gebremariam Ghebremaryam", id="gebre"),
        pytest.param("Michael Mikael Mikhail Mikel", id="michael"),
        pytest.param("MacDonald McDonald", id="mac"),
        pytest.param("O'Brien OBrien O’Bryan", id="obrien"),
        pytest.param("Leigh Lee Li", id="lee"),
        pytest.param("Knight Night Nite", id="silent-k"),
        pytest.param("Wright Right Rite", id="silent-w"),
        pytest.param("Shaikh Sheikh Shaykh Sheik", id="sheikh"),
        pytest.param("Dariusz Dariush", id="sz-is-sh"),
        pytest.param("Xavier Savier Zavier", id="initial-x"),
        pytest.param("Rozita Rosita Rossita", id="s-is-z"),
    ],
)
def test_spellings_of_one_name_share_a_key(spellings: str) -> None:
    assert len({phonetic(name) for name in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("Mary", "Margaret", id="prefix"),
        pytest.param("Hassan", "Hussam", id="m-n"),
        pytest.param("David", "Tariq", id="initial-d-t"),
        pytest.param("Dara", "Tara", id="initial-d-is-not-t"),
        pytest.param("Rashid", "Lashid", id="r-l"),
        pytest.param("Anna", "Hanna", id="initial-h-stays"),
        pytest.param("Smith", "Jones", id="plain"),
        pytest.param("Paul", "Boul", id="p-b"),
    ],
)
def test_different_names_stay_apart(left: str, right: str) -> None:
    assert phonetic(left) != phonetic(right)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("!?", "", id="no-letter"),
        pytest.param("A", "A", id="vowel-alone"),
        pytest.param("H", "H", id="h-alone"),
        pytest.param("Wu", "F", id="one-sound"),
        pytest.param("Al Hassan", "HSN", id="article-goes"),
        pytest.param("Al", "AL", id="article-alone-is-a-name"),
        pytest.param("Mary Ann", "MRN", id="words-join"),
        pytest.param("Иван", "ИВАН", id="other-scripts-stay"),
    ],
)
def test_keys(name: str, key: str) -> None:
    assert phonetic(name) == key


@given(st.text(max_size=30))
def test_every_name_with_a_letter_has_a_key_and_folding_does_not_change_it(name: str) -> None:
    assert bool(phonetic(name)) == bool(fold(name))
    assert phonetic(fold(name)) == phonetic(name)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_a_key_of_plain_letters_repeats_no_sound_and_has_few(name: str) -> None:
    key = phonetic(name)
    assert set(key) <= set("ABDFGHJKLMNPRSTX")
    assert len(key) <= 2 * len(name)
    assert "A" not in key[1:]


@given(st.text(alphabet="bcdfgklmnprstvz", min_size=1, max_size=6), st.integers(0, 5))
def test_a_doubled_vowel_changes_nothing(letters: str, place: int) -> None:
    spaced = "a".join(letters)
    doubled = spaced.replace("a", "aa", place)
    assert phonetic(doubled) == phonetic(spaced)


@given(st.lists(st.text("aeiouyhjkcqxgtdszwmnplrbf é\n'", max_size=9), max_size=12))
def test_many_names_sound_as_each_alone(names: list[str]) -> None:
    assert phonetics(names) == [phonetic(name) for name in names]

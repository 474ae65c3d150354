"""Sealed cells: open where they belong, under their own key, and nowhere else."""

from __future__ import annotations

import copy
import itertools
import pickle

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from hypothesis import given
from hypothesis import strategies as st

from bnl.crypto import aead as aead_module
from bnl.crypto.aead import MAX_KEY_VERSION, OVERHEAD, Cell, DataKey, new_secret
from bnl.crypto.encoding import length_prefixed
from bnl.crypto.hashes import keyed_hash, subkey
from bnl.errors import Corrupt, KeyringError

SECRET, ROOT = bytes(range(32)), bytes(range(32, 64))
CELL = Cell("record", "fields", "rec_a", "rec_a")
names = st.text(max_size=6)
cells = st.builds(Cell, names, names, names, names)


@pytest.fixture
def key() -> DataKey:
    return DataKey({1: SECRET}, ROOT)


@given(st.binary(max_size=100), cells)
def test_what_was_sealed_is_unsealed_in_its_cell(plaintext: bytes, cell: Cell) -> None:
    key = DataKey({1: SECRET}, ROOT)
    sealed = key.seal(plaintext, cell)
    assert len(sealed) == len(plaintext) + OVERHEAD
    assert key.unseal(sealed, cell) == plaintext


@given(cells, cells)
def test_a_value_opens_in_no_other_cell(one: Cell, other: Cell) -> None:
    key = DataKey({1: SECRET}, ROOT)
    sealed = key.seal(b"value", one)
    if one == other:
        assert key.unseal(sealed, other) == b"value"
    else:
        with pytest.raises(Corrupt):
            key.unseal(sealed, other)


def test_every_pairwise_swap_of_cells_is_refused(key: DataKey) -> None:
    places = [Cell(t, c, r, o) for t, c, r, o in itertools.product("ab", "cd", "ef", "gh")]
    sealed = {cell: key.seal(f"{cell}".encode(), cell) for cell in places}
    for held, asked in itertools.permutations(places, 2):
        with pytest.raises(Corrupt):
            key.unseal(sealed[held], asked)
    assert all(key.unseal(sealed[cell], cell) == f"{cell}".encode() for cell in places)


def test_every_flipped_bit_is_found(key: DataKey) -> None:
    sealed = key.seal(b"a value", CELL)
    for at, bit in itertools.product(range(len(sealed)), range(8)):
        flipped = bytearray(sealed)
        flipped[at] ^= 1 << bit
        with pytest.raises(Corrupt):
            key.unseal(bytes(flipped), CELL)


def test_every_cut_and_every_addition_is_found(key: DataKey) -> None:
    sealed = key.seal(b"a value", CELL)
    for length in range(len(sealed)):
        with pytest.raises(Corrupt):
            key.unseal(sealed[:length], CELL)
    with pytest.raises(Corrupt):
        key.unseal(sealed + b"\0", CELL)


def test_the_empty_value_is_sealed_too(key: DataKey) -> None:
    sealed = key.seal(b"", CELL)
    assert len(sealed) == OVERHEAD == 33
    assert key.unseal(sealed, CELL) == b""


def test_nonces_are_fresh(key: DataKey) -> None:
    sealed = {key.seal(b"same", CELL) for _ in range(100)}
    assert len(sealed) == 100
    assert len({value[5:17] for value in sealed}) == 100


def test_the_layout_is_format_version_nonce_and_siv(key: DataKey) -> None:
    sealed = key.seal(b"a value", CELL)
    assert sealed[:5] == b"\x01\x00\x00\x00\x01"
    bound = length_prefixed(["bnl/cell/v1", *CELL, b"\0\0\0\x01"])
    assert AESGCMSIV(SECRET).decrypt(sealed[5:17], sealed[17:], bound) == b"a value"


@pytest.mark.parametrize(
    ("sealed_by", "opened_by"),
    [
        pytest.param({1: SECRET}, {1: ROOT}, id="another-secret"),
        pytest.param({1: SECRET}, {2: SECRET}, id="another-version-of-the-same-secret"),
        pytest.param({2: SECRET}, {1: SECRET}, id="an-older-version"),
    ],
)
def test_another_key_does_not_open_it(sealed_by: dict[int, bytes], opened_by: dict[int, bytes]) -> None:
    sealed = DataKey(sealed_by, ROOT).seal(b"value", CELL)
    with pytest.raises(Corrupt, match="record, row rec_a, column fields"):
        DataKey(opened_by, ROOT).unseal(sealed, CELL)


def test_a_relabelled_version_does_not_open() -> None:
    """The version in front is a claim; the additional data hold it to its word."""
    same = DataKey({1: SECRET, 2: SECRET}, ROOT)
    sealed = bytearray(same.seal(b"value", CELL))
    sealed[4] = 1
    with pytest.raises(Corrupt, match="does not open"):
        same.unseal(bytes(sealed), CELL)


def test_old_versions_open_and_the_newest_seals() -> None:
    old, both = DataKey({1: SECRET}, ROOT), DataKey({1: SECRET, 2: ROOT}, ROOT)
    assert both.version == 2
    assert both.unseal(old.seal(b"old", CELL), CELL) == b"old"
    sealed = both.seal(b"new", CELL)
    assert both.unseal(sealed, CELL) == b"new"
    with pytest.raises(Corrupt, match="version of its key that is not there"):
        old.unseal(sealed, CELL)


def test_an_error_names_the_place_and_nothing_else(key: DataKey) -> None:
    with pytest.raises(Corrupt) as caught:
        key.unseal(b"short", CELL)
    assert (caught.value.table, caught.value.key) == ("record", "rec_a")
    assert "is not a sealed value" in str(caught.value)
    assert "bnl audit verify" in str(caught.value)
    assert "short" not in str(caught.value)


@pytest.mark.parametrize(
    ("secrets", "root"),
    [
        pytest.param({1: SECRET[1:]}, ROOT, id="short-secret"),
        pytest.param({1: SECRET, 2: SECRET + b"x"}, ROOT, id="long-secret"),
        pytest.param({1: SECRET}, ROOT[1:], id="short-root"),
        pytest.param({}, ROOT, id="no-version"),
        pytest.param({0: SECRET}, ROOT, id="version-nought"),
        pytest.param({0: SECRET, 1: SECRET}, ROOT, id="version-nought-among-others"),
        pytest.param({MAX_KEY_VERSION + 1: SECRET}, ROOT, id="version-too-great"),
    ],
)
def test_impossible_keys_are_refused(secrets: dict[int, bytes], root: bytes) -> None:
    with pytest.raises(KeyringError):
        DataKey(secrets, root)


def test_the_greatest_version_works() -> None:
    key = DataKey({MAX_KEY_VERSION: SECRET}, ROOT)
    assert key.unseal(key.seal(b"value", CELL), CELL) == b"value"


def test_hashes_and_derived_keys_survive_rotation() -> None:
    before, after = DataKey({1: SECRET}, ROOT), DataKey({2: ROOT}, ROOT)
    assert before.keyed_hash("subject", "7") == after.keyed_hash("subject", "7")
    assert before.derive("signing") == after.derive("signing")
    assert after.lasting.unseal(before.lasting.seal(b"kept", CELL), CELL) == b"kept"


def test_hashes_and_derived_keys_come_from_the_root_alone(key: DataKey) -> None:
    assert key.keyed_hash("subject", "7") == keyed_hash(subkey(ROOT, "keyed-hash"), "subject", "7")
    assert key.derive("signing") == subkey(ROOT, "derive", "signing")
    assert key.derive("signing") != key.derive("other")
    other = DataKey({1: SECRET}, SECRET)
    assert key.keyed_hash("subject", "7") != other.keyed_hash("subject", "7")


def test_the_lasting_key_is_a_key_of_its_own(key: DataKey) -> None:
    assert key.lasting is key.lasting
    with pytest.raises(Corrupt):
        key.unseal(key.lasting.seal(b"value", CELL), CELL)
    assert key.lasting.keyed_hash("d", "x") != key.keyed_hash("d", "x")


def test_a_key_shows_nothing_and_cannot_be_carried_off(key: DataKey) -> None:
    assert repr(key) == str(key) == "DataKey(version=1, …)"
    for carry in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            carry(key)
    assert not hasattr(key, "__dict__")


def test_the_cipher_of_a_version_is_kept_from_its_second_use_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []

    def counted(secret: bytes) -> AESGCMSIV:
        made.append(secret)
        return AESGCMSIV(secret)

    monkeypatch.setattr(aead_module, "AESGCMSIV", counted)
    old, both = DataKey({1: SECRET}, ROOT), DataKey({1: SECRET, 2: ROOT}, ROOT)
    sealed = [old.seal(b"value", CELL) for _ in range(3)]
    assert made == [SECRET]
    for value in [*sealed, both.seal(b"value", CELL), both.seal(b"value", CELL)]:
        assert both.unseal(value, CELL) == b"value"
    # What seals is kept at once; of what opens the first is not, since most keys open one value only.
    assert made == [SECRET, ROOT, SECRET, SECRET]


def test_new_secrets_are_random() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(secret) for secret in made} == {32}


def test_a_published_siv_holds() -> None:
    """RFC 8452, appendix C.2: AES-256-GCM-SIV of eight bytes without additional data."""
    secret = bytes.fromhex("01" + "00" * 31)
    nonce = bytes.fromhex("03" + "00" * 11)
    published = "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28"
    assert AESGCMSIV(secret).encrypt(nonce, bytes.fromhex("0100000000000000"), None).hex() == published

"""Proofs are believed only if they prove what they claim, whatever else they may look like."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.audit.merkle import leaf_hash
from bnl.audit.verify import (
    consistency_holds,
    inclusion_holds,
    require_consistency,
    require_inclusion,
)
from bnl.errors import ProofError
from tests.audit import merkle_reference as reference
from tests.shared_vectors import files, needs_vectors

LEAVES = [b"%d" % at for at in range(64)]
ROOTS = [reference.tree_hash(LEAVES[:size]) for size in range(len(LEAVES) + 1)]
INCLUSION, CONSISTENCY = "rfc6962_merkle/testdata/inclusion", "rfc6962_merkle/testdata/consistency"


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@needs_vectors
@pytest.mark.parametrize("path", files(INCLUSION), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_published_inclusion_proofs(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [decoded(text) for text in case["proof"] or []]
    index, size = case["leafIdx"], case["treeSize"]
    holds = inclusion_holds(index, size, decoded(case["leafHash"]), proof, decoded(case["root"]))
    assert holds == (not case["wantErr"]), case["desc"]


@needs_vectors
@pytest.mark.parametrize("path", files(CONSISTENCY), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_published_consistency_proofs(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [decoded(text) for text in case["proof"] or []]
    roots = decoded(case["root1"]), decoded(case["root2"])
    holds = consistency_holds(case["size1"], case["size2"], *roots, proof)
    assert holds == (not case["wantErr"]), case["desc"]


@needs_vectors
def test_all_published_proofs_are_here() -> None:
    assert len(files(INCLUSION)) == len(files(CONSISTENCY)) == 98


@pytest.mark.parametrize("size", range(1, 65))
def test_every_true_proof_is_believed(size: int) -> None:
    for index in range(size):
        proof = reference.path(index, LEAVES[:size])
        assert inclusion_holds(index, size, leaf_hash(LEAVES[index]), proof, ROOTS[size])
    for first in range(1, size + 1):
        proof = reference.proof(first, LEAVES[:size])
        assert consistency_holds(first, size, ROOTS[first], ROOTS[size], proof)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 21, 32])
def test_a_proof_holds_at_no_other_index_or_size(size: int) -> None:
    for index in range(size):
        proof = reference.path(index, LEAVES[:size])
        leaf = leaf_hash(LEAVES[index])
        for other in range(-1, 40):
            assert inclusion_holds(other, size, leaf, proof, ROOTS[size]) == (other == index)
            believed = inclusion_holds(index, other, leaf, proof, ROOTS[size])
            # An index and a path fix how the hashes are joined, not always the size: by the definition, too.
            slow = index < other and reference.root_of_path(index, other, leaf, proof) == ROOTS[size]
            assert believed == slow


@pytest.mark.parametrize("second", [1, 2, 3, 7, 8, 13, 21])
def test_a_consistency_proof_holds_between_no_other_sizes(second: int) -> None:
    for first in range(1, second + 1):
        proof = reference.proof(first, LEAVES[:second])
        for other in range(-1, 30):
            if other != first:
                assert not consistency_holds(other, second, ROOTS[first], ROOTS[second], proof)
            believed = consistency_holds(first, other, ROOTS[first], ROOTS[second], proof)
            slow = None
            if first <= other:
                slow = reference.roots_of_proof(first, other, ROOTS[first], proof, True)
            assert believed == (slow == (ROOTS[first], ROOTS[second]))


hashes = st.binary(min_size=32, max_size=32)
proofs = st.lists(hashes, max_size=7)


@given(st.integers(0, 40), st.integers(1, 40), hashes, proofs)
def test_the_fast_check_agrees_with_the_definition(
    index: int, size: int, leaf: bytes, proof: list[bytes]
) -> None:
    slow = reference.root_of_path(index, size, leaf, proof) if index < size else None
    if slow is None:
        assert not inclusion_holds(index, size, leaf, proof, ROOTS[0])
    else:
        assert inclusion_holds(index, size, leaf, proof, slow)


@given(st.integers(1, 40), st.integers(1, 40), hashes, proofs)
def test_the_fast_consistency_check_agrees_with_the_definition(
    first: int, second: int, old_root: bytes, proof: list[bytes]
) -> None:
    slow = reference.roots_of_proof(first, second, old_root, proof, True) if first <= second else None
    if slow is None:
        assert not consistency_holds(first, second, old_root, ROOTS[0], proof)
    else:
        assert consistency_holds(first, second, slow[0], slow[1], proof) or slow[0] != old_root


@pytest.mark.parametrize("size", [1, 2, 5, 8, 11])
def test_every_flipped_bit_cut_and_addition_is_refused(size: int) -> None:
    chance = random.Random(size)
    for index in range(size):
        proof, leaf = reference.path(index, LEAVES[:size]), leaf_hash(LEAVES[index])
        for at in range(len(proof)):
            bit = chance.randrange(256)
            flipped = bytearray(proof[at])
            flipped[bit // 8] ^= 1 << bit % 8
            altered = [*proof[:at], bytes(flipped), *proof[at + 1 :]]
            assert not inclusion_holds(index, size, leaf, altered, ROOTS[size])
            assert not inclusion_holds(index, size, leaf, proof[:at] + proof[at + 1 :], ROOTS[size])
        for extra in ([*proof, leaf], [leaf, *proof], [*proof, ROOTS[size]]):
            assert not inclusion_holds(index, size, leaf, extra, ROOTS[size])
    for first in range(1, size):
        proof = reference.proof(first, LEAVES[:size])
        for at in range(len(proof)):
            assert not consistency_holds(first, size, ROOTS[first], ROOTS[size], proof[:at])
        for extra in ([*proof, ROOTS[size]], [ROOTS[first], *proof], [*proof, *proof]):
            assert not consistency_holds(first, size, ROOTS[first], ROOTS[size], extra)


@pytest.mark.parametrize("bad", [b"", b"x" * 31, b"x" * 33, "x" * 32, None])
def test_what_is_no_hash_is_refused_everywhere(bad: bytes) -> None:
    leaf, root, proof = leaf_hash(LEAVES[0]), ROOTS[2], reference.path(0, LEAVES[:2])
    assert inclusion_holds(0, 2, leaf, proof, root)
    assert not inclusion_holds(0, 2, bad, proof, root)
    assert not inclusion_holds(0, 2, leaf, [bad], root)
    assert not inclusion_holds(0, 2, leaf, proof, bad)
    assert not consistency_holds(1, 1, bad, ROOTS[1], [])
    proof = reference.proof(1, LEAVES[:2])
    assert not consistency_holds(1, 2, ROOTS[1], bad, proof)
    assert not consistency_holds(1, 2, bad, ROOTS[2], proof)
    assert not consistency_holds(1, 2, ROOTS[1], ROOTS[2], [bad])


@pytest.mark.parametrize("size", range(4))
def test_a_proof_from_nothing_shows_nothing(size: int) -> None:
    assert not consistency_holds(0, size, ROOTS[0], ROOTS[size], [])
    assert not inclusion_holds(0, 0, leaf_hash(b""), [], ROOTS[0])


def test_guards_raise_where_verdicts_say_no() -> None:
    leaf, proof = leaf_hash(LEAVES[1]), reference.path(1, LEAVES[:3])
    require_inclusion(1, 3, leaf, proof, ROOTS[3])
    with pytest.raises(ProofError, match="does not show entry 2 in the log of size 3"):
        require_inclusion(2, 3, leaf, proof, ROOTS[3])
    step = reference.proof(2, LEAVES[:3])
    require_consistency(2, 3, ROOTS[2], ROOTS[3], step)
    with pytest.raises(ProofError, match="size 3 is not shown to continue that of size 2"):
        require_consistency(2, 3, ROOTS[1], ROOTS[3], step)

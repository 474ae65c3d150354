"""Proofs, notes, checkpoints and tiles, altered in every way a forger might try: none is accepted."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from functools import cache

import pytest

from bnl.audit.checkpoint import Trust, open_checkpoint
from bnl.audit.entry import encode
from bnl.audit.log import Log
from bnl.audit.notes import LogKey, parse_note, verified_by
from bnl.audit.tiles import export_tiles, verify_tiles
from bnl.audit.tlog_proof import proof_text, require_logged
from bnl.audit.verify import consistency_holds, inclusion_holds
from bnl.audit.witness import advanced, parse_request, request_text
from bnl.errors import BnlError
from tests.audit.note_keys import LOG_KEY, TRUST, WITNESS_KEYS, cosigned, signed
from tests.audit_entries import entry, filled

Chance = random.Random
Attempt = Callable[[Chance], bool]
"""Alters something true and tells whether it was accepted as something else."""

SIZE = 300
LOG = Log(filled(SIZE))
ROOTS = [LOG.root(size) for size in range(SIZE + 1)]
QUORUM = Trust(LOG_KEY, WITNESS_KEYS, 3)


def altered(data: bytes, chance: Chance) -> bytes:
    """Flip, insert, delete, double, cut, move or swap; at least one byte differs."""
    while True:
        made = bytearray(data)
        at, other = chance.randrange(len(made)), chance.randrange(len(made))
        width = chance.choice((1, 1, 2, 4, 33))
        match chance.randrange(7):
            case 0:
                made[at] ^= 1 << chance.randrange(8)
            case 1:
                made[at:at] = bytes(chance.choice(b"\n =+/A0\x00\xff-") for _ in range(width))
            case 2:
                del made[at : at + width]
            case 3:
                made[at:at] = made[at : at + width]
            case 4:
                del made[at:]
            case 5:
                made[at : at + width], made[other : other + width] = (
                    made[other : other + width],
                    made[at : at + width],
                )
            case _:
                made[at] = chance.randrange(256)
        if made != data:
            return bytes(made)


def altered_list(hashes: list[bytes], chance: Chance) -> list[bytes]:
    """Alter, drop, repeat, add or exchange hashes; something differs."""
    while True:
        made = list(hashes)
        at = chance.randrange(len(made) + 1)
        match chance.randrange(5):
            case 0 if made:
                made[at - 1] = altered(made[at - 1], chance)
            case 1 if made:
                del made[at - 1]
            case 2:
                made.insert(at, chance.choice(ROOTS))
            case 3 if made:
                made.insert(at, made[at - 1])
            case _:
                chance.shuffle(made)
        if made != hashes:
            return made


@cache
def inclusion(index: int, size: int) -> list[bytes]:
    return LOG.inclusion_proof(index, size)


@cache
def consistency(first: int, second: int) -> list[bytes]:
    return LOG.consistency_proof(first, second)


def inclusion_proof(chance: Chance) -> bool:
    size = chance.randrange(1, SIZE + 1)
    index = chance.randrange(size)
    leaf, proof, root = LOG._store.hashes(0, index, index + 1)[0], inclusion(index, size), ROOTS[size]
    match chance.randrange(4):
        case 0:
            leaf = altered(leaf, chance)
        case 1:
            root = altered(root, chance) if chance.random() < 0.5 else ROOTS[size - 1]
        case 2:
            other = chance.randrange(size)
            if other == index:
                return False
            index = other
        case _:
            proof = altered_list(proof, chance)
    return inclusion_holds(index, size, leaf, proof, root)


def consistency_proof(chance: Chance) -> bool:
    second = chance.randrange(1, SIZE + 1)
    first = chance.randrange(1, second + 1)
    proof, old, new = consistency(first, second), ROOTS[first], ROOTS[second]
    match chance.randrange(4):
        case 0:
            old = altered(old, chance) if chance.random() < 0.5 else ROOTS[first - 1]
        case 1:
            new = altered(new, chance) if chance.random() < 0.5 else ROOTS[second - 1]
        case 2:
            other = chance.randrange(SIZE + 2)
            if other == first:
                return False
            first = other
        case _:
            proof = altered_list(proof, chance)
    return consistency_holds(first, second, old, new, proof)


def accepted(judge: Callable[[], object]) -> bool:
    """Tell whether a judge let something pass; only the library's own errors count as a refusal."""
    try:
        judge()
    except BnlError:
        return False
    return True


NOTE = signed(SIZE, ROOTS[SIZE]).encode()
COSIGNED = cosigned(NOTE.decode(), 0, 1, 2).encode()
LEAF = encode(entry(7))
PROOF = proof_text(7, LOG.inclusion_proof(7, SIZE), NOTE.decode()).encode()
SEEN = open_checkpoint(signed(100, ROOTS[100]), TRUST)
REQUEST = request_text(100, LOG.consistency_proof(100, SIZE), NOTE.decode()).encode()
FILES = dict(export_tiles(LOG._store, SIZE, NOTE.decode()))


def checkpoint(chance: Chance) -> bool:
    content = altered(NOTE, chance)
    return accepted(lambda: open_checkpoint(content, TRUST))


def cosigned_checkpoint(chance: Chance) -> bool:
    content = altered(COSIGNED, chance)
    return accepted(lambda: open_checkpoint(content, QUORUM))


def letter(chance: Chance) -> bool:
    content, leaf = PROOF, LEAF
    if chance.random() < 0.8:
        content = altered(PROOF, chance)
    else:
        leaf = altered(LEAF, chance)
    return accepted(lambda: require_logged(leaf, content, TRUST))


def witness_request(chance: Chance) -> bool:
    content = altered(REQUEST, chance).decode("utf-8", "replace")
    return accepted(lambda: advanced(SEEN, parse_request(content), LOG_KEY))


def public_key(chance: Chance) -> bool:
    text = altered(LOG_KEY.vkey().encode(), chance).decode("utf-8", "replace")
    if text.strip() == LOG_KEY.vkey():
        return False
    return accepted(lambda: LogKey.parse(text)) and bool(verified_by(parse_note(NOTE), [LogKey.parse(text)]))


def tile(chance: Chance) -> bool:
    path = chance.choice(sorted(FILES))
    damaged = {**FILES, path: altered(FILES[path], chance)}
    return verify_tiles(damaged.get, TRUST).sound


FAST: list[Attempt] = [
    inclusion_proof,
    consistency_proof,
    checkpoint,
    cosigned_checkpoint,
    letter,
    witness_request,
    public_key,
]


def count(attempt: Attempt, times: int, seed: str) -> list[int]:
    """Number the attempts that were accepted."""
    return [number for number in range(times) if attempt(Chance(f"{seed} {attempt.__name__} {number}"))]


@pytest.mark.parametrize("attempt", FAST)
def test_twenty_thousand_forgeries_are_refused(attempt: Attempt) -> None:
    assert count(attempt, 2_800, "fast") == []


def test_four_hundred_forged_tiles_are_refused() -> None:
    assert count(tile, 400, "fast") == []


@pytest.mark.long
@pytest.mark.parametrize("attempt", FAST)
def test_a_million_forgeries_are_refused(attempt: Attempt) -> None:
    assert count(attempt, 142_000, "long") == []


@pytest.mark.long
def test_six_thousand_forged_tiles_are_refused() -> None:
    assert count(tile, 6_000, "long") == []


def test_what_is_not_altered_is_accepted() -> None:
    """So that the refusals above are refusals of the alterations."""
    assert accepted(lambda: open_checkpoint(NOTE, TRUST))
    assert accepted(lambda: open_checkpoint(COSIGNED, QUORUM))
    assert accepted(lambda: require_logged(LEAF, PROOF, TRUST))
    assert accepted(lambda: advanced(SEEN, parse_request(REQUEST.decode()), LOG_KEY))
    assert verified_by(parse_note(NOTE), [LogKey.parse(LOG_KEY.vkey())])
    assert verify_tiles(FILES.get, TRUST).sound
    assert base64.b64encode(ROOTS[SIZE]) in NOTE

"""Cosigned checkpoints in a register: kept where they fit the log, shown, and used when it is verified."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bnl.audit.report import Fault
from bnl.errors import InvalidValue, NotFound, ProofError
from bnl.register import verification
from bnl.register.verification import verify_database
from bnl.register.witnessing import begin_witness, cosign_request, cosigned_by
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import County, rich

Sign = Callable[[County, int], str]


def witness(county: County, folder: Path, name: str) -> tuple[str, Sign]:
    """Begin a witness; return its key, and what makes it cosign the newest checkpoint."""
    state, key, log = folder / f"{name}.state", folder / f"{name}.key", county.register.public_key
    vkey = begin_witness(state, key, log, f"{name}.example")

    def sign(county: County, old: int) -> str:
        request = county.register.witness_request(old)
        return cosign_request(state, key, log, f"{name}.example", request, county.clock)

    return vkey, sign


@pytest.fixture
def one(county: County, tmp_path: Path) -> tuple[str, Sign]:
    return witness(county, tmp_path, "one")


def stored(county: County) -> list[tuple[int, str]]:
    with ReadUnit(county.core.store) as unit:
        return unit.log.checkpoints()


def test_what_a_witness_sent_back_is_kept_and_shown(county: County, one: tuple[str, Sign]) -> None:
    vkey, sign = one
    note = sign(county, 0)
    size = county.size()
    vouched = county.register.keep_cosigned(note, [vkey])
    assert (vouched.size, vouched.note) == (size, note)
    assert [name for name, _ in vouched.witnesses] == ["one.example"]
    assert vouched.witnesses[0][1] == county.clock().replace(microsecond=0)
    county.officer().submit("A-1", rich(1))
    assert county.register.cosigned([vkey]) == vouched
    assert cosigned_by(county.register.cosigned([vkey]).note, county.register.public_key, [vkey]) == size


def test_a_checkpoint_signed_again_at_the_same_size_keeps_its_cosignature(
    county: County, one: tuple[str, Sign]
) -> None:
    vkey, sign = one
    county.register.keep_cosigned(sign(county, 0), [vkey])
    plain = county.register.checkpoint()
    assert county.register.cosigned([vkey]).note.startswith(plain)
    assert dict(stored(county))[county.size()] == county.register.cosigned([vkey]).note


def test_several_witnesses_stand_on_one_checkpoint(
    county: County, one: tuple[str, Sign], tmp_path: Path
) -> None:
    other = witness(county, tmp_path, "two")
    county.register.keep_cosigned(one[1](county, 0), [one[0]])
    county.register.keep_cosigned(other[1](county, 0), [other[0]])
    both = county.register.cosigned([one[0], other[0]])
    assert sorted(name for name, _ in both.witnesses) == ["one.example", "two.example"]
    assert [name for name, _ in county.register.cosigned([other[0]]).witnesses] == ["two.example"]


def test_the_newest_one_is_shown(county: County, one: tuple[str, Sign]) -> None:
    vkey, sign = one
    first = county.register.keep_cosigned(sign(county, 0), [vkey])
    county.officer().submit("A-1", rich(1))
    second = county.register.keep_cosigned(sign(county, first.size), [vkey])
    assert second.size > first.size
    assert county.register.cosigned([vkey]) == second


def test_verification_tells_how_far_witnesses_vouch(file_county: County, tmp_path: Path) -> None:
    vkey, sign = witness(file_county, tmp_path, "one")
    other, _ = witness(file_county, tmp_path, "two")
    kept = file_county.register.keep_cosigned(sign(file_county, 0), [vkey])
    file_county.officer().submit("A-1", rich(1))
    url, key = file_county.core.store.url_shown, file_county.register.public_key
    assert file_county.register.verify().sound
    assert [verify_database(url, key, [], keys).cosigned for keys in ([], [other])] == [0, 0]
    assert verify_database(url, key, [], [other, vkey]).cosigned == kept.size < file_county.size()


def test_cosigned_checkpoints_are_compared_however_many_others_there_are(
    file_county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vkey, sign = witness(file_county, tmp_path, "one")
    kept = file_county.register.keep_cosigned(sign(file_county, 0), [vkey])
    for number in range(7):
        file_county.officer().submit(f"A-{number}", rich(number))
    monkeypatch.setattr(verification, "CHECKPOINTS_READ", 2)
    url, key = file_county.core.store.url_shown, file_county.register.public_key
    assert verify_database(url, key, [], [vkey]).cosigned == kept.size


def test_a_forged_cosignature_in_the_database_is_found(file_county: County, tmp_path: Path) -> None:
    vkey, sign = witness(file_county, tmp_path, "one")
    file_county.register.keep_cosigned(sign(file_county, 0), [vkey])
    url, key = file_county.core.store.url_shown, file_county.register.public_key
    assert verify_database(url, key, [], [vkey]).sound
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
        ((note,),) = raw.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchall()
        forged = note[:-9] + ("B" if note[-9] == "A" else "A") + note[-8:]
        raw.execute("UPDATE checkpoint SET note = ? WHERE note = ?", (forged, note))
        raw.commit()
    report = verify_database(url, key, [], [vkey])
    assert [one.fault for one in report.findings][:1] == [Fault.CHECKPOINT_INVALID]
    assert verify_database(url, key).sound


def test_a_note_of_another_history_is_refused_and_not_kept(
    county: County, one: tuple[str, Sign], tmp_path: Path
) -> None:
    vkey, sign = one
    note = sign(county, 0)
    before = stored(county)
    with county.core.store.connection(writing=True) as connection:
        frontier = connection.execute(sa.text("SELECT frontier FROM log_head")).scalar_one()
        connection.execute(sa.text("UPDATE log_head SET frontier = :f"), {"f": bytes(len(frontier))})
        connection.commit()
    with pytest.raises(ProofError, match="not the one that was cosigned"):
        county.register.keep_cosigned(note, [vkey])
    assert stored(county) == before


@pytest.mark.parametrize(
    "note", [pytest.param("", id="nothing"), pytest.param("x\n\n— y zzzz\n", id="no checkpoint")]
)
def test_what_is_no_checkpoint_is_refused(county: County, one: tuple[str, Sign], note: str) -> None:
    with pytest.raises(ProofError):
        county.register.keep_cosigned(note, [one[0]])


def test_a_witness_must_be_named_and_must_have_signed(
    county: County, one: tuple[str, Sign], tmp_path: Path
) -> None:
    vkey, sign = one
    note = sign(county, 0)
    with pytest.raises(InvalidValue, match="No witness"):
        county.register.keep_cosigned(note, [])
    with pytest.raises(InvalidValue, match="No witness"):
        county.register.cosigned([])
    other, _ = witness(county, tmp_path, "two")
    with pytest.raises(ProofError, match="0 of 1"):
        county.register.keep_cosigned(note, [other])
    with pytest.raises(NotFound, match="No checkpoint is kept"):
        county.register.cosigned([vkey])
    county.register.keep_cosigned(note, [vkey, other])
    with pytest.raises(NotFound):
        county.register.cosigned([other])

"""`bnl witness` and `bnl audit request`: a partner's eye on the log, from the first checkpoint on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import OFFICER, Ran, Runner, run

pytestmark = pytest.mark.xdist_group("demo")


class Witness:
    """A partner's files."""

    def __init__(self, folder: Path, log: str) -> None:
        self.folder, self.log = folder, log
        self.state, self.key = folder / "w.state", folder / "w.key"

    def __call__(self, command: str, *more: str) -> Ran:
        named = ("--state", str(self.state), "--key", str(self.key), "--name", "charity.example/w")
        return run("witness", command, *more, *named, "--public-key", self.log)

    def stands(self) -> Ran:
        return run("witness", "check", "--state", str(self.state), "--public-key", self.log)


@pytest.fixture
def witness(on_own: Runner, tmp_path: Path) -> Witness:
    return Witness(tmp_path, on_own.public_key())


def test_a_witness_follows_the_log_and_refuses_what_does_not_continue(
    on_own: Runner, witness: Witness
) -> None:
    made = witness("init")
    assert made.code == 0
    vkey = made.out.splitlines()[-1]
    assert vkey.startswith("charity.example/w+")
    assert "nothing seen yet" in witness.stands().out
    size = 0
    for _ in range(2):
        asked = run("audit", "request", "--old", str(size), *on_own.here())
        assert asked.code == 0
        request = witness.folder / "request"
        request.write_text(asked.out, encoding="utf-8")
        signed = witness("sign", str(request))
        assert signed.code == 0
        note = witness.folder / "note"
        note.write_text(signed.out, encoding="utf-8")
        checked = run(
            "witness", "check", str(note), "--public-key", witness.log, "--witness-key", vkey, "--json"
        )
        assert checked.json()["size"] > size
        size = checked.json()["size"]
        verified = run("audit", "verify", *on_own.here()[:2], "--public-key", witness.log,
                       "--checkpoint", str(note))  # fmt: skip
        assert verified.code == 0
        on_own("lost", *OFFICER)
    assert f"seen last at {size:,} entries" in witness.stands().out
    again = witness("sign", str(request))
    assert again.code == 4
    assert "Send a proof from that size" in again.err


def test_a_witness_begins_once(witness: Witness) -> None:
    assert witness("init").code == 0
    again = witness("init")
    assert again.code == 5
    assert again.err.startswith("bnl: ")


def test_what_cannot_be_checked_is_told(witness: Witness, tmp_path: Path) -> None:
    ran = run("witness", "check", "--public-key", witness.log)
    assert ran.code == 3
    assert "nothing to check" in ran.err
    missing = run("witness", "check", str(tmp_path / "none"), "--public-key", witness.log)
    assert missing.code == 3
    assert witness.stands().code == 5
    assert witness("sign", str(tmp_path / "none")).code == 3


def test_a_plain_checkpoint_is_not_taken_for_a_cosigned_one(
    on_own: Runner, witness: Witness, tmp_path: Path
) -> None:
    vkey = witness("init").out.splitlines()[-1]
    plain = tmp_path / "plain"
    plain.write_text(run("audit", "checkpoint", *on_own.here()).out, encoding="utf-8")
    assert run("witness", "check", str(plain), "--public-key", witness.log).code == 0
    refused = run("witness", "check", str(plain), "--public-key", witness.log, "--witness-key", vkey)
    assert refused.code == 5


def test_the_state_is_read_as_json(on_own: Runner, witness: Witness) -> None:
    witness("init")
    told = run(
        "witness", "check", "--state", str(witness.state), "--public-key", witness.log, "--json"
    ).json()
    assert (told["size"], told["root"], told["note"]) == (0, "", "")


def test_what_a_witness_sends_back_is_kept_shown_and_used(on_own: Runner, witness: Witness) -> None:
    vkey = witness("init").out.splitlines()[-1]
    named, database = ("--witness-key", vkey), on_own.here()[:2]
    assert run("audit", "checkpoint", "--cosigned", *named, *on_own.here()).code == 4
    request, note = witness.folder / "request", witness.folder / "note"
    request.write_text(run("audit", "request", *on_own.here()).out, encoding="utf-8")
    note.write_text(witness("sign", str(request)).out, encoding="utf-8")
    kept = run("audit", "checkpoint", "--keep", str(note), *named, *on_own.here())
    assert kept.code == 0
    assert "cosigned by charity.example/w (" in kept.out + kept.err
    on_own("lost", *OFFICER)
    shown = run("audit", "checkpoint", "--cosigned", *named, *on_own.here())
    assert shown.out == note.read_text(encoding="utf-8")
    verified = run("audit", "verify", *database, "--public-key", witness.log, *named, "--json")
    size = int(shown.out.splitlines()[1])
    assert (verified.code, verified.json()["cosigned"]) == (0, size)
    told = run("audit", "verify", *database, "--public-key", witness.log, *named)
    assert f"vouch for the first {size:,} entries" in told.out + told.err


def test_what_cannot_be_kept_is_told(on_own: Runner, witness: Witness) -> None:
    vkey = witness("init").out.splitlines()[-1]
    note = witness.folder / "note"
    for content in (b"\xff", b"no note", run("audit", "checkpoint", *on_own.here()).out.encode()):
        note.write_bytes(content)
        refused = run("audit", "checkpoint", "--keep", str(note), "--witness-key", vkey, *on_own.here())
        assert refused.code != 0
        assert refused.err.startswith("bnl: ")
    assert "No witness is named" in run("audit", "checkpoint", "--keep", str(note), *on_own.here()).err

"""`bnl init`: a register with its keys, agencies and agreement, made once and added to."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnl.register.county import county_agreement_path
from tests.cli.command import Ran, run

AGENCIES = """
[[agency]]
agency_id = "oxford-city-council"
name = "Oxford City Council"
kind = "local_authority"

[[agency]]
agency_id = "connection-support"
name = "Connection Support"
kind = "charity"
"""


def where(folder: Path) -> tuple[str, ...]:
    return ("-d", f"sqlite:///{folder / 'register.db'}", "-k", str(folder / "keys"))


def init(folder: Path, *more: str) -> Ran:
    return run("init", *where(folder), *more)


@pytest.fixture
def agencies(tmp_path: Path) -> str:
    """Path of a file of two agencies."""
    path = tmp_path / "agencies.toml"
    path.write_text(AGENCIES, encoding="utf-8")
    return str(path)


def test_a_register_is_made_with_its_keys_and_says_what_to_do_next(tmp_path: Path) -> None:
    ran = init(tmp_path)
    assert ran.code == 0
    assert "The register stands: 0 agencies, 0 agreement versions." in ran.out
    assert "Give partners this public key" in ran.out
    assert "Back up the key folder apart from the database" in ran.out
    assert (tmp_path / "register.db").exists()
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0


def test_agencies_and_agreement_are_taken_in(tmp_path: Path, agencies: str) -> None:
    ran = init(tmp_path, "--agencies", agencies, "--agreement", str(county_agreement_path()))
    assert ran.code == 0
    assert "3 agencies, 1 agreement versions." in ran.out  # the register itself is one of them
    assert "Adopted oxfordshire-by-name-list, version 1, with" in ran.out


def test_run_again_it_adds_what_is_new_and_keeps_its_key(tmp_path: Path, agencies: str) -> None:
    first = init(tmp_path, "--json").json()
    second = init(tmp_path, "--agencies", agencies, "--json").json()
    third = init(tmp_path, "--agencies", agencies, "--json").json()
    assert first["public_key"] == second["public_key"] == third["public_key"]
    assert [found["agencies"] for found in (first, second, third)] == [0, 3, 3]
    assert set(first) == {"public_key", "backend", "log_size", "agencies", "agreements"}
    assert first["backend"] == "sqlite"


def test_an_agreement_is_adopted_once(tmp_path: Path, agencies: str) -> None:
    both = ("--agencies", agencies, "--agreement", str(county_agreement_path()))
    assert init(tmp_path, *both).code == 0
    again = init(tmp_path, *both)
    assert again.code == 4
    assert again.err.startswith("bnl: ")
    assert init(tmp_path, "--json").json()["agreements"] == 1


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        pytest.param("--agencies", "[[agency", "is not TOML", id="no TOML"),
        pytest.param("--agencies", "", "no [[agency]]", id="no agency"),
        pytest.param("--agencies", '[[agency]]\nagency_id = "x"\nname = "X"', "agency 1, kind", id="no kind"),
        pytest.param("--agreement", "[[clause", "", id="an agreement that is no TOML"),
        pytest.param("--agreement", "version = 1", "", id="an agreement without its parts"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_its_name(
    tmp_path: Path, option: str, text: str, said: str
) -> None:
    path = tmp_path / "given.toml"
    path.write_text(text, encoding="utf-8")
    ran = init(tmp_path, option, str(path))
    assert ran.code == 3
    assert ran.err.startswith("bnl: ")
    assert said in ran.err


@pytest.mark.parametrize("option", ["--agencies", "--agreement"])
def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path, option: str) -> None:
    ran = init(tmp_path, option, str(tmp_path / "none.toml"))
    assert ran.code == 2
    assert option in ran.err
    assert not (tmp_path / "register.db").exists()


def test_a_folder_of_keys_that_others_can_read_is_refused(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "keys" / "key.json").chmod(0o644)
    ran = init(tmp_path)
    assert ran.code == 5
    assert ran.err.startswith("bnl: ")
    assert "0600" in ran.err or "chmod" in ran.err or "others" in ran.err


def test_a_database_of_an_unknown_kind_is_told(tmp_path: Path) -> None:
    ran = run("init", "-d", "mysql://x/y", "-k", str(tmp_path / "k"))
    assert ran.code in {2, 5}
    assert ran.err.startswith("bnl: ")


def test_the_environment_names_the_register(tmp_path: Path) -> None:
    settings = {"BNL_DATABASE": where(tmp_path)[1], "BNL_KEYS": where(tmp_path)[3]}
    assert run("init", env=settings).code == 0
    assert (tmp_path / "register.db").exists()

"""`bnl return`: published, listed, shown again, compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Runner

pytestmark = pytest.mark.xdist_group("demo")

FEBRUARY = ("--start", "2026-02-01", "--end", "2026-02-28")


def test_a_return_is_published_listed_shown_and_compared(on_own: Runner, tmp_path: Path) -> None:
    first = on_own("return", "publish", *FEBRUARY, "--json").json()
    second = on_own("return", "publish", *FEBRUARY, "--json").json()
    listed = on_own("return", "list", "--json").json()
    assert [one["return_id"] for one in listed] == [first["return_id"], second["return_id"]]
    assert first["return_id"] in on_own("return", "list").out
    shown = on_own("return", "show", first["return_id"])
    assert shown.code == 0
    assert "the same byte for byte" in shown.out
    compared = on_own("return", "compare", first["return_id"], second["return_id"])
    assert "nothing changed" in compared.words()
    told = on_own("return", "compare", first["return_id"], second["return_id"], "--json").json()
    assert told["unexplained"] == {}
    assert told["before"]["return_id"] == first["return_id"]
    place = tmp_path / "return.csv"
    assert on_own("return", "show", first["return_id"], "--out", str(place)).code == 0
    assert place.read_text(encoding="utf-8").startswith("measure,printed")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("publish",), 3, id="no period"),
        pytest.param(("publish", *FEBRUARY, "--rules", "mine"), 3, id="no such rules"),
        pytest.param(("publish", *FEBRUARY, "-r", "support_worker"), 4, id="who may not report"),
        pytest.param(("show", "none"), 4, id="no such return"),
        pytest.param(("compare", "a", "b"), 4, id="no such returns"),
        pytest.param(("compare", "a", "b", "-r", "manager"), 4, id="who keeps no list"),
        pytest.param(("publish", "--start", "2099-01-01", "--end", "2099-01-31"), 3, id="not over"),
    ],
)
def test_what_cannot_be_is_told(at: Runner, arguments: tuple[str, ...], code: int) -> None:
    ran = at("return", *arguments)
    assert ran.code == code
    assert ran.err.startswith("bnl: ")

"""The committed variant data is what the generator makes of the committed lists."""

from pathlib import Path

import pytest

from tools.generate_variants import SOURCES, TARGET, compile_groups, main, parse_groups


def test_the_committed_data_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == compile_groups(SOURCES), (
        "run python tools/generate_variants.py"
    )
    assert main(["--check"]) == 0


def test_a_changed_list_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "groups.tsv"
    monkeypatch.setattr("tools.generate_variants.TARGET", stale)
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_lines_with_one_head_merge_and_ambiguous_names_are_marked(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        'caption = "C."\ncommunity = "x"\nsource = "S."\n[[set]]\nkind = "nickname"\n'
        'groups = """\nanna: Ann\nAnnette: ann\nanna: An_nie\n"""\n',
        encoding="utf-8",
    )
    lines = compile_groups(tmp_path).splitlines()
    assert "# a.toml: C. S." in lines
    row = "nickname\tgiven_names\tx\t"
    assert lines[-2:] == [
        f"{row}anna\tann*\tannie",
        f"{row}annette\tann*",
    ]


def test_nicknames_belong_to_every_spelling_of_their_name(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(
        'caption = "C."\ncommunity = "x"\nsource = "S."\n[[set]]\nkind = "nickname"\n'
        'groups = "zofia: zosia"\n[[set]]\nkind = "transliteration"\ngroups = "zofia: sofia"\n',
        encoding="utf-8",
    )
    assert "nickname\tgiven_names\tx\tzofia*\tsofia*\tzosia" in compile_groups(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("anna", id="no-members"),
        pytest.param("anna: Anna", id="only-itself"),
        pytest.param("anna: !", id="member-without-letters"),
        pytest.param(": anna ann", id="no-head"),
        pytest.param("anna ann", id="no-colon"),
    ],
)
def test_a_malformed_line_stops_the_generator_with_its_place(line: str) -> None:
    with pytest.raises(SystemExit, match=r"list\.toml"):
        parse_groups(line, "list.toml")


@pytest.mark.parametrize(
    "entry",
    [pytest.param('kind = "rhyme"', id="kind"), pytest.param('kind = "nickname"\nfield = "x"', id="field")],
)
def test_an_unknown_kind_or_field_stops_the_generator(tmp_path: Path, entry: str) -> None:
    (tmp_path / "b.toml").write_text(
        f'caption = "C."\ncommunity = "x"\nsource = "S."\n[[set]]\n{entry}\ngroups = "a: b"\n',
        encoding="utf-8",
    )
    with pytest.raises(SystemExit, match=r"b\.toml"):
        compile_groups(tmp_path)

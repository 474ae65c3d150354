"""The log as files: named and filled as tiled logs are, and every damaged file found."""

from __future__ import annotations

import pytest

from bnl.audit.checkpoint import Trust, open_checkpoint
from bnl.audit.log import Log
from bnl.audit.merkle import EMPTY_ROOT
from bnl.audit.notes import LogKey
from bnl.audit.report import Fault, Finding, Report
from bnl.audit.tiles import CHECKPOINT_PATH, export_tiles, tile_path, verify_tiles
from bnl.crypto.signing import Signer
from tests.audit import merkle_reference as reference
from tests.audit.note_keys import TRUST, signed
from tests.audit_entries import filled
from tests.shared_vectors import VECTORS, load, needs_vectors

SIZE = 600
STORE = filled(SIZE)
Files = dict[str, bytes]


def exported(size: int = SIZE) -> Files:
    return dict(export_tiles(STORE, size, signed(size, Log(STORE).root(size))))


def verified(files: Files, *outside: str) -> Report:
    return verify_tiles(files.get, TRUST, outside)


def found(files: Files) -> list[tuple[Fault, str]]:
    return [(finding.fault, finding.where) for finding in verified(files).findings]


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 0, 1, "tile/0/000.p/1"),
        (1, 273, 255, "tile/1/273.p/255"),
        (0, 999, 256, "tile/0/999"),
        (0, 1000, 256, "tile/0/x001/000"),
        (63, 1234067, 256, "tile/63/x001/x234/067"),
        ("entries", 1234067, 112, "tile/entries/x001/x234/067.p/112"),
    ],
)
def test_tiles_are_named_as_published(level: int | str, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path


def test_an_export_has_the_files_of_its_size_and_the_checkpoint_last() -> None:
    assert list(exported()) == [
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        CHECKPOINT_PATH,
    ]
    assert list(exported(256)) == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1", CHECKPOINT_PATH]


def test_files_are_filled_as_by_hand() -> None:
    files = exported()
    leaves = [leaf for _, leaf, _ in STORE.stored]
    bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves[512:])
    assert files["tile/entries/002.p/88"] == bundle
    assert files["tile/0/002.p/88"] == b"".join(reference.tree_hash([leaf]) for leaf in leaves[512:])
    nodes = [reference.tree_hash(leaves[at : at + 256]) for at in (0, 256)]
    assert files["tile/1/000.p/2"] == b"".join(nodes)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, SIZE])
def test_an_export_of_any_size_verifies(size: int) -> None:
    report = verified(exported(size))
    assert (report.size, report.sound) == (size, True)
    assert report.root == Log(STORE).root(size)
    assert report.covered == size


def test_an_export_agrees_with_earlier_checkpoints_and_not_with_later_ones() -> None:
    earlier, later = signed(100, Log(STORE).root(100)), signed(SIZE, Log(STORE).root())
    assert verified(exported(512), earlier).checkpoints == 2
    report = verified(exported(512), earlier, later)
    assert [finding.fault for finding in report.findings] == [Fault.LOG_TRUNCATED]


@pytest.mark.parametrize("path", exported())
def test_every_missing_file_is_found(path: str) -> None:
    files = exported()
    del files[path]
    assert path in [where for _, where in found(files)]


@pytest.mark.parametrize("path", exported())
def test_every_cut_and_lengthened_file_is_found(path: str) -> None:
    for change in (
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data + b"\0\0",
        lambda _: b"",
    ):
        files = exported()
        files[path] = change(files[path])
        assert path in [where for _, where in found(files)]


@pytest.mark.parametrize("path", exported())
def test_every_changed_file_is_found(path: str) -> None:
    for at in range(0, len(exported()[path]), 977):
        files = exported()
        files[path] = files[path][:at] + bytes([files[path][at] ^ 1]) + files[path][at + 1 :]
        assert not verified(files).sound


def test_swapped_files_are_found() -> None:
    files = exported()
    for one, other in (("tile/entries/000", "tile/entries/001"), ("tile/0/000", "tile/0/001")):
        swapped = {**files, one: files[other], other: files[one]}
        assert not verified(swapped).sound


def test_the_place_of_damage_is_told() -> None:
    files = exported()
    files["tile/0/001"] = files["tile/0/001"][:64] + b"h" * 32 + files["tile/0/001"][96:]
    assert found(files) == [(Fault.ENTRY_CHANGED, "entry 258")]
    files = exported()
    files["tile/1/000.p/2"] = files["tile/1/000.p/2"][:32] + b"h" * 32
    assert found(files) == [(Fault.NODE_DAMAGED, "node 1 of level 8")]
    files = exported()
    files["tile/entries/002.p/88"] = files["tile/entries/002.p/88"][:1000]
    report = verified(files)
    assert report.findings[0].where == "tile/entries/002.p/88"
    assert "of 88 entries can be read" in report.findings[0].what


@pytest.mark.parametrize(
    ("path", "content", "finding"),
    [
        pytest.param(
            CHECKPOINT_PATH,
            None,
            Finding(Fault.CHECKPOINT_INVALID, CHECKPOINT_PATH, "not there"),
            id="no_checkpoint",
        ),
        pytest.param(
            CHECKPOINT_PATH,
            b"x",
            Finding(
                Fault.CHECKPOINT_INVALID,
                CHECKPOINT_PATH,
                "This is not a signed note: text and signatures are not parted by a blank line.",
            ),
            id="no_note",
        ),
        pytest.param(
            "tile/1/000.p/2",
            None,
            Finding(Fault.NODE_DAMAGED, "tile/1/000.p/2", "not there"),
            id="no_tile",
        ),
        pytest.param(
            "tile/0/001",
            bytes(31),
            Finding(Fault.NODE_DAMAGED, "tile/0/001", "of wrong length"),
            id="cut_tile",
        ),
        pytest.param(
            "tile/entries/001",
            None,
            Finding(Fault.ENTRY_MISSING, "tile/entries/001", "0 of 256 entries can be read", 256),
            id="no_bundle",
        ),
        pytest.param(
            "tile/entries/002.p/88",
            b"\0\1x\0\2yy",
            Finding(Fault.ENTRY_MISSING, "tile/entries/002.p/88", "2 of 88 entries can be read", 512),
            id="cut_bundle",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told(path: str, content: bytes | None, finding: Finding) -> None:
    files = {**exported(), path: content}
    assert verify_tiles(files.get, TRUST).findings[0] == finding


def test_every_level_of_a_great_log_is_looked_at() -> None:
    """Of 65,536 + 512 entries nothing is there but one tile of the second level and the checkpoint."""
    size = 65_536 + 512
    held = {CHECKPOINT_PATH: signed(size, bytes(32)).encode(), "tile/1/001.p/2": bytes(64)}
    asked: list[str] = []

    def fetch(path: str) -> bytes | None:
        asked.append(path)
        return held.get(path)

    findings = verify_tiles(fetch, TRUST).findings
    absent = [one.where for one in findings if one.fault is Fault.NODE_DAMAGED and one.what == "not there"]
    assert [path for path in asked if path[:6] != "tile/0" and path[:6] != "tile/e"][1:] == [
        "tile/1/000",
        "tile/1/001.p/2",
        "tile/2/000.p/1",
    ]
    assert absent[:2] == ["tile/1/000", "tile/2/000.p/1"]
    assert absent[2:] == [path for path in asked if path[:6] == "tile/0"]
    assert not [one for one in findings if one.where == "tile/1/001.p/2"]
    strays = [one.where for one in findings if one.what == "does not belong to the log"]
    assert strays == [f"node {at} of level 8" for at in range(256 + 2)] + ["node 0 of level 16"]


def test_without_a_checkpoint_nothing_is_vouched_for() -> None:
    files = exported()
    files[CHECKPOINT_PATH] = signed(SIZE, Log(STORE).root(), Signer(bytes(32))).encode()
    report = verified(files)
    assert [finding.fault for finding in report.findings] == [Fault.CHECKPOINT_INVALID]
    assert (report.size, report.root, report.covered) == (0, EMPTY_ROOT, 0)
    assert found({}) == [(Fault.CHECKPOINT_INVALID, CHECKPOINT_PATH)]


@needs_vectors
@pytest.mark.parametrize("size", range(16))
def test_a_published_log_is_read(size: int) -> None:
    """Its entries are not ours, so each is said to be no audit entry; the tree over them is verified."""
    folder = VECTORS / "tessera_testlog/testdata/log"
    key = LogKey.parse(load("c2sp_examples.json")["tessera_testlog_vkey"])

    def fetch(path: str) -> bytes | None:
        file = folder / (f"checkpoint.{size}" if path == CHECKPOINT_PATH else path)
        return file.read_bytes() if file.is_file() else None

    report = verify_tiles(fetch, Trust(key))
    assert {finding.fault for finding in report.findings} <= {Fault.ENTRY_MALFORMED}
    assert len(report.findings) == report.size == report.covered == size
    assert report.root == open_checkpoint(fetch(CHECKPOINT_PATH) or b"", Trust(key)).root

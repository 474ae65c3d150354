"""Where a file comes from: a path or bytes in memory, its name, and what its first bytes give away."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from bnl.errors import BnlError, InputError

_SIGNATURES: Final = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx) or another zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3\x00", "a database"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file to be read.

    Args:
        name: Its name, for messages; never its folder.
        path: Where it lies, if it lies on a disk.
        data: Its bytes, if it is held in memory; never shown in the repr.
    """

    name: str
    path: Path | None = field(default=None, repr=False)
    data: bytes = field(default=b"", repr=False)

    def open(self) -> BinaryIO:
        """Open it for reading from the start.

        Raises:
            InputError: If the file is not there or may not be read.
        """
        if self.path is None:
            return io.BytesIO(self.data)
        try:
            return self.path.open("rb")
        except OSError as failure:
            raise InputError(
                f"the file cannot be opened ({type(failure).__name__}).",
                "Check that it exists and may be read.",
                file=self.name,
            ) from None

    def signature(self) -> str | None:
        """Tell what a file that is no text is, by its first bytes; None if they give nothing away."""
        with self.open() as stream:
            start = stream.read(16)
        return next((kind for magic, kind in _SIGNATURES if start.startswith(magic)), None)


def source_of(given: str | Path | bytes, name: str | None = None) -> Source:
    """Make a source of what a caller has.

    Args:
        given: A path, or the bytes of the file.
        name: Name for messages; the file's own, or ``upload``, if not given.
    """
    if isinstance(given, bytes):
        return Source(name or "upload", data=given)
    path = Path(given)
    return Source(name or path.name, path=path)


@contextmanager
def readable(source: Source, kind: str) -> Iterator[None]:
    """Translate whatever a library says about a broken file into one clear error.

    Args:
        source: The file being read.
        kind: What it should be, such as "an Excel workbook".

    Raises:
        InputError: If reading it fails in any way.
    """
    try:
        yield
    except (BnlError, GeneratorExit, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as failure:
        # Readers written in Rust report a panic as a BaseException; no such report may end the process.
        if not isinstance(failure, Exception) and type(failure).__name__ != "PanicException":
            raise
        raise damaged(source, kind) from None


def damaged(source: Source, kind: str) -> InputError:
    """Return the error for a file that is not what it should be, or is broken.

    Args:
        source: The file.
        kind: What it should be, such as "an Excel workbook".
    """
    found = source.signature()
    seems = f"; it seems to be {found}" if found and kind not in found else ""
    return InputError(
        f"the file cannot be read as {kind}{seems}. It may be cut short or damaged.",
        "Export it again, check that the copy is complete, and check the format in the profile.",
        file=source.name,
    )

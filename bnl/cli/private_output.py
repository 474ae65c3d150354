"""Files that commands write about people: for their owner alone, and never over another file."""

from __future__ import annotations

import os
from pathlib import Path

from bnl.errors import InputError


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read.

    Args:
        path: Where; nothing may be there yet.
        text: What to write.

    Raises:
        InputError: Something is there already, or the place cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise InputError("There is a file of this name already.", "Name another.", file=path.name) from None
    except OSError as error:
        advice = "Check the folder and the space left."
        raise InputError(f"It cannot be written: {error.strerror}.", advice, file=path.name) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)

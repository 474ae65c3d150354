"""Where the published test vectors lie, if they are here at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared"
VECTORS = Path(os.environ.get("BNL_SHARED", _BESIDE)) / "vectors"

needs_vectors = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="no published vectors: set BNL_SHARED, or put the folder beside the checkout"
)


def load(*parts: str) -> Any:
    return json.loads(VECTORS.joinpath(*parts).read_text(encoding="utf-8"))


def files(*parts: str) -> list[Path]:
    return sorted(VECTORS.joinpath(*parts).rglob("*.json")) if VECTORS.is_dir() else []

"""The model a register weighs by before it has enough records of its own, learned from the made-up county."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from bnl.matching.fitted import Fitted

PATH = Path(__file__).parent / "data" / "default_model.json.gz"
ENOUGH = 1_000
"""Records from which a register learns a model of its own; fewer tell too little of how common names are."""


@lru_cache(maxsize=1)
def default_model() -> Fitted:
    """Return the model that ships with the library; it knows the names of made-up people only."""
    return Fitted.from_json(gzip.decompress(PATH.read_bytes()).decode())

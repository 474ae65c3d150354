"""Learn the model a register weighs by before it has enough records of its own.

Run ``python -m tools.make_default_model``. It is learned from the made-up county, so it holds the
frequencies of made-up people's names and of nobody else's. A test learns it again and compares.
"""

from __future__ import annotations

import gzip

from bnl.matching import Linker
from bnl.matching.fitted import Fitted
from bnl.register.default_model import PATH
from bnl.simulation import simulate

SEED, PEOPLE = 20_260_301, 6_000


def learn() -> Fitted:
    """Return the model, learned anew."""
    fitted = Linker().fit(simulate(seed=SEED, people=PEOPLE).records()).fitted
    if fitted is None:
        raise SystemExit("nothing was learned")
    return fitted


def main() -> None:
    """Write the model where the register looks for it."""
    PATH.write_bytes(gzip.compress(learn().to_json().encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()

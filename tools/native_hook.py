"""Build the compiled loops of `bnl.matching` with the package; without a C compiler it stays plain Python.

A hook of hatchling. From a checkout, ``python -m tools.native_hook`` builds them in place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("bnl/matching")
LIBRARY = FOLDER / "_native.so"
# Python and C round alike only if no product and sum become one operation.
FLAGS = ("-std=gnu11", "-O3", "-fPIC", "-shared", "-ffp-contract=off")


def compiler() -> str | None:
    """Return the C compiler there is, the one named by ``CC`` first."""
    names = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def build(root: Path) -> str | None:
    """Build the library in place.

    Args:
        root: Root of the source tree.

    Returns:
        Why there is none now, None if there is.
    """
    target = root / LIBRARY
    target.unlink(missing_ok=True)
    found = compiler()
    if found is None:
        return "there is no C compiler (cc, gcc or clang)"
    # Written beside and moved: a process that holds the library keeps the one it has.
    fresh = target.with_suffix(f".{os.getpid()}")
    sources = map(str, sorted((root / FOLDER).glob("*.c")))
    command = [found, *FLAGS, "-o", str(fresh), *sources, "-lm"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        fresh.unlink(missing_ok=True)
        return f"{found} failed: {done.stderr.strip()[-500:]}"
    fresh.replace(target)
    return None


class NativeHook(BuildHookInterface[Any]):
    """Puts the library into the wheel, which is then one of this platform."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library before the package is.

        Args:
            version: Kind of build.
            build_data: What hatchling builds from; changed in place.
        """
        missing = build(Path(self.root))
        if missing is not None:
            self.app.display_warning(f"bnl is built without its compiled loops and will be slower: {missing}")
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["artifacts"].append(LIBRARY.as_posix())


if __name__ == "__main__":
    reason = build(ROOT)
    print(reason or f"built {LIBRARY}")
    sys.exit(reason is not None)

"""Run every benchmark, or the ones named: ``python -m benchmarks [NAME …] [--data FOLDER]``."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the benchmarks there are: files of this folder that have a main."""
    files = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    return [name for name in files if "def main(" in (HERE / f"{name}.py").read_text(encoding="utf-8")]


def main() -> int:
    """Run each benchmark in a process of its own, so that none warms or burdens another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*names(), []], help="which; all if none is named")
    parser.add_argument("--data", type=Path, help="folder of labelled sets, for the comparison with the peer")
    options = parser.parse_args()
    worst = 0
    for name in options.name or names():
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"== {name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        more = ["--data", str(options.data)] if options.data and getattr(module, "TAKES_DATA", False) else []
        worst = max(
            worst, subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *more], check=False).returncode
        )
    return worst


if __name__ == "__main__":
    sys.exit(main())

"""Names handed on when they are first asked for, so that one room is used without importing the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def handed_on(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Make the module-level ``__getattr__`` (PEP 562) of a package.

    Args:
        package: Name of the package.
        homes: Module each name lives in.

    Returns:
        A function that imports the home of a name and returns what it names there.
    """

    def resolve(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(home), name)

    return resolve

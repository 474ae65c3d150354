"""Hand names on when they are first asked for; this wing stands alone, so it has its own way of doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def on_demand(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Make the module-level ``__getattr__`` (PEP 562) of a package.

    Who only matches then waits for neither statistics nor charts to be imported.

    Args:
        package: Name of the package.
        homes: File of the package each name lives in.
    """

    def resolve(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return resolve

"""A process that dies at a step: for tests of work that must be whole, or go on, after a kill."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

DIED = 9


def die_at(owner: type, name: str, number: int, when: str) -> None:
    """Make this process die at a call of a method.

    Args:
        owner: Class of the method.
        name: Its name.
        number: At which call, from 1.
        when: ``before`` or ``after`` it.
    """
    real: Callable[..., Any] = getattr(owner, name)
    left = [number]

    def call(self: Any, *more: Any) -> Any:
        left[0] -= 1
        if left[0] == 0 and when == "before":
            os._exit(DIED)
        result = real(self, *more)
        if left[0] == 0:
            os._exit(DIED)
        return result

    setattr(owner, name, call)


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)

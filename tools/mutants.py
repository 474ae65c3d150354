"""Mutants: made by mutmut, told apart by their text, and put in place by exchanging a function's code."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

_NUMBER = re.compile(r"__mutmut_(\d+|orig)")

# Every function of which there are mutants, with its mutants by name; filled as the modules are imported.
_found: list[tuple[FunctionType, dict[str, Any]]] = []


def make() -> dict[str, str]:
    """Write the mutants into the folder ``mutants``; return a digest of the text of each, by name."""
    from mutmut.__main__ import create_mutants
    from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir

    Path("mutants").mkdir(exist_ok=True)
    copy_src_dir()
    copy_also_copy_files()
    create_mutants(1)
    digests: dict[str, str] = {}
    for meta in sorted(Path("mutants/bnl").rglob("*.meta")):
        names = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        texts = _texts(meta.with_suffix("")) if names else {}
        digests |= {name: texts[name.rpartition(".")[2]] for name in names}
    return digests


def _texts(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and _NUMBER.search(node.name):
            body = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            found[node.name] = hashlib.sha256(_NUMBER.sub("", body).encode()).hexdigest()[:16]
    return found


def without_trampolines() -> None:
    """Let mutated modules be imported with their functions as they are, each noted with its mutants.

    mutmut would lead every call through a trampoline that looks for the mutant to be tried, which takes far
    longer than the functions themselves.
    """
    from mutmut.mutation import trampoline

    def note(mutants: dict[str, Any], is_classmethod: bool = False) -> Callable[[FunctionType], FunctionType]:
        def keep(function: FunctionType) -> FunctionType:
            _found.append((function, mutants))
            return function

        return keep

    vars(trampoline)["wrap_in_trampoline"] = note


def function_of(name: str) -> str:
    """Return the name of the function of which something is a mutant."""
    return _NUMBER.sub("", name)


def _functions() -> dict[str, tuple[FunctionType, dict[str, Any]]]:
    return {
        function_of(f"{function.__module__}.{mutants['_mutmut_orig'].__name__}"): (function, mutants)
        for function, mutants in _found
    }


def put_in_place(name: str) -> None:
    """Put a mutant in the place of its function, in this process, for good."""
    function, mutants = _functions()[function_of(name)]
    mutant = mutants[name.rpartition(".")[2]]
    mutant = getattr(mutant, "__func__", mutant)
    function.__code__ = mutant.__code__
    function.__defaults__ = mutant.__defaults__
    function.__kwdefaults__ = mutant.__kwdefaults__


class Watch:
    """Notes which of the functions that have mutants are called while it is on."""

    def __init__(self) -> None:
        self._names: dict[CodeType, str] = {f.__code__: name for name, (f, _) in _functions().items()}
        self.seen: set[str] = set()

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in self._names:
            self.seen.add(self._names[frame.f_code])

    def __enter__(self) -> set[str]:
        self.seen = set()
        sys.setprofile(self._note)
        return self.seen

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

"""The house stands as drawn: who may import whom, how big things may grow, and a caption on every file."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "bnl"

GROUND = {"errors", "config", "lazy"}
WINGS = {"matching", "consent", "indicators", "storage", "audit", "exchange", "simulation"}
EVERYTHING_BELOW_REGISTER = GROUND | {"domain", "crypto"} | WINGS

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "config": {"errors"},
    "lazy": set(),
    "domain": {"errors"},
    "crypto": {"errors"},
    "matching": {"domain", "errors"},
    "consent": {"domain", "errors"},
    "indicators": {"domain", "errors"},
    "storage": {"domain", "crypto", "errors"},
    "audit": {"domain", "crypto", "errors"},
    "exchange": {"domain", "errors"},
    "simulation": {"domain", "errors"},
    "register": EVERYTHING_BELOW_REGISTER,
    "cli": {"register", "domain", "errors", "config", "simulation"},
    "web": {"register", "domain", "errors", "config"},
}

NARROWER = {
    ("audit", "domain"): {"bnl.domain.audit", "bnl.domain.commitment", "bnl.domain.base"},
    ("audit", "crypto"): {"bnl.crypto.signing"},
}
"""Where a room may enter another by one door only."""

PURE = ("domain", "matching", "consent", "indicators")
IMPURE_MODULES = {
    "sqlalchemy",
    "sqlmodel",
    "cryptography",
    "time",
    "socket",
    "http",
    "urllib",
    "requests",
    "httpx",
    "sqlite3",
    "psycopg",
}
CLOCK_CALLS = {"now", "utcnow", "today", "monotonic", "perf_counter"}
FORBIDDEN_NAMES = ("utils.py", "helpers.py", "common.py", "misc.py")

MAX_FILE, P90_FILE, MEDIAN_FILE = 400, 250, 150
MAX_FUNCTION, P90_FUNCTION = 60, 30


def sources() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "__pycache__" not in p.parts)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Every import statement, wherever it stands: at the top, under TYPE_CHECKING or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            assert node.module is not None
            yield node.module, node.lineno
            if node.module == "bnl" or node.module.count(".") == 1:
                for alias in node.names:
                    yield f"{node.module}.{alias.name}", node.lineno


def test_every_import_follows_the_table() -> None:
    crossed = []
    for path in sources():
        here = module_name(path)
        room = room_of(here)
        if not room:
            continue
        for name, line in imports_of(path):
            if not name.startswith("bnl."):
                continue
            target = room_of(name)
            if target != room and target not in MAY_IMPORT[room]:
                crossed.append(f"{path.relative_to(ROOT)}:{line} {room} imports {name}")
            only = NARROWER.get((room, target))
            if only and name.count(".") >= 2 and not any(name == m or name.startswith(m + ".") for m in only):
                crossed.append(f"{path.relative_to(ROOT)}:{line} {room} may enter {target} by {sorted(only)}")
    assert not crossed, "\n".join(crossed)


def test_every_room_of_the_package_is_in_the_table() -> None:
    rooms = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert rooms == set(MAY_IMPORT) - GROUND
    for room in rooms:
        assert [p for p in (PACKAGE / room).rglob("*.py") if p.name != "__init__.py"], f"{room} is empty"


def test_wings_never_import_each_other_even_through_the_table() -> None:
    for wing in WINGS:
        assert not MAY_IMPORT[wing] & WINGS


def test_nothing_inside_a_package_imports_its_own_init() -> None:
    wrong = []
    for path in sources():
        here = module_name(path)
        if path.name == "__init__.py":
            continue
        package = here.rsplit(".", 1)[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == package:
                names = {alias.name for alias in node.names}
                folder = path.parent
                modules = {p.stem for p in folder.glob("*.py")} | {
                    p.name for p in folder.iterdir() if p.is_dir()
                }
                wrong += [f"{here} imports {package}.{name}" for name in names - modules]
            if isinstance(node, ast.Import):
                wrong += [f"{here} imports {a.name}" for a in node.names if a.name == package]
    assert not wrong, "\n".join(wrong)


def graph() -> dict[str, set[str]]:
    modules = {module_name(p) for p in sources()}
    return {
        module_name(p): {n for n, _ in imports_of(p) if n in modules and n != module_name(p)}
        for p in sources()
    }


def test_there_are_no_import_circles() -> None:
    edges = graph()
    state: dict[str, int] = {}
    trail: list[str] = []

    def visit(module: str) -> None:
        state[module] = 1
        trail.append(module)
        for target in sorted(edges[module]):
            assert state.get(target) != 1, " -> ".join([*trail[trail.index(target) :], target])
            if target not in state:
                visit(target)
        trail.pop()
        state[module] = 2

    for module in sorted(edges):
        if module not in state:
            visit(module)


def test_pure_rooms_see_no_sql_clock_or_network() -> None:
    wrong = []
    for room in PURE:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            for name, line in imports_of(path):
                if name.split(".")[0] in IMPURE_MODULES:
                    wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in CLOCK_CALLS
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id in {"datetime", "date", "time"}
                ):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} reads a clock")
    assert not wrong, "\n".join(wrong)


def test_the_verifier_never_reaches_the_code_that_makes_proofs() -> None:
    edges = graph()
    for start in ("bnl.audit.verify", "bnl.audit.verifier"):
        reached, todo = set(), [start]
        while todo:
            module = todo.pop()
            if module not in reached:
                reached.add(module)
                todo += edges[module]
        assert "bnl.audit.proofs" not in reached, start


def test_only_the_release_hands_over_what_a_register_holds() -> None:
    """Redaction is called in one file of the register; everything shown passes it."""
    users = set()
    for path in (PACKAGE / "register").rglob("*.py"):
        for name, _ in imports_of(path):
            if name.startswith("bnl.consent.redact"):
                users.add(path.name)
    assert users <= {"release.py"}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def test_files_keep_to_their_budget() -> None:
    sizes = {p: p.read_text(encoding="utf-8").count("\n") for p in sources() if p.name != "__init__.py"}
    assert not {str(p.relative_to(ROOT)): n for p, n in sizes.items() if n > MAX_FILE}
    assert statistics.median(sizes.values()) <= MEDIAN_FILE
    assert percentile(list(sizes.values()), 0.9) <= P90_FILE


def test_functions_keep_to_their_budget() -> None:
    found = [f for p in sources() for f in functions(p)]
    assert not [f for f in found if f[1] > MAX_FUNCTION]
    assert percentile([n for _, n in found], 0.9) <= P90_FUNCTION


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_opens_with_its_caption(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text, "a file begins with one sentence that says what it is for"
    assert text.split("\n\n")[0].rstrip().endswith((".", "?", "::", ":")), "the caption is a sentence"


def test_no_file_is_a_drawer_for_everything() -> None:
    assert not [
        str(p) for p in sources() if p.name in FORBIDDEN_NAMES or p.stem.endswith(("_v2", "_new", "_old"))
    ]


def test_packages_hand_on_names_and_define_nothing() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            defines = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            assert not defines, f"{path.relative_to(ROOT)} defines something"


def test_tests_outweigh_the_code_they_test() -> None:
    code = sum(p.read_text(encoding="utf-8").count("\n") for p in sources())
    tests = sum(p.read_text(encoding="utf-8").count("\n") for p in (ROOT / "tests").rglob("*.py"))
    assert tests >= 1.05 * code, f"{tests} lines of tests for {code} lines of code"

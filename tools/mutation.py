"""Mutation testing: every change mutmut makes to a room is tried against the tests that reach it.

Usage: python -m tools.mutation consent|release|audit|crypto [pattern …], from the root of a checkout
(`make mutation`).
mutmut makes the mutants (settings in pyproject.toml; `mutmut show NAME` prints one). The tests are collected
once, and each mutant is tried in a fork of that warm session: first for a second or two against the quick
tests that reach it, those of its own module before the others, then, if it lives, against all. Results are
kept in ``mutants``, so that a run can be taken up again; delete it to begin anew. The last line is JSON.
Exit code 1 if less than `WANTED` of the mutants are killed.
"""

from __future__ import annotations

import fnmatch
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

WANTED = 0.95
SPARE_SECONDS, SLOWER = 5.0, 5
FIRST_SECONDS, QUICK_SECONDS = 1.5, 0.03
ROOMS = {
    "consent": (
        "tests/consent",
        "--deselect=tests/consent/test_cedar.py",
        "--deselect=tests/consent/test_small_model.py",
    ),
    "release": (
        "tests/register/test_release.py",
        "tests/register/test_session.py",
        "tests/register/test_listing.py",
        "tests/register/test_disclosures.py",
        "tests/register/test_review.py",
    ),
    "audit": ("tests/audit",),
    "crypto": ("tests/crypto",),
}
OPTIONS = (
    "-m",
    "not long",
    "-k",
    "not postgresql",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:cov",
    "-p",
    "no:xdist",
)
MUTANT = "MUTANT_UNDER_TEST"

SURVIVED = "survived"

Tests = list[tuple[float, str]]
Reached = dict[str, Tests]


def make_mutants() -> list[str]:
    """Write the mutants into the folder ``mutants`` and return their names."""
    os.environ[MUTANT] = "mutant_generation"
    from mutmut.__main__ import create_mutants
    from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir

    Path("mutants").mkdir(exist_ok=True)
    copy_src_dir()
    copy_also_copy_files()
    create_mutants(1)
    names: list[str] = []
    for meta in sorted(Path("mutants/bnl").rglob("*.meta")):
        names += json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return names


class Trial:
    """A pytest plugin that runs no session of its own: it tries each mutant in a fork.

    Args:
        names: Mutants to try.
        path: Where results are written, as they come.
    """

    def __init__(self, names: list[str], path: Path) -> None:
        self.names, self.path = names, path
        self.results: dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Let hypothesis neither shrink nor remember: a mutant is dead at the first failure."""
        import hypothesis  # not before pytest, which rewrites its assertions

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutation", deadline=None, database=None, derandomize=True, phases=phases
        )
        hypothesis.settings.load_profile("mutation")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Learn what each test reaches, then try every mutant."""
        items = {item.nodeid: item for item in session.items}
        notes = self.path.with_suffix(".reached.json")
        if not notes.exists():
            # In a fork, as the trials are: a library's threads, once started here, would not live on in them.
            notes.write_text(_in_fork(lambda: json.dumps(learn(items.values())))[1], encoding="utf-8")
        reached: Reached = json.loads(notes.read_text(encoding="utf-8"))
        chosen = {name: tests_for(name, reached) for name in self.names}
        first = {name: quickest(tests) for name, tests in chosen.items()}
        self._try({name: tests for name, tests in first.items() if tests}, items)
        alive = [name for name in self.names if self.results.get(name) == SURVIVED]
        self._try({name: chosen[name][len(first[name]) :] for name in alive}, items)
        self._note({name: "no test" for name, tests in chosen.items() if not tests})
        return True

    def _try(self, tests: dict[str, Tests], items: dict[str, pytest.Item]) -> None:
        for name, chosen in tests.items():
            seconds = sum(took for took, _ in chosen)
            some = [items[nodeid] for _, nodeid in chosen]
            status, _ = _in_fork(lambda n=name, s=some: survives(n, s), seconds)  # type: ignore[misc]
            self._note({name: verdict(status)})

    def _note(self, results: dict[str, str]) -> None:
        self.results |= results
        with self.path.open("a", encoding="utf-8") as out:
            out.writelines(json.dumps(result) + "\n" for result in results.items())


def learn(items: Iterable[pytest.Item]) -> Reached:
    """Run every test once on the code as it is, and note which functions it reaches and how long it takes."""
    from mutmut.state import state

    os.environ[MUTANT] = "stats"
    reached: Reached = {}
    for item in items:
        state()._stats.clear()
        begun = time.process_time()
        reports = runtestprotocol(item, log=False, nextitem=None)
        took = time.process_time() - begun
        failed = [report for report in reports if report.failed]
        if failed:
            raise SystemExit(f"{item.nodeid} fails without any mutant: {failed[0].longrepr}")
        for function in state()._stats:
            reached.setdefault(function, []).append((took, item.nodeid))
    return reached


def tests_for(name: str, reached: Reached) -> Tests:
    """Return the tests that reach a mutant: the quick ones first, and among them those of its own module."""
    function = name.partition("__mutmut_")[0]
    found = [(one[0], one[1]) for one in reached.get(function, [])]
    return sorted(found, key=lambda one: (one[0] > QUICK_SECONDS, own_test(name) not in one[1], one))


def own_test(name: str) -> str:
    """Return the file of the tests of a mutant's own module."""
    return f"/test_{name.split('.')[2]}.py"


def quickest(tests: Tests) -> Tests:
    """Return the first tests, for about `FIRST_SECONDS`."""
    chosen: Tests = []
    left = FIRST_SECONDS
    for took, nodeid in tests:
        left -= took
        if left < 0 and chosen:
            break
        chosen.append((took, nodeid))
    return chosen


def survives(name: str, items: list[pytest.Item]) -> str:
    """Run tests with one mutant alive until one fails; return the empty text if one does."""
    os.environ[MUTANT] = name
    for item in items:
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
            return ""
    return name


def verdict(status: int) -> str:
    """Tell what became of a mutant from the exit status of its trial."""
    return {0: SURVIVED, 256: "killed"}.get(status, "killed (no end, or the end of all)")


def _in_fork(work: Callable[[], str], seconds: float | None = None) -> tuple[int, str]:
    """Do work in a fork; return its exit status (256 for the empty text) and what it returned."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 2
        try:
            os.close(read)
            if seconds is not None:
                _silence()
                limit = int(seconds * SLOWER + SPARE_SECONDS)
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            text = work()
            with os.fdopen(write, "w", encoding="utf-8") as out:
                out.write(text)
            code = 0 if text else 1
        except BaseException as error:
            print(repr(error)[:2000], file=sys.stderr)
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as source:
        text = source.read()
    return os.waitpid(child, 0)[1], text


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def summary(results: dict[str, str]) -> dict[str, Any]:
    """Count what became of the mutants, whole and by module."""
    modules: dict[str, Counter[str]] = {}
    for name, result in results.items():
        modules.setdefault(".".join(name.split(".")[1:3]), Counter())[result.partition(" (")[0]] += 1
    whole: Counter[str] = sum(modules.values(), Counter())
    share = whole["killed"] / max(sum(whole.values()), 1)
    return {"mutants": dict(whole), "killed_share": round(share, 4), "modules": modules}


def main() -> int:
    """Make the mutants, try those of one room, and print what became of them."""
    room, patterns = sys.argv[1], sys.argv[2:] or ["*"]
    path = Path(f"mutants/{room}.jsonl").absolute()
    made = [
        name for name in make_mutants() if name.startswith(f"bnl.{room}.") or f".register.{room}." in name
    ]
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    done: dict[str, str] = dict(json.loads(line) for line in lines)
    todo = [name for name in made if not done.get(name, SURVIVED).startswith("killed")]
    chosen = list(dict.fromkeys(n for p in patterns for n in todo if fnmatch.fnmatch(n, p)))
    os.chdir("mutants")
    sys.path[:] = [os.getcwd(), *(p for p in sys.path if Path(p).resolve() != Path("..").resolve())]
    trial = Trial(chosen, path)
    pytest.main([*ROOMS[room], *OPTIONS], plugins=[trial])
    results = {name: result for name, result in (done | trial.results).items() if name in set(made)}
    counted = summary(results)
    for module, counts in sorted(counted["modules"].items()):
        print(f"{module:28} {dict(counts)}")
    for name, result in results.items():
        if not result.startswith("killed"):
            print(f"{result}: {name}")
    print(json.dumps(counted))
    return 0 if counted["killed_share"] >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())

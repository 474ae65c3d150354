"""Mutation testing: every change mutmut makes to a room is tried against the tests that reach it.

Usage: python -m tools.mutation consent|release|audit|crypto [--first] [--anew] [pattern …], from the root
of a checkout (`make mutation`).
mutmut makes the mutants (settings in pyproject.toml; `mutmut show NAME` prints one). The tests are collected
once, and each mutant is tried in a fork of that warm session: first for a second or two against the quick
tests that reach it, those that noticed another mutant of the same function before the others, then, if it
lives, against all, but of slow random ones one chunk only (not with `--first`). Results are kept in
``mutants``, by the text of the mutant, so that a run can be taken up again; those alive are tried anew, and
with ``--anew`` the others too, each first against the test that noticed it before. The last line is JSON.
Exit code 1 if less than `WANTED` of the mutants are killed.
"""

from __future__ import annotations

import contextlib
import fnmatch
import gc
import hashlib
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tools import mutants

WANTED = 0.95
SPARE_SECONDS, SLOWER, WAITING, MOST_BYTES = 2.0, 5, 6, 6 << 30
FIRST_SECONDS, QUICK_SECONDS, SLOW_SECONDS, KILLERS = 1.0, 0.03, 0.2, 12
ROOMS = {
    "consent": (
        "tests/consent",
        "--deselect=tests/consent/test_cedar.py",
        "--deselect=tests/consent/test_small_model.py",
    ),
    "release": (
        "tests/register/test_release.py",
        "tests/register/test_release_exit.py",
        "tests/register/test_session.py",
        "tests/register/test_listing.py",
        "tests/register/test_disclosures.py",
        "tests/register/test_review.py",
    ),
    "audit": ("tests/audit",),
    "crypto": ("tests/crypto", "tests/storage/test_kept_keys.py"),
}
OPTIONS = ["-m", "not long", "-k", "not postgresql", "--assert=plain"]
OPTIONS += [word for plugin in ("cacheprovider", "cov", "xdist") for word in ("-p", f"no:{plugin}")]

SURVIVED, KILLED, OUTLIVED_FIRST, NO_TEST = "survived", "killed", "outlived the first tests", "no test"

Tests = list[tuple[float, str]]
Reached = dict[str, Tests]


class Trial:
    """A pytest plugin that runs no session of its own: it tries each mutant in a fork.

    Args:
        digests: Mutants to try, each with the digest of its text.
        path: Where results are written, as they come.
        first_only: Whether those that outlive the first tests are left at that.
        anew: Whether those that earlier runs killed are tried again.
    """

    def __init__(
        self, digests: dict[str, str], path: Path, *, first_only: bool = False, anew: bool = False
    ) -> None:
        self.digests, self.path, self.first_only = digests, path, first_only
        self.before = {name: result for name, result in _kept(path, digests).items() if result[0] == KILLED}
        self.results = {} if anew else dict(self.before)
        self.killers: dict[str, Counter[str]] = {}
        for name, (_, killer_of_it) in self.before.items():
            self.killers.setdefault(mutants.function_of(name), Counter())[killer_of_it] += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Let hypothesis neither shrink nor remember: a mutant is dead at the first failure."""
        import hypothesis  # not before pytest, which rewrites its assertions

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutation", deadline=None, database=None, derandomize=True, phases=phases, max_examples=60
        )
        hypothesis.settings.load_profile("mutation")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Say whether a test failed, and do not spend a second on saying how."""
        wrong = call.excinfo
        outcome = "passed" if wrong is None else "skipped" if wrong.errisinstance(_SKIPS) else "failed"
        told = None if wrong is None else repr(wrong)[:2000]
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, told, call.when)  # type: ignore[arg-type]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Learn what each test reaches, then try every mutant."""
        items = {item.nodeid: item for item in session.items}
        chosen = self._chosen(items)
        gc.freeze()
        todo = [name for name in self.digests if name not in self.results]
        first = {name: quickest(chosen[name]) for name in todo}
        for name, tests in first.items():
            tried = self._with_killers(name, tests, chosen[name])
            self._try(name, tried, items, OUTLIVED_FIRST if len(tried) < len(chosen[name]) else SURVIVED)
        alive = [name for name in todo if self.results[name][0] == OUTLIVED_FIRST]
        for name in alive if not self.first_only else ():
            done = {nodeid for _, nodeid in first[name]}
            rest = once_each([one for one in chosen[name] if one[1] not in done])
            self._try(name, rest, items, SURVIVED)
        return True

    def _chosen(self, items: dict[str, pytest.Item]) -> dict[str, Tests]:
        """Return the tests of each mutant, and take over what is known of those whose tests are the same."""
        notes = self.path.with_suffix(".reached.json")
        old = json.loads(notes.read_text(encoding="utf-8")) if notes.exists() else {}
        digests = {nodeid: _digest(item) for nodeid, item in items.items()}
        known = {nodeid: old[nodeid] for nodeid in items if old.get(nodeid, [""])[0] == digests[nodeid]}
        new = [item for nodeid, item in items.items() if nodeid not in known]
        modules = self.path.with_suffix(".modules.json")
        if new:
            # In a fork, as the trials are: a library's threads, once started here, would not live on in them.
            learned, imported = json.loads(_in_fork(lambda: json.dumps((learn(new), sorted(sys.modules))))[1])
            known |= {nodeid: [digests[nodeid], *found] for nodeid, found in learned.items()}
            notes.write_text(json.dumps(known), encoding="utf-8")
            modules.write_text(json.dumps(imported), encoding="utf-8")
        import_all(json.loads(modules.read_text(encoding="utf-8")))
        reached: Reached = {}
        for nodeid, (_, took, functions) in known.items():
            for function in functions:
                reached.setdefault(function, []).append((took, nodeid))
        return {name: tests_for(name, reached) for name in self.digests}

    def _with_killers(self, name: str, tests: Tests, chosen: Tests) -> Tests:
        others = self.killers.get(mutants.function_of(name), Counter()).most_common(KILLERS)
        known = dict.fromkeys([self.before.get(name, ("", ""))[1], *(nodeid for nodeid, _ in others)])
        took = {nodeid: seconds for seconds, nodeid in chosen}
        leading = [(took[nodeid], nodeid) for nodeid in known if nodeid in took]
        return [*leading, *(one for one in tests if one[1] not in known)]

    def _try(self, name: str, tests: Tests, items: dict[str, pytest.Item], alive: str) -> None:
        if not tests:
            self._note(name, NO_TEST if alive == SURVIVED and name not in self.results else SURVIVED)
            return
        seconds = sum(took for took, _ in tests)
        some = [items[nodeid] for _, nodeid in tests]
        status, told = _in_fork(lambda: killer(name, some), seconds)
        if status == 0 and told:
            self.killers.setdefault(mutants.function_of(name), Counter())[told] += 1
        self._note(name, alive if status == 0 and not told else KILLED, told if status == 0 else "no end")

    def _note(self, name: str, result: str, by: str = "") -> None:
        self.results[name] = (result, by)
        line = [mutants.function_of(name), self.digests[name], result, by]
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")


_SKIPS = (pytest.skip.Exception,)


def _kept(path: Path, digests: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Return what earlier runs found of mutants with the same text."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = {(one[0], one[1]): (one[2], one[3]) for one in map(json.loads, lines)}
    known = ((name, found.get((mutants.function_of(name), digest))) for name, digest in digests.items())
    return {name: result for name, result in known if result is not None}


def _digest(item: pytest.Item) -> str:
    """Return a digest of what a test does, so that it is learned anew when that has changed."""
    code = item.function.__code__  # type: ignore[attr-defined]
    return hashlib.sha256(code.co_code + repr(code.co_names).encode()).hexdigest()[:16]


def learn(items: Iterable[pytest.Item]) -> dict[str, tuple[float, list[str]]]:
    """Run tests on the code as it is; return for each how long it takes and which functions it reaches."""
    watch = mutants.Watch()
    found: dict[str, tuple[float, list[str]]] = {}
    for item in items:
        begun = time.process_time()
        with watch as seen:
            reports = runtestprotocol(item, log=False, nextitem=None)
        failed = [report for report in reports if report.failed]
        if failed:
            raise SystemExit(f"{item.nodeid} fails without any mutant: {failed[0].longrepr}")
        found[item.nodeid] = (round(time.process_time() - begun, 4), sorted(seen))
    return found


def import_all(modules: Iterable[str]) -> None:
    """Import here once what every trial would otherwise import for itself."""
    for name in modules:
        if name not in sys.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def tests_for(name: str, reached: Reached) -> Tests:
    """Return the tests that reach a mutant.

    The quick ones first, among them those of its own module, and of each test one case before the others.
    """
    found = sorted(reached.get(mutants.function_of(name), []))
    cases: Counter[str] = Counter()
    ranked = []
    for took, nodeid in found:
        test = nodeid.partition("[")[0]
        ranked.append(((took > QUICK_SECONDS, own_test(name) not in nodeid, cases[test], took), nodeid))
        cases[test] += 1
    return [(rank[3], nodeid) for rank, nodeid in sorted(ranked)]


def own_test(name: str) -> str:
    """Return how the files of the tests of a mutant's own module begin."""
    return f"/test_{name.rpartition('.')[0].rpartition('.')[2]}"


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


def once_each(tests: Tests) -> Tests:
    """Leave out the further chunks of slow tests that try many random cases: they are more of the same."""
    kept: dict[str, tuple[float, str]] = {}
    for took, nodeid in tests:
        kept.setdefault(nodeid if took < SLOW_SECONDS else nodeid.partition("[")[0], (took, nodeid))
    return list(kept.values())


def killer(name: str, items: list[pytest.Item]) -> str:
    """Put a mutant in place and run tests until one fails; return that one, or the empty text."""
    mutants.put_in_place(name)
    for item, following in zip(items, [*items[1:], None], strict=True):
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            return item.nodeid
    return ""


def _in_fork(work: Callable[[], str], seconds: float | None = None) -> tuple[int, str]:
    """Do work in a fork; return its exit status and what it returned."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 2
        try:
            os.close(read)
            if seconds is not None:
                _confine(int(seconds * SLOWER + SPARE_SECONDS))
            text = work()
            with os.fdopen(write, "w", encoding="utf-8") as out:
                out.write(text)
            code = 0
        except BaseException as error:
            print(repr(error)[:2000], file=sys.stderr)
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as source:
        text = source.read()
    return os.waitpid(child, 0)[1], text


def _confine(limit: int) -> None:
    """Let this process end by itself: of what it computes, waits for, takes and tells there is a limit."""
    signal.alarm(limit * WAITING)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def summary(results: dict[str, str]) -> dict[str, Any]:
    """Count what became of the mutants, whole and by module."""
    modules: dict[str, Counter[str]] = {}
    for name, result in results.items():
        modules.setdefault(name.rpartition(".")[0].removeprefix("bnl."), Counter())[result] += 1
    whole: Counter[str] = sum(modules.values(), Counter())
    share = whole[KILLED] / max(sum(whole.values()), 1)
    return {"mutants": dict(whole), "killed_share": round(share, 4), "modules": modules}


def main() -> int:
    """Make the mutants, try those of one room, and print what became of them."""
    arguments = [one for one in sys.argv[1:] if one not in ("--first", "--anew")]
    room, patterns = arguments[0], arguments[1:] or ["*"]
    path = Path(f"mutants/{room}.jsonl").absolute()
    made = {
        name: digest
        for name, digest in mutants.make().items()
        if name.startswith(f"bnl.{room}.") or f".register.{room}." in name
    }
    chosen = {n: digest for n, digest in made.items() if any(fnmatch.fnmatch(n, p) for p in patterns)}
    os.chdir("mutants")
    sys.path[:] = [os.getcwd(), *(p for p in sys.path if Path(p).resolve() != Path("..").resolve())]
    mutants.without_trampolines()
    trial = Trial(chosen, path, first_only="--first" in sys.argv, anew="--anew" in sys.argv)
    shm = Path("/dev/shm")
    folder = tempfile.mkdtemp(dir=shm if os.access(shm, os.W_OK) else None)
    try:
        pytest.main([*ROOMS[room], *OPTIONS, f"--basetemp={folder}/t"], plugins=[trial])
    finally:
        shutil.rmtree(folder)
    results = {name: result for name, (result, _) in _kept(path, made).items()}
    counted = summary(results)
    for module, counts in sorted(counted["modules"].items()):
        print(f"{module:28} {dict(counts)}")
    for name, result in results.items():
        if result != KILLED:
            print(f"{result}: {name}")
    print(json.dumps(counted))
    return 0 if counted["killed_share"] >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())

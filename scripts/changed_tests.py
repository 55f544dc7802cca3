"""Print the test files of what changed: of the uncommitted changes, or where there are none of the last commit.

A changed module brings the tests that import it, those that bear the first word of its name, such as `test_limits*.py`
for `allocation/limits.py`, and for a command those of its folder. Where there are none, it brings the tests of the
modules that import it. Another file of the package brings tests of its room, a changed helper of the tests those that
import it, and a changed page the tests of the docs. A module that most tests import brings some of them, evenly taken
by name: the whole suite is `make test`.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = {".md", ".ipynb"}
TRANSLATED = {".po", ".j2"}
"""Files with texts in several languages."""
TESTS_OF_PAGES = {"test_docs", "test_measured_pages"}

MOST_FILES = 50
"""Test files that one module brings at most."""

Imports = dict[Path, set[str]]


def changed_files() -> list[Path]:
    """Return the changed files, also those that are gone, relative to the checkout."""
    changed = _git("diff", "--name-only", "HEAD") + _git("ls-files", "--others", "--exclude-standard")
    return [Path(name) for name in changed or _git("diff", "--name-only", "HEAD~1")]


def tests_of(changed: Iterable[Path], imports: Imports) -> list[Path]:
    """Return the test files that changed files call for; `imports` holds what each module and test imports."""
    tests = {path for path in imports if path.name.startswith("test_")}
    chosen: set[Path] = set()
    for path in changed:
        if path in tests:
            chosen.add(path)
        elif path.suffix in TRANSLATED:
            chosen |= {test for test in tests if test.stem == "test_catalogues"}
        elif path.suffix in PAGES:
            chosen |= {test for test in tests if test.stem in TESTS_OF_PAGES}
        elif path.suffix == ".py":
            chosen |= _tests_of_module(path, imports, tests)
        elif path.parts[0] == "src":
            chosen |= _some(sorted(test for test in tests if test.parts[1:-1] and test.parts[1] in path.parts))
    return sorted(chosen)


def imports_of(path: Path) -> set[str]:
    """Return the dotted names that a file imports, with the names that it takes from each module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _tests_of_module(path: Path, imports: Imports, tests: set[Path]) -> set[Path]:
    """Return the tests of the nearest modules that have any, walking from a module to those that import it."""
    reached, frontier = {path}, {path}
    while frontier:
        importers = {
            other for other, imported in imports.items() if imported & {_module_name(module) for module in frontier}
        }
        chosen = (importers & tests) | {test for module in frontier for test in tests if _is_named_after(test, module)}
        if chosen:
            return _some(sorted(chosen))
        frontier = importers - reached
        reached |= frontier
    return set()


def _some(tests: list[Path]) -> set[Path]:
    """Return at most MOST_FILES, evenly taken from all."""
    step = max(len(tests) / MOST_FILES, 1.0)
    return {tests[int(place * step)] for place in range(min(len(tests), MOST_FILES))}


def _module_name(path: Path) -> str:
    """Return the dotted name under which a file is imported; helpers of tests are imported by their bare name."""
    parts = path.with_suffix("").parts
    return ".".join(parts[1:]).removesuffix(".__init__") if parts[0] == "src" else parts[-1]


def _is_named_after(test: Path, module: Path) -> bool:
    """Return whether a test of the module's room, or of no room, bears its first word; for a command, its folder."""
    if module.parts[2:3] == ("commands",):
        return test.parts[1:3] == module.parts[2:4]
    word = module.stem.split("_")[0]
    is_near = len(test.parts) == 2 or test.parts[1] in module.parts
    return bool(word) and module.parts[0] == "src" and is_near and test.stem.startswith(f"test_{word}")


def _git(*arguments: str) -> list[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


if __name__ == "__main__":
    files = [path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py")]
    known = {path.relative_to(ROOT): imports_of(path) for path in files}
    sys.stdout.write(" ".join(map(str, tests_of(changed_files(), known))))

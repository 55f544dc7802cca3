"""`make quick` runs the tests of what changed."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
IMPORTS = {
    Path("src/offerloop/commands/init/draft.py"): {"offerloop.money"},
    Path("src/offerloop/allocation/dual.py"): {"numpy"},
    Path("src/offerloop/allocation/many_limits.py"): {"offerloop.allocation.dual"},
    Path("src/offerloop/engine/__init__.py"): {"offerloop.part_catalogue"},
    Path("tests/support/small_shop.py"): {"polars"},
    Path("tests/test_docs.py"): {"offerloop"},
    Path("tests/locale/test_catalogues.py"): {"offerloop"},
    Path("tests/commands/init/test_init.py"): {"small_shop"},
    Path("tests/test_cli.py"): {"offerloop.engine"},
    Path("tests/allocation/test_limits.py"): {"offerloop.allocation.many_limits"},
}


@pytest.mark.parametrize(
    "changed, tests",
    [
        ("tests/test_cli.py", ["tests/test_cli.py"]),
        ("src/offerloop/allocation/many_limits.py", ["tests/allocation/test_limits.py"]),
        ("src/offerloop/allocation/dual.py", ["tests/allocation/test_limits.py"]),
        ("src/offerloop/commands/init/draft.py", ["tests/commands/init/test_init.py"]),
        ("src/offerloop/engine/__init__.py", ["tests/test_cli.py"]),
        ("tests/support/small_shop.py", ["tests/commands/init/test_init.py"]),
        ("docs/concepts/offers.md", ["tests/test_docs.py"]),
        ("src/offerloop/locale/zh/LC_MESSAGES/offerloop.po", ["tests/locale/test_catalogues.py"]),
        ("src/offerloop/allocation/presets/gone.toml", ["tests/allocation/test_limits.py"]),
        ("LICENSE", []),
    ],
)
def test_a_change_brings_its_tests(monkeypatch, changed, tests):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    changed_tests = importlib.import_module("changed_tests")
    assert [str(path) for path in changed_tests.tests_of([Path(changed)], IMPORTS)] == tests


def test_a_module_that_most_tests_import_brings_some_of_them(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    changed_tests = importlib.import_module("changed_tests")
    tests = [Path(f"tests/test_{number:03}.py") for number in range(120)]
    imports = {Path("src/offerloop/errors.py"): set(), **{one: {"offerloop.errors"} for one in tests}}
    found = changed_tests.tests_of([Path("src/offerloop/errors.py")], imports)
    assert len(found) == changed_tests.MOST_FILES
    assert found[0] == tests[0]
    assert found[-1] > tests[110]

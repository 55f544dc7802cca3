"""`scripts/house.py` counts what the layout of the source is judged by."""

import importlib
from collections import Counter
from pathlib import Path

import pytest
from shared_workers import FILES_OF

ROOT = Path(__file__).parent.parent
SHARED_NAMES = ("conftest.py", "__init__.py")
FILES = {
    "src/offerloop/__init__.py": "from offerloop.commands.plan.task import plan\n",
    "src/offerloop/cli.py": "from offerloop.commands.plan.cli import main\n",
    "src/offerloop/commands/__init__.py": "",
    "src/offerloop/commands/plan/__init__.py": "",
    "src/offerloop/commands/plan/cli.py": "def main():\n    from offerloop.commands.plan.task import plan\n",
    "src/offerloop/commands/plan/task.py": "from offerloop.models import Fast\nimport offerloop.models.slow\n",
    "src/offerloop/models/__init__.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n"
        "    from offerloop.models.fast import Fast\n"
        "    from offerloop.models.idle import Idle\n"
        "PARTS = {'named': 'offerloop.models.named:Named'}\n"
        "def __getattr__(name):\n"
        "    '''Load a name.'''\n"
        "\n"
        "    # a comment\n"
        "    return (\n"
        "        name\n"
        "    )\n"
    ),
    "src/offerloop/models/fast.py": "class Fast: ...\n",
    "src/offerloop/models/idle.py": "class Idle: ...\n",
    "src/offerloop/models/measured.py": "",
    "src/offerloop/models/named.py": "class Named: ...\n",
    "src/offerloop/models/slow.py": "class Slow: ...\n",
    "benchmarks/speed.py": "import offerloop.models.measured\n",
}


@pytest.fixture
def house(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("house")


@pytest.fixture
def checkout(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_only_imports_past_a_face_are_deep(house, checkout):
    """The command line and the API may take `cli` and `task` of a command, which is a room of its own."""
    deep, total = house.imports_between_rooms(house.read_package(checkout))
    assert deep == ["offerloop.commands.plan.task:2 imports offerloop.models.slow"]
    assert total == 4


def test_an_export_that_nothing_uses_is_out_of_reach(house, checkout):
    """What a catalogue names is reached with its room, and so is what a benchmark imports."""
    assert house.out_of_reach(house.read_package(checkout), checkout) == ["offerloop.models.idle"]


def test_bodies_are_counted_without_docstrings_comments_and_empty_lines(house, checkout):
    assert house.body_lines(house.read_package(checkout)) == [1, 3]


def test_the_figures_name_crowded_folders(house, checkout, monkeypatch):
    monkeypatch.setattr(house, "MOST_MODULES", 4)
    lines = list(house.figures(checkout, with_names=True))
    assert "modules per folder: at most 5; more than 4: offerloop/models 5" in lines
    assert lines[-1] == "  offerloop.models.idle"


def test_no_two_test_files_share_a_name():
    """Pytest imports them by their name alone: a worker that gets two of one name stops at the second."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("*.py") if path.name not in SHARED_NAMES)
    assert [name for name, n in names.items() if n > 1] == []


@pytest.mark.parametrize("fixture", FILES_OF)
def test_all_that_use_a_costly_fixture_are_run_by_one_worker(fixture):
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if path != Path(__file__) and fixture in path.read_text(encoding="utf-8")
    }
    assert users == set(FILES_OF[fixture])

"""The container file names what exists: the extra, the constraints, and options of the command."""

import json
import re
import tomllib
from pathlib import Path

from typer.main import get_command

from offerloop.cli import app

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "examples" / "container" / "Containerfile").read_text(encoding="utf-8")


def test_the_command_and_its_options_exist():
    program, command, *arguments = json.loads(re.search(r"ENTRYPOINT (\[.*\])", TEXT)[1])
    found = get_command(app).commands[command]
    context = found.make_context(command, arguments)
    assert program == "offerloop"
    assert (context.params["shop"], context.params["host"]) == (Path("/shop"), "0.0.0.0")


def test_what_is_installed_exists():
    (extra,) = re.findall(r"'\.\[(\w+)\]'", TEXT)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extra in project["optional-dependencies"]
    assert (ROOT / re.search(r"--constraint (\S+)", TEXT)[1]).exists()
    assert f"python:{project['requires-python'].removeprefix('>=')}" <= re.search(r"python:[\d.]+", TEXT)[0]

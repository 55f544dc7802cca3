"""Runs recommenders, each in a process and an environment of its own, and keeps what they found.

A system is a file in `peers`. What it found with some settings on some data is kept in `.bench/recommenders/found`
under a key of the data, the settings and the program text, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from environments import BENCH, HERE, call, python
from peers import ENVIRONMENTS
from peers.given import Ints

Settings = dict[str, Any]


@dataclass(frozen=True)
class System:
    """A file in `peers` (of ours: `ours.NAME`), and what it says of itself."""

    file: str
    name: str
    environment: str
    grid: list[Settings]
    source: str

    @classmethod
    def of(cls, file: str) -> System:
        """Reads it."""
        model = import_module(f"peers.{file}")
        return cls(file, model.NAME, model.ENVIRONMENT, model.GRID, getattr(model, "SOURCE", ""))


@dataclass(frozen=True)
class Found:
    """Lists by task, shape (customers, DEPTH), and what they cost."""

    top: dict[str, Ints]
    cost: dict[str, Any]


def run(system: System, folder: Path, settings: Settings) -> Found:
    """Of one system with these settings on the data in `folder`; at once where it is kept."""
    place = BENCH / "recommenders" / "found" / f"{system.file}-{key(system, folder, settings)}"
    if not (place / "cost.json").exists():
        place.mkdir(parents=True, exist_ok=True)
        path = place / "settings.json"
        path.write_text(json.dumps(settings), encoding="utf-8")
        interpreter = python(f"recommenders-{system.environment}", ENVIRONMENTS[system.environment])
        command = [str(interpreter), "-m", "peers.run", system.file, str(folder), str(path)]
        call(command, place / "log.txt")
    top = {task: np.load(place / f"top_{task}.npy") for task in ("all", "new")}
    return Found(top, json.loads((place / "cost.json").read_text(encoding="utf-8")))


def key(system: System, folder: Path, settings: Settings) -> str:
    """Of everything that the lists come from; the folder's name changes with the data."""
    names = (system.file.replace(".", "/"), "given", f"{system.environment}_data")
    files = [HERE / "peers" / f"{name}.py" for name in names]
    if system.source:
        files.append(HERE / "peers" / "ours" / "__init__.py")
        files += sorted((HERE.parent / system.source).rglob("*.py"))
    texts = [file.read_text(encoding="utf-8") for file in files if file.exists()]
    whole = [folder.name, json.dumps(settings, sort_keys=True), ENVIRONMENTS[system.environment], *texts]
    return hashlib.sha256("\0".join(whole).encode()).hexdigest()[:12]

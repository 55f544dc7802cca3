"""Runs estimators, each in a process and an environment of its own, and keeps what they found.

What a variant found on some data is kept in `.bench/response/found` under a key of the data and the program text, so
that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from environments import BENCH, HERE, call, python
from peers.response import ENVIRONMENTS
from peers.response.given import Floats
from peers.response.offerloop_estimators import AUTO
from record import Result

OURS = "offerloop_estimators"
FILES = (OURS, "monotone_lightgbm", "causalml_learners", "econml_learners", "sklift_models")


@dataclass(frozen=True)
class System:
    """A variant of a file in `peers/response`, and what the file says of itself."""

    file: str
    variant: str
    name: str
    environment: str
    source: str

    @property
    def is_ours(self) -> bool:
        """Whether it runs code of this repository."""
        return bool(self.source)


@dataclass(frozen=True, eq=False)
class Found:
    """What one system learned, on every split."""

    system: System
    effects: NDArray[np.float32]
    """(splits, judged, K - 1)."""
    cost_effects: NDArray[np.float32] | None
    """(splits, judged, K - 1), where costs are known."""
    level: NDArray[np.float32] | None
    """(splits, judged)."""
    cost: dict[str, Any]

    @property
    def facts(self) -> list[dict[str, Any]]:
        """Of each split."""
        found: list[dict[str, Any]] = self.cost["facts"]
        return found

    @property
    def final_cpu_s(self) -> Floats:
        """(splits,): to fit the model that predicts, without the choice of it."""
        whole = self.cost["fit_cpu_s"]
        return np.array([fact.get("final_cpu_s", cpu) for fact, cpu in zip(self.facts, whole, strict=True)])

    def costs(self, case: str) -> list[Result]:
        """Seconds, a mean of the splits, and memory."""
        name, seconds = self.system.name, {"fit": "fit_cpu_s", "predict": "predict_cpu_s"}
        told = [Result(name, case, metric, float(np.mean(self.cost[key])), "CPU s") for metric, key in seconds.items()]
        return [*told, Result(name, case, "peak", self.cost["peak_mb"] / 1024, "GB")]


def systems(files: Iterable[str] = FILES) -> list[System]:
    """All variants of some files."""
    found = []
    for file in files:
        model = import_module(f"peers.response.{file}")
        source = getattr(model, "SOURCE", "")
        found += [System(file, variant, name, model.ENVIRONMENT, source) for variant, name in model.NAMES.items()]
    return found


def auto() -> System:
    """The estimator that our model selection chooses."""
    return next(one for one in systems([OURS]) if one.variant == AUTO)


def run(system: System, folder: Path) -> Found:
    """Of one system on the data in `folder`; at once where it is kept."""
    place = BENCH / "response" / "found" / f"{system.file}-{system.variant}-{_key(system, folder)}"
    if not (place / "cost.json").exists():
        place.mkdir(parents=True, exist_ok=True)
        interpreter = python(f"response-{system.environment}", ENVIRONMENTS[system.environment])
        which = [system.file, system.variant, str(folder), str(place)]
        call([str(interpreter), "-m", "peers.response.run", *which], place / "log.txt")
    cost = json.loads((place / "cost.json").read_text(encoding="utf-8"))
    paid, level = (_kept(place / f"{name}.npy") for name in ("cost_effects", "level"))
    return Found(system, np.load(place / "effects.npy"), paid, level, cost)


def _kept(path: Path) -> NDArray[np.float32] | None:
    return np.load(path) if path.exists() else None


def _key(system: System, folder: Path) -> str:
    """Of everything that effects come from; the folder's name changes with the data."""
    here = HERE / "peers" / "response"
    files = [here / f"{name}.py" for name in (system.file, "given", "run")]
    if system.source:
        files += sorted((HERE.parent / system.source).rglob("*.py"))
    texts = [file.read_text(encoding="utf-8") for file in files]
    whole = [folder.name, system.variant, ENVIRONMENTS[system.environment], *texts]
    return hashlib.sha256("\0".join(whole).encode()).hexdigest()[:12]

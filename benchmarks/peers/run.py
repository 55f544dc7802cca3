"""Fits one model and writes its lists: `python -m peers.run MODEL FOLDER SETTINGS.json`, from the folder `benchmarks`.

Beside the settings it writes `top_all.npy`, `top_new.npy` (product codes, -1 where there is none) and `cost.json`: CPU
seconds to fit and to recommend to all customers, the most memory that the process held, and versions. A rehearsal on
few customers and products comes first, so that neither imports nor compilation are counted.
"""

from __future__ import annotations

import json
import platform
import re
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from peers import ENVIRONMENTS
from peers.given import DEPTH, Given

REHEARSED = 300


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it returns, and its CPU seconds over all threads."""
    begin = time.process_time()
    found = work()
    return found, time.process_time() - begin


def peak_mb() -> float:
    """Of this process alone; `getrusage` starts with what the parent held when it forked."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    peaks = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")]
    return peaks[0] if peaks else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def versions(environment: str) -> dict[str, str]:
    """Of Python, numpy, scipy and what was installed by name."""
    named = [re.split("[=<>]", one)[0] for one in ENVIRONMENTS[environment].split()]
    return {"python": platform.python_version()} | {name: version(name) for name in ["numpy", "scipy", *named]}


def main() -> None:
    """Fits and recommends."""
    name, folder, path = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    model, given, settings = import_module(f"peers.{name}"), Given.read(folder), json.loads(path.read_text())
    few = given.part(REHEARSED)
    model.recommend(model.fit(few, **settings), few, new=True)
    fitted, seconds = timed(lambda: model.fit(given, **settings))
    cost = {"fit_cpu_s": seconds}
    for task in ("all", "new"):
        top, cost[f"{task}_cpu_s"] = timed(lambda: model.recommend(fitted, given, new=task == "new"))  # noqa: B023
        if top.shape != (len(given.customers), DEPTH):
            raise SystemExit(f"{name} returned lists of shape {top.shape}")
        np.save(path.with_name(f"top_{task}.npy"), top)
    found = cost | {"peak_mb": peak_mb(), "versions": versions(model.ENVIRONMENT)}
    path.with_name("cost.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

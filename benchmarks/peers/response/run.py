"""Fits one variant on every split: `python -m peers.response.run FILE VARIANT FOLDER PLACE`, from `benchmarks`.

In PLACE it writes `effects.npy` (splits, judged, K - 1), `level.npy` (splits, judged) from who tells levels, and
`cost.json`: CPU seconds to fit and to predict, seconds on the wall, facts of each model, the most memory that the
process held, and versions. A rehearsal on few rows comes first, so that neither imports nor compilation are counted.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from peers.response import ENVIRONMENTS
from peers.response.given import Floats, Given
from peers.run import peak_mb

REHEARSED = 3_000


def versions(environment: str) -> dict[str, str]:
    """Of Python, numpy and what was installed by name."""
    named = [re.split("[=<>]", one)[0] for one in ENVIRONMENTS[environment].split()]
    return {"python": platform.python_version()} | {name: version(name) for name in ["numpy", *named]}


def learn(model: Any, given: Given, variant: str, split: int) -> tuple[Floats, Floats | None, dict[str, Any]]:  # noqa: ANN401 - a module
    """Effects and levels of one split, and what they cost."""
    train, features = given.rows(split), given.judged_features(split)
    wall, begin = time.perf_counter(), time.process_time()
    fitted = model.fit(train, variant)
    done = time.process_time()
    found = fitted.predict(features)
    cost = {"fit_cpu_s": done - begin, "predict_cpu_s": time.process_time() - done}
    if found.effects.shape != (len(features), len(train.chance) - 1):
        raise SystemExit(f"{model.__name__} returned effects of shape {found.effects.shape}")
    return found.effects, found.level, cost | {"wall_s": time.perf_counter() - wall, "facts": fitted.facts}


def main() -> None:
    """Fits, predicts and writes."""
    file, variant, folder, place = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    model, given = import_module(f"peers.response.{file}"), Given.read(folder)
    model.fit(given.rows(0).part(REHEARSED), variant).predict(given.judged_features(0)[:REHEARSED])
    effects, levels, costs = zip(*(learn(model, given, variant, split) for split in range(given.splits)), strict=True)
    np.save(place / "effects.npy", np.array(effects, dtype=np.float32))
    if levels[0] is not None:
        np.save(place / "level.npy", np.array(levels, dtype=np.float32))
    found: dict[str, Any] = {name: [one[name] for one in costs] for name in costs[0]}
    found |= {"peak_mb": peak_mb(), "versions": versions(model.ENVIRONMENT)}
    (place / "cost.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

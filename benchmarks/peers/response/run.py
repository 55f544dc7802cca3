"""Fits one variant on every split: `python -m peers.response.run FILE VARIANT FOLDER PLACE`, from `benchmarks`.

In PLACE it writes `effects.npy` (splits, judged, K - 1), `cost_effects.npy` of the same shape where costs are known,
`level.npy` (splits, judged) from who tells levels, and `cost.json`: CPU seconds to fit and to predict, seconds on the
wall, facts of each model, the most memory that the process held, and versions. A rehearsal on few rows comes first, so
that neither imports nor compilation are counted.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import time
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from peers.response import ENVIRONMENTS
from peers.response.given import Floats, Foreign, Given, Predicted, Train
from peers.run import peak_mb

REHEARSED = 3_000


def versions(environment: str) -> dict[str, str]:
    """Of Python, numpy and what was installed by name."""
    named = [re.split("[=<>]", one)[0] for one in ENVIRONMENTS[environment].split()]
    return {"python": platform.python_version()} | {name: version(name) for name in ["numpy", *named]}


def learn(model: Foreign, variant: str, train: Train, features: Floats) -> tuple[Predicted, dict[str, Any]]:
    """Of one split, and what it costs; value and cost apart, unless the model learns them together."""
    wall, begin = time.perf_counter(), time.process_time()
    fitted = model.fit(train, variant)
    apart = train.cost is not None and variant not in getattr(model, "TOGETHER", ())
    paid = model.fit(train.of_cost(), variant) if apart else None
    done = time.process_time()
    found = fitted.predict(features)
    if paid is not None:
        found = replace(found, cost=paid.predict(features).effects)
    cost = {"fit_cpu_s": done - begin, "predict_cpu_s": time.process_time() - done}
    if found.effects.shape != (len(features), len(train.chance) - 1):
        raise SystemExit(f"{model.__name__} returned effects of shape {found.effects.shape}")
    return found, cost | {"wall_s": time.perf_counter() - wall, "facts": fitted.facts}


def keep(place: Path, predicted: list[Predicted]) -> None:
    """Writes what was told of every split."""
    for field, name in (("effects", "effects"), ("cost", "cost_effects"), ("level", "level")):
        told = [getattr(one, field) for one in predicted]
        if told[0] is not None:
            np.save(place / f"{name}.npy", np.array(told, dtype=np.float32))


def main() -> None:
    """Fits, predicts and writes."""
    file, variant, folder, place = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    model, given = import_module(f"peers.response.{file}"), Given.read(folder)
    learn(model, variant, given.rows(0).of(slice(REHEARSED)), given.judged_features(0)[:REHEARSED])
    told = [learn(model, variant, given.rows(split), given.judged_features(split)) for split in range(given.splits)]
    keep(place, [predicted for predicted, _ in told])
    costs = [cost for _, cost in told]
    found: dict[str, Any] = {name: [one[name] for one in costs] for name in costs[0]}
    found |= {"peak_mb": peak_mb(), "versions": versions(model.ENVIRONMENT)}
    (place / "cost.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

# peers: pyreadr==0.5.8
"""What a study of one trial takes of the processor, beside an X-learner that only learns and predicts.

    scripts/bench trial_cpu --gotv FILE [--rows N]

The trial is `gotv` of `more_trials` with all of its rows. CPU seconds of one thread: causalml's X-learner (LightGBM
with its own settings) fitted and asked for the effects of all customers, in an environment of its own; and
`offerloop.uplift`, from the table to findings, scores and page, which compares six estimators, forecasts and reports.
Beside them the last fit of the chosen estimator to all rows.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import offerloop
from more_trials import gotv
from offerloop.response import ESTIMATORS
from response_data import Trial
from response_systems import run, systems

MOST_TIMES, FINAL = 3.0, 0.1
"""Of the X-learner's seconds, for a whole study and for the last fit."""


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, and what came of it."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def study(table: pl.DataFrame) -> offerloop.UpliftResult:
    """Everything that the command does but for writing."""
    result = offerloop.uplift(table, "treatment", "voted", cost="cost", value="value", control="Control")
    result.scores()
    return result


def main() -> None:
    """Prints seconds and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gotv", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=400_000)
    asked = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        assert os.environ.get(name) == "1", f"set {name}=1 first"
    found = gotv(asked.gotv, asked.rows)
    value, n = found.value, found.value.size
    names = [offer.offer_id for offer in value.offers]
    table = pl.DataFrame(value.features, schema=[f"x{k}" for k in range(value.features.shape[1])]).with_columns(
        treatment=pl.Series(["Control" if k == 0 else names[k] for k in value.action]),
        voted=(value.outcome > 0).astype(np.float64),
        value=value.outcome,
        cost=np.zeros(n) if found.cost is None else found.cost.outcome,
    )
    whole, result = seconds(lambda: study(table))
    chosen = ESTIMATORS.load(result.findings.estimator)()
    last, _ = seconds(lambda: chosen.fit(value, 1))
    offers: list[dict[str, Any]] = [
        {"offer_id": one.offer_id, "kind": one.kind, "depth": one.depth} for one in value.offers
    ]
    rows = np.arange(n)[None]
    folder = Trial(
        "gotv",
        value.features,
        value.action,
        (value.outcome > 0).astype(np.float64),
        value.propensity[0],
        offers,
        rows,
        rows,
    ).write()
    (peer,) = (one for one in systems(["causalml_learners"]) if one.variant == "x")
    cost = run(peer, folder).cost
    theirs = float(np.sum(cost["fit_cpu_s"]) + np.sum(cost["predict_cpu_s"]))
    print(f"{n:,} rows, {len(names)} arms; CPU seconds: {peer.name} {theirs:.1f}, study {whole:.1f}")
    print(f"study over {peer.name}: {whole / theirs:.2f}; target {MOST_TIMES:g}")
    print(f"last fit ({result.findings.estimator}) over {peer.name}: {last / theirs:.3f}; target {FINAL:g}")


if __name__ == "__main__":
    main()

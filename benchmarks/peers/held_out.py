"""Peers on one half of a trial: who gains how much from each offer, for the customers of the other half.

    python -m peers.held_out FOLDER

FOLDER holds arrays of `held_out`; effects on profit (n, K - 1) are written beside them, one file for each peer.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TREES = 10
"""Of the uplift forest, whose trees are slow to grow."""


@dataclass(frozen=True, eq=False)
class Half:
    """The half that is learned from, and the features of the other one."""

    x: Floats
    action: NDArray[np.int64]
    profit: Floats
    happened: Floats
    """(n,): whether there was any outcome."""
    worth: Floats
    """(K,): what an outcome is worth under each offer; NaN where outcomes are amounts."""
    paid: Floats
    """(K,): what each offer costs, whatever comes of it."""
    other: Floats

    @property
    def offers(self) -> int:
        """Their number, none among them."""
        return len(self.paid)

    @property
    def is_binary(self) -> bool:
        """Whether an outcome happens or not."""
        return bool(np.isfinite(self.worth).all())

    def rows(self, k: int) -> NDArray[np.bool_]:
        """Those with an offer or none."""
        return (self.action == 0) | (self.action == k)

    def from_chances(self, base: Floats, gain: Floats) -> Floats:
        """Effects on profit from the chance without an offer (n,) and what each one adds to it (n, K - 1)."""
        found: Floats = (base[:, None] + gain) * self.worth[1:] - self.paid[1:] - base[:, None] * self.worth[0]
        return found


def main() -> None:
    """Runs all peers that fit the trial."""
    folder = Path(sys.argv[1])
    half = Half(**{name: np.load(folder / f"{name}.npy") for name in Half.__annotations__})
    for name, peer in PEERS.items():
        if name in BINARY and not half.is_binary:
            continue
        start = time.process_time()
        np.save(folder / f"effects {name}.npy", peer(half))
        print(f"{name}: {time.process_time() - start:.1f} CPU s", flush=True)


def t_logistic(half: Half) -> Floats:
    """One logistic regression for each arm."""
    base = _logistic(half, 0)
    return half.from_chances(base, np.column_stack([_logistic(half, k) - base for k in range(1, half.offers)]))


def _logistic(half: Half, k: int) -> Floats:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    own = half.action == k
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(half.x[own], half.happened[own])
    found: Floats = model.predict_proba(half.other)[:, 1]
    return found


def t_lightgbm(half: Half) -> Floats:
    """One model of profit for each arm."""
    levels = [
        _regressor().fit(half.x[half.action == k], half.profit[half.action == k]).predict(half.other)
        for k in range(half.offers)
    ]
    return np.column_stack([one - levels[0] for one in levels[1:]])


def s_lightgbm(half: Half) -> Floats:
    """One model of profit, with the offer as columns."""
    arms = np.eye(half.offers)
    model = _regressor().fit(np.column_stack([half.x, arms[half.action][:, 1:]]), half.profit)
    levels = [
        model.predict(np.column_stack([half.other, np.tile(arms[k, 1:], (len(half.other), 1))]))
        for k in range(half.offers)
    ]
    return np.column_stack([one - levels[0] for one in levels[1:]])


def x_learner(half: Half) -> Floats:
    """causalml's, told the chances."""
    from causalml.inference.meta import BaseXRegressor

    model = BaseXRegressor(learner=_regressor(), control_name=0)
    return _meta(model, half)


def dr_learner(half: Half) -> Floats:
    """causalml's, told the chances."""
    from causalml.inference.meta import BaseDRRegressor

    return _meta(BaseDRRegressor(learner=_regressor(), control_name=0), half)


def _meta(model: Any, half: Half) -> Floats:  # noqa: ANN401 - a model of a library without types
    shares = np.bincount(half.action) / len(half.action)
    chances = [shares[k] / (shares[0] + shares[k]) for k in range(half.offers)]

    def told(n: int) -> dict[int, Floats]:
        return {k: np.full(n, chances[k]) for k in range(1, half.offers)}

    model.fit(X=half.x, treatment=half.action, y=half.profit, p=told(len(half.x)))
    return np.asarray(model.predict(X=half.other, p=told(len(half.other)), verbose=False))


def uplift_forest(half: Half) -> Floats:
    """causalml's, by the Kullback-Leibler divergence."""
    from causalml.inference.tree import UpliftRandomForestClassifier

    forest = UpliftRandomForestClassifier(
        control_name="0", n_estimators=TREES, max_depth=5, min_samples_leaf=200, random_state=0, n_jobs=1
    )
    forest.fit(half.x, half.action.astype(str), half.happened.astype(int))
    return half.from_chances(_logistic(half, 0), np.asarray(forest.predict(half.other)))


def sklift(kind: str) -> Callable[[Half], Floats]:
    """One of scikit-uplift's models, for each offer beside none."""

    def fit(half: Half) -> Floats:
        import pandas as pd
        from lightgbm import LGBMClassifier
        from sklift.models import ClassTransformation, SoloModel, TwoModels

        def one(k: int) -> Floats:
            classes = [LGBMClassifier(n_jobs=1, verbose=-1, random_state=0) for _ in range(2)]
            made = {"solo": lambda: SoloModel(classes[0]), "two": lambda: TwoModels(*classes),
                    "class": lambda: ClassTransformation(classes[0])}[kind]()  # fmt: skip
            rows = half.rows(k)
            happened, treated = half.happened[rows].astype(int), (half.action[rows] == k).astype(int)
            made.fit(pd.DataFrame(half.x[rows]), pd.Series(happened), pd.Series(treated))
            return np.asarray(made.predict(pd.DataFrame(half.other)))

        return half.from_chances(_logistic(half, 0), np.column_stack([one(k) for k in range(1, half.offers)]))

    return fit


def _regressor() -> Any:  # noqa: ANN401 - a model of a library without types
    from lightgbm import LGBMRegressor

    return LGBMRegressor(n_jobs=1, verbose=-1, random_state=0)


PEERS: dict[str, Callable[[Half], Floats]] = {
    "T-logistic": t_logistic,
    "LightGBM T": t_lightgbm,
    "LightGBM S": s_lightgbm,
    "causalml X": x_learner,
    "causalml DR": dr_learner,
    "sklift solo": sklift("solo"),
    "sklift two": sklift("two"),
    "sklift class": sklift("class"),
    "causalml forest": uplift_forest,
}
BINARY = ("T-logistic", "sklift solo", "sklift two", "sklift class", "causalml forest")
"""Those for outcomes that happen or do not."""

if __name__ == "__main__":
    main()

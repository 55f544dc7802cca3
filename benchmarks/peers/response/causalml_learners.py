"""Meta-learners of causalml with LightGBM (Künzel et al. 2019), told the chances of the trial."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from peers.response.given import CAREFUL, DEFAULT, Floats, Foreign, Ints, Model, Predicted, Simple, Train

NAMES = {
    "x": "causalml X-learner",
    "x-careful": "causalml X-learner, small trees",
    "t": "causalml T-learner",
    "t-careful": "causalml T-learner, small trees",
    "s": "causalml S-learner",
    "s-careful": "causalml S-learner, small trees",
}
ENVIRONMENT = "causalml"


def fit(train: Train, variant: str) -> Model:
    """Offers are numbered; 0 is the control."""
    kind, _, careful = variant.partition("-")
    learner = _learner(kind, train.is_binary, CAREFUL if careful else DEFAULT)
    if kind != "x":
        learner.fit(train.features, train.action, train.outcome)
        return Simple(partial(_components, learner))
    learner.fit(train.features, train.action, train.outcome, p=_chances(train, len(train.action)))
    return Simple(partial(_x_effects, learner, train))


def _learner(kind: str, is_binary: bool, settings: dict[str, Any]) -> Foreign:
    from causalml.inference import meta
    from lightgbm import LGBMClassifier, LGBMRegressor

    settings = settings | {"n_jobs": 1, "verbose": -1, "random_state": 0}
    outcome = (LGBMClassifier if is_binary else LGBMRegressor)(**settings)
    made = getattr(meta, f"Base{kind.upper()}{'Classifier' if is_binary else 'Regressor'}")
    if kind == "x" and is_binary:
        return made(outcome_learner=outcome, effect_learner=LGBMRegressor(**settings), control_name=0)
    return made(learner=outcome, control_name=0)


def _chances(train: Train, n: int) -> dict[int, Floats]:
    """Of each offer among those who had it or none."""
    chance = train.chance
    return {k: np.full(n, chance[k] / (chance[k] + chance[0])) for k in range(1, len(chance))}


def _components(learner: Foreign, features: Floats) -> Predicted:
    effects, control, _ = learner.predict(features, return_components=True, verbose=False)
    return Predicted(np.asarray(effects), np.ravel(next(iter(control.values()))))


def _x_effects(learner: Foreign, train: Train, features: Floats) -> Predicted:
    effects = learner.predict(features, p=_chances(train, len(features)), verbose=False)
    control = next(iter(learner.models_mu_c.values()))
    level: Floats | Ints = control.predict_proba(features)[:, 1] if train.is_binary else control.predict(features)
    return Predicted(np.asarray(effects), np.asarray(level, dtype=np.float64))

"""Models of scikit-uplift with LightGBM: one for both arms, or one each; an offer at a time beside none."""

from __future__ import annotations

from functools import partial

import numpy as np

from peers.response.given import CAREFUL, DEFAULT, Floats, Foreign, Model, Predicted, Simple, Train

NAMES = {
    "solo": "scikit-uplift SoloModel",
    "solo-careful": "scikit-uplift SoloModel, small trees",
    "two": "scikit-uplift TwoModels",
    "two-careful": "scikit-uplift TwoModels, small trees",
}
ENVIRONMENT = "sklift"


def fit(train: Train, variant: str) -> Model:
    """For each offer."""
    kind, _, careful = variant.partition("-")
    return Simple(partial(_effects, [_one(train, kind, bool(careful), k) for k in range(1, len(train.chance))]))


def _one(train: Train, kind: str, careful: bool, k: int) -> Foreign:
    import pandas as pd
    from lightgbm import LGBMClassifier, LGBMRegressor
    from sklift.models import SoloModel, TwoModels

    settings = (CAREFUL if careful else DEFAULT) | {"n_jobs": 1, "verbose": -1, "random_state": 0}
    make = LGBMClassifier if train.is_binary else LGBMRegressor
    rows = (train.action == 0) | (train.action == k)
    model = SoloModel(make(**settings)) if kind == "solo" else TwoModels(make(**settings), make(**settings))
    outcome, treated = (pd.Series(one) for one in (train.outcome[rows], (train.action[rows] == k).astype(int)))
    return model.fit(pd.DataFrame(train.features[rows]), outcome, treated)


def _effects(models: list[Foreign], features: Floats) -> Predicted:
    import pandas as pd

    table = pd.DataFrame(features)
    return Predicted(np.column_stack([np.asarray(one.predict(table)) for one in models]))

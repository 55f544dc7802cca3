"""LightGBM with the depth as a column that must not bring less: the plain way to learn a response to depth."""

from __future__ import annotations

from functools import partial

import numpy as np

from peers.response.given import Floats, Foreign, Model, Predicted, Simple, Train

NAMES = {"150": "monotone LightGBM"}
ENVIRONMENT = ""
SETTINGS = {
    "learning_rate": 0.1, "num_leaves": 31, "num_threads": 1, "deterministic": True, "force_row_wise": True,
    "verbose": -1, "seed": 0,
}  # fmt: skip


def fit(train: Train, variant: str) -> Model:
    """As many trees as the variant says."""
    import lightgbm

    depths = np.array([one["depth"] for one in train.offers])
    never_falls = [0] * train.features.shape[1] + [1]
    objective = "binary" if train.is_binary else "regression"
    settings = SETTINGS | {"objective": objective, "monotone_constraints": never_falls}
    table = np.column_stack([train.features, depths[train.action]])
    model = lightgbm.train(settings, lightgbm.Dataset(table, train.outcome), int(variant))
    return Simple(partial(_effects, model, depths))


def _effects(model: Foreign, depths: Floats, features: Floats) -> Predicted:
    levels = [model.predict(np.column_stack([features, np.full(len(features), one)]), num_threads=1) for one in depths]
    return Predicted(np.column_stack(levels[1:]) - levels[0][:, None], levels[0])

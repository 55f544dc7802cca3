"""The causal forest (Athey, Tibshirani and Wager 2019) and the linear DR-learner of econml; chances are shares."""

from __future__ import annotations

from functools import partial

import numpy as np

from peers.response.given import CAREFUL, Floats, Foreign, Model, Predicted, Simple, Train

NAMES = {"forest": "econml CausalForestDML", "dr": "econml LinearDRLearner"}
ENVIRONMENT = "econml"


def fit(train: Train, variant: str) -> Model:
    """Outcomes are foretold by LightGBM with small trees; the forest has its own settings."""
    from econml.dml import CausalForestDML
    from econml.dr import LinearDRLearner
    from lightgbm import LGBMClassifier, LGBMRegressor
    from sklearn.dummy import DummyClassifier

    kind = LGBMClassifier if train.is_binary else LGBMRegressor
    outcome = kind(**CAREFUL, n_jobs=1, verbose=-1, random_state=0)
    shares = DummyClassifier(strategy="prior")
    shared = {"discrete_outcome": train.is_binary, "random_state": 0}
    learner: Foreign
    if variant == "dr":
        learner = LinearDRLearner(model_propensity=shares, model_regression=outcome, **shared)
    else:
        learner = CausalForestDML(
            model_y=outcome, model_t=shares, discrete_treatment=True, n_jobs=1, inference=False, **shared
        )
    learner.fit(train.outcome, train.action, X=train.features)
    return Simple(partial(_effects, learner))


def _effects(learner: Foreign, features: Floats) -> Predicted:
    return Predicted(np.asarray(learner.const_marginal_effect(features)).reshape(len(features), -1))

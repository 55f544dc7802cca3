"""The estimators by name, the simplest first."""

from offerloop.catalogue import Catalogue

ESTIMATORS = Catalogue(
    "estimator",
    {
        "outcome": "offerloop.response.estimators.outcome:Outcome",
        "ridge_t": "offerloop.response.estimators.ridge_t:RidgeTLearner",
        "dr_learner": "offerloop.response.estimators.dr_learner:DRLearner",
        "r_learner": "offerloop.response.estimators.r_learner:RLearner",
        "structured": "offerloop.response.estimators.structured:StructuredLearner",
        "s_learner": "offerloop.response.estimators.s_learner:SLearner",
    },
)
"""Each is a class that can be made without arguments; in model selection the earlier one wins a tie."""

"""The estimators by name, the simplest first."""

from offerloop.catalogue import Catalogue

ESTIMATORS = Catalogue(
    "estimator",
    {
        "outcome": "offerloop.response.outcome:Outcome",
        "ridge_t": "offerloop.response.ridge_t:RidgeTLearner",
        "dr_learner": "offerloop.response.dr_learner:DRLearner",
        "r_learner": "offerloop.response.r_learner:RLearner",
        "structured": "offerloop.response.structured:StructuredLearner",
        "s_learner": "offerloop.response.s_learner:SLearner",
    },
)
"""Each is a class that can be made without arguments; in a contest the earlier one wins a draw."""

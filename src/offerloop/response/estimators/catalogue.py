"""The estimators by name, the simplest first."""

from offerloop.message import Message
from offerloop.part_catalogue import Catalogue

ESTIMATORS = Catalogue(
    "estimator",
    {
        "outcome": "offerloop.response.estimators.outcome:OutcomeModel",
        "ridge_t": "offerloop.response.estimators.ridge_t:RidgeTLearner",
        "dr_learner": "offerloop.response.estimators.dr_learner:DRLearner",
        "r_learner": "offerloop.response.estimators.r_learner:RLearner",
        "structured": "offerloop.response.estimators.structured:StructuredLearner",
        "s_learner": "offerloop.response.estimators.s_learner:SLearner",
    },
)
"""Each is a class that can be made without arguments; in model selection the earlier one wins a tie."""
CLOSED_FORM = ("outcome", "ridge_t", "dr_learner", "r_learner")
"""Those that learn without iterations, fast enough for tables of any size."""
ESTIMATOR_NAMES = {
    "growth": Message("growth of purchases", context="estimator"),
    "outcome": Message("proportional effect", context="estimator"),
    "ridge_t": Message("ridge T-learner", context="estimator"),
    "dr_learner": Message("DR-learner", context="estimator"),
    "r_learner": Message("R-learner", context="estimator"),
    "structured": Message("appetite and sensitivity", context="estimator"),
    "s_learner": Message("S-learner", context="estimator"),
}
"""What a reader calls each of them."""

"""Small shards and samples, so that a few thousand rows are more than are studied in memory."""

import pytest
from trial_shards import FIT, SHARD

import offerloop.commands.uplift.shards.rows as rows_module
import offerloop.response.trial.study as study_module
from offerloop.engine import shards
from offerloop.response.estimators.ridge_t import RidgeTLearner


@pytest.fixture(scope="module", autouse=True)
def few():
    """Small shards and samples, and estimators that are fitted at once."""
    estimators = {"ridge_t": RidgeTLearner()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD_CUSTOMERS", SHARD)
        patch.setattr(shards, "FIT_CUSTOMERS", FIT)
        patch.setattr(rows_module, "FIT_CUSTOMERS", FIT)
        patch.setattr(study_module, "known_estimators", lambda: estimators)
        yield

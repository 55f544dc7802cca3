"""What the customers of a log were shown before each decision, and what they usually bought before all that."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.commands.evaluate.log import Decisions
from offerloop.evaluation import NONE, OTHER, Log, PastExposures, with_profit
from offerloop.response import predict_out_of_fold, randomised_propensities


def past_of(decisions: Decisions, log: Log) -> PastExposures:
    """What came before each row of the log, over exposures that were left out as well."""
    earlier, everything = decisions.earlier, decisions.everything
    has_earlier, at = earlier >= 0, np.maximum(earlier, 0)
    place = {name: position for position, name in enumerate(log.names)}
    action = everything["offer_id"].replace_strict(place, default=OTHER, return_dtype=pl.Int64).to_numpy()
    return PastExposures(
        action=np.where(has_earlier, action[at], NONE),
        propensity=np.where(has_earlier, everything["propensity"].to_numpy()[at], 1.0),
        propensities=None if log.propensities is None else _propensities(decisions, log, at),
        baseline=_baseline(decisions, log),
    )


def _propensities(decisions: Decisions, log: Log, at: Ints) -> Floats | None:
    """(n, L, K): of all offers of the exposures `at` (n, L)."""
    everything = decisions.everything
    table = randomised_propensities(everything, everything["shown_day"], log.names)
    return None if table is None else table[at]


def _baseline(decisions: Decisions, log: Log) -> Floats:
    """(n, columns of the outcomes): by a ridge regression on the other customers, whatever was shown."""
    nothing = np.zeros_like(log.action)
    baseline = predict_out_of_fold(decisions.first_features, nothing, log.outcomes[:, :2], 1, decisions.fold)[:, 0]
    return with_profit(list(baseline.T))

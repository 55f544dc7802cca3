"""What the customers of a log were shown before each decision, and what they usually bought before all that."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.commands.evaluate.decisions import Decisions
from offerloop.evaluation import NONE, OTHER, Log, PastExposures, with_profit
from offerloop.response import predict_out_of_fold, randomised_propensities


def past_of(decisions: Decisions, log: Log, days: pl.DataFrame | None) -> PastExposures:
    """What came before each row of the log, over exposures that were left out as well.

    `days` has the propensities of all offers on the days of these, where they are known.
    """
    earlier, everything = decisions.earlier, decisions.everything
    has_earlier, at = earlier >= 0, np.maximum(earlier, 0)
    place = {name: position for position, name in enumerate(log.names)}
    action = everything["offer_id"].replace_strict(place, default=OTHER, return_dtype=pl.Int64).to_numpy()
    table = None if days is None else randomised_propensities(days, everything["shown_day"], log.names)
    return PastExposures(
        action=np.where(has_earlier, action[at], NONE),
        propensity=np.where(has_earlier, everything["propensity"].to_numpy()[at], 1.0),
        propensities=None if table is None else table[at],
        baseline=_baseline(decisions, log),
    )


def _baseline(decisions: Decisions, log: Log) -> Floats:
    """(n, columns of the outcomes): by a ridge regression on the other customers, whatever was shown."""
    fold, outcomes = decisions.fold, log.outcomes[:, :2]
    if not fold.any():
        return np.zeros_like(log.outcomes)
    nothing = np.zeros_like(log.action)
    baseline = predict_out_of_fold(decisions.first_features, nothing, outcomes, 1, fold)[:, 0]
    return with_profit(list(baseline.T))

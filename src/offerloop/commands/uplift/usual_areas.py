"""Qini coefficient and AUUC as other libraries define them, so that figures of a study can be held beside theirs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from offerloop.arrays import Floats
from offerloop.commands.uplift.findings import UsualArea
from offerloop.commands.uplift.trial import PreparedTrial
from offerloop.errors import EvidenceError
from offerloop.evaluation import Trial, areas_of_total

REPLICATES = 99
"""Bootstrap samples of an interval."""


def usual_areas(name: str, order: Floats, trial: PreparedTrial, offer: int, *, is_score: bool) -> Iterator[UsualArea]:
    """Yield the areas of an order (n,) of the customers, from those with one offer or none.

    Both are shares of the height of the curve's end, as causalml's with `normalize=True`. Nothing where that is 0.
    """
    action, propensities = trial.value.action, trial.value.propensity
    rows = np.flatnonzero((action == 0) | (action == offer))
    propensity = propensities[rows, offer] / (propensities[rows, 0] + propensities[rows, offer])
    two_arms = Trial.of(order[rows], action[rows] == offer, trial.outcome[rows], propensity=propensity)
    try:
        yield UsualArea(name, is_score, *areas_of_total(two_arms, replicates=REPLICATES))
    except EvidenceError:
        return

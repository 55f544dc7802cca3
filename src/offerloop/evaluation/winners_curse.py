"""Winner's curse: what passes a threshold owes more to luck than it shows."""

from __future__ import annotations

import math
from statistics import NormalDist

_NORMAL = NormalDist()


def luck_of_passing(errors: float, least_errors: float) -> float:
    """Return the mean luck, in standard errors, of an estimate that counts only because it passed a threshold.

    `errors`: the estimate in its standard errors; `least_errors`: the threshold, likewise. The luck is that of a
    parametric bootstrap (Sun and Bull 2005): the truth is normal around the estimate, a repeated estimate normal around
    the truth, each with the standard error, and those that pass exceed their truth by h((c - z) / sqrt(2)) / sqrt(2) on
    average, where h is the hazard of the standard normal distribution.
    """
    above = (errors - least_errors) / math.sqrt(2)
    return _NORMAL.pdf(above) / _NORMAL.cdf(above) / math.sqrt(2)

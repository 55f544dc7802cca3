"""Made-up trials whose answers are known: the chance to buy is 0.2, and 0.3 x more for the treated, x uniform."""

import numpy as np

from offerloop.evaluation import uplift
from offerloop.evaluation.trial import Trial


def draw(rng, n):
    """A trial with scores x, half of the customers treated."""
    x = rng.random(n)
    treated = rng.random(n) < 0.5
    bought = rng.random(n) < 0.2 + 0.3 * x * treated
    return Trial.of(x, treated, bought)


# With s the share of best customers: the uplift curve per customer is 0.3 s - 0.15 s^2 and the Qini curve half of it.
# A perfect Qini curve per customer goes through (0.175, 0.175), (0.9, 0.175) and (1, 0.075), a perfect uplift curve
# through (0.175, 0.175), (0.575, 0.575), (0.9, 0.315) and (1, 0.15).
METRICS = {
    "qini": (uplift.qini, lambda n: 0.0125 * n),
    "qini, total": (lambda trial, **how: uplift.qini(trial, "total", **how), lambda _: 0.025 / 0.15),
    "qini, perfect": (lambda trial, **how: uplift.qini(trial, "perfect", **how), lambda _: 0.0125 / 0.1171875),
    "auuc": (uplift.auuc, lambda n: 0.1 * n),
    "auuc, total": (lambda trial, **how: uplift.auuc(trial, "total", **how), lambda _: 0.1 / 0.15),
    "auuc, perfect": (lambda trial, **how: uplift.auuc(trial, "perfect", **how), lambda _: 0.025 / 0.2581875),
}


def coverage(name, n_trials, n, **how):
    """Share of trials whose interval holds the truth."""
    metric, truth = METRICS[name]
    rng = np.random.default_rng(17)
    found = [metric(draw(rng, n), **how) for _ in range(n_trials)]
    return np.mean([one.low <= truth(n) <= one.high for one in found])

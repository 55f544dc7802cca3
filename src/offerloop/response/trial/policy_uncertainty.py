"""How much further off the value of a policy is than the spread over customers says.

Customers of one fold decide what those of the others are given, and the other way round. Where luck made a fold's
outcomes high, more of the others are given offers, and so on back: errors of the folds' values go together. With
effects near zero this error is as large as the plain one, and plain intervals hold the truth far too seldom; `make
soak` prints how often those with it do.

A wild bootstrap (Wu 1986) shows how large it is: surprises of each row change sign at random, policies are drawn
towards what is then realised and valued by it, and the truth of these draws is known; beside it the policy that was
found is valued by the same draws. What estimators predict before they are drawn to the realised stays as it is, so that
nothing is learned again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.trial.crossfit import HeldOutPredictions
from offerloop.response.trial.fold_calibration import FoldPredictions
from offerloop.response.trial.spending import Spending

MOST_DRAWS, FEWEST_DRAWS = 60, 15
MOST_DRAWN = 1_000_000
"""Rows over all draws, from which there are fewer of them: with many customers little is left to luck."""


def unsteadiness(
    name: str, value: HeldOutPredictions, cost: HeldOutPredictions | None, spending: Spending, seed: int
) -> float:
    """Return the variance of the value of an estimator's policy, per customer, beyond that of a policy given from
    outside.
    """
    outcomes = [value] if cost is None else [value, cost]
    kept = _policy([one.shrunk[name] for one in outcomes], spending)
    likely = [one.shrunk[name].mean(axis=0) for one in outcomes]
    surprise = [one.effect - mean for one, mean in zip(outcomes, likely, strict=True)]
    n, rng = len(kept), np.random.default_rng(seed)
    draws = int(np.clip(MOST_DRAWN // n, FEWEST_DRAWS, MOST_DRAWS))
    signs = np.stack([rng.choice([-1.0, 1.0], n) for _ in range(draws)])
    luck = _profit(surprise)
    errors = np.zeros(draws)
    drawn = [list(_calibrated(*one, name, signs)) for one in zip(outcomes, likely, surprise, strict=True)]
    for division in zip(*drawn, strict=True):
        for draw, effects in enumerate(zip(*division, strict=True)):
            offer = spending.choice(_profit(list(effects)), effects[-1] if len(effects) > 1 else None)
            errors[draw] += signs[draw] @ luck[np.arange(n), offer] / len(value.fold)
    kept_errors = signs @ (kept * luck).sum(axis=1)
    return max(float(np.mean(errors**2 - kept_errors**2)) / n**2, 0.0)


def _calibrated(
    outcome: HeldOutPredictions, likely: Floats, surprise: Floats, name: str, signs: Floats
) -> Iterator[Iterator[Floats]]:
    """Yield for each division the effects (n, K) of each draw, calibrated on what is then realised."""
    mean = likely.mean(axis=0)
    for raw, fold in zip(outcome.raw[name], outcome.fold, strict=True):
        predictions = FoldPredictions.of(raw, fold)
        lines = predictions.lines(predictions.signed_sums(likely - mean, surprise, signs), mean)
        yield map(predictions.calibrated, *lines)


def _policy(effects: list[Floats], spending: Spending) -> Floats:
    """(n, K): a mean over divisions, from effects (divisions, n, K) on value and, where there is one, on cost."""
    paid = [None] * len(effects[0]) if len(effects) == 1 else effects[1]
    return np.mean([spending.best(*one) for one in zip(_profit(effects), paid, strict=True)], axis=0)


def _profit(effects: list[Floats]) -> Floats:
    return effects[0] if len(effects) == 1 else effects[0] - effects[1]

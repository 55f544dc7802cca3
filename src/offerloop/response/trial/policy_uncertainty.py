"""How much further off the value of a policy is than the spread over customers says.

Customers of one fold decide what those of the others are given, and the other way round. Where chance made a fold's
outcomes high, more of the others are given offers, and so on back: errors of the folds' values go together. With
effects near zero this error is as large as the plain one, and plain intervals hold the truth far too seldom; `make
soak` prints how often those with it do.

A wild bootstrap (Wu 1986) shows how large it is: outcome residuals of each row (of all rows of a cluster together)
change sign at random, policies are shrunk towards what is then realised, the selection is repeated, and the truth of
these draws is known; beside it the policy that was found is valued by the same draws. What estimators predict before
they are shrunk towards the realised stays as it is, so that nothing is learned again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.trial.crossfit import HeldOutPredictions
from offerloop.response.trial.fold_calibration import FoldPredictions
from offerloop.response.trial.model_selection import ModelSelection
from offerloop.response.trial.part_sums import DecisionFromSums, MeanSums
from offerloop.response.trial.spending import Spending

MOST_DRAWS, FEWEST_DRAWS = 60, 15
"""Replicates of the bootstrap."""
MOST_DRAWN = 1_000_000
"""Rows over all draws, from which there are fewer of them: with many customers little is left to chance."""


@dataclass(frozen=True, eq=False)
class WildBootstrap:
    """An estimator's policy in replicates with residuals of other signs."""

    name: str
    selection: ModelSelection
    signs: Floats
    """(draws, n)."""
    expected: Floats
    residual: Floats
    """(n, K): the profit that is expected of each offer, and what was realised beyond it."""
    offers: Ints
    """(draws, divisions, n): what each row would be given."""

    @classmethod
    def of(
        cls,
        name: str,
        outcomes: tuple[HeldOutPredictions, ...],
        selection: ModelSelection,
        spending: Spending,
        seed: int,
    ) -> WildBootstrap:
        """Build it from value, and cost where it is known."""
        expected = [one.shrunk[name].mean(axis=0) for one in outcomes]
        outcome_residual = [one.effect - mean for one, mean in zip(outcomes, expected, strict=True)]
        whose = np.arange(len(expected[0])) if selection.whose is None else selection.whose
        n, rng = len(whose), np.random.default_rng(seed)
        draws = int(np.clip(MOST_DRAWN // n, FEWEST_DRAWS, MOST_DRAWS))
        signs = np.stack([rng.choice([-1.0, 1.0], int(whose.max()) + 1)[whose] for _ in range(draws)])
        drawn = [list(_calibrated(*one, name, signs)) for one in zip(outcomes, expected, outcome_residual, strict=True)]
        offers = np.empty((draws, len(selection.fold), n), dtype=np.int64)
        for division, (folds, *each) in enumerate(zip(selection.fold, *drawn, strict=True)):
            for draw, effects in enumerate(zip(*each, strict=True)):
                paid = effects[-1] if len(effects) > 1 else None
                offers[draw, division] = spending.choice_within(folds, _profit(list(effects)), paid)
        return cls(name, selection, signs, _profit(expected), _profit(outcome_residual), offers)

    def of_policy(self) -> float:
        """Return the variance of the value of the policy, per customer, beyond that of one given from outside."""
        rows = np.arange(self.offers.shape[-1])
        errors = [
            sign @ np.mean([self.residual[rows, offer] for offer in each], axis=0)
            for sign, each in zip(self.signs, self.offers, strict=True)
        ]
        return self._beyond(np.array(errors), self.selection.policies[self.name].mean(axis=0))

    def of_forecast(self, forecast: Floats) -> float:
        """Return the same of the forecast (n, K) of the whole selection, which every draw repeats."""
        repeated = self.error_by_rows if self.selection.whose is not None else self.error_by_sums
        return self._beyond(np.array(list(map(repeated, self.signs, self.offers))), forecast)

    def error_by_rows(self, sign: Floats, each: Ints) -> float:
        """Return the error of the forecast of one draw: its signs (n,), and what each row is given (divisions, n)."""
        outcome_residual = sign[:, None] * self.residual
        every = np.eye(self.expected.shape[1])
        drawn = replace(
            self.selection,
            scores=self.expected + outcome_residual,
            policies={self.name: np.stack([every[offer] for offer in each])},
        )
        return float((drawn.forecast() * outcome_residual).sum())

    def error_by_sums(self, sign: Floats, each: Ints) -> float:
        """Return the same by sums over the folds, which is fast where rows are independent."""
        outcome_residual, error = sign[:, None] * self.residual, 0.0
        gain = self.expected + outcome_residual
        gain -= gain[:, :1]
        columns, rows = self._columns(gain, each), np.arange(len(gain))
        for places, offer in zip(self._places, each, strict=True):
            parts = [MeanSums.of(columns[own]) for own in places]
            decisions = DecisionFromSums(parts, self.name, gain.shape[1]).by_others
            by_choice = outcome_residual[rows, offer]
            for own, decision in zip(places, decisions, strict=True):
                if decision.policy == "targeted":
                    error += float(by_choice[own].sum())
                else:
                    error += float(self.selection.uniform_policy(decision) @ outcome_residual[own].sum(axis=0))
        return error / len(each)

    @cached_property
    def _places(self) -> list[list[Ints]]:
        """The rows of each fold, by division."""
        return [[np.flatnonzero(folds == one) for one in np.unique(folds)] for folds in self.selection.fold]

    def _columns(self, gain: Floats, each: Ints) -> Floats:
        """Return the columns by whose sums a draw decides (n, d), as `GainsOfSums` has them."""
        rows, expense = np.arange(len(gain)), self.selection.expense
        choice = np.mean([gain[rows, offer] for offer in each], axis=0)
        return np.column_stack([gain @ self.selection.same.T, choice, *(() if expense is None else (expense,))])

    def _beyond(self, errors: Floats, kept: Floats) -> float:
        kept_errors = self.signs @ (kept * self.residual).sum(axis=1)
        return max(float(np.mean(errors**2 - kept_errors**2)) / self.signs.shape[1] ** 2, 0.0)


def _calibrated(
    outcome: HeldOutPredictions, expected: Floats, outcome_residual: Floats, name: str, signs: Floats
) -> Iterator[Iterator[Floats]]:
    """Yield for each division the effects (n, K) of each draw, calibrated on what is then realised."""
    if not outcome_residual.any():
        yield from (repeat(drawn, len(signs)) for drawn in outcome.shrunk[name])
        return
    mean = expected.mean(axis=0)
    for raw, fold in zip(outcome.raw[name], outcome.fold, strict=True):
        predictions = FoldPredictions.of(raw, fold, outcome.whose)
        lines = predictions.lines(predictions.signed_sums(expected - mean, outcome_residual, signs), mean)
        yield map(predictions.calibrated, *lines)


def _profit(effects: list[Floats]) -> Floats:
    return effects[0] if len(effects) == 1 else effects[0] - effects[1]

"""Model selection on left-out customers: which estimator to use, what to give whom, and what that will bring.

Every candidate is a policy: nobody, everybody the same offer, or the offer that an estimator holds best for each. To
compare estimators where everybody could be treated, or nobody, the customers are ranked by their best effect and the
value is averaged over all shares that could be treated (the area under the uplift curve): that is the policy that
treats customer i with probability 1 - rank_i / n. This area separates estimators only in large samples. So: keep the
estimators whose area is not significantly below the best; find the lowest R-loss among them; take the simplest one
whose R-loss is not significantly higher. The R-loss (Nie and Wager 2021; Schuler et al. 2018 compare such criteria) is
what effects leave unexplained of the outcome:

    (y_i - m(x_i) - sum over offers k (1[i got k] - e_ik) effect_ik)^2

What is then given to whom is decided by `decision`. On a subset of the rows, thresholds are multiplied by
sqrt(n_subset / n), so that a fold decides as all rows would.

A forecast must not be the value of what was chosen because it looked best: customers of each fold are given what a
model selection among the *other* folds decides, and the value of that is the forecast. Were the decision itself to ask
for proof, fewer rows would give it less often, and every forecast would be biased towards zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import rankdata

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z95, Estimate
from offerloop.response.evidence import Rows
from offerloop.response.terms import OfferTerms
from offerloop.response.trial.crossfit import HeldOutPredictions
from offerloop.response.trial.decision import Decision, GainsOfRows, decide, z_value
from offerloop.response.trial.spending import Spending
from offerloop.response.trial.spread import mean_estimate

Z_LOWER_AREA, Z_HIGHER_LOSS = 2.576, Z95
"""Standard errors from which an estimator's area is significantly lower, and its R-loss significantly higher."""


@dataclass(frozen=True, eq=False)
class ModelSelection:
    """Candidates and what left-out customers say of each; profit is value less cost, or value without cost."""

    scores: Floats
    """(n, K): doubly robust scores of profit."""
    policies: Mapping[str, Floats]
    """The probability of each offer (divisions, n, K), by estimator."""
    rankings: Mapping[str, Floats]
    """The policy of the area (n, K), a mean over divisions, by estimator."""
    same: Floats
    """(K, K): for each offer the probabilities of giving it to everybody, as far as the budget reaches."""
    fold: Ints
    """(divisions, n)."""
    losses: Mapping[str, Floats]
    """R-losses (n,), what an estimator's effects leave unexplained of profit, by estimator."""
    expense: Floats | None = None
    """(n, K): what tells how expensive offers are: their cost or depth; None where nothing does."""
    whose: Ints | None = None
    """(n,): clusters of rows."""

    @classmethod
    def of(
        cls,
        value: HeldOutPredictions,
        cost: HeldOutPredictions | None,
        spending: Spending,
        offers: tuple[OfferTerms, ...],
        whose: Ints | None = None,
    ) -> ModelSelection:
        """Build it from what was found of value and cost."""
        policies, rankings, losses = {}, {}, {}
        left = value.left if cost is None else value.left - cost.left
        for name, gain in value.shrunk.items():
            paid = None if cost is None else cost.shrunk[name]
            profit = gain if paid is None else gain - paid
            every = np.eye(profit.shape[-1])
            policies[name] = np.stack(
                [
                    every[spending.choice_within(folds, profit[d], None if paid is None else paid[d])]
                    for d, folds in enumerate(value.fold)
                ]
            )
            rankings[name] = np.mean([ranking(*pair) for pair in zip(profit, value.fold, strict=True)], axis=0)
            losses[name] = (left - (value.treatment_residual * profit.mean(axis=0)).sum(axis=1)) ** 2
        scores = value.scores if cost is None else value.scores - cost.scores
        same = spending.same(scores.shape[1], None if cost is None else cost.effect.mean(axis=0))
        if cost is not None:
            expense: Floats | None = cost.effect
        else:
            depths = known_depths(offers)
            expense = None if depths is None else np.tile(depths, (len(scores), 1))
        return cls(scores, policies, rankings, same, value.fold, losses, expense, whose)

    @cached_property
    def gain(self) -> Floats:
        """(n, K): differences of the scores from no offer."""
        return self.scores - self.scores[:, :1]

    @cached_property
    def alone(self) -> Floats:
        """(n, K): the gain from each offer for everybody, as far as the budget reaches."""
        return self.gain @ self.same.T

    @cached_property
    def by_choice(self) -> Mapping[str, Floats]:
        """The gain (n,) from what an estimator holds best for each, by estimator."""
        return {name: np.einsum("nk,nk->n", one.mean(axis=0), self.gain) for name, one in self.policies.items()}

    def decide(self, rows: Rows | slice = slice(None)) -> Decision:
        """Return, for some rows: the estimator, the best offer for everybody, and whether to choose customers."""
        threshold_scale = float(np.sqrt(len(self.gain[rows]) / len(self.gain)))
        estimator = self._estimator(rows, threshold_scale)
        return decide(self._gains(estimator, rows), estimator, threshold_scale)

    def _gains(self, estimator: str, rows: Rows | slice) -> GainsOfRows:
        expense = None if self.expense is None else self.expense[rows]
        whose = None if self.whose is None else self.whose[rows]
        return GainsOfRows(self.alone[rows], self.by_choice[estimator][rows], expense, whose)

    def _estimator(self, rows: Rows | slice, threshold_scale: float) -> str:
        """Return the simplest estimator whose area and R-loss are not significantly worse than the best."""
        if len(self.policies) == 1:
            return next(iter(self.policies))
        whose = None if self.whose is None else self.whose[rows]
        areas = {name: area[rows] for name, area in self.areas.items()}
        most = max(areas, key=lambda name: float(areas[name].mean()))
        left = {
            name: self.losses[name][rows]
            for name, area in areas.items()
            if z_value(areas[most] - area, whose) <= Z_LOWER_AREA * threshold_scale
        }
        least = min(left, key=lambda name: float(left[name].mean()))
        return next(
            name for name, area in left.items() if z_value(area - left[least], whose) <= Z_HIGHER_LOSS * threshold_scale
        )

    @cached_property
    def areas(self) -> Mapping[str, Floats]:
        """(n,): what each customer adds to the area, by estimator; its mean is the area, per customer."""
        return {name: np.einsum("nk,nk->n", one, self.gain) for name, one in self.rankings.items()}

    def gain_over_random(self, name: str) -> Estimate:
        """The area of an estimator less that of random customers with the offer that is best for everybody."""
        random = self.gain[:, 1 + int(np.argmax(self.gain[:, 1:].mean(axis=0)))] / 2
        return mean_estimate(self.areas[name] - random, self.whose)

    def chosen(self, decision: Decision) -> Floats:
        """(n, K): the policy of a decision, a mean over divisions."""
        if decision.policy == "targeted":
            return self.policies[decision.estimator].mean(axis=0)
        return np.tile(self.uniform_policy(decision), (len(self.scores), 1))

    def forecast(self) -> Floats:
        """(n, K): what each would be given by a selection without their fold, a mean over divisions."""
        propensities = np.zeros_like(self.scores)
        for division, folds in enumerate(self.fold):
            for held_fold in np.unique(folds):
                out = folds == held_fold
                decision = self.decide(~out)
                if decision.policy == "targeted":
                    propensities[out] += self.policies[decision.estimator][division, out]
                else:
                    propensities[out] += self.uniform_policy(decision)
        return propensities / len(self.fold)

    def uniform_policy(self, decision: Decision) -> Floats:
        """(K,): what everybody is given by a decision that chooses no customers."""
        return self.same[decision.offer if decision.policy == "everyone" else 0]


def known_depths(offers: tuple[OfferTerms, ...]) -> Floats | None:
    """(K,): depths of offers that differ in nothing else: the less deep is less expensive. None of others."""
    if len({one.family for one in offers[1:]}) != 1 or len({one.depth for one in offers[1:]}) != len(offers) - 1:
        return None
    return np.array([one.depth for one in offers])


def ranking(profit: Floats, fold: Ints) -> Floats:
    """(n, K): each customer's best offer with probability 1 - `rank_share`, nothing otherwise."""
    ranks = np.zeros_like(profit)
    rows, best = np.arange(len(profit)), 1 + profit[:, 1:].argmax(axis=1)
    share_above = rank_share(profit[rows, best], fold)
    ranks[rows, best] = 1 - share_above
    ranks[:, 0] = share_above
    return ranks


def rank_share(score: Floats, fold: Ints) -> Floats:
    """Return the share of the same fold with a higher score (n,); ties count half.

    Ranks are not taken across folds: a fold whose outcomes were low by chance is predicted high next to the others,
    because the models for those were fitted on it, so that an order across folds would turn chance into its opposite.
    """
    share_above = np.empty(len(score))
    for held_fold in np.unique(fold):
        rows = fold == held_fold
        share_above[rows] = (rankdata(-score[rows]) - 0.5) / rows.sum()
    return share_above

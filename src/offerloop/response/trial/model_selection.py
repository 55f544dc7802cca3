"""Model selection on left-out customers: which estimator to use, whether to personalise, and what that will bring.

Every candidate is a policy: nobody, everybody the same offer, or the offer that an estimator holds best for each. To
compare estimators where everybody could be treated, or nobody, the customers are ranked by their best effect and the
value is averaged over all shares that could be treated (the area under the uplift curve): that is the policy that
treats customer i with probability 1 - rank_i / n. That value is told apart with many customers only; among estimators
that bring not clearly less than the best, the one counts whose effects leave least of the outcome unexplained, by the
R-loss (Nie and Wager 2021; Schuler et al. 2018 compare such criteria), the simplest of those not clearly behind:

    (y_i - m(x_i) - sum over offers k (1[i got k] - e_ik) effect_ik)^2

A forecast must not be the value of what was chosen because it looked best: customers of each fold are given what a
model selection among the *other* folds decides, and the value of that is the forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import rankdata

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z95, Estimate, se_of
from offerloop.response.evidence import Rows
from offerloop.response.trial.crossfit import HeldOutPredictions
from offerloop.response.trial.spending import Spending

WORSE, FARTHER = 2.576, 1.96
"""Standard errors from which an estimator brings less than another, and from which its predictions miss by more."""
Verdict = Literal["nothing", "everyone", "targeted"]


@dataclass(frozen=True)
class Decision:
    """What to do."""

    verdict: Verdict
    estimator: str
    """The estimator that ranks customers."""
    offer: int
    """The best one for everybody; position among the offers."""


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

    @classmethod
    def of(cls, value: HeldOutPredictions, cost: HeldOutPredictions | None, spending: Spending) -> ModelSelection:
        """From what was found of value and cost."""
        policies, rankings, losses = {}, {}, {}
        left = value.left if cost is None else value.left - cost.left
        for name, gain in value.shrunk.items():
            paid = None if cost is None else cost.shrunk[name]
            profit = gain if paid is None else gain - paid
            pairs = [(profit[d], None if paid is None else paid[d]) for d in range(len(profit))]
            policies[name] = np.stack([spending.best(*pair) for pair in pairs])
            rankings[name] = np.mean([ranking(*pair) for pair in zip(profit, value.fold, strict=True)], axis=0)
            losses[name] = (left - (value.surprise * profit.mean(axis=0)).sum(axis=1)) ** 2
        scores = value.scores if cost is None else value.scores - cost.scores
        mean_cost = None if cost is None else cost.effect.mean(axis=0)
        return cls(scores, policies, rankings, spending.same(scores.shape[1], mean_cost), value.fold, losses)

    def decide(self, rows: Rows | slice = slice(None)) -> Decision:
        """On some rows: the estimator, the best offer for everybody, and whether any of it pays."""
        scores = self.scores[rows]
        gain = scores - scores[:, :1]
        offer = 1 + int(np.argmax(self.same[1:] @ gain.mean(axis=0)))
        estimator = self._estimator(rows)
        everyone = gain @ self.same[offer]
        targeted = np.einsum("nk,nk->n", self.policies[estimator].mean(axis=0)[rows], gain)
        base = everyone if _low(everyone) > 0 else np.zeros_like(everyone)
        if _low(targeted - base) > 0:
            return Decision("targeted", estimator, offer)
        return Decision("everyone" if base is everyone else "nothing", estimator, offer)

    def _estimator(self, rows: Rows | slice) -> str:
        """Choose, of those that bring not clearly less than the best, the first that misses by not clearly more."""
        areas = {name: self.area(name)[rows] for name in self.rankings}
        most = max(areas, key=lambda name: float(areas[name].mean()))
        left = {name: self.losses[name][rows] for name, one in areas.items() if _behind(areas[most] - one) <= WORSE}
        least = min(left, key=lambda name: float(left[name].mean()))
        return next(name for name, one in left.items() if _behind(one - left[least]) <= FARTHER)

    def area(self, name: str) -> Floats:
        """(n,): what each customer adds to the area of an estimator; its mean is the area, per customer."""
        return np.einsum("nk,nk->n", self.rankings[name], self.scores - self.scores[:, :1])

    def gain_over_random(self, name: str) -> Estimate:
        """The area of an estimator less that of random customers with the offer that is best for everybody."""
        effect = self.scores - self.scores[:, :1]
        random = effect[:, 1 + int(np.argmax(effect[:, 1:].mean(axis=0)))] / 2
        return mean_estimate(self.area(name) - random)

    def chosen(self, decision: Decision) -> Floats:
        """(n, K): the policy of a decision, a mean over divisions."""
        if decision.verdict == "targeted":
            return self.policies[decision.estimator].mean(axis=0)
        return np.tile(self._alike(decision), (len(self.scores), 1))

    def forecast(self) -> tuple[Floats, float]:
        """(n, K): what each would be given by a selection without their fold; and the variance of the decisions.

        Where folds decide differently, what is decided hangs on luck, which the spread over customers does not hold:
        the variance is that of the decisions' values (per customer, over nothing) over the selections.
        """
        given, decisions = np.zeros_like(self.scores), []
        for division, parts in enumerate(self.fold):
            for part in np.unique(parts):
                out = parts == part
                decision = self.decide(~out)
                decisions.append(decision)
                if decision.verdict == "targeted":
                    given[out] += self.policies[decision.estimator][division, out]
                else:
                    given[out] += self._alike(decision)
        gain = self.scores - self.scores[:, :1]
        values = [float(np.einsum("nk,nk->n", self.chosen(one), gain).mean()) for one in decisions]
        return given / len(self.fold), float(np.var(values))

    def _alike(self, decision: Decision) -> Floats:
        return self.same[decision.offer if decision.verdict == "everyone" else 0]


def ranking(profit: Floats, fold: Ints) -> Floats:
    """(n, K): each customer's best offer with probability 1 - `ahead`, nothing otherwise."""
    found = np.zeros_like(profit)
    rows, best = np.arange(len(profit)), 1 + profit[:, 1:].argmax(axis=1)
    behind = ahead(profit[rows, best], fold)
    found[rows, best] = 1 - behind
    found[:, 0] = behind
    return found


def ahead(score: Floats, fold: Ints) -> Floats:
    """(n,): share of the same fold with a higher score, tied ones by half.

    Not of everybody: a fold whose outcomes were low by luck is predicted high next to the others, because those were
    learned from it, so that in an order across folds luck would turn into its opposite.
    """
    found = np.empty(len(score))
    for part in np.unique(fold):
        rows = fold == part
        found[rows] = (rankdata(-score[rows]) - 0.5) / rows.sum()
    return found


def mean_estimate(rows: Floats) -> Estimate:
    """Return the mean of rows (n,) with its interval."""
    return Estimate.of(float(rows.mean()), _se(rows))


def widened_estimate(found: Estimate, variance: float) -> Estimate:
    """Return an estimate with a further variance of its value."""
    return Estimate.of(found.value, float(np.hypot(se_of(found), np.sqrt(variance))))


def _se(rows: Floats) -> float:
    return float(rows.std(ddof=1) / np.sqrt(len(rows)))


def _low(rows: Floats) -> float:
    return float(rows.mean()) - Z95 * _se(rows)


def _behind(rows: Floats) -> float:
    """Return how far a mean lies above zero, in standard errors."""
    se = _se(rows)
    return float(rows.mean()) / se if se > 0 else 0.0

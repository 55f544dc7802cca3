"""One trial from evidence to policy: held-out effects, model selection with its forecast, effects from all rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Estimate
from offerloop.response.estimators.catalogue import ESTIMATORS
from offerloop.response.evidence import Estimator, Evidence, Fitted
from offerloop.response.terms import OfferTerms
from offerloop.response.trial.crossfit import Calibration, HeldOutPredictions, divisions, held_out
from offerloop.response.trial.model_selection import Decision, ModelSelection, mean_estimate, widened_estimate
from offerloop.response.trial.policy_uncertainty import unsteadiness
from offerloop.response.trial.spending import Spending

N_DIVISIONS = 2
"""Times that customers are divided into folds anew."""
MOST_ROWS = 200_000
"""Rows that judge estimators at most, drawn at random; what is applied learns from all."""


@dataclass(frozen=True, eq=False)
class TrialStudy:
    """The results of all estimators on left-out customers, and the decision that follows."""

    rows: Ints
    """Positions of the rows that judge, in the evidence."""
    value: HeldOutPredictions
    cost: HeldOutPredictions | None
    selection: ModelSelection
    decision: Decision
    forecast: Floats
    """(rows, K): what each would be given by a selection that has not seen them."""
    undecided: float
    """Variance of the value of what these selections decide."""
    spending: Spending
    seed: int

    @property
    def each_profit(self) -> Floats:
        """(divisions, rows, K): effects of every offer by the chosen estimator, drawn to what is realised."""
        gain = self.value.shrunk[self.decision.estimator]
        return gain if self.cost is None else gain - self.cost.shrunk[self.decision.estimator]

    @property
    def profit(self) -> Floats:
        """(rows, K): the same, a mean over divisions."""
        return self.each_profit.mean(axis=0)

    @property
    def forecast_profit(self) -> Estimate:
        """Per customer over nothing."""
        found = mean_estimate(np.einsum("nk,nk->n", self.forecast, self.effect))
        return widened_estimate(found, self.undecided)

    def policy_value(self, name: str) -> Estimate:
        """Return the value of an estimator's policy, per customer over nothing."""
        policy = self.selection.policies[name].mean(axis=0)
        return widened_estimate(mean_estimate(np.einsum("nk,nk->n", policy, self.effect)), self.unsteady(name))

    def unsteady(self, name: str) -> float:
        """See `unsteadiness`."""
        return unsteadiness(name, self.value, self.cost, self.spending, self.seed)

    @property
    def effect(self) -> Floats:
        """(rows, K): doubly robust differences of profit from no offer."""
        return self.selection.scores - self.selection.scores[:, :1]


@dataclass(frozen=True, eq=False)
class LearnedEffects:
    """Effects for any customer, by the chosen estimator."""

    offers: tuple[OfferTerms, ...]
    value: Fitted
    cost: Fitted | None
    value_line: Calibration
    cost_line: Calibration | None
    decision: Decision
    spending: Spending
    same: Floats

    def effects(self, features: Floats) -> tuple[Floats, Floats | None]:
        """Value and cost (n, K) of every offer against none, drawn to what left-out customers showed."""
        value = self.value_line.applied(self.value.effects(features, self.offers))
        if self.cost is None or self.cost_line is None:
            return value, None
        return value, self.cost_line.applied(self.cost.effects(features, self.offers))

    def se(self, features: Floats) -> Floats:
        """(n, K): rough standard errors of profit."""
        found = self.value_line.se(self.value.effects(features, self.offers))
        if self.cost is None or self.cost_line is None:
            return found
        return np.hypot(found, self.cost_line.se(self.cost.effects(features, self.offers)))

    def policy(self, features: Floats) -> Floats:
        """(n, K): probability of each offer."""
        if self.decision.verdict == "targeted":
            value, cost = self.effects(features)
            return self.spending.best(value if cost is None else value - cost, cost)
        return np.tile(self.same[self.decision.offer if self.decision.verdict == "everyone" else 0], (len(features), 1))


def study_trial(
    value: Evidence,
    cost: Evidence | None,
    spending: Spending,
    seed: int,
    estimators: Mapping[str, Estimator] | None = None,
    tell: Callable[[], None] = lambda: None,
) -> TrialStudy:
    """Judge estimators on customers whom they have not seen, and decide; `tell` is called after each fit."""
    found = known_estimators() if estimators is None else estimators
    rows = np.arange(value.size)
    if value.size > MOST_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(value.size, MOST_ROWS, replace=False))
    judged = value.of(rows)
    fold = divisions(len(rows), N_DIVISIONS, seed, judged.customer)
    held = held_out(judged, found, fold, seed, tell)
    paid = None if cost is None else held_out(cost.after(value).of(rows), found, fold, seed, tell)
    selection = ModelSelection.of(held, paid, spending)
    return TrialStudy(rows, held, paid, selection, selection.decide(), *selection.forecast(), spending, seed)


def learn_effects(
    study: TrialStudy, value: Evidence, cost: Evidence | None, spending: Spending, seed: int
) -> LearnedEffects:
    """Fit the chosen estimator to all rows."""
    name = study.decision.estimator
    estimator = ESTIMATORS.load(name)()
    return LearnedEffects(
        offers=value.offers,
        value=estimator.fit(value, seed),
        cost=None if cost is None else estimator.fit(cost.after(value), seed),
        value_line=study.value.lines[name],
        cost_line=None if study.cost is None else study.cost.lines[name],
        decision=study.decision,
        spending=spending,
        same=study.selection.same,
    )


def known_estimators() -> dict[str, Estimator]:
    """Return all estimators of the catalogue, the simplest first."""
    return {name: ESTIMATORS.load(name)() for name in ESTIMATORS.names()}

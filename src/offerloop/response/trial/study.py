"""One trial from evidence to policy: held-out effects, model selection with its forecast, effects from all rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Estimate, se_of
from offerloop.response.estimators.catalogue import CLOSED_FORM, ESTIMATORS
from offerloop.response.evidence import Estimator, Evidence, Fitted, learned
from offerloop.response.terms import OfferTerms
from offerloop.response.trial.crossfit import Calibration, HeldOutPredictions, divisions, held_out
from offerloop.response.trial.decision import Decision, Policy
from offerloop.response.trial.model_selection import ModelSelection
from offerloop.response.trial.policy_uncertainty import WildBootstrap
from offerloop.response.trial.spending import Spending
from offerloop.response.trial.spread import mean_estimate, standard_error, widened_estimate
from offerloop.response.trial.verdict import (
    Conclusion,
    FollowUp,
    conclusion,
    follow_up_trial,
    least_error,
    p_value_of_best,
    skew_of_gain,
)

N_DIVISIONS = 2
"""Number of different divisions of the customers into folds."""
MOST_ROWS = 100_000
"""Most rows on which all estimators are compared, sampled at random; all other results use every row."""
WHOLE_SEED = 0
"""Seed of the folds of a table with more rows, always the same, so that results do not depend on `seed`."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The results of estimators on left-out customers."""

    profit: Evidence
    """Value less cost of the rows."""
    value: HeldOutPredictions
    cost: HeldOutPredictions | None
    selection: ModelSelection
    spending: Spending
    seed: int

    @classmethod
    def of(
        cls,
        value: Evidence,
        cost: Evidence | None,
        spending: Spending,
        seed: int,
        estimators: Mapping[str, Estimator],
        on_fold: Callable[[], None],
        number: int,
    ) -> Comparison:
        """Learn on all folds but one and predict that one, for `number` divisions into folds."""
        fold = divisions(value.size, number, seed, value.customer)
        held = held_out(value, estimators, fold, seed, on_fold)
        paid = None if cost is None else held_out(cost, estimators, fold, seed, on_fold)
        selection = ModelSelection.of(held, paid, spending, value.offers, value.customer)
        profit = value if cost is None else replace(value, outcome=value.outcome - cost.outcome)
        return cls(profit, held, paid, selection, spending, seed)

    def draws(self, name: str) -> WildBootstrap:
        """Return the wild bootstrap of an estimator's policy."""
        outcomes = (self.value,) if self.cost is None else (self.value, self.cost)
        return WildBootstrap.of(name, outcomes, self.selection, self.spending, self.seed)

    def policy_value(self, name: str) -> Estimate:
        """Return the value of an estimator's policy, per customer over nothing."""
        return widened_estimate(
            mean_estimate(self.selection.by_choice[name], self.profit.customer), self.draws(name).of_policy()
        )


@dataclass(frozen=True, eq=False)
class TrialStudy:
    """The results of all estimators on left-out customers, and the decision that follows."""

    compared: Comparison
    """All estimators, on a sample of a large table."""
    judged: Comparison
    """Those in closed form and the one that the sample chooses, on all rows; one of them is chosen there."""
    decision: Decision

    @property
    def value(self) -> HeldOutPredictions:
        """Value, as models of other customers see it."""
        return self.judged.value

    @property
    def cost(self) -> HeldOutPredictions | None:
        """Cost, as models of other customers see it."""
        return self.judged.cost

    @property
    def selection(self) -> ModelSelection:
        """The candidates on all rows."""
        return self.judged.selection

    @property
    def whose(self) -> Ints | None:
        """(rows,): clusters of rows."""
        return self.judged.profit.customer

    @property
    def each_profit(self) -> Floats:
        """(divisions, rows, K): effects of every offer by the chosen estimator, shrunk towards what is realised."""
        gain = self.value.shrunk[self.decision.estimator]
        return gain if self.cost is None else gain - self.cost.shrunk[self.decision.estimator]

    @property
    def profit(self) -> Floats:
        """(rows, K): the same, a mean over divisions."""
        return self.each_profit.mean(axis=0)

    @property
    def effect(self) -> Floats:
        """(rows, K): doubly robust differences of profit from no offer."""
        return self.selection.gain

    @cached_property
    def forecast(self) -> Floats:
        """(rows, K): what each would be given by a selection that has not seen them."""
        return self.selection.forecast()

    @cached_property
    def draws(self) -> WildBootstrap:
        """The wild bootstrap of the chosen estimator's policy."""
        return self.judged.draws(self.decision.estimator)

    @cached_property
    def policy_selection_variance(self) -> float:
        """Variance of the value of the chosen estimator's policy beyond the spread over customers."""
        return self.draws.of_policy()

    @cached_property
    def forecast_selection_variance(self) -> float:
        """Variance of the forecast beyond the spread over customers."""
        return self.draws.of_forecast(self.forecast)

    @cached_property
    def forecast_profit(self) -> Estimate:
        """Per customer over nothing."""
        profit = mean_estimate(np.einsum("nk,nk->n", self.forecast, self.effect), self.whose)
        error = max(se_of(profit), self._skew_and_least_error[1])
        return widened_estimate(Estimate.of(profit.value, error), self.forecast_selection_variance)

    @cached_property
    def _skew_and_least_error(self) -> tuple[float, float]:
        """The skewness of the decided policy's gain, and the standard error that it has at least; 0 for clusters."""
        if self.whose is not None:
            return 0.0, 0.0
        profit, policy = self.judged.profit, self.selection.chosen(self.decision)
        expected = self.value.expected if self.cost is None else self.value.expected - self.cost.expected
        residual = profit.outcome - expected[np.arange(profit.size), profit.action]
        skew = skew_of_gain(profit, policy)
        return skew, least_error(residual, profit.action, policy, skew)

    @cached_property
    def p_value(self) -> float:
        """p-value of the chosen policy, adjusted for choosing the best of all candidates (Dunnett)."""
        choice, (skew, least) = self.selection.by_choice[self.decision.estimator], self._skew_and_least_error
        gains = np.column_stack([self.selection.alone[:, 1:], choice])
        errors = np.array([standard_error(one, self.whose) for one in gains.T])
        errors[-1] = np.hypot(errors[-1], np.sqrt(self.policy_selection_variance))
        chosen = gains.shape[1] - 1 if self.decision.policy == "targeted" else self.decision.offer - 1
        errors[chosen] = max(errors[chosen], least)
        return p_value_of_best(gains, errors, chosen, self.whose, skew)

    @cached_property
    def follow_up(self) -> FollowUp | None:
        """The trial of the decided policy that would detect the forecast gain; None if that is not positive."""
        rows = np.einsum("nk,nk->n", self.forecast, self.effect)
        plain = standard_error(rows)
        wider = standard_error(rows, self.whose) / plain if plain > 0 else 1.0
        policy = self.selection.chosen(self.decision)
        return follow_up_trial(self.forecast_profit, self.judged.profit, policy, max(wider, 1.0))

    @cached_property
    def conclusion(self) -> Conclusion:
        """Whether the decided policy pays, may pay or does not pay, by its forecast."""
        if self.decision.policy == "nothing":
            return "does_not_pay"
        return conclusion(self.forecast_profit, self.p_value, self.follow_up, len(self.effect))

    @property
    def verdict(self) -> Policy:
        """What is recommended for all customers: nothing, unless the decided policy clearly pays."""
        return self.decision.policy if self.conclusion == "pays" else "nothing"


@dataclass(frozen=True, eq=False)
class LearnedEffects:
    """Effects for any customer, by the chosen estimator."""

    offers: tuple[OfferTerms, ...]
    value: Fitted
    cost: Fitted | None
    value_line: Calibration
    cost_line: Calibration | None
    decision: Decision
    verdict: Policy
    spending: Spending
    same: Floats

    def effects(self, features: Floats) -> tuple[Floats, Floats | None]:
        """Value and cost (n, K) of every offer against none, shrunk towards what left-out customers showed."""
        value = self.value_line.applied(self.value.effects(features, self.offers))
        if self.cost is None or self.cost_line is None:
            return value, None
        return value, self.cost_line.applied(self.cost.effects(features, self.offers))

    def se(self, features: Floats) -> Floats:
        """(n, K): rough standard errors of profit."""
        errors = self.value_line.se(self.value.effects(features, self.offers))
        if self.cost is None or self.cost_line is None:
            return errors
        return np.hypot(errors, self.cost_line.se(self.cost.effects(features, self.offers)))

    @property
    def is_shared(self) -> bool:
        """Whether what a customer is given depends on all others, because they share a budget or a limit."""
        return self.spending.limit is not None and "targeted" in (self.verdict, self.decision.policy)

    def policy(self, features: Floats) -> Floats:
        """(n, K): probability of each offer, as far as that clearly pays."""
        return self.probabilities(self.verdict, *self.effects(features))

    def held_best(self, features: Floats) -> Floats:
        """(n, K): probability of each offer under the policy with the best estimate, whether or not it clearly pays."""
        return self.probabilities(self.decision.policy, *self.effects(features))

    def probabilities(self, policy: Policy, value: Floats, cost: Floats | None) -> Floats:
        """(n, K): probability of each offer under a policy, for customers with these effects (n, K)."""
        if policy == "targeted":
            return self.spending.best(value if cost is None else value - cost, cost)
        return np.tile(self.same[self.decision.offer if policy == "everyone" else 0], (len(value), 1))


def study_trial(
    value: Evidence,
    cost: Evidence | None,
    spending: Spending,
    seed: int,
    estimators: Mapping[str, Estimator] | None = None,
    on_fold: Callable[[], None] = lambda: None,
) -> TrialStudy:
    """Judge estimators on customers whom they have not seen, and decide; `on_fold` is called after each fit."""
    candidates = known_estimators() if estimators is None else estimators
    after = None if cost is None else cost.after(value)
    if value.size <= MOST_ROWS:
        compared = Comparison.of(value, after, spending, seed, candidates, on_fold, N_DIVISIONS)
        return TrialStudy(compared, compared, compared.selection.decide())
    rows = np.sort(np.random.default_rng(seed).choice(value.size, MOST_ROWS, replace=False))
    sampled = value.of(rows), None if after is None else after.of(rows)
    compared = Comparison.of(*sampled, spending, seed, candidates, on_fold, 1)
    decision = compared.selection.decide()
    quick = {name: one for name, one in candidates.items() if name in {decision.estimator, *CLOSED_FORM}}
    judged = Comparison.of(value, after, spending, WHOLE_SEED, quick, lambda: None, 1)
    return TrialStudy(compared, judged, judged.selection.decide())


def learn_effects(
    study: TrialStudy, value: Evidence, cost: Evidence | None, spending: Spending, seed: int
) -> LearnedEffects:
    """Fit the chosen estimator to all rows."""
    name = study.decision.estimator
    estimator = ESTIMATORS.load(name)()
    return LearnedEffects(
        offers=value.offers,
        value=learned(estimator, value, seed),
        cost=None if cost is None else learned(estimator, cost.after(value), seed),
        value_line=study.value.line(name),
        cost_line=None if study.cost is None else study.cost.line(name),
        decision=study.decision,
        verdict=study.verdict,
        spending=spending,
        same=study.selection.same,
    )


def known_estimators() -> dict[str, Estimator]:
    """Return all estimators of the catalogue, the simplest first."""
    return {name: ESTIMATORS.load(name)() for name in ESTIMATORS.names()}

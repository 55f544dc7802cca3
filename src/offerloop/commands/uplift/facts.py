"""From the study of a trial to what its page tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.commands.uplift.findings import (
    Arm,
    Balance,
    Decile,
    Group,
    Note,
    Overlap,
    Ranked,
    ResponseType,
    UpliftFindings,
    Worth,
)
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.trial import Trial
from offerloop.evaluation import Estimate, Log, Predictions, difference_of_policies, dr, effective_size, snips
from offerloop.response import (
    CustomerOrdering,
    Evidence,
    SureThingCost,
    TrialStudy,
    cost_of_sure_things,
    expected_outcomes,
    has_response_types,
    mean_estimate,
    outcome_kind,
    ratio_estimate,
    response_type_rows,
    response_type_shares,
    robust_scores,
    widened_estimate,
)
from offerloop.workspace import numeric_column

BALANCES = 20
"""Differences between arms that are told, the largest."""
MOST_GROUPS, FEWEST_IN_GROUP = 20, 50


@dataclass(frozen=True)
class Facts:
    """One study, asked for the parts of its findings; arrays are of the rows that judge."""

    trial: Trial
    study: TrialStudy
    asked: UpliftRequest

    def findings(self, place: str) -> UpliftFindings:
        """All of them."""
        decision, trial, wasted = self.study.decision, self.trial, self._sure_things()
        return UpliftFindings(
            place=place,
            n=trial.value.size,
            treatment=self.asked.treatment,
            outcome=self.asked.outcome,
            value=self.asked.value,
            cost=self.asked.cost,
            control=trial.arms.names[0],
            design=trial.design,
            outcome_kind=outcome_kind(trial.outcome),
            verdict=decision.verdict,
            offer=trial.arms.names[decision.offer],
            estimator=decision.estimator,
            targeting=self.study.selection.gain_over_random(decision.estimator),
            forecast=self._forecast(),
            budget=self.asked.budget,
            arms=tuple(self._arms()),
            ranked=tuple(self._ranked()),
            policies=tuple(self._policies()),
            curve=tuple(CustomerOrdering(self.study, self.asked.seed).steps()),
            deciles=tuple(self._deciles()),
            types=tuple(self._types()),
            sure_things_cost=None if wasted is None else wasted.share,
            sure_things_money=None if wasted is None else wasted.per_customer,
            groups=tuple(self._groups()),
            balance=tuple(self._balance()),
            balance_p=trial.balance_p,
            ratio_p=trial.ratio_p,
            overlap=tuple(self._overlap()) if trial.design == "observational" else (),
            negative_controls={name: self._on(name) for name in self.asked.negative_controls},
            features=trial.encoding.names,
            notes=(*trial.notes, *(() if has_response_types(self.evidence.outcome) else (Note("no_types"),))),
        )

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence of value."""
        return self.trial.value.of(self.study.rows)

    @cached_property
    def log(self) -> Log:
        """The trial as a log of decisions."""
        value, rows = self.evidence, np.arange(self.evidence.size)
        cost = None if self.trial.cost is None else self.trial.cost.outcome[self.study.rows]
        chance = value.chance / value.chance.sum(axis=1, keepdims=True)
        own = chance[rows, value.action]
        return Log(value.action, own, value.outcome, self.trial.arms.names, cost, chance)

    @cached_property
    def bought(self) -> Evidence:
        """Whether there was any outcome."""
        return replace(self.evidence, outcome=(self.trial.outcome[self.study.rows] != 0).astype(np.float64))

    @cached_property
    def chances(self) -> Floats:
        """(rows, K): of any outcome under each offer, by models of other customers."""
        return np.clip(expected_outcomes(self.bought, self.study.value.fold[0]), 0.0, 1.0)

    def _effects_of(self, outcome: Floats) -> Floats:
        """(rows, K): doubly robust differences from no offer on another outcome."""
        other = replace(self.evidence, outcome=outcome[self.study.rows])
        scores = robust_scores(other, expected_outcomes(other, self.study.value.fold[0]))
        return scores - scores[:, :1]

    def _worth(self, kind: str, name: str, policy: Floats) -> Worth:
        cost = None if self.study.cost is None else self.study.cost.expected
        predictions, log = Predictions(self.study.value.expected, cost), self.log
        nobody = np.zeros(self.evidence.size, dtype=np.int64)
        robust = difference_of_policies(dr(log, policy, predictions), dr(log, nobody, predictions))
        weighted = difference_of_policies(snips(log, policy), snips(log, nobody))
        return Worth(
            kind=kind,  # type: ignore[arg-type]
            name=name,
            treated_share=float(1 - policy[:, 0].mean()),
            profit=robust.profit or robust.value,
            snips=weighted.profit or weighted.value,
            cost=robust.cost,
        )

    def _forecast(self) -> Worth:
        found = self._worth("forecast", self.study.decision.estimator, self.study.forecast)
        return replace(
            found, profit=self.study.forecast_profit, snips=widened_estimate(found.snips, self.study.undecided)
        )

    def _arms(self) -> Iterator[Arm]:
        outcome = self._effects_of(self.trial.outcome)
        value, cost = self.study.value.effect, self.study.cost
        for k, name in enumerate(self.trial.arms.names):
            own = self.trial.outcome[self.trial.arms.action == k]
            worth = k > 0 and self.asked.value is not None
            yield Arm(
                name=name,
                n=len(own),
                mean=mean_estimate(own),
                effect=mean_estimate(outcome[:, k]) if k else None,
                value=mean_estimate(value[:, k]) if worth else None,
                cost=mean_estimate(cost.effect[:, k]) if k and cost is not None else None,
                profit=mean_estimate(self.study.effect[:, k]) if k and cost is not None else None,
            )

    def _ranked(self) -> Iterator[Ranked]:
        selection, decision = self.study.selection, self.study.decision
        whole = self.study.effect[:, 1 + int(np.argmax(self.study.effect[:, 1:].mean(axis=0)))]
        for name in selection.rankings:
            area = selection.area(name)
            yield Ranked(
                name=name,
                area=mean_estimate(area),
                share=ratio_estimate(area, whole),
                over_random=selection.gain_over_random(name),
                policy=self.study.policy_value(name),
                is_chosen=name == decision.estimator,
            )

    def _policies(self) -> Iterator[Worth]:
        selection, n = self.study.selection, self.evidence.size
        for k, name in enumerate(self.trial.arms.names[1:], start=1):
            yield self._worth("everyone", name, np.tile(selection.same[k], (n, 1)))
        chosen = self.study.decision.estimator
        found, more = (
            self._worth("targeted", chosen, selection.policies[chosen].mean(axis=0)),
            self.study.unsteady(chosen),
        )
        yield replace(found, profit=widened_estimate(found.profit, more), snips=widened_estimate(found.snips, more))

    def _deciles(self) -> Iterator[Decile]:
        for one in CustomerOrdering(self.study, self.asked.seed).deciles():
            yield Decile(one.decile, int(one.rows.sum()), one.predicted, one.realised)

    def _types(self) -> Iterator[ResponseType]:
        if not has_response_types(self.evidence.outcome):
            return
        offer = self.study.decision.offer
        effect = self.study.value.shrunk[self.study.decision.estimator].mean(axis=0)[:, offer]
        shares = response_type_shares(robust_scores(self.bought, self.chances), offer, effect)
        likely = response_type_rows(self.chances[:, 0], self.chances[:, offer], effect)
        for name, share in shares.items():
            weight = np.maximum(likely[name], 0.0)
            mean = float((weight @ effect) / weight.sum()) if weight.sum() > 0 else 0.0
            yield ResponseType(name, share, mean)  # type: ignore[arg-type]

    def _sure_things(self) -> SureThingCost | None:
        """Return the cost of sure things among those who got what the policy gives."""
        if self.log.cost is None or self.study.decision.verdict == "nothing":
            return None
        policy, rows = self.study.selection.chosen(self.study.decision), np.arange(self.evidence.size)
        got = self.evidence.action
        weight = np.where(got > 0, policy[rows, got] / self.evidence.chance[rows, got], 0.0)
        without, given = self.chances[:, 0] * self.bought.outcome, self.chances[rows, got]
        return cost_of_sure_things(self.log.cost, weight, without, given)

    def _groups(self) -> Iterator[Group]:
        policy = self.study.selection.chosen(self.study.decision)
        treated, effect = 1 - policy[:, 0], self.study.effect[:, self.study.decision.offer]
        cost = None if self.study.cost is None else (self.study.cost.effect * policy).sum(axis=1)
        table = self.trial.table[self.study.rows]
        for column in self.asked.audit:
            text = table[column].cast(pl.String).fill_null("?")
            sizes = text.value_counts().sort(["count", column], descending=[True, False]).head(MOST_GROUPS)
            for group, n in sizes.iter_rows():
                rows = (text == group).to_numpy()
                if n < FEWEST_IN_GROUP:
                    continue
                paid = None if cost is None else mean_estimate(cost[rows])
                yield Group(column, group, n, mean_estimate(treated[rows]), mean_estimate(effect[rows]), paid)

    def _balance(self) -> Iterator[Balance]:
        labels = self.trial.encoding.labels
        for one in self.trial.balance[:BALANCES]:
            yield Balance(labels[one.column], self.trial.arms.names[one.arm], one.sds, one.z)

    def _overlap(self) -> Iterator[Overlap]:
        chance, action = self.evidence.chance, self.evidence.action
        for k, name in enumerate(self.trial.arms.names):
            quantiles = np.quantile(chance[:, k], [0.05, 0.25, 0.5, 0.75, 0.95])
            size = effective_size(1 / chance[action == k, k])
            yield Overlap(name, tuple(float(one) for one in quantiles), size)

    def _on(self, column: str) -> Estimate:
        """Effect of the best offer on a column that it cannot have changed."""
        return mean_estimate(self._effects_of(numeric_column(self.trial.table, column))[:, self.study.decision.offer])

"""The findings of a trial that come from all of its rows, by sums: arms, offers for everybody, audits and checks.

What a sample has learned, its estimator and its choice of customers, is fixed before anybody else is looked at. So the
decision and its forecast come from all others, in parts: each part is given what the others decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from offerloop.arrays import Floats
from offerloop.commands.uplift.facts import FEWEST_IN_GROUP, contradicting
from offerloop.commands.uplift.findings import Arm, AuditedGroup, TargetingWorth
from offerloop.commands.uplift.shards.columns import TrialColumns
from offerloop.commands.uplift.shards.sums import TrialSums
from offerloop.evaluation import Estimate
from offerloop.response import (
    Decision,
    DecisionFromSums,
    FollowUp,
    MeanSums,
    OfferTerms,
    Spending,
    follow_up_by_arms,
    known_depths,
    mean_of_parts,
    ratio_of_parts,
    widened_estimate,
)


@dataclass(frozen=True, eq=False)
class PolicyColumns:
    """Weights (d,) of the columns whose means are what a policy brings over nothing, and of those of its weights."""

    profit: Floats
    cost: Floats
    treated: Floats
    weight: Floats
    gained: Floats
    shares: Sequence[Floats]
    """K weights: the share that is given each offer."""


@dataclass(frozen=True, eq=False)
class JudgedTrial:
    """Sums of all rows, and of the parts of those who were not in the sample."""

    layout: TrialColumns
    whole: TrialSums
    parts: Sequence[MeanSums]
    names: tuple[str, ...]
    offers: tuple[OfferTerms, ...]
    spending: Spending
    estimator: str
    has_value: bool
    has_cost: bool

    @cached_property
    def same(self) -> Floats:
        """(K, K): for each offer the probabilities of giving it to everybody, as far as the budget reaches."""
        number = len(self.names)
        cost = [self.whole.rows.estimate(self.layout.gap("cost", k)).value for k in range(number)]
        return self.spending.same(number, np.array(cost) if self.has_cost else None)

    @cached_property
    def decided(self) -> DecisionFromSums:
        """What to give whom, by those who were not in the sample, and what that will bring."""
        number = len(self.names)
        rows = [self.everyone(k).profit for k in range(number)]
        rows.append(self.choice.profit)
        if self.has_cost:
            rows += [self.layout.gap("cost", k) for k in range(number)]
        depths = None if self.has_cost else known_depths(self.offers)
        return DecisionFromSums([one.weighted(np.stack(rows)) for one in self.parts], self.estimator, number, depths)

    @property
    def choice(self) -> PolicyColumns:
        """The choice of customers by the estimator."""
        at, gap = self.layout.at, np.eye(len(self.names))
        cost = at("chosen_cost") - at("cost", gap[0])
        profit = at("chosen_value") - at("value", gap[0]) - cost
        shares = [at("policy", one) for one in gap]
        return PolicyColumns(profit, cost, at("one") - shares[0], at("weight"), at("gained"), shares)

    def everyone(self, offer: int) -> PolicyColumns:
        """An offer for everybody, as far as the budget reaches; the first is nothing."""
        at, share = self.layout.at, self.same[offer]
        over = share - np.eye(len(share))[0]
        cost, shares = at("cost", over), [at("one", float(one)) for one in share]
        return PolicyColumns(
            at("value", over) - cost, cost, at("one") - shares[0], at("arm", share), at("paid", share), shares
        )

    def policy(self, decision: Decision) -> PolicyColumns:
        """What a decision gives."""
        if decision.policy == "targeted":
            return self.choice
        return self.everyone(decision.offer if decision.policy == "everyone" else 0)

    def worth(
        self,
        kind: Literal["everyone", "targeted", "forecast"],
        name: str,
        parts: Sequence[MeanSums],
        policies: Sequence[PolicyColumns],
    ) -> TargetingWorth:
        """The worth of a policy, which may be another one in each part."""
        nobody = self.everyone(0)
        return TargetingWorth(
            kind=kind,
            name=name,
            treated_share=mean_of_parts(parts, [one.treated for one in policies]).value,
            profit=mean_of_parts(parts, [one.profit for one in policies]),
            snips=_ratio_gap(parts, policies, [nobody] * len(parts)),
            cost=mean_of_parts(parts, [one.cost for one in policies]) if self.has_cost else None,
        )

    def policies(self) -> Iterator[TargetingWorth]:
        """Each offer for everybody, of all rows, and the choice of customers, of those who were not in the sample."""
        for k, name in enumerate(self.names[1:], start=1):
            yield self.worth("everyone", name, [self.whole.rows], [self.everyone(k)])
        yield self.worth("targeted", self.estimator, self.parts, [self.choice] * len(self.parts))

    @cached_property
    def forecast(self) -> TargetingWorth:
        """What the whole procedure brings to those who were not in the sample."""
        plain = self.worth("forecast", self.estimator, self.parts, self._by_others)
        more = self.decided.selection_variance
        return replace(plain, profit=self.decided.forecast, snips=widened_estimate(plain.snips, more))

    @property
    def _by_others(self) -> list[PolicyColumns]:
        return [self.policy(one) for one in self.decided.by_others]

    @property
    def follow_up(self) -> FollowUp | None:
        """See `follow_up_trial`; outcomes vary as in the arms as a whole."""
        shares = self.policy(self.decided.decision).shares
        share = np.array([mean_of_parts(self.parts, [one] * len(self.parts)).value for one in shares])
        mean, variance = (
            np.array([one[-1] for one in both]) for both in zip(*map(_profit, self.whole.arms), strict=True)
        )
        return follow_up_by_arms(self.decided.forecast, mean, variance, share, self.decided.wider)

    def arms(self) -> Iterator[Arm]:
        """The arms, of all rows."""
        rows, gap = self.whole.rows, self.layout.gap
        for k, (name, own) in enumerate(zip(self.names, self.whole.arms, strict=True)):
            yield Arm(
                name=name,
                n=own.n,
                mean=own.estimate(np.array([1.0, 0.0])),
                raw=self._raw(k)[0] if k else None,
                effect=rows.estimate(gap("outcome", k)) if k else None,
                value=rows.estimate(gap("value", k)) if k and self.has_value else None,
                cost=rows.estimate(gap("cost", k)) if k and self.has_cost else None,
                profit=rows.estimate(gap("value", k) - gap("cost", k)) if k and self.has_cost else None,
            )

    def _raw(self, offer: int) -> tuple[Estimate, Floats]:
        """The plain difference of an arm from no offer, and the weights (d,) of what moves it."""
        every, parts, at = np.eye(len(self.names)), [self.whole.rows], self.layout.at
        moves = [ratio_of_parts(parts, [at("raw", one)], [at("plain", one)])[0] for one in (every[offer], every[0])]
        mean = self.whole.rows.mean
        means = [float(at("raw", one) @ mean / (at("plain", one) @ mean)) for one in (every[offer], every[0])]
        moved = moves[0] - moves[1]
        return _shifted(self.whole.rows.estimate(moved), means[0] - means[1]), moved

    def disagreeing(self) -> tuple[str, ...]:
        """Arms of a trial whose raw and adjusted differences contradict each other."""
        if self.layout.is_naive:
            return ()
        gaps = {}
        for k in range(1, len(self.names)):
            raw, moved = self._raw(k)
            gaps[k] = _shifted(self.whole.rows.estimate(self.layout.gap("outcome", k) - moved), -raw.value)
        return contradicting(self.names, gaps)

    def gap(self, first: int, second: int) -> Estimate:
        """Profit of an offer less that of another one."""
        return self.whole.rows.estimate(
            self.layout.gap("value", first, second) - self.layout.gap("cost", first, second)
        )

    def control(self, name: str) -> Estimate:
        """The effect of the offer for everybody on a block of scores."""
        return self.whole.rows.estimate(self.layout.gap(name, self.decided.decision.offer))

    def groups(self) -> Iterator[AuditedGroup]:
        """The audited groups under the policy that is decided, of all rows."""
        policy, offer = self.policy(self.decided.decision), self.decided.decision.offer
        effect = self.layout.gap("value", offer) - self.layout.gap("cost", offer)
        columns = list(dict.fromkeys(column for column, _ in self.whole.groups))
        ordered = sorted(self.whole.groups.items(), key=lambda one: (columns.index(one[0][0]), -one[1].n, one[0][1]))
        for (column, group), own in ordered:
            if own.n >= FEWEST_IN_GROUP:
                cost = own.estimate(policy.cost) if self.has_cost else None
                yield AuditedGroup(column, group, own.n, own.estimate(policy.treated), own.estimate(effect), cost)


def _profit(arm: MeanSums) -> tuple[Floats, Floats]:
    return arm.mean, arm.variance


def _ratio_gap(
    parts: Sequence[MeanSums], policies: Sequence[PolicyColumns], others: Sequence[PolicyColumns]
) -> Estimate:
    """The value of a policy less that of another one, by self-normalised weights alone."""
    moves, values = [], []
    for columns in (policies, others):
        above, below = [one.gained for one in columns], [one.weight for one in columns]
        moves.append(ratio_of_parts(parts, above, below))
        values.append(mean_of_parts(parts, above).value / mean_of_parts(parts, below).value)
    moved = [one - other for one, other in zip(*moves, strict=True)]
    return _shifted(mean_of_parts(parts, moved), values[0] - values[1])


def _shifted(estimate: Estimate, by: float) -> Estimate:
    return Estimate(estimate.value + by, estimate.low + by, estimate.high + by)

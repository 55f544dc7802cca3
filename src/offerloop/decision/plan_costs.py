"""What the order of campaigns costs, and what each limit: profit that the plan would have without it, less its own.

A limit is lifted by solving the campaigns that are sent once more without it. The same campaigns are sent, so that the
difference is the limit's. Both plans are valued on held-out customers like any plan; by the estimates that choose,
lifting a limit never loses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.decision.campaign_case import CampaignCase
from offerloop.decision.joint import best_of_joint_and_ordered, limit_usage, solve_in_order, with_interaction_costs
from offerloop.decision.nested_limits import PlanLimit
from offerloop.decision.sending_decision import SendingDecision
from offerloop.decision.valuation import Repeated, in_columns
from offerloop.evaluation import Estimate
from offerloop.tables import OFFER_PRICES, PLAN_LIMITS

MOST_WORK = 20_000_000
"""Candidates times solved problems up to which limits are lifted: some minutes, whatever the machine does besides."""
NO_GAIN = Estimate.of(0.0, 0.0)
Rows = dict[str, Ints]


@dataclass(frozen=True, eq=False)
class PlanCosts:
    """Values the differences between plans of some campaigns."""

    cases: tuple[CampaignCase, ...]
    limits: tuple[PlanLimit, ...]
    max_offers: int
    """The most offers of one customer."""

    def table(self, decision: SendingDecision, joint: SendingDecision, ordered: SendingDecision) -> pl.DataFrame:
        """A row for the order, where there are several campaigns, and one for each limit of what is sent."""
        rows = []
        if len(self.cases) > 1:
            gain = self._difference(_rows(joint), _rows(ordered), self.max_offers)
            rows.append(_row("order", "", None, "", (joint.profit - ordered.profit, gain)))
        sent = {one.case.campaign.id for one in decision.sent}
        concerned = [limit for limit in self.limits if any(campaign in sent for campaign, _ in limit.offers)]
        solved = self._binding(decision, concerned)
        bounds_customers = len(sent) > self.max_offers
        can_lift = sum(one.effects.height for one in self.cases) * (len(solved) + bounds_customers) <= MOST_WORK
        for limit in concerned:
            lifted = (0.0, NO_GAIN) if limit not in solved else self._lifted(decision, limit) if can_lift else None
            rows.append(self._limit_row(decision, limit, lifted))
        if bounds_customers:
            rows.append(self._customer_row(decision, self._lifted(decision, None) if can_lift else None))
        return PLAN_LIMITS.check(pl.DataFrame(rows, schema=PLAN_LIMITS.schema))

    def _binding(self, decision: SendingDecision, limits: Sequence[PlanLimit]) -> list[PlanLimit]:
        """Limits that are used up or have a price; lifting another one changes nothing."""
        return [one for one in limits if self._used(decision, one) >= one.at_most or self._price(decision, one) > 0]

    def _limit_row(
        self, decision: SendingDecision, limit: PlanLimit, lifted: tuple[float, Estimate] | None
    ) -> dict[str, Any]:
        row = {
            "at_most": float(limit.at_most),
            "used": self._used(decision, limit),
            "shadow_price": self._price(decision, limit),
        }
        return _row(limit.kind, limit.name, limit.campaign_id, limit.unit, lifted) | row

    def _customer_row(self, decision: SendingDecision, lifted: tuple[float, Estimate] | None) -> dict[str, Any]:
        """What it costs that a customer gets so many offers at most, and how many one has."""
        ids = pl.concat([one.case.effects["customer_id"][one.rows] for one in decision.sent])
        used = float(ids.unique_counts().to_numpy().max(initial=0))
        row = {"at_most": float(self.max_offers), "used": used}
        return _row("customer", "", None, "offers", lifted) | row

    def _used(self, decision: SendingDecision, limit: PlanLimit) -> float:
        return sum(limit_usage(one.priced, one.rows, [limit])[0] for one in decision.sent) / limit.scale

    def _price(self, decision: SendingDecision, limit: PlanLimit) -> float:
        """The price of the first campaign which would use more of it."""
        prices = (float(one.prices[self.limits.index(limit)]) for one in decision.sent)
        return next((one for one in prices if one > 0), 0.0)

    def _lifted(self, decision: SendingDecision, limit: PlanLimit | None) -> tuple[float, Estimate]:
        """Gain by the estimates that choose, and held out, of the better plan without the limit.

        Without a limit it is that on the offers of each customer.
        """
        cases, others = [one.case for one in decision.sent], [one for one in self.limits if one is not limit]
        solve = best_of_joint_and_ordered if decision.solved == "jointly" else solve_in_order
        max_offers = self.max_offers if limit is not None else len(cases)
        solved = solve(cases, others, max_offers)
        if solved.profit <= decision.profit:
            return 0.0, NO_GAIN
        return solved.profit - decision.profit, self._difference(solved.rows, _rows(decision), max_offers)

    def _difference(self, rows: Rows, other: Rows, max_offers: int) -> Estimate:
        """Value one plan less another; what a customer's offers cost beside each other counts up to `max_offers`."""
        divisions, weights = [], []
        for sign, of_campaigns in ((1.0, rows), (-1.0, other)):
            parts = [(one, of_campaigns.get(one.campaign.id, np.zeros(0, dtype=np.int64))) for one in self.cases]
            for case, (_, some) in zip(with_interaction_costs(parts, max_offers), parts, strict=True):
                divisions.append(case.columns(some))
                weights.append(np.full(len(some), sign))
        together = [
            {name: np.concatenate([one[name] for one in of_cases]) for name in of_cases[0]}
            for of_cases in zip(*divisions, strict=True)
        ]
        return Repeated.of(together, self.cases[0].calibrations, self.cases[0].errors).value(np.concatenate(weights))


def _rows(decision: SendingDecision) -> Rows:
    """Return the rows of each campaign that is sent."""
    return {one.case.campaign.id: one.rows for one in decision.sent}


def _row(
    kind: str, name: str, campaign_id: str | None, unit: str, lifted: tuple[float, Estimate] | None
) -> dict[str, Any]:
    gains = {} if lifted is None else {"claimed_gain_minor": lifted[0], **in_columns("gain", lifted[1])}
    return {"kind": kind, "name": name, "campaign_id": campaign_id, "unit": unit, **gains}


def offer_prices(solved: Sequence[tuple[CampaignCase, Floats]], limits: Sequence[PlanLimit]) -> pl.DataFrame:
    """What each offer's use of limits was priced at, also of offers without an effect on anybody for whom was planned.

    Each campaign comes with the (limits,) prices of its solution.
    """
    rows = []
    for case, prices in solved:
        of_campaign = {key for one in limits for key in one.offers if key[0] == case.campaign.id}
        for key in sorted(of_campaign):
            priced = [(one, float(price)) for one, price in zip(limits, prices, strict=True) if key in one.offers]
            budget = sum(price for one, price in priced if not one.counts_contacts)
            contact = sum(price for one, price in priced if one.counts_contacts)
            rows.append((*key, budget, contact))
    return OFFER_PRICES.check(pl.DataFrame(rows, schema=OFFER_PRICES.schema, orient="row"))

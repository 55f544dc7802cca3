"""What a campaign's plan can be expected to bring, beside reference policies, and whether to send anything at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from offerloop.allocation import COST, Solution
from offerloop.arrays import Floats, Ints
from offerloop.decision.alternatives.break_even import sweep
from offerloop.decision.alternatives.reference_policies import (
    LIKELY,
    SAME,
    most_likely_buyers,
    random_customers,
    same_for_all,
)
from offerloop.decision.alternatives.uniform_depth import uniform_depths
from offerloop.decision.campaign_case import CampaignCase
from offerloop.decision.valuation import HeldOutValue, Repeated, in_columns
from offerloop.evaluation import Estimate, luck_of_passing, se_of
from offerloop.money import MICRO
from offerloop.offers import NOTHING
from offerloop.tables import AS_SENT, BUDGET_CURVE, COMPARISON, TableContract

CURVE_POINTS = 30
"""Budgets of the curve, from that of the least expensive plan to the stop point."""


@dataclass(frozen=True)
class Forecast:
    """The decision of one campaign."""

    campaign_id: str
    send: bool
    """Whether the plan's held-out profit is above zero as surely as the campaign wants; if not, nothing is given."""
    pays_alone: bool
    """Whether it is not sent because other campaigns bring more with the same customers and limits."""
    policy: str
    """The name `plan`, or that of the reference policy that replaces it."""
    solution: Solution
    plan: pl.DataFrame
    """The effects rows that were chosen, whether sent or not; one per customer."""
    comparison: pl.DataFrame
    """Plan and reference policies at its expected spend, or all they can spend, with the plan's lead over each."""
    curve: pl.DataFrame
    """Budget against held-out profit."""
    sweep: pl.DataFrame
    """Supplier share and margin against held-out profit of the best targeting without a budget."""
    uniform: pl.DataFrame
    """One depth for everybody, by category, against held-out profit."""
    budget_unit: int
    """Units of the solver's budget in one minor unit."""
    valuation: Repeated
    """The valuation of the plan's rows."""
    at_random: Estimate | None
    """Held-out profit of drawing at random for everybody, where a loop explores."""
    overspend: float | None
    """Chance of spending more than the budget, when it counts expected costs; None when it counts liabilities."""
    least_errors: float
    """Standard errors above zero that the plan's held-out profit must be to be sent."""
    is_paused: bool
    """Whether nothing of the campaign is sent whatever its forecast; see `CampaignCase`."""

    def as_sent(self, receivers: pl.Series) -> pl.DataFrame:
        """A further row of the comparison: the plan for those customers only who really get its offer.

        Its profit is less than their held-out profit by the luck that helps a plan to be sent, but not below zero.
        """
        sent = self.plan["customer_id"].is_in(receivers.implode()).to_numpy().astype(np.float64)
        whole = np.ones(self.plan.height)
        row = pl.DataFrame([_comparison_row(AS_SENT, sent, whole, self.valuation)], schema=_schema(COMPARISON))
        profit = self._without_luck(self.valuation.value(sent))
        return row.with_columns(campaign_id=pl.lit(self.campaign_id), profit_minor=pl.lit(profit))

    def _without_luck(self, profit: Estimate) -> float:
        """Held-out profit of those who get the plan's offer, less the mean luck of a plan that is sent."""
        se, of_plan = se_of(profit), self.valuation.value(np.ones(self.plan.height))
        if se <= 0:
            return profit.value
        luck = se * luck_of_passing(of_plan.value / se_of(of_plan), self.least_errors)
        return max(profit.value - luck, min(profit.value, 0.0))


def forecast_campaign(
    case: CampaignCase,
    chosen: Ints,
    solution: Solution,
    *,
    send: bool,
    pays_alone: bool,
    explores: bool,
    least_errors: float,
) -> Forecast:
    """Value a plan, rows of the case, on the half of the customers that did not choose it."""
    effects, campaign = case.effects, case.campaign
    plan, taken = _weights(chosen, effects.height), case.table(chosen)
    expected = campaign.budget_basis == "expected"
    return Forecast(
        campaign_id=campaign.id,
        send=send,
        pays_alone=pays_alone,
        policy=case.policy,
        solution=solution,
        plan=taken,
        comparison=_compare(case, plan, taken).with_columns(campaign_id=pl.lit(campaign.id)),
        curve=_curve(case).with_columns(campaign_id=pl.lit(campaign.id)),
        sweep=sweep(effects, case).with_columns(campaign_id=pl.lit(campaign.id)),
        uniform=uniform_depths(effects, case).with_columns(campaign_id=pl.lit(campaign.id)),
        budget_unit=case.unit,
        valuation=case.of_rows(chosen),
        at_random=case.value(probabilities_at_random(effects)) if explores else None,
        overspend=chance_of_overspending(taken, case.budget_minor) if expected else None,
        least_errors=least_errors,
        is_paused=case.is_paused,
    )


def probabilities_at_random(effects: pl.DataFrame) -> Floats:
    """(rows,): how probable it is that an explorer draws each candidate of a campaign, if there were no other.

    As `RandomOffers` draws: a kind first, nothing among them, then an offer of it; none that could cost without limit.
    """
    can_draw = pl.col("cost_liability_minor").is_not_null()
    n_kinds = pl.col("kind").filter(can_draw).n_unique().over("customer_id")
    n_offers = can_draw.sum().over("customer_id", "kind")
    return effects.select(pl.when(can_draw).then(1 / ((n_kinds + 1) * n_offers)).otherwise(0.0)).to_series().to_numpy()


def held_out(case: CampaignCase, chosen: Ints) -> Estimate:
    """Held-out profit of a plan, rows of the case."""
    return case.of_rows(chosen).value(np.ones(len(chosen)))


def profit_difference(case: CampaignCase, chosen: Ints, others: Ints) -> Estimate:
    """Held-out profit of a plan less that of another, rows of the case both."""
    size = case.effects.height
    return case.value(_weights(chosen, size) - _weights(others, size))


def _weights(chosen: Ints, size: int) -> Floats:
    weights = np.zeros(size)
    weights[chosen] = 1.0
    return weights


def _compare(case: CampaignCase, plan: Floats, chosen: pl.DataFrame) -> pl.DataFrame:
    effects, spend = case.effects, case.spend(plan)
    rules = {"nothing": plan * 0.0, "plan": plan}
    if chosen.height:
        rules |= {
            SAME: same_for_all(effects, case, spend),
            "random customers": random_customers(effects, case, spend, chosen["offer_id"]),
            LIKELY: most_likely_buyers(effects, case, spend, chosen["depth"].drop_nulls()),
        }
    rows = [_comparison_row(rule, weights, plan, case) for rule, weights in rules.items()]
    return pl.DataFrame(rows, schema=_schema(COMPARISON))


def _schema(table: TableContract) -> dict[str, Any]:
    """Return the columns of a table for the part of one campaign."""
    return {name: dtype for name, dtype in table.schema.items() if name != "campaign_id"}


def _comparison_row(rule: str, weights: Floats, plan: Floats, valuation: HeldOutValue) -> dict[str, Any]:
    n_customers, taken = float(weights.sum()), np.flatnonzero((weights != 0) | (plan != 0))
    weights, plan, valuation = weights[taken], plan[taken], valuation.of_rows(taken)
    profit, lead = valuation.value(weights), valuation.value(plan - weights)
    lead_low, lead_high = lead.ends
    return {
        "rule": rule,
        "n_customers": n_customers,
        "spend_minor": valuation.spend(weights),
        **in_columns("profit", profit),
        "plan_leads_by_minor": lead.value,
        "plan_leads_low_minor": lead_low,
        "plan_leads_high_minor": lead_high,
    }


def _curve(case: CampaignCase) -> pl.DataFrame:
    """Held-out profit and price of the next unit for growing budgets; the stop point is where steps run out."""
    candidates, unit = case.candidates, case.unit
    first, steps = candidates.walk()
    is_first = np.zeros(case.effects.height + 1, dtype=np.bool_)  # the last place is that of no candidate
    is_first[first] = True
    ever = is_first[:-1].copy()
    ever[candidates.row[steps.row, steps.slot]] = True
    valuation, place = case.of_rows(np.flatnonzero(ever)), np.cumsum(ever) - 1
    weights = is_first[:-1][ever].astype(np.float64)
    now, is_taken = np.full(candidates.block.size, NOTHING), is_first[candidates.row]
    now[is_taken.any(axis=1)] = place[first]
    spent = int(candidates.block.measures[COST][is_taken].sum())
    slopes = np.append(steps.slope, 0.0) * unit
    rows = [_curve_row(spent / unit, weights, valuation, float(slopes[0]))]
    marks = np.unique(np.linspace(0, len(steps), CURVE_POINTS).astype(int))
    for before, after in pairwise(marks.tolist()):
        taken = slice(before, after)
        customers = steps.row[taken]
        left = now[customers]
        weights[left[left != NOTHING]] = 0.0
        # Of several steps of a customer the last one counts.
        now[customers] = place[candidates.row[customers, steps.slot[taken]]]
        weights[now[customers]] = 1.0
        spent += int(steps.cost[taken].sum())
        rows.append(_curve_row(spent / unit, weights, valuation, float(slopes[after])))
    curve = pl.DataFrame(rows, schema=_schema(BUDGET_CURVE))
    return curve.unique("budget_minor", keep="last", maintain_order=True)  # offers may cost nothing


def _curve_row(budget_minor: float, weights: Floats, valuation: HeldOutValue, price: float) -> dict[str, float | None]:
    return {
        "budget_minor": float(budget_minor),
        "n_customers": float(weights.sum()),
        "spend_minor": valuation.spend(weights),
        **in_columns("profit", valuation.value(weights)),
        "shadow_price": price,
    }


def chance_of_overspending(plan: pl.DataFrame, budget_minor: int) -> float:
    """The chance that redemptions come to more than the budget, when every estimate is right.

    `plan`: the chosen effects with `p_redeem`, `cost_expected_micro` and `contact_cost_minor`. Customers redeem
    independently with probability p and then cost (expected - contact) / p, so the variance of the spend is the sum
    of (expected - contact)^2 (1 - p) / p, and a sum of many is taken as normal.
    """
    expected = pl.col("cost_expected_micro") / MICRO
    redeemed, p = expected - pl.col("contact_cost_minor"), pl.col("p_redeem").clip(lower_bound=1e-9, upper_bound=1)
    sums = plan.select(mean=expected.sum(), variance=(redeemed**2 * (1 - p) / p).sum()).row(0, named=True)
    mean, spread = float(sums["mean"] or 0), math.sqrt(float(sums["variance"] or 0))
    if spread == 0:
        return float(mean > budget_minor)
    return 0.5 * math.erfc((budget_minor - mean) / spread / math.sqrt(2))

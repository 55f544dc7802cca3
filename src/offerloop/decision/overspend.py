"""How likely a plan under expected costs spends more than its budget."""

from __future__ import annotations

import math

import polars as pl

from offerloop.money import MICRO


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

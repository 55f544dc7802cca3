"""How gains grow from period to period, and how far they stay behind the best that could be had: regret.

Profit is what the shop realised beyond its twin without offers, under the same luck. Regret after some periods is the
profit of the ceiling so far less that of the policy, in the same world; both had the same budget of liabilities in each
period. Offers work on in later weeks, which the ceiling does not look at: regret may fall, and even below zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from offerloop.evaluation import Estimate
from offerloop.market.gains import at_equal_spend, over_worlds, sums_of

CEILINGS = ("ceiling", "oracle")
"""What regret is against: the first one that was played."""


def ceiling_among(names: Sequence[str]) -> str | None:
    """What regret can be told against."""
    return next((one for one in CEILINGS if one in names), None)


def grown(periods: pl.DataFrame) -> pl.DataFrame:
    """policy, world, period, and the profit gained up to then."""
    gained = pl.col("profit_minor") - pl.col("plain_profit_minor")
    ordered = periods.sort("policy", "world", "period", maintain_order=True)
    return ordered.select("policy", "world", "period", profit=gained.cum_sum().over("policy", "world"))


def regretted(course: pl.DataFrame, ceiling: str) -> pl.DataFrame:
    """policy, world, period, and the regret up to then, of all policies but the ceiling."""
    best = course.filter(policy=ceiling).select("world", "period", best="profit")
    others = course.filter(pl.col("policy") != ceiling).join(best, on=("world", "period"), maintain_order="left")
    return others.select("policy", "world", "period", regret=pl.col("best") - pl.col("profit"))


def by_period(course: pl.DataFrame, measure: str) -> dict[str, tuple[Estimate, ...]]:
    """Return the mean over worlds after each period, by policy."""
    by_policy: dict[str, tuple[Estimate, ...]] = {}
    for (policy, _), worlds in course.sort("period", maintain_order=True).group_by(
        "policy", "period", maintain_order=True
    ):
        by_policy[str(policy)] = (*by_policy.get(str(policy), ()), over_worlds(worlds[measure].to_numpy()))
    return by_policy


def same_spend(periods: pl.DataFrame) -> tuple[dict[str, Estimate], Estimate | None]:
    """The profit of each policy when in each world all spend what the thriftiest does, and what that is.

    A policy then goes to fewer customers, drawn at random. Who spends nothing in a world is left out.
    """
    sums = sums_of(periods, ("policy", "world"))
    idle = sums.filter(pl.col("cost") <= 0)["policy"].unique()
    spending = periods.filter(~pl.col("policy").is_in(idle.implode()))
    if spending.is_empty():
        return {}, None
    equal = at_equal_spend(spending.with_columns(level=1.0))
    spend = over_worlds(equal.unique("world", maintain_order=True)["cost"].to_numpy())
    profits = equal.group_by("policy", maintain_order=True)
    return {str(policy): over_worlds(one["profit"].to_numpy()) for (policy,), one in profits}, spend

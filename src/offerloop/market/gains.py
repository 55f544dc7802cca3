"""What policies gained over the twin shop without offers: sums of each world, and their mean with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.evaluation import Difference, Estimate

UNITS = {"buyers": "buyers", "sales": "sales_minor", "profit": "profit_minor"}
"""The measures, and the columns of `periods` that hold them."""


def sums_of(periods: pl.DataFrame, by: Sequence[str] = ("world",)) -> pl.DataFrame:
    """A row for each group: what was gained of each measure, what the twin shop has (`plain_`), and the cost."""
    gained = [(pl.col(column) - pl.col(f"plain_{column}")).sum().alias(one) for one, column in UNITS.items()]
    plain = [pl.col(f"plain_{column}").sum().alias(f"plain_{one}") for one, column in UNITS.items()]
    return periods.group_by(by, maintain_order=True).agg(*gained, *plain, pl.col("cost_minor").sum().alias("cost"))


def share_of(sums: pl.DataFrame, name: str) -> Floats:
    """Gained in each row, of what the twin shop has; NaN where that is nothing."""
    plain = pl.col(f"plain_{name}")
    return sums.select(pl.when(plain != 0).then(pl.col(name) / plain).otherwise(float("nan"))).to_series().to_numpy()


def over_worlds(values: Floats) -> Estimate:
    """The mean with its 95 % interval (Student's t); no interval with one world."""
    n, mean = len(values), float(np.mean(values))
    if n == 1:
        return Estimate(mean, float("nan"), float("nan"))
    return Difference.with_df(mean, float(np.std(values, ddof=1) / np.sqrt(n)), n - 1)


def at_equal_spend(periods: pl.DataFrame) -> pl.DataFrame:
    """`sums_of` each policy and world at one cost in each world: the most that every policy of the table spends.

    `periods` has a `level`. Between two levels a policy gives each customer the one or the other at random, below the
    lowest it leaves out customers at random: gains and cost then mix in proportion.
    """
    sums = sums_of(periods, ("policy", "world", "level"))
    most = pl.col("cost").max().over("policy", "world")
    common = sums.with_columns(most=most).group_by("world", maintain_order=True).agg(spend=pl.col("most").min())
    rows = []
    for (policy, world), policy_sums in sums.group_by("policy", "world", maintain_order=True):
        spend = common.filter(pl.col("world") == world)["spend"].item()
        own, costs = policy_sums.sort("cost"), np.append(0.0, policy_sums["cost"].sort().to_numpy())
        gained = {name: float(np.interp(spend, costs, np.append(0.0, own[name].to_numpy()))) for name in UNITS}
        plain = {f"plain_{name}": own[f"plain_{name}"][0] for name in UNITS}
        rows.append({"policy": policy, "world": world, **gained, **plain, "cost": spend})
    return pl.DataFrame(rows)

"""What the case asks of gains beside profit: how content customers are, and what the best policy gains for certain."""

from __future__ import annotations

import polars as pl

from offerloop.arrays import Floats
from offerloop.evaluation import Estimate
from offerloop.market.gains import UNITS, over_worlds, sums_of


def contentment(periods: pl.DataFrame) -> dict[str, Estimate]:
    """Return how content customers are under one policy, over worlds.

    Stars (mean rating) and returns (share of lines) are changes from the twin shop, which has the `plain_` ones; orders
    gained are a share of its orders; annoyed is the share of offers that reach customers whom offers annoy.
    """
    sums = periods.group_by("world", maintain_order=True).agg(pl.col(pl.Int64, pl.Float64).sum())

    def ratio(of: str, per: str) -> Floats:
        whole = pl.col(per)
        return sums.select(pl.when(whole > 0).then(pl.col(of) / whole).otherwise(0.0)).to_series().to_numpy()

    plain_stars, plain_returns = ratio("plain_stars", "plain_ratings"), ratio("plain_returned_lines", "plain_lines")
    return {
        "plain_stars": over_worlds(plain_stars),
        "stars": over_worlds(ratio("stars", "ratings") - plain_stars),
        "plain_returns": over_worlds(plain_returns),
        "returns": over_worlds(ratio("returned_lines", "lines") - plain_returns),
        "orders": over_worlds(ratio("orders", "plain_orders") - 1),
        "annoyed": over_worlds(ratio("annoyed", "offered")),
    }


def best_held_out(periods: pl.DataFrame) -> pl.DataFrame:
    """Return, for each world, the `sums_of` the policy and level that are best by profit in the other worlds.

    The most profitable of many looks better than it is; in a world that had no say in the choice it does not. With
    one world there is no other, and the choice is judged by itself. Doing nothing stands beside the table's policies.
    """
    sums = sums_of(periods, ("policy", "level", "world"))
    zeros = [pl.lit("nothing").alias("policy"), *(pl.lit(0).alias(name).cast(sums.schema[name]) for name in UNITS)]
    idle = sums.unique("world", maintain_order=True).with_columns(
        *zeros, level=pl.lit(0.0), cost=pl.lit(0).cast(sums.schema["cost"])
    )
    every, rows = pl.concat([idle, sums]), []
    for world in sums["world"].unique(maintain_order=True):
        others = every.filter(pl.col("world") != world) if sums["world"].n_unique() > 1 else every
        mean = others.group_by("policy", "level", maintain_order=True).agg(pl.col("profit").mean())
        best = mean.row(int(mean["profit"].arg_max() or 0), named=True)
        rows.append(every.filter(policy=best["policy"], level=best["level"], world=world))
    return pl.concat(rows)

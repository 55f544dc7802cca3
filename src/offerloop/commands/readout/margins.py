"""What is left of the list price of what customers bought, at the margins that the plan was made with."""

from __future__ import annotations

from functools import partial

import narwhals as nw
import polars as pl

from offerloop.commands.readout.inputs import BuyerOrders, PastRun, Period, as_id
from offerloop.engine import Shards, collect

_PARTS = 1_000_000


def margins_left(run: PastRun, orders: BuyerOrders, period: Period) -> pl.DataFrame:
    """customer_id and margin_minor: a category without a margin of its own has that of everything else.

    What customers bought of each category, many rows for each of them, stays in shards.
    """
    by = orders.within(period.first, period.last).group_by("customer_id", "category")
    spent = by.agg(nw.col("list_value_minor").sum().cast(nw.Int64))
    own = run.margins.select("category", "margin")
    rest = own.filter(pl.col("category").is_null())["margin"][0]
    left = Shards.of(spent, orders.engine).map(partial(_of_shard, own=own.drop_nulls("category"), rest=rest))
    return collect(left).with_columns(as_id(run.id_type)).drop_nulls("customer_id")


def _of_shard(spent: pl.DataFrame, own: pl.DataFrame, rest: float) -> pl.DataFrame:
    shares = spent.join(own, on="category", how="left").with_columns(pl.col("margin").fill_null(rest))
    sums = shares.group_by("customer_id", "margin").agg(pl.col("list_value_minor").sum())
    left = margin(pl.col("list_value_minor"), pl.col("margin")).alias("margin_minor")
    return sums.with_columns(left).group_by("customer_id").agg(pl.col("margin_minor").sum())


def margin(list_value: pl.Expr, share: pl.Expr) -> pl.Expr:
    """The share of whole minor units, half away from zero, in whole numbers throughout; shares count in millionths."""
    parts = list_value * (share * _PARTS).round().cast(pl.Int64)
    return ((2 * parts.abs() + _PARTS) // (2 * _PARTS) * parts.sign()).cast(pl.Int64)

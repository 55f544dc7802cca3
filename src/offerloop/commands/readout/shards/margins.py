"""What is left of the list price of what customers bought, at the margins that the plan was made with."""

from __future__ import annotations

import polars as pl

_PARTS = 1_000_000


def margins_left(spent: pl.DataFrame, margins: pl.DataFrame) -> pl.DataFrame:
    """customer_id and margin_minor: a category without a margin of its own has that of everything else."""
    own = margins.select("category", "margin")
    rest = own.filter(pl.col("category").is_null())["margin"][0]
    shares = spent.join(own.drop_nulls("category"), on="category", how="left").with_columns(
        pl.col("margin").fill_null(rest)
    )
    sums = shares.group_by("customer_id", "margin").agg(pl.col("list_value_minor").sum())
    left = margin(pl.col("list_value_minor"), pl.col("margin")).alias("margin_minor")
    return sums.with_columns(left).group_by("customer_id").agg(pl.col("margin_minor").sum())


def margin(list_value: pl.Expr, share: pl.Expr) -> pl.Expr:
    """The share of whole minor units, half away from zero, in whole numbers throughout; shares count in millionths."""
    parts = list_value * (share * _PARTS).round().cast(pl.Int64)
    return ((2 * parts.abs() + _PARTS) // (2 * _PARTS) * parts.sign()).cast(pl.Int64)

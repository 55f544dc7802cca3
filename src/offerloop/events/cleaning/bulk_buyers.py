"""Customers of whom no shop has many: bots, resellers, the till's own customer number."""

from __future__ import annotations

import polars as pl

TIMES_MEDIAN = 10
"""Beyond the quantile alone there is always someone; a bulk buyer also stands far from the middle."""


def bulk_buyers(units: pl.DataFrame, quantile: float) -> pl.DataFrame:
    """customer_id of those whose units are beyond a quantile and ten times the median or more; nobody beyond 1."""
    if quantile >= 1:
        return units.select("customer_id").clear()
    bar = units["units"].quantile(quantile, "higher")
    middle = units["units"].median()
    if bar is None or not isinstance(middle, int | float):
        return units.select("customer_id").clear()
    bulk = units.filter((pl.col("units") >= bar) & (pl.col("units") >= TIMES_MEDIAN * middle))
    return bulk.select("customer_id").sort("customer_id")

"""Customers of whom no shop has many: bots, resellers, the till's own customer number."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect

TIMES_MEDIAN = 10
"""Beyond the quantile alone there is always someone; a bulk buyer also stands far from the middle."""


def bulk_buyers(lines: Frame, quantile: float) -> pl.DataFrame:
    """customer_id of those whose units are beyond a quantile and ten times the median or more; nobody beyond 1."""
    if quantile >= 1:
        return collect(lines.select("customer_id").head(0))
    units = collect(lines.group_by("customer_id").agg(nw.col("quantity").sum().alias("units")), "customer_id")
    bar = units["units"].quantile(quantile, "higher")
    middle = units["units"].median()
    if bar is None or not isinstance(middle, int | float):
        return units.select("customer_id").clear()
    return units.filter((pl.col("units") >= bar) & (pl.col("units") >= TIMES_MEDIAN * middle)).select("customer_id")

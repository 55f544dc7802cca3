"""What is left of what customers bought, by the shares that the plan was made with.

Unit costs are those that the products have at the time of the read-out.
"""

from __future__ import annotations

import polars as pl

from offerloop.money import MICRO
from offerloop.response import Margins


def margins_left(spent: pl.DataFrame, margins: Margins) -> pl.DataFrame:
    """customer_id and margin_minor, from sums by customer and category."""
    left = margins.with_profit(spent).group_by("customer_id").agg(pl.col("profit_micro").sum())
    return left.select("customer_id", in_minor(pl.col("profit_micro")).alias("margin_minor"))


def in_minor(micro: pl.Expr) -> pl.Expr:
    """Whole minor units of millionths, half away from zero, in whole numbers throughout."""
    return ((2 * micro.abs() + MICRO) // (2 * MICRO) * micro.sign()).cast(pl.Int64)

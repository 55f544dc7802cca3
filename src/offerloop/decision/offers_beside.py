"""What an offer costs a customer who has offers of other campaigns as well.

What several offers bring adds up. Each of them is used on what the others bring as on what the customer buys anyway:

    cost of k beside others = cost of k alone x (1 + sum of growth of the others / (1 + growth of k))

Two offers that are both limited to a category, which are never the same, count on nothing of each other.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.money import MICRO

Number = TypeVar("Number", float, Floats)
_GRAIN = 2.0**20
"""Parts of 1 in which growth is counted, so that sums are the same in any order."""


def counted_growth(growth: pl.Series) -> Floats:
    """Growth of what the customer buys anyway, not below zero, as offers beside count it; 0 where it is not known."""
    return np.asarray(np.round(np.maximum(growth.fill_null(0.0).to_numpy(), 0.0) * _GRAIN) / _GRAIN)


def interaction_discount(discount: Number, growth: Number, others: Number) -> Number:
    """What an offer takes off of what others bring, whose growth is `others`."""
    return discount * others / (1 + growth)


def own_cost_micro(own_share: Floats, discount: Floats) -> Ints:
    """Our share of discounts in millionths of a minor unit, rounded up."""
    return np.ceil(own_share * discount * MICRO).astype(np.int64)


def growth_of_held_offers(held: pl.DataFrame, keys: pl.DataFrame) -> Floats:
    """(rows,): growth that an offer would meet in each row of `keys` (customer_id, category) beside offers of customers
    (customer_id, category, growth): of all these, or of those of no category where it is limited to one itself."""
    of_everything = pl.when(pl.col("category").is_null()).then("growth").otherwise(0.0)
    sums = held.group_by("customer_id").agg(pl.col("growth").sum(), of_everything=of_everything.sum())
    rows = keys.select("customer_id", "category").join(sums, on="customer_id", how="left", maintain_order="left")
    met = pl.when(pl.col("category").is_not_null()).then("of_everything").otherwise("growth").fill_null(0.0)
    return rows.select(met).to_series().to_numpy()

"""How much of what a customer buys a share off can take its share of: what is taken off an order has a maximum.

    below_i(k) = sum over orders of min(v, most_k / depth_k) / sum over orders of v

v is the value at shelf prices of what an order holds of the goods of offer k, if it reaches the threshold. The orders
are the customer's own of a quarter, beside as many usual weeks' orders of customers whose orders are worth as much as
predict later windows best (`Before.with_weeks`): which of a customer's few orders are large is mostly chance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.response.shown.purchases.exposure_windows import QUARTER_DAYS, SHELF_VALUE, OfferScope, sums_between
from offerloop.response.terms import CoveredGoods, OfferTerms

Limit = tuple[OfferScope, float]
"""What an offer counts on, and the value of an order, in minor units, from which on it takes off no more."""
TINY = 1e-9
_SUMS = ("below", "value")


def limits_of(offers: Sequence[OfferTerms]) -> tuple[Limit | None, ...]:
    """Return the limit of each offer that takes a share off up to a maximum, and None for all others."""
    return tuple(
        ((offer.goods, offer.threshold), offer.most / offer.depth) if offer.most and not offer.amount else None
        for offer in offers
    )


@dataclass(frozen=True, eq=False)
class BelowMaximum:
    """Orders of customers below and above the values at which offers reach their maxima."""

    limits: tuple[Limit | None, ...]
    """The limit of each offer."""
    days: Mapping[Limit, pl.DataFrame]
    """Running sums of value, and of what of it lies below the limit, by customer_id and order_day."""

    @classmethod
    def of(cls, limits: Sequence[Limit | None], orders: Mapping[CoveredGoods, pl.DataFrame]) -> BelowMaximum:
        """Read it from the values of orders of covered goods, as `orders_of_goods` gives them."""
        days = {limit: _running(orders[limit[0][0]], limit) for limit in limits if limit is not None}
        return cls(tuple(limits), days)

    def sums(self, limit: Limit, rows: pl.DataFrame) -> tuple[Floats, Floats]:
        """Return value below the limit and in all (n,) over the quarter before each row (customer_id, shown_day)."""
        shown = pl.col("shown_day")
        return self._between(limit, rows, shown - QUARTER_DAYS, shown)

    def within(self, limit: Limit, rows: pl.DataFrame) -> tuple[Floats, Floats]:
        """Return the same of the window of each row (customer_id, shown_day, until_day)."""
        return self._between(limit, rows, pl.col("shown_day"), pl.col("until_day"))

    def _between(self, limit: Limit, rows: pl.DataFrame, first: pl.Expr, until: pl.Expr) -> tuple[Floats, Floats]:
        below, value = sums_between(self.days[limit], rows, first, until, _SUMS).get_columns()
        return below.to_numpy(), value.to_numpy()

    def usual(self, rows: pl.DataFrame, weeks: float) -> dict[Limit, tuple[float, float]]:
        """Return value below each limit and in all that the mean of some rows buys in one of the mean `weeks` that the
        data have of the quarter before them."""
        n = max(rows.height, 1)
        each = {limit: self.sums(limit, rows) for limit in self.days}
        return {limit: (below.sum() / n / weeks, value.sum() / n / weeks) for limit, (below, value) in each.items()}

    def shares(self, rows: pl.DataFrame, added: Mapping[Limit, Floats]) -> Floats | None:
        """Return the share (n, K) of what each row usually buys that each offer takes its share of; None where no
        offer has a maximum. `added` (2, n) is value below each limit and in all that counts beside a row's own."""
        if not self.days:
            return None
        shares = np.ones((rows.height, len(self.limits)))
        for limit in self.days:
            below, value = (own + more for own, more in zip(self.sums(limit, rows), added[limit], strict=True))
            share = np.where(value > TINY, below / np.maximum(value, TINY), 1.0)
            shares[:, [one == limit for one in self.limits]] = share[:, None]
        return shares


def goods_of(limits: Collection[Limit | None]) -> set[CoveredGoods]:
    """Return the goods that limits count on."""
    return {limit[0][0] for limit in limits if limit is not None}


def _running(orders: pl.DataFrame, limit: Limit) -> pl.DataFrame:
    (_, least), most = limit
    counted = orders.filter(pl.col(SHELF_VALUE) >= least)
    days = counted.group_by("customer_id", "order_day").agg(
        below=pl.col(SHELF_VALUE).clip(0, most).cast(pl.Float64).sum(),
        value=pl.col(SHELF_VALUE).clip(0).cast(pl.Float64).sum(),
    )
    return days.sort("customer_id", "order_day").with_columns(pl.col(_SUMS).cum_sum().over("customer_id"))

"""Coupons that are good for one order: a log shows them by customers who ordered again and got nothing more off."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.arrays import Bools, Ints
from offerloop.response.shown.purchases.exposure_windows import sums_between
from offerloop.response.shown.purchases.sales_before import Before
from offerloop.response.terms import Coding

LEAST = 50
"""Windows with a use and another order that it could have been used for, from which on they tell."""
MOST = 0.02
"""Share of them in which an offer that is good for one order may seem to be used on several days, by another coupon.
Chosen by thought: an offer that can be used again is, by more customers than these."""


def are_used_once(before: Before, rows: pl.DataFrame, action: Ints, coding: Coding) -> Bools:
    """(K,): whether the offers are good for one order in a window, alike for the offers of a family.

    `rows` (customer_id, shown_day, until_day) are windows in which each customer was shown the offer at `action` (n,).
    """
    uses, orders = _days_of_use(before.days, rows), _orders(before, rows, action)
    could_again, once = (uses >= 1) & (orders >= 2), np.zeros(len(coding.tested), dtype=bool)
    for family in coding.families:
        places = [place for place, one in enumerate(coding.tested) if one.kind and one.family == family]
        own = could_again & np.isin(action, places)
        once[places] = own.sum() >= LEAST and (uses[own] >= 2).sum() <= MOST * own.sum()
    return once


def _days_of_use(days: pl.DataFrame, rows: pl.DataFrame) -> Ints:
    """(n,): on how many days of each window a coupon took something off."""
    before = pl.col("coupon_minor").shift(1, fill_value=0).over("customer_id")
    used = (pl.col("coupon_minor") > before).cast(pl.Int64).cum_sum().over("customer_id")
    counted = days.select("customer_id", "order_day", used=used)
    return _within(counted, rows, "used")


def _orders(before: Before, rows: pl.DataFrame, action: Ints) -> Ints:
    """(n,): orders in each window that hold what its offer counts on."""
    orders = np.zeros(rows.height, dtype=np.int64)
    for scope in dict.fromkeys(before.scopes):
        own = np.flatnonzero(np.isin(action, [place for place, one in enumerate(before.scopes) if one == scope]))
        orders[own] = _within(before.by_scope.get(scope, before.days), rows[own], "n_orders")
    return orders


def _within(days: pl.DataFrame, rows: pl.DataFrame, name: str) -> Ints:
    """(n,): what a running sum of days gains in each window."""
    return sums_between(days, rows, pl.col("shown_day"), pl.col("until_day"), (name,))[name].to_numpy()

"""The margin rate of each customer's purchases, before the cost of offers.

The margin rate of a quarter, over list value, is shrunk to that of all customers, the more so the less was bought and
the more rates vary between the days of one customer (credibility, Bühlmann and Straub 1970). If nobody bought anything
in the quarter, it is that of all purchases of the log. With the margin rate x_ij and the list value w_ij of day j of
customer i, who has n_i days, and sums w_i and w,

    x_i = sum_j w_ij x_ij / w_i,   x = sum_i w_i x_i / w,
    within = sum_ij w_ij (x_ij - x_i)^2 / sum_i (n_i - 1),
    between = (sum_i w_i (x_i - x)^2 - (customers - 1) within) / (w - sum_i w_i^2 / w),

the margin rate that is expected of a customer is x + w_i / (w_i + within / between) (x_i - x).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.money import MICRO
from offerloop.response.shown.purchases.exposure_windows import QUARTER_DAYS, sums_between

_SUMS = ("list_value_minor", "profit_micro")


@dataclass(frozen=True)
class MarginScale:
    """The margin rate of all customers, and the weight of a customer's own."""

    mean: float
    """Margin rate of all purchases, over list value."""
    others_minor: float
    """List value of all customers' purchases that counts beside a customer's own; infinite where all margin rates are
    the same."""

    @classmethod
    def of(cls, days: pl.DataFrame, rows: pl.DataFrame, whole: float) -> MarginScale:
        """Build it from running sums by day, and the customers and the day (shown_day) that are predicted for; `whole`
        is the margin rate of all purchases of the log."""
        worth, margin, customer = _quarter(days, rows)
        if not len(worth):
            return cls(whole, np.inf)
        return cls(float(margin.sum() / worth.sum()), _others(worth, margin / worth, customer))

    def of_customers(self, days: pl.DataFrame, rows: pl.DataFrame) -> Floats:
        """Return the margin rate (n,) that is expected in each row (customer_id, shown_day)."""
        shown = pl.col("shown_day")
        worth, margin = sums_between(days, rows, shown - QUARTER_DAYS, shown, _SUMS).cast(pl.Float64).to_numpy().T
        worth = np.maximum(worth, 0.0)
        apart = np.divide(margin / MICRO, worth, out=np.full(len(worth), self.mean), where=worth > 0) - self.mean
        own = np.divide(worth, worth + self.others_minor, out=np.zeros(len(worth)), where=worth > 0)
        return self.mean + own * apart


def _quarter(days: pl.DataFrame, rows: pl.DataFrame) -> tuple[Floats, Floats, Ints]:
    """Return list value, margin and the customer's number, each (days,), of each day of the quarter before rows."""
    own = days.with_columns(pl.col(_SUMS) - pl.col(_SUMS).shift(1, fill_value=0).over("customer_id"))
    day, shown = pl.col("order_day"), pl.col("shown_day")
    of_rows = own.join(rows.select("customer_id", "shown_day"), on="customer_id", how="inner")
    kept = of_rows.filter(day < shown, day >= shown - QUARTER_DAYS, pl.col("list_value_minor") > 0)
    worth, margin = kept.select(_SUMS).cast(pl.Float64).to_numpy().T
    return worth, margin / MICRO, (kept["customer_id"].rank("dense").cast(pl.Int64) - 1).to_numpy()


def _others(worth: Floats, share: Floats, customer: Ints) -> float:
    """Return within / between of days (n,), infinite where the log shows no difference between customers."""
    of_customer = np.bincount(customer, worth)
    own, total = np.bincount(customer, worth * share) / of_customer, of_customer.sum()
    n, more = len(of_customer), len(worth) - len(of_customer)
    if not more or n < 2:
        return np.inf
    within = float((worth * (share - own[customer]) ** 2).sum()) / more
    apart = float((of_customer * (own - of_customer @ own / total) ** 2).sum())
    between = (apart - (n - 1) * within) / (total - float((of_customer**2).sum()) / total)
    return within / between if between > 0 else np.inf

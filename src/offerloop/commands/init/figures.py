"""Figures behind the assumed budget and offers: usual baskets, monthly sales, the category of highest sales."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from offerloop.events import BLANKS, DAY, outliers, today_in
from offerloop.mapping import ColumnMatch, anonymous_ids, column_values, forms_of, orders_of, seconds_of
from offerloop.workspace import SampleRows

_MONTH, _LEAST_DAYS = 365.25 / 12, 7


@dataclass(frozen=True)
class Figures:
    """Amounts in the shop's currency, from the rows that were looked at."""

    basket: float
    """Median of what an order costs."""
    monthly: float
    """Mean sales of a month."""
    category: str | None
    """The one of highest sales, where categories are known."""
    category_basket: float
    """Median of what an order costs in it."""
    n_customers: int
    period_days: int
    """Days that a plan is for."""
    period_sd: float
    """Spread of what one customer pays in a period, those without a purchase included."""
    is_seen: bool = True
    """Whether sales were looked at."""


NOT_SEEN = Figures(
    basket=20.0,
    monthly=10_000.0,
    category=None,
    category_basket=20.0,
    n_customers=0,
    period_days=7,
    period_sd=0.0,
    is_seen=False,
)
"""Round amounts for a draft."""


def figures(
    orders: ColumnMatch, sample: SampleRows, categories: pl.DataFrame | None, form: str | None, period_days: int
) -> Figures:
    """`categories` has the text columns product_id and category; `form` is the format of times, if one was chosen."""
    head = _lines(orders, sample, sample.head, form)
    span = _lines(orders, sample, sample.sampled, form)
    first, last = (_number(end) // DAY for end in (span["at"].min(), span["at"].max()))
    months = max(last - first + 1, _LEAST_DAYS) / _MONTH
    monthly = _number(span["paid"].sum()) / sample.sampled.height * sample.n_rows / months
    basket = _median_order(head)
    category, category_basket = None, basket
    if categories is not None:
        named_categories = categories.filter(pl.col("category").str.to_lowercase() != "unknown")
        sales = (
            span.join(named_categories, on="product_id")
            .group_by("category")
            .agg(pl.col("paid").sum())
            .sort("paid", "category", descending=[True, False])
        )
        if sales.height:
            category = str(sales["category"][0])
            category_basket = _median_order(head.join(named_categories.filter(category=category), on="product_id"))
    n_customers = span["customer_id"].n_unique()
    spread = _period_sd(head, period_days)
    return Figures(basket, max(monthly, 0.0), category, category_basket, n_customers, period_days, spread)


def _period_sd(lines: pl.DataFrame, period_days: int) -> float:
    """Over all periods of all customers in these rows, which follow each other."""
    period = ((pl.col("at") - pl.col("at").min()) // (period_days * DAY)).alias("period")
    sums = lines.group_by("customer_id", period).agg(pl.col("paid").sum())
    n_periods = _number(sums["period"].max()) + 1
    n = max(sums["customer_id"].n_unique() * n_periods, 1.0)
    mean = _number(sums["paid"].sum()) / n
    return math.sqrt(max(_number((sums["paid"] ** 2).sum()) / n - mean**2, 0.0))


def _lines(orders: ColumnMatch, sample: SampleRows, table: pl.DataFrame, form: str | None) -> pl.DataFrame:
    """order_id, customer_id, product_id, paid and at (seconds) of the rows in which all are known.

    Ids that stand for many people who are not known are left out: they are no customer.
    """
    ids = ("order_id", "customer_id", "product_id")
    written = {ours: orders.guesses[ours].written for ours in (*ids, "paid", "at")}
    values = {
        ours: column_values(table, text, sample.decimal, as_number=ours == "paid") for ours, text in written.items()
    }
    forms = forms_of(orders, "at", sample)
    frame = pl.DataFrame({
        **{name: values[name].cast(pl.String).str.strip_chars() for name in ids},
        "paid": values["paid"].cast(pl.Float64), "at": seconds_of(values["at"], (form or forms[0]) if forms else None),
    })  # fmt: skip
    is_blank = pl.col(ids).str.to_lowercase().is_in(list(BLANKS))
    anonymous = [name for name, _ in anonymous_ids(orders_of(orders))]
    lines = frame.with_columns(pl.when(~is_blank).then(pl.col(ids)).name.keep()).drop_nulls()
    lines = lines.filter(~pl.col("customer_id").is_in(anonymous))
    return _without_outliers(lines) if sample.whole else lines  # of parts of a file the last years may be a few rows


def _without_outliers(lines: pl.DataFrame) -> pl.DataFrame:
    """Leave out the few rows whose dates `check` stops at: one of them would make the months too many."""
    day = pl.col("at") // DAY
    apart = outliers(lines.group_by(day=day).agg(n=pl.len()), today_in("UTC"), early=True, late=True)
    outside = [day.is_between(one.first_day, one.last_day) for one in apart]
    return lines.filter(~pl.any_horizontal(outside)) if outside else lines


def _median_order(lines: pl.DataFrame) -> float:
    orders = lines.group_by("order_id").agg(pl.col("paid").sum()).filter(pl.col("paid") > 0)
    return _number(orders["paid"].median())


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def pretty(amount: float, digits: int) -> float:
    """The nearest number that people would choose: 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten."""
    least: float = 10.0**-digits
    if amount <= least:
        return least
    power: float = 10.0 ** math.floor(math.log10(amount))
    choices = [step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)]
    nearest: float = min(choices, key=lambda one: abs(one - amount))
    return max(round(nearest, digits), least)


def two_digits(amount: float, digits: int) -> float:
    """Rounded to two significant digits, and at least one whole unit."""
    if amount <= 1:
        return 1.0
    return float(round(amount, min(int(1 - math.floor(math.log10(amount))), digits)))

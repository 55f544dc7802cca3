"""Whether the shop still is what it was: series of a few indicators, one value a period, looked at after each period.

    orders           log of orders                                                              (inputs)
    cuts             log of the mean share that was taken off at the shelf                      (inputs)
    value            log of the margin of purchases over what was expected                      (calibration)
    cost             root of what offers cost less that of what was expected, in roots of what one costs
    price response   slope of log units of a product by its cut at the shelf                    (effect)

A plan chooses who gets offers, and how many, so orders and costs of its periods are compared with those of its
periods only, and those of periods with random offers alone with one another. The mean of the last 1 or 3 values is
compared with a forecast from the (at most MOST) periods before, by Student's t; levels are forecast with a trend,
because of seasons. In SPAN periods without any change all indicators together raise a false alarm in about RATE of all
shops (Bonferroni, for values that are normal and independent).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints

LEAST, MOST = 8, 26
"""Periods that a forecast is made from."""
LAST = (1, 3)
"""Newest periods that are compared with it."""
RATE, SPAN = 0.05, 26
"""The share of shops without any change that have a false alarm within so many periods."""
FINEST = 0.005
"""Standard deviation of an indicator at least: half a percent."""
FEWEST_UNITS = 5.0
"""Mean units a period of products that tell of the price response."""
PRICE_RESPONSE = "price response"
SOLD_OFTEN = 0.9
"""Share of the periods in which they must have been sold."""
LEAST_CUT = 0.01
"""Added to the mean cut, so that it has a logarithm."""
OF_EFFECTS = (PRICE_RESPONSE, "cost")
"""What the indicators begin with that tell of what offers do. What customers brought and orders move with seasons, too,
and effects are learned in proportion to what is bought."""
AT_RANDOM, OF_PLAN = " at random", " of the plan"
"""Ends of names of indicators: in periods with random offers alone, and in those of a plan."""
TREND = {
    "cuts": False, "value": True, PRICE_RESPONSE: False,
    **{indicator + of: indicator == "orders" for indicator in ("orders", "cost") for of in (AT_RANDOM, OF_PLAN)},
}  # fmt: skip
"""The indicators, and whether they are forecast with a trend."""
AT_ONCE = len(TREND) - 2
"""Indicators that one period can have."""


@dataclass(frozen=True)
class PeriodSales:
    """How the shop ran in a period, whatever was given: a change of it may be news."""

    product: Ints
    """(products,): numbers of what was sold, ascending."""
    units: Floats
    """(products,)."""
    cut: Floats
    """(products,): share of the list price that was taken off for everybody."""
    orders: int


def period_sales_of(bought: pl.DataFrame, numbers: pl.DataFrame) -> PeriodSales:
    """Sum the purchases of all customers; `numbers` has product_id and the `number` of each."""
    sums = bought.group_by("product_id").agg(
        pl.col("quantity").sum(), pl.col("list_value_minor").sum(), pl.col("discount_minor").sum()
    )
    each = sums.join(numbers, on="product_id", how="inner").sort("number")
    cut = each["discount_minor"].to_numpy() / np.maximum(each["list_value_minor"].to_numpy(), 1)
    units = each["quantity"].to_numpy().astype(np.float64)
    return PeriodSales(each["number"].to_numpy().astype(np.int64), units, cut, bought["order_id"].n_unique())


@dataclass(frozen=True)
class Alarm:
    """An indicator has changed."""

    indicator: str
    change: float
    """The difference from the forecast, in the unit of the indicator."""
    p_value: float

    @property
    def is_of_effects(self) -> bool:
        """Whether it makes doubtful what was learned of offers before."""
        return self.indicator.startswith(OF_EFFECTS)


@dataclass
class Drift:
    """All that was seen since the beginning or the last alarm."""

    indicators: list[Mapping[str, float]] = field(default_factory=list)
    """The indicators of each period; one that is missing could not be measured."""
    sales: list[PeriodSales] = field(default_factory=list)

    def add_period(self, sales: PeriodSales, indicators: Mapping[str, float]) -> list[Alarm]:
        """One more period. After an alarm only the newest periods, which raised it, stay."""
        self.sales.append(sales)
        self.indicators.append({**indicators, "cuts": cuts(sales)})
        alarms = [alarm for alarm in (self._look(indicator) for indicator in TREND) if alarm is not None]
        keep = max(LAST) if alarms else MOST + max(LAST)
        self.sales, self.indicators = self.sales[-keep:], self.indicators[-keep:]
        return alarms

    def _look(self, indicator: str) -> Alarm | None:
        looks = (self._compare(indicator, last) for last in LAST if len(self.indicators) >= LEAST + last)
        surest = min((one for one in looks if one is not None), key=lambda one: one.p_value, default=None)
        return surest if surest is not None and surest.p_value < RATE / (SPAN * AT_ONCE * len(LAST)) else None

    def _compare(self, indicator: str, last: int) -> Alarm | None:
        series = np.array([one.get(indicator, np.nan) for one in self.indicators])
        if indicator == PRICE_RESPONSE:
            series = price_response(self.sales, len(self.sales) - last)
        newest, before = series[-last:], series[:-last][-MOST:]
        if np.isnan(newest).any() or np.isfinite(before).sum() < LEAST:
            return None
        change, p_value = shift(before, newest, trend=TREND[indicator])
        return Alarm(indicator, change, p_value)


def cuts(sales: PeriodSales) -> float:
    """Log of the mean share that was taken off."""
    return float(np.log(sales.units @ sales.cut / max(float(sales.units.sum()), 1.0) + LEAST_CUT))


def shift(before: Floats, newest: Floats, *, trend: bool) -> tuple[float, float]:
    """The mean of the newest values less its forecast, and the p-value of no change: least squares, Student's t.

    Values that are NaN are left out of `before`. What never differed is taken to differ by FINEST.
    """
    from scipy.special import stdtr

    place = np.arange(len(before))[np.isfinite(before)]
    x = np.column_stack([np.ones(len(place)), place]) if trend else np.ones((len(place), 1))
    middle = len(before) + (len(newest) - 1) / 2
    ahead = np.array([1.0, middle])[: x.shape[1]]
    inverse = np.linalg.inv(x.T @ x)
    coefficients = inverse @ x.T @ before[place]
    free = len(place) - x.shape[1]
    spread = max(float(np.sum((before[place] - x @ coefficients) ** 2)) / free, FINEST**2)
    change = float(newest.mean() - ahead @ coefficients)
    se = float(np.sqrt(spread * (1 / len(newest) + ahead @ inverse @ ahead)))
    return change, 2 * float(stdtr(free, -abs(change / se)))


def price_response(periods: Sequence[PeriodSales], n_reference: int) -> Floats:
    """(periods,): in each period the slope of log units by cut, about the means of each product in the first
    `n_reference`.

    Products that were sold in nearly all of these, weighted by their units; NaN where their cuts do not differ.
    """
    product = np.unique(np.concatenate([one.product for one in periods]))
    units, cut = np.zeros((2, len(periods), len(product)))
    for row, sales in enumerate(periods):
        places = np.searchsorted(product, sales.product)
        units[row, places], cut[row, places] = sales.units, sales.cut
    mean = units[:n_reference].mean(axis=0)
    often = (mean >= FEWEST_UNITS) & ((units[:n_reference] > 0).mean(axis=0) >= SOLD_OFTEN)
    units, cut, weight = units[:, often], cut[:, often], mean[often] * (units[:, often] > 0)
    y, x = np.log(np.maximum(units, 1.0)), cut
    y, x = y - y[:n_reference].mean(axis=0), x - x[:n_reference].mean(axis=0)
    total = np.maximum(weight.sum(axis=1), 1e-12)[:, None]
    x = x - (weight * x).sum(axis=1, keepdims=True) / total
    square = (weight * x**2).sum(axis=1)
    slope = (weight * x * y).sum(axis=1) / np.where(square > 1e-9, square, np.nan)
    return np.asarray(slope, dtype=np.float64)

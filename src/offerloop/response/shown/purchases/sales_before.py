"""What customers did before any day: how much they bought, and how much of it an offer covers.

An offer with a threshold covers the orders that reach it. A customer's own orders are few, so what they hold is shrunk
to a usual week's (`usual_week`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.engine import Frame, collect
from offerloop.money import MICRO
from offerloop.response.encoding import ColumnEncoding
from offerloop.response.margins import Margins
from offerloop.response.shown.customer_attributes import CustomerAttributes
from offerloop.response.shown.purchases.below_maximum import BelowMaximum, Limit, goods_of, limits_of
from offerloop.response.shown.purchases.category_shares import CategoryShares, ShareScale
from offerloop.response.shown.purchases.exposure_windows import (
    EXPOSURE_FEATURES,
    MONTH_DAYS,
    QUARTER_DAYS,
    SCOPE_SUMS,
    OfferScope,
    daily_sums,
    exposure_features,
    newness,
    orders_of_goods,
    running_sums,
    scope_days,
    scope_sums,
    sums_between,
)
from offerloop.response.shown.purchases.usual_week import (
    TINY,
    WEEKS_TRIED,
    Counted,
    ReachByWorth,
    UsualWeek,
    best_weeks,
    dispersion,
)
from offerloop.response.terms import EVERYTHING, OfferTerms

WHOLE: OfferScope = (EVERYTHING, 0.0)
LEAST_DAYS = 7
"""Days that sums are of, where the data have fewer before an exposure."""
_SUMS_OF = {"spend_91": QUARTER_DAYS, "orders_91": QUARTER_DAYS, "spend_28": MONTH_DAYS}


@dataclass(frozen=True, eq=False)
class Before:
    """Sums up to each day."""

    days: pl.DataFrame
    by_scope: dict[OfferScope, pl.DataFrame]
    counted: tuple[Counted, ...]
    """What each offer counts on; nothing first."""
    maxima: BelowMaximum
    shares: CategoryShares
    first_day: int
    """The first day of the data."""
    categories: pl.DataFrame
    """Sums of all purchases by category: list_value_minor and profit_micro."""
    attributes: CustomerAttributes | None = None

    @classmethod
    def of(
        cls, order_lines: Frame, products: Frame, margins: Margins, ids: Frame, offers: Sequence[OfferTerms],
        first_day: int, scale: ShareScale | None = None, attributes: CustomerAttributes | None = None,
        *, coupons_apart: bool = False,
    ) -> Before:  # fmt: skip
        """Read the earlier sales of some customers; `scale` is that of the shares where it is known.

        `coupons_apart`: whether the discounts of order lines hold no coupons.
        """
        daily = collect(daily_sums(order_lines, products, ids))
        counted = tuple(((one.goods, one.threshold), one.amount) for one in offers)
        partial = {scope for scope, amount in counted if amount or scope != WHOLE}
        limits = limits_of(offers)
        goods = {one for one, _ in partial} | goods_of(limits)
        orders = orders_of_goods(order_lines, products, ids, goods, coupons_apart=coupons_apart) if goods else {}
        by_scope, maxima = scope_days(orders, partial), BelowMaximum.of(limits, orders)
        shares = CategoryShares.of(daily, scale)
        sums = pl.col("list_value_minor", "profit_micro").cast(pl.Float64).sum()
        categories = margins.with_profit(daily).group_by("category").agg(sums)
        return cls(running_sums(daily, margins), by_scope, counted, maxima, shares, first_day, categories, attributes)

    def features(self, rows: pl.DataFrame) -> Floats:
        """(n, p) of rows (customer_id, shown_day).

        Where the data begin within a window, what they have of it stands for all of it. The longer ago the last order,
        the less another day of silence says, so its days count by their logarithm.
        """
        seen_days = (rows["shown_day"] - self.first_day).cast(pl.Float64)
        whole = [pl.col(name) * (days / seen_days.clip(LEAST_DAYS, days)) for name, days in _SUMS_OF.items()]
        features = exposure_features(self.days, rows).with_columns(*whole, pl.col("days_since_order").log1p())
        return np.column_stack(
            [features.select(EXPOSURE_FEATURES).to_numpy(), np.log1p(features["spend_91"].to_numpy().clip(0))]
        )

    def newness(self, rows: pl.DataFrame) -> Floats:
        """(n,): see `exposure_windows.newness`."""
        return newness(self.days, rows, self.first_day)

    @property
    def encoding(self) -> ColumnEncoding | None:
        """How attributes of customers are encoded."""
        return None if self.attributes is None else self.attributes.encoding

    def further(self, rows: pl.DataFrame) -> tuple[Floats, ...]:
        """Return tables (n, q) of what else may tell who responds: shares of categories, and attributes.

        Attributes of which no value is frequent enough have no column, and so no table.
        """
        shares = self.shares.before(rows)
        attributes = None if self.attributes is None else self.attributes.of_rows(rows)
        return tuple(one for one in (shares, attributes) if one is not None and one.shape[1])

    @property
    def left(self) -> float:
        """What is left of all purchases, as a share of list value."""
        return _left(self.categories) / MICRO

    def margins_of_named(self) -> list[float]:
        """Return what goods of the categories that each offer names leave of list price, over all goods; 1 for an
        offer that names none."""
        whole = _left(self.categories)
        named = [self.categories.filter(pl.col("category").is_in(goods.categories)) for goods, _ in self.scopes]
        return [_left(one) / whole if whole > 0 and one["list_value_minor"].sum() > 0 else 1.0 for one in named]

    def usual_week(self, rows: pl.DataFrame) -> UsualWeek:
        """Return what the mean of some rows buys in a week, by the part of a quarter that the data have before each."""
        n, weeks_seen = max(rows.height, 1), self._weeks_seen(rows)

        def of_week(days: pl.DataFrame) -> tuple[float, float]:
            value, orders = scope_sums(days, rows).sum().row(0)
            return value / n / weeks_seen, orders / n / weeks_seen

        value, orders = (max(one, TINY) for one in of_week(self.days))
        by_scope = {scope: of_week(days) for scope, days in self.by_scope.items()}
        weeks, below = dict.fromkeys(self.partial, WEEKS_TRIED[0]), self.maxima.usual(rows, weeks_seen)
        return UsualWeek(value, orders, by_scope, weeks, below, dict.fromkeys(below, WEEKS_TRIED[0]))

    def _weeks_seen(self, rows: pl.DataFrame) -> float:
        """Return the mean weeks of the quarter before each row that the data have."""
        seen_days = (rows["shown_day"] - self.first_day).cast(pl.Float64).clip(LEAST_DAYS, QUARTER_DAYS)
        return float((seen_days / 7).sum()) / rows.height if rows.height else QUARTER_DAYS / 7

    @property
    def scopes(self) -> tuple[OfferScope, ...]:
        """What each offer counts on; nothing first."""
        return tuple(scope for scope, _ in self.counted)

    @property
    def partial(self) -> list[Counted]:
        """What offers count on that is not all of the shop."""
        return [one for one in dict.fromkeys(self.counted) if one[0] in self.by_scope]

    def with_weeks(self, usual: UsualWeek, rows: pl.DataFrame) -> UsualWeek:
        """Return the usual week with the weeks by which what counts is best predicted, for each of `partial`, and what
        lies below limits.

        Orders that reach a threshold are shrunk to those of customers whose orders are worth as much.

        rows: customer_id, shown_day and until_day of windows in which nothing was offered. Compared is the binomial
        likelihood of how many of a window's orders count for an amount off each, by holding what is covered or by
        reaching the threshold, given the customer's orders before it; for a share off the quasi-likelihood of the share
        of a window's value that is covered (Papke and Wooldridge 1996), as of so many orders.
        """
        window = pl.col("shown_day"), pl.col("until_day")

        def within_and_before(days: pl.DataFrame) -> Floats:
            """(2, n, 2): value and orders in the windows, and before them."""
            both = sums_between(days, rows, *window, SCOPE_SUMS), scope_sums(days, rows)
            return np.stack([one.to_numpy().astype(np.float64) for one in both])

        (value, orders), before = (one.T for one in within_and_before(self.days))
        by_scope = {scope: within_and_before(days) for scope, days in self.by_scope.items()}
        worth = usual.order_worth(before)
        reached = {scope: one[0].T for scope, one in by_scope.items() if scope[1] > 0}
        limited = {limit: np.stack(self.maxima.within(limit, rows)) for limit in self.maxima.days}
        usual = replace(usual, reach=ReachByWorth.fit(worth, np.stack([value, orders]), reached, limited))
        weeks = dict(usual.weeks)
        for scope, amount in weeks:
            column = int(amount)
            within, own = by_scope[scope][:, :, column]
            counted = within if amount else orders * within / np.maximum(value, TINY)
            counts, counted_orders, whole = usual.of_worth(scope, worth)
            of_usual = (counted_orders, np.full_like(whole, usual.orders)) if amount else (counts, whole)
            weeks[scope, amount] = best_weeks(counted, orders, (own, before[column]), of_usual)
        return replace(usual, weeks=weeks, below_weeks=self._below_weeks(usual, rows, worth, limited))

    def _below_weeks(
        self, usual: UsualWeek, rows: pl.DataFrame, worth: Floats, limited: Mapping[Limit, Floats]
    ) -> dict[Limit, float]:
        """Return the weeks by which the share below each limit is best predicted.

        A window counts by its value: a large order lies less below, so that the mean of shares is not that of the sums.
        """
        weeks = {}
        for limit, (below, value) in limited.items():
            own, of_usual = self.maxima.sums(limit, rows), usual.below_limit(limit, worth)
            of_week = (more + WEEKS_TRIED[0] * usual_week for more, usual_week in zip(own, of_usual, strict=True))
            apart = dispersion(below, value, *of_week)
            weeks[limit] = best_weeks(below / apart, value / apart, own, (of_usual[0], of_usual[1]))
        return weeks

    def covered(self, rows: pl.DataFrame, usual: UsualWeek) -> tuple[Floats | None, Floats | None]:
        """Return the share (n, K) of what each row usually buys that each offer counts on, by value at list price, and
        the orders in a unit of it; None where all offers take a share off everything.

        As much as some usual weeks' purchases counts as if it were like those of all customers, above a threshold like
        those of customers whose orders are worth as much: Poisson rates, shrunk to the mean by a gamma distribution of
        that weight.
        """
        if not self.by_scope:
            return None, None
        before = scope_sums(self.days, rows).to_numpy().T
        whole, worth = before[0], usual.order_worth(before)
        share, orders = np.ones((rows.height, len(self.counted))), np.zeros((rows.height, len(self.counted)))
        for counted in self.partial:
            added = usual.added(counted, worth)
            value, number = (own + more for own, more in zip(self._sums(counted, rows), added, strict=False))
            places = [offer == counted for offer in self.counted]
            share[:, places] = np.minimum(value / (whole + added[2]), 1.0)[:, None]
            orders[:, places] = (number / np.maximum(value, TINY))[:, None]
        return share, orders

    def _sums(self, counted: Counted, rows: pl.DataFrame) -> Floats:
        """(2, n): value and orders of a quarter that count."""
        return scope_sums(self.by_scope[counted[0]], rows).to_numpy().T.astype(np.float64)

    def below_maximum(self, rows: pl.DataFrame, usual: UsualWeek) -> Floats | None:
        """Return the share (n, K) of what each offer covers that it takes its share of; see `below_maximum`."""
        worth = usual.order_worth(scope_sums(self.days, rows).to_numpy().T)
        return self.maxima.shares(rows, usual.added_below(worth))

    def order_worth(self, rows: pl.DataFrame, usual: UsualWeek) -> Floats:
        """(n, K): what a usual order of each row holds of what each offer counts on, shrunk as `covered` is."""
        _, orders = self.covered(rows, usual)
        worth = usual.order_worth(scope_sums(self.days, rows).to_numpy().T)
        whole = np.repeat(worth[:, None], len(self.counted), axis=1)
        return whole if orders is None else np.where(orders > 0, 1 / np.maximum(orders, 1e-12), whole)


def _left(categories: pl.DataFrame) -> float:
    """What is left of list value, in millionths of a minor unit."""
    worth, left = categories.select("list_value_minor", "profit_micro").sum().row(0)
    return left / worth if worth > 0 else 0.0

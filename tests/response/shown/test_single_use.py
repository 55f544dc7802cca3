"""Coupons that are good for one order: told by the log, and expected to cost no more of who orders often."""

import numpy as np
import polars as pl
import pytest

from offerloop.engine import ENGINES
from offerloop.offers import read_offers
from offerloop.response import Margins, ShownLog, learn_shown

CUSTOMERS, BEFORE, WEEKS, WORTH = 600, 13, 12, 1_000
A_DAY = np.where(np.arange(CUSTOMERS) % 2, 0.5, 0.07)
"""How likely customers order on a day: 3.5 times a week, or once in two weeks."""


def learned(uses, window_days=7):
    """What a log says of a coupon of 10 % that can be used for so many orders of a week, in which its window ends."""
    rng, engine, last = np.random.default_rng(2), ENGINES.load("duckdb")(), 7 * (BEFORE + WEEKS)
    ordered = rng.random((CUSTOMERS, last)) < A_DAY[:, None]
    shown = rng.integers(0, 2, (CUSTOMERS, BEFORE + WEEKS)) * (np.arange(BEFORE + WEEKS) >= BEFORE)
    number = ordered.reshape(CUSTOMERS, -1, 7).cumsum(axis=2).reshape(CUSTOMERS, last)
    off = np.where(np.repeat(shown, 7, axis=1) & (number <= uses), 100, 0)
    who, day = np.nonzero(ordered)
    orders = pl.DataFrame({"customer_id": who, "order_day": day, "coupon_minor": off[who, day]})
    orders = orders.with_row_index("order_id").cast({"order_id": pl.Int64}).with_columns(
        product_id=pl.lit("p"), quantity=pl.lit(1), list_value_minor=pl.lit(WORTH), discount_minor=pl.lit(0),
        reimbursed_minor=pl.lit(0), revenue_minor=WORTH - pl.col("coupon_minor"),
    )  # fmt: skip
    (offer,) = read_offers([{"kind": "coupon", "id": "all", "percent": 10, "max_discount": "1.00"}], ["tea"], "USD")
    who, week = (one.ravel() for one in np.indices((CUSTOMERS, WEEKS)))
    exposures = pl.DataFrame({"customer_id": who, "shown_day": 7 * (BEFORE + week)}).with_columns(
        offer_id=pl.Series(np.where(shown[who, BEFORE + week], offer.offer_id, "none")), propensity=pl.lit(0.5)
    )
    products = pl.DataFrame({"product_id": ["p"], "category": ["tea"]})
    tables = (engine.table(one) for one in (exposures, orders, products))
    return learn_shown(ShownLog(*tables, 0, last, window_days, Margins(0.4)), [offer], 1, engine)


@pytest.mark.parametrize("uses", [1, 9])
def test_who_orders_often_costs_as_much_as_the_coupon_can_be_used(uses):
    shown = learned(uses)
    cost = shown.effects(shown.model.names[1])["discount_minor"].to_numpy()
    often = A_DAY[shown.customers.to_numpy()] == 0.5
    rare = 100 * (7 * 0.07 if uses > 1 else 1 - 0.93**7)
    frequent = 100 * (7 * 0.5 if uses > 1 else 1 - 0.5**7)
    assert cost[often].mean() == pytest.approx(frequent, rel=0.15)
    assert cost[~often].mean() == pytest.approx(rare, rel=0.3)
    assert list(shown.model.is_used_once) == [False, uses == 1]
    assert shown.used_again == (set() if uses == 1 else {"all-10"})


def test_a_coupon_for_one_order_costs_about_one_use_where_a_quarter_of_each_window_was_seen():
    shown = learned(1, window_days=28)
    cost = shown.effects(shown.model.names[1])["discount_minor"].to_numpy()
    often = A_DAY[shown.customers.to_numpy()] == 0.5
    assert 90 < cost[often].mean() < 150, "four times as much where uses grow in proportion to time"
    assert cost[~often].mean() == pytest.approx(100 * (1 - 0.93**28), rel=0.2)

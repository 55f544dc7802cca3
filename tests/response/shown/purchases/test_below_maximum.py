"""Shares off with a maximum cost no more of an order than that."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from made_log import WORTH, log_of

from offerloop.engine import InMemoryEngine, collect
from offerloop.offers import read_offers
from offerloop.response import learn_shown
from offerloop.response.shown.purchases.below_maximum import BelowMaximum, limits_of
from offerloop.response.terms import EVERYTHING, NO_OFFER_TERMS, OfferTerms

ORDERS = 0.5
"""Of a customer in a week."""
TIMES = 1 + 4 * (pl.col("customer_id") % 2)
"""The orders of every other customer are five times as large."""


def test_who_buys_much_at_once_costs_no_more_than_the_maximum():
    """10 % off with a maximum of twice the discount of a small order; large orders are of five times as much."""
    most = WORTH // 5
    terms = {"kind": "coupon", "id": "all-10", "percent": 10, "max_discount": f"{most / 100:.2f}"}
    offers, engine = read_offers([terms], None, "USD"), InMemoryEngine()
    log = log_of(offers, {"all-10": 0.0}, {"all-10": WORTH // 10}, 600, engine)
    lines = collect(log.order_lines).with_columns(
        list_value_minor=TIMES * pl.col("list_value_minor"),
        coupon_minor=pl.when(pl.col("coupon_minor") > 0)
        .then(pl.min_horizontal(TIMES * (WORTH // 10), most))
        .otherwise(0),
    )
    lines = lines.with_columns(revenue_minor=pl.col("list_value_minor") - pl.col("coupon_minor"))
    without = {name: term for name, term in terms.items() if name != "max_discount"}
    wide = {**terms, "id": "wide-10", "max_discount": f"{most / 10:.2f}"}
    both = read_offers([terms, {**without, "id": "free-10"}, wide], None, "USD")
    shown = learn_shown(replace(log, order_lines=engine.table(lines)), both, 1, engine)
    assert set(shown.made_of) == {"all-10"}
    cost, large = shown.effects("all-10")["discount_minor"].to_numpy(), shown.customers.to_numpy() % 2 == 1
    assert cost[~large].mean() == pytest.approx(WORTH / 10 * ORDERS, rel=0.1)
    assert cost[large].mean() == pytest.approx(most * ORDERS, rel=0.1)


def test_the_share_below_the_maximum_is_of_orders_that_count_and_nearer_to_that_of_all_for_who_buys_little():
    limits = limits_of(
        (NO_OFFER_TERMS, OfferTerms("off", "coupon", 0.1, 100.0, most=20.0), OfferTerms("all", "coupon", 0.1))
    )
    orders = pl.DataFrame(
        {"customer_id": [1, 1, 2, 3], "order_day": [1, 2, 1, 2], "shelf_value_minor": [400, 150, 120, 99]}
    )
    maxima = BelowMaximum.of(limits, {EVERYTHING: orders})
    rows = pl.DataFrame({"customer_id": [1, 2, 3], "shown_day": 50})
    usual = maxima.usual(rows, 13.0)
    ((below, value),) = usual.values()
    assert (below, value) == pytest.approx((470 / 39, 670 / 39))
    share = maxima.shares(rows, {limit: np.array(one) for limit, one in usual.items()})
    assert share[:, [0, 2]].tolist() == [[1.0, 1.0]] * 3
    assert share[:, 1] == pytest.approx([(350 + below) / (550 + value), (120 + below) / (120 + value), below / value])


def test_without_a_maximum_nothing_is_above_it():
    amount = OfferTerms("amount", "coupon", 50.0, most=50.0, amount=True)
    maxima = BelowMaximum.of(limits_of((NO_OFFER_TERMS, amount)), {})
    assert maxima.shares(pl.DataFrame({"customer_id": [1], "shown_day": 50}), {}) is None

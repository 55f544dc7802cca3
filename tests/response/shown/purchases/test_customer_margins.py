"""What customers leave of their purchases, and what that makes of the effects on them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from made_log import MARGIN, WORTH, log_of

from offerloop.engine import ENGINES, collect
from offerloop.money import MICRO
from offerloop.offers import read_offers
from offerloop.response import known_margins, learn_shown
from offerloop.response.shown.purchases.customer_margins import MarginScale

TODAY = 100


def margins(bought, customers, since=30):
    """The scale, and the share expected of customers; bought: (customer, list value, profit), a day each."""
    table = pl.DataFrame(bought, ["customer_id", "list_value_minor", "left"], orient="row").with_columns(
        order_day=since + pl.int_range(pl.len()), profit_micro=(MICRO * pl.col("left")).cast(pl.Int64)
    )
    days = table.sort("customer_id", "order_day").with_columns(
        pl.col("list_value_minor", "profit_micro").cum_sum().over("customer_id")
    )
    rows = pl.DataFrame({"customer_id": customers, "shown_day": TODAY})
    scale = MarginScale.of(days, rows, table["left"].sum() / table["list_value_minor"].sum())
    return scale, scale.of_customers(days, rows)


def test_customers_who_always_leave_their_own_share_are_expected_to():
    _, shares = margins([(1, 100, 10), (1, 200, 20), (2, 100, 40), (2, 50, 20)], [1, 2, 3])
    assert shares == pytest.approx([0.1, 0.4, 90 / 450])


def test_shares_that_vary_as_much_between_days_as_between_customers_are_expected_of_nobody():
    scale, shares = margins([(1, 100, 10), (1, 100, 50), (2, 100, 50), (2, 100, 20)], [1, 2])
    assert scale.others_minor == np.inf
    assert shares.tolist() == [scale.mean] * 2


def test_customers_are_shrunk_by_what_the_formula_of_credibility_says():
    """Shares .1 and .3, .5 and .7: within 0.02 x 2 x 100 / 2, between 2 x 200 x .04 less within over 200."""
    scale, shares = margins([(1, 100, 10), (1, 100, 30), (2, 100, 50), (2, 100, 70)], [1, 2])
    within, between = 2.0, (2 * 200 * 0.2**2 - 2.0) / (400 - 2 * 200**2 / 400)
    own = 200 / (200 + within / between)
    assert scale.others_minor == pytest.approx(within / between)
    assert shares == pytest.approx([0.4 - own * 0.2, 0.4 + own * 0.2])


def test_where_nobody_bought_in_the_quarter_before_the_share_of_all_purchases_is_expected():
    scale, shares = margins([(1, 100, 90), (1, 100, 70)], [1, 2], since=1)
    assert (scale.mean, shares.tolist()) == (0.8, [0.8, 0.8])


def test_an_offer_is_worth_something_in_a_shop_that_has_sold_nothing_for_a_quarter():
    engine, offers = ENGINES.load("duckdb")(), read_offers([{"kind": "coupon", "percent": 10}], ["tea"], "USD")
    name = offers[0].offer_id
    log = log_of(offers, {name: 0.5}, {name: 100}, 800, engine)
    closed = replace(log, as_of_day=log.as_of_day + 100)
    effects = learn_shown(closed, offers, 1, engine).effects(name)
    assert effects["value_minor"].mean() > 0.1 * MARGIN * WORTH * 0.25


def test_margins_that_are_all_alike_are_the_same_for_everybody():
    _, shares = margins([(n % 7, 100 + n, 0.4 * (100 + n)) for n in range(60)], range(7))
    assert shares == pytest.approx([0.4] * 7, abs=1e-12)


def test_what_an_offer_adds_leaves_as_much_as_other_purchases_of_the_customer():
    """Every second customer pays .70 of list price at the shelf, so that they leave .25 of it and others .55; an offer
    makes all buy half as much again, and its discount does not depend on what goods cost."""
    engine, offers = ENGINES.load("duckdb")(), read_offers([{"kind": "coupon", "percent": 10}], ["tea"], "USD")
    name = offers[0].offer_id
    log = log_of(offers, {name: 0.5}, {name: 100}, 1_200, engine)
    off = pl.when(pl.col("customer_id") % 2 == 1).then(300).otherwise(0).cast(pl.Int64)
    lines = collect(log.order_lines).with_columns(
        discount_minor=off, revenue_minor=WORTH - off - pl.col("coupon_minor")
    )
    lines = engine.table(lines)
    on_sale = replace(
        log, order_lines=lines, margins=known_margins(lines, log.products, MARGIN, tells_shelf=True), coupons_apart=True
    )
    effects = learn_shown(on_sale, offers, 1, engine).effects(name).with_columns(odd=pl.col("customer_id") % 2 == 1)
    means = effects.group_by("odd").agg(pl.col("value_minor", "discount_minor").mean()).sort("odd")
    assert means["value_minor"][1] / means["value_minor"][0] == pytest.approx(0.25 / 0.55, rel=0.1)
    assert means["discount_minor"][1] / means["discount_minor"][0] == pytest.approx(1.0, rel=0.1)
    assert means["value_minor"].mean() == pytest.approx(MARGIN * WORTH * 0.25, rel=0.25)


@pytest.mark.parametrize("on, left", [("tea", 0.1), ("coffee", 0.6)])
def test_what_an_offer_adds_of_the_goods_that_it_names_leaves_what_these_leave(on, left):
    """Tea costs .9 of its price and coffee .4; customers buy both, and an offer makes them buy half as much again of
    one of them."""
    engine, offers = (
        ENGINES.load("duckdb")(),
        read_offers([{"kind": "coupon", "on": on, "percent": 10}], ["tea", "coffee"], "USD"),
    )
    name = offers[0].offer_id
    log, others = (log_of(offers, grows, off, 1_500, engine) for grows, off in (({name: 0.5}, {name: 100}), ({}, {})))
    other = collect(others.order_lines).with_columns(pl.col("order_id") + 10**6, product_id=pl.lit("q"))
    costs = [
        ("p", on, round(WORTH * (1 - left))),
        ("q", "coffee" if on == "tea" else "tea", round(WORTH * (0.3 + left))),
    ]
    products = pl.DataFrame(costs, ["product_id", "category", "unit_cost_minor"], orient="row")
    lines = engine.table(pl.concat([collect(log.order_lines), other]))
    margins = known_margins(lines, engine.table(products), MARGIN, tells_shelf=False)
    both = replace(log, order_lines=lines, products=engine.table(products), margins=margins)
    value = learn_shown(both, offers, 1, engine).effects(name)["value_minor"].mean()
    assert value == pytest.approx(left * WORTH * 0.25, rel=0.35)


def test_offers_add_what_leaves_as_much_as_all_goods_where_these_leave_alike():
    engine, offers = (
        ENGINES.load("duckdb")(),
        read_offers([{"kind": "coupon", "on": "tea", "percent": 10}], ["tea"], "USD"),
    )
    name = offers[0].offer_id
    model = learn_shown(log_of(offers, {name: 0.5}, {name: 100}, 300, engine), offers, 1, engine).model
    assert model.margins.times == pytest.approx([1.0, 1.0], abs=1e-9)
    assert model.margins.se == pytest.approx([0.0, 0.0], abs=1e-5)

"""Effects of offers on a part of what a shop sells follow what each customer buys of it."""

from dataclasses import replace

import polars as pl
import pytest
from made_log import WORTH, log_of
from polars.testing import assert_frame_equal

from offerloop.engine import InMemoryEngine, collect
from offerloop.offers import read_offers
from offerloop.response import ShownEffects, learn_shown

PRODUCTS = pl.DataFrame({"product_id": ["p", "q", "r"], "category": ["tea", "jam", "toys"]})
OFF = {"some-10": WORTH // 10, "some-20": WORTH // 5}
ORDERS = 0.5
"""Of a customer in a week."""


SOME_TOYS = pl.col("order_id") * 7 % 10 < 1 + 4 * (pl.col("customer_id") % 3)
"""Which orders are of toys: one, five or nine in ten of those of a customer."""


def learned(is_toy: pl.Expr = SOME_TOYS, growth: float = 0.0, **scope: object) -> ShownEffects:
    """What a log says of 10 and 20 % off all but toys, by which customers order more of whatever they buy."""
    coupons = [{"kind": "coupon", "id": f"some-{percent}", "percent": percent, **scope} for percent in (10, 20)]
    offers, engine = read_offers(coupons, None, "USD"), InMemoryEngine()
    log = log_of(offers, dict.fromkeys(OFF, growth), OFF, 600, engine)
    lines = collect(log.order_lines).with_columns(
        product_id=pl.when(is_toy)
        .then(pl.lit("r"))
        .when(pl.col("order_id") % 3 == 0)
        .then(pl.lit("p"))
        .otherwise(pl.lit("q")),
        coupon_minor=pl.when(is_toy).then(0).otherwise("coupon_minor"),
    )
    return learn_shown(
        replace(log, order_lines=engine.table(lines), products=engine.table(PRODUCTS)), offers, 1, engine
    )


@pytest.fixture(scope="module")
def excepting():
    return learned(**{"except": {"on": "toys"}})


def test_an_offer_named_by_what_it_excepts_is_the_offer_named_by_all_else(excepting):
    naming = learned(on=["tea", "jam"])
    for name in OFF:
        assert_frame_equal(excepting.effects(name), naming.effects(name), check_exact=True)
    assert not excepting.notes


def test_it_costs_its_depth_of_what_each_customer_buys_beside_what_it_excepts(excepting):
    for name, off in OFF.items():
        cost = excepting.effects(name)["discount_minor"].to_numpy()
        assert cost.min() > 0
        for third, toys in enumerate((0.1, 0.5, 0.9)):
            own = excepting.customers.to_numpy() % 3 == third
            assert cost[own].mean() == pytest.approx((1 - toys) * off * ORDERS, abs=0.1 * off * ORDERS), (name, third)


def test_costs_add_up_to_those_of_the_log_where_few_customers_buy_all_that_is_covered():
    """Who buys none of it says most surely what a part of the expected purchases is taken off: nothing."""
    shown = learned(pl.col("customer_id") % 5 > 0, on=["tea", "jam"])
    for name, off in OFF.items():
        assert shown.effects(name)["discount_minor"].mean() == pytest.approx(off * ORDERS / 5, rel=0.1)


def test_what_an_exposure_effect_brings_is_of_the_usual_mix():
    """A coupon on tea takes nothing off the toys of those for whom it works by exposure.

    Shares of what is covered are shrunk, so that it seems a little more of the purchases of who hardly buys it.
    """
    of_toys = pl.when(pl.col("customer_id") % 2 == 0).then(1).otherwise(9)
    shown = learned(pl.col("order_id") * 7 % 10 < of_toys, growth=0.8, on=["tea", "jam"])
    for name, off in OFF.items():
        cost = shown.effects(name)["discount_minor"].to_numpy()
        for half, toys in enumerate((0.1, 0.9)):
            own = shown.customers.to_numpy() % 2 == half
            assert cost[own].mean() == pytest.approx((1 - toys) * off * ORDERS * 1.8, rel=0.7), (name, half)


def test_what_no_column_tells_counts_as_covered_and_is_said():
    """Offers in one shop, where order lines do not tell the shop."""
    shown = learned(shops="leeds")
    everything = learned()
    for name in OFF:
        assert_frame_equal(shown.effects(name), everything.effects(name), check_exact=True)
    (note,) = shown.notes
    assert "'store_id'" in str(note)

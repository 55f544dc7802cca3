from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import load_config
from offerloop.engine import ENGINES
from offerloop.errors import EvidenceError
from offerloop.events import prepare
from offerloop.flow import shop_margins
from offerloop.market.policies import offers_at_random
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.market.truth import true_effects
from offerloop.response import ShownLog, baseline_baskets, campaign_offers, learn_shown


def learned(market, folder):
    """What a run would learn of a simulated shop's offers, and of coupons of 15 and 30 % that nobody was shown."""
    config = load_config(write_shop(market, folder))
    engine = ENGINES.load("duckdb")()
    events = prepare(config, engine)
    margins = shop_margins(events, config.shop.margin)
    categories = baseline_baskets(events.order_lines, events.products, config.response).categories
    offers = [one.offer for one in campaign_offers(config, categories, events.offers, margins)]
    offers += [
        replace(one, offer_id=one.offer_id.replace("coupon-10", name), percent=Fraction(percent))
        for one in offers
        if one.offer_id.startswith("coupon-10")
        for name, percent in (("between", 15), ("beyond", 30))
    ]
    log = ShownLog(
        events.exposures, events.order_lines, events.products, events.first_day, events.as_of_day, 7, margins
    )
    return learn_shown(log, offers, config.seed, engine)


def lottery_shop(preset, seed, customers, weeks):
    market = Market(load_preset(preset), customers, 120, seed, before=14)
    rng = np.random.default_rng(seed)
    for _ in range(weeks):
        given = offers_at_random(market, rng)
        market.advance(given.offer, given.propensity)
    return market


@pytest.fixture(scope="module")
def fashion(tmp_path_factory):
    market = lottery_shop("fashion", 1, 2_500, 12)
    return market, learned(market, tmp_path_factory.mktemp("fashion"))


@pytest.mark.slow
def test_every_offer_that_was_shown_often_has_effects_for_everybody_who_bought(fashion):
    market, shown = fashion
    assert {market.terms.ids[k] for k in market.terms.menu} <= set(shown.made_of)
    table = shown.effects(next(iter(shown.made_of)))
    assert table["customer_id"].to_list() == shown.customers.to_list()
    assert table.select(pl.col(pl.Float64).is_finite().all()).row(0) == (True,) * len(
        table.select(pl.col(pl.Float64)).columns
    )
    assert table["p_redeem"].is_between(0, 1).all()


@pytest.mark.slow
def test_mean_effects_agree_with_the_truth(fashion):
    """Each offer's value and discount within their errors; the truth is that of the coming week."""
    market, shown = fashion
    true = true_effects(market, 20)
    off = []
    for row in shown.table.iter_rows(named=True):
        k = market.terms.ids.index(row["offer_id"])
        off.append((row["value_minor"] - true.value_minor[:, k].mean()) / row["value_se_minor"])
    assert np.abs(off).max() < 4
    assert np.mean(np.square(off)) < 2.5


@pytest.mark.slow
def test_discounts_follow_what_customers_buy_in_the_scope(fashion):
    """Cost is the surest part of an effect: whoever buys much of a category redeems much there."""
    market, shown = fashion
    true = true_effects(market, 20)
    rows = shown.customers.to_numpy() - market.first
    best = max(shown.table.iter_rows(named=True), key=lambda one: one["discount_minor"])["offer_id"]
    k = market.terms.ids.index(best)
    discount = true.cost_minor[rows, k] / market.terms.own_share[k]
    assert np.corrcoef(shown.effects(best)["discount_minor"].to_numpy(), discount)[0, 1] > 0.2


def test_a_lot_without_nothing_cannot_show_effects(tmp_path):
    market = Market(load_preset("grocery"), 300, 60, 1, before=6)
    rng = np.random.default_rng(1)
    for _ in range(3):
        market.advance(rng.choice(market.terms.menu, 300), np.full(300, 1 / len(market.terms.menu)))
    with pytest.raises(EvidenceError, match="log those who get nothing too"):
        learned(market, tmp_path / "shop")


def test_exposures_without_chances_say_nothing(tmp_path):
    market = Market(load_preset("grocery"), 300, 60, 1, before=6)
    market.advance(np.zeros(300, dtype=np.int64), None)
    with pytest.raises(EvidenceError, match=r"no propensity|deliberately nothing"):
        learned(market, tmp_path / "shop")


@pytest.mark.slow
def test_an_offer_between_two_depths_that_were_shown_has_effects_between_theirs(fashion):
    _, shown = fashion
    names = {name: name.replace("coupon-10", "coupon-20") for name in shown.made_of if name.startswith("coupon-10")}
    ten, twenty = next(pair for pair in names.items() if pair[1] in shown.made_of)
    fifteen = ten.replace("coupon-10", "between")
    value, low, high = (shown.effects(name)["value_minor"].to_numpy() for name in (fifteen, ten, twenty))
    np.testing.assert_allclose(value, (low + high) / 2)
    assert not shown.has(ten.replace("coupon-10", "beyond"))

"""What offers take off, as the log shows it."""

from dataclasses import replace

import numpy as np
import pytest
from growing_shop import CUSTOMERS, DEPTHS, FORMS, OFFERS, PERIODS, Shop, grow, of_category

from offerloop.response import NO_OFFER_TERMS, OfferTerms


def test_a_discount_is_its_depth_of_the_share_that_it_covers():
    shop = Shop(FORMS["line"])
    true = [0.8 * depth * (1 + depth) * shop.usual.mean() for depth in (0.0, *DEPTHS)]
    np.testing.assert_allclose(shop.predict().discount.mean(axis=0), true, rtol=0.1)


def test_an_amount_off_is_taken_from_each_order_that_it_counts_on():
    shop, often = Shop(FORMS["line"]), np.arange(CUSTOMERS) % 2 == 1
    orders = np.where(often, 0.03, 0.01)
    offers = (NO_OFFER_TERMS, *(replace(one, amount=True) for one in OFFERS[1:]))
    log, now = (
        replace(one, offers=offers, orders=np.tile(orders[whose, None], len(offers)))
        for one, whose in ((shop.log(), np.repeat(np.arange(CUSTOMERS), PERIODS)), (shop.now(), np.arange(CUSTOMERS)))
    )
    off = np.array([0.0, *DEPTHS])[shop.action] * shop.value * orders[:, None]
    found = grow(log, off.ravel(), log.whose % 5, now, np.arange(CUSTOMERS))
    for customers, rate in ((often, 0.03), (~often, 0.01)):
        true = [rate * depth * (1 + depth) * shop.usual[customers].mean() for depth in (0.0, *DEPTHS)]
        np.testing.assert_allclose(found.discount[customers].mean(axis=0), true, rtol=0.1)


def test_customers_who_add_goods_to_reach_a_threshold_cost_more_than_their_orders_say():
    """Half of the orders of most customers reach it and a tenth of those of the others; of all that do not, 40 % are
    filled up to it with the offer."""
    rng, whose = np.random.default_rng(1), np.repeat(np.arange(CUSTOMERS), PERIODS)
    offers = (NO_OFFER_TERMS, OfferTerms("full-300", "spend_and_save", 50.0, 300.0, amount=True))
    shop = Shop(np.array([0.0, 0.1]), offers=offers, spread=1.0)
    reach = np.where(np.arange(CUSTOMERS) % 3 > 0, 0.5, 0.1)
    covered, orders = np.column_stack([np.ones(CUSTOMERS), reach]), np.full((CUSTOMERS, 2), 0.01)
    log, now = (
        replace(rows, covered=covered[customers], orders=orders[customers])
        for rows, customers in ((shop.log(), whose), (shop.now(), np.arange(CUSTOMERS)))
    )
    filled = reach + 0.4 * (1 - reach)
    number = rng.binomial(rng.poisson(0.01 * log.outcome), filled[whose])
    found = grow(log, 50.0 * number * (log.action == 1), log.whose % 5, now, np.arange(CUSTOMERS)).discount[:, 1]
    for customers in (reach > 0.3, reach < 0.3):
        true = 50.0 * 0.01 * 1.1 * (filled * shop.usual)[customers].mean()
        assert found[customers].mean() == pytest.approx(true, rel=0.15)


@pytest.mark.parametrize("is_amount", [False, True])
@pytest.mark.parametrize("seed", [0, 2])
def test_those_who_buy_most_do_not_decide_what_an_exposure_effect_costs_of_others(seed, is_amount):
    """A coupon on tea brings customers back who buy their usual mix; a few buy twenty times as much as most.

    An amount off is taken from as many of their orders as of those that they make anyway.
    """
    rng, whose = np.random.default_rng(seed), np.repeat(np.arange(CUSTOMERS), PERIODS)
    offers = (NO_OFFER_TERMS, OfferTerms("tea", "coupon", 0.25, 0.0, of_category("tea"), amount=is_amount))
    orders = 0.02 if is_amount else 1.0
    shop = Shop(np.array([0.0, 0.6]), offers=offers, seed=seed, spread=1.0)
    size = np.exp(1.5 * rng.normal(size=CUSTOMERS))
    shop.usual, shop.value = shop.usual * size, shop.value * size[:, None]
    tea = 0.01 + 0.98 * rng.beta(0.7, 2.1, CUSTOMERS)
    covered = np.column_stack([np.ones(CUSTOMERS), tea])
    log, now = (
        replace(rows, covered=covered[customers], orders=np.full((len(customers), 2), orders))
        for rows, customers in ((shop.log(), whose), (shop.now(), np.arange(CUSTOMERS)))
    )
    of_tea = np.minimum(rng.gamma(3 * tea[whose], 1 / 3), 1)
    taken = 0.25 * orders * (log.action == 1) * log.outcome * of_tea
    found = grow(log, taken, log.whose % 5, now, np.arange(CUSTOMERS))
    usual_part = np.minimum(rng.gamma(3 * tea[:, None], 1 / 3, (CUSTOMERS, 200)), 1).mean(axis=1)
    fifth = np.argsort(np.argsort(tea)) * 5 // CUSTOMERS
    true, expected = (
        np.bincount(fifth, 0.4 * orders * usual_part * shop.usual),
        np.bincount(fifth, found.discount[:, 1]),
    )
    np.testing.assert_allclose(true[1:] / expected[1:], 1, atol=0.12)
    assert 0.5 < true[0] / expected[0] < 1.5


def test_a_coupon_for_one_order_costs_less_in_proportion_of_who_buys_much():
    """Orders are worth 50; it is not known who uses the coupon more often, only how often it is used on the whole."""
    offers = (NO_OFFER_TERMS, OfferTerms("first-order", "coupon", 0.2))
    shop = Shop(np.array([0.0, 0.1]), offers=offers, seed=3)
    chance = -np.expm1(-shop.usual / 50)
    log, now = (
        replace(rows, used_once=np.full((rows.size, 2), 50 * chance.mean()), use_worth=np.full((rows.size, 2), 50.0))
        for rows in (shop.log(), shop.now())
    )
    is_used = np.random.default_rng(4).random(log.size) < chance[log.whose]
    taken = 0.2 * 50 * ((log.action == 1) & is_used)
    found = grow(log, taken, log.whose % 5, now, np.arange(CUSTOMERS))
    fifth = np.argsort(np.argsort(shop.usual)) * 5 // CUSTOMERS
    ratio = np.bincount(fifth, 0.2 * 50 * chance) / np.bincount(fifth, found.discount[:, 1])
    np.testing.assert_allclose(ratio, 1, atol=0.15)

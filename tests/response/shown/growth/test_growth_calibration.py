"""What offers take off, as the log shows it."""

from dataclasses import replace

import numpy as np
from growing_shop import CUSTOMERS, DEPTHS, FORMS, OFFERS, PERIODS, Shop, grow

from offerloop.response import NO_OFFER_TERMS


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

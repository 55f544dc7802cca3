"""Who responds more: by what is known of customers, by the categories that they buy, and by their own past."""

from dataclasses import replace

import numpy as np
import pytest
from growing_shop import CUSTOMERS, FORMS, PERIODS, Shop, grow

from offerloop.response import NO_OFFER_TERMS, OfferTerms
from offerloop.response.shown.growth.calibration import JudgedGrowth
from offerloop.response.shown.growth.customer_response import CUSTOMER_SPREADS
from offerloop.response.shown.growth.model import Growth


def test_customers_who_respond_more_are_found_by_what_is_known_of_them():
    shop = Shop(FORMS["line"], lambda kind, _: 0.3 + 1.4 * kind)
    share = shop.predict().value[:, 4] / shop.usual
    assert share[shop.kind == 1].mean() > 2 * share[shop.kind == 0].mean()


def with_further(shop, *tables):
    """The log and the customers of a shop of whom further features (CUSTOMERS, q) are known."""
    of_rows = tuple(np.repeat(one, PERIODS, axis=0) for one in tables)
    return replace(shop.log(), further=of_rows), replace(shop.now(), further=tables)


def test_customers_who_respond_more_are_found_by_the_categories_that_they_buy():
    main = np.eye(5)[np.random.default_rng(0).integers(0, 5, CUSTOMERS)]
    shop = Shop(FORMS["line"], lambda *_: 0.5 + 2.5 * main[:, 0])
    log, now = with_further(shop, main)
    more = Growth.fit(log).by_further[0].more(main)
    assert more[main[:, 0] == 1].mean() - more[main[:, 0] == 0].mean() == pytest.approx(2.5, rel=0.3)
    part, whose = np.repeat(np.arange(CUSTOMERS) % 5, PERIODS), np.arange(CUSTOMERS)
    better, plain = grow(log, shop.off.ravel(), part, now, whose).value, shop.predict().value
    truth = (shop.usual * shop.response)[:, None] * FORMS["line"]
    assert np.abs(better - truth).mean() < 0.8 * np.abs(plain - truth).mean()


def test_categories_that_tell_nothing_change_hardly_anything():
    rng, spread = np.random.default_rng(0), []
    for seed in range(5):
        shares = rng.dirichlet(np.ones(20), CUSTOMERS)
        log, _ = with_further(Shop(FORMS["line"], seed=seed), shares)
        spread.append(Growth.fit(log).by_further[0].more(shares).std())
    assert np.mean(spread) < 0.1


def test_customers_who_respond_more_are_found_by_their_own_past():
    shop = Shop(FORMS["line"] * 1.5, lambda _, rng: rng.gamma(1.0, 1.0, CUSTOMERS), spread=0.3)
    share = shop.predict().value[:, 4] / shop.usual
    best, rest = np.argsort(-share)[: CUSTOMERS // 5], np.argsort(-share)[CUSTOMERS // 5 :]
    assert shop.response[best].mean() > 1.7 * shop.response[rest].mean()


def test_which_kind_of_offer_customers_respond_to_is_found_by_their_own_past():
    """Half of them respond to coupons alone, the others to gifts alone, and nothing else tells them apart."""
    offers = NO_OFFER_TERMS, OfferTerms("coupon", "coupon", 0.1), OfferTerms("mug", "gift", 0.1)
    shop = Shop(np.zeros(3), offers=offers, spread=0.3)
    likes = 1 + np.random.default_rng(0).integers(0, 2, CUSTOMERS)
    log, whose = shop.log(), np.repeat(np.arange(CUSTOMERS), PERIODS)
    log = replace(log, outcome=log.outcome * (1 + 0.8 * (log.action == likes[whose])))
    value = grow(log, 0 * log.outcome, whose % 5, shop.now(), np.arange(CUSTOMERS)).value
    assert (value[:, 1:].argmax(axis=1) + 1 == likes).mean() > 0.8


def test_one_customer_with_most_of_the_information_does_not_make_responses_differ():
    found = []
    for seed in range(10):
        shop = Shop(FORMS["line"], seed=seed)
        log = shop.log()
        weight = np.where(log.customer == 0, 100.0, 1.0)
        found.append(Growth.fit(replace(log, weight=weight)).by_past.spreads[0])
    assert np.mean(found) > 0.3


def test_nothing_is_said_of_customers_by_a_log_without_rows():
    log, nobody = Shop(FORMS["line"]).log(), np.zeros(0, dtype=np.int64)
    judged = JudgedGrowth.fit(log, 0 * log.outcome, log.whose % 5)
    assert judged.signals(log.of(nobody), np.array([-1, -1])).tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("seed", range(3))
def test_purchases_that_vary_more_with_a_deep_offer_are_no_responses_of_their_own(seed):
    shop = Shop(np.array([0.0, 0.05, 0.1, 0.2, 1.0]), seed=seed, spread=1.5)
    assert Growth.fit(shop.log()).by_past.spreads @ np.array(CUSTOMER_SPREADS) < 0.3

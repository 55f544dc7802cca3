"""Offers on a part of what customers buy: they add to it, or work by exposure."""

from dataclasses import replace

import numpy as np
import pytest
from growing_shop import CUSTOMERS, PERIODS, Shop, of_category

from offerloop.response import NO_OFFER_TERMS, OfferTerms
from offerloop.response.shown.growth.coverage import POWERS
from offerloop.response.shown.growth.model import Growth


@pytest.mark.parametrize(("power", "least", "most"), [(1.0, 0.5, 2.2), (0.0, 0.8, 1.2)], ids=["adds", "exposure"])
def test_noisy_offers_on_a_part_are_believed_to_bring_no_multiple_of_what_they_do(power, least, most):
    """They add to the tenth of purchases that they cover, or work by exposure as much as offers on everything."""
    scopes = [scope for scope in ("", "tea", "rice") for _ in range(2)]
    offers = (
        NO_OFFER_TERMS,
        *(OfferTerms(f"{s}{n}", "coupon", 0.1 + 0.1 * (n % 2), 0.0, of_category(s)) for n, s in enumerate(scopes)),
    )
    form = np.array([0.0, *(0.1, 0.2) * 3])
    believed = true = 0.0
    for seed in range(2):
        shop = Shop(0 * form, offers=offers, seed=seed, spread=2.0)
        of_goods = np.random.default_rng(seed).beta(1, 9, (CUSTOMERS, 2))
        share = np.column_stack([np.ones((CUSTOMERS, 3)), of_goods[:, [0, 0, 1, 1]]])
        log, now = (
            replace(one, covered=share[whose])
            for one, whose in (
                (shop.log(), np.repeat(np.arange(CUSTOMERS), PERIODS)),
                (shop.now(), np.arange(CUSTOMERS)),
            )
        )
        grown = 1 + form[log.action] * log.covers[np.arange(log.size), log.action] ** power
        found = Growth.fit(replace(log, outcome=log.outcome * grown)).predict(now, np.zeros((CUSTOMERS, 9)))
        believed += found.now[:, 3:].sum()
        true += (shop.usual[:, None] * (form * share**power)[:, 3:]).sum()
    assert least < believed / true < most


TEA = (NO_OFFER_TERMS, OfferTerms("all", "coupon", 0.1), OfferTerms("tea", "coupon", 0.1, 0.0, of_category("tea")))


def on_a_tenth(log):
    """The same log, with an offer on everything and one on a tenth of it."""
    return replace(log, covered=np.where(np.arange(3) == 2, 0.1, np.ones((log.size, 1))))


def test_a_log_that_says_nothing_leaves_an_exposure_effect_as_likely_as_what_offers_cover():
    log = Shop(np.zeros(3), offers=TEA, spread=3.0).log().of(np.arange(240))
    powers = Growth.fit(on_a_tenth(log)).coverage.powers
    np.testing.assert_allclose(powers[:, 2], [1 / 3, 1 / 6, 1 / 2], atol=0.08)


@pytest.mark.parametrize("seed", [1, 2])
def test_thresholds_may_work_otherwise_than_goods(seed):
    """Tea adds to what it covers, and a threshold works by exposure; then the other way around."""
    tea, save = TEA[2], OfferTerms("save", "coupon", 0.1, 50.0)
    share = np.random.default_rng(seed).beta(1, 4, (CUSTOMERS, 2))[np.repeat(np.arange(CUSTOMERS), PERIODS)]
    for powers in ((1, 0), (0, 1)):
        log = Shop(np.zeros(3), offers=(NO_OFFER_TERMS, tea, save), spread=0.5, seed=seed).log()
        covered = np.column_stack([np.ones(log.size), share])
        growth = np.column_stack([np.zeros(log.size), 0.4 * share ** np.array(powers)])
        grown = log.outcome * (1 + growth[np.arange(log.size), log.action])
        coverage = Growth.fit(replace(log, covered=covered, outcome=grown)).coverage
        for offer, power in enumerate(powers, 1):
            assert coverage.powers[POWERS.index(power), offer] > 0.8
            assert coverage.f_by_power[POWERS.index(power), offer] == pytest.approx(0.4, rel=0.25)


@pytest.mark.parametrize("seed", [1, 2])
def test_one_large_order_does_not_tell_how_offers_work(seed):
    """Offers work by exposure; whoever buys the most tea gives one order of a thousand times the usual with one."""
    log = Shop(np.array([0.0, 0.2, 0.2]), offers=TEA, spread=1.0, seed=seed).log()
    tea = np.random.default_rng(seed).beta(1, 9, CUSTOMERS)[np.repeat(np.arange(CUSTOMERS), PERIODS)]
    shown = np.flatnonzero(log.action == 2)
    outcome = log.outcome.copy()
    outcome[shown[tea[shown].argmax()]] *= 1_000
    covered = np.column_stack([np.ones((log.size, 2)), tea])
    assert Growth.fit(replace(log, covered=covered, outcome=outcome)).coverage.powers[-1, 2] > 0.9


def test_errors_grow_where_the_log_does_not_say_how_an_offer_on_a_part_works():
    def wider(spread, form, rows):
        """How much wider the errors of tea are for it."""
        log = on_a_tenth(Shop(np.array(form), offers=TEA, spread=spread).log().of(np.arange(rows)))
        growth, nobody_knows = Growth.fit(log), np.zeros((log.size, 6))
        growth = replace(growth, carried=replace(growth.carried, covariance=0 * growth.carried.covariance))
        same = replace(growth, coverage=replace(growth.coverage, f_by_power=0 * growth.coverage.f_by_power))
        return growth.predict(log, nobody_knows).se[:, 2].sum() / same.predict(log, nobody_knows).se[:, 2].sum()

    assert wider(2.0, [0.0, 0.4, 0.1], 3_000) > 1.2
    assert wider(0.3, [0.0, 0.4, 0.04], CUSTOMERS * PERIODS) == pytest.approx(1.0, abs=0.01)

"""Effects on customers as growth of what they buy anyway."""

import numpy as np
import pytest
from growing_shop import CUSTOMERS, FORMS, PERIODS, Shop, grow

from offerloop.response.shown.growth.model import Growth


def test_effects_are_in_proportion_to_what_customers_buy_anyway():
    shop = Shop(FORMS["line"])
    value = shop.predict().value[:, 4]
    assert (value / shop.usual).mean() == pytest.approx(0.4, abs=0.08)
    assert np.corrcoef(value, shop.usual)[0, 1] > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_where_offers_do_nothing_no_deep_one_looks_worth_its_cost(seed):
    found = Shop(0 * FORMS["line"], seed=seed).predict()
    assert (found.value[:, 1:] < found.discount[:, 1:]).all()
    assert (np.abs(found.value.mean(axis=0)) < 4 * found.value_se.mean(axis=0) + 1e-9).all()


def test_who_never_saw_an_offer_is_predicted_like_others_of_the_kind():
    shop = Shop(FORMS["line"])
    log, now = shop.log(), shop.now()
    found = grow(log, shop.off.ravel(), log.whose % 5, now, np.full(CUSTOMERS, -1))
    assert np.isfinite(found.value).all()
    assert found.value[:, 4].mean() / shop.usual.mean() == pytest.approx(0.4, abs=0.08)


NOBODY_BOUGHT = np.zeros((CUSTOMERS, PERIODS))


@pytest.mark.parametrize("change", ["nobody bought", "one did", "all are alike"])
def test_logs_that_say_nothing_give_effects_of_nothing(change):
    shop = Shop(0 * FORMS["line"])
    shop.value = NOBODY_BOUGHT + (change == "all are alike")
    shop.value[0, 0] += 100.0 * (change == "one did")
    shop.off = NOBODY_BOUGHT
    if change == "all are alike":
        shop.usual, shop.kind = np.ones(CUSTOMERS), np.ones(CUSTOMERS)
    found = shop.predict()
    for one in (found.value, found.value_se, found.discount):
        assert np.isfinite(one).all()
        assert np.abs(one).max() < 1


def test_offers_that_wear_out_are_predicted_as_they_are_at_the_end_of_the_log():
    shop = Shop(FORMS["line"], wears=0.8)
    share = shop.predict().value.sum(axis=0) / shop.usual.sum()
    assert share[4] == pytest.approx(0.2 * FORMS["line"][4], abs=0.08)
    late = Growth.fit(shop.log()).of_late
    assert late.high < -0.3


def test_offers_that_do_not_wear_out_are_hardly_ever_said_to():
    late = [Growth.fit(Shop(FORMS["line"], seed=seed).log()).of_late for seed in range(12)]
    assert sum(one.is_clear for one in late) <= 2
    assert np.abs([one.value for one in late]).mean() < 0.1

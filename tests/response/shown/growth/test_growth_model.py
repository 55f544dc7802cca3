"""Effects on customers as growth of what they buy anyway."""

import numpy as np
import pytest
from growing_shop import CUSTOMERS, FORMS, PERIODS, Shop, grow


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

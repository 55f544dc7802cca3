"""What customers left out show of effects: whether they are in proportion to what is bought."""

from dataclasses import replace

import numpy as np
import pytest
from growing_shop import CUSTOMERS, FORMS, PERIODS, Shop

from offerloop.response.shown.growth.calibration import JudgedGrowth

EVERYBODY = np.arange(CUSTOMERS)


def judged(shop):
    return JudgedGrowth.fit(shop.log(), shop.off.ravel(), np.repeat(EVERYBODY % 5, PERIODS))


def test_effects_that_go_with_the_root_of_purchases_are_nearer_to_the_truth_for_it():
    off = np.zeros(2)
    for seed in range(1, 5):
        usual = Shop(FORMS["line"], seed=seed).usual
        response = np.sqrt(usual.mean() / usual)
        shop = Shop(FORMS["line"] * 1.5, lambda *_, response=response: response, seed=seed, spread=2.0)
        truth, model = shop.usual * shop.response * 1.5 * FORMS["line"][4], judged(shop)
        signals = model.signals(shop.log(), EVERYBODY)
        for place, one in enumerate((model, replace(model, root=0.0))):
            off[place] += np.abs(one.effects(shop.now(), signals).value[:, 4] - truth).sum()
    assert off[0] < 0.95 * off[1]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_effects_in_proportion_to_purchases_are_left_as_they_are(seed):
    assert judged(Shop(FORMS["line"], seed=seed)).root < 0.2

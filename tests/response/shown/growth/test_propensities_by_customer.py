"""Logs in which good customers were shown offers more rarely, and no feature says who is one."""

from dataclasses import replace

import numpy as np
import pytest
from growing_shop import CUSTOMERS, DEPTHS, FORMS, PERIODS, Shop

from offerloop.response.shown.growth.model import Growth

SHARES = np.array([[0.2, *(0.2,) * len(DEPTHS)], [0.6, *(0.1,) * len(DEPTHS)]])
"""Propensities of nothing and of each depth, for customers who buy little and for those who buy much."""


class ShopOfTiers(Shop):
    """The same shop with propensities by tier; features say how much a customer buys, with much error."""

    def __init__(self, carry=(), seed=1):
        super().__init__(FORMS["line"], carry=carry, seed=seed)
        rng = np.random.default_rng(seed + 100)
        self.tier = (self.usual > np.median(self.usual)).astype(int)
        draws = rng.random((CUSTOMERS, PERIODS, 1))
        self.action = (draws > SHARES[self.tier].cumsum(axis=1)[:, None, :-1]).sum(axis=2)
        grown = FORMS["line"][self.action]
        growth = grown.copy()
        for lag, part in enumerate(carry, start=1):
            growth[:, lag:] += part * grown[:, :-lag]
        self.value = self.usual[:, None] * (1 + growth) * rng.gamma(4.0, 0.25, (CUSTOMERS, PERIODS))
        self.said = self.usual * rng.lognormal(0.0, 1.0, CUSTOMERS)

    def log(self):
        shares = np.bincount(self.action.ravel(), minlength=SHARES.shape[1]) / self.action.size
        own = SHARES[self.tier][np.arange(CUSTOMERS)[:, None], self.action].ravel()
        return replace(
            super().log(),
            features=np.repeat(np.column_stack([self.said, self.kind]), PERIODS, axis=0),
            usual_propensity=np.tile(shares, (self.action.size, 1)),
            weight=shares[self.action.ravel()] / own,
        )


@pytest.mark.parametrize("carry", [(), (0.5, 0.25), (-0.4, -0.2)], ids=["nothing", "lasts", "pulled forward"])
@pytest.mark.parametrize("seed", range(2))
def test_that_good_customers_had_fewer_offers_is_no_effect_of_earlier_ones(carry, seed):
    carried = Growth.fit(ShopOfTiers(carry, seed).log()).carried
    assert carried.lasts == pytest.approx(1 + sum(carry), abs=0.3)

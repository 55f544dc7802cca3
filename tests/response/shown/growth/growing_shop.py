"""A shop whose customers grow by what they are shown, in a known way: its log, and what is told of them by it."""

import numpy as np

from offerloop.response import NO_OFFER_TERMS, Evidence, OfferTerms
from offerloop.response.shown.growth.calibration import JudgedGrowth
from offerloop.response.shown.growth.carry_over import LAGS
from offerloop.response.terms import CoveredGoods

DEPTHS = (0.1, 0.2, 0.3, 0.4)
OFFERS = (NO_OFFER_TERMS, *(OfferTerms(f"off-{depth:g}", "coupon", depth) for depth in DEPTHS))
CUSTOMERS, PERIODS = 1_500, 12
FORMS = {
    "line": np.array([0.0, 0.1, 0.2, 0.3, 0.4]),
    "step": np.array([0.0, 0.0, 0.0, 0.5, 0.5]),
    "saturating": np.array([0.0, 0.3, 0.35, 0.38, 0.4]),
}


def grow(log, discount, part, now, whose):
    """Effects on customers `now`, as a log tells them; `part` (n,) are the rows that are left out together."""
    model = JudgedGrowth.fit(log, discount, part)
    return model.effects(now, model.signals(log, whose))


class Shop:
    """Customers who spend about `usual` a week, and a log of random offers; they grow by `response` times a form, and
    `tires` times as much after each of their last offers. `wears` is the part of growth that is gone after the log."""

    def __init__(self, form, response=None, carry=(), seed=1, spread=0.5, offers=OFFERS, tires=1.0, wears=0.0):
        self.offers = offers
        self.chance = np.full(len(offers), 1 / len(offers))
        rng = np.random.default_rng(seed)
        self.usual = rng.gamma(2.0, 50.0, CUSTOMERS)
        self.kind = rng.integers(0, 2, CUSTOMERS).astype(float)
        self.response = np.ones(CUSTOMERS) if response is None else response(self.kind, rng)
        self.action = rng.integers(0, len(offers), (CUSTOMERS, PERIODS))
        given = np.hstack([np.zeros((CUSTOMERS, LAGS)), self.action > 0])
        recent = np.stack([given[:, t : t + LAGS].sum(axis=1) for t in range(PERIODS)], axis=1)
        growth = self.response[:, None] * form[self.action] * tires**recent
        growth *= 1 - wears * np.arange(PERIODS) / PERIODS
        for lag, part in enumerate(carry, start=1):
            growth[:, lag:] += part * (self.response[:, None] * form[self.action])[:, :-lag]
        noise = rng.gamma(1 / spread**2, spread**2, (CUSTOMERS, PERIODS))
        self.value = self.usual[:, None] * (1 + growth) * noise
        self.off = np.array([one.depth for one in offers])[self.action] * self.value * 0.8

    def log(self):
        padded = np.hstack([np.full((CUSTOMERS, LAGS), -1), self.action])
        lagged = [padded[:, LAGS - lag : LAGS - lag + PERIODS].ravel() for lag in range(1, LAGS + 1)]
        n = CUSTOMERS * PERIODS
        before, of_period = np.arange(n)[:, None] - np.arange(1, LAGS + 1), np.tile(np.arange(PERIODS), CUSTOMERS)
        return Evidence(
            np.repeat(np.column_stack([self.usual, self.kind]), PERIODS, axis=0), self.action.ravel(),
            self.value.ravel(), np.tile(self.chance, (n, 1)), self.offers,
            customer=np.repeat(np.arange(CUSTOMERS), PERIODS), earlier=np.stack(lagged, axis=1),
            earlier_rows=np.where(np.arange(1, LAGS + 1) <= of_period[:, None], before, -1),
            age=7.0 * (PERIODS - of_period),
        )  # fmt: skip

    def now(self):
        nothing = np.zeros(CUSTOMERS)
        return Evidence(
            np.column_stack([self.usual, self.kind]), nothing.astype(np.int64), nothing,
            np.tile(self.chance, (CUSTOMERS, 1)), self.offers, earlier=self.action[:, : -LAGS - 1 : -1],
        )  # fmt: skip

    def predict(self):
        log = self.log()
        part = np.repeat(np.arange(CUSTOMERS) % 5, PERIODS)
        return grow(log, self.off.ravel(), part, self.now(), np.arange(CUSTOMERS))


def of_category(name):
    return CoveredGoods(categories=(name,) if name else ())

"""Effects of offers on customers, from growth learned of all and judged on parts left out.

What a model predicts of windows of customers whom it has not seen, each from the customer's own windows before, is
compared with what these windows showed, in one weighted regression:

    y - expected = sum over offers of the surprise of what was shown x (level alike + slope (predicted - alike)) + error

Level 1 and slope 1 say that predictions are right. Both are shrunk towards 1 as far as the log leaves them open
(`shrinkage`). Effects are what a model of all customers predicts, with this level and slope: used as they were judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.discounts import Discounts
from offerloop.response.shown.growth.expected_sales import TINY, error_variance
from offerloop.response.shown.growth.model import Growth, Predicted
from offerloop.response.shown.growth.shrinkage import Posterior, Prior, summed

DOUBTS = (0.0, 0.1, 0.2, 0.4, 0.8)
"""Standard deviations that level and slope may have around 1."""


@dataclass(frozen=True, eq=False)
class GrownEffects:
    """Effects of growth on customers; arrays are (customers, K)."""

    value: Floats
    value_se: Floats
    discount: Floats
    discount_se: Floats
    growth: Floats
    """What each offer brings in its window, as a share of what the customer buys without one."""
    alike: Floats
    """The value if all responded alike: its derivative by the customer's response."""
    response_se: Floats
    """(customers, causes): see `Growth.response_errors`."""


@dataclass(frozen=True, eq=False)
class JudgedGrowth:
    """Growth that was learned of all customers, with what customers left out showed of it."""

    growth: Growth
    level: float
    slope: float
    doubt: Floats
    """(2, 2): covariance of level and slope."""
    discounts: Discounts

    @classmethod
    def fit(cls, value: Evidence, discount: Floats, part: Ints, *, never_harms: bool = False) -> JudgedGrowth:
        """Learn from decisions with `customer` and `earlier`, sorted by time within a customer.

        `discount` (n,) is what was taken off, `part` (n,) which rows are left out together; `never_harms` as in
        `Growth.fit`.
        """
        growth = Growth.fit(value, never_harms=never_harms)
        models = ((one, Growth.fit(value.of(part != one), never_harms=never_harms)) for one in np.unique(part))
        judged = _judged([_unseen(model, value.of(part == one)) for one, model in models])
        return cls(growth, *judged, Discounts.fit(_of_rows(growth, value), value, discount))

    def effects(self, now: Evidence, signals: Floats) -> GrownEffects:
        """Return effects on customers `now`; `signals` are sums over their past rows."""
        predicted = self.growth.predict(now, signals)
        apart = predicted.value - predicted.alike
        judged = self.level * predicted.alike + self.slope * apart
        pair = np.stack([predicted.alike, apart], axis=-1)
        se = np.sqrt(predicted.se**2 + np.einsum("nkp,pq,nkq->nk", pair, self.doubt, pair))
        taken, taken_se = self.discounts.expected(predicted, now)
        without = np.maximum(predicted.without, TINY)[:, None]
        causes = self.growth.response_errors(now)
        return GrownEffects(judged, se, taken, taken_se, predicted.now / without, predicted.alike, causes)

    def of_rows(self, value: Evidence) -> Predicted:
        """Predict decisions that it was learned from, each by its customer's own ones before."""
        return _of_rows(self.growth, value)

    def signals(self, value: Evidence, whose: Ints) -> Floats:
        """(customers, signals): sums of what past rows say of each customer; `whose` numbers them as `value.customer`
        does, -1 for those without a row."""
        signals = self.growth.signals(value)
        if not value.size:
            return np.zeros((len(whose), signals.shape[1]))
        totals = summed(value.whose, signals)
        return np.where((whose >= 0)[:, None], totals[np.maximum(whose, 0)], 0.0)


def _judged(rows: Sequence[tuple[Floats, Floats, Floats]]) -> tuple[float, float, Floats]:
    """Level, slope and their covariance (2, 2), from what `_unseen` gives for each part."""
    x, y, variance = (np.concatenate(each) for each in zip(*rows, strict=True))
    gram = x.T @ (x / variance[:, None])
    covariance = np.linalg.pinv(gram)
    off = covariance @ (x.T @ (y / variance)) - 1
    usable = np.diag(gram) > 1e-9
    off = np.where(usable, off, 0.0)
    priors = [Prior(t**2 * np.eye(2)) for t in DOUBTS]
    mean, doubt = Posterior.of(off, covariance + np.diag(~usable * 1.0), priors).mean_and_covariance()
    return 1 + float(mean[0]), max(1 + float(mean[1]), 0.0), doubt


def _unseen(model: Growth, own: Evidence) -> tuple[Floats, Floats, Floats]:
    """Return for rows left out what shifts level and slope (m, 2), what is not expected (m,) and its variance (m,)."""
    predicted = _of_rows(model, own)
    lasts = model.carried.lasts
    alike = predicted.alike / lasts if lasts else predicted.alike
    surprise = np.eye(len(own.offers))[own.action] - own.draw
    x = np.stack([(surprise * alike).sum(axis=1), (surprise * (predicted.now - alike)).sum(axis=1)], axis=1)
    h = model.usual.over_mean(own)
    y = own.outcome - predicted.without - (own.draw * predicted.now).sum(axis=1)
    return x, y, error_variance(own, h, own.outcome - model.usual.mean * h)


def _of_rows(model: Growth, rows: Evidence) -> Predicted:
    return model.predict(rows, _before(model.signals(rows), rows.whose))


def _before(signals: Floats, customer: Ints) -> Floats:
    """(n, signals): sums of the customer's rows before each; rows are in the order of time within a customer."""
    order = np.argsort(customer, kind="stable")
    ordered = signals[order]
    sums = np.cumsum(ordered, axis=0) - ordered
    first = np.r_[True, customer[order][1:] != customer[order][:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    sums_before = np.empty_like(signals)
    sums_before[order] = sums - sums[start]
    return sums_before

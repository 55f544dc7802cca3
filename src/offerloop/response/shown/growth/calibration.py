"""Effects of offers on customers, from growth learned of all and judged on parts left out.

What a model predicts of windows of customers whom it has not seen, each from the customer's own windows before, is
compared with what these windows showed, in one weighted regression:

    y - expected = sum over offers of the surprise of what was shown
                   x (level alike + slope (predicted - alike) + root (by root - alike)) + error

Level 1, slope 1 and root 0 say that predictions are right. Root 1 says that effects go with the root of what customers
are expected to buy, not in proportion to it, as where heavy buyers add little more than others; `by root` is what that
adds, of such a size that `by root - alike` is uncorrelated with `alike`. All three are shrunk towards what is right as
far as the log leaves them open (`shrinkage`). Effects are what a model of all customers predicts, corrected by these
three: used as they were judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.discounts import Discounts
from offerloop.response.shown.growth.expected_sales import TINY, error_variance
from offerloop.response.shown.growth.model import Growth, Predicted
from offerloop.response.shown.growth.shrinkage import Posterior, Prior, summed

RIGHT = np.array([1.0, 1.0, 0.0])
"""Level, slope and root where predictions are right."""
DOUBTS = (0.0, 0.1, 0.2, 0.4, 0.8)
"""Standard deviations of level and slope, and of root, around that; as likely as not, root has none."""


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
    root: float
    root_scale: float
    """What `Predicted.root` is multiplied by."""
    doubt: Floats
    """(3, 3): covariance of level, slope and root."""
    discounts: Discounts

    @classmethod
    def fit(cls, value: Evidence, discount: Floats, part: Ints, *, never_harms: bool = False) -> JudgedGrowth:
        """Learn from decisions with `customer` and `earlier`, sorted by time within a customer.

        `discount` (n,) is what was taken off, `part` (n,) which rows are left out together; `never_harms` as in
        `Growth.fit`.
        """
        growth = Growth.fit(value, never_harms=never_harms)
        models = ((one, Growth.fit(value.of(part != one), never_harms=never_harms)) for one in np.unique(part))
        (level, slope, root), doubt = _judged([_unseen(model, value.of(part == one)) for one, model in models])
        rows = _of_rows(growth, value)
        scale = _root_scale(rows, _error_variance(growth, value))
        return cls(growth, level, slope, root, scale, doubt, Discounts.fit(rows, value, discount))

    def effects(self, now: Evidence, signals: Floats) -> GrownEffects:
        """Return effects on customers `now`; `signals` are sums over their past rows."""
        predicted = self.growth.predict(now, signals)
        parts = _parts(predicted.alike, predicted.value, self.root_scale * predicted.root)
        judged = parts @ np.array([self.level, self.slope, self.root])
        se = np.sqrt(predicted.se**2 + np.einsum("nkp,pq,nkq->nk", parts, self.doubt, parts))
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


def _parts(alike: Floats, value: Floats, root: Floats) -> Floats:
    """(n, K, 3): what level, slope and root multiply, of effects (n, K); `root` (n,) as in `Predicted`, scaled."""
    return np.stack([alike, value - alike, (root[:, None] - 1) * alike], axis=-1)


def _root_scale(rows: Predicted, variance: Floats) -> float:
    """Return what makes the projection of effects by root on those alike the latter, given the errors of rows (n,)."""
    weighted = rows.alike**2 / variance[:, None]
    return float(weighted.sum() / max((weighted * rows.root[:, None]).sum(), TINY))


def _judged(rows: Sequence[tuple[Floats, Floats, Floats]]) -> tuple[tuple[float, float, float], Floats]:
    """Level, slope and root, and their covariance (3, 3), from what `_unseen` gives for each part."""
    x, y, variance = (np.concatenate(each) for each in zip(*rows, strict=True))
    gram = x.T @ (x / variance[:, None])
    covariance = np.linalg.pinv(gram)
    off = covariance @ (x.T @ (y / variance)) - RIGHT
    usable = np.diag(gram) > 1e-9
    off = np.where(usable, off, 0.0)
    priors = [
        Prior(np.diag([t, t, root]) ** 2, weight=1.0 if root else len(DOUBTS) - 1.0)
        for t, root in product(DOUBTS, repeat=2)
    ]
    mean, doubt = Posterior.of(off, covariance + np.diag(~usable * 1.0), priors).mean_and_covariance()
    level, slope, root = (RIGHT + mean).tolist()
    return (level, max(slope, 0.0), min(max(root, 0.0), max(level, 0.0))), doubt


def _unseen(model: Growth, own: Evidence) -> tuple[Floats, Floats, Floats]:
    """Return for rows left out what shifts level, slope and root (m, 3), what is not expected and its variance (m,)."""
    predicted = _of_rows(model, own)
    lasts = model.carried.lasts
    alike = predicted.alike / np.where(lasts > 0, lasts, 1.0)
    surprise = np.eye(len(own.offers))[own.action] - own.draw
    variance = _error_variance(model, own)
    parts = _parts(alike, predicted.now, _root_scale(predicted, variance) * predicted.root)
    x = np.asarray((surprise[..., None] * parts).sum(axis=1), dtype=np.float64)
    y = own.outcome - predicted.without - (own.draw * predicted.now).sum(axis=1)
    return x, y, variance


def _error_variance(model: Growth, rows: Evidence) -> Floats:
    h = model.usual.over_mean(rows)
    return error_variance(rows, h, rows.outcome - model.usual.mean * h)


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

"""Effects of offers on customers, from growth learned of all and judged on parts left out.

What a model predicts of windows of customers whom it has not seen, each from the customer's own windows before, is
compared with what these windows showed, in one weighted regression:

    y - expected = sum over offers of the surprise of what was shown x (level alike + slope (predicted - alike)) + error

Level 1 and slope 1 say that predictions are right. Both are shrunk towards 1 as far as the log leaves them open
(`shrinkage`). Effects are what a model of all customers predicts, with this level and slope: used as they were judged.

A share off takes its depth of what it covers: a part, the same for everybody, of what the customer is expected to buy
of that with the offer, as far as the customer's orders lie below its maximum (`below_maximum`). What a reminder of the
shop brings may all be covered, or be of the customer's usual mix: the log tells how much is. An amount off is taken
from some of the orders, and from more where more is bought; what a reminder brings may all reach its threshold, or as
much of it as of the usual orders. An offer that the log shows to be good for one order (`single_use`) takes off no more
of who buys often. All this is alike for the depths of a family as far as the log shows no more. The part is what was
taken off over what is expected to be bought, a ratio estimator (Cochran 1977, chapter 6): in total no more and no less
is expected than was taken off, also where customers buy much or nothing of what is covered and it is not known
beforehand who does. A deeper offer of a family is not expected to take off less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression, nnls

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.expected_sales import TINY, error_variance
from offerloop.response.shown.growth.model import Growth, Predicted
from offerloop.response.shown.growth.shrinkage import Posterior, Prior, summed

DOUBTS = (0.0, 0.1, 0.2, 0.4, 0.8)
"""Standard deviations that level and slope may have around 1."""
SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Standard deviations that the share of what is covered may have between depths, in units of their mean."""


@dataclass(frozen=True, eq=False)
class GrownEffects:
    """Effects of growth on customers; arrays are (customers, K)."""

    value: Floats
    value_se: Floats
    discount: Floats
    discount_se: Floats
    growth: Floats
    """What each offer brings in its window, as a share of what the customer buys without one."""


@dataclass(frozen=True, eq=False)
class JudgedGrowth:
    """Growth that was learned of all customers, with what customers left out showed of it."""

    growth: Growth
    level: float
    slope: float
    doubt: Floats
    """(2, 2): covariance of level and slope."""
    shares: Floats
    """(K, 4): what is taken off of a unit of each of `_bases`."""
    shares_se: Floats

    @classmethod
    def fit(cls, value: Evidence, discount: Floats, part: Ints, *, never_harms: bool = False) -> JudgedGrowth:
        """Learn from decisions with `customer` and `earlier`, sorted by time within a customer.

        `discount` (n,) is what was taken off, `part` (n,) which rows are left out together; `never_harms` as in
        `Growth.fit`.
        """
        growth = Growth.fit(value, never_harms=never_harms)
        models = ((one, Growth.fit(value.of(part != one), never_harms=never_harms)) for one in np.unique(part))
        return cls(growth, *_judged([_unseen(model, value.of(part == one)) for one, model in models]),
                   *_taken(growth, value, discount))  # fmt: skip

    def effects(self, now: Evidence, signals: Floats) -> GrownEffects:
        """Return effects on customers `now`; `signals` (customers, 2) are sums over their past rows."""
        predicted = self.growth.predict(now, signals)
        apart = predicted.value - predicted.alike
        judged = self.level * predicted.alike + self.slope * apart
        pair = np.stack([predicted.alike, apart], axis=-1)
        se = np.sqrt(predicted.se**2 + np.einsum("nkp,pq,nkq->nk", pair, self.doubt, pair))
        each = _bases(predicted, now)
        taken, taken_se = (np.einsum("nkc,kc->nk", each, one) for one in (self.shares, self.shares_se))
        without = np.maximum(predicted.without, TINY)[:, None]
        return GrownEffects(judged, se, taken, taken_se, predicted.now / without)

    def of_rows(self, value: Evidence) -> Predicted:
        """Predict decisions that it was learned from, each by its customer's own ones before."""
        return _of_rows(self.growth, value)

    def signals(self, value: Evidence, whose: Ints) -> Floats:
        """(customers, 2): sums of what past rows say of each customer; `whose` numbers them as `value.customer` does,
        -1 for those without a row."""
        if not value.size:
            return np.zeros((len(whose), 2))
        totals = summed(value.whose, self.growth.signals(value))
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


def _bases(predicted: Predicted, rows: Evidence) -> Floats:
    """(n, K, 4): depth times each of these: what is bought with each offer of what it covers; for an amount off, the
    orders of that; the same (orders for an amount off) if purchases that come of being reminded are of the usual mix;
    and what is taken off once."""
    depth, amount = (np.array([getattr(one, name) for one in rows.offers]) for name in ("depth", "amount"))
    bought = np.maximum(predicted.without, 1e-12)[:, None] * rows.covers + predicted.now
    usual_mix = bought - predicted.reminded * (1 - rows.covers)
    orders = np.where(amount, 0.0 if rows.orders is None else rows.orders, 1.0)
    once = 0 * bought if rows.used_once is None else rows.used_once
    each = np.stack([bought, amount * bought * orders, usual_mix * orders, once], axis=-1)
    return np.asarray((depth * rows.takes_from)[..., None] * each, dtype=np.float64)


def _taken(model: Growth, value: Evidence, discount: Floats) -> tuple[Floats, Floats]:
    """(K, 4): what is taken off of a unit of each of `_bases` with each offer, and the error."""
    predicted = _of_rows(model, value)
    base = _bases(predicted, value)[np.arange(value.size), value.action]
    slopes, errors = (np.zeros((len(value.offers), base.shape[-1])) for _ in range(2))
    for family in value.coding.families:
        family_places = [place for place, one in enumerate(value.offers) if one.kind and one.family == family]
        rows = np.isin(value.action, family_places)
        slopes[family_places], errors[family_places] = _taken_in_family(
            base[rows], discount[rows], value.of(rows), family_places
        )
    return slopes, errors


def _taken_in_family(bases: Floats, discount: Floats, rows: Evidence, offers: Sequence[int]) -> tuple[Floats, Floats]:
    """(offers, 4) each; rows are those of the offers of a family, and count as much as their values.

    What is taken off varies in proportion to what is expected (quasi-Poisson, Wedderburn 1974). So the mix of bases is
    fitted with inverse weights; else those who buy most would decide what the others cost.
    """
    scale = np.maximum(bases.mean(axis=0), 1e-300)
    root = np.sqrt(rows.counts / np.maximum((bases / scale).sum(axis=1), TINY))
    mix, _ = nnls(root[:, None] * bases / scale, root * discount)
    plain, place = bases @ (mix / scale), np.searchsorted(offers, rows.action)
    expected = np.maximum(np.bincount(place, rows.counts * plain, len(offers)), TINY)
    each = np.bincount(place, rows.counts * discount, len(offers)) / expected
    ratio = float(rows.counts @ discount) / float(expected.sum())
    squares = np.bincount(place, (rows.counts * (discount - ratio * plain)) ** 2, len(offers))
    priors = [Prior((t * ratio) ** 2 * np.eye(len(each))) for t in SHARES]
    off, spread = Posterior.of(each - ratio, np.diag(squares / expected**2), priors).mean_and_covariance()
    se = np.sqrt(np.diag(spread) + squares.sum() / expected.sum() ** 2)
    depth = np.array([rows.offers[k].depth for k in offers])
    return np.outer(_not_falling(depth, ratio + off, expected), mix / scale), np.outer(se, mix / scale)


def _not_falling(depth: Floats, part: Floats, weight: Floats) -> Floats:
    """The nearest parts (offers,) with which a deeper offer takes off no less, depth times part, and as much in all."""
    if len(np.unique(depth)) < len(depth) or not (depth > 0).all():
        return part
    order, rising = np.argsort(depth), np.empty_like(part)
    rising[order] = isotonic_regression((depth * part)[order], weights=(weight / depth)[order]).x
    return rising / depth


def _of_rows(model: Growth, rows: Evidence) -> Predicted:
    return model.predict(rows, _before(model.signals(rows), rows.whose))


def _before(signals: Floats, customer: Ints) -> Floats:
    """(n, 2): sums of the customer's rows before each; rows are in the order of time within a customer."""
    order = np.argsort(customer, kind="stable")
    ordered = signals[order]
    sums = np.cumsum(ordered, axis=0) - ordered
    first = np.r_[True, customer[order][1:] != customer[order][:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    sums_before = np.empty_like(signals)
    sums_before[order] = sums - sums[start]
    return sums_before

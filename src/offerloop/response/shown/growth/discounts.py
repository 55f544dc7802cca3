"""What offers take off, in proportion to what customers are expected to buy with them.

A share off takes its depth of what it covers: a part, the same for everybody, of what the customer is expected to buy
of that with the offer, as far as the customer's orders lie below its maximum (`below_maximum`). Purchases that an
exposure brings, whatever the offer covers, may all be covered, or be of the customer's usual mix. An amount off is
taken from some of the orders, and from more where more is bought; orders that an exposure brings may all reach the
threshold, or as many as of the usual ones. Customers may also add what is covered, or goods until an order reaches the
threshold, however seldom their orders count without the offer: the discount of such purchases follows what the mean
customer buys. An offer that the log shows to be good for one order (`single_use`) takes off no more of who buys often,
but of who is likelier to use it, or to order at all what it covers. The log says how much each of these `_bases`
counts, for all depths of a family alike as far as it shows no more.

The part is what was taken off over what is expected to be bought, a ratio estimator (Cochran 1977, chapter 6): in
total no more and no less is expected than was taken off, also where customers buy much or nothing of what is covered
and it is not known beforehand who does. What is taken off without an offer, by coupons that have nothing to do with it,
is subtracted before; on what an offer adds, such coupons are a part of its cost. A deeper offer of a family is not
expected to take off less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression, nnls

from offerloop.arrays import Floats
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.expected_sales import TINY
from offerloop.response.shown.growth.model import Predicted
from offerloop.response.shown.growth.shrinkage import Posterior, Prior

SPREADS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Standard deviations that the part may have between depths, in units of their mean."""
BASES = 6
"""Columns of `_bases`."""


@dataclass(frozen=True, eq=False)
class Discounts:
    """What each of K offers, nothing first, takes off."""

    part: Floats
    """(K, BASES): what is taken off of a unit of each of `_bases`."""
    part_se: Floats
    mean_rate: Floats
    """(K,): of a unit of what is bought, the value that each offer counts on; for an amount off, the orders."""

    @classmethod
    def fit(cls, predicted: Predicted, rows: Evidence, discount: Floats) -> Discounts:
        """Learn from the discounts (n,) of rows of which this is predicted, whatever they were given."""
        discount = discount - _of_nothing(predicted, rows, discount)
        bought = rows.counts * np.maximum(predicted.without, TINY)
        mean_rate = bought @ (rows.covers * _orders(rows)) / bought.sum()
        bases = _bases(predicted, rows, mean_rate)[np.arange(rows.size), rows.action]
        part, part_se = (np.zeros((len(rows.offers), BASES)) for _ in range(2))
        for family in rows.coding.families:
            places = [place for place, one in enumerate(rows.offers) if one.kind and one.family == family]
            own = np.isin(rows.action, places)
            part[places], part_se[places] = _of_family(bases[own], discount[own], rows.of(own), places)
        return cls(part, part_se, mean_rate)

    def expected(self, predicted: Predicted, rows: Evidence) -> tuple[Floats, Floats]:
        """(n, K) each: what each offer takes off of each row, and the error."""
        bases = _bases(predicted, rows, self.mean_rate)
        taken, se = (np.einsum("nkc,kc->nk", bases, one) for one in (self.part, self.part_se))
        return taken, se


def _of_nothing(predicted: Predicted, rows: Evidence, discount: Floats) -> Floats:
    """(n,): what is taken off whatever is shown, in proportion to what would be bought anyway: as much of that as in
    windows with nothing, and with no offer more than is taken off with it in all."""
    bought = np.maximum(predicted.without, TINY)
    taken, of = (np.bincount(rows.action, rows.counts * one, len(rows.offers)) for one in (discount, bought))
    rates = taken / np.maximum(of, TINY)
    return np.asarray(np.minimum(rates[0], rates)[rows.action] * bought, dtype=np.float64)


def _orders(rows: Evidence) -> Floats:
    """(n, K): for an amount off, the orders in which a unit of what counts is bought; 1 for a share off."""
    amount = np.array([one.amount for one in rows.offers])
    return np.where(amount, 0.0 if rows.orders is None else rows.orders, np.ones(rows.propensity.shape))


def _bases(predicted: Predicted, rows: Evidence, mean_rate: Floats) -> Floats:
    """(n, K, BASES): depth times each of these.

    What is bought with each offer of what it covers; for an amount off, the orders of that; the same (orders for an
    amount off) if purchases that an exposure brings are of the usual mix; what is taken off once; the same (orders for
    an amount off) if all purchases were of the mean mix; and the first order of what is bought, for offers that are
    good for one.
    """
    depth, amount = (np.array([getattr(one, name) for one in rows.offers]) for name in ("depth", "amount"))
    without, orders = np.maximum(predicted.without, TINY)[:, None], _orders(rows)
    bought = without * rows.covers + predicted.now
    usual_mix = bought - predicted.by_exposure * (1 - rows.covers)
    once = 0 * bought if rows.used_once is None else rows.used_once
    mean_mix = (without + predicted.now) * mean_rate
    each = np.stack(
        [bought, amount * bought * orders, usual_mix * orders, once, mean_mix, _first_of(bought, rows)], axis=-1
    )
    return np.asarray((depth * rows.takes_from)[..., None] * each, dtype=np.float64)


def _first_of(bought: Floats, rows: Evidence) -> Floats:
    """(n, K): what the first order in the part of a window that was seen holds of what is bought, divided by this part,
    for offers that are good for one; orders come at a constant rate (Poisson). For an amount off, whether there is one.
    """
    if rows.use_worth is None:
        return np.zeros_like(bought)
    amount, part = np.array([one.amount for one in rows.offers]), rows.parts[:, None]
    orders = np.where(amount, bought * _orders(rows), bought / np.maximum(rows.use_worth, TINY))
    return np.asarray(rows.use_worth * -np.expm1(-orders * part) / part, dtype=np.float64)


def _of_family(bases: Floats, discount: Floats, rows: Evidence, offers: Sequence[int]) -> tuple[Floats, Floats]:
    """(offers, BASES) each; rows are those of the offers of a family, and count as much as their values.

    What is taken off varies in proportion to what is expected (quasi-Poisson, Wedderburn 1974). So the mix of bases is
    fitted with inverse weights; else those who buy most would decide what the others cost.
    """
    scale = np.maximum(bases.mean(axis=0), 1e-300)
    root = np.sqrt(rows.counts / np.maximum((bases / scale).sum(axis=1), TINY))
    mix, _ = nnls(root[:, None] * bases / scale, root * discount)
    mix = mix if mix.any() else np.ones(BASES)
    plain, place = bases @ (mix / scale), np.searchsorted(offers, rows.action)
    expected = np.maximum(np.bincount(place, rows.counts * plain, len(offers)), TINY)
    each = np.bincount(place, rows.counts * discount, len(offers)) / expected
    ratio = float(rows.counts @ discount) / float(expected.sum())
    squares = np.bincount(place, (rows.counts * (discount - ratio * plain)) ** 2, len(offers))
    priors = [Prior((t * ratio) ** 2 * np.eye(len(each))) for t in SPREADS]
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

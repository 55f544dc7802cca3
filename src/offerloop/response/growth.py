"""Depths of one discount as growth of what customers buy anyway: what a log of shown offers can tell of them.

    y = m h_i (1 + r_i f(d) + r_i sum over lags l of carry_l f(d of l exposures before)) + error,
    r_i = max(1 + z_i . a + u_i, 0)

m h is what is expected of the customer whatever is shown, with errors whose variance grows with it (`usual`). f is the
mean growth at each tested depth; r says how much more or less a customer responds, by features z within LIMIT (among
them how many of the last exposures were offers, so that customers may tire), and by the customer's own past windows,
u. `carry` is what earlier offers still add, or what they have taken in advance when below zero.

Every part is a posterior mean, drawn to what is likely beforehand as far as the log leaves it open (empirical Bayes,
Efron and Morris 1973), averaged over how widely the part may vary, by likelihood:

    f      ~ N(0, t1^2 11' + t2^2 dd' + t3^2 min(d, d'))    being shown an offer at all, a line, and any other form
    a      ~ N(0, t^2 I)      u_i ~ N(0, t^2)      carry ~ N(0, t^2 I)

min(d, d') is the covariance of a random walk in depth: f may be convex, saturating or stepped where the log shows it.
Depths that still seem to bring less than lower ones are pooled with these (isotonic regression), and none is below 0.
Given the draw of the offer, growth is estimated by weighted least squares from the surprise of what was shown, f of it
less its mean over the draw (Robinson 1988). Effects count the coming window and what carries over from it:

    value_i(d) = m h_i r_i f(d) (1 + sum of carry)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import isotonic_regression

from offerloop.response.evidence import Evidence, Ints
from offerloop.response.spread import averaged, clustered, drawn, drawn_slopes
from offerloop.response.terms import Coding, Floats
from offerloop.response.usual import Usual, noise

NAME = "growth"
LAGS = 4
"""Earlier exposures that may still matter."""
LIMIT = 2.5
"""Standard deviations beyond which a feature says no more: straight lines are not believed there."""
SHAPES = (0.0, 0.03, 0.1, 0.3)
"""t1, t2 and t3: growth at the deepest discount that each part of f may come to."""
CARRIED = (0.0, 0.1, 0.2, 0.4, 0.8)
OWN = (0.0, *np.geomspace(0.05, 3.0, 30).tolist())


@dataclass(frozen=True, eq=False)
class Told:
    """What is believed of rows (n,) of customers; 1 + depths are K."""

    now: Floats
    """(n, K): what each offer adds to the outcome in its window."""
    value: Floats
    """(n, K): the same with what carries over."""
    alike: Floats
    """(n, K): what the value would be if all responded alike."""
    se: Floats
    """(n, K): of the value, for the form; shared by all customers."""
    without: Floats
    """(n,): outcome of the window without an offer."""


@dataclass(frozen=True, eq=False)
class Growth:
    """What was learned."""

    coding: Coding
    usual: Usual
    f: Floats
    """(K,): 0 for nothing."""
    f_se: Floats
    """(K,): of its posterior."""
    traits: Floats
    """(2, p + 1): mean and scale of the features and of how many of the last exposures were offers."""
    centre: Floats
    """(p + 1,): traits of the mean customer, by what is bought."""
    a: Floats
    """(p + 1,)."""
    carry: Floats
    """(LAGS,)."""
    carry_z2: float
    """Squared length of the estimate of `carry` in errors: chi-squared of LAGS degrees where nothing carries over."""
    own: Floats
    """(len(OWN),): likelihoods of the spread of u."""
    usual_growth: float
    """Mean of f over the draws that were learned from: it is in what is expected whatever is shown."""

    @property
    def lasts(self) -> float:
        """The effect with all that follows, over that in the offer's own window; not below 0."""
        return max(1 + float(self.carry.sum()), 0.0)

    @classmethod
    def fit(cls, evidence: Evidence) -> Growth:
        """From decisions of an outcome that is not below zero on the whole, with `customer` and `earlier`."""
        y, usual = evidence.outcome, Usual.fit(evidence.features, evidence.outcome)
        h = usual.over_mean(evidence.features)
        unit, variance = usual.mean * h, noise(h, y - usual.mean * h)
        base = np.column_stack([np.ones_like(h), h, usual.traits(evidence.features)])
        f, f_se, left = _shape(evidence, base, unit, variance)
        z, traits = _traits(evidence)
        centre = np.average(z, axis=0, weights=h) if h.any() else z.mean(axis=0)
        step = unit * _surprise(evidence, f)
        a = drawn_slopes((z - centre) * step[:, None], left, variance, evidence.whose)
        left = left - ((z - centre) @ a) * step
        carry, z2 = _carried(evidence, f, base, unit, left, variance)
        own = _own_spread(_sums(evidence.whose, _said(step, left, variance)))
        growth = float((evidence.chance @ f).mean())
        return cls(evidence.coding, usual, f, f_se, traits, centre, a, carry, z2, own, growth)

    def signals(self, evidence: Evidence) -> Floats:
        """(n, 2): what each row says of its customer's u, and how precisely; they add up over rows of a customer."""
        h = self.usual.over_mean(evidence.features)
        expected = self.usual.mean * h
        step = expected * _surprise(evidence, self.f)
        left = evidence.outcome - expected - step * self._response(evidence)
        variance = noise(h, evidence.outcome - expected)
        return _said(step, left, variance)

    def told(self, evidence: Evidence, signals: Floats) -> Told:
        """Of rows of features and earlier offers; `signals` (n, 2) are the sums of their customers' past rows."""
        expected = self.usual.mean * self.usual.over_mean(evidence.features)
        response = np.maximum(self._response(evidence) + self._own(signals), 0.0)
        now = (expected * response)[:, None] * self.f
        lasting = (self.f[_past(evidence)] - self.usual_growth) @ self.carry
        without = expected * (1 + response * (lasting - self.usual_growth))
        lasts = self.lasts
        se = (expected * response)[:, None] * self.f_se * lasts
        return Told(now, now * lasts, expected[:, None] * self.f * lasts, se, np.maximum(without, 0.0))

    def _response(self, evidence: Evidence) -> Floats:
        z = _within((_with_past(evidence) - self.traits[0]) / self.traits[1])
        found: Floats = 1 + (z - self.centre) @ self.a
        return found

    def _own(self, signals: Floats) -> Floats:
        """(n,): u."""
        each = [t**2 * signals[:, 0] / (1 + t**2 * signals[:, 1]) for t in OWN]
        return np.asarray(self.own @ np.array(each), dtype=np.float64)


def _shape(evidence: Evidence, base: Floats, unit: Floats, variance: Floats) -> tuple[Floats, Floats, Floats]:
    """f (K,), its errors (K,), and what it leaves of the outcome (n,)."""
    offers = len(evidence.offers)
    surprise = np.eye(offers)[evidence.action] - evidence.chance
    x = np.column_stack([base, unit[:, None] * surprise[:, 1:]])
    found, covariance = clustered(x, evidence.outcome, variance, evidence.whose)
    depth = np.array([one.depth for one in evidence.offers[1:]])
    most = depth.max()
    forms = (np.ones((len(depth), len(depth))), np.outer(depth, depth) / most**2, np.minimum.outer(depth, depth) / most)
    spreads = [sum(t**2 * form for t, form in zip(one, forms, strict=True)) for one in product(SHAPES, repeat=3)]
    f, spread = drawn(found[-len(depth) :], covariance[-len(depth) :, -len(depth) :], spreads)
    f = _never_falling(depth, f)
    left = evidence.outcome - x[:, : -len(depth)] @ found[: -len(depth)] - x[:, -len(depth) :] @ f
    se = np.sqrt(np.maximum(np.diag(spread), 0.0))
    return np.concatenate([[0.0], f]), np.concatenate([[0.0], se]), left


def _never_falling(depth: Floats, f: Floats) -> Floats:
    """The nearest f that begins at 0 and does not fall as the depth grows: more must not bring less."""
    order = np.argsort(depth, kind="stable")
    found = np.empty_like(f)
    found[order] = np.maximum(isotonic_regression(f[order]).x, 0.0)
    return found


def _past(evidence: Evidence) -> Ints:
    """(n, LAGS): offers of earlier exposures, nothing where there was none."""
    if evidence.earlier is None:
        return np.zeros((evidence.size, LAGS), dtype=np.int64)
    return np.maximum(evidence.earlier, 0)


def _traits(evidence: Evidence) -> tuple[Floats, Floats]:
    table = _with_past(evidence)
    spread = table.std(axis=0)
    traits = np.stack([table.mean(axis=0), np.where(spread > 0, spread, 1.0)])
    return _within((table - traits[0]) / traits[1]), traits


def _with_past(evidence: Evidence) -> Floats:
    return np.column_stack([np.log1p(np.maximum(evidence.features, 0.0)), (_past(evidence) > 0).sum(axis=1)])


def _within(z: Floats) -> Floats:
    return np.clip(z, -LIMIT, LIMIT)


def _surprise(evidence: Evidence, f: Floats) -> Floats:
    """(n,): f of the offer given, less its mean over the draw."""
    found: Floats = f[evidence.action] - evidence.chance @ f
    return found


def _carried(
    evidence: Evidence, f: Floats, base: Floats, unit: Floats, left: Floats, variance: Floats
) -> tuple[Floats, float]:
    """carry (LAGS,), and how surely it is not 0."""
    known = np.zeros((evidence.size, LAGS)) if evidence.earlier is None else evidence.earlier >= 0
    usual = float((evidence.chance @ f).mean())
    lagged = (f[_past(evidence)] - usual) * known
    if not lagged.any():
        return np.zeros(LAGS), 0.0
    x = np.column_stack([base, unit[:, None] * lagged])
    found, covariance = clustered(x, left, variance, evidence.whose)
    found, covariance = found[-LAGS:], covariance[-LAGS:, -LAGS:]
    z2 = float(found @ np.linalg.pinv(covariance) @ found)
    return drawn(found, covariance, [t**2 * np.eye(LAGS) for t in CARRIED])[0], z2


def _said(step: Floats, left: Floats, variance: Floats) -> Floats:
    """(n, 2): what each row says of u, and how precisely."""
    return np.column_stack([step * left / variance, step**2 / variance])


def _sums(customer: Ints, rows: Floats) -> Floats:
    return np.stack([np.bincount(customer, column) for column in rows.T], axis=1)


def _own_spread(sums: Floats) -> Floats:
    """(len(OWN),): how likely each spread of u is, from what customers (m, 2) said."""
    said, precision = sums.T
    spread = np.array(OWN)[:, None] ** 2
    likely = spread * said**2 / (1 + spread * precision) - np.log(1 + spread * precision)
    return averaged(0.5 * likely.sum(axis=1))

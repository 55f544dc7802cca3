"""How much more or less customers respond, r: by features and recent offers, by further tables of
features such as shares of categories, and by their own past.

All are estimated from what growth that was expected, `step`, leaves of the outcome, `left`: the regression of `left` on
`step` times what tells customers apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.deviations import deviations, mean_and_spread
from offerloop.response.shown.growth.carry_over import expected_offers, past_offers
from offerloop.response.shown.growth.expected_sales import CLIP, TINY
from offerloop.response.shown.growth.shrinkage import averaged, none_or_some, root, shrunk_slopes, summed

CUSTOMER_SPREADS = (0.0, *np.geomspace(0.05, 3.0, 30).tolist())
"""Standard deviations that u may have; that it does not vary is as likely beforehand as that it does."""


@dataclass(frozen=True, eq=False)
class FeatureResponse:
    """How much more or less customers respond to each family, as p features, newness and recent offers tell."""

    scale: Floats
    """(2, p + 2): mean and standard deviation of each."""
    centre: Floats
    """(p + 2,): of the mean customer, by what is bought."""
    slopes: Floats
    """(families, p + 2): a + a_F."""
    covariance: Floats
    """(p + 2, p + 2): of a."""

    @classmethod
    def fit(cls, evidence: Evidence, h: Floats, steps: Floats, left: Floats, variance: Floats) -> Self:
        """Learn from growth (n, families) that was expected, `steps`, and what it leaves of the outcome (n,).

        `h` (n,) is what is expected of customers over its mean, `variance` (n,) that of the errors.
        """
        table = _with_recent_offers(evidence)
        scale = mean_and_spread(table)
        z = deviations(table, scale)
        centre = _mean_customer(z, h)
        return cls(scale, centre, *_slopes(z - centre, steps, left, variance, evidence.whose))

    def more(self, evidence: Evidence) -> Floats:
        """(n, families): what features add to the response."""
        return np.asarray(self._from_mean(evidence) @ self.slopes.T, dtype=np.float64)

    def errors(self, evidence: Evidence) -> Floats:
        """(n, p + 2): independent errors of that, each shared by all rows; of a alone."""
        return np.asarray(self._from_mean(evidence) @ root(self.covariance), dtype=np.float64)

    def _from_mean(self, evidence: Evidence) -> Floats:
        return np.asarray(deviations(_with_recent_offers(evidence), self.scale) - self.centre, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class FurtherResponse:
    """How much more or less customers respond, as a table of further features (p) tells."""

    scale: Floats
    """(2, p): mean and standard deviation."""
    centre: Floats
    """(p,): of the mean customer, by what is bought."""
    slopes: Floats
    """(p,): b."""
    covariance: Floats
    """(p, p): of b."""

    @classmethod
    def fit(cls, table: Floats, h: Floats, step: Floats, left: Floats, variance: Floats, customer: Ints) -> Self:
        """Learn from features (n, p) what growth (n,) that was expected, `step`, leaves of the outcome (n,).

        How much they tell does not depend on how many there are: each has the p-th part of the variance.
        """
        scale = mean_and_spread(table)
        z = deviations(table, scale)
        centre = _mean_customer(z, h)
        share = 1 / np.sqrt(max(table.shape[1], 1))
        slopes, covariance = shrunk_slopes((z - centre) * (share * step)[:, None], left, variance, customer)
        return cls(scale, centre, share * slopes, share**2 * covariance)

    def more(self, table: Floats) -> Floats:
        """(n,): what features (n, p) add to the response."""
        return np.asarray((deviations(table, self.scale) - self.centre) @ self.slopes, dtype=np.float64)

    def errors(self, table: Floats) -> Floats:
        """(n, p): independent errors of that, each shared by all rows."""
        return np.asarray((deviations(table, self.scale) - self.centre) @ root(self.covariance), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class OwnResponse:
    """How much more or less customers respond than others like them, as their own past windows tell: u to all offers,
    and u_F to a family of them apart from that.

    What single windows say counts by their quasi-likelihood, as errors vary more with offers than without (Wedderburn
    1974); how widely both vary, by products of different windows (`_likely_spreads`).
    """

    spreads: Floats
    """(len(CUSTOMER_SPREADS),): how likely each spread of u is."""
    spreads_apart: Floats
    """(len(CUSTOMER_SPREADS),): the same of u_F; 0 for all but the first where all offers are of one family."""
    dispersion: float
    """How many times what is expected single windows vary in what they say."""

    @classmethod
    def fit(cls, steps: Floats, left: Floats, variance: Floats, customer: Ints) -> Self:
        """Learn from growth (n, families) that was expected, `steps`, and what it leaves of the outcome (n,)."""
        information = _information(steps, left, variance)
        of_all = information.sum(axis=1)
        dispersion, alike = _dispersion(of_all), _likely_spreads(of_all[:, :2], customer)
        n, families = steps.shape
        if families == 1:
            return cls(alike, np.eye(len(CUSTOMER_SPREADS))[0], dispersion)
        u = _shrunk(summed(customer, of_all) / dispersion, alike)[customer]
        of_family = families * np.repeat(customer, families) + np.tile(np.arange(families), n)
        return cls(alike, _likely_spreads(_apart(information, u).reshape(-1, 2), of_family), dispersion)

    def signals(self, steps: Floats, left: Floats, variance: Floats) -> Floats:
        """(n, 3 x families): what each row says of its customer; it adds up by customer."""
        return _information(steps, left, variance).reshape(len(left), 3 * steps.shape[1]) / self.dispersion

    def more(self, signals: Floats) -> Floats:
        """(n, families): u + u_F, from sums of `signals` (n, 3 x families)."""
        sums = signals.reshape(len(signals), signals.shape[1] // 3, 3)
        alike = _shrunk(sums.sum(axis=1), self.spreads)
        return alike[:, None] + _shrunk(_apart(sums, alike), self.spreads_apart)


def _with_recent_offers(evidence: Evidence) -> Floats:
    """(n, p + 2): logarithms of the features, newness, and how many more of the last exposures were offers than
    the draw gives on average.

    By their number alone, customers who have had few exposures yet would seem to be less tired than others, whatever
    else tells them apart.
    """
    recent_offers = (past_offers(evidence) > 0).sum(axis=1) - expected_offers(evidence)
    return np.column_stack([np.log1p(np.maximum(evidence.features, 0.0)), evidence.new, recent_offers])


def _mean_customer(z: Floats, h: Floats) -> Floats:
    """(p,): the mean of z (n, p), by what is bought."""
    mean: Floats = np.average(z, axis=0, weights=h) if h.any() else z.mean(axis=0)
    return mean


def _slopes(z: Floats, steps: Floats, left: Floats, variance: Floats, customer: Ints) -> tuple[Floats, Floats]:
    """a + a_F (families, p), what all have alike, and by how much each is apart; and the covariance (p, p) of a."""
    alike = z * steps.sum(axis=1)[:, None]
    a, covariance = shrunk_slopes(alike, left, variance, customer)
    families = steps.shape[1]
    if families == 1:
        return a[None], covariance
    left = left - alike @ a
    apart = np.column_stack([z * step[:, None] for step in steps.T])
    return a + shrunk_slopes(apart, left, variance, customer)[0].reshape(families, -1), covariance


def _information(steps: Floats, left: Floats, variance: Floats) -> Floats:
    """(n, families, 3): the signal of each row on the response to a family, its precision for u, and that for u_F.

    An error counts as CLIP variances at most.
    """
    most = np.sqrt(CLIP * variance)
    weighted = steps / variance[:, None]
    left = np.clip(left, -most, most)[:, None]
    return np.stack([weighted * left, weighted * steps.sum(axis=1, keepdims=True), weighted * steps], axis=-1)


def _apart(sums: Floats, alike: Floats) -> Floats:
    """(m, families, 2): signal on u_F and its precision, from sums (m, families, 3) of information and u (m,)."""
    return np.stack([sums[..., 0] - alike[:, None] * sums[..., 1], sums[..., 2]], axis=-1)


def _shrunk(information: Floats, spreads: Floats) -> Floats:
    """(...): posterior means, from signals and precisions (..., 2 or more) and how likely each spread is."""
    signal, precision = information[..., 0], information[..., 1]
    mean = np.zeros_like(signal)
    for t, weight in zip(CUSTOMER_SPREADS, spreads.tolist(), strict=True):
        if weight and t:
            mean += weight * t**2 * signal / (1 + t**2 * precision)
    return mean


def _dispersion(information: Floats) -> float:
    """Squares of the signals of rows over those expected of the variance of errors, at least 1.

    What is bought with an offer varies more. Otherwise that would seem to be a difference between customers.
    """
    squares, expected = float((information[:, 0] ** 2).sum()), float(information[:, 1].sum())
    return max(squares / expected, 1.0) if expected > 0 else 1.0


def _likely_spreads(information: Floats, whose: Ints) -> Floats:
    """(len(CUSTOMER_SPREADS),): how likely each spread of u is, from signals and precisions (n, 2) of rows.

    By products of different windows, whose errors are independent, so that errors that are larger than expected do not
    look like a difference (analysis of variance, Searle, Casella and McCulloch 1992). Errors are those of leaving out
    each customer in turn (jackknife), as one may have most of the information.
    """
    products = summed(whose, information) ** 2 - summed(whose, information**2)
    squares, expected = products.T
    whole = expected.sum()
    if whole <= 0:
        return np.eye(len(CUSTOMER_SPREADS))[0]
    variance = squares.sum() / whole
    left_out = (squares - variance * expected) / np.maximum(1 - expected / whole, TINY)
    error = np.sqrt((left_out**2).sum()) / whole
    off = (variance - np.array(CUSTOMER_SPREADS) ** 2) / max(error, TINY)
    return averaged(none_or_some(-0.5 * off**2))

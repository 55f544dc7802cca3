"""Offers as growth of what customers buy anyway: what a log of shown offers says of them.

    y = m h_i (1 + sum over families F of r_iF f(k) c_ik + r_i sum over lags l of carry_l f(k_l) c_ik_l) + error,
    r_iF = 1 + z_i . (a + a_F) + s_i . b + u_i, not below 0

m h is what is expected of the customer whatever is shown, with errors whose variance grows with it (`usual`); c is the
share of it that an offer covers, 1 for everything. f(k) is the mean growth by offer k of what it covers. r says how
much more or less a customer responds, by features z (`within`; among them how many of the last exposures were
offers, so that customers may tire), which may matter more to one family of offers than to another (offers that differ
in depth alone are one), by shares s of categories in what was bought, and by the own past windows, u. `carry` is what
earlier offers still add, or what they have taken in advance when below zero.

Every part is a posterior mean, shrunk towards what is likely beforehand as far as the log leaves it open (empirical
Bayes, Efron and Morris 1973), averaged over how widely the part may vary, by likelihood:

    f      ~ N(0, t1^2 [any] + t2^2 dd' [any] + (t3^2 + t4^2 dd' + t5^2 min(d, d')) [same family])
    a, a_F ~ N(0, t^2 I)      b ~ N(0, t^2 / p I)      u_i ~ N(0, t^2)      carry_l ~ N(0, t^2 / 4^(l - 1))

that is: being shown an offer at all and a line in the depth d, as much as the deepest of a family is, for all families
alike; and for each family a level, a line and any other form of its own. min(d, d') is the covariance of a random walk,
so that f may be convex, saturating or stepped where the log shows it. Where all offers are of one family, what is alike
for all is its own. Depths of a family that still seem to bring less than lower ones are pooled with these (isotonic
regression), and none is below 0. Given the draw of the offer, growth is estimated by weighted least squares from the
surprise of what was shown, f of it less its mean over the draw (Robinson 1988). What carries over is estimated given
what was known before the earlier offers, as features of later days hold a part of it (Robins 1994). Past windows tell
of u by their quasi-likelihood, as errors vary more with offers than without (Wedderburn 1974). Effects count the coming
window and what carries over from it:

    value_i(k) = m h_i c_ik r_iF f(k) (1 + sum of carry)

Where offers cover parts, growth may follow several powers of the share that they cover (`POWERS`). Then f is learned
for each power, c f is the mean of what they say, and all other parts are learned with the mean of the powers as c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.optimize import isotonic_regression

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.estimate import GrowthEstimate
from offerloop.response.shown.growth.expected_sales import CLIP, ErrorVariance, ExpectedSales, noise_of, within
from offerloop.response.shown.growth.priors import growth_priors, is_distinct
from offerloop.response.shown.growth.shrinkage import (
    Posterior,
    Prior,
    averaged,
    clustered,
    clustered_by,
    clustered_last,
    drawn_slopes,
    none_or_some,
    summed,
)
from offerloop.response.terms import Coding, OfferTerms

NAME = "growth"
LAGS = 4
"""Earlier exposures that may still matter."""
MOST_OF_USUAL = 0.75
"""Of what is expected whatever is shown, the most that may be due to offers."""
CARRIED = (0.1, 0.2, 0.4, 0.8)
"""t of carry; that nothing carries over is as likely beforehand as that something does."""
FADING = 0.5
"""What may still be left of an earlier offer fades by this with each period (adstock, Broadbent 1979)."""
POWERS = (1.0, 0.5, 0.0)
"""Growth by an offer may rise with the share of purchases that it covers; with its root, where it wins customers for
what they hardly bought before; or not with it at all, where being shown an offer reminds of the shop. They are averaged
by their Bayes factors (Kass and Raftery 1995)."""
BEFOREHAND = (2.0, 1.0, 3.0)
"""How likely each power is beforehand: reminding as much as the others together. In grocery chains being shown coupons
brought more than their redemption did (Venkatesan and Farris 2012)."""
OWN = (0.0, *np.geomspace(0.05, 3.0, 30).tolist())


@dataclass(frozen=True, eq=False)
class Predicted:
    """What is predicted of rows (n,) of customers; nothing and the offers are K."""

    now: Floats
    """(n, K): what each offer adds to the outcome in its window."""
    reminded: Floats
    """(n, K): the part of it that comes of being reminded of the shop, whatever the offer covers."""
    value: Floats
    """(n, K): the same with what carries over."""
    alike: Floats
    """(n, K): what the value would be if all responded alike."""
    se: Floats
    """(n, K): of the value, for the form, the power and what carries over; shared by all customers."""
    without: Floats
    """(n,): outcome of the window without an offer."""


@dataclass(frozen=True, eq=False)
class FurtherResponse:
    """How much more or less customers respond, as a table of further features (p) tells."""

    scale: Floats
    """(2, p): mean and standard deviation."""
    centre: Floats
    """(p,): of the mean customer, by what is bought."""
    slopes: Floats
    """(p,)."""

    @classmethod
    def fit(cls, table: Floats, h: Floats, step: Floats, left: Floats, variance: Floats, customer: Ints) -> Self:
        """Learn from features (n, p) what growth (n,) that was expected, `step`, leaves of the outcome (n,).

        How much they tell does not depend on how many there are: each has the p-th part of the variance.
        """
        scale = _scale(table)
        z = within((table - scale[0]) / scale[1])
        centre = np.average(z, axis=0, weights=h) if h.any() else z.mean(axis=0)
        share = 1 / np.sqrt(max(table.shape[1], 1))
        slopes = share * drawn_slopes((z - centre) * (share * step)[:, None], left, variance, customer)
        return cls(scale, centre, slopes)

    def more(self, table: Floats) -> Floats:
        """(n,): what features (n, p) add to the response."""
        z = within((table - self.scale[0]) / self.scale[1])
        return np.asarray((z - self.centre) @ self.slopes, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Growth:
    """The growth of purchases that each offer was learned to cause."""

    coding: Coding
    usual: ExpectedSales
    errors: ErrorVariance
    """Errors of outcomes around what is usual."""
    f: Floats
    """(K,): 0 for nothing."""
    f_se: Floats
    """(K,): of its posterior."""
    estimate: GrowthEstimate
    """Of f, before it is shrunk."""
    traits: Floats
    """(2, p + 1): mean and scale of the features and of how many of the last exposures were offers."""
    centre: Floats
    """(p + 1,): traits of the mean customer, by what is bought."""
    a: Floats
    """(families, p + 1)."""
    carry: Floats
    """(LAGS,)."""
    lasts_se: float
    """Standard error of `lasts`."""
    carry_z2: float
    """Squared length of the estimate of `carry` in errors: chi-squared of LAGS degrees where nothing carries over."""
    own: Floats
    """(len(OWN),): likelihoods of the spread of u."""
    dispersion: float
    """How many times what is expected single windows vary in what they say of u."""
    powers: Floats
    """(len(POWERS),): weight of each power of the share that an offer covers."""
    f_by_power: Floats
    """(len(POWERS), K): f if growth rose with that power alone."""
    further: tuple[FurtherResponse, ...]
    """What each table of further features tells of who responds."""

    @property
    def lasts(self) -> float:
        """The effect with all that follows, over that in the offer's own window; not below 0."""
        return max(1 + float(self.carry.sum()), 0.0)

    @classmethod
    def fit(cls, evidence: Evidence, *, never_harms: bool = False) -> Growth:
        """Build it from decisions of an outcome that is not below zero on the whole, with `customer` and `earlier`.

        `never_harms`: for sure no offer lowers what is bought, so that an estimate below zero leaves a little growth
        where the log would show the least that is usual with a power below 50 %.
        """
        y, usual = evidence.outcome, ExpectedSales.fit(evidence)
        h = usual.over_mean(evidence)
        unit = usual.mean * h
        errors = ErrorVariance.fit(h, (y - unit) * np.sqrt(evidence.parts))
        variance = errors.of(h) / evidence.counts
        base = _base(usual, evidence)
        powers, f_by_power = _powers(evidence, base, unit, variance, never_harms=never_harms)
        evidence = _covering(evidence, powers)
        f, f_se, estimate, left = _shape(evidence, base, unit, variance, _reminding(powers), never_harms=never_harms)
        z, traits = _traits(evidence)
        centre = np.average(z, axis=0, weights=h) if h.any() else z.mean(axis=0)
        grown = _surprises(evidence, f)
        steps = unit[:, None] * grown
        a = _responses(z - centre, steps, left, variance, evidence.whose)
        step, more = steps.sum(axis=1), (((z - centre) @ a.T) * steps).sum(axis=1)
        left = left - more
        carry, lasts_se, z2 = _carried(evidence, grown.sum(axis=1), usual, y - step - more)
        further = []
        for table in evidence.further:
            further.append(FurtherResponse.fit(table, h, step, left, variance, evidence.whose))
            left = left - further[-1].more(table) * step
        information = _row_information(step, left, variance)
        dispersion = _dispersion(information)
        spread = _own_spread(summed(evidence.whose, information / dispersion))
        return cls(
            evidence.coding, usual, errors, f, f_se, estimate, traits, centre, a, carry, lasts_se, z2, spread,
            dispersion, powers, f_by_power, tuple(further),
        )  # fmt: skip

    def signals(self, evidence: Evidence) -> Floats:
        """(n, 2): the signal on its customer's u in each row, and its precision; both add up by customer."""
        evidence = _covering(evidence, self.powers)
        h = self.usual.over_mean(evidence)
        expected = self.usual.mean * h
        steps = expected[:, None] * _surprises(evidence, self.f)
        left = evidence.outcome - expected - (steps * self._response(evidence)).sum(axis=1)
        return _row_information(steps.sum(axis=1), left, self.errors.of(h) / evidence.counts) / self.dispersion

    def predict(self, evidence: Evidence, signals: Floats) -> Predicted:
        """Predict rows from features and earlier offers; `signals` (n, 2) are sums of their customers' past rows."""
        growth, between_powers = self._over_powers(evidence)
        evidence = _covering(evidence, self.powers)
        expected = self.usual.mean * self.usual.over_mean(evidence)
        covered = evidence.covers
        by_offers = (evidence.draw * covered) @ self.f
        most = MOST_OF_USUAL / np.maximum(by_offers, 1e-12)[:, None]
        response = np.clip(self._response(evidence) + self._own(signals)[:, None], 0.0, most)
        mean = response.mean(axis=1)
        response = response[:, _family(evidence)]
        alike = expected[:, None] * growth
        now = response * alike
        lasting = (_lagged(evidence, self.f) - by_offers[:, None]) @ self.carry
        without = expected * np.maximum(1 + mean * (lasting - by_offers), 1 - MOST_OF_USUAL)
        form_se = np.hypot(covered * self.f_se, between_powers)
        se = np.hypot(expected[:, None] * response * form_se * self.lasts, now * self.lasts_se)
        reminded = response * expected[:, None] * (_reminding(self.powers) * self.f_by_power[POWERS.index(0.0)])
        return Predicted(now, reminded, now * self.lasts, alike * self.lasts, se, without)

    def _over_powers(self, evidence: Evidence) -> tuple[Floats, Floats]:
        """(n, K): growth by each offer over all powers, and its standard deviation between them.

        A mean has the latter beside the error of each power (Draper 1995): what an offer does to those who hardly buy
        what it covers is open where a log does not tell powers apart.
        """
        if evidence.covered is None:
            return np.broadcast_to(self.f, evidence.covers.shape), np.zeros_like(evidence.covers)
        growth = np.stack([evidence.covered**power * f for power, f in zip(POWERS, self.f_by_power, strict=True)])
        mean = np.tensordot(self.powers, growth, 1)
        return mean, np.sqrt(np.tensordot(self.powers, (growth - mean) ** 2, 1))

    def _response(self, evidence: Evidence) -> Floats:
        """An array of shape (n, families)."""
        z = within((_with_past(evidence) - self.traits[0]) / self.traits[1])
        response: Floats = 1 + (z - self.centre) @ self.a.T
        for learned, table in zip(self.further, evidence.further, strict=True):
            response = response + learned.more(table)[:, None]
        return response

    def _own(self, signals: Floats) -> Floats:
        """Return u, an array of shape (n,)."""
        each = [t**2 * signals[:, 0] / (1 + t**2 * signals[:, 1]) for t in OWN]
        return np.asarray(self.own @ np.array(each), dtype=np.float64)


def _base(usual: ExpectedSales, rows: Evidence) -> Floats:
    """(n, q): what is expected of rows, and what it is expected from."""
    return np.column_stack([np.ones(rows.size), usual.over_mean(rows), usual.traits(rows)])


def _powers(
    evidence: Evidence, base: Floats, unit: Floats, variance: Floats, *, never_harms: bool
) -> tuple[Floats, Floats]:
    """(len(POWERS),): how likely each power is, which sums to 1, and (len(POWERS), K): f by each.

    By approximate Bayes factors (Wakefield 2009): how much likelier the estimate of growth is if growth is as
    beforehand than if there is none. By the likelihood of the rows a single large order could decide.
    """
    if evidence.covered is None:
        return np.eye(len(POWERS))[0], np.zeros((len(POWERS), len(evidence.offers)))
    offers, factors, by_power = evidence.offers[1:], [], []
    for power in np.eye(len(POWERS)):
        x = _design(_covering(evidence, power), base, unit)
        estimate = GrowthEstimate(*clustered_last(x, evidence.outcome, variance, evidence.whose, len(offers)))
        posterior = estimate.posterior(growth_priors(offers, _reminding(power)))
        nothing = estimate.posterior([Prior(np.zeros_like(estimate.covariance))])
        factors.append(posterior.log_density - nothing.log_density)
        by_power.append(_posterior_growth(offers, posterior, above_zero=never_harms and estimate.is_open)[0])
    return averaged(np.array(factors) + np.log(BEFOREHAND)), np.stack(by_power)


def _reminding(powers: Floats) -> float:
    """How likely offers remind of the shop, whatever they cover."""
    return float(powers[POWERS.index(0.0)])


def _covering(evidence: Evidence, powers: Floats) -> Evidence:
    """Return the same with the mean of the powers of the shares that offers cover."""
    if evidence.covered is None:
        return evidence
    mean = sum(weight * evidence.covered**power for power, weight in zip(POWERS, powers, strict=True) if weight)
    return replace(evidence, covered=np.asarray(mean, dtype=np.float64))


def _family(evidence: Evidence) -> Ints:
    """(K,): which family each offer is of; nothing is of the first."""
    place = {family: number for number, family in enumerate(evidence.coding.families)}
    return np.array([place.get(one.family, 0) for one in evidence.offers])


def _shape(
    evidence: Evidence, base: Floats, unit: Floats, variance: Floats, reminding: float, *, never_harms: bool
) -> tuple[Floats, Floats, GrowthEstimate, Floats]:
    """f (K,), its errors (K,), the estimate that it is shrunk from, and what it leaves of the outcome (n,)."""
    x, offers = _design(evidence, base, unit), evidence.offers[1:]
    shape, covariance = clustered(x, evidence.outcome, variance, evidence.whose)
    own = slice(len(x.T) - len(offers), None)
    estimate = GrowthEstimate(shape[own], covariance[own, own])
    posterior = estimate.posterior(growth_priors(offers, reminding))
    f, f_se = _posterior_growth(offers, posterior, above_zero=never_harms and estimate.is_open)
    left = evidence.outcome - x[:, : -len(offers)] @ shape[: -len(offers)] - x[:, own] @ f[1:]
    return f, f_se, estimate, left


def _posterior_growth(offers: Sequence[OfferTerms], posterior: Posterior, *, above_zero: bool) -> tuple[Floats, Floats]:
    """f (K,) and its errors (K,)."""
    f, spread = posterior.mean_and_covariance()
    if above_zero:
        f = posterior.mean_above_zero()
    se = np.sqrt(np.maximum(np.diag(spread), 0.0))
    return np.concatenate([[0.0], _never_falling(offers, f)]), np.concatenate([[0.0], se])


def _design(evidence: Evidence, base: Floats, unit: Floats) -> Floats:
    """(n, q + K - 1): base (n, q), and the surprise of each offer times what is expected of what it covers."""
    surprise = np.eye(len(evidence.offers))[evidence.action] - evidence.draw
    return np.column_stack([base, (unit[:, None] * evidence.covers * surprise)[:, 1:]])


def _never_falling(offers: Sequence[OfferTerms], f: Floats) -> Floats:
    """The nearest f that begins at 0 and does not fall as the depth of a family grows: more must not bring less."""
    rising = f.copy()
    for family in {one.family for one in offers}:
        family_places = np.array([place for place, one in enumerate(offers) if one.family == family])
        depth = np.array([offers[place].depth for place in family_places])
        if is_distinct(depth):
            family_places = family_places[np.argsort(depth)]
            rising[family_places] = isotonic_regression(f[family_places]).x
    return np.maximum(rising, 0.0)


def _responses(z: Floats, steps: Floats, left: Floats, variance: Floats, customer: Ints) -> Floats:
    """a + a_F (families, p): what all have alike, and by how much each is apart."""
    alike = z * steps.sum(axis=1)[:, None]
    a = drawn_slopes(alike, left, variance, customer)
    families = steps.shape[1]
    if families == 1:
        return a[None]
    left = left - alike @ a
    apart = np.column_stack([z * step[:, None] for step in steps.T])
    return a + drawn_slopes(apart, left, variance, customer).reshape(families, -1)


def _past(evidence: Evidence) -> Ints:
    """(n, LAGS): offers of earlier exposures, nothing where there was none."""
    if evidence.earlier is None:
        return np.zeros((evidence.size, LAGS), dtype=np.int64)
    return np.maximum(evidence.earlier, 0)


def _lagged(evidence: Evidence, f: Floats) -> Floats:
    """(n, LAGS): growth that offers of earlier exposures brought at once."""
    past = _past(evidence)
    return np.asarray(f[past] * np.take_along_axis(evidence.covers, past, axis=1), dtype=np.float64)


def _traits(evidence: Evidence) -> tuple[Floats, Floats]:
    table = _with_past(evidence)
    traits = _scale(table)
    return within((table - traits[0]) / traits[1]), traits


def _scale(table: Floats) -> Floats:
    """(2, p): means and standard deviations, 1 where nothing varies."""
    spread = table.std(axis=0)
    return np.stack([table.mean(axis=0), np.where(spread > 0, spread, 1.0)])


def _with_past(evidence: Evidence) -> Floats:
    return np.column_stack([np.log1p(np.maximum(evidence.features, 0.0)), (_past(evidence) > 0).sum(axis=1)])


def _surprises(evidence: Evidence, f: Floats) -> Floats:
    """(n, families): growth by the offer given, less its mean over the draw."""
    surprise = np.eye(len(f))[evidence.action] - evidence.draw
    member = np.eye(max(len(evidence.coding.families), 1))[_family(evidence)]
    return np.asarray((surprise * evidence.covers * f) @ member, dtype=np.float64)


def _carried(evidence: Evidence, grown: Floats, usual: ExpectedSales, left: Floats) -> tuple[Floats, float, float]:
    """carry (LAGS,), the error of its sum, and how surely it is not 0, from outcomes (n,) without the offers of now.

    `grown` (n,) is the surprise of growth by each row's offer. Customers are compared by what they were like before all
    of the earlier offers: what they bought after one is a part of its effect. Where propensities differ by customer, an
    earlier surprise does not depend on the customer only with the weight of its own row, whatever the later ones are.
    """
    back = evidence.earlier_rows
    if back is None or not grown[back[back >= 0]].any():
        return np.zeros(LAGS), 0.0, 0.0
    first = np.where(back >= 0, back, np.arange(evidence.size)[:, None]).min(axis=1)
    then = replace(evidence, features=evidence.features[first])
    h = usual.over_mean(then)
    base, lagged = _base(usual, then), usual.mean * h[:, None] * np.where(back >= 0, grown[back], 0.0)
    x, instruments = (np.column_stack([base, one]) for one in (lagged, lagged * evidence.weights[back]))
    variance = noise_of(evidence, h, left - usual.mean * h)
    carried, covariance = clustered_by(instruments, x, left, variance, evidence.whose)
    carried, covariance = carried[-LAGS:], covariance[-LAGS:, -LAGS:]
    z2 = float(carried @ np.linalg.pinv(covariance) @ carried)
    fading = np.diag(FADING ** (2.0 * np.arange(LAGS)))
    some = [Prior(t**2 * fading) for t in CARRIED]
    priors = [Prior(0 * fading, weight=float(len(some))), *some]
    carry, spread = Posterior.of(carried, covariance, priors).mean_and_covariance()
    return carry, float(np.sqrt(max(spread.sum(), 0.0))), z2


def _row_information(step: Floats, left: Floats, variance: Floats) -> Floats:
    """(n, 2): the signal on u in each row, and its precision; an error counts as CLIP variances at most."""
    most = np.sqrt(CLIP * variance)
    left = np.clip(left, -most, most)
    return np.column_stack([step * left / variance, step**2 / variance])


def _dispersion(information: Floats) -> float:
    """Squares of the signals of rows over those expected of the variance of errors, at least 1 (Wedderburn 1974).

    What is bought with an offer varies more. Otherwise that would seem to be a difference between customers.
    """
    squares, expected = float((information[:, 0] ** 2).sum()), float(information[:, 1].sum())
    return max(squares / expected, 1.0) if expected > 0 else 1.0


def _own_spread(sums: Floats) -> Floats:
    """(len(OWN),): how likely each spread of u is, from the information (m, 2) on each customer."""
    signal, precision = sums.T
    spread = np.array(OWN)[:, None] ** 2
    likely = spread * signal**2 / (1 + spread * precision) - np.log(1 + spread * precision)
    return averaged(none_or_some(0.5 * likely.sum(axis=1)))

"""Offers as growth of what customers buy anyway: what a log of shown offers says of them.

    y = m h_i (1 + sum over families F of r_iF f(k) c_ik + sum over lags l of carry_Fl r_iF f(k_l) c_ik_l) + error,
    r_iF = 1 + z_i . (a + a_F) + w t + s_i . b + u_i + u_iF, not below 0

m h is what is expected of the customer whatever is shown, with errors whose variance grows with it (`expected_sales`).
The other parts are a module each:

    f(k)    mean growth by offer k of what it covers (`mean_growth`)
    c       share of purchases that an offer covers, 1 for everything, or a power of it (`coverage`)
    r       how much more or less a customer responds (`customer_response`): by features z, among them how many of the
            last exposures were offers (fatigue), which may matter more to one family of offers than to another (offers
            that differ in depth alone are one); by how recent the window is, t, as offers may wear out or catch on, so
            that a plan counts with what they bring at the end of the log (a varying coefficient, see `expected_sales`);
            by further features s, such as shares of categories in what was bought; by the own past windows, u and u_F
    carry   what earlier offers still add, or what they have taken in advance when below zero, by family of the
            earlier offer, as a share of what it brought to that customer, but for what u and u_F say (`carry_over`)

Every part is a posterior mean, shrunk towards what is likely beforehand as far as the log leaves it open (empirical
Bayes, Efron and Morris 1973; `shrinkage`), averaged over how widely the part may vary, by likelihood:

    f      ~ N(0, t1^2 [any] + t2^2 dd' [any] + (t3^2 + t4^2 dd' + t5^2 min(d, d')) [same family])
    a, a_F ~ N(0, t^2 I)      w ~ N(0, t^2)      b ~ N(0, t^2 / p I)      u_i, u_iF ~ N(0, t^2)
    carry_Fl = carry_l + apart_F / 2^(l - 1)      carry_l ~ N(0, t^2 / 4^(l - 1))      apart_F ~ N(0, t^2)

that is: being shown an offer at all and a line in the depth d, as much as the deepest of a family is, for all families
alike; and for each family a level, a line and any other form of its own. min(d, d') is the covariance of a random walk,
so that f may be convex, saturating or stepped where the log shows it. Where all offers are of one family, what is alike
for all is its own. As likely as all this beforehand is that offers differ little (`priors`). Effects count the coming
window and what carries over from it:

    value_i(k) = m h_i c_ik r_iF f(k) (1 + sum over l of carry_Fl)

Where offers cover parts, f is learned for each power of the share that they cover (one for goods, one for thresholds),
c f is the mean of what they say, and all other parts are learned with the mean of the powers as c.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.evaluation import Estimate
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.carry_over import CarriedOver, still_grown
from offerloop.response.shown.growth.coverage import Coverage
from offerloop.response.shown.growth.customer_response import FeatureResponse, FurtherResponse, OwnResponse
from offerloop.response.shown.growth.estimate import GrowthEstimate
from offerloop.response.shown.growth.expected_sales import ErrorVariance, ExpectedSales
from offerloop.response.shown.growth.mean_growth import family_of_offers, growth_given, mean_growth, surprises

NAME = "growth"
"""The name of this estimator; see `ESTIMATOR_NAMES`."""
MOST_OF_USUAL = 0.75
"""The largest share of what is expected whatever is shown that may be due to offers."""
LEAST_OF_MEAN = 1e-3
"""What is expected of a customer, at least, over its mean, where effects go with its root."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """What is predicted of rows (n,) of customers; nothing and the offers are K."""

    now: Floats
    """(n, K): what each offer adds to the outcome in its window."""
    by_exposure: Floats
    """(n, K): the part of it that is an exposure effect, whatever the offer covers."""
    value: Floats
    """(n, K): the same with what carries over."""
    alike: Floats
    """(n, K): what the value would be if all responded alike."""
    se: Floats
    """(n, K): of the value, for the form, the power, recency and what carries over; shared by all customers."""
    without: Floats
    """(n,): outcome of the window without an offer."""
    root: Floats
    """(n,): what effects are multiplied by if they go with the root of what customers are expected to buy."""


@dataclass(frozen=True, eq=False)
class Growth:
    """The growth of purchases that each offer was learned to cause."""

    usual: ExpectedSales
    errors: ErrorVariance
    """Errors of outcomes around what is usual."""
    f: Floats
    """(K,): 0 for nothing."""
    f_covariance: Floats
    """(K, K): of its posterior."""
    estimate: GrowthEstimate
    """The estimate of f, before it is shrunk."""
    coverage: Coverage
    by_features: FeatureResponse
    by_recency: FurtherResponse
    """How much more or less all respond in recent windows."""
    by_further: tuple[FurtherResponse, ...]
    """One for each table of further features."""
    by_past: OwnResponse
    carried: CarriedOver

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
        base = usual.regressors(evidence)
        coverage = Coverage.fit(evidence, base, unit, variance, never_harms=never_harms)
        evidence = coverage.applied(evidence)
        f, f_covariance, estimate, left = mean_growth(
            evidence, base, unit, variance, coverage.exposure_probability, never_harms=never_harms
        )
        grown = surprises(evidence, f)
        steps = unit[:, None] * grown
        by_features = FeatureResponse.fit(evidence, h, steps, left, variance)
        more, step = by_features.more(evidence), steps.sum(axis=1)
        left = left - (more * steps).sum(axis=1)
        learned = []
        for table in (usual.recent(evidence), *evidence.further):
            learned.append(FurtherResponse.fit(table, h, step, left, variance, evidence.whose))
            of_table = learned[-1].more(table)
            left, more = left - of_table * step, more + of_table[:, None]
        by_past = OwnResponse.fit(steps, left, variance, evidence.whose)
        more_given = (more * unit[:, None] * growth_given(evidence, f)).sum(axis=1)
        carried = CarriedOver.fit(evidence, np.maximum(1 + more, 0.0) * grown, usual, y - step - more_given)
        by_recency, *by_further = learned
        return cls(
            usual, errors, f, f_covariance, estimate, coverage, by_features, by_recency, tuple(by_further), by_past,
            carried,
        )  # fmt: skip

    @property
    def f_se(self) -> Floats:
        """(K,): standard errors of f."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.f_covariance), 0.0)), dtype=np.float64)

    @property
    def of_late(self) -> Estimate:
        """The change of what offers bring, at the end of the log from the average over it, as a share."""
        latest = self.usual.latest
        return Estimate.of(self.by_recency.more(latest).item(), abs(self.by_recency.errors(latest).item()))

    @property
    def lasting_covariance(self) -> Floats:
        """(K, K): of f with all that carries over."""
        lasts = self.carried.lasts
        return self.f_covariance * np.outer(lasts, lasts) + np.outer(self.f, self.f) * self.carried.covariance

    def response_errors(self, evidence: Evidence) -> Floats:
        """(n, causes): standard errors of r from those of its slopes, with their sign.

        Each independent error of the slopes is a cause, which all rows share. u has errors of its own, which are left
        out: they are independent of each other, so that little of them is left in a sum over customers.
        """
        evidence = self.coverage.applied(evidence)
        further = [one.errors(table) for one, table in zip(self.by_further, evidence.further, strict=True)]
        return np.column_stack([self.by_features.errors(evidence), *further])

    def signals(self, evidence: Evidence) -> Floats:
        """(n, signals): what each row says of its customer's own response; it adds up by customer."""
        evidence = self.coverage.applied(evidence)
        h = self.usual.over_mean(evidence)
        expected = self.usual.mean * h
        steps = expected[:, None] * surprises(evidence, self.f)
        left = evidence.outcome - expected - (steps * self._response(evidence)).sum(axis=1)
        return self.by_past.signals(steps, left, self.errors.of(h) / evidence.counts)

    def predict(self, evidence: Evidence, signals: Floats) -> Predicted:
        """Predict rows from features and earlier offers; `signals` are sums of their customers' past rows."""
        growth, between_powers = self.coverage.growth(evidence, self.f)
        evidence, lasts = self.coverage.applied(evidence), self.carried.lasts
        expected = self.usual.mean * self.usual.over_mean(evidence)
        by_offers = (evidence.draw * evidence.covers) @ self.f
        most = MOST_OF_USUAL / np.maximum(by_offers, 1e-12)[:, None]
        response = np.clip(self._response(evidence) + self.by_past.more(signals), 0.0, most)
        mean = response.mean(axis=1)
        response = response[:, family_of_offers(evidence)]
        alike = expected[:, None] * growth
        now = response * alike
        lasting = still_grown(evidence, self.f, self.carried.carry)
        without = expected * np.maximum(1 + mean * (lasting - by_offers), 1 - MOST_OF_USUAL)
        form_se = np.hypot(evidence.covers * self.f_se, between_powers)
        lately_se = self.by_recency.errors(self.usual.recent(evidence))
        now_se = np.hypot(expected[:, None] * response * form_se, alike * lately_se)
        se = np.hypot(now_se * lasts, now * self.carried.lasts_se)
        by_exposure = response * expected[:, None] * self.coverage.exposure_growth
        root = 1 / np.sqrt(np.maximum(expected / self.usual.mean, LEAST_OF_MEAN))
        return Predicted(now, by_exposure, now * lasts, alike * lasts, se, without, root)

    def _response(self, evidence: Evidence) -> Floats:
        """(n, families): r but for what customers' own past windows say."""
        response = 1 + self.by_features.more(evidence) + self.by_recency.more(self.usual.recent(evidence))[:, None]
        for learned, table in zip(self.by_further, evidence.further, strict=True):
            response = response + learned.more(table)[:, None]
        return response

"""The BG/NBD model of repeat buying: expected purchases, and the chance of being still active.

Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science 24(2). Customers buy at
a rate drawn from a gamma(r, alpha) and stop after a purchase with a probability drawn from a beta(a, b).

Few repeat purchases, or customers who never stop, leave the drop-out unidentified: the fit then calls everybody active
whatever the absence. `is_identified` finds such fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from offerloop.arrays import Floats, Ints

_NEAR_ONE = 1e-6
"""The formula of `expected` divides by a - 1; its limit is finite, and this near to it."""
_LEAST_RATIO = 5.99
"""The likelihood ratio that drop-out must reach: the 95 % quantile of chi-squared with two degrees of freedom, which is
cautious, since the model without drop-out lies on the edge of the parameters."""
MOST_FITTED = 200_000
"""Customers whom the parameters are fitted by at most: four numbers need no more, and the fit goes through all of them
a hundred times."""
_LONG_ABSENCE = 10
"""Intervals between purchases after which a customer who has not come back must be less likely active."""
_STILL_CERTAIN = 0.9
"""The chance of being active after such an absence above which absence tells nothing. Simulated customers who stop
(1 to 30 % a purchase) come to .3 or less, those who never do to .85 or more."""


@dataclass(frozen=True)
class Activity:
    """Fitted parameters; time in days."""

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, repeats: Floats, last: Floats, age: Floats) -> Activity:
        """Maximum likelihood from repeat days, day of the last one since the first, and days since the first.

        Of more than `MOST_FITTED` customers every second, third and so on is taken.
        """
        step = max(-(-len(age) // MOST_FITTED), 1)
        repeats, last, age = repeats[::step], last[::step], age[::step]
        start = np.log([1.0, float(np.mean(age)) / 4 + 1.0, 1.0, 2.0])
        counted = _Counted.of(repeats, last, age)

        def loss(logs: Floats) -> float:
            return -float(np.mean(counted.log_likelihood(np.exp(logs))))

        optimum = minimize(loss, start, method="L-BFGS-B", bounds=[(-6.0, 9.0)] * 4)
        return cls(*(float(value) for value in np.exp(optimum.x)))

    def is_identified(self, repeats: Floats, last: Floats, age: Floats) -> bool:
        """Return whether these customers show that some stop, and that absence tells who.

        The likelihood must exceed that of the NBD model, in which nobody stops, by more than chance; and the typical
        customer who has come back must become less likely active in a long absence.
        """
        back = repeats > 0
        if not back.any():
            return False
        counted = _Counted.of(repeats, last, age)
        likelihood = counted.log_likelihood(np.array([self.r, self.alpha, self.a, self.b]))
        if 2 * (float(np.sum(likelihood)) - _without_drop_out(repeats, age)) < _LEAST_RATIO:
            return False
        typical, since = np.array([np.median(repeats[back])]), np.array([np.median(last[back])])
        absent = self.p_active(typical, since, since + _LONG_ABSENCE * since / typical)
        return bool(absent[0] < _STILL_CERTAIN)

    def p_active(self, repeats: Floats, last: Floats, age: Floats) -> Floats:
        """Equation 8 of Fader and Hardie's note: 1 for customers who have not come back yet."""
        odds = ((self.alpha + age) / (self.alpha + last)) ** (self.r + repeats)
        gone = self.a / (self.b + np.maximum(repeats, 1) - 1) * odds
        return np.where(repeats > 0, 1 / (1 + gone), 1.0)

    def expected(self, days: int, repeats: Floats, last: Floats, age: Floats) -> Floats:
        """Purchases expected in the next `days` (equation 10)."""
        r, alpha, b = self.r + repeats, self.alpha + age, self.b + repeats
        a = self.a if abs(self.a - 1) > _NEAR_ONE else 1 + _NEAR_ONE
        series = hyp2f1(r, b, a + b - 1, days / (alpha + days))
        growth = 1 - (alpha / (alpha + days)) ** r * series
        return np.maximum((a + b - 1) / (a - 1) * growth, 0) * self.p_active(repeats, last, age)


@dataclass(frozen=True)
class _Counted:
    """Customers by the few values that whole numbers of purchases and days have: special functions are expensive."""

    repeats: Floats
    """Values, of which `of_repeats` has the place of each customer's."""
    of_repeats: Ints
    last: Floats
    of_last: Ints
    age: Floats
    of_age: Ints

    @classmethod
    def of(cls, repeats: Floats, last: Floats, age: Floats) -> Self:
        (n, of_n), (late, of_late), (old, of_old) = (
            np.unique(values, return_inverse=True) for values in (repeats, last, age)
        )
        return cls(n, of_n, late, of_late, old, of_old)

    def log_likelihood(self, parameters: Floats) -> Floats:
        """(customers,): by r, alpha, a and b."""
        r, alpha, a, b = parameters
        repeats, rate = self.repeats, (r + self.repeats)[self.of_repeats]
        common = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
        alive = (betaln(a, b + repeats) - betaln(a, b))[self.of_repeats] - rate * np.log(alpha + self.age)[self.of_age]
        gone = (betaln(a + 1, b + np.maximum(repeats, 1) - 1) - betaln(a, b))[self.of_repeats]
        gone = gone - rate * np.log(alpha + self.last)[self.of_last]
        either = np.where((repeats > 0)[self.of_repeats], np.logaddexp(alive, gone), alive)
        return np.asarray(common[self.of_repeats] + either)


def _without_drop_out(repeats: Floats, age: Floats) -> float:
    """The greatest log-likelihood of the NBD model: purchases at a rate drawn from a gamma(r, alpha), for ever."""

    def loss(logs: Floats) -> float:
        r, alpha = np.exp(logs)
        terms = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha) - (r + repeats) * np.log(alpha + age)
        return -float(np.mean(terms))

    start = np.log([1.0, float(np.mean(age)) / 4 + 1.0])
    return -len(age) * float(minimize(loss, start, method="L-BFGS-B", bounds=[(-6.0, 9.0)] * 2).fun)

"""Profits to allocate by where effects are uncertain: what is uncertain counts for less than its estimate.

Each function takes profits (n, K) of n customers under K offers, without the column of no offer, and their standard
errors (n, K), all in the same unit; -inf marks an offer that a customer cannot get. It gives back profits (n, K) for
the same solver and the same limits, so that budgets hold as they do without. With errors of 0 all give what they got.

- `shrunk` mends what a maximum does to noise: offers that look best are on average less good than they look.
- `lower_bound` gives every candidate the end of its own interval (Soyster 1973). All of them are never wrong at once,
  so that it gives up more than the plan risks.
- `segment_robust` looks at the plan as a whole. Errors of single customers average out in a sum over thousands;
  errors that all customers of a segment share do not, and a plan that rests on one of them is worth what that one is.

None makes a forecast: profits of a plan are those that held-out customers show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints

STEPS = 20
"""Plans that `segment_robust` mixes."""
Solve = Callable[[Floats], Floats]
"""From profits (n, K) to the plan (n, K) within the limits: 1 for what is given, else 0."""


@dataclass(frozen=True, eq=False)
class Segments:
    """What is known of each offer in groups of customers, apart from any model."""

    of: Ints
    """(n,): position of each customer's segment."""
    effect: Floats
    """(segments, K): mean profit of each offer."""
    se: Floats
    """(segments, K): standard errors, which all customers of a segment share."""

    @classmethod
    def measured(cls, effect: Floats, segment: Ints) -> Segments:
        """Build it from rows of a trial: doubly robust effects (rows, K), and the segment (rows,) of each without gaps.

        Raises ValueError for a segment of fewer than two rows, whose error nobody could tell.
        """
        size = np.bincount(segment)[:, None]
        if size.min(initial=2) < 2:
            raise ValueError(f"segment {int(size.argmin())} has {int(size.min())} rows; at least two tell an error")
        mean = _sums(effect, segment, len(size)) / size
        squares = _sums((effect - mean[segment]) ** 2, segment, len(size))
        return cls(segment, mean, np.sqrt(squares / (size - 1) / size))


def shrunk(profit: Floats, se: Floats, centre: Floats | None = None) -> Floats:
    """Profits drawn to the mean of their offer by between^2 / (between^2 + se^2) (Efron and Morris 1973).

    `between` is the standard deviation of the true effects over the customers of an offer, told from the spread of
    the profits less that of their errors; where errors explain all of the spread, everybody is given the mean.
    `centre` is what to draw to instead, (K,) or (n, K): the effects of segments, say.

    Errors and effects both grow with what customers spend. One mean for everybody then takes most from those with most
    to gain; the effects of segments by spending do not, and are the better centre (docs/decisions/allocation.md).

    This is for estimates whose errors come on top of the truth. Effects that a calibration has drawn to what left-out
    customers showed (`response.trial.crossfit.Calibration`) are best guesses already, and spread less than the truth
    instead of more: an error that the calibration has taken out is taken out twice, and with the errors of its levels,
    which all customers share, next to nothing but the centre is left.
    """
    there = np.isfinite(profit)
    profits = np.where(there, profit, 0.0)
    count = np.maximum(there.sum(axis=0), 1)
    towards = profits.sum(axis=0) / count if centre is None else centre
    away = np.where(there, profits - towards, 0.0)
    noise = np.where(there, se, 0.0) ** 2
    between = np.maximum((away**2 - noise).sum(axis=0) / count, 0.0)
    kept = np.divide(between, between + noise, out=np.ones_like(noise), where=noise > 0)
    return np.where(there, profits - (1 - kept) * away, profit)


def lower_bound(profit: Floats, se: Floats, *, z: float) -> Floats:
    """Profits less z standard errors: the worst of a box (Soyster 1973), whichever candidates are chosen."""
    return profit - z * se


def segment_robust(profit: Floats, segments: Segments, *, z: float, solve: Solve) -> Floats:
    """Profits whose best plan is worth most when errors of segments turn out as badly as they may together.

    With n_sk customers of segment s under offer k and errors of z standard errors together, in any direction (an
    ellipsoid: Ben-Tal and Nemirovski 1999; Bertsimas and Sim 2004 bound how many may be bad instead), a plan is worth

        sum of profit - z sqrt(sum over s, k of (n_sk se_sk)^2)

    That is concave. Its slope at the plan so far is a price on each cell; of the best plan at these prices a random
    2 / (step + 2) of the customers follow (Frank and Wolfe 1956, with whole customers for shares of them). Of all plans
    seen and the one that is mixed like this the best is kept. Where that is the mixed one, customers have no other
    offer than what it gives them, so that the solver can still leave out what the limits do not allow.
    """
    rng, mixed = np.random.default_rng(0), np.zeros(profit.shape)
    best, most = profit, -np.inf
    for step in range(STEPS + 1):
        last = step == STEPS
        tried = np.where(mixed > 0, profit, -np.inf) if last else profit - _price(mixed, segments, z)
        plan = solve(tried)
        worth = _worth(plan, profit, segments, z)
        if worth > most:
            best, most = tried, worth
        follows = rng.random(len(profit)) < 2 / (step + 2)
        mixed[follows] = plan[follows]
    return best


def _price(plan: Floats, segments: Segments, z: float) -> Floats:
    """(n, K): by how much the worst case falls with one more customer in the cell; 0 for the empty plan."""
    shared = _sums(plan, segments.of, len(segments.se)) * segments.se
    length = float(np.linalg.norm(shared))
    return (z * shared * segments.se / length if length > 0 else np.zeros_like(shared))[segments.of]


def _worth(plan: Floats, profit: Floats, segments: Segments, z: float) -> float:
    """Return the profit of a plan in its worst case."""
    chosen = plan > 0
    shared = _sums(plan, segments.of, len(segments.se)) * segments.se
    return float(profit[chosen].sum()) - z * float(np.linalg.norm(shared))


def _sums(rows: Floats, segment: Ints, segments: int) -> Floats:
    """(segments, K): sums of rows (n, K)."""
    return np.stack([np.bincount(segment, one, segments) for one in rows.T], axis=1)

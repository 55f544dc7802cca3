"""A policy that a real shop could have: ridge regressions on weeks in which offers were given at random.

For customer i in a logged week with offer k of group g (its kind and depth), value before the offer's cost, and cost:

    value_i = x_i . b + [offered] (z_ik . d + z_ik . d_g) + noise        cost_i = z_ik . c_g + noise, where offered

with x the profile columns. The first column of z is what i usually spends, so that the same share more of it is the
effect to begin with; the others are that times a few profile columns, and what i buys in the offer's scope. Chance
decided who was offered what: z enters less its mean over that chance, so that no error of x . b looks like an effect.
All of d and d_g but the first of d is shrunk, as far as predictions bear it: what customers or offers have of their own
must show. Large customers have large noise: rows are weighted by 1 / (mean + own spend)^2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.market.observation import IN_SCOPE, Observation, observation_of
from offerloop.market.policies import DRAWN, Logged, OfferDraw, SimulatedPolicy, within
from offerloop.market.simulation import Market
from offerloop.market.terms import MarketTerms

TRAITS = ("n_orders", "discount_share", "age", "income", "household", "n_exposures")
"""Profile columns that may change an effect."""
PENALTIES = tuple(10.0**power for power in range(8))


def personalised(log: list[Logged], terms: MarketTerms) -> SimulatedPolicy:
    """The plan over effects learned from a log. Its last week is left out: what comes back of it is not known yet."""
    model = _Effects.fit(log[:-1], terms)

    def rule(market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
        del rng
        return within(market, model.predict(market), budget)

    return SimulatedPolicy(rule)


@dataclass(frozen=True)
class _Effects:
    """Effects by group of offers, linear in scaled columns."""

    group: Ints
    """The group of each offer of the menu."""
    scaling: _Scaling
    value: Floats
    """(groups, columns of z): d + d_g."""
    cost: Floats
    """(groups, columns of z)."""

    @classmethod
    def fit(cls, log: list[Logged], terms: MarketTerms) -> _Effects:
        """Estimate the effects of offers from logged weeks."""
        pairs = np.column_stack([terms.kind, terms.percent])
        group = np.unique(pairs[terms.menu], axis=0, return_inverse=True)[1].ravel()
        scaling = _Scaling.of(log[0].observation)
        parts = [_Rows.of(one, group, scaling) for one in log]
        rows = _Rows(*(np.concatenate([getattr(one, name) for one in parts]) for name in _Rows.__annotations__))
        return cls(group, scaling, _values(rows), _costs(rows))

    def predict(self, market: Market) -> Floats:
        """(customers, offers): profit; offers that are not on the menu have none."""
        view, profit = observation_of(market), np.zeros((market.customers, market.terms.size))
        for k, g in zip(market.terms.menu, self.group, strict=True):
            profit[:, k] = self.scaling.columns(view, k) @ (self.value[g] - self.cost[g])
        return profit


@dataclass(frozen=True)
class _Scaling:
    """What makes columns comparable; from the first logged week."""

    profile: Floats
    """Standard deviations of x."""
    spend: float
    """Mean weekly value at list price."""
    centre: Floats
    """The means of TRAITS."""
    spread: Floats
    """The standard deviations of TRAITS."""
    scope: Floats
    """(offers, len(IN_SCOPE)): means over customers of what each offer covers."""

    @classmethod
    def of(cls, view: Observation) -> _Scaling:
        """Build it from what is seen of everybody."""
        traits = _traits(view)
        scope = np.stack([view.in_scope(k).mean(axis=0, dtype=np.float64) for k in range(len(view.category))])
        profile, spread = _unit(view.profile.std(axis=0, dtype=np.float64)), _unit(traits.std(axis=0))
        return cls(profile, float(_unit(_spend(view).mean())), traits.mean(axis=0), spread, _unit(scope))

    def columns(self, view: Observation, k: int) -> Floats:
        """(customers, 1 + TRAITS + IN_SCOPE): z of offer k."""
        spend = _spend(view)[:, None] / self.spend
        traits = (_traits(view) - self.centre) / self.spread
        return np.column_stack([spend, spend * traits, view.in_scope(k) / self.scope[k]])


def _unit(scale: Floats) -> Floats:
    """1 where there is no scale yet: nobody has been shown an offer, say."""
    return np.where(scale > 0, scale, 1.0)


def _traits(view: Observation) -> Floats:
    return np.column_stack([view.column(name) for name in TRAITS]).astype(np.float64)


def _spend(view: Observation) -> Floats:
    """(customers,): weekly value at list price."""
    return view.by_category[:, :, IN_SCOPE.index("list_minor_week")].sum(axis=1).astype(np.float64)


@dataclass(frozen=True)
class _Rows:
    """Customers of logged weeks."""

    profile: Floats
    """(rows, columns of x)."""
    with_offer: Floats
    """(rows, groups, columns of z): zeros but for the group of what was offered."""
    expected: Floats
    """Its mean by the propensities of the log."""
    value: Floats
    cost: Floats
    weight: Floats

    @classmethod
    def of(cls, week: Logged, group: Ints, scaling: _Scaling) -> _Rows:
        """Return the rows of one week."""
        n, n_groups = len(week.offer), int(group.max()) + 1
        with_offer = np.zeros((n, n_groups, 1 + len(TRAITS) + len(IN_SCOPE)))
        expected = np.zeros_like(with_offer)
        for k, g in enumerate(group):  # the menu comes first among the offers
            columns = scaling.columns(week.observation, k)
            with_offer[:, g] += np.where((week.offer == k)[:, None], columns, 0.0)
            expected[:, g] += DRAWN / len(group) * columns
        profile = np.column_stack([np.ones(n), week.observation.profile / scaling.profile])
        weight = (1 + _spend(week.observation) / scaling.spend) ** -2.0
        return cls(profile, with_offer, expected, week.value_minor, week.cost_minor, weight)


def _values(rows: _Rows) -> Floats:
    """d + d_g by group."""
    _, n_groups, width = rows.with_offer.shape
    own = rows.with_offer - rows.expected
    x = np.column_stack([own.sum(axis=1), own.reshape(len(own), -1), rows.profile])
    shrunk = np.zeros(x.shape[1])
    shrunk[1 : width * (1 + n_groups)] = 1.0
    values = _ridge(x, rows.value, rows.weight, shrunk)
    return values[:width] + values[width : width * (1 + n_groups)].reshape(n_groups, width)


def _costs(rows: _Rows) -> Floats:
    """Return the costs of what was offered, by group."""
    every = rows.with_offer.reshape(len(rows.with_offer), -1)
    has_offer = every.any(axis=1)
    x, weight = every[has_offer], rows.weight[has_offer]
    costs = _solved(x.T @ (weight[:, None] * x), x.T @ (weight * rows.cost[has_offer]), np.zeros(x.shape[1]))
    return costs.reshape(rows.with_offer.shape[1:])


def _ridge(x: Floats, y: Floats, weight: Floats, shrunk: Floats) -> Floats:
    """Weighted least squares with some columns shrunk, by the largest penalty that predicts no worse than chance.

    Each half of the rows is predicted from the other. "No worse": the loss is above the least by at most the standard
    error of the difference (Breiman et al. 1984).
    """
    half = np.arange(len(y)) % 2 == 0
    sums = [
        (x[rows].T @ (weight[rows, None] * x[rows]), x[rows].T @ (weight[rows] * y[rows])) for rows in (half, ~half)
    ]
    losses = np.zeros((len(PENALTIES), len(y)))
    for place, penalty in enumerate(PENALTIES):
        for (gram, moment), rows in zip(sums, (~half, half), strict=True):
            losses[place, rows] = weight[rows] * (y[rows] - x[rows] @ _solved(gram, moment, penalty * shrunk)) ** 2
    beyond = losses - losses[losses.sum(axis=1).argmin()]
    fine = beyond.sum(axis=1) <= beyond.std(axis=1) * np.sqrt(len(y))
    best = 2 * PENALTIES[int(np.flatnonzero(fine).max())]
    return _solved(sums[0][0] + sums[1][0], sums[0][1] + sums[1][1], best * shrunk)


def _solved(gram: Floats, moment: Floats, diagonal: Floats) -> Floats:
    """A tiny penalty on everything keeps columns that never vary harmless."""
    return np.asarray(np.linalg.solve(gram + np.diag(diagonal + 1e-6 * (1 + np.diag(gram))), moment), dtype=np.float64)

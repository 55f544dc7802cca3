"""A policy that a real shop could have: a ridge regression on weeks in which offers were given at random.

For customer i in a logged week with offer k of group g (its kind and depth), profit is modelled as

    profit_i = x_i . b + [offered] z_ik . d_g + noise

with x the profile columns and z_ik a constant, a few of them and what i buys in the offer's scope. Chance decided who
was offered what, so d tells effects. Large customers have large noise: rows are weighted by 1 / (mean + own spend)^2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.market.noise import Floats
from offerloop.market.policies import Given, Logged, Policy, within
from offerloop.market.seen import IN_SCOPE, Seen, seen
from offerloop.market.simulation import Market
from offerloop.market.terms import Terms
from offerloop.market.world import Ints

TRAITS = ("spend_minor", "n_orders", "recent_minor", "discount_share", "age", "income", "household", "n_exposures")
"""Profile columns that may change an effect."""
PENALTIES = (1.0, 10.0, 100.0, 1000.0, 10_000.0)


def personalised(log: list[Logged], terms: Terms) -> Policy:
    """The plan over effects learned from a log. Its last week is left out: what comes back of it is not known yet."""
    model = _Effects.fit(log[:-1], terms)

    def rule(market: Market, budget: int, rng: np.random.Generator) -> Given:
        del rng
        return within(market, model.predict(market), budget)

    return Policy(rule)


@dataclass(frozen=True)
class _Effects:
    """Profit effects by group of offers, linear in scaled columns."""

    group: Ints
    """Of each offer."""
    scale: Floats
    """Of the columns of z, the constant left out."""
    weights: Floats
    """(groups, columns of z)."""

    @classmethod
    def fit(cls, log: list[Logged], terms: Terms) -> _Effects:
        pairs = np.column_stack([terms.kind, terms.percent])
        group = np.unique(pairs, axis=0, return_inverse=True)[1].ravel()
        first = log[0].seen
        scale = np.maximum(np.mean([_traits(first, k).std(axis=0) for k in terms.menu], axis=0), 1e-6)
        spread = np.maximum(first.profile.std(axis=0), 1e-6)
        parts = [_rows(one, group, scale, spread) for one in log]
        x, y, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
        width = len(scale) + 1
        n_groups = int(group.max()) + 1
        found = _ridge(x, y, weight, n_groups * width, np.tile(np.arange(width) > 0, n_groups))
        return cls(group, scale, found[: n_groups * width].reshape(n_groups, width))

    def predict(self, market: Market) -> Floats:
        """(customers, offers)."""
        view = seen(market)
        effects = [_columns(view, k, self.scale) @ self.weights[g] for k, g in enumerate(self.group)]
        return np.stack(effects, axis=1)


def _traits(view: Seen, k: int) -> Floats:
    return np.column_stack([*(view.column(name) for name in TRAITS), view.in_scope(k)]).astype(np.float64)


def _columns(view: Seen, k: int, scale: Floats) -> Floats:
    """(customers, 1 + traits + IN_SCOPE): z of offer k."""
    traits = _traits(view, k) / scale
    return np.column_stack([np.ones(len(traits)), traits])


def _rows(week: Logged, group: Ints, scale: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
    """Design, profit and weight of one logged week; columns of the groups come first."""
    width, n = 1 + len(scale), len(week.offer)
    effect = np.zeros((n, int(group.max()) + 1, width))
    for k in np.unique(week.offer[week.offer >= 0]):
        rows = week.offer == k
        effect[rows, group[k]] = _columns(week.seen, k, scale)[rows]
    x = np.column_stack([effect.reshape(n, -1), np.ones(n), week.seen.profile / spread])
    spend = week.seen.by_category[:, :, IN_SCOPE.index("list_minor_week")].sum(axis=1).astype(np.float64)
    return x, week.value_minor - week.cost_minor, (spend.mean() + spend) ** -2.0


def _ridge(x: Floats, y: Floats, weight: Floats, n_effects: int, shrunk: np.ndarray) -> Floats:
    """Weighted least squares; the effects but their constants are shrunk, as much as predicts the other half best."""
    weight = weight / weight.mean()
    half = np.arange(len(y)) % 2 == 0
    sums = [
        (x[rows].T @ (weight[rows, None] * x[rows]), x[rows].T @ (weight[rows] * y[rows])) for rows in (half, ~half)
    ]
    diagonal = np.zeros(x.shape[1])
    diagonal[:n_effects] = shrunk
    losses = []
    for penalty in PENALTIES:
        loss = 0.0
        for (gram, moment), rows in zip(sums, (~half, half), strict=True):
            loss += float(weight[rows] @ (y[rows] - x[rows] @ _solved(gram, moment, penalty * diagonal)) ** 2)
        losses.append(loss)
    best = 2 * PENALTIES[int(np.argmin(losses))]
    return _solved(sums[0][0] + sums[1][0], sums[0][1] + sums[1][1], best * diagonal)


def _solved(gram: Floats, moment: Floats, diagonal: Floats) -> Floats:
    """A tiny penalty on everything keeps columns that never vary harmless."""
    return np.asarray(np.linalg.solve(gram + np.diag(diagonal + 1e-6 * (1 + np.diag(gram))), moment), dtype=np.float64)

"""Who responds: which columns drive an effect, and which kinds of customers, on those who had no part in finding it.

Three views of the doubly robust effect of one offer. The best linear projection on all columns together says what an
effect goes with, with intervals (Semenova and Chernozhukov 2021). The loss of what a learned effect tells of left-out
customers, when one column is shuffled among them, says what the model rests on (Breiman 2001). A small tree found on
one half of the customers gives kinds, whose effects are those of the other half (Athey and Imbens 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from offerloop.arrays import Bools, Floats, Ints
from offerloop.evaluation import Estimate
from offerloop.response.estimators.penalised import spread
from offerloop.response.evidence import Estimator, Evidence, learned
from offerloop.response.scores import draw_folds
from offerloop.response.terms import OfferTerms
from offerloop.response.trial.spread import cluster_sums, mean_estimate, wider

LEAST_LEAF = 100
"""Customers of each half that a kind must have."""
CUTS = 15
"""Places at which a column is cut at most."""
DEPTH = 2
"""Conditions of a kind at most."""
FEWEST_VARYING = 30
"""Customers of an arm with another value of a column than the usual one, with fewer of whom it has no slope; and the
effective number of clusters of an arm that its spread comes from."""
FEWEST_PER_COLUMN = 2
"""Clusters for each column; with fewer there are no slopes."""


@dataclass(frozen=True)
class Projected:
    """What an effect goes with, all other columns being equal."""

    column: int
    slope: Estimate
    """Change of the effect for one standard deviation more."""
    p_value: float
    """The p-value, adjusted for the number of columns (Bonferroni)."""


@dataclass(frozen=True)
class Split:
    """A condition on one column."""

    column: int
    above: bool
    cut: float


@dataclass(frozen=True)
class CustomerKind:
    """Customers who fulfil all conditions, and the effect on those of the other half."""

    splits: tuple[Split, ...]
    n: int
    effect: Estimate


def linear_projection(evidence: Evidence, effect: Floats, offer: int) -> list[Projected]:
    """Return the slopes of an offer's effect (n,) on features (n, p), the clearest first.

    Errors are robust to unequal spread (HC3: MacKinnon and White 1985), and to clusters with the factor G / (G - 1);
    quantiles are those of Student's t. A column that is the same for all but a few customers, or clusters, has no
    slope: no error is right for so few.
    """
    features, whose = evidence.features, evidence.customer
    z = (features - features.mean(axis=0)) / spread(features)
    varies = np.flatnonzero(_varying_rows(evidence, offer) >= FEWEST_VARYING)
    if whose is not None:
        varies = varies[_effective_clusters(z[:, varies], evidence, offer) >= FEWEST_VARYING]
    usable = varies[_independent(z[:, varies])]
    if whose is not None and len(np.unique(whose)) <= FEWEST_PER_COLUMN * len(usable):
        return []
    x = np.column_stack([np.ones(len(z)), z[:, usable]])
    inverse = np.linalg.inv(x.T @ x)
    slope = inverse @ (x.T @ effect)
    left = effect - x @ slope
    if whose is None:
        contributions = x * (left / (1 - np.einsum("np,pq,nq->n", x, inverse, x)))[:, None]
        free, few = max(len(x) - x.shape[1], 1), 1.0
    else:
        contributions = cluster_sums(x * left[:, None], whose)
        free = len(contributions) - 1
        few = len(contributions) / max(free, 1)
    se = np.sqrt(np.diag(inverse @ (contributions.T @ contributions) @ inverse) * few)
    projected = [
        Projected(
            int(column),
            Estimate.of(float(slope[k]), float(se[k]) * wider(free + 1)),
            min(1.0, 2 * len(usable) * float(student.sf(abs(slope[k]) / se[k], free))) if se[k] > 0 else 1.0,
        )
        for k, column in enumerate(usable, start=1)
    ]
    return sorted(projected, key=lambda one: one.p_value)


def _varying_rows(evidence: Evidence, offer: int) -> Ints:
    """Return how many customers of the smaller of two arms have another value than the usual one, by feature (p,)."""
    other = evidence.features != np.median(evidence.features, axis=0)
    return np.min([other[evidence.action == arm].sum(axis=0) for arm in (0, offer)], axis=0)


def _effective_clusters(z: Floats, evidence: Evidence, offer: int) -> Floats:
    """Return the effective number of clusters (Kish 1965) that the spread of columns z (n, p) comes from, by column.

    The smaller one of two arms: a column that one store alone has comes from one, however many stores there are.
    """
    numbers = []
    for arm in (0, offer):
        own = evidence.action == arm
        squares = cluster_sums(z[own] ** 2, evidence.whose[own])
        numbers.append(squares.sum(axis=0) ** 2 / (squares**2).sum(axis=0))
    return np.min(numbers, axis=0)


def shuffled_losses(
    estimator: Estimator,
    value: Evidence,
    cost: Evidence | None,
    effect: Floats,
    offer: int,
    groups: Sequence[Ints],
    seed: int,
) -> list[Estimate]:
    """Return for each group of columns how much less of the effect the predictions explain when they are shuffled.

    What they explain is the covariance of the standardised prediction with the effect (n,) of left-out customers; each
    half is predicted by the other one. Value and cost are learned apart, as in the study: of value less cost, models of
    purchases would treat each cost as a purchase.
    """
    rng = np.random.default_rng(seed)
    half = _halves(value, rng)
    rows = np.empty((len(groups), value.size))
    for own_half in (0, 1):
        out, others = np.flatnonzero(half == own_half), half != own_half
        paid = None if cost is None else cost.of(others)
        predict = _profit_effect(estimator, value.of(others), paid, value.offers[offer], seed)
        features, real = value.features[out], effect[out] - effect[out].mean()
        plain = _standard(predict(features))
        for k, columns in enumerate(groups):
            shuffled = features.copy()
            shuffled[:, columns] = features[np.ix_(rng.permutation(len(out)), columns)]
            rows[k, out] = (plain - _standard(predict(shuffled))) * real
    return [mean_estimate(one, value.customer) for one in rows]


def _profit_effect(
    estimator: Estimator, value: Evidence, cost: Evidence | None, offer: OfferTerms, seed: int
) -> Callable[[Floats], Floats]:
    """Return what an estimator predicts of an offer's effect on value less cost, from features."""
    gain = learned(estimator, value, seed)
    paid = None if cost is None else learned(estimator, cost.after(value), seed)

    def predict(features: Floats) -> Floats:
        effects = gain.effects(features, (offer,))[:, 0]
        return effects if paid is None else effects - paid.effects(features, (offer,))[:, 0]

    return predict


def kinds(evidence: Evidence, effect: Floats, seed: int) -> list[CustomerKind]:
    """Return the leaves of a tree found on one half of the customers, valued on the other.

    They come in the order in which the first half has them, the largest effect first.
    """
    half = _halves(evidence, np.random.default_rng(seed))
    learned, judged = half == 0, half == 1
    leaves, order = [], []
    for splits in _leaves(evidence.features, effect, learned, judged, ()):
        inside = _within(evidence.features, splits)
        rows = judged & inside
        order.append(-float(effect[learned & inside].mean()))
        whose = None if evidence.customer is None else evidence.customer[rows]
        leaves.append(CustomerKind(splits, int(rows.sum()), mean_estimate(effect[rows], whose)))
    return [leaves[k] for k in np.argsort(order)]


def _leaves(
    features: Floats, effect: Floats, learned: Bools, judged: Bools, splits: tuple[Split, ...]
) -> list[tuple[Split, ...]]:
    best = None if len(splits) == DEPTH else _best_cut(features, effect, learned, judged)
    if best is None:
        return [splits]
    column, cut = best
    above = features[:, column] > cut
    return [
        leaf
        for side, rows in ((False, ~above), (True, above))
        for leaf in _leaves(
            features, effect, learned & rows, judged & rows, (*splits, Split(column, above=side, cut=cut))
        )
    ]


def _best_cut(features: Floats, effect: Floats, learned: Bools, judged: Bools) -> tuple[int, float] | None:
    """The cut after which effects of both sides differ most clearly; None where no side is large enough."""
    x, y = features[learned], effect[learned]
    best, best_cut = 0.0, None
    if len(x) < 2 * LEAST_LEAF:
        return None
    for column in range(features.shape[1]):
        places = np.linspace(0, 1, CUTS + 2)[1:-1]
        for cut in np.unique(np.quantile(x[:, column], places, method="lower")):
            above = x[:, column] > cut
            there = int((judged & (features[:, column] > cut)).sum())
            if min(above.sum(), (~above).sum(), there, judged.sum() - there) < LEAST_LEAF:
                continue
            gap = y[above].mean() - y[~above].mean()
            z = gap**2 / (y[above].var() / above.sum() + y[~above].var() / (~above).sum() + 1e-300)
            if z > best:
                best, best_cut = float(z), (column, float(cut))
    return best_cut


def _within(features: Floats, splits: Sequence[Split]) -> Bools:
    rows = np.ones(len(features), dtype=np.bool_)
    for split in splits:
        rows &= (features[:, split.column] > split.cut) == split.above
    return rows


def _halves(evidence: Evidence, rng: np.random.Generator) -> Ints:
    """(n,): 0 or 1, the same for all rows of a cluster."""
    whose = evidence.whose
    return draw_folds(int(whose.max()) + 1, 2, rng)[whose]


def _independent(z: Floats) -> Ints:
    """Columns that vary and are no sum of others before them (by a pivotless Gram-Schmidt)."""
    kept: list[int] = []
    basis: list[Floats] = []
    for column in range(z.shape[1]):
        rest = z[:, column].astype(np.float64)
        size = float(np.linalg.norm(rest))
        for feature in basis:
            rest = rest - feature * (feature @ rest)
        left = float(np.linalg.norm(rest))
        if left > 1e-6 * max(size, 1e-12) and left > 0:
            kept.append(column)
            basis.append(rest / left)
    return np.array(kept, dtype=np.int64)


def _standard(values: Floats) -> Floats:
    size = float(values.std())
    return (values - values.mean()) / size if size > 0 else np.zeros_like(values)

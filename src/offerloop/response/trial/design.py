"""The design of a trial: the propensity of each offer, and whether the table fits what is said about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import chi2
from scipy.stats import f as f_distribution

from offerloop.arrays import Floats, Ints
from offerloop.errors import EvidenceError
from offerloop.evaluation import sample_ratio
from offerloop.message import Message, Share
from offerloop.response.estimators.penalised import spread
from offerloop.response.scores import draw_folds
from offerloop.response.trial.part_sums import ClusterSums, MeanSums
from offerloop.response.trial.spread import cluster_sums

FOLDS = 5
"""Folds in which propensities are modelled."""
TRIMMED = 0.05
"""Rows for which an offer had a smaller propensity are left out (Crump et al. 2009 propose .1 for one offer)."""
LEAST_KEPT, LEAST_SIZE = 0.5, 200
"""Share of the rows that must remain after that, and effective size of each offer."""
PENALTY = 1.0
"""Ridge penalty of the slopes of a propensity model: what makes arms that features tell exactly have finite ones."""
ROUNDING = 1e-10
"""Eigenvalues of sums of products that are no larger a share of the largest are 0 but for rounding."""


@dataclass(frozen=True)
class ArmDifference:
    """The difference between an arm and no offer on one column before the trial."""

    column: int
    arm: int
    sds: float
    z: float
    """Standard errors; of few clusters the normal quantile of their p-value."""


def observed_shares(action: Ints, offers: int) -> Floats:
    """Return (n, K): the observed share of each offer for everybody, where offers were given at random."""
    return np.tile(np.bincount(action, minlength=offers) / len(action), (len(action), 1))


def sample_ratio_p(action: Ints, planned: Floats) -> float:
    """Return the p-value of a sample ratio mismatch against planned shares (n, K) or (K,): see `sizes_p`."""
    observed = np.bincount(action, minlength=planned.shape[-1])
    if planned.ndim == 1 or (planned == planned[0]).all():
        return sizes_p(observed, planned.reshape(-1, planned.shape[-1])[0])
    return sizes_p(observed, planned.sum(axis=0), planned.T @ planned)


def sizes_p(observed: Ints, expected: Floats, products: Floats | None = None) -> float:
    """Return the p-value of sizes of arms (K,) that are further from the expected ones than chance allows.

    See `sample_ratio` for shares that are the same for everybody. Where they are not, sizes of arms are sums of draws
    with different shares, nearly normal, whose covariance follows from sums of `products` (K, K) of each two shares.
    """
    if products is None:
        return sample_ratio(observed.tolist(), expected.tolist(), exact=True).p_value
    if (observed[expected == 0] > 0).any():
        return 0.0
    covariance = np.diag(expected) - products
    off = observed - expected
    free = int(np.linalg.matrix_rank(covariance, tol=ROUNDING * covariance.max(), hermitian=True))
    return float(chi2.sf(off @ np.linalg.pinv(covariance, ROUNDING, hermitian=True) @ off, max(free, 1)))


def plan_columns(action: Ints, propensity: Floats) -> Floats:
    """Return the columns (n, K) by whose sums sizes of arms are compared with the propensities (n, K) of a plan.

    Those of two arms themselves. Of more arms only that of the arm given is known: 1 over it, and 0 for other arms, has
    the mean 1 in each column, whatever the others are (Horvitz and Thompson 1952).
    """
    if propensity.shape[1] == 2:
        return propensity
    own = propensity[np.arange(len(action)), action]
    columns: Floats = np.eye(propensity.shape[1])[action] / own[:, None]
    return columns


def plan_p(observed: Ints, sums: MeanSums) -> float:
    """Return the p-value of sizes of arms (K,) that are further from a plan than chance allows.

    From sums over the columns of `plan_columns`: for more than two arms by Hotelling's T-squared (1931), of as many
    rows as the smallest effective size of an arm (Kish 1965), since few rows of large weight may all be missed.
    """
    if len(observed) == 2:
        return sizes_p(observed, sums.total, sums.products)
    off, covariance = sums.mean - 1, sums.covariance / (sums.n - 1)
    free = int(np.linalg.matrix_rank(covariance, tol=ROUNDING * covariance.max(), hermitian=True))
    size = float((sums.total**2 / np.maximum(np.diagonal(sums.products), np.finfo(np.float64).tiny)).min())
    if not 0 < free < size:
        return 1.0
    distance = float(off @ np.linalg.pinv(covariance, ROUNDING, hermitian=True) @ off)
    return float(f_distribution.sf(distance * (size - free) / (free * (size - 1)), free, size - free))


def cluster_means(features: Floats, whose: Ints) -> Floats:
    """Return the mean (G, p) of each cluster."""
    return cluster_sums(features, whose) / np.bincount(whose)[:, None]


def arm_differences(arms: Sequence[MeanSums], clusters: ClusterSums | None = None) -> list[ArmDifference]:
    """Return the difference of every column and arm from no offer, the largest first.

    From sums over the columns of each arm, no offer first. With sums over `clusters` of the columns of `by_arm`, errors
    are those of clusters.
    """
    control = arms[0]
    differences: list[ArmDifference] = []
    for arm, own in enumerate(arms[1:], start=1):
        sd = np.sqrt((own.variance + control.variance) / 2)
        se = np.sqrt(own.variance / own.n + control.variance / control.n)
        if clusters is not None:
            weights = _gap_weights(arms, arm)
            variance = np.einsum("jd,de,je->j", weights, clusters.products, weights)
            se = np.sqrt(np.where(se > 0, np.maximum(variance, 0.0), 0.0))
        differences.extend(_differences(arm, own.mean - control.mean, sd, se))
    return sorted(differences, key=lambda one: -abs(one.z))


def by_arm(features: Floats, action: Ints, offers: int) -> Floats:
    """Return the columns (n, K (p + 1)) of the rows: for each arm their features and 1, or 0 in other arms."""
    own = np.column_stack([features, np.ones(len(features))])
    return np.hstack([own * (action == arm)[:, None] for arm in range(offers)])


def _gap_weights(arms: Sequence[MeanSums], arm: int) -> Floats:
    """Return the weights (p, d) of the columns of `by_arm` that move the difference of an arm from no offer."""
    p = len(arms[0].total)
    weights = np.zeros((p, len(arms), p + 1))
    for side, sign in ((arm, 1.0), (0, -1.0)):
        weights[np.arange(p), side, np.arange(p)] = sign / arms[side].n
        weights[:, side, p] = -sign * arms[side].mean / arms[side].n
    return weights.reshape(p, -1)


def _differences(arm: int, gap: Floats, sd: Floats, se: Floats) -> Iterator[ArmDifference]:
    for column in np.flatnonzero((sd > 0) & (se > 0)):
        yield ArmDifference(int(column), arm, float(gap[column] / sd[column]), float(gap[column] / se[column]))


def plain_differences(outcome: Floats, action: Ints, propensity: Floats | None) -> Floats:
    """Return rows (n, K) whose means are the differences of arms from no offer in an outcome (n,), unadjusted.

    By known propensities (n, K) and nothing else; without them they are the naive differences of a table that is no
    trial.
    """
    in_arm = np.eye(int(action.max()) + 1 if propensity is None else propensity.shape[1])[action]
    weight = in_arm if propensity is None else in_arm / propensity
    mean = (weight.T @ outcome) / weight.sum(axis=0)
    rows: Floats = mean + weight * (outcome[:, None] - mean) / weight.mean(axis=0)
    return rows - rows[:, :1]


def covariate_balance_p(arms: Sequence[MeanSums]) -> float:
    """Return the p-value of arms that differ on their features together (Wilks' lambda).

    From sums over the columns of each arm, no offer first; by Rao's F (1951), which is exact for up to three arms or
    two independent features that are normal.
    """
    whole, sizes = reduce(add, arms), np.array([one.n for one in arms[1:]])
    varies = whole.variance > 0
    if not varies.any():
        return 1.0
    sd = np.sqrt(whole.variance[varies])
    within = whole.n * whole.covariance[np.ix_(varies, varies)] / np.outer(sd, sd)
    between = np.stack([one.n * (one.mean - whole.mean)[varies] / sd for one in arms[1:]])
    all_arms = np.diag(sizes) - np.outer(sizes, sizes) / whole.n
    left = all_arms - between @ np.linalg.pinv(within, ROUNDING, hermitian=True) @ between.T
    explained = np.linalg.slogdet(left)[1] - np.linalg.slogdet(all_arms)[1]
    rank = int(np.linalg.matrix_rank(within, tol=ROUNDING * whole.n, hermitian=True))
    return _rao_p(explained, whole.n, rank, len(sizes))


def _rao_p(log_lambda: float, n: int, features: int, contrasts: int) -> float:
    """Return the p-value of Wilks' lambda of n rows."""
    both = features**2 + contrasts**2
    root = float(np.sqrt((features**2 * contrasts**2 - 4) / (both - 5))) if both > 5 else 1.0
    scale = n - 1 - (features + contrasts + 1) / 2
    above, below = features * contrasts, scale * root - (features * contrasts - 2) / 2
    kept = float(np.exp(log_lambda / root))
    if kept <= 0:  # features tell the arms exactly
        return 0.0
    return float(f_distribution.sf((1 - kept) / kept * below / above, above, below)) if below > 0 else 1.0


@dataclass(frozen=True, eq=False)
class PropensityModel:
    """A multinomial logistic regression of the arm on features and their squares."""

    centre: Floats
    scale: Floats
    """(p,) each."""
    slopes: Floats
    """(1 + 2 p, K)."""

    @classmethod
    def fit(cls, features: Floats, action: Ints, offers: int) -> PropensityModel:
        """Fit the model to some rows."""
        centre, scale = features.mean(axis=0), spread(features)
        return cls(centre, scale, _multinomial(_squared((features - centre) / scale), np.eye(offers)[action]))

    def predict(self, features: Floats) -> Floats:
        """(n, K): the propensity of each arm."""
        return _softmax(_squared((features - self.centre) / self.scale) @ self.slopes)


def _squared(z: Floats) -> Floats:
    return np.column_stack([np.ones(len(z)), z, z * z])


def modelled_propensities(features: Floats, action: Ints, offers: int, seed: int, whose: Ints | None = None) -> Floats:
    """Return propensities (n, K) by multinomial logistic regressions on the other folds, where none were logged.

    `whose` (n,) are clusters of rows, which stay in one fold, unless an arm has fewer of them than there are folds: one
    fold might have all of it.
    """
    if whose is not None and min(len(np.unique(whose[action == arm])) for arm in range(offers)) < FOLDS:
        whose = None
    fold = draw_folds(len(action), FOLDS, np.random.default_rng(seed), whose)
    propensities = np.empty((len(action), offers))
    for held_fold in range(FOLDS):
        out = fold == held_fold
        propensities[out] = PropensityModel.fit(features[~out], action[~out], offers).predict(features[out])
    return propensities


@dataclass(frozen=True, eq=False)
class OverlapSums:
    """How many rows have overlap, and the weight with which each arm speaks for all that have."""

    rows: int
    kept: int
    weights: Floats
    squares: Floats
    """(K,): sums over the kept rows of each arm of 1 / propensity, and of its square."""

    @classmethod
    def of(cls, propensity: Floats, action: Ints) -> OverlapSums:
        """Add up rows with propensities (n, K)."""
        kept = has_overlap(propensity)
        weight = 1 / propensity[kept, action[kept]]
        in_arm = np.eye(propensity.shape[1])[action[kept]]
        return cls(len(propensity), int(kept.sum()), weight @ in_arm, weight**2 @ in_arm)

    def __add__(self, other: OverlapSums) -> OverlapSums:
        weights, squares = self.weights + other.weights, self.squares + other.squares
        return OverlapSums(self.rows + other.rows, self.kept + other.kept, weights, squares)

    @property
    def sizes(self) -> Floats:
        """(K,): the effective size of each arm."""
        return self.weights**2 / np.maximum(self.squares, np.finfo(np.float64).tiny)

    def check(self, names: Sequence[str]) -> None:
        """Raise EvidenceError where too few rows can be compared."""
        remedy = Message("give an offer to a random share of all kinds of customers, and log the propensity of each")
        if self.kept < LEAST_KEPT * self.rows:
            raise EvidenceError(
                Message(
                    "for {share} of the customers the propensity of an offer is below {least}, so nobody like them "
                    "can be compared; {remedy}",
                    share=Share(1 - self.kept / self.rows),
                    least=Share(TRIMMED),
                    remedy=remedy,
                )
            )
        for name, size in zip(names, self.sizes, strict=True):
            if size < LEAST_SIZE:
                raise EvidenceError(
                    Message(
                        "'{offer}' speaks with the weight of {n} customer, fewer than {least}, for those who were "
                        "likely to get something else; {remedy}",
                        plural="'{offer}' speaks with the weight of {n} customers, fewer than {least}, for those who "
                        "were likely to get something else; {remedy}",
                        offer=name,
                        n=round(float(size)),
                        least=LEAST_SIZE,
                        remedy=remedy,
                    )
                )


def has_overlap(propensity: Floats) -> NDArray[np.bool_]:
    """Return which rows (n,) have overlap: every offer was likely enough."""
    return np.asarray((propensity >= TRIMMED).all(axis=1))


def rows_with_overlap(propensity: Floats, action: Ints, names: list[str]) -> NDArray[np.bool_]:
    """Return which rows (n,) have overlap. Raises EvidenceError where too few do."""
    OverlapSums.of(propensity, action).check(names)
    return has_overlap(propensity)


def _multinomial(x: Floats, arms: Floats) -> Floats:
    """(columns, K) by maximum likelihood with a small ridge."""
    shape = (x.shape[1], arms.shape[1])

    def loss(flat: Floats) -> tuple[float, Floats]:
        at = flat.reshape(shape)
        propensity = _softmax(x @ at)
        likely = np.log(np.maximum((propensity * arms).sum(axis=1), 1e-300)).sum()
        return float(PENALTY / 2 * flat @ flat - likely), (x.T @ (propensity - arms) + PENALTY * at).ravel()

    fitted = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return fitted.x.reshape(shape)


def _softmax(eta: Floats) -> Floats:
    raised = np.exp(eta - eta.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)

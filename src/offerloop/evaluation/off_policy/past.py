"""What customers of a log were shown before, and weights of a policy that made these decisions (`repeated_policy`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Bools, Floats, Ints
from offerloop.evaluation.off_policy.overlap import group_sums, possible_weights
from offerloop.evaluation.off_policy.rows import PolicyRows

LAGS = 4
"""Earlier exposures of a customer that may still matter."""
NONE, OTHER = -1, -2
"""Positions in `PastExposures.action`: no exposure, and an offer that is none of the log's."""


@dataclass(frozen=True, eq=False)
class PastExposures:
    """What the customer of each row of a log was shown before, the latest exposure first."""

    action: Ints
    """(n, L): positions among the log's names, NONE or OTHER."""
    propensity: Floats
    """(n, L): propensities of what was shown; 1 where there was no exposure."""
    propensities: Floats | None
    """(n, L, K): propensities of all offers, where they are known; rows without an exposure are not looked at."""
    baseline: Floats
    """(n, columns of the outcomes): expected from what was known before all of these exposures, by rows of other
    customers."""

    @property
    def has_exposure(self) -> Bools:
        """(n, L): where there was an exposure."""
        return self.action != NONE


@dataclass(frozen=True, eq=False)
class WeightTotals:
    """Sums over weights, in one or several groups of decisions."""

    total: Floats
    squares: Floats
    largest: Floats
    """0 where there are none, or all are below."""

    @classmethod
    def of(cls, weights: Floats, group: Ints, groups: int) -> WeightTotals:
        """Add up weights (n,) by group (n,)."""
        largest = np.zeros(groups)
        np.maximum.at(largest, group, weights)
        return cls(group_sums(group, weights, groups), group_sums(group, weights**2, groups), largest)

    def __add__(self, other: WeightTotals) -> WeightTotals:
        largest = np.maximum(self.largest, other.largest)
        return WeightTotals(self.total + other.total, self.squares + other.squares, largest)


@dataclass(frozen=True, eq=False)
class RepeatedTotals:
    """Sums over the weights of a policy applied repeatedly; groups are of decisions with 0 to L earlier exposures."""

    rows: Ints
    """(L + 1,): decisions of each group."""
    every: WeightTotals
    """Every combination, by group."""
    first: WeightTotals
    """First order, all together."""
    expected: Floats | None
    """(2,): sums of the expectations of squared weights of every combination and of first order; None without full
    propensities."""

    def __add__(self, other: RepeatedTotals) -> RepeatedTotals:
        expected = None if self.expected is None or other.expected is None else self.expected + other.expected
        return RepeatedTotals(self.rows + other.rows, self.every + other.every, self.first + other.first, expected)


def repeated_columns(rows: PolicyRows, past: PastExposures) -> tuple[dict[str, Floats], RepeatedTotals]:
    """Return columns (n, *) whose sums value a policy applied repeatedly, and the sums over its weights.

    `every` and `every_gained` have a block for each number of earlier exposures.
    """
    group, groups = past.has_exposure.sum(axis=1), past.action.shape[1] + 1
    ratios, any_offer = _ratios(rows, past), _any_offer(rows, past)
    every = rows.weights * ratios.prod(axis=1)
    first = rows.weights + (ratios - 1).sum(axis=1) + (rows.weights - 1) * (any_offer - 1).sum(axis=1)
    baseline = past.baseline[:, :2]
    beyond = rows.outcomes - baseline
    by_group = np.eye(groups)[group] * every[:, None]
    columns = {
        "baseline": baseline, "every": by_group, "first": first[:, None], "first_gained": first[:, None] * beyond,
        "every_gained": (by_group[:, :, None] * beyond[:, None]).reshape(len(every), groups * beyond.shape[1]),
    }  # fmt: skip
    totals = RepeatedTotals(
        np.bincount(group, minlength=groups), WeightTotals.of(every, group, groups),
        WeightTotals.of(first, np.zeros_like(group), 1), _expected_squares(rows, past),
    )  # fmt: skip
    return columns, totals


def balance(repeated: RepeatedTotals) -> Floats:
    """Return factors (L + 1,) that give products the mean 1 among rows with the same number of earlier exposures, or 0
    where none of them speaks.

    So every decision counts alike also where customers keep what they have drawn, as those of a holdout do.
    """
    sums = repeated.every.total
    factors: Floats = np.divide(repeated.rows, sums, out=np.zeros_like(sums), where=sums > 0)
    return factors


def _ratios(rows: PolicyRows, past: PastExposures) -> Floats:
    """Return the ratio of propensities (n, L) of each earlier exposure; 1 where there was none."""
    places = np.arange(len(past.action))[:, None]
    chosen = np.where(past.action >= 0, rows.chosen[places, np.maximum(past.action, 0)], 0.0)
    return np.where(past.has_exposure, chosen / past.propensity, 1.0)


def _any_offer(rows: PolicyRows, past: PastExposures) -> Floats:
    """(n, L): the same of having been shown any offer, whichever; nothing is the first of the log's names."""
    if past.propensities is None:
        return _ratios(rows, past)
    nothing = past.action == 0
    wanted, drawn = rows.chosen[:, :1], past.propensities[..., 0]
    shares = np.where(nothing, wanted, 1 - wanted), np.where(nothing, drawn, 1 - drawn)
    return np.where(past.has_exposure, shares[0] / np.where(past.has_exposure, shares[1], 1.0), 1.0)


def _expected_squares(rows: PolicyRows, past: PastExposures) -> Floats | None:
    """(2,): sums of the expectations of W^2, None without full propensities.

    Given what went before, a ratio less 1 has the mean 0, so that the parts of W are uncorrelated.
    """
    full, earlier = rows.log.propensities, past.propensities
    if full is None or earlier is None:
        return None
    lags = range(past.action.shape[1])
    now = _spread(rows.chosen, full)
    each = np.stack([_spread(rows.chosen, earlier[:, lag]) for lag in lags], axis=1)
    either = np.stack([_spread(_either(rows.chosen), _either(earlier[:, lag])) for lag in lags], axis=1)
    each, either = np.where(past.has_exposure, each, 0.0), np.where(past.has_exposure, either, 0.0)
    with np.errstate(invalid="ignore"):  # a policy that wants what is impossible is refused
        every = (1 + now) * (1 + each).prod(axis=1)
        first = 1 + now + each.sum(axis=1) + now * either.sum(axis=1)
    return np.array([every.sum(), first.sum()])


def _spread(chosen: Floats, propensities: Floats) -> Floats:
    """(n,): variance of a ratio."""
    spread: Floats = np.einsum("nk,nk->n", chosen, possible_weights(chosen, propensities)) - 1
    return spread


def _either(table: Floats) -> Floats:
    """(n, 2): nothing, and any offer."""
    return np.column_stack([table[:, 0], 1 - table[:, 0]])

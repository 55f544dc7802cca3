"""Features of a customer-category pair from a window of weeks: who responds more is learned from these alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Floats
from offerloop.response.shelf.fixed_effects import group_sums
from offerloop.response.shelf.panel import ShelfPanel

NAMES = (
    "weeks_bought", "units", "list_minor", "depth_got", "share_on_discount", "weeks_since", "second_half",
    "n_products", "exposure_mean", "exposure_spread",
    "customer_weeks", "customer_units", "customer_list", "customer_depth", "customer_categories",
    "category_rate", "category_depth", "category_price",
)  # fmt: skip


def pair_features(panel: ShelfPanel, weeks: range) -> Floats:
    """Matrix (pairs, len(NAMES)); only the columns of `weeks` are read."""
    window = panel.columns(weeks)
    bought, units = panel.bought[:, window], panel.units[:, window]
    listed, discount = panel.list_minor[:, window], panel.discount_minor[:, window]
    totals = [bought.sum(axis=1), units.sum(axis=1), listed.sum(axis=1)]
    discount_sum = discount.sum(axis=1)
    columns = [
        *totals,
        _ratio(discount_sum, totals[2]),
        _ratio((discount > 0).sum(axis=1), totals[0]),
        _weeks_since(bought),
        _second_half(bought),
        panel.n_products,
        *_exposure(panel.own_depth[:, window]),
        *_of_customers(panel, [*totals, discount_sum]),
        *_of_categories(panel, [*totals, discount_sum], len(weeks)),
    ]
    return np.column_stack(columns).astype(np.float64)


@dataclass(frozen=True)
class Baseline:
    """Usual weekly level of an outcome: linear in the pair's and its category's means of earlier weeks.

    Regresses to the mean: pairs are there because they bought, so their own earlier mean is too high.
    """

    weights: Floats
    """The weights of a constant, the pair's mean and the category's mean."""

    @classmethod
    def fit(cls, panel: ShelfPanel, outcome: Floats, earlier: range, later: range) -> Baseline:
        """Least squares of the level in `later` weeks on means of `earlier` weeks."""
        realised = outcome[:, panel.columns(later)].mean(axis=1)
        return cls(np.linalg.lstsq(_means(panel, outcome, earlier), realised, rcond=None)[0])

    def predict(self, panel: ShelfPanel, outcome: Floats, earlier: range) -> Floats:
        """Level expected after `earlier` weeks, at least a tenth of the average pair's."""
        means = _means(panel, outcome, earlier)
        return np.maximum(means @ self.weights, means[:, 1].mean() / 10)


def _means(panel: ShelfPanel, outcome: Floats, weeks: range) -> Floats:
    own = outcome[:, panel.columns(weeks)].mean(axis=1)
    counts = np.maximum(np.bincount(panel.category), 1)
    category = (group_sums(own, panel.category) / counts)[panel.category]
    return np.column_stack([np.ones(panel.size), own, category])


def _ratio(over: NDArray[np.generic], under: Floats) -> Floats:
    return np.divide(over, under, out=np.zeros(len(under)), where=under > 0)


def _weeks_since(bought: Floats) -> Floats:
    n_weeks = bought.shape[1]
    since = np.argmax(bought[:, ::-1] > 0, axis=1)
    return np.where(bought.any(axis=1), since, n_weeks).astype(np.float64)


def _second_half(bought: Floats) -> Floats:
    half = bought.shape[1] // 2
    difference: Floats = bought[:, half:].sum(axis=1) - bought[:, :half].sum(axis=1)
    return difference


def _exposure(own_depth: Floats) -> tuple[Floats, Floats]:
    is_measured = ~np.isnan(own_depth)
    n = np.maximum(is_measured.sum(axis=1), 1)
    filled = np.where(is_measured, own_depth, 0)
    mean = filled.sum(axis=1) / n
    spread = np.sqrt(np.maximum((filled**2).sum(axis=1) / n - mean**2, 0))
    return mean, spread


def _of_customers(panel: ShelfPanel, totals: list[Floats]) -> list[Floats]:
    sums = [group_sums(total, panel.customer) for total in totals]
    n_categories = np.bincount(panel.customer).astype(np.float64)
    columns = [*sums[:3], _ratio(sums[3], sums[2]), n_categories]
    return [column[panel.customer] for column in columns]


def _of_categories(panel: ShelfPanel, totals: list[Floats], n_weeks: int) -> list[Floats]:
    sums = [group_sums(total, panel.category) for total in totals]
    pairs = np.maximum(np.bincount(panel.category), 1).astype(np.float64)
    columns = [sums[0] / (pairs * n_weeks), _ratio(sums[3], sums[2]), _ratio(sums[2], sums[1])]
    return [column[panel.category] for column in columns]

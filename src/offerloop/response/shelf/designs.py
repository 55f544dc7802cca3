"""Designs A and B: the average response to shelf discounts, bracketed from both sides.

B: depth of the customer's *own* products, effects of pairs and category-weeks. What is left varies between
customers of one category in one week. It misses whatever moves a whole category.
A: depth of the whole category, effects of pairs, weeks and category-by-four-weeks. It includes displays and
mailers that come with price cuts: the upper bracket.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats
from offerloop.response.shelf.fixed_effects import Fit, Groups, regress, regress_by_category, within, within_periods
from offerloop.response.shelf.panel import ShelfPanel

BLOCK_WEEKS = 4
Design = Literal["A", "B"]
OUTCOMES = ("bought", "units", "list_minor", "discount_minor")
CURVE_EDGES = (0.0, 0.05, 0.10, 0.20, 0.30, 1.0)
ROUNDING = 0.01
"""Depths that differ by less are those of one discount, as prices are whole minor units."""


@dataclass(frozen=True)
class Sample:
    """Pairs with an exposure in a window of weeks, and the exposure with its holes filled by the pair's mean."""

    rows: NDArray[np.bool_]
    exposure: Floats
    groups: Groups

    @classmethod
    def of(cls, panel: ShelfPanel, exposure: Floats, weeks: range) -> Sample:
        """Build it from a matrix of the panel over all weeks."""
        part = exposure[:, panel.columns(weeks)]
        is_measured = ~np.isnan(part)
        rows = np.asarray(is_measured.any(axis=1))
        means = np.where(is_measured, part, 0).sum(axis=1) / np.maximum(is_measured.sum(axis=1), 1)
        filled = np.where(is_measured, part, means[:, None])[rows]
        return cls(rows, filled, Groups(panel.customer[rows], panel.category[rows]))


def varies(cleared: Floats, least: float = 1e-9) -> bool:
    """Whether anything is left of a regressor once it is free of the effects."""
    return bool(np.abs(cleared).max(initial=0.0) > least)


def moves(panel: ShelfPanel, weeks: range) -> bool:
    """Whether prices changed in ways that both designs can use."""
    own, whole = (Sample.of(panel, exposure, weeks) for exposure in (panel.own_depth, panel.category_depth))
    return varies(within(own.exposure, own.groups.category), ROUNDING) and varies(
        within_periods(whole.exposure, whole.groups.category, BLOCK_WEEKS), ROUNDING
    )


def slopes_of(design: Design, panel: ShelfPanel, weeks: range) -> dict[str, Fit]:
    """Return the slope of every outcome per unit of the design's depth."""
    sample = _sample(design, panel, weeks)
    slope = _regression(design, sample)
    return {name: slope(outcome) for name, outcome in _outcomes(panel, sample, weeks).items()}


def _sample(design: Design, panel: ShelfPanel, weeks: range) -> Sample:
    return Sample.of(panel, panel.own_depth if design == "B" else panel.category_depth, weeks)


def _regression(design: Design, sample: Sample) -> Callable[[Floats], Fit]:
    """Return what regresses an outcome (pairs, weeks) on the exposure of a design's sample."""
    groups, category = sample.groups, sample.groups.category
    if design == "B":
        own = within(sample.exposure, category)
        return lambda outcome: regress(within(outcome, category), [own], groups)
    whole = within_periods(sample.exposure, category, BLOCK_WEEKS)
    return lambda outcome: regress_by_category(within_periods(outcome, category, BLOCK_WEEKS), [whole], groups)


def break_even_table(panel: ShelfPanel, weeks: range, fits: dict[Design, dict[str, Fit]]) -> pl.DataFrame:
    """Return the margin at which the discount pays for itself, with its standard error, by design."""
    rows = [(design, *_break_even_margin(panel, weeks, design, by_outcome)) for design, by_outcome in fits.items()]
    return pl.DataFrame(rows, schema=["design", "margin", "se"], orient="row")


def _break_even_margin(panel: ShelfPanel, weeks: range, design: Design, fits: dict[str, Fit]) -> tuple[float, float]:
    """Discount given for each unit of list sales gained, and its standard error.

    The ratio R of two slopes; its error is that of the slope of (discount - R x list sales), over the list slope.
    """
    discount_slope, gained = fits["discount_minor"].slope[0], fits["list_minor"].slope[0]
    ratio = float(discount_slope / gained)
    sample = _sample(design, panel, weeks)
    outcome = (panel.discount_minor - ratio * panel.list_minor)[sample.rows][:, panel.columns(weeks)]
    fit = _regression(design, sample)(outcome)
    return ratio, float(fit.se[0] / abs(gained))


def response_curve(panel: ShelfPanel, weeks: range) -> pl.DataFrame:
    """Change of the weekly probability of buying by depth of own products, against the least depth (less than 5 % off).

    Depths that the shop never had, or that all pairs of a category had alike, have no row.
    """
    sample = Sample.of(panel, panel.own_depth, weeks)
    category = sample.groups.category
    steps = [
        (low, high, ((sample.exposure >= low) & (sample.exposure < high)).astype(np.float64))
        for low, high in itertools.pairwise(CURVE_EDGES)
    ]
    (low, high, least), *deeper = [step for step in steps if step[2].any()]
    compared = [(*step, cleared) for step in deeper if varies(cleared := within(step[2], category))]
    rows = [(low, high, 0.0, 0.0, float(least.mean()))]
    if compared:
        bought = panel.bought[sample.rows][:, panel.columns(weeks)]
        fit = regress(within(bought, category), [cleared for *_, cleared in compared], sample.groups)
        for (low, high, dummy, _), slope, se in zip(compared, fit.slope, fit.se, strict=True):
            rows.append((low, high, float(slope), float(se), float(dummy.mean())))
    return pl.DataFrame(rows, schema=["depth_low", "depth_high", "effect", "se", "share_of_weeks"], orient="row")


def slopes_table(panel: ShelfPanel, weeks: range, fits: dict[Design, dict[str, Fit]]) -> pl.DataFrame:
    """Slopes of both designs per unit of depth, and as a share of the outcome's mean per ten points."""
    rows = []
    for design, by_outcome in fits.items():
        sample = _sample(design, panel, weeks)
        for name, outcome in _outcomes(panel, sample, weeks).items():
            fit = by_outcome[name]
            slope, se, mean = float(fit.slope[0]), float(fit.se[0]), float(outcome.mean())
            rows.append((design, name, slope, se, mean, slope / mean / 10, se / mean / 10, int(sample.rows.sum())))
    names = ["design", "outcome", "slope", "se", "mean", "relative_per_10", "relative_per_10_se", "n_pairs"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _outcomes(panel: ShelfPanel, sample: Sample, weeks: range) -> dict[str, Floats]:
    return {name: getattr(panel, name)[sample.rows][:, panel.columns(weeks)] for name in OUTCOMES}

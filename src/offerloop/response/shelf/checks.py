"""What would have to be true if design B measured what it claims: each check is shown, passed or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.message import Message
from offerloop.response.shelf.designs import Sample
from offerloop.response.shelf.fixed_effects import Fit, regress, within
from offerloop.response.shelf.panel import ShelfPanel
from offerloop.tables import RESPONSE_CHECKS

LAGS = (-1, -2, -3, -4)


@dataclass(frozen=True)
class Expectation:
    """What a valid design would show, decided before looking; without a test the figure is only shown."""

    name: str
    """What the table holds."""
    holds: Callable[[float, float], bool] | None = None
    """A condition on the estimate and its standard error."""


NO_EFFECT = Expectation("no effect (|t| below 2)", lambda estimate, se: abs(estimate) < 2 * se)
ABOVE_ZERO = Expectation("above 0 (t above 2)", lambda estimate, se: estimate > 2 * se)
HARDLY_ANY = Expectation(
    "within 0.05 of 0 per unit of depth (0.5 points for ten)", lambda estimate, _: abs(estimate) <= 0.05
)
CALIBRATED = Expectation("0.5 to 1.2", lambda estimate, _: 0.5 <= estimate <= 1.2)
BOUGHT_AHEAD = Expectation("below 0 where purchases were only brought forward")
EXPECTATIONS = {
    NO_EFFECT.name: Message("no significant effect (|t| below 2)"),
    ABOVE_ZERO.name: Message("above 0 (t above 2)", context="expectation"),
    HARDLY_ANY.name: Message("within 0.05 of 0 per unit of depth (0.5 points for ten)"),
    CALIBRATED.name: Message("0.5 to 1.2", context="expectation"),
    BOUGHT_AHEAD.name: Message("below 0 where purchases were only brought forward"),
}
"""A message for each expectation that the table holds in English."""
CHECK_NAMES = {
    "depth of next week": Message("next week's discount (should have no effect)"),
    "depth of last week": Message("last week's discount", context="name of a check"),
    **{
        f"depth of {-lag} weeks ago": Message("discount of {n} weeks ago", context="name of a check", n=-lag)
        for lag in LAGS
        if lag < -1
    },
    "another customer's depth": Message("another customer's discount (should have no effect)"),
    "value in other categories": Message("value in other categories"),
    "buys in other categories": Message("buys in other categories"),
    "top minus bottom decile": Message("top minus bottom decile"),
    "the same, depth permuted over weeks": Message("discounts shuffled across weeks (should show nothing)"),
    "calibration slope": Message("calibration slope", context="name of a check"),
}
"""A message for each name of a check that the table holds in English."""


def design_checks(panel: ShelfPanel, weeks: range, rng: np.random.Generator) -> pl.DataFrame:
    """Lead, another customer's depth, other categories, and lags; `passed` is null where nothing is expected."""
    others = panel.own_depth[_another_pair(panel, rng)]
    elsewhere = _elsewhere(panel)
    placebos = [
        ("depth of next week", "bought", _beside(panel, weeks, panel.bought, (1,))),
        ("depth of next week", "units", _beside(panel, weeks, panel.units, (1,))),
        ("another customer's depth", "bought", _instead(panel, weeks, panel.bought, others)),
        ("value in other categories", "list_minor", _instead(panel, weeks, elsewhere, panel.own_depth)),
        (
            "buys in other categories",
            "bought",
            _instead(panel, weeks, (elsewhere > 0).astype(np.float64), panel.own_depth),
        ),
    ]
    rows = [check_row(name, outcome, fit.slope[-1], fit.se[-1], NO_EFFECT) for name, outcome, fit in placebos]
    lags = _beside(panel, weeks, panel.units, LAGS)
    for lag, slope, se in zip(LAGS, lags.slope[1:], lags.se[1:], strict=True):
        ago = "last week" if lag == -1 else f"{-lag} weeks ago"
        rows.append(check_row(f"depth of {ago}", "units", slope, se, BOUGHT_AHEAD))
    return pl.DataFrame(rows, schema=RESPONSE_CHECKS.schema)


def check_row(
    check: str, outcome: str, estimate: float, se: float, expected: Expectation
) -> dict[str, str | float | bool | None]:
    """One row of the table of checks."""
    return {
        "check": check,
        "outcome": outcome,
        "estimate": float(estimate),
        "se": float(se),
        "expected": expected.name,
        "passed": None if expected.holds is None else bool(expected.holds(estimate, se)),
    }


def _beside(panel: ShelfPanel, weeks: range, outcome: Floats, shifts: tuple[int, ...]) -> Fit:
    """Effects of the depth some weeks later (or earlier, below 0), with this week's depth held fixed."""
    windows = [range(weeks.start + shift, weeks.stop + shift) for shift in (0, *shifts)]
    samples = [Sample.of(panel, panel.own_depth, window) for window in windows]
    rows = np.logical_and.reduce([sample.rows for sample in samples])
    groups = samples[0].groups.take(rows[samples[0].rows])
    exposures = [within(sample.exposure[rows[sample.rows]], groups.category) for sample in samples]
    return regress(within(outcome[rows][:, panel.columns(weeks)], groups.category), exposures, groups)


def _instead(panel: ShelfPanel, weeks: range, outcome: Floats, exposure: Floats) -> Fit:
    """Effect of an exposure on an outcome that design B says nothing about."""
    sample = Sample.of(panel, exposure, weeks)
    category = sample.groups.category
    cleared = within(outcome[sample.rows][:, panel.columns(weeks)], category)
    return regress(cleared, [within(sample.exposure, category)], sample.groups)


def _another_pair(panel: ShelfPanel, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return a random pair of the same category for each pair."""
    another = np.arange(panel.size)
    for category in range(len(panel.categories)):
        rows = np.flatnonzero(panel.category == category)
        another[rows] = rng.permutation(rows)
    return another


def _elsewhere(panel: ShelfPanel) -> Floats:
    """The customer's value at list price in the other studied categories."""
    totals = np.zeros((len(panel.customer_ids), panel.list_minor.shape[1]))
    np.add.at(totals, panel.customer, panel.list_minor)
    elsewhere: Floats = totals[panel.customer] - panel.list_minor
    return elsewhere

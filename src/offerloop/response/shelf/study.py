"""What a discount would do, learned from weeks in which the shop changed its shelf prices for everyone.

The design and its traps: docs/concepts/response.md. Nothing here was randomised; the effects are *transferred* from
shelf prices to coupons, and the report says so wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.config import Response
from offerloop.errors import EvidenceError
from offerloop.evaluation import buckets
from offerloop.message import Message
from offerloop.response.shelf.checks import ABOVE_ZERO, CALIBRATED, HARDLY_ANY, check_row, design_checks
from offerloop.response.shelf.designs import (
    Design,
    Sample,
    break_even_table,
    moves,
    response_curve,
    slopes_of,
    slopes_table,
)
from offerloop.response.shelf.lines import ShelfLines
from offerloop.response.shelf.pair_features import Baseline, pair_features
from offerloop.response.shelf.panel import ShelfPanel, build_panel
from offerloop.response.shelf.slopes import FEWEST_PAIRS, CrossFit, SlopeModels, cross_fit
from offerloop.response.shelf.windows import Windows
from offerloop.tables import RESPONSE_CHECKS

DECILES = 10
MOST_PAIRS = 100_000
"""Pairs of a customer and a category that are looked at together, about: bounds the memory of a large shop, of
which a few groups are looked at side by side."""
SPLITS = 5
"""Divisions of the customers into halves."""


@dataclass(frozen=True)
class ShelfStudy:
    """The fitted response to shelf prices, and the tables that show how reliable it is."""

    windows: Windows
    lines: ShelfLines
    bought: SlopeModels
    """Slope of the weekly probability of buying, per unit of depth."""
    splits: tuple[SlopeModels, ...]
    """Slope of weekly value at list price, per unit of depth and of the pair's usual sales; fitted anew for each of
    several divisions of the customers into halves, so that no single draw decides."""
    baseline_bought: Baseline
    baseline_sales: Baseline
    upper: float
    """Design A's slope of list sales over design B's: the upper bracket of every effect."""
    tables: dict[str, pl.DataFrame]

    def without_customers(self) -> ShelfStudy:
        """Return the study without the purchases that it was fitted to."""
        return replace(self, lines=replace(self.lines, own=self.lines.own.clear(), cells=self.lines.cells.clear()))


def study_shelf_prices(lines: ShelfLines, settings: Response, seed: int) -> ShelfStudy:
    """Fit designs A and B and the R-learner. Raises EvidenceError when prices or purchases are too few."""
    windows, rng = Windows.divide(lines.weeks), np.random.default_rng(seed)
    panel = study_panel(lines, windows, settings, seed)
    designs: tuple[Design, ...] = ("B", "A")
    fits = {one: slopes_of(one, panel, windows.outcomes) for one in designs}
    baseline_bought, baseline_sales = (
        Baseline.fit(panel, outcome, windows.features, windows.later) for outcome in (panel.bought, panel.list_minor)
    )
    learner = Learner.of(panel, windows, seed)
    usual = baseline_sales.predict(panel, panel.list_minor, windows.features)
    sales, bought = learner.fit(panel.list_minor, usual), learner.fit(panel.bought, np.ones(panel.size))
    others = (learner.divided(split).fit(panel.list_minor, usual) for split in range(1, SPLITS))
    splits = (sales.without_pairs(), *(one.without_pairs() for one in others))
    checks = [design_checks(panel, windows.outcomes, rng), learner.checks(bought, sales, rng)]
    tables = {
        "response_slopes": slopes_table(panel, windows.outcomes, fits),
        "response_curve": response_curve(panel, windows.outcomes),
        "response_checks": pl.concat(checks),
        "response_deciles": pl.concat([_deciles("bought", bought), _deciles("list_sales", sales)]),
        "break_even": break_even_table(panel, windows.outcomes, fits),
    }
    upper = float(fits["A"]["list_minor"].slope[0] / fits["B"]["list_minor"].slope[0])
    return ShelfStudy(windows, lines, bought.without_pairs(), splits, baseline_bought, baseline_sales, upper, tables)


def study_panel(lines: ShelfLines, windows: Windows, settings: Response, seed: int) -> ShelfPanel:
    """The panel, or EvidenceError where prices or purchases are too few."""
    if lines.own.is_empty():
        raise EvidenceError(
            Message(
                "no product is sold often enough to have a weekly price, so no response to shelf prices can be "
                "estimated: add order lines, or lower response.min_lines_per_product"
            )
        )
    panel = build_panel(blocks(lines, windows.features, seed)[0](), windows.features, settings.max_weekly_units)
    if panel.size < 2 * FEWEST_PAIRS:
        raise EvidenceError(
            Message(
                "only {n} pair of a customer and a category was seen buying; the response to shelf prices needs "
                "{least}: add order lines, or lower response.min_lines_per_product",
                plural="only {n} pairs of a customer and a category were seen buying; the response to shelf prices "
                "needs {least}: add order lines, or lower response.min_lines_per_product",
                n=panel.size,
                least=2 * FEWEST_PAIRS,
            )
        )
    if not moves(panel, windows.outcomes):
        raise EvidenceError(
            Message(
                "discounts at the shelf did not vary between products and weeks, so no response to them can be "
                "estimated: that takes weeks with price changes, and 'discount', 'list_price' or 'list_value' of the "
                "order lines"
            )
        )
    return panel


def blocks(lines: ShelfLines, weeks: range, seed: int) -> list[Callable[[], ShelfLines]]:
    """The lines by groups of customers, drawn by hash, of about MOST_PAIRS pairs active in `weeks` each.

    A group is cut out when it is called. Prices stay those of the whole shop. A study looks at the first group; a shop
    that is not large has one.
    """
    early = lines.own.filter(pl.col("week").is_between(weeks.start, weeks.stop - 1))
    category = lines.products.select("product_id", "category").unique()
    n = -(-early.join(category, on="product_id").select("customer_id", "category").n_unique() // MOST_PAIRS)
    if n <= 1:
        return [lambda: lines]
    own, cells = (_by_group(table, n, f"block-{seed}") for table in (lines.own, lines.cells))
    return [partial(_cut_out, lines, *rows) for rows in zip(own, cells, strict=True)]


def _cut_out(lines: ShelfLines, own_rows: Ints, cell_rows: Ints) -> ShelfLines:
    return replace(lines, own=lines.own[own_rows], cells=lines.cells[cell_rows])


def _by_group(table: pl.DataFrame, n: int, seed: str) -> list[Ints]:
    """The rows of each of `n` groups of customers, in their order."""
    ids = table["customer_id"].unique()
    groups = pl.DataFrame({"customer_id": ids, "group": (n * buckets(ids, seed)).astype(np.int16)})
    group = table.select("customer_id").join(groups, on="customer_id", maintain_order="left")["group"].to_numpy()
    order = np.argsort(group, kind="stable").astype(np.uint32)
    return np.split(order, np.cumsum(np.bincount(group, minlength=n))[:-1])


@dataclass(frozen=True)
class Learner:
    """What the R-learners of all outcomes share."""

    panel: ShelfPanel
    windows: Windows
    sample: Sample
    features: Floats
    fold: NDArray[np.int64]
    seed: int

    @classmethod
    def of(cls, panel: ShelfPanel, windows: Windows, seed: int) -> Learner:
        """Build it with the first division of the customers."""
        sample = Sample.of(panel, panel.own_depth, windows.later)
        features = pair_features(panel, windows.features)[sample.rows]
        return cls(panel, windows, sample, features, fold_of(panel.customer_ids, seed), seed)

    def divided(self, split: int) -> Learner:
        """Return the learner with another division of the customers into halves."""
        return replace(self, fold=fold_of(self.panel.customer_ids, self.seed, split))

    def fit(self, outcome: Floats, scale: Floats, exposure: Floats | None = None) -> CrossFit:
        """Fit the slope of an outcome (pairs, weeks) in units of `scale`, on the shop's own depths by default."""
        rows = self.sample.rows
        return cross_fit(
            outcome[rows][:, self.panel.columns(self.windows.later)],
            self.sample.exposure if exposure is None else exposure,
            scale[rows],
            self.features,
            self.sample.groups,
            self.fold[self.panel.customer[rows]],
            self.seed,
        )

    def checks(self, bought: CrossFit, sales: CrossFit, rng: np.random.Generator) -> pl.DataFrame:
        """Top minus bottom decile, the same with depth permuted over weeks, and calibration slopes."""
        permuted = self.fit(self.panel.bought, np.ones(self.panel.size), self._permuted(rng))
        rows = [
            check_row("top minus bottom decile", "bought", *_spread(bought), ABOVE_ZERO),
            check_row("the same, depth permuted over weeks", "bought", *_spread(permuted), HARDLY_ANY),
            check_row("calibration slope", "bought", *bought.calibration_slope(), CALIBRATED),
            check_row("calibration slope", "list_sales", *sales.calibration_slope(), CALIBRATED),
        ]
        return pl.DataFrame(rows, schema=RESPONSE_CHECKS.schema)

    def _permuted(self, rng: np.random.Generator) -> Floats:
        """Depth in another order of weeks, the same order for all pairs of a category."""
        exposure = self.sample.exposure.copy()
        for category in np.unique(self.sample.groups.category):
            rows = self.sample.groups.category == category
            exposure[rows] = exposure[rows][:, rng.permutation(exposure.shape[1])]
        return exposure


def fold_of(customer_ids: NDArray[np.generic], seed: int, split: int = 0) -> NDArray[np.int64]:
    """Fold 0 or 1 of each customer in one division, by hash: the same customer is always in the same fold."""
    return np.asarray(buckets(pl.Series(customer_ids), f"fold-{seed}-{split}") >= 0.5, dtype=np.int64)


def decile_of(predicted: Floats) -> NDArray[np.int64]:
    """Decile 0 to 9 by rank, ties by position."""
    ranks = np.argsort(np.argsort(predicted, kind="stable"), kind="stable")
    tenths: NDArray[np.int64] = ranks * DECILES // len(predicted)
    return tenths


def _deciles(outcome: str, fit: CrossFit) -> pl.DataFrame:
    decile = decile_of(fit.predicted)
    rows = [
        (
            outcome,
            k + 1,
            float(fit.predicted[decile == k].mean()),
            *fit.realised(decile == k),
            int((decile == k).sum()),
        )
        for k in range(DECILES)
    ]
    return pl.DataFrame(rows, schema=["outcome", "decile", "predicted", "realised", "se", "n_pairs"], orient="row")


def _spread(fit: CrossFit) -> tuple[float, float]:
    """Realised slope of the top decile less that of the bottom one."""
    decile = decile_of(fit.predicted)
    top, bottom = fit.realised(decile == DECILES - 1), fit.realised(decile == 0)
    return top[0] - bottom[0], float(np.hypot(top[1], bottom[1]))

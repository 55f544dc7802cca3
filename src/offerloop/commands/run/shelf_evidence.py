"""What the study of shelf prices found, in the units that the report uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.commands.run.shown_effects import ShownOffers
from offerloop.evaluation import Estimate
from offerloop.message import Message

OUTCOMES = {
    "bought": Message("chance to buy in a week"),
    "units": Message("units per week", context="outcome of the response study"),
    "list_minor": Message("sales at list price"),
    "list_sales": Message("sales at list price"),
    "discount_minor": Message("discount given", context="outcome of the response study"),
}
"""What a discount at the shelf may change, by the names in the tables."""
TEN_POINTS = 0.10


@dataclass(frozen=True)
class Slope:
    """Average response of one outcome by one design."""

    design: str
    """B: own products, the careful figure. A: whole category, the upper bracket."""
    outcome: str
    per_ten: Estimate
    """Change for ten points of depth, in the outcome's unit for a pair of a customer and a category in a week."""
    relative: Estimate
    """The same as a share of the outcome's mean."""
    mean: float
    n_pairs: int

    @classmethod
    def read(cls, row: dict[str, Any]) -> Slope:
        """Build it from a row of the slopes."""
        relative = Estimate.of(row["relative_per_10"], row["relative_per_10_se"])
        per_ten = Estimate.of(row["slope"], row["se"]).times(TEN_POINTS)
        return cls(row["design"], row["outcome"], per_ten, relative, row["mean"], row["n_pairs"])


@dataclass(frozen=True)
class DesignCheck:
    """One check of the design."""

    name: str
    outcome: str
    estimate: Estimate
    expected: str
    passed: bool | None
    """None where no verdict was set beforehand."""

    @classmethod
    def read(cls, row: dict[str, Any]) -> DesignCheck:
        """Build it from a row of the checks."""
        estimate = Estimate.of(row["estimate"], row["se"])
        return cls(row["check"], row["outcome"], estimate, row["expected"], row["passed"])


@dataclass(frozen=True)
class ShelfEvidence:
    """The response, and how far it can be trusted."""

    slopes: tuple[Slope, ...]
    break_even_margin: dict[str, Estimate]
    """The margin at which a discount for everyone pays for itself, by design."""
    checks: tuple[DesignCheck, ...]
    deepest_offer: float
    """Depth of the deepest offer whose effect is transferred."""
    deep_weeks: float
    """Share of pair-weeks with shelf discounts in or above the range of that depth."""
    shown: ShownOffers | None
    """What offers that were shown at random changed; None where there were too few."""

    @classmethod
    def read(cls, findings: Findings) -> ShelfEvidence:
        """Build it from the tables of the study."""
        slopes = findings.tables["response_slopes"].iter_rows(named=True)
        rows = findings.tables["response_checks"].iter_rows(named=True)
        margins = findings.tables["break_even"].iter_rows(named=True)
        depth = findings.tables["offers"].filter(pl.col("basis") == "transferred")["depth"].max()
        deepest = float(str(depth)) if depth is not None else 0.0
        curve = findings.tables["response_curve"].filter(pl.col("depth_high") > deepest)
        return cls(
            slopes=tuple(Slope.read(row) for row in slopes),
            break_even_margin={row["design"]: Estimate.of(row["margin"], row["se"]) for row in margins},
            checks=tuple(DesignCheck.read(row) for row in rows),
            deepest_offer=deepest,
            deep_weeks=float(curve["share_of_weeks"].sum()),
            shown=ShownOffers.read(findings),
        )

    @property
    def is_known(self) -> bool:
        """Whether there was a study at all."""
        return bool(self.slopes)

    @property
    def is_used(self) -> bool:
        """Whether any offer's effect is transferred from it."""
        return self.is_known and self.deepest_offer > 0

    def slope(self, design: str, outcome: str) -> Slope:
        """One of the slopes."""
        return next(one for one in self.slopes if (one.design, one.outcome) == (design, outcome))

    def check(self, name: str, outcome: str) -> DesignCheck | None:
        """One of the checks."""
        return next((one for one in self.checks if (one.name, one.outcome) == (name, outcome)), None)

    @property
    def judged(self) -> tuple[DesignCheck, ...]:
        """Checks with a verdict."""
        return tuple(one for one in self.checks if one.passed is not None)

    @property
    def failed(self) -> tuple[DesignCheck, ...]:
        """Checks that did not pass."""
        return tuple(one for one in self.judged if not one.passed)

    def pulled_forward(self) -> float | None:
        """Share of the gain in units that is missing in the week after; None without a study that shows a gain."""
        if not self.is_known:
            return None
        after = self.check("depth of last week", "units")
        gain = self.slope("B", "units").per_ten
        if after is None or gain.low <= 0:
            return None
        return min(1.0, max(0.0, -after.estimate.value / (gain.value / TEN_POINTS)))


def supplier_share(break_even_margin: Estimate, margin: float) -> Estimate:
    """Share of the discount that a supplier must pay, given the margin at which it pays for itself; not below 0.

    All of it where the margin is below zero, as it is where sales fall with the discount: then no margin pays.
    """
    levels = (break_even_margin.value, break_even_margin.low, break_even_margin.high)
    if break_even_margin.value <= 0:
        return Estimate(1.0, max(0.0, 1 - margin / levels[2]) if levels[2] > 0 else 1.0, 1.0)
    return Estimate(*(max(0.0, 1 - margin / level) if level > 0 else 0.0 for level in levels))

"""What `offerloop simulate` found: the gains of each policy, or of each combination of levers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from offerloop.evaluation import Estimate
from offerloop.market import LEVERS

MEASURES = ("buyers", "sales", "profit")


@dataclass(frozen=True)
class PolicyGains:
    """What one policy gained over the shop without offers, in all periods; intervals over worlds, NaN with one."""

    name: str
    gains: dict[str, Estimate]
    """profit, sales and cost in minor units, and buyers: customers who buy in a period, summed over periods."""
    shares: dict[str, Estimate]
    """MEASURES as shares of what the shop without offers has."""
    lead: Estimate | None
    """Profit beyond that of the first policy, given to as many random customers less as makes its spend equal."""
    facts: dict[str, float]
    """What else is known of it, such as the R2 of the fair ceiling."""


@dataclass(frozen=True)
class Courses:
    """The means over worlds after each period, by policy, minor units."""

    profit: Mapping[str, Sequence[Estimate]]
    ceiling: str | None
    """What regret is against."""
    regret: Mapping[str, Sequence[Estimate]]
    """The regret of all policies but the ceiling; empty without one."""
    same_spend: Mapping[str, Estimate]
    """Profit of all periods where all policies spend the same; without those that spend nothing."""
    spend: Estimate | None
    """What that is."""


@dataclass(frozen=True)
class SimulationFindings:
    """What `offerloop simulate` found."""

    preset: str
    currency: str
    customers: int
    products: int
    worlds: int
    periods: pl.DataFrame
    """A row for each policy, world and period."""
    policies: tuple[PolicyGains, ...]
    courses: Courses

    @property
    def n_periods(self) -> int:
        """Weeks of each policy."""
        return self.periods["period"].n_unique()


@dataclass(frozen=True)
class Brought:
    """What one combination gained over the shop without offers, in all periods."""

    policy: str
    budget: float
    """Major units of liability for each customer and period."""
    supplier_share: float
    explore: float | None
    """None of a policy that does not explore."""
    gained: PolicyGains


@dataclass(frozen=True)
class PlanningFindings:
    """What `offerloop simulate` found for several values of levers."""

    preset: str
    currency: str
    customers: int
    products: int
    worlds: int
    periods: int
    brought: tuple[Brought, ...]
    best: Brought
    """The best by profit of all that were played."""
    following: Brought
    """The next one."""
    lead: Estimate
    """Profit of the best beyond the next, paired by world."""

    def values(self, lever: str) -> list[float]:
        """Return the values of a lever, in the order of the request."""
        settings = (getattr(one, lever) for one in self.brought)
        return list(dict.fromkeys(value for value in settings if value is not None))

    @property
    def varied(self) -> list[str]:
        """Levers with several values."""
        return [lever for lever in LEVERS if len(self.values(lever)) > 1]

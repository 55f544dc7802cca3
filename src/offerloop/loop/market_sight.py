"""What a simulated shop can see of its customers before a week, in sums that grow week by week."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.loop.shop import LATELY, Sight
from offerloop.market import DEMOGRAPHICS, EVERYTHING, SCALE, Market
from offerloop.offers import NOTHING

MEMORY = 0.8
"""Of what was bought lately, how much of a week counts in the next one."""


@dataclass
class Purchases:
    """Of all weeks that were looked at, in their order; arrays of shape (customers,)."""

    weeks: int = 0
    listed: Floats = field(default_factory=lambda: np.zeros(0))
    """(customers, categories): minor units at list price."""
    lately: Floats = field(default_factory=lambda: np.zeros(0))
    """Minor units at list price, older ones counting less."""
    trips: Floats = field(default_factory=lambda: np.zeros(0))
    cheap: Floats = field(default_factory=lambda: np.zeros(0))
    """Minor units at list price of what was bought below it."""
    since: Floats = field(default_factory=lambda: np.zeros(0))
    """Weeks since the last purchase, or all of them."""
    told: Floats = field(default_factory=lambda: np.zeros(0))
    """Offers lately."""

    def catch_up(self, market: Market, until: int | None = None) -> None:
        """Look at the weeks that are over, or at those before the week `until`."""
        if not self.weeks:
            self.listed = np.zeros((market.customers, market.shop.categories))
            self.lately, self.trips, self.cheap, self.since, self.told = np.zeros((5, market.customers))
        for part in market.parts[self.weeks : until]:
            self.told = LATELY * self.told + (market.positions(part["exposures"]) != NOTHING)
            self._add(market, part["order_lines"].filter(pl.col("quantity") > 0))

    def _add(self, market: Market, lines: pl.DataFrame) -> None:
        n, categories = self.listed.shape
        who = lines["customer_id"].to_numpy() - market.first
        worth = SCALE * lines["list_value"].to_numpy()
        category = market.shop.category[lines["product_id"].to_numpy() - 1]
        self.listed += np.bincount(who * categories + category, worth, n * categories).reshape(n, categories)
        week = np.bincount(who, worth, n)
        self.lately = MEMORY * self.lately + (1 - MEMORY) * week
        self.cheap += np.bincount(who, np.where(lines["discount"].to_numpy() > 0, worth, 0.0), n)
        self.trips += np.bincount(lines.unique("order_id")["customer_id"].to_numpy() - market.first, minlength=n)
        self.since = np.where(week > 0, 0.0, self.since + 1)
        self.weeks += 1

    def sight(self, market: Market) -> Sight:
        """Before the week that follows those that were looked at."""
        weekly = self.listed / max(self.weeks, 1)
        spend = weekly.sum(axis=1)
        kept = market.terms.category[market.terms.menu]
        scope = np.stack([spend if c == EVERYTHING else weekly[:, c] for c in kept], axis=1)
        people = market.people.demographics
        ranks = [
            np.searchsorted(np.sort(np.array(names)), people[name].to_numpy()) for name, names in DEMOGRAPHICS.items()
        ]
        traits = (
            self.lately, np.log1p(spend), np.log1p(self.lately), self.trips / max(self.weeks, 1), self.since,
            self.cheap / np.maximum(self.listed.sum(axis=1), 1.0), (self.listed > 0).sum(axis=1), *ranks,
        )  # fmt: skip
        return Sight(spend, scope, np.column_stack(traits).astype(np.float64), self.told.copy())

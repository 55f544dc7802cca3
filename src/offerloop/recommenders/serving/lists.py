"""Lists for any customers from their events: what makes them was fitted before, and can go to where customers are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from offerloop.recommenders.base import TASKS, Task
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.ranking.hybrid import Hybrid
from offerloop.recommenders.serving.assortment import Assortment
from offerloop.recommenders.serving.suggest import suggest
from offerloop.recommenders.serving.top import listed
from offerloop.tables import AFFINITIES


@dataclass(frozen=True)
class Lists:
    """Fitted recommenders, and what may be recommended to whom."""

    hybrid: Hybrid
    interactions: Interactions
    """Those of the fit, by all customers or a sample of them."""
    assortment: Assortment
    refused: pl.Series
    """customer_id of those who get what most people like, because they refuse personalisation."""

    def top(
        self, events: pl.DataFrame, k: int, tasks: Sequence[Task] = TASKS, customers: pl.Series | None = None
    ) -> pl.DataFrame:
        """The table AFFINITIES of `customers`, by default all of the events: the `k` best products for each task.

        `events` is what `Interactions.histories` reads, of these customers or more.
        """
        histories, rare = self.interactions.histories(events)
        assortment = self.assortment.for_customers(rare)
        everybody = pl.Series("customer_id", histories.customers) if customers is None else customers
        refuses = everybody.is_in(self.refused.implode())
        groups = [(everybody.filter(~refuses), True), (everybody.filter(refuses), False)]
        parts = [
            listed(self.hybrid, histories, task, k, some, assortment, personal=personal)
            for task in tasks
            for some, personal in groups
        ]
        return AFFINITIES.check(pl.concat(parts))

    def suggestions(self, events: pl.DataFrame, wanted: pl.DataFrame, k: int) -> pl.DataFrame:
        """Up to `k` products of a category for each row of `wanted` (customer_id, category), whose events these are."""
        histories, _ = self.interactions.histories(events)
        model = self.hybrid.for_task("repeat")
        return suggest(model, histories, wanted, self.assortment, self.interactions.context.products, k)

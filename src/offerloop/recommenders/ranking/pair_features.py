"""What describes a customer and a product to the ranker, from purchases and product lists alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.recommenders.histories import Codes, Histories
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.ranking.lookup import Facts, stretches
from offerloop.recommenders.ranking.own_facts import customer_facts, group_facts, own_facts

GROUPS = ("category", "subcategory", "brand")
_PRIOR_GAPS = 5.0
"""So many gaps of the usual product are added to each one's own."""


@dataclass(frozen=True)
class PairFeatures:
    """What is known of products at one moment; what is known of customers comes from their histories."""

    products: Facts
    groups: dict[str, Codes]
    """The group of each product, by name of the grouping."""

    @classmethod
    def of(cls, interactions: Interactions) -> Self:
        """Return the features at the moment of the interactions."""
        return cls(product_facts(interactions), _groups(interactions))

    def matrix(
        self, histories: Histories, row: Codes, column: Codes, scores: Mapping[str, NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Shape (pairs, features); `scores` has one value per pair by name of the recommender."""
        own = own_facts(histories, self.products["usual_gap"]).of(row, column)
        columns: list[NDArray[Any]] = [*own.values()]
        columns += [values[column] for values in self.products.values()]
        columns += [values[row] for values in customer_facts(histories).values()]
        for group in self.groups.values():
            facts = group_facts(histories, group).of(row, group[column])
            columns += [*facts.values(), own["decayed_180"] / np.maximum(facts["long"], 1e-6)]
        return np.column_stack([*columns, *scores.values()]).astype(np.float32)


def product_facts(interactions: Interactions) -> Facts:
    """Return each product's purchases lately and their trend, buyers, how many come back, and after how many days."""
    n, column, age = interactions.n_products, interactions.columns, interactions.age_days
    key = interactions.rows * n + column
    start, end = stretches(key)
    pair, again = column[start], end > start
    spans, gaps = (np.bincount(pair, values, n) for values in (age[start] - age[end], end - start))
    usual = spans.sum() / gaps.sum() if gaps.any() else float(age.max())
    sold = {days: np.bincount(column[age <= days], minlength=n) for days in (7, 28, 91)}
    buyers = np.bincount(pair, minlength=n)
    first = np.zeros(n)
    np.maximum.at(first, column, age)
    facts = {
        **{f"sold_{days}": count for days, count in sold.items()},
        "trend_week": 4 * sold[7] / (sold[28] + 1),
        "trend_month": 3.25 * sold[28] / (sold[91] + 1),
        "buyers": buyers,
        "new_buyers": np.bincount(pair[age[start] <= 28], minlength=n),
        "first_sold": first,
        "come_back": np.bincount(pair[again], minlength=n) / np.maximum(buyers, 1),
        "usual_gap": (spans + _PRIOR_GAPS * usual) / (gaps + _PRIOR_GAPS),
    }
    return {name: values.astype(np.float32) for name, values in facts.items()}


def _groups(interactions: Interactions) -> dict[str, Codes]:
    """Groupings that the product list gives and that are neither one group nor one per product."""
    table = interactions.context.described(interactions.products)
    columns = [name for name in GROUPS if name in table.columns and 1 < table[name].n_unique() < table.height]
    return {name: table[name].fill_null("").rank("dense").cast(pl.Int64).to_numpy() - 1 for name in columns}

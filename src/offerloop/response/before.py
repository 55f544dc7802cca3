"""What customers did before any day: how much they bought, of what, and of what an offer covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.engine import collect
from offerloop.engine.base import Frame
from offerloop.response.days import FEATURES, QUARTER, customer_days, features, scope, scope_days
from offerloop.response.margins import Margins
from offerloop.response.terms import Floats

WEEKS = QUARTER / 7
LARGEST = 10
"""Categories that most is spent in, whose shares tell customers apart."""


@dataclass(frozen=True, eq=False)
class Before:
    """Sums up to each day."""

    days: pl.DataFrame
    by_category: dict[str, pl.DataFrame]
    largest: tuple[str, ...]
    scopes: tuple[str, ...]
    """Category of each offer, empty for everything; nothing first."""

    @classmethod
    def of(cls, order_lines: Frame, products: Frame, margins: Margins, ids: Frame, scopes: Sequence[str]) -> Before:
        """Of some customers."""
        largest = _largest(order_lines, products)
        categories = sorted({one for one in scopes if one} | set(largest))
        days = customer_days(order_lines, products, margins, ids)
        return cls(days, scope_days(order_lines, products, ids, categories), largest, tuple(scopes))

    def features(self, rows: pl.DataFrame) -> Floats:
        """(n, p) of rows (customer_id, shown_day)."""
        found = features(self.days, rows)
        return np.column_stack([found.select(FEATURES).to_numpy(), np.log1p(found["spend_91"].to_numpy().clip(0))])

    def covered(self, rows: pl.DataFrame) -> Floats | None:
        """(n, K): of what each row usually buys, the share that each offer counts on; None where all count on all."""
        names = sorted({one for one in self.scopes if one})
        if not names:
            return None
        found = np.ones((rows.height, len(self.scopes)))
        for name, share in zip(names, self._shares(rows, names).T, strict=True):
            found[:, [one == name for one in self.scopes]] = share[:, None]
        return found

    def mix(self, rows: pl.DataFrame) -> Floats | None:
        """(n, c): shares of the largest categories; None where there are no categories."""
        return self._shares(rows, self.largest) if self.largest else None

    def _shares(self, rows: pl.DataFrame, names: Sequence[str]) -> Floats:
        """(n, names): of what each row bought in a quarter. As much as a mean week's purchases counts as if it were
        shared as those of all customers are."""
        whole = features(self.days, rows)["spend_91"].to_numpy()
        total = max(float(whole.sum()), 1e-9)
        week = total / len(whole) / WEEKS
        bought = [WEEKS * scope(self.by_category[name], rows)["list_week"].to_numpy() for name in names]
        shares = [(one + min(float(one.sum()) / total, 1.0) * week) / (whole + week) for one in bought]
        return np.clip(np.column_stack(shares), 0.0, 1.0)


def _largest(order_lines: Frame, products: Frame) -> tuple[str, ...]:
    """Categories that most is spent in, the largest first; none where there is one only."""
    named = order_lines.join(products.select("product_id", "category"), on="product_id", how="left")
    spent = named.group_by("category").agg(nw.col("list_value_minor").sum().cast(nw.Int64))
    sums = collect(spent).drop_nulls("category").sort("list_value_minor", "category", descending=[True, False])
    return tuple(sums["category"].head(LARGEST)) if len(sums) > 1 else ()

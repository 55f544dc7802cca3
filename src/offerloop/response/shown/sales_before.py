"""What customers did before any day: how much they bought, and how much of it an offer covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.engine import Frame
from offerloop.response.margins import Margins
from offerloop.response.shown.exposure_windows import (
    EXPOSURE_FEATURES,
    QUARTER_DAYS,
    customer_days,
    exposure_features,
    scope,
    scope_days,
)

WEEKS = QUARTER_DAYS / 7


@dataclass(frozen=True, eq=False)
class Before:
    """Sums up to each day."""

    days: pl.DataFrame
    by_category: dict[str, pl.DataFrame]
    scopes: tuple[str, ...]
    """Category of each offer, empty for everything; nothing first."""

    @classmethod
    def of(cls, order_lines: Frame, products: Frame, margins: Margins, ids: Frame, scopes: Sequence[str]) -> Before:
        """Read the earlier sales of some customers."""
        days = customer_days(order_lines, products, margins, ids)
        categories = sorted({one for one in scopes if one})
        return cls(days, scope_days(order_lines, products, ids, categories), tuple(scopes))

    def features(self, rows: pl.DataFrame) -> Floats:
        """(n, p) of rows (customer_id, shown_day)."""
        features = exposure_features(self.days, rows)
        return np.column_stack(
            [features.select(EXPOSURE_FEATURES).to_numpy(), np.log1p(features["spend_91"].to_numpy().clip(0))]
        )

    def covered(self, rows: pl.DataFrame) -> Floats | None:
        """(n, K): of what each row usually buys, the share that each offer counts on; None where all count on all.

        As much as a mean week's purchases counts as if it were shared as those of all customers are.
        """
        if not self.by_category:
            return None
        whole = exposure_features(self.days, rows)["spend_91"].to_numpy()
        total = max(float(whole.sum()), 1e-9)
        week = total / len(whole) / WEEKS
        covered = np.ones((rows.height, len(self.scopes)))
        for name, days in self.by_category.items():
            bought = WEEKS * scope(days, rows)["list_week"].to_numpy()
            mean = min(float(bought.sum()) / total, 1.0)
            share = np.clip((bought + mean * week) / (whole + week), 0.0, 1.0)
            covered[:, [one == name for one in self.scopes]] = share[:, None]
        return covered

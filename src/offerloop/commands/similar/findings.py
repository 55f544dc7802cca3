"""What `offerloop similar` found: the products related to another, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from offerloop.message import Message
from offerloop.report import Result


@dataclass(frozen=True)
class SimilarProducts(Result):
    """The products related to one, best first."""

    table: pl.DataFrame
    """product_id, rank, affinity (above zero), source, and category, subcategory, brand and text where known."""
    reason: Message | None
    """Why the table is empty; else None."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """The tables of the result: `products`."""
        return {"products": self.table}

    @property
    def sentence(self) -> str:
        """Why there are none."""
        return "" if self.reason is None else str(self.reason)

    @property
    def facts(self) -> dict[str, Any]:
        """Return everything for programs."""
        return {"products": self.table.to_dicts(), "reason": self.sentence or None}

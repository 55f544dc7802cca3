"""What `offerloop allocate` found: the plan of a table, and what each limit costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from offerloop.allocation import COUNT, RETURN, Limit, Solution
from offerloop.money import DIGITS, MICRO
from offerloop.offers import NO_OFFER
from offerloop.report import Result

_LIMITS = {
    "name": pl.String, "counts": pl.String, "in": pl.String, "used": pl.Float64, "at_least": pl.Float64,
    "at_most": pl.Float64, "shadow_price": pl.Float64,
}  # fmt: skip
"""Columns of the table of limits, of which each has one bound."""


@dataclass(frozen=True, eq=False)
class AllocationResult(Result):
    """A plan of a table."""

    table: pl.DataFrame
    """customer_id, offer_id (`none` for nothing), value, cost and profit in units of money; sorted by customer."""
    solution: Solution
    currency: str
    language: str = "en"
    """The language of the sentence."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`plan`, one row per customer, and `limits`."""
        return {"plan": self.table, "limits": pl.DataFrame(self.summary["limits"], schema=_LIMITS)}

    @property
    def sentence(self) -> str:
        """What the plan gives, costs and brings."""
        from offerloop.commands.allocate.page import sentence

        return sentence(self, self.language)

    @property
    def summary(self) -> dict[str, Any]:
        """Money in units of it."""
        unit = 10 ** DIGITS[self.currency] * MICRO
        solution = self.solution
        offered = self.table.filter(pl.col("offer_id") != NO_OFFER)
        limits = [self._limit(*one) for one in zip(solution.limits, solution.used, solution.prices, strict=True)]
        return {
            "customers": self.table["customer_id"].n_unique(),
            "given": offered["customer_id"].n_unique(),
            "by_offer": dict(offered.group_by("offer_id").len().sort("offer_id").iter_rows()),
            "value": float(offered["value"].sum()),
            "cost": float(offered["cost"].sum()),
            "profit": solution.profit / unit,
            "bound": solution.bound / unit,
            "gap": solution.gap,
            "currency": self.currency,
            "limits": limits,
        }

    def _limit(self, limit: Limit, used: int, price: float) -> dict[str, Any]:
        """Sums, the bound and the profit of one more of it as they were written, a limit from below with its sign
        turned back.
        """
        if limit.measure == RETURN:
            return self._return(limit, price)
        scale, unit = limit.unit or (1, "")
        sign = -1 if limit.is_below else 1
        bound = sign * limit.at_most / scale if limit.written is None else limit.written
        return {
            "name": limit.name,
            "counts": "offers" if limit.measure == COUNT else limit.measure,
            "in": unit,
            "used": sign * used / scale,
            "at_least" if limit.is_below else "at_most": bound,
            "shadow_price": sign * price * scale / (10 ** DIGITS[self.currency] * MICRO) + 0.0,
        }

    def _return(self, limit: Limit, price: float) -> dict[str, Any]:
        """Describe the return in its own units: `used` is the value for each unit of cost, None without a cost."""
        value, cost = (float(self.table[name].sum()) for name in ("value", "cost"))
        return {
            "name": limit.name,
            "counts": "return",
            "in": "",
            "used": value / cost if cost else None,
            "at_least": limit.written,
            "shadow_price": 0.0 - price * cost,
        }

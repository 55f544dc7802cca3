"""One campaign as the plan sees it: its candidates, what they take from its budget, and their held-out value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.allocation import CandidateRows, budget_unit, counted_cost, positions
from offerloop.arrays import Ints
from offerloop.config import Campaign
from offerloop.decision.valuation import Repeated, Valuation
from offerloop.response import HELD_OUT

PLAN = "plan"
Views = list[tuple[pl.DataFrame, pl.DataFrame]]
"""For each division of the customers the effects and the calibration. Later ones need HELD_OUT only, of equal rows."""
TERMS = (
    "campaign_id", "offer_id", "category", "depth", "funded_share", "margin", "contact_cost_minor", "cost_weight",
)  # fmt: skip
"""Columns of the offers that a valuation reads."""
_UNREAD = ("value_low_minor", "value_high_minor", "profit_low_minor", "profit_high_minor")
"""Columns of effects that no plan reads."""
_ROW = "row"


@dataclass(frozen=True, eq=False)
class CampaignCase:
    """See the module. Rows are candidates, in the order of customer and offer."""

    campaign: Campaign
    budget_minor: int
    tables: tuple[pl.DataFrame, ...]
    """For each division of the customers the campaign's effects with the offers' terms; they share what is equal."""
    calibrations: tuple[pl.DataFrame, ...]
    policy: str = PLAN
    """What chooses among the candidates: the plan, or the simpler policy whose they are."""

    @classmethod
    def of(
        cls, views: Views, offers: pl.DataFrame, campaign: Campaign, budget_minor: int, rows: pl.Series | None = None
    ) -> CampaignCase:
        """Build it from the effects; `rows` are those of the campaign's audience, all by default."""
        every, sort_keys = views[0][0], ("customer_id", "offer_id")
        places = every.select(sort_keys).with_row_index(_ROW)
        order = (places if rows is None else places[rows]).sort(sort_keys)[_ROW]
        effects = every.drop(_UNREAD)[order]
        first = effects.join(offers.select(TERMS), on=["campaign_id", "offer_id"], how="left", maintain_order="left")
        others = (first.with_columns(table.select(HELD_OUT)[order]) for table, _ in views[1:])
        return cls(campaign, budget_minor, (first, *others), tuple(fit for _, fit in views))

    @property
    def effects(self) -> pl.DataFrame:
        """What the plan is chosen by."""
        return self.tables[0]

    @property
    def unit(self) -> int:
        """Units of `cost` in one minor unit of the budget."""
        return budget_unit(self.campaign)

    @cached_property
    def cost(self) -> Ints:
        """(rows,): what each candidate takes from the budget."""
        return counted_cost(self.effects, self.campaign)

    @cached_property
    def customer(self) -> NDArray[Any]:
        """Return the customer of each row."""
        return self.effects["customer_id"].to_numpy()

    @cached_property
    def offers(self) -> list[str]:
        """Ids of the offers with an effect on somebody."""
        return self.effects["offer_id"].unique().sort().to_list()

    @cached_property
    def offer(self) -> Ints:
        """(rows,): positions in `offers`."""
        return positions(self.effects)

    @cached_property
    def profit(self) -> NDArray[np.float64]:
        """(rows,): by the estimates that choose."""
        return self.effects["profit_minor"].to_numpy()

    @cached_property
    def candidates(self) -> CandidateRows:
        """Side by side for each customer."""
        return CandidateRows.of_effects(self.effects, self.campaign)

    @cached_property
    def valuation(self) -> Repeated:
        """Held-out value of any choice of rows."""
        return valued(self.tables, self.calibrations)

    def is_open(self, closed: pl.Series) -> NDArray[np.bool_]:
        """(rows,): whether the customer is none of these."""
        return (~self.effects["customer_id"].is_in(closed.implode())).to_numpy()

    def without(self, closed: pl.Series) -> CampaignCase:
        """The same campaign for all other customers."""
        kept = self.is_open(closed)
        return self if kept.all() else replace(self, tables=tuple(one.filter(kept) for one in self.tables))


def valued(tables: tuple[pl.DataFrame, ...], calibrations: tuple[pl.DataFrame, ...]) -> Repeated:
    """Held-out values of the rows of one table, which each division of the customers has with its own columns."""
    first = Valuation.of(tables[0], calibrations[0])
    return Repeated((first, *(first.beside(*one) for one in zip(tables[1:], calibrations[1:], strict=True))))

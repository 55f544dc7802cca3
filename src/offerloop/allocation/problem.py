"""One campaign's decision: candidates with profit and integer cost, and a budget that is never exceeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.config import Campaign
from offerloop.errors import ConfigError
from offerloop.money import MICRO

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Problem:
    """Maximise the sum of profits with at most one candidate per customer and total cost within the budget.

    Costs and budget are integers in one unit: minor units under `liability`, millionths of them under `expected`.
    """

    customer: Ints
    """Position of each candidate's customer in `customer_ids`."""
    profit: Floats
    """Minor units."""
    cost: Ints
    budget: int
    customer_ids: NDArray[np.generic]
    """Sorted ids."""

    @classmethod
    def of(cls, effects: pl.DataFrame, campaign: Campaign, budget_minor: int) -> Problem:
        """From one campaign's effects, sorted by customer and offer.

        Raises ConfigError when an offer can cost without limit but the budget counts liabilities.
        """
        ids = effects["customer_id"].unique().sort()
        if campaign.budget_basis == "expected":
            cost, budget = effects["cost_expected_micro"], budget_minor * MICRO
        else:
            cost, budget = effects["cost_liability_minor"], budget_minor
            if cost.null_count():
                offer = effects.filter(cost.is_null())["offer_id"][0]
                raise ConfigError(
                    f"campaign '{campaign.id}': the offer '{offer}' has no 'max_discount', so the most it can cost is "
                    'unlimited; give it one, or set budget_basis = "expected"'
                )
        return cls(
            customer=ids.search_sorted(effects["customer_id"]).to_numpy().astype(np.int64),
            profit=effects["profit_minor"].to_numpy(),
            cost=cost.to_numpy().astype(np.int64),
            budget=budget,
            customer_ids=ids.to_numpy(),
        )

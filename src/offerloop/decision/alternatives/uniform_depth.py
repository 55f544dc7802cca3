"""One depth for everybody: what each discount of a campaign would bring in its category, given to all it concerns.

The grid are the depths that the campaign's offers have, and no discount. As everywhere, the best one is chosen by the
estimates and its profit is held out, so that being the best of several does not inflate it; on the grid of held-out
profits another depth may therefore look better by luck. Prices have a floor, the unit cost: an offer whose own part of
the discount is more than the margin would sell below it, and is never the best.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from offerloop.arrays import Ints
from offerloop.decision.valuation import HeldOutValue, in_columns
from offerloop.offers import NO_OFFER
from offerloop.tables import UNIFORM_DEPTHS

TERMS = ("category", "depth", "offer_id", "funded_share", "margin")
SCHEMA = {name: dtype for name, dtype in UNIFORM_DEPTHS.schema.items() if name != "campaign_id"}
ROUNDING = 1e-9
"""A share of list price that is no more than that below the floor is at it."""


def uniform_depths(effects: pl.DataFrame, valuation: HeldOutValue) -> pl.DataFrame:
    """A row for each category and offer with a depth, ascending, and one for no discount; columns SCHEMA.

    `effects` are a campaign's candidates with the TERMS of their offers, in the order of the valuation.
    """
    terms = [name for name in TERMS if name != "offer_id"]
    offers = (
        effects.select(*TERMS, "profit_minor").with_row_index("row").filter(pl.col("depth").is_not_null())
        .group_by("offer_id").agg(pl.col(terms).first(), pl.col("row"), estimated=pl.col("profit_minor").sum())
        .sort("category", "depth", "offer_id")
    )  # fmt: skip
    rows = list[dict[str, Any]]()
    for _, some in offers.group_by("category", maintain_order=True):
        each = zip(some.drop("row").iter_rows(named=True), some["row"], strict=True)
        of_category = [_row(offer, taken.to_numpy(), valuation) for offer, taken in each]
        rows += _with_best([_nothing(of_category[0]), *of_category])
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(offer: dict[str, Any], taken: Ints, valuation: HeldOutValue) -> dict[str, Any]:
    """Everybody whom the offer concerns gets it."""
    concerned, weights = valuation.of_rows(taken), np.ones(len(taken))
    profit = in_columns("profit", concerned.value(weights))
    low = profit["profit_low_minor"]
    own_share = 1 - offer["funded_share"]
    deepest = min(max(offer["margin"], 0.0) / own_share, 1.0) if own_share > 0 else 1.0
    return {
        "category": offer["category"],
        "depth": offer["depth"],
        "offer_id": offer["offer_id"],
        "n_customers": float(len(taken)),
        "spend_minor": concerned.spend(weights),
        **profit,
        "estimated_minor": offer["estimated"],
        "floor_depth": deepest,
        "below_floor": offer["depth"] > deepest + ROUNDING,
        "beats_nothing": low is not None and low > 0,
    }


def _nothing(beside: dict[str, Any]) -> dict[str, Any]:
    """No discount in the category of another row: no change, exactly."""
    same = {"category": beside["category"], "offer_id": NO_OFFER, "below_floor": False, "beats_nothing": False}
    zeros = {name: 0.0 for name, dtype in SCHEMA.items() if dtype == pl.Float64}
    return zeros | same | {"floor_depth": beside["floor_depth"]}


def _with_best(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marks the one of most estimated profit that is not below the floor; of equals the lowest."""
    best = max((row for row in rows if not row["below_floor"]), key=lambda row: row["estimated_minor"])
    return [row | {"is_best": row is best} for row in rows]

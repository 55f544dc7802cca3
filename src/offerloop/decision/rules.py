"""The reference policies that a plan must beat, each brought to the same expected spend as the plan."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.decision.valuation import Repeated, Valuation

SAME, LIKELY = "same offer for all", "most likely buyers"
"""Names of rules, as the comparison has them."""


def same_for_all(effects: pl.DataFrame, valuation: Valuation | Repeated, spend: float) -> Floats:
    """One offer for everyone it concerns: the one of highest estimated profit, thinned or cut to the spend."""
    return _thinned(same_offer(effects).astype(np.float64), valuation, spend)


def same_offer(effects: pl.DataFrame) -> NDArray[np.bool_]:
    """(rows,): whether a candidate is of the offer whose estimated profit over all customers is highest."""
    best = (
        effects.group_by("offer_id").agg(pl.col("profit_minor").sum())
        .sort(["profit_minor", "offer_id"], descending=[True, False])["offer_id"].head(1)
    )  # fmt: skip
    return effects["offer_id"].is_in(best.implode()).to_numpy()


def random_customers(effects: pl.DataFrame, valuation: Valuation | Repeated, spend: float, offers: pl.Series) -> Floats:
    """Return random customers, each with a random one of the plan's offers: the average over all such draws."""
    eligible = effects["offer_id"].is_in(offers.unique().to_list()).to_numpy()
    ids = effects["customer_id"]
    counts = pl.DataFrame({"id": ids, "one": eligible}).select(pl.col("one").sum().over("id"))["one"].to_numpy()
    weights = np.where(eligible, 1 / np.maximum(counts, 1), 0.0)
    return _thinned(weights, valuation, spend)


def most_likely_buyers(
    effects: pl.DataFrame, valuation: Valuation | Repeated, spend: float, depth: pl.Series
) -> Floats:
    """Response ranking: everyone's most probable purchase, most probable first, at one depth, until spent."""
    ranked = ranked_buyers(effects, depth)
    weights = np.zeros(effects.height)
    running = np.cumsum(valuation.cost[ranked])
    whole = running <= spend
    weights[ranked[whole]] = 1.0
    if not whole.all() and len(ranked):
        at = int(whole.sum())
        before = float(running[at - 1]) if at else 0.0
        weights[ranked[at]] = max(spend - before, 0.0) / float(valuation.cost[ranked[at]])
    return weights


def ranked_buyers(effects: pl.DataFrame, depth: pl.Series) -> Ints:
    """Everyone's most probable purchase at the most frequent of these depths, the most probable first."""
    usual = depth.mode().sort()[0] if len(depth) else None
    order = ["p_redeem", "customer_id", "offer_id"]
    frame = effects.select(*order, "depth").with_row_index("row").filter(pl.col("depth").eq_missing(pl.lit(usual)))
    ranked = frame.sort(order, descending=[True, False, False]).select("row", "customer_id")
    first = ranked.unique("customer_id", keep="first", maintain_order=True)
    return first["row"].to_numpy().astype(np.int64)


def _thinned(weights: Floats, valuation: Valuation | Repeated, spend: float) -> Floats:
    """All weights times one factor, so that the expected spend is the given one; what costs nothing stays whole."""
    total = valuation.spend(weights)
    return weights * min(spend / total, 1.0) if total > 0 else weights

"""The reference policies that a plan must beat, each brought to the same expected spend as the plan."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.allocation import ranks
from offerloop.arrays import Floats, Ints
from offerloop.decision.valuation import HeldOutValue

SAME, LIKELY = "same offer for all", "most likely buyers"
"""Names of rules, as the comparison has them."""


def same_for_all(effects: pl.DataFrame, valuation: HeldOutValue, spend: float) -> Floats:
    """One offer for everyone it concerns: the one of highest estimated profit, thinned or cut to the spend."""
    return _thinned(same_offer(effects).astype(np.float64), valuation, spend)


def same_offer(effects: pl.DataFrame) -> NDArray[np.bool_]:
    """(rows,): whether a candidate is of the offer whose estimated profit over all customers is highest."""
    best = (
        effects.group_by("offer_id").agg(pl.col("profit_minor").sum())
        .sort(["profit_minor", "offer_id"], descending=[True, False])["offer_id"].head(1)
    )  # fmt: skip
    return effects["offer_id"].is_in(best.implode()).to_numpy()


def random_customers(effects: pl.DataFrame, valuation: HeldOutValue, spend: float, offers: pl.Series) -> Floats:
    """Return random customers, each with a random one of the plan's offers: the average over all such draws."""
    eligible = effects["offer_id"].cast(pl.String).is_in(offers.unique().implode()).to_numpy()
    customer = ranks(effects["customer_id"])
    weights = np.where(eligible, 1 / np.maximum(np.bincount(customer, eligible)[customer], 1), 0.0)
    return _thinned(weights, valuation, spend)


def most_likely_buyers(effects: pl.DataFrame, valuation: HeldOutValue, spend: float, depth: pl.Series) -> Floats:
    """Return the weights (rows,) of everyone's most probable purchase, most probable first, until all is spent."""
    ranked = ranked_buyers(effects, depth)
    weights = np.zeros(effects.height)
    cost = valuation.of_rows(ranked).cost
    running = np.cumsum(cost)
    whole = running <= spend
    weights[ranked[whole]] = 1.0
    if not whole.all() and len(ranked):
        at = int(whole.sum())
        before = float(running[at - 1]) if at else 0.0
        weights[ranked[at]] = max(spend - before, 0.0) / float(cost[at])
    return weights


def ranked_buyers(effects: pl.DataFrame, depth: pl.Series) -> Ints:
    """Everyone's most probable purchase at the most frequent of these depths, the most probable first.

    `effects` is sorted by customer and offer; where purchases are as probable the first comes first.
    """
    modal_depth = depth.mode().sort()[0] if len(depth) else None
    rows = np.flatnonzero(effects.select(pl.col("depth").eq_missing(pl.lit(modal_depth))).to_series().to_numpy())
    p_redeem = effects["p_redeem"].to_numpy()[rows]
    best = first_best(np.flatnonzero(np.diff(ranks(effects["customer_id"])[rows], prepend=-1)), p_redeem)
    return rows[best[np.argsort(-p_redeem[best], kind="stable")]]


def first_best(starts: Ints, worth: Floats) -> Ints:
    """(customers,): the first row of most worth of each customer, whose rows begin at `starts`."""
    number = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(worth)))
    hit = np.flatnonzero(worth == np.maximum.reduceat(worth, starts)[number])
    return hit[np.diff(number[hit], prepend=-1) > 0]


def _thinned(weights: Floats, valuation: HeldOutValue, spend: float) -> Floats:
    """All weights times one factor, so that the expected spend is the given one; what costs nothing stays whole."""
    total = valuation.spend(weights)
    return weights * min(spend / total, 1.0) if total > 0 else weights

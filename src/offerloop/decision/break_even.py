"""How much a supplier would have to pay, or how large the margin would have to be, for a campaign to pay."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.decision.valuation import Repeated, Valuation, scaled
from offerloop.tables import BREAK_EVEN_SWEEP

SCHEMA = {name: dtype for name, dtype in BREAK_EVEN_SWEEP.schema.items() if name != "campaign_id"}
LEVELS = np.round(np.linspace(0, 1, 41), 4)


def sweep(effects: pl.DataFrame, valuation: Valuation | Repeated) -> pl.DataFrame:
    """Held-out profit of each customer's best offer, without a budget, for every supplier share and every margin.

    `effects` is sorted by customer and has the offers' `margin`. The choice is made by the estimates, the value is
    held out, as in the plan. Under a margin of m every offer's value is taken as m over its own margin times as much.
    """
    value, discount = effects["value_minor"].to_numpy(), effects["discount_minor"].to_numpy()
    starts = np.flatnonzero(effects.select(pl.col("customer_id").is_first_distinct()).to_series().to_numpy())
    paid = effects["cost_weight"].to_numpy()
    discount, contact = paid * discount, paid * effects["contact_cost_minor"].to_numpy()
    own = 1 - effects["funded_share"].to_numpy()
    by_margin = scaled(effects["margin"].to_numpy(), 1.0)
    rows = []
    for level in LEVELS.tolist():
        weights = _best(value - (1 - level) * discount - contact, starts)
        rows.append(_row("supplier share", level, weights, valuation, own_share=1 - level))
    for level in LEVELS[1:].tolist():
        weights = _best(value * level * by_margin - own * discount - contact, starts)
        rows.append(_row("margin", level, weights, valuation, margin=level))
    return pl.DataFrame(rows, schema=SCHEMA)


def _best(profit: Floats, starts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats:
    """Weight 1 for each customer's first candidate of highest profit, when that is above zero."""
    lengths = np.diff(np.r_[starts, len(profit)])
    highest = np.repeat(np.maximum.reduceat(profit, starts), lengths)
    hit = np.flatnonzero((profit == highest) & (profit > 0))
    customer = np.searchsorted(starts, hit, side="right")
    weights = np.zeros(len(profit))
    weights[hit[np.unique(customer, return_index=True)[1]]] = 1.0
    return weights


def _row(
    lever: str, level: float, weights: Floats, valuation: Valuation | Repeated, **supposed: float
) -> dict[str, str | float | None]:
    """Value the candidates that are taken at a level, which alone are valued anew."""
    taken = np.flatnonzero(weights)
    profit = valuation.of_rows(taken).supposing(**supposed).value(weights[taken])
    low, high = profit.ends
    return {
        "lever": lever,
        "level": level,
        "n_customers": float(weights.sum()),
        "profit_minor": profit.value,
        "profit_low_minor": low,
        "profit_high_minor": high,
    }

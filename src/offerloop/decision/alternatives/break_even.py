"""How much a supplier would have to pay, or how large the margin would have to be, for a campaign to pay."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from offerloop.allocation import ranks
from offerloop.arrays import Floats, Ints
from offerloop.decision.alternatives.reference_policies import first_best
from offerloop.decision.valuation import HeldOutValue, Repeated, Valuation, in_columns, scaled
from offerloop.tables import BREAK_EVEN_SWEEP

SCHEMA = {name: dtype for name, dtype in BREAK_EVEN_SWEEP.schema.items() if name != "campaign_id"}
LEVELS = np.round(np.linspace(0, 1, 41), 4)
"""Supplier shares and margins that are looked at."""


def sweep(effects: pl.DataFrame, valuation: HeldOutValue) -> pl.DataFrame:
    """Held-out profit of each customer's best offer, without a budget, for every supplier share and every margin.

    `effects` is sorted by customer and has the offers' `margin`. The choice is made by the estimates, the value is
    held out, as in the plan. Under a margin of m every offer's value is taken as m over its own margin times as much.
    """
    value, paid = effects["value_minor"].to_numpy(), effects["cost_weight"].to_numpy()
    discount, contact = paid * effects["discount_minor"].to_numpy(), paid * effects["contact_cost_minor"].to_numpy()
    own = (1 - effects["funded_share"].to_numpy()) * discount
    per_margin = scaled(effects["margin"].to_numpy(), 1.0)
    customer = ranks(effects["customer_id"])
    by_share = list(_taken(_by_share, LEVELS, customer, value, discount, contact))
    by_margin = list(_taken(_by_margin, LEVELS[1:], customer, value, per_margin, own, contact))
    is_taken = np.zeros(len(value), dtype=np.bool_)
    for _, taken in by_share + by_margin:
        is_taken[taken] = True
    ever, place = valuation.of_rows(np.flatnonzero(is_taken)), np.cumsum(is_taken) - 1
    rows = [_row("supplier share", level, ever.of_rows(place[taken]), own_share=1 - level) for level, taken in by_share]
    rows += [_row("margin", level, ever.of_rows(place[taken]), margin=level) for level, taken in by_margin]
    return pl.DataFrame(rows, schema=SCHEMA)


def _by_share(level: float, value: Floats, discount: Floats, contact: Floats) -> Floats:
    return value - (1 - level) * discount - contact


def _by_margin(level: float, value: Floats, per_margin: Floats, own: Floats, contact: Floats) -> Floats:
    return value * level * per_margin - own - contact


def _taken(
    profit: Callable[..., Floats], levels: Floats, customer: Ints, *columns: Floats
) -> Iterator[tuple[float, Ints]]:
    """Each level with each customer's first candidate of highest profit, where that is above zero."""

    def paying(place: int, rows: Ints) -> Ints:
        return rows[profit(levels[place], *(column[rows] for column in columns)) > 0]

    every, last = np.arange(len(customer)), len(levels) - 1
    pays = {place: paying(place, every) for place in (0, last)}
    _find_between(paying, pays, 0, last)
    for place, level in enumerate(levels.tolist()):
        rows = pays[place]
        starts = np.flatnonzero(np.diff(customer[rows], prepend=-1))
        yield level, rows[first_best(starts, profit(level, *(column[rows] for column in columns)))]


def _find_between(paying: Callable[[int, Ints], Ints], pays: dict[int, Ints], first: int, last: int) -> None:
    """Add which rows pay at each level between two levels, of which that is there.

    Profit only rises with the level, or only falls: what pays at neither of two levels pays nowhere between them.
    """
    middle = (first + last) // 2
    if middle > first:
        some = np.sort(np.concatenate([pays[first], pays[last]]), kind="stable")
        pays[middle] = paying(middle, some[np.diff(some, prepend=-1) > 0])
        _find_between(paying, pays, first, middle)
        _find_between(paying, pays, middle, last)


def _row(lever: str, level: float, taken: Valuation | Repeated, **supposed: float) -> dict[str, str | float | None]:
    """Value the candidates that are taken at a level, which alone are valued anew."""
    n_customers = len(taken.cost)
    profit = taken.supposing(**supposed).value(np.ones(n_customers))
    return {"lever": lever, "level": level, "n_customers": float(n_customers), **in_columns("profit", profit)}

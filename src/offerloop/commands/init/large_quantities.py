"""Quantities beyond the default of `clean.max_quantity` that are counts of units, as at a wholesaler."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from offerloop.config import Clean, entry, off
from offerloop.events import are_noticeable
from offerloop.mapping import ColumnMatch, column_values
from offerloop.message import Message, Share
from offerloop.workspace import SampleRows

_DEFAULT = Clean().max_quantity
_LEAST_PRICE = 0.25
"""Price of a unit, as a share of its usual one, down to which a discount for large quantities explains it; where a
quantity was mistyped, or is a weight, a unit costs less."""
_APART = 3
"""A quantity this many times the next smaller one is an outlier."""
_ROOM = 2
"""Later orders, and lines that were not looked at, may hold this many times the largest quantity."""


@dataclass(frozen=True)
class LargeQuantities:
    """Lines of large quantities that are counts, and a `clean.max_quantity` that keeps them."""

    n_lines: int
    share_of_sales: float
    max_quantity: int

    def note(self) -> Message:
        """Say what was seen and what is set."""
        return Message(
            "{lines} of the lines looked at hold more than {usual} units at about the usual price of a unit ({share} "
            "of sales), so these are counts: clean.max_quantity is set to {most}",
            lines=self.n_lines,
            usual=_DEFAULT,
            share=Share(self.share_of_sales),
            most=self.max_quantity,
        )


def large_quantities(orders: ColumnMatch, sample: SampleRows) -> LargeQuantities | None:
    """Return the large quantities that cost about as much a unit as small ones of the same product; None where these
    are few."""
    needed = ("product_id", "quantity", "paid")
    if any(ours not in orders.guesses for ours in needed):
        return None
    values = {
        ours: column_values(
            sample.sampled, orders.guesses[ours].written, sample.decimal, as_number=ours != "product_id"
        )
        for ours in needed
    }
    lines = pl.DataFrame(values).drop_nulls().filter(pl.col("quantity") > 0, pl.col("paid") > 0)
    lines = lines.with_columns(price=pl.col("paid") / pl.col("quantity"))
    is_large = pl.col("quantity") > _DEFAULT
    usual = lines.filter(~is_large).group_by("product_id").agg(pl.col("price").median().alias("usual"))
    large = lines.filter(is_large).join(usual, on="product_id")
    large = large.filter(pl.col("price") >= _LEAST_PRICE * pl.col("usual"))
    large_paid, paid = float(large["paid"].sum()), float(lines["paid"].sum())
    if not are_noticeable(large.height, lines.height, large_paid, paid):
        return None
    largest = _largest(large["quantity"].sort().to_list())
    return LargeQuantities(large.height, large_paid / paid, _plain_number(_ROOM * largest))


def _largest(quantities: list[float]) -> float:
    """Return the largest of some sorted quantities, less those that stand apart from all below."""
    while len(quantities) > 1 and quantities[-1] > _APART * quantities[-2]:
        quantities = quantities[:-1]
    return quantities[-1]


def _plain_number(least: float) -> int:
    """Return the next number of 1, 2 or 5 with zeros."""
    power = 10 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)


def quantity_line(large: LargeQuantities | None) -> str:
    """Return the line of `max_quantity` in `[clean]`."""
    if large is None:
        return off(f"max_quantity = {_DEFAULT}", "larger quantities are weights or volumes and count as one")
    why = f"guessed: quantities above {_DEFAULT} have the usual price of a unit; larger ones count as one unit"
    return entry("max_quantity", str(large.max_quantity), why)

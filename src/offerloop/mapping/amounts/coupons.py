"""Discounts that are those of coupons: they stand where a coupon is named, and nowhere else."""

from __future__ import annotations

import polars as pl

from offerloop.events import BLANKS
from offerloop.mapping.amounts.prices import numbers_of
from offerloop.mapping.matching import ColumnMatch
from offerloop.message import Message
from offerloop.workspace import SampleRows

_FEWEST = 20
"""Lines with a discount, from which on what they show is no chance."""
_NEARLY_ALL = 0.95
"""Share of the lines with a discount that must name a coupon, and of those with a coupon that must have a discount."""


def coupons_among_discounts(match: ColumnMatch, sample: SampleRows) -> None:
    """Take the discount for what coupons took off, where no other column says that and both are on the same lines."""
    code, discount = match.column("coupon_id"), match.column("discount")
    if code is None or discount is None or "coupon" in match.guesses or match.is_given("discount"):
        return
    guess, cells = match.guesses["discount"], sample.sampled[code.name].cast(pl.String).str.strip_chars()
    lines = numbers_of(sample, {"off": guess.written}).select(
        is_off=pl.col("off").fill_null(0) != 0,
        is_named=cells.is_not_null() & ~cells.str.to_lowercase().is_in(list(BLANKS)),
    )
    both = lines.filter("is_off", "is_named").height
    least = lines.select(pl.max_horizontal(pl.all().sum())).item()
    if both >= max(_FEWEST, _NEARLY_ALL * least):
        why = Message("{why}; it is zero where '{column}' names no coupon", why=guess.why, column=code.name)
        del match.guesses["discount"]
        match.take("coupon", guess.written, guess.theirs, why)

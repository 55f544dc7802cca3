"""Whether the amount of a line is the one before its discount or coupon: then what was paid is the amount less this."""

from __future__ import annotations

import polars as pl

from offerloop.mapping.amounts.discounts import ROLES
from offerloop.mapping.amounts.prices import beside_usual_prices, numbers_of
from offerloop.mapping.matching import ColumnMatch, reference
from offerloop.message import Message
from offerloop.workspace import SampleRows

_FEWEST = 10
"""Discounted lines of products that are also sold without one."""
_CLEARLY, _HARDLY = 0.9, 0.1
"""Shares of these lines that must cost the usual price before the discount is taken off, and after it is added."""
_CLOSE = 0.005


def paid_after_discount(match: ColumnMatch, sample: SampleRows) -> None:
    """Take discounts and coupons off where lines with one show the price that their products have without one."""
    for ours in ROLES:
        _paid_after(match, sample, ours)


def _paid_after(match: ColumnMatch, sample: SampleRows, ours: str) -> None:
    paid, discount, product = (match.guesses.get(one) for one in ("paid", ours, "product_id"))
    if paid is None or discount is None or product is None or not product.theirs:
        return
    if match.is_given("paid") or set(discount.theirs) & set(paid.theirs):
        return
    shares = _shares(match, sample, ours)
    if shares is None or shares[0] < _CLEARLY or shares[1] > _HARDLY:
        return
    off = discount.written.removeprefix("-")
    written = reference(paid.written) if paid.written in match.columns else paid.written
    why = Message(
        "{why}; less '{column}', as discounted lines show the full price", why=paid.why, column=discount.theirs[0]
    )
    sign = "+" if discount.written.startswith("-") else "-"
    off = reference(off) if off in match.columns else off
    match.take("paid", f"{written} {sign} coalesce({off}, 0)", (*paid.theirs, *discount.theirs), why)


def _shares(match: ColumnMatch, sample: SampleRows, ours: str) -> tuple[float, float] | None:
    """Return how many lines with something off show the usual price of their product, and how many do with it added."""
    roles = {"paid": "paid", "units": "quantity", "off": ours}
    written = {name: match.guesses[ours].written for name, ours in roles.items()}
    product = match.guesses["product_id"].theirs[0]
    lines = numbers_of(sample, written).with_columns(pl.col("off").fill_null(0), product=sample.sampled[product])
    compared = beside_usual_prices(lines).with_columns(before=(pl.col("paid") + pl.col("off")) / pl.col("units"))
    if compared.height < _FEWEST:
        return None
    close = compared.select(
        ((pl.col(name) / pl.col("usual") - 1).abs() < _CLOSE).mean().alias(name) for name in ("price", "before")
    )
    return close.row(0)

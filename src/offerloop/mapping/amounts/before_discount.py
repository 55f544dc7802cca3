"""Whether the amount of a line is the one before its discount or coupon: then what was paid is the amount less this."""

from __future__ import annotations

from itertools import product

import polars as pl

from offerloop.mapping.amounts.prices import beside_usual_prices, numbers_of
from offerloop.mapping.amounts.shares import ROLES, PriceShare, called, price_share, share_of_price
from offerloop.mapping.contents import is_full_money
from offerloop.mapping.matching import ColumnMatch, as_factor, reference
from offerloop.message import Message
from offerloop.workspace import SampleRows

_FEWEST = 10
"""Discounted lines of products that are also sold without one."""
_CLEARLY, _HARDLY = 0.9, 0.1
"""Shares of these lines that must cost the usual price before the discount is taken off, and after it is added."""
_CLOSE, _CENT = 0.005, 0.011


def paid_after_discount(match: ColumnMatch, sample: SampleRows) -> None:
    """Take discounts and coupons off where lines with one show the price that their products have without one."""
    for ours in ROLES:
        if ours in match.guesses:
            _paid_after(match, sample, ours)
        else:
            _paid_after_share(match, sample, ours)


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


def _paid_after_share(match: ColumnMatch, sample: SampleRows, ours: str) -> None:
    """Take shares of the price off in the same way, and read them as amounts."""
    if match.is_given("paid"):
        return
    for column in called(match, ours):
        share = None if column.dated else share_of_price(match, sample, column, filled=True)
        if share is None or not shows_full_price(match, sample, share):
            continue
        paid = match.guesses["paid"]
        worth, theirs = as_factor(match, paid.written), (*paid.theirs, column.name)
        why = Message(
            "{why}; less the share in '{column}', as discounted lines show the full price",
            why=paid.why,
            column=column.name,
        )
        match.take("paid", f"{worth} * {share.left}", theirs, why)
        match.take(ours, f"{worth} * {share.taken}", theirs, why)
        return


def shows_full_price(match: ColumnMatch, sample: SampleRows, share: PriceShare) -> bool:
    """Return whether lines with a share taken off clearly show the usual price of their product as what was paid."""
    product = match.guesses.get("product_id")
    if product is None or not product.theirs or not {"paid", "quantity"} <= set(match.guesses):
        return False
    lines = _lines(match, sample, share.taken)
    shares = _usual(lines, pl.col("paid") / (1 - pl.col("off")))
    return shares is not None and shares[0] >= _CLEARLY and shares[1] <= _HARDLY


def discounted_total(match: ColumnMatch, sample: SampleRows) -> None:
    """Take a column for what was paid that is the price times the units less the share of a discount in each line."""
    price, quantity = match.column("unit_price"), match.column("quantity")
    if "paid" in match.guesses or price is None or quantity is None:
        return
    shares = [one for ours in ROLES for one in (match.column(ours), *called(match, ours)) if one and one.numeric]
    totals = [one for one in match.free() if is_full_money(one) and one not in shares]
    for column, is_left, total in product(shares, (False, True), totals):
        left = price_share(column, is_left=is_left, filled=True).left
        written = {"worth": f"{reference(price.name)} * {reference(quantity.name)}", "left": left}
        lines = numbers_of(sample, {**written, "total": reference(total.name)}).filter(pl.col("left") < 1)
        apart = (lines["worth"] * lines["left"] - lines["total"]).abs() <= _CLOSE * lines["worth"].abs() + _CENT
        if lines.height >= _FEWEST and float(apart.mean() or 0) >= _CLEARLY:  # type: ignore[arg-type]
            why = Message(
                "guessed: '{price}' times the units, less the share in '{column}'", price=price.name, column=column.name
            )
            match.take("paid", total.name, (total.name,), why)
            return


def _shares(match: ColumnMatch, sample: SampleRows, ours: str) -> tuple[float, float] | None:
    """Return how many lines with something off show the usual price of their product, and how many do with it added."""
    return _usual(_lines(match, sample, match.guesses[ours].written), pl.col("paid") + pl.col("off"))


def _lines(match: ColumnMatch, sample: SampleRows, off: str) -> pl.DataFrame:
    """Return what was paid and taken off, the units and the product of each line.

    Without lines off which something else is taken already, unless too few others are left.
    """
    paid = match.guesses["paid"]
    written = {"paid": paid.written, "units": match.guesses["quantity"].written, "off": off}
    taken = [one for one in ROLES if one in match.guesses and set(match.guesses[one].theirs) <= set(paid.theirs)]
    product = sample.sampled[match.guesses["product_id"].theirs[0]]
    lines = numbers_of(sample, written | {one: match.guesses[one].written for one in taken})
    lines = lines.with_columns(pl.col("off", *taken).fill_null(0), product=product)
    alone = lines.filter(pl.col(one) == 0 for one in taken) if taken else lines
    return alone if (alone["off"] > 0).sum() >= _FEWEST else lines


def _usual(lines: pl.DataFrame, before: pl.Expr) -> tuple[float, float] | None:
    """Return how many lines with something off show the usual price, and how many would show it before that."""
    compared = beside_usual_prices(lines).with_columns(before=before / pl.col("units"))
    if compared.height < _FEWEST:
        return None
    close = compared.select(
        ((pl.col(name) / pl.col("usual") - 1).abs() < _CLOSE).mean().alias(name) for name in ("price", "before")
    )
    return close.row(0)

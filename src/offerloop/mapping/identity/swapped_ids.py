"""Whether the ids of customers, products and orders seem to be exchanged: orders and prices show it, names do not."""

from __future__ import annotations

import polars as pl

from offerloop.mapping.amounts.prices import numbers_of
from offerloop.mapping.matching import BY_CONTENTS, ColumnMatch
from offerloop.message import Message, Share
from offerloop.workspace import SampleRows

_FEWEST = 20
"""Orders of several lines, or pairs of lines, that must be there to tell."""
_HALF = 0.5
"""Share of the orders of several lines with one customer, under which a reader should look at the ids."""
_MARGIN = 0.2
"""The lead of the share of orders with one product over those with one customer when they are exchanged."""
_STEADIER = 0.25
"""Prices that vary by less than this share of what they vary by the other ids go with these ids."""


def exchange_ids(match: ColumnMatch, sample: SampleRows) -> None:
    """Exchange customers and products where nothing but contents told them apart, and the prices of units say so."""
    pair = [match.guesses.get(ours) for ours in ("customer_id", "product_id")]
    if not all(guess is not None and guess.why == BY_CONTENTS for guess in pair) or not exchanged_notes(match, sample):
        return
    customer, product = match.guesses["customer_id"], match.guesses["product_id"]
    match.guesses |= {"customer_id": product, "product_id": customer}
    if exchanged_notes(match, sample):
        match.guesses |= {"customer_id": customer, "product_id": product}


def exchanged_notes(match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return a note where the data say that customers, products or orders are something else."""
    customer, product, order = (match.column(ours) for ours in ("customer_id", "product_id", "order_id"))
    if customer is None or product is None or customer.name == product.name:
        return []
    lines = sample.sampled.select(customer=customer.name, product=product.name)
    shares = None
    if order is not None and order.name not in (customer.name, product.name):
        shares = _shares(lines.with_columns(order=sample.sampled[order.name]))
    if shares is not None and shares[0] >= _HALF:
        return []
    why = _by_orders(shares, customer.name, product.name)
    why = why or _by_prices(match, sample, lines, customer.name, product.name)
    if why is not None:
        return [_exchanged(customer.name, product.name, why)]
    return [] if shares is None or order is None else [_mixed(order.name, customer.name, shares[0])]


def _by_orders(shares: tuple[float, float] | None, customer: str, product: str) -> Message | None:
    """Return why they are exchanged where many more orders have one product than one customer."""
    if shares is None or shares[1] <= shares[0] + _MARGIN:
        return None
    return Message(
        "of the orders with several lines, {one_product} have one '{product}', and {one_customer} one '{customer}'",
        one_product=Share(round(shares[1], 2)),
        product=product,
        one_customer=Share(round(shares[0], 2)),
        customer=customer,
    )


def _shares(lines: pl.DataFrame) -> tuple[float, float] | None:
    """Return which shares of the orders with several lines have one customer and one product; None for few orders.

    Orders have one customer and often several products; where numbers of orders recur, few have one customer.
    """
    orders = lines.drop_nulls().group_by("order").agg(pl.len().alias("n"), pl.col("customer", "product").n_unique())
    orders = orders.filter(pl.col("n") > 1)
    if orders.height < _FEWEST:
        return None
    one_customer, one_product = orders.select((pl.col("customer", "product") == 1).mean()).row(0)
    return one_customer, one_product


def _mixed(order: str, customer: str, one_customer: float) -> Message:
    return Message(
        "{share} of the numbers in '{order}' with several lines have several customers in '{customer}'; each of these "
        "counts as an order of its own, and if one of the columns is something else, correct it",
        share=Share(round(1 - one_customer, 2)),
        order=order,
        customer=customer,
    )


def _by_prices(
    match: ColumnMatch, sample: SampleRows, lines: pl.DataFrame, customer: str, product: str
) -> Message | None:
    """Return why they are exchanged where orders do not tell: the price of a unit goes with the product."""
    if not {"paid", "quantity"} <= set(match.guesses):
        return None
    written = {"paid": match.guesses["paid"].written, "units": match.guesses["quantity"].written}
    priced = pl.concat([lines, numbers_of(sample, written)], how="horizontal")
    priced = priced.filter((pl.col("paid") > 0) & (pl.col("units") > 0))
    priced = priced.with_columns(price=(pl.col("paid") / pl.col("units")).log())
    by_customer, by_product = _variation(priced, "customer", "product"), _variation(priced, "product", "customer")
    if by_customer is None or by_product is None or by_customer >= _STEADIER * by_product:
        return None
    return Message(
        "the price of a unit goes with '{customer}', and not with '{product}'", customer=customer, product=product
    )


def _variation(lines: pl.DataFrame, same: str, other: str) -> float | None:
    """Return how much prices of two lines with the same id, and another of the other kind, usually differ."""
    pairs = lines.sort(same, maintain_order=True).select(
        apart=pl.col("price").diff().abs(),
        fits=(pl.col(same) == pl.col(same).shift()) & (pl.col(other) != pl.col(other).shift()),
    )
    apart = pairs.filter("fits")["apart"]
    return float(apart.median() or 0) if apart.len() >= _FEWEST else None  # type: ignore[arg-type]


def _exchanged(customer: str, product: str, why: Message) -> Message:
    return Message(
        "'{customer}' is read as customer_id and '{product}' as product_id, and they seem to be exchanged: {why}; if "
        'so, map customer_id = "{product}" and product_id = "{customer}"',
        customer=customer,
        product=product,
        why=why,
    )

"""What a reader should compare with the data: the same notes for columns that were guessed and for those of a file."""

from __future__ import annotations

import polars as pl

from offerloop.events.cells import BLANKS
from offerloop.events.dialect import likely_encodings
from offerloop.service.customer_ids import customer_notes
from offerloop.service.guess import Match, says
from offerloop.service.guess_dates import date_notes
from offerloop.service.guess_discounts import discount_notes
from offerloop.service.peek import Peek

_TAX = 0.85


def order_notes(found: Match, peeked: Peek) -> list[str]:
    """Return the notes on a mapping of order lines, and on the customers in the rows that were looked at."""
    return [*mapping_notes(found, peeked), *_customers(found)]


def mapping_notes(found: Match, peeked: Peek) -> list[str]:
    """Return the notes on a mapping of order lines."""
    return [*date_notes(found), *discount_notes(found, peeked), *_quantities(found), *_taxes(found)]


def encoding_notes(peeked: Peek) -> list[str]:
    """Return a note where another encoding than the one that was guessed is about as likely."""
    if peeked.dialect is None or peeked.encoding_given or peeked.place.path is None:
        return []
    _, *others = likely_encodings(peeked.place.path)
    if not others:
        return []
    read = f"'{peeked.place}' is read as {peeked.dialect.encoding}"
    return [f"{read}, and {others[0]} is about as likely; compare some texts"]


def _quantities(found: Match) -> list[str]:
    quantity = found.column("quantity")
    if quantity is None or not quantity.fractions:
        return []
    example = quantity.numbers.filter(quantity.numbers != quantity.numbers.floor())[0]
    return [f"'{quantity.name}' holds quantities such as {example:g}, which are weights or measures, not units"]


def _taxes(found: Match) -> list[str]:
    taxes = [one.name for one in found.unused() if one.numeric and not one.dated and says(one.name, "tax", _TAX)]
    if not taxes or "paid" not in found.found:
        return []
    paid = found.found["paid"].written
    return [f"'{taxes[0]}' is read as part of no amount: '{paid}' counts as it is, with or without tax"]


def _customers(found: Match) -> list[str]:
    return customer_notes(orders_of(found))


def orders_of(found: Match) -> pl.DataFrame:
    """Return customer_id (text) and n_orders of the rows that were looked at."""
    customer, order = found.column("customer_id"), found.column("order_id")
    if customer is None:
        return pl.DataFrame(schema={"customer_id": pl.String, "n_orders": pl.UInt32})
    ids = customer.cells.cast(pl.String).str.strip_chars()
    orders = pl.DataFrame({"customer_id": ids, "order": ids if order is None else order.cells}).drop_nulls()
    orders = orders if order is None else orders.unique()
    return (
        orders.filter(~pl.col("customer_id").str.to_lowercase().is_in(BLANKS))
        .group_by("customer_id")
        .agg(n_orders=pl.len())
    )

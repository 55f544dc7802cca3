"""What was paid, where no column says it: the list price of a line's units less its discount."""

from __future__ import annotations

from offerloop.mapping.amounts.discounts import called, share_by_itself
from offerloop.mapping.matching import ColumnMatch, reference
from offerloop.message import Message


def paid_by_list_price(match: ColumnMatch) -> None:
    """Make `paid`, and `discount` where a column has shares of the price, from the list price and the units.

    A column that is called so is asked about instead, though its cells do not fit.
    """
    price, quantity = match.column("list_price"), match.guesses.get("quantity")
    if price is None or quantity is None or {"paid", "unit_price"} & set(match.guesses):
        return
    if called(match, "paid") or called(match, "unit_price"):
        return
    units = [] if not quantity.theirs else [quantity.written]
    worth = " * ".join([reference(price.name), *units])
    names = (price.name, *quantity.theirs)
    off = match.column("discount") or next(iter(called(match, "discount")), None)
    if off is None or not off.numeric:
        match.take("paid", worth, names, Message("assumed: the list price was paid, as no column says what was"))
        return
    share = share_by_itself(off)
    less = f"{worth} * {share}" if share else reference(off.name)
    why = Message("assumed: the list price less '{column}'", column=off.name)
    match.take("paid", f"{worth} * (1 - {share})" if share else f"{worth} - {less}", (*names, off.name), why)
    match.take("discount", less, (*names, off.name), why)

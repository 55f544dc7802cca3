"""What was paid, where no column says it: the list price of a line's units less its discount and its coupon."""

from __future__ import annotations

from offerloop.mapping.amounts.shares import called, share_by_itself
from offerloop.mapping.contents import SourceColumn
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
    off, coupon = _discount(match), _coupon(match)
    taken_off = [one for one in (off, coupon) if one is not None]
    if not taken_off:
        match.take("paid", worth, names, Message("assumed: the list price was paid, as no column says what was"))
        return
    why = Message("assumed: the list price less {columns}", columns=[f"'{one.name}'" for one in taken_off])
    share = None if off is None else share_by_itself(off)
    if off is not None:
        match.take("discount", f"{worth} * {share.taken}" if share else reference(off.name), (*names, off.name), why)
    amounts = [one for one in taken_off if not share or one is not off]
    paid = " - ".join([f"{worth} * {share.left}" if share else worth, *map(_or_nothing, amounts)])
    match.take("paid", paid, (*names, *(one.name for one in taken_off)), why)


def _discount(match: ColumnMatch) -> SourceColumn | None:
    column = match.column("discount") or next(iter(called(match, "discount")), None)
    return column if column is not None and column.numeric else None


def _coupon(match: ColumnMatch) -> SourceColumn | None:
    """Return the column of coupons where it holds amounts."""
    column = match.column("coupon")
    if column is None or not column.numeric or share_by_itself(column):
        return None
    return column if float(column.numbers.min() or 0) >= 0 else None  # type: ignore[arg-type]


def _or_nothing(column: SourceColumn) -> str:
    """Return an expression in which an empty cell says that nothing was taken off."""
    return f"coalesce({reference(column.name)}, 0)"

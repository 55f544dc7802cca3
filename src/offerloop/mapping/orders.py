"""The mapping of order lines: by name, then by what the columns hold, then by what can be put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations

import polars as pl

from offerloop.events import CONTRACTS
from offerloop.mapping.amounts.before_discount import discounted_total, paid_after_discount
from offerloop.mapping.amounts.coupons import coupons_among_discounts
from offerloop.mapping.amounts.discounts import discounts, one_of_several_discounts
from offerloop.mapping.amounts.money_units import in_whole_units
from offerloop.mapping.amounts.order_discounts import discount_of_orders
from offerloop.mapping.amounts.paid import paid_by_list_price
from offerloop.mapping.amounts.prices import price_before, unit_or_line
from offerloop.mapping.amounts.unit_or_total import unit_or_total
from offerloop.mapping.amounts.whole_orders import lines_of_totals, marked_orders, whole_order_notes
from offerloop.mapping.contents import SourceColumn, is_clock, is_id, is_money, is_quantity
from offerloop.mapping.dates import choose_time
from offerloop.mapping.doubts import order_notes
from offerloop.mapping.first_lines import take_order_number
from offerloop.mapping.identity.customers import is_no_customer, returning_customers
from offerloop.mapping.identity.products import is_no_product, list_notes, orders_as_products, without_lists
from offerloop.mapping.identity.swapped_ids import exchange_ids
from offerloop.mapping.matching import (
    BY_CONTENTS,
    HOLDS,
    ColumnMatch,
    Guess,
    columns_of,
    is_called_amount,
    is_called_product,
    match,
    misleads,
    name_score,
    reference,
    unfit_columns,
)
from offerloop.mapping.texts import take_text
from offerloop.message import Message
from offerloop.workspace import SampleRows

_BY_CONTENTS = ("text", "order_discount")
"""Columns that no name tells apart: the name of a customer would be a text, too."""
_HELP = ("unit_price", "clock")
"""What is not a column of ours, but of which one can be made."""
_MOST_IDS = 7
"""So many columns are tried in every part as ids, at most."""
_TRIED_ROWS = 5_000
_ONE_CUSTOMER = 0.98
"""Share of the orders that must have one customer."""
_OF_CUSTOMERS = 0.95
"""Share of the customers with several lines that have one value, from which on a column describes customers."""
EVERYTHING = "everything"
"""The product of every line where no column tells products apart."""
_IMPOSSIBLE = -2.0
"""Score of columns that cannot be what they would be taken for."""


def guess_orders(sample: SampleRows, given_guesses: Mapping[str, Guess] | None = None) -> ColumnMatch:
    """Required columns that are not in the result could not be identified; `given_guesses` are as the user said."""
    contract = CONTRACTS["order_lines"]
    named = [ours for ours in contract.optional if ours not in _BY_CONTENTS]
    matched = match(
        marked_orders(columns_of(sample), sample.sampled),
        "order_lines",
        (*contract.required, *_HELP, *named),
        given_guesses=given_guesses,
    )
    _time(matched)
    _counted_amounts(matched)
    _amounts(matched)
    _guess_ids(matched, sample)
    _line_numbers(matched)
    _interpret_amounts(matched, sample)
    _gaps_in_ids(matched)
    in_whole_units(matched)
    for name in _HELP:
        matched.guesses.pop(name, None)
    matched.guesses |= given_guesses or {}
    take_text(matched)
    matched.notes += [
        *whole_order_notes(matched, sample),
        *list_notes(matched),
        *order_notes(matched, sample),
        *unfit_columns(matched, "order_lines", named),
    ]
    return matched


def _guess_ids(matched: ColumnMatch, sample: SampleRows) -> None:
    """Find the ids of orders, products and customers, which what the columns hold can take from those named so."""
    lines_of_totals(matched, sample)
    take_order_number(matched, sample)
    without_lists(matched)
    orders_as_products(matched)
    _ids(matched, sample.head)
    returning_customers(matched)
    exchange_ids(matched, sample)


def _line_numbers(matched: ColumnMatch) -> None:
    """Take a column that is called "line" where no order has a number of it twice; a product line would repeat."""
    named = next((one for one in matched.free() if one.name.strip().casefold() == "line"), None)
    order = matched.column("order_id")
    if "line" in matched.guesses or named is None or order is None or not named.numeric or named.fractions:
        return
    rows = pl.DataFrame({name: column.cells for name, column in matched.columns.items()}).unique()
    if not rows.select(order.name, named.name).is_duplicated().any():
        why = Message("guessed: it numbers the lines of each order")
        matched.take("line", reference(named.name), (named.name,), why)


def _interpret_amounts(matched: ColumnMatch, sample: SampleRows) -> None:
    """Decide what amounts are of: a unit, a line or an order, before or after which discount."""
    discounted_total(matched, sample)
    price_before(matched, sample)
    discounts(matched, sample)
    coupons_among_discounts(matched, sample)
    one_of_several_discounts(matched, sample)
    unit_or_total(matched, sample)
    _combine(matched)
    _one_product(matched, sample.head)
    unit_or_line(matched, sample)
    paid_after_discount(matched, sample)
    discount_of_orders(matched, sample)


def _time(match: ColumnMatch) -> None:
    """A date without a clock is joined with one."""
    choose_time(match)
    day = match.column("at")
    if day is None or match.is_given("at") or day.has_clock or day.cells.dtype.is_integer():
        return
    clock = match.column("clock") or next((column for column in match.free() if is_clock(column)), None)
    if clock is not None and "`" not in day.name + clock.name and clock.name != day.name:
        written = f"{reference(day.name)} + ' ' + {reference(clock.name)}"
        match.take(
            "at", written, (day.name, clock.name), Message("{why}, with the time of day", why=match.guesses["at"].why)
        )


def _counted_amounts(match: ColumnMatch) -> None:
    """An amount of mostly ones and twos is the units, where another column is a price."""
    paid = match.column("paid")
    if paid is None or match.is_given("paid") or "quantity" in match.guesses or "unit_price" not in match.guesses:
        return
    if is_quantity(paid) and _counts(paid):
        match.take("quantity", paid.name, (paid.name,), Message("guessed from the contents: mostly ones and twos"))
        del match.guesses["paid"]


def _amounts(match: ColumnMatch) -> None:
    """The only column with fractions is the amount; the only one of small whole numbers is the quantity."""
    if not {"paid", "unit_price"} & set(match.guesses):
        amounts = [column for column in match.free() if column.fractions and is_money(column)]
        amounts = [column for column in amounts if not misleads(column.name, "order_lines", "paid")]
        if len(amounts) == 1:
            match.take("paid", amounts[0].name, (amounts[0].name,), BY_CONTENTS)
    if "quantity" not in match.guesses:
        counts = [column for column in match.free() if is_quantity(column) and _counts(column)]
        counts = [column for column in counts if not misleads(column.name, "order_lines", "quantity")]
        open_ids = [ours for ours in ("customer_id", "product_id") if ours not in match.guesses]
        if len(counts) == 1 and len([column for column in match.free() if is_id(column)]) > len(open_ids):
            match.take("quantity", counts[0].name, (counts[0].name,), BY_CONTENTS)


def _counts(column: SourceColumn) -> bool:
    """Mostly ones and twos, as quantities are; zeros and ones are a yes and a no."""
    small, most = column.numbers.is_in([1.0, 2.0]).sum(), float(column.numbers.max() or 0)  # type: ignore[arg-type]
    return not column.fractions and column.distinct <= 50 and most > 1 and small >= 0.6 * column.numbers.len()


def _ids(match: ColumnMatch, head: pl.DataFrame) -> None:
    """Find the ids that names leave open: an order has one customer, one day and several lines."""
    roles = ("customer_id", "product_id", "order_id")
    missing = [ours for ours in roles if ours not in match.guesses]
    free = [column.name for column in match.free() if is_id(column) and not _is_named_otherwise(column, match)]
    free = free[:_MOST_IDS]
    needed = [ours for ours in missing if ours != "order_id"]
    if not needed or len(free) < len(needed):
        return
    fixed: dict[str, str] = {ours: match.guesses[ours].theirs[0] for ours in roles if ours in match.guesses}
    day = match.guesses["at"].theirs[0] if "at" in match.guesses else None
    head = head.head(_TRIED_ROWS)
    choices: list[dict[str, str]] = [dict(zip(needed, names, strict=True)) for names in permutations(free, len(needed))]
    if "order_id" in missing:
        choices += [dict(zip(missing, names, strict=True)) for names in permutations(free, len(missing))]
    no_customers = {name for name in free if is_no_customer(match, name, head, day)}
    no_products = {name for name in free if is_no_product(match.columns[name])}
    choices = [
        choice for choice in choices
        if choice.get("customer_id") not in no_customers and choice.get("product_id") not in no_products
    ]  # fmt: skip
    scored = ((_plausible(head, {**fixed, **one}, day), one) for one in choices)
    score, best = max(scored, key=lambda one: one[0], default=(_IMPOSSIBLE, {}))
    if score <= _IMPOSSIBLE:
        return
    for ours, theirs in best.items():
        match.take(ours, theirs, (theirs,), BY_CONTENTS)


def _is_named_otherwise(column: SourceColumn, match: ColumnMatch) -> bool:
    """Return whether its name says that it is an amount, or a missing time whose cells do not all fit."""
    if column.numeric and is_called_amount(column.name):
        return True
    missing = [ours for ours in ("at", "paid", "quantity") if ours not in match.guesses]
    return any(name_score(column.name, "order_lines", ours)[0] >= HOLDS for ours in missing)


def _plausible(head: pl.DataFrame, ids: dict[str, str], day: str | None) -> float:
    """How well columns play their parts: lines of a customer at one time are a basket of several products."""
    customer, product, order = ids["customer_id"], ids["product_id"], ids.get("order_id")
    if order and head[order].n_unique() < head.height == head[customer].n_unique():
        return _IMPOSSIBLE  # each line of an order another customer: these are numbers of the lines
    if _describes(head, customer, product):
        return _IMPOSSIBLE
    basket = [order] if order else [customer, *([day] if day else [])]
    lines = head.height / max(head.select(basket).n_unique(), 1)
    several = head.select([*basket, product]).n_unique() / head.height
    score = min(lines, 2.0) + several
    if order is None:
        return score - _held(head, [product], customer)
    held = _held(head, [order], customer)
    if held < _ONE_CUSTOMER or head[order].n_unique() <= head[customer].n_unique():
        return -1.0
    return score + 1.0 + (_held(head, [order], day) if day else 0.0) - _held(head, [customer], order)


def _describes(head: pl.DataFrame, customer: str, product: str) -> bool:
    """Return whether nearly all customers with several lines have one value, and each value one customer."""
    several = head.filter(pl.len().over(customer) > 1)
    one_value = several.height > 0 and _held(several, [customer], product) >= _OF_CUSTOMERS
    return one_value and _held(head, [product], customer) >= _OF_CUSTOMERS


def _held(head: pl.DataFrame, keys: list[str], value: str) -> float:
    """Share of the keys with a single value."""
    counts = head.group_by(keys).agg(pl.col(value).n_unique().alias("n_values"))
    return float((counts["n_values"] == 1).mean() or 0)  # type: ignore[arg-type]


def _combine(match: ColumnMatch) -> None:
    """Combine other columns into what no column holds."""
    if "quantity" not in match.guesses:
        written = "1" if "1" not in match.columns else "1 * 1"
        match.take("quantity", written, (), Message("assumed: every line is one unit"))
    price, quantity = match.column("unit_price"), match.guesses["quantity"]
    if "paid" not in match.guesses and price is not None:
        names = (price.name, *quantity.theirs)
        written = price.name if not quantity.theirs else _product(names)
        match.take(
            "paid",
            written,
            names,
            Message("{why}, a unit's", context="why a column is read so", why=match.guesses["unit_price"].why),
        )
    paid_by_list_price(match)
    if "order_id" not in match.guesses and {"customer_id", "at"} <= set(match.guesses):
        names = (match.guesses["customer_id"].theirs[0], *match.guesses["at"].theirs)
        written = " + ' ' + ".join(reference(name) for name in names)
        match.take("order_id", written, names, Message("assumed: what a customer buys at one time is one order"))


def _one_product(match: ColumnMatch, head: pl.DataFrame) -> None:
    """Where a file holds amounts of orders and nothing that could be a product, all lines count as one product.

    A column that is called a product and holds a single one says which.
    """
    customer = match.column("customer_id")
    if "product_id" in match.guesses or customer is None or not {"at", "paid"} <= set(match.guesses):
        return
    left = [one.name for one in match.free() if is_id(one) and not _is_named_otherwise(one, match)]
    left = [name for name in left if not is_no_product(match.columns[name])]
    if all(_describes(head, customer.name, name) for name in left):
        only = next((one for one in match.free() if one.distinct == 1 and is_called_product(one)), None)
        if only is not None:
            why = Message('guessed from the name "{name}"; every row has the same product', name=only.name)
            match.take("product_id", reference(only.name), (only.name,), why)
            return
        why = Message("assumed: no column says what was bought, so all of it counts as one product")
        match.take("product_id", f"'{EVERYTHING}'", (), why)


def _gaps_in_ids(match: ColumnMatch) -> None:
    """Whole numbers that a table with gaps holds as fractions become text, as ids must be."""
    for ours, guess in list(match.guesses.items()):
        column = match.column(ours)
        if ours.endswith("_id") and column is not None and column.cells.dtype.is_float():
            match.take(
                ours,
                f"{reference(column.name)} + ''",
                guess.theirs,
                Message("{why}; fractions read as text", why=guess.why),
            )


def _product(names: Iterable[str]) -> str:
    return " * ".join(reference(name) for name in names)

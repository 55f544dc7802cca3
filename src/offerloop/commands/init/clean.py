"""Lines of `[clean]` and `[privacy]` for what was seen: products that are no goods, odd ids of customers."""

from __future__ import annotations

import polars as pl

from offerloop.commands.init.large_quantities import LargeQuantities, quantity_line
from offerloop.config import entry, listed, off, remark
from offerloop.events import kind_of, product_label
from offerloop.mapping import ColumnMatch, anonymous_ids, case_variants, column_values, orders_of, surely_same
from offerloop.message import Message, Value
from offerloop.workspace import SampleRows

_SHOWN = 8
_FEWEST_ORDERS = 20
"""Orders with some lines again from which on this is no error of single rows."""


def no_goods(match: ColumnMatch, sample: SampleRows) -> list[str]:
    """Return the products of a source that are no goods by their texts or codes, as a person reads them."""
    names = [ours for ours in ("product_id", "text", "category") if ours in match.guesses]
    if "product_id" not in names:
        return []
    cells = {
        ours: column_values(sample.sampled, match.guesses[ours].written, sample.decimal).cast(pl.String)
        for ours in names
    }
    products = pl.DataFrame(cells).with_columns(pl.all().str.strip_chars()).drop_nulls("product_id")
    products = products.unique("product_id", maintain_order=True)
    rows = [(row["product_id"], row.get("text"), row.get("category")) for row in products.iter_rows(named=True)]
    return sorted(product_label(product, text) for product, text, category in rows if kind_of(product, text, category))


def no_goods_note(products: list[str]) -> list[Message]:
    """Return the note on them."""
    if not products:
        return []
    some: Value = products[:_SHOWN]
    if len(products) > _SHOWN:
        some = Message("{names} and {n} more", context="names in a row", names=some, n=len(products) - _SHOWN)
    return [Message("no goods, so never recommended and in no offer: {products}", products=some)]


def orders_with_lines_again(orders: ColumnMatch) -> tuple[int, int]:
    """Return how many orders of several products hold some of their lines again, and how many all of them; none where
    lines are of several units, or something numbers them.

    In the first each unit has a line of its own, in the second too, or they were exported twice.
    """
    order = orders.column("order_id")
    if order is None or "line" in orders.guesses or not _is_always_one(orders):
        return 0, 0
    rows = pl.DataFrame({name: column.cells for name, column in orders.columns.items()})
    times = rows.group_by(rows.columns).len("times").group_by(order.name).agg(pl.col("times"))
    least, most = pl.col("times").list.min(), pl.col("times").list.max()
    several = times.filter(pl.col("times").list.len() > 1)
    return several.filter(least == 1, most > 1).height, several.filter(least > 1).height


def _is_always_one(orders: ColumnMatch) -> bool:
    quantity = orders.guesses.get("quantity")
    column = orders.column("quantity")
    return quantity is not None and (not quantity.theirs or (column is not None and bool((column.numbers == 1).all())))


def _repeated_orders(n_some: int, n_all: int) -> list[str]:
    """Return the line on orders that hold some of their lines again, or all; none where there are few of the first."""
    if n_some < _FEWEST_ORDERS:
        return []
    copies = f"; {n_all} hold all of theirs again: if these were exported twice, remove the copies" if n_all else ""
    if n_all >= n_some:
        return [off('repeated_orders = "units"', f"if each unit has a line: {n_some} orders hold a line again{copies}")]
    why = f"guessed: every line is one unit, and {n_some} orders hold a line again{copies}; default: copies"
    return [entry("repeated_orders", '"units"', why)]


def clean_lines(products: list[str], orders: ColumnMatch, large: LargeQuantities | None) -> list[str]:
    """Return what `[clean]` and `[privacy]` may hold; what is certain is active, the rest is commented out."""
    lines = [quantity_line(large), *map(remark, no_goods_note(products))]
    lines += _repeated_orders(*orders_with_lines_again(orders))
    lines += [
        off("drop_non_merchandise = true", "leave the lines of postage, fees and samples out; default: they are sales"),
        off('merchandise = ["ID"]', "products that are goods, although they look like postage or a fee"),
        off('non_merchandise = ["ID*"]', "products that are no goods and were not recognised"),
    ]
    customers = orders_of(orders)
    anonymous = [name for name, _ in anonymous_ids(customers)]
    if anonymous:
        why = "too many orders for one person; take the # away to leave them out"
        lines.append(off(f"anonymous_ids = {listed(anonymous)}", why))
    variants = case_variants(customers["customer_id"])
    if variants:
        sure = surely_same(variants, customers.height)
        why = f"{' and '.join(variants[0])} are the same customer, as are {len(variants) - 1} more"
        key = entry("ignore_case", "true", why) if sure else off("ignore_case = true", f"if {why}")
        lines += ["", "[privacy]", key]
    return lines

"""Which column loses which share of the rows and of sales, and which products are no goods."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import narwhals as nw
import polars as pl
from rich.cells import cell_len

from offerloop.config import Config, fits_pattern, padded, quoted
from offerloop.engine import collect
from offerloop.events import RULE_NAMES, Events, product_label
from offerloop.message import Message, Share
from offerloop.report import Localizer

_SHOWN_PRODUCTS = 12
_MUCH, _MOST = 0.2, 0.5
"""Share of the order lines, or of sales, from which on a loss is worth a note, and from which on it is an error."""
_HEAD = (
    Message("source", context="column title"),
    Message("column", context="column title"),
    Message("lost by", context="column title"),
    Message("rows", context="column title"),
    Message("of rows", context="column title"),
    Message("of sales", context="column title"),
)
_KINDS = {
    "postage or delivery": Message("postage or delivery", context="no goods"),
    "a fee or charge": Message("a fee or charge"),
    "a deposit": Message("a deposit", context="no goods"),
    "a sample": Message("a sample", context="no goods"),
    "a gift card or voucher": Message("a gift card or voucher"),
    "an adjustment": Message("an adjustment", context="no goods"),
    "a donation": Message("a donation", context="no goods"),
    "no goods, by its code": Message("no goods, by its code"),
    "no goods, by clean.non_merchandise": Message("no goods, by clean.non_merchandise"),
    "a charge, by its prices: one in most orders, each at its own": Message(
        "a charge, by its prices: one in most orders, each at its own"
    ),
}
"""What is no goods, by the kinds of `events.cleaning.non_merchandise`."""
_RIGHT = 3
"""The first of the columns that stand to the right."""


@dataclass(frozen=True)
class Loss:
    """The rows and sales that one column of a source loses."""

    source: str
    column: str
    """Theirs; empty where no single one is to blame."""
    rule: str
    rows: int
    share_of_rows: float
    share_of_sales: float | None
    """The share of everything that was paid before anything was lost; None where nobody knows what was paid."""

    def facts(self) -> dict[str, Any]:
        """Return all fields for programs."""
        return asdict(self)


LOSS_COLUMNS = {
    "source": pl.String, "column": pl.String, "rule": pl.String, "rows": pl.Int64, "share_of_rows": pl.Float64,
    "share_of_sales": pl.Float64,
}  # fmt: skip
"""Columns of the table of losses, which has no rows for clean files."""


def losses_of(events: Events, config: Config, rows_read: dict[str, int | None]) -> list[Loss]:
    """Return what each source lost, most rows first."""
    gross = _kept_sales(events) + int(events.losses["sales_minor"].sum() or 0)
    losses = []
    for row in events.losses.filter(pl.col("rows") > 0).sort("rows", descending=True).iter_rows(named=True):
        source, size = row["table"], rows_read.get(row["table"]) or row["rows"]
        sales = row["sales_minor"] if source == "order_lines" else None
        share = None if sales is None or gross <= 0 else sales / gross
        column = config.sources[source].columns.get(row["column"], row["column"])
        losses.append(Loss(source, column, row["rule"], row["rows"], row["rows"] / size, share))
    return losses


def _kept_sales(events: Events) -> int:
    return int(collect(events.order_lines.select(nw.col("paid_minor").sum()))["paid_minor"][0] or 0)


def incomplete_rows(losses: list[Loss], config: Config) -> tuple[list[Message], list[Message]]:
    """Return notes and problems on columns whose empty cells leave out much of the order lines.

    Most orders of a shop may be those of guests, but amounts and products that are mostly empty are a wrong mapping.
    """
    notes: list[Message] = []
    problems: list[Message] = []
    for loss in losses:
        if (loss.source, loss.rule) != ("order_lines", "incomplete") or loss.share_of_rows <= _MUCH:
            continue
        is_guests = loss.column == config.sources["order_lines"].columns.get("customer_id")
        wrong = loss.share_of_rows > _MOST and not is_guests
        (problems if wrong else notes).append(_left_out(loss))
    return notes, problems


def _left_out(loss: Loss) -> Message:
    share = _share(loss.share_of_rows)
    if re.search(r"[-+*/(]", loss.column):
        return Message(
            "{share} of the rows of order_lines are left out because '{column}' is empty there; an "
            "expression is empty where one of its columns is: where an empty cell means 0, write "
            "coalesce(column, 0) instead of the column",
            share=share,
            column=loss.column,
        )
    return Message(
        "{share} of the rows of order_lines are left out because '{column}' is empty there; "
        "map another column if that is not meant",
        share=share,
        column=loss.column,
    )


def loss_lines(losses: list[Loss], _: Localizer) -> list[str]:
    """Return a table for people; nothing where nothing is lost."""
    if not losses:
        return []
    rows = [tuple(_(name) for name in _HEAD)]
    for loss in losses:
        share_text = (
            _("not known", context="table cell") if loss.share_of_sales is None else _(_share(loss.share_of_sales))
        )
        sales = share_text if loss.source == "order_lines" else ""
        share, rule = _(_share(loss.share_of_rows)), _.named(RULE_NAMES, loss.rule)
        rows.append((loss.source, loss.column or "-", rule, _.count(loss.rows), share, sales))
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(_HEAD))]
    lines = ["  ".join(_aligned(cell, place, widths[place]) for place, cell in enumerate(row)) for row in rows]
    return [_("What each column loses:"), *(f"  {line.rstrip()}" for line in lines), ""]


def _aligned(cell: str, place: int, width: int) -> str:
    return cell.rjust(width) if place >= _RIGHT else padded(cell, width)


def non_merchandise(events: Events, config: Config) -> list[dict[str, Any]]:
    """Return each product that is no goods, with its lines and share of sales, the largest first.

    Where their lines are left out, the share is one of all sales before that.
    """
    products = events.non_merchandise
    if products.is_empty():
        return []
    total = _kept_sales(events)
    if config.clean.drop_non_merchandise:
        total += int(products["sales_minor"].sum())
    share = pl.col("sales_minor") / total if total else pl.lit(0.0)
    with_share = products.with_columns(share_of_sales=share)
    return with_share.sort(pl.col("sales_minor").abs(), "product_id", descending=[True, False]).to_dicts()


def non_merchandise_problems(products: list[dict[str, Any]], config: Config) -> list[Message]:
    """Return a problem where most sales are of products that were recognised as no goods."""
    chosen = config.clean.non_merchandise
    recognised = [
        product
        for product in products
        if not any(fits_pattern(str(product["product_id"]), pattern) for pattern in chosen)
    ]
    share = sum(one["share_of_sales"] for one in recognised)
    if share <= _MOST:
        return []
    first = quoted(str(recognised[0]["product_id"]))
    return [
        Message(
            "products that look like no goods are {share} of sales, and they are never recommended "
            "and in no offer; if they are goods, write their ids in clean.merchandise, such as "
            "merchandise = [{first}]",
            share=_share(share),
            first=first,
        )
    ]


def non_merchandise_lines(products: list[dict[str, Any]], config: Config, _: Localizer) -> list[str]:
    """Return them by name, and how to leave them out."""
    if not products:
        return []
    share = sum(product["share_of_sales"] for product in products)
    remedy = (
        Message("their lines are left out (clean.drop_non_merchandise)")
        if config.clean.drop_non_merchandise
        else Message("their money counts in sales; clean.drop_non_merchandise = true leaves their lines out")
    )
    title = _(
        "{n} product is no goods ({share} of sales): never recommended, and in no offer; "
        "{remedy}. What is goods after all belongs into clean.merchandise:",
        plural="{n} products are no goods ({share} of sales): never recommended, and in no offer; "
        "{remedy}. What is goods after all belongs into clean.merchandise:",
        n=len(products),
        share=_share(share),
        remedy=remedy,
    )
    entries = [_product_line(product, _) for product in products[:_SHOWN_PRODUCTS]]
    if len(products) > _SHOWN_PRODUCTS:
        entries.append(_("and {n} more", context="end of a list", n=len(products) - _SHOWN_PRODUCTS))
    return [title, *(f"  {one}" for one in entries), ""]


def _product_line(product: Mapping[str, Any], _: Localizer) -> str:
    return _(
        "{product}: {kind}, {n} line, {sales}, {share} of sales",
        context="check of the data",
        plural="{product}: {kind}, {n} lines, {sales}, {share} of sales",
        product=product_label(product["product_id"], product["text"]),
        kind=_.named(_KINDS, product["kind"]),
        n=product["n_lines"],
        sales=_.money.exact(product["sales_minor"]),
        share=_share(product["share_of_sales"]),
    )


def _share(share: float) -> Message:
    if 0 < abs(share) < 0.0005:
        return Message("less than {share}", context="percentage", share=Share(0.001))
    return Message("{share} %", context="percentage", share=Decimal(f"{100 * share:.1f}"))

"""Which column loses which share of the rows and of sales, and which products are no goods."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

import narwhals as nw
import polars as pl
from rich.cells import cell_len

from offerloop.config import Config, padded, quoted
from offerloop.engine import collect
from offerloop.events import Events, product_label
from offerloop.money import to_text

_SHOWN_PRODUCTS = 12
_MUCH, _MOST = 0.2, 0.5
"""Share of the order lines, or of sales, from which on a loss is worth a note, and from which on it is an error."""
_HEAD = ("source", "column", "lost by", "rows", "of rows", "of sales")
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


def losses_of(events: Events, config: Config, rows_read: dict[str, int | None]) -> list[Loss]:
    """Return what each source lost, most rows first."""
    kept = int(collect(events.order_lines.select("paid_minor"))["paid_minor"].sum() or 0)
    gross = kept + int(events.losses["sales_minor"].sum() or 0)
    found = []
    for row in events.losses.filter(pl.col("rows") > 0).sort("rows", descending=True).iter_rows(named=True):
        source, size = row["table"], rows_read.get(row["table"]) or row["rows"]
        sales = row["sales_minor"] if source == "order_lines" else None
        share = None if sales is None or gross <= 0 else sales / gross
        column = config.sources[source].columns.get(row["column"], row["column"])
        found.append(Loss(source, column, row["rule"], row["rows"], row["rows"] / size, share))
    return found


def incomplete_rows(losses: list[Loss], config: Config) -> tuple[list[str], list[str]]:
    """Return notes and problems on columns whose empty cells leave out much of the order lines.

    Most orders of a shop may be those of guests, but amounts and products that are mostly empty are a wrong mapping.
    """
    notes: list[str] = []
    problems: list[str] = []
    for one in losses:
        if (one.source, one.rule) != ("order_lines", "incomplete") or one.share_of_rows <= _MUCH:
            continue
        is_guests = one.column == config.sources["order_lines"].columns.get("customer_id")
        wrong = one.share_of_rows > _MOST and not is_guests
        (problems if wrong else notes).append(_left_out(one))
    return notes, problems


def _left_out(loss: Loss) -> str:
    said = (
        f"{_share(loss.share_of_rows)} of the rows of order_lines are left out because '{loss.column}' is empty there"
    )
    if re.search(r"[-+*/(]", loss.column):
        return (
            f"{said}; an expression is empty where one of its columns is: where an empty cell means 0, write "
            "coalesce(column, 0) instead of the column"
        )
    return f"{said}; map another column if that is not meant"


def loss_lines(losses: list[Loss]) -> list[str]:
    """Return a table for people; nothing where nothing is lost."""
    if not losses:
        return []
    rows = [_HEAD]
    for one in losses:
        known = "not known" if one.share_of_sales is None else _share(one.share_of_sales)
        sales = known if one.source == "order_lines" else ""
        rows.append((one.source, one.column or "-", one.rule, f"{one.rows:,}", _share(one.share_of_rows), sales))
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(_HEAD))]
    lines = ["  ".join(_aligned(cell, place, widths[place]) for place, cell in enumerate(row)) for row in rows]
    return ["What each column loses:", *(f"  {line.rstrip()}" for line in lines), ""]


def _aligned(cell: str, place: int, width: int) -> str:
    return cell.rjust(width) if place >= _RIGHT else padded(cell, width)


def non_merchandise(events: Events) -> list[dict[str, Any]]:
    """Return each product that is no goods, with its lines and share of sales, the largest first."""
    if events.non_merchandise.is_empty():
        return []
    sales = [nw.len().alias("n_lines"), nw.col("paid_minor").sum().alias("sales_minor")]
    sums = collect(events.order_lines.group_by("product_id").agg(*sales))
    total = int(sums["sales_minor"].sum() or 0)
    share = pl.col("sales_minor") / total if total else pl.lit(0.0)
    found = events.non_merchandise.join(sums, on="product_id", how="left").with_columns(
        pl.col("n_lines", "sales_minor").fill_null(0), share_of_sales=share.fill_null(0.0)
    )
    return found.sort(pl.col("sales_minor").abs(), "product_id", descending=[True, False]).to_dicts()


def non_merchandise_problems(found: list[dict[str, Any]], config: Config) -> list[str]:
    """Return a problem where most sales are of products that were recognised as no goods."""
    chosen = config.clean.non_merchandise
    recognised = [one for one in found if not any(fnmatchcase(str(one["product_id"]), pattern) for pattern in chosen)]
    share = sum(one["share_of_sales"] for one in recognised)
    if share <= _MOST:
        return []
    first = quoted(str(recognised[0]["product_id"]))
    return [
        f"products that look like no goods are {_share(share)} of sales, and they are never recommended and in no "
        f"offer; if they are goods, write their ids in clean.merchandise, such as merchandise = [{first}]"
    ]


def non_merchandise_lines(found: list[dict[str, Any]], config: Config) -> list[str]:
    """Return them by name, and how to leave them out."""
    if not found:
        return []
    currency = config.shop.currency
    share = sum(one["share_of_sales"] for one in found)
    remedy = (
        "their lines are left out (clean.drop_non_merchandise)"
        if config.clean.drop_non_merchandise
        else "their money counts in sales; clean.drop_non_merchandise = true leaves their lines out"
    )
    lines = [
        f"{_counted(found)} no goods ({_share(share)} of sales): never recommended, and in no offer; "
        f"{remedy}. What is goods after all belongs into clean.merchandise:"
    ]
    lines += [
        f"  {product_label(one['product_id'], one['text'])}: {one['kind']}, {one['n_lines']:,} lines, "
        f"{to_text(one['sales_minor'], currency)} {currency}, {_share(one['share_of_sales'])} of sales"
        for one in found[:_SHOWN_PRODUCTS]
    ]
    more = [f"  and {len(found) - _SHOWN_PRODUCTS} more"] if len(found) > _SHOWN_PRODUCTS else []
    return [*lines, *more, ""]


def _counted(found: list[dict[str, Any]]) -> str:
    return "1 product is" if len(found) == 1 else f"{len(found):,} products are"


def _share(share: float) -> str:
    if 0 < abs(share) < 0.0005:
        return "less than 0.1 %"
    return f"{100 * share:.1f} %"

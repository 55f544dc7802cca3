"""Which column loses which share of the rows and of sales, and which products are no goods."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import narwhals as nw
import polars as pl
from rich.cells import cell_len

from offerloop.config import Config
from offerloop.engine import collect
from offerloop.events import Events
from offerloop.money import to_text
from offerloop.service.init_toml import padded

_SHOWN_PRODUCTS = 12
_HEAD = ("source", "column", "lost by", "rows", "of rows", "of sales")
_RIGHT = 3
"""The first of the columns that stand to the right."""


@dataclass(frozen=True)
class Loss:
    """What one column of a source costs."""

    source: str
    column: str
    """Theirs; empty where no single one is to blame."""
    rule: str
    rows: int
    share_of_rows: float
    share_of_sales: float | None
    """Of everything that was paid before anything was lost; None where nobody knows what was paid."""

    def facts(self) -> dict[str, Any]:
        """For programs."""
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
        f"{len(found):,} products are no goods ({_share(share)} of sales): never recommended, and in no offer; "
        f"{remedy}. What is goods after all belongs into clean.merchandise:"
    ]
    lines += [
        f"  {named(one['product_id'], one['text'])}: {one['kind']}, {one['n_lines']:,} lines, "
        f"{to_text(one['sales_minor'], currency)} {currency}, {_share(one['share_of_sales'])} of sales"
        for one in found[:_SHOWN_PRODUCTS]
    ]
    more = [f"  and {len(found) - _SHOWN_PRODUCTS} more"] if len(found) > _SHOWN_PRODUCTS else []
    return [*lines, *more, ""]


def named(product_id: object, text: str | None) -> str:
    """Return a product as a person reads it."""
    return str(product_id) if not text or text == str(product_id) else f"{text} ({product_id})"


def _share(share: float) -> str:
    if 0 < abs(share) < 0.0005:
        return "less than 0.1 %"
    return f"{100 * share:.1f} %"

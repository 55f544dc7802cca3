"""What the shelf-price study needs from the order lines, summed by the engine.

Response is read from weeks in which the shop changed its prices for everyone: see `offerloop.response.shelf.study`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import narwhals as nw
import polars as pl

from offerloop.config import Response, fits_pattern
from offerloop.engine import Engine, Frame, collect, distinct
from offerloop.errors import EvidenceError
from offerloop.message import Message


@dataclass(frozen=True)
class ShelfLines:
    """Weekly sums over usable lines: full weeks, money received, ordinary quantities, studied categories."""

    categories: list[str]
    """The studied categories, sorted by name."""
    weeks: range
    """Full weeks, from Monday to Sunday, inside the data."""
    products: pl.DataFrame
    """product_id, category, week, list_minor, discount_minor of index products, over all customers."""
    own: pl.DataFrame
    """customer_id, product_id, week, list_minor, discount_minor of index products."""
    cells: pl.DataFrame
    """customer_id, category, week, units, list_minor, discount_minor."""
    n_lines: int
    """Usable lines, over all categories."""

    def within(self, weeks: range) -> ShelfLines:
        """Return the lines of some of the weeks only."""
        inside = pl.col("week").is_between(weeks.start, weeks.stop - 1)
        parts = {name: getattr(self, name).filter(inside) for name in ("products", "own", "cells")}
        return replace(self, weeks=weeks, **parts)


def shelf_lines(lines: Frame, products: Frame, weeks: range, settings: Response, engine: Engine) -> ShelfLines:
    """Sum the usable lines of the studied categories. Raises EvidenceError when no category is left."""
    usable = _usable(lines, products, weeks, settings)
    sales = collect(usable.group_by("category").agg(nw.len().alias("n"), nw.col("revenue_minor").sum()), "category")
    categories = _studied(sales, settings)
    studied = engine.keep(usable.filter(nw.col("category").is_in(categories)))
    index = (
        studied.group_by("product_id").agg(nw.len().alias("n")).filter(nw.col("n") >= settings.min_lines_per_product)
    )
    indexed = studied.join(index.select("product_id"), on="product_id", how="inner")
    sums = _sums_of_customers(studied, indexed)
    return ShelfLines(categories, weeks, _sums_of_products(indexed), *sums, n_lines=int(sales["n"].sum()))


def lines_of_others(lines: Frame, products: Frame, studied_lines: ShelfLines, settings: Response) -> ShelfLines:
    """Sum the lines of customers who were not studied: of the same categories, weeks and index products.

    Prices are those of what both bought.
    """
    usable = _usable(lines, products, studied_lines.weeks, settings)
    studied = usable.filter(nw.col("category").is_in(studied_lines.categories))
    index = studied_lines.products["product_id"].unique().to_list()
    indexed = studied.filter(nw.col("product_id").is_in(index))
    own, cells = _sums_of_customers(studied, indexed)
    both = pl.concat([studied_lines.products, _sums_of_products(indexed)], how="vertical_relaxed")
    summed = both.group_by(_BY_PRODUCT).agg(pl.col("list_minor", "discount_minor").sum()).sort(_BY_PRODUCT)
    return replace(studied_lines, products=summed, own=own, cells=cells)


_BY_PRODUCT = ("product_id", "category", "week")
_MONEY = (nw.col("list_value_minor").sum().alias("list_minor"), nw.col("discount_minor").sum())


def _sums_of_products(indexed: Frame) -> pl.DataFrame:
    """Return `ShelfLines.products` from lines of index products."""
    return collect(indexed.group_by(*_BY_PRODUCT).agg(*_MONEY), *_BY_PRODUCT)


def _sums_of_customers(studied: Frame, indexed: Frame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `ShelfLines.own` and `ShelfLines.cells` from lines of studied categories and of index products."""
    by_own, by_cell = ("customer_id", "product_id", "week"), ("customer_id", "category", "week")
    units = nw.col("quantity").sum().alias("units")
    own = _narrow(indexed.group_by(*by_own).agg(*_MONEY), *by_own)
    return own, _narrow(studied.group_by(*by_cell).agg(units, *_MONEY), *by_cell)


def _narrow(sums: Frame, *by: str) -> pl.DataFrame:
    """Sums by week in memory, sorted, in the shortest integers that hold them: a large shop has many.

    Units that are weights stay as they are.
    """
    kinds = sums.collect_schema()
    names = [name for name, kind in kinds.items() if name not in by and not kind.is_float()]
    rows = collect(sums.with_columns(nw.col(name).cast(nw.Int64) for name in names))
    return rows.with_columns(pl.col("week").cast(pl.Int16), *(rows[name].shrink_dtype() for name in names)).sort(by)


def excluded(category: str, patterns: tuple[str, ...]) -> bool:
    """Whether a category never gets an offer: it is unknown or matches a configured pattern."""
    return category == "unknown" or any(fits_pattern(category, pattern) for pattern in patterns)


def full_weeks(first_day: int, as_of_day: int) -> range:
    """Return the numbers of the whole weeks, Monday to Sunday, from `first_day` to before `as_of_day`."""
    monday = first_day - (first_day + 3) % 7
    begin = 1 if monday == first_day else 2
    return range(begin, (as_of_day - monday) // 7 + 1)


def all_categories(products: Frame) -> list[str]:
    """Return the names of all categories of products, sorted."""
    return collect(products.select("category").unique())["category"].drop_nulls().sort().to_list()


def best_selling_categories(lines: Frame, settings: Response) -> list[str]:
    """Return the names of the best-selling categories that may get an offer; `lines` are order lines with category."""
    sales = collect(lines.group_by("category").agg(nw.col("revenue_minor").sum()), "category")
    allowed = [not excluded(name, settings.exclude_categories) for name in sales["category"]]
    best = sales.filter(pl.Series(allowed, dtype=pl.Boolean)).sort(
        "revenue_minor", "category", descending=[True, False]
    )
    return sorted(best["category"].head(settings.categories))


def _usable(lines: Frame, products: Frame, weeks: range, settings: Response) -> Frame:
    names = collect(distinct(products, "category"), "category")["category"].to_list()
    allowed = [name for name in names if not excluded(name, settings.exclude_categories)]
    week, quantity = nw.col("order_week"), nw.col("quantity")
    return (
        lines.filter((week >= weeks.start) & (week < weeks.stop) & (nw.col("revenue_minor") > 0))
        .filter((quantity >= 1) & (quantity <= settings.max_line_quantity))
        .join(
            products.filter(nw.col("category").is_in(allowed)).select("product_id", "category"),
            on="product_id",
            how="inner",
        )
        .select(
            "customer_id", "product_id", "category", "quantity", "list_value_minor", "discount_minor", "revenue_minor",
            week.alias("week"),
        )
    )  # fmt: skip


def _studied(sales: pl.DataFrame, settings: Response) -> list[str]:
    best = sales.sort("revenue_minor", "category", descending=[True, False]).head(settings.categories)
    if best.is_empty():
        raise EvidenceError(
            Message("no category has a usable sale in a full week, so no response to discounts can be estimated")
        )
    return sorted(best["category"])

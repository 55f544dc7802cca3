"""How large the clean order lines are, and what they carry."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import narwhals as nw

from offerloop.config import Response
from offerloop.engine import Frame, collect
from offerloop.events import Events
from offerloop.response import best_selling_categories, full_weeks

AMOUNTS_OFF = ("discount", "coupon")
"""Amounts that are taken off a price, and therefore above zero."""
_CATEGORISED = ~nw.col("category").is_null() & (nw.col("category") != "unknown")
_LEAST_CHANGE = 0.01
"""Weekly discounts that differ by less, as shares of list value, are the same."""


@dataclass(frozen=True)
class Shape:
    """Counts and shares of the clean order lines."""

    first_day: int
    last_day: int
    full_weeks: int
    n_lines: int
    n_customers: int
    n_products: int
    """Those that were sold."""
    n_orders: int
    sales_minor: int
    median_orders: float
    """The median number of orders per customer."""
    median_basket_minor: float
    """The median of what an order costs."""
    with_category: float
    """Share of the lines."""
    sales_with_category: float
    """Share of what was paid."""
    with_discount: float
    with_coupon: float
    amounts_off: dict[str, int]
    """Lines whose discount, and whose coupon, is not zero."""
    amounts_added: dict[str, int]
    """Those of them on which it is below zero, so that it adds to the price."""
    discounts_vary: bool
    """Whether some product has different discounts in different weeks."""
    categories: list[str]
    """Those that an offer may be on."""

    @property
    def days(self) -> int:
        """Return the number of days from the first order line to the last."""
        return self.last_day - self.first_day + 1

    def facts(self) -> dict[str, Any]:
        """Return all fields for programs."""
        return {**asdict(self), "days": self.days, "categories": len(self.categories)}


def shape_of(events: Events, settings: Response) -> Shape:
    """Measure clean tables in a few passes of the engine."""
    lines = events.order_lines
    with_category = lines.join(events.products.select("product_id", "category"), on="product_id", how="left")
    counted = _of_lines(with_category)
    return Shape(
        first_day=events.first_day,
        last_day=int(counted["last_day"]),
        full_weeks=len(full_weeks(events.first_day, events.as_of_day)),
        n_lines=int(counted["n_lines"]),
        n_products=int(counted["n_products"]),
        sales_minor=int(counted["sales_minor"]),
        **_of_orders(lines),
        with_category=float(counted["with_category"] or 0),
        sales_with_category=float(counted["sales_with_category"] or 0) / max(int(counted["sales_minor"]), 1),
        with_discount=float(counted["with_discount"] or 0),
        with_coupon=float(counted["with_coupon"] or 0),
        amounts_off={one: int(counted[f"{one}_off"] or 0) for one in AMOUNTS_OFF},
        amounts_added={one: int(counted[f"{one}_added"] or 0) for one in AMOUNTS_OFF},
        discounts_vary=_discounts_vary(lines),
        categories=best_selling_categories(with_category.filter(_CATEGORISED), settings),
    )


def _of_lines(lines: Frame) -> dict[str, Any]:
    shares = {
        "with_category": _CATEGORISED,
        "with_discount": nw.col("discount_minor") > 0,
        "with_coupon": nw.col("coupon_minor") > 0,
    }
    return collect(
        lines.select(
            nw.len().alias("n_lines"),
            nw.col("order_day").max().alias("last_day"),
            nw.col("paid_minor").sum().alias("sales_minor"),
            nw.when(_CATEGORISED).then(nw.col("paid_minor")).sum().alias("sales_with_category"),
            nw.col("product_id").n_unique().alias("n_products"),
            *(one.cast(nw.Float64).mean().alias(name) for name, one in shares.items()),
            *((nw.col(f"{one}_minor") != 0).cast(nw.Int64).sum().alias(f"{one}_off") for one in AMOUNTS_OFF),
            *((nw.col(f"{one}_minor") < 0).cast(nw.Int64).sum().alias(f"{one}_added") for one in AMOUNTS_OFF),
        )
    ).row(0, named=True)


def _of_orders(lines: Frame) -> dict[str, Any]:
    orders = lines.group_by("customer_id", "order_id").agg(nw.col("paid_minor").sum())
    of_orders = collect(orders.select(n=nw.len(), median=nw.col("paid_minor").median())).row(0)
    customers = orders.group_by("customer_id").agg(nw.len().alias("n_orders"))
    of_customers = collect(customers.select(n=nw.len(), median=nw.col("n_orders").median())).row(0)
    return {
        "n_orders": int(of_orders[0]), "median_basket_minor": float(of_orders[1] or 0),
        "n_customers": int(of_customers[0]), "median_orders": float(of_customers[1] or 0),
    }  # fmt: skip


def _discounts_vary(lines: Frame) -> bool:
    """Weekly share of the discount in the list value, by product: the study of shelf prices reads its changes."""
    sums = (
        lines.filter(nw.col("list_value_minor") > 0)
        .group_by("product_id", "order_week")
        .agg(nw.col("discount_minor").sum().cast(nw.Float64), nw.col("list_value_minor").sum().cast(nw.Float64))
    )
    depth = sums.select("product_id", depth=nw.col("discount_minor") / nw.col("list_value_minor"))
    spans = depth.group_by("product_id").agg(nw.col("depth").max().alias("most"), nw.col("depth").min().alias("least"))
    changes = nw.col("most") - nw.col("least") > _LEAST_CHANGE
    n_changes = collect(spans.select(n=changes.cast(nw.Int64).sum()))["n"][0]
    return bool(n_changes)

"""The cleaning rules, as data: when each applies and what it does. First match of a rejecting rule wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import narwhals as nw

from offerloop.config import Clean, SourceName

Action = Literal["rejected", "repaired", "flagged"]


@dataclass(frozen=True)
class Rule:
    """One written rule over one table."""

    name: str
    action: Action
    when: nw.Expr
    why: str
    repair: Mapping[str, nw.Expr] = field(default_factory=dict)
    """Column = new value, where the rule applies."""


def rules_for(table: SourceName, clean: Clean, columns: list[str]) -> list[Rule]:
    """The rules of a table; a table without rules has none."""
    if table == "order_lines":
        return _order_line_rules(clean, columns)
    if table == "products" and "category" in columns:
        return [
            Rule(
                "category unknown",
                "repaired",
                nw.col("category").is_null(),
                "the product stays, in the category 'unknown', which never gets an offer",
                {"category": nw.lit("unknown")},
            )
        ]
    return []


def _order_line_rules(clean: Clean, columns: list[str]) -> list[Rule]:
    quantity, paid = nw.col("quantity"), nw.col("paid_minor")
    worth = nw.coalesce("list_value_minor", "paid_minor") if "list_value_minor" in columns else paid
    needed = ("order_id", "customer_id", "product_id", "quantity", "at", "paid_minor")
    return [
        Rule(
            "incomplete",
            "rejected",
            nw.any_horizontal(*(nw.col(name).is_null() for name in needed), ignore_nulls=True),
            "order, customer, product, quantity, time or amount is missing",
        ),
        Rule(
            "nothing sold",
            "rejected",
            (quantity <= 0) & (paid == 0) & (worth == 0),
            "no unit and no money: a record of the till, not a sale",
        ),
        Rule(
            "quantity zero with money",
            "repaired",
            quantity <= 0,
            "the line carries money, so at least one unit was sold: quantity becomes 1",
            {"quantity": nw.lit(1)},
        ),
        Rule(
            "quantity is a measure",
            "repaired",
            quantity > clean.max_quantity,
            f"more than {clean.max_quantity} units is a weight or volume (fuel): quantity becomes 1",
            {"quantity": nw.lit(1)},
        ),
        Rule(
            "paid below zero",
            "flagged",
            paid < 0,
            "a coupon was worth more than its line; kept, so that the order's total stays right",
        ),
    ]

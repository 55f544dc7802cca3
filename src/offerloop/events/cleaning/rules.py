"""The cleaning rules, as data: when each applies and what it does. First match of a rejecting rule wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import narwhals as nw

from offerloop.config import Clean, SourceName, pattern_expression
from offerloop.engine import Frame
from offerloop.events.columns.calendar import FIRST, LAST, epoch_day
from offerloop.events.columns.currencies import names_of
from offerloop.events.columns.unreadable import WRONG_COLUMN
from offerloop.message import Message

BEFORE_WINDOW, AFTER_WINDOW = "before the window", "after the window"
Action = Literal["rejected", "repaired", "flagged"]


@dataclass(frozen=True)
class CleaningRule:
    """One written rule over one table."""

    name: str
    action: Action
    when: nw.Expr
    why: Message
    repair: Mapping[str, nw.Expr] = field(default_factory=dict)
    """Column = new value, where the rule applies."""
    column: str | nw.Expr = ""
    """Which of our columns a rejected row is lost by."""


def rules_for(table: SourceName, clean: Clean, columns: list[str], currency: str) -> list[CleaningRule]:
    """The rules of a table before returns are netted; a table without rules has none."""
    rules = [_unreadable()] if WRONG_COLUMN in columns else []
    if table == "order_lines":
        of_time = [impossible_time("at"), *window_rules(clean, "order_day")]
        return [*rules, _incomplete(), *of_time, *_of_origin(columns, currency), *_of_sale(columns)]
    if table == "products" and "unit_cost_minor" in columns:
        free = nw.col("unit_cost_minor") == 0
        why = Message("a unit cost of 0 is one that is not known: for such products shop.margin counts")
        rules.append(CleaningRule("unit cost is 0", "repaired", free, why, {"unit_cost_minor": nw.lit(None, nw.Int64)}))
    if table == "products" and "category" in columns:
        rules.append(
            CleaningRule(
                "category unknown",
                "repaired",
                nw.col("category").is_null(),
                Message("the product stays, in the category 'unknown', which never gets an offer"),
                {"category": nw.lit("unknown")},
            )
        )
    return rules


def _unreadable() -> CleaningRule:
    why = Message("a cell that must hold a number or a time holds none")
    wrong = nw.col(WRONG_COLUMN)
    return CleaningRule("unreadable", "rejected", ~wrong.is_null(), why, column=wrong)


def _incomplete() -> CleaningRule:
    needed = ("order_id", "customer_id", "product_id", "quantity", "at", "paid_minor")
    return CleaningRule(
        "incomplete",
        "rejected",
        nw.any_horizontal(*(nw.col(name).is_null() for name in needed), ignore_nulls=True),
        Message("order, customer, product, quantity, time or amount is missing"),
        column=nw.coalesce(
            *(nw.when(nw.col(name).is_null()).then(nw.lit(name.removesuffix("_minor"))) for name in needed)
        ),
    )


def without_key(key: str) -> CleaningRule:
    """The rule for a list of products, customers and the like, whose rows are looked up by their key."""
    why = Message("{column} is missing, by which rows are looked up", column=key)
    return CleaningRule("incomplete", "rejected", nw.col(key).is_null(), why, column=key)


def without_time(column: str) -> CleaningRule:
    """The rule for what happened at a time that nobody wrote down: it may be later than the plan."""
    why = Message("{column} is missing: not known when", column=column)
    return CleaningRule("incomplete", "rejected", nw.col(column).is_null(), why, column=column)


def impossible_time(column: str) -> CleaningRule:
    """The rule for times that no shop has."""
    at, why = nw.col(column), Message("before 1900 or after 3000", context="cleaning rule")
    return CleaningRule("impossible time", "rejected", (at < FIRST) | (at > LAST), why, column=column)


def window_rules(clean: Clean, day_column: str) -> list[CleaningRule]:
    """The rules that reject what lies before `clean.first_day` and after `clean.last_day`."""
    day, rules = nw.col(day_column), list[CleaningRule]()
    if clean.first_day is not None:
        why = Message("before clean.first_day = {day}", context="cleaning rule", day=clean.first_day.isoformat())
        early = day < epoch_day(clean.first_day)
        rules.append(CleaningRule(BEFORE_WINDOW, "rejected", early, why, column="at"))
    if clean.last_day is not None:
        why = Message("after clean.last_day = {day}", context="cleaning rule", day=clean.last_day.isoformat())
        late = day > epoch_day(clean.last_day)
        rules.append(CleaningRule(AFTER_WINDOW, "rejected", late, why, column="at"))
    return rules


def _of_origin(columns: list[str], currency: str) -> list[CleaningRule]:
    rules = []
    if "currency" in columns:
        other = ~nw.col("currency").str.contains(names_of(currency))
        rules.append(
            CleaningRule(
                "other currency",
                "rejected",
                other,
                Message("not in {currency}; amounts cannot be added", currency=currency),
                column="currency",
            )
        )
    if TEST_ID in columns:
        rules.append(
            CleaningRule(
                "test order",
                "rejected",
                nw.col(TEST_ID),
                Message("an id that matches clean.test_ids"),
                column="order_id",
            )
        )
    if ANONYMOUS_ID in columns:
        why = Message("a customer id that matches clean.anonymous_ids")
        rules.append(CleaningRule("anonymous customer", "rejected", nw.col(ANONYMOUS_ID), why, column="customer_id"))
    return rules


TEST_ID, ANONYMOUS_ID = "_test_id", "_anonymous_id"
"""Helper column of order lines: whether an id is that of a test, seen before ids become pseudonyms."""


def with_marked_ids(lines: Frame, clean: Clean) -> Frame:
    """The order lines with `TEST_ID` and `ANONYMOUS_ID`, where patterns are configured."""
    if clean.test_ids:
        tests = [_fits(name, clean.test_ids) for name in ("order_id", "customer_id")]
        lines = lines.with_columns((tests[0] | tests[1]).alias(TEST_ID))
    if clean.anonymous_ids:
        lines = lines.with_columns(_fits("customer_id", clean.anonymous_ids).alias(ANONYMOUS_ID))
    return lines


def _fits(column: str, patterns: tuple[str, ...]) -> nw.Expr:
    """Return whether an id fits one of some patterns."""
    pattern = "|".join(pattern_expression(one) for one in patterns)
    return nw.col(column).cast(nw.String).str.contains(pattern).fill_null(value=False)


NOT_RETURNED = (
    "0", "false", "no", "n", "nein", "non", "faux", "falso", "nie", "nee", "não", "nao", "hayır", "hayir", "否",
    "未退", "f", "いいえ", "なし", "아니오", "아니요",
)  # fmt: skip
"""Cells of the column `returned`, in small letters and without decimals of 0, that deny it; empty ones do, too."""


def _of_sale(columns: list[str]) -> list[CleaningRule]:
    quantity, paid = nw.col("quantity"), nw.col("paid_minor")
    worth = nw.coalesce("list_value_minor", "paid_minor") if "list_value_minor" in columns else paid
    rules = []
    if "returned" in columns:
        written = nw.col("returned").str.to_lowercase().str.replace_all(r"[.,]0+$", "")
        returned = ~written.is_in(NOT_RETURNED)
        rules.append(
            CleaningRule(
                "marked as returned", "rejected", returned, Message("the column 'returned' says so"), column="returned"
            )
        )
    nothing = (quantity <= 0) & (paid == 0) & (worth == 0)
    why = Message("neither units nor an amount: an entry of the till, not a sale")
    return [*rules, CleaningRule("nothing sold", "rejected", nothing, why, column="quantity")]


def is_return(columns: list[str]) -> nw.Expr:
    """Whether an order line takes a sale back: units below zero, or money below zero that no coupon explains."""
    below = nw.col("paid_minor") < 0
    if "coupon_minor" in columns:
        below = below & (nw.col("coupon_minor").fill_null(0) <= 0)
    return (nw.col("quantity") < 0) | below


def rules_after_returns(clean: Clean, columns: list[str]) -> list[CleaningRule]:
    """Rules of order lines from which returns are gone."""
    quantity, one_unit = nw.col("quantity"), {"quantity": nw.lit(1)}
    return [
        CleaningRule(
            "quantity zero with money",
            "repaired",
            quantity <= 0,
            Message("the line has an amount, so at least one unit was sold: quantity becomes 1"),
            one_unit,
        ),
        CleaningRule(
            "quantity is a measure",
            "repaired",
            quantity > clean.max_quantity,
            Message("more than {most} units is a weight or volume (fuel): quantity becomes 1", most=clean.max_quantity),
            {**one_unit, **({"list_price_minor": _price_of_all()} if "list_price_minor" in columns else {})},
        ),
        CleaningRule(
            "paid below zero",
            "flagged",
            nw.col("paid_minor") < 0,
            Message("a coupon was worth more than its line; kept, so that the order's total stays right"),
        ),
    ]


def _price_of_all() -> nw.Expr:
    """Return the list price of a line that becomes one unit: of all its units, or as it is where that was of all, too.

    Whichever is nearer to what was paid, as a ratio: p n where paid > p sqrt(n).
    """
    price, paid, units = nw.col("list_price_minor"), nw.col("paid_minor").cast(nw.Float64), nw.col("quantity")
    whole = (price * units).round(0).cast(nw.Int64)
    return nw.when((paid > 0) & (paid * paid > price.cast(nw.Float64) * whole)).then(whole).otherwise(price)

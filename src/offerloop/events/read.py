"""Read one source: map its columns to ours, money to minor units."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
from narwhals.dtypes import DType

from offerloop.config import Config, Source, SourceName
from offerloop.engine import Engine
from offerloop.engine.base import Frame
from offerloop.errors import SourceError, near_miss
from offerloop.events.expression import compile_expression
from offerloop.money import DIGITS


@dataclass(frozen=True)
class Contract:
    """Columns that a source must and may map."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    """Decimal amounts; `paid` arrives as `paid_minor`."""
    numbers: tuple[str, ...] = ()
    """Numbers that are not money; times are epoch seconds once the engine has read them."""
    texts: tuple[str, ...] = ()


CONTRACTS: dict[SourceName, Contract] = {
    "order_lines": Contract(
        ("order_id", "customer_id", "product_id", "quantity", "paid", "at"),
        ("list_value", "discount", "coupon", "reimbursed", "store_id"),
        ("paid", "list_value", "discount", "coupon", "reimbursed"),
        ("quantity", "at"),
    ),
    "products": Contract(
        ("product_id",), ("category", "subcategory", "brand"), texts=("category", "subcategory", "brand")
    ),
    "customers": Contract(("customer_id",)),
    "campaigns": Contract(
        ("campaign_id", "starts_at", "ends_at"),
        ("campaign_type",),
        numbers=("starts_at", "ends_at"),
        texts=("campaign_type",),
    ),
    "audiences": Contract(("campaign_id", "customer_id")),
    "redemptions": Contract(("customer_id", "coupon_id", "at"), ("campaign_id",), numbers=("at",)),
    "coupon_products": Contract(("coupon_id", "product_id"), ("campaign_id",)),
}

_TIMES = ("at", "starts_at", "ends_at")


def read_source(name: SourceName, config: Config, engine: Engine) -> Frame:
    """One source under our column names. Raises SourceError naming the file and the column."""
    source, contract = config.sources[name], CONTRACTS[name]
    raw = engine.read(source.path)
    found = raw.collect_schema()
    _check_mapping(name, source, contract)
    columns = []
    for ours, theirs in source.columns.items():
        place = f"[sources.{name}] columns.{ours} of '{source.path}'"
        expression = compile_expression(theirs, found, place)
        kind = raw.select(expression.alias(ours)).collect_schema()[ours]
        expression = _typed(expression, kind, ours, contract, f"{place}: '{theirs}'")
        if ours in contract.money:
            expression, ours = _minor(expression, config.shop.currency), f"{ours}_minor"
        columns.append(expression.alias(ours))
    return raw.select(*columns, *_attributes(name, source, found.names()))


def _typed(expression: nw.Expr, kind: DType, ours: str, contract: Contract, what: str) -> nw.Expr:
    """The expression in the type that later stages rely on; ids are integers of 64 bits or text."""
    if ours in (*contract.money, *contract.numbers) and not kind.is_numeric():
        needed = "times" if ours in _TIMES else "numbers"
        raise SourceError(f"{what} must hold {needed}, and holds {kind}")
    if ours in _TIMES and not kind.is_integer():
        return expression.floor().cast(nw.Int64)
    if ours in contract.texts:
        return expression.cast(nw.String)
    if ours.endswith("_id") and kind.is_integer():
        return expression.cast(nw.Int64)
    if ours.endswith("_id") and kind != nw.String:
        raise SourceError(f"{what} must hold ids, whole numbers or text, and holds {kind}")
    return expression


def _check_mapping(name: str, source: Source, contract: Contract) -> None:
    allowed = [*contract.required, *contract.optional]
    for ours in source.columns:
        if ours not in allowed:
            hint = near_miss(ours, allowed)
            raise SourceError(
                f"[sources.{name}] columns: there is no column '{ours}'{hint} (known: {', '.join(allowed)})"
            )
    missing = [column for column in contract.required if column not in source.columns]
    if missing:
        raise SourceError(f"[sources.{name}] columns: map the required {' and '.join(repr(c) for c in missing)}")


def _attributes(name: str, source: Source, found: list[str]) -> list[nw.Expr]:
    for column in source.attributes:
        if column not in found:
            hint = near_miss(column, found)
            raise SourceError(f"[sources.{name}] attributes: '{source.path}' has no column '{column}'{hint}")
    return [nw.col(column) for column in source.attributes]


def _minor(amount: nw.Expr, currency: str) -> nw.Expr:
    return (amount * 10 ** DIGITS[currency]).round(0).cast(nw.Int64)

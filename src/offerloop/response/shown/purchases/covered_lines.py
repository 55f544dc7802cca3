"""Which order lines an offer covers: its scope as a condition that every engine runs.

Product, category, brand, shop, attributes and shelf price of a line are in columns of the order lines or of the product
list, where the shop has them. Whether a line was reduced before an offer (`only_full_price`) shows where coupons are
apart: with one discount for everything, what was off at the shelf is itself an estimate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from typing import Any

import narwhals as nw

from offerloop.engine import Frame
from offerloop.offers import AttributeTest, Scope
from offerloop.response.terms import CoveredGoods, WantedAttribute

NAMED = {"products": "product_id", "categories": "category", "brands": "brand", "shops": "store_id"}
"""The column of each field that holds names."""
COUPONS_APART = "coupons apart"
"""Stands among columns where a line's discount is what was off at the shelf, as coupons have a column of their own."""
PRICED = frozenset({"list_value_minor", "discount_minor", "quantity"})
"""Columns that tell the shelf price of a unit."""
NO_LINE = nw.col("product_id").is_null()
"""Holds for no order line, as each has a product: filters take no constant."""
ROUNDING = 0.5
"""Minor units by which a line may be rounded: its quantity may be weighed."""


def columns_of_tables(order_lines: Frame, products: Frame, *, coupons_apart: bool = False) -> frozenset[str]:
    """Return the names of the columns that may tell what offers cover, and COUPONS_APART where these are."""
    names = (*order_lines.collect_schema().names(), *products.collect_schema().names())
    return frozenset((*names, COUPONS_APART) if coupons_apart else names)


def needed_columns(goods: Scope | CoveredGoods) -> frozenset[str]:
    """Return the columns that tell whether a line is covered."""
    names = {column for field, column in NAMED.items() if getattr(goods, field)}
    names |= {one.name for one in goods.attributes}
    if goods.least_minor is not None or goods.most_minor is not None:
        names |= PRICED
    if goods.only_full_price:
        names.add("discount_minor")
    return frozenset(names if goods.but is None else names | needed_columns(goods.but))


def tells_scope(columns: Collection[str], scope: Scope) -> bool:
    """Return whether tables with these columns tell all of a scope."""
    return needed_columns(scope) <= set(columns) and (COUPONS_APART in columns or not _asks_for_full_price(scope))


def _asks_for_full_price(scope: Scope) -> bool:
    return scope.only_full_price or (scope.but is not None and _asks_for_full_price(scope.but))


def covered_goods(scope: Scope, columns: Collection[str]) -> CoveredGoods:
    """Return what a scope covers as far as tables with these columns tell it.

    What they do not tell limits nothing, and leaves no exception that depends on it: more counts then, never less.
    """
    names = {field: tuple(sorted(getattr(scope, field))) for field, column in NAMED.items() if column in columns}
    is_priced = set(columns) >= PRICED
    return CoveredGoods(
        **names,
        least_minor=scope.least_minor if is_priced else None,
        most_minor=scope.most_minor if is_priced else None,
        attributes=tuple(_wanted(one) for one in scope.attributes if one.name in columns),
        only_full_price=scope.only_full_price and COUPONS_APART in columns,
        but=None if scope.but is None or not tells_scope(columns, scope.but) else covered_goods(scope.but, columns),
    )


def _wanted(test: AttributeTest) -> WantedAttribute:
    among = sorted((one if isinstance(one, str) else float(one) for one in test.among), key=repr)
    return WantedAttribute(test.name, tuple(among), _number(test.at_least), _number(test.at_most))


def _number(bound: Fraction | None) -> float | None:
    return None if bound is None else float(bound)


def stored_goods(stored: Mapping[str, Any]) -> CoveredGoods:
    """Return the goods whose fields JSON holds, also those of a version that knew fewer of them."""
    but = stored.get("but")
    attributes = [{**one, "among": tuple(one["among"])} for one in stored.get("attributes", ())]
    return CoveredGoods(
        **{field: tuple(stored.get(field, ())) for field in NAMED},
        least_minor=stored.get("least_minor"),
        most_minor=stored.get("most_minor"),
        attributes=tuple(WantedAttribute(**one) for one in attributes),
        only_full_price=stored.get("only_full_price", False),
        but=None if but is None else stored_goods(but),
    )


def with_product_columns(lines: Frame, products: Frame, goods: Collection[CoveredGoods]) -> Frame:
    """Return order lines with the columns of products that tell whether goods cover them."""
    needed = frozenset[str]().union(*map(needed_columns, goods)) - set(lines.collect_schema().names())
    return lines.join(products.select("product_id", *sorted(needed)), on="product_id", how="left")


def covered_lines(lines: Frame, goods: CoveredGoods) -> Frame:
    """Return the lines that goods cover; they have `needed_columns`."""
    tests = [*_tests(goods, lines.collect_schema())]
    return lines.filter(*tests) if tests else lines


def _tests(goods: CoveredGoods, schema: nw.Schema) -> Iterator[nw.Expr]:
    """Yield conditions that all hold for a covered line."""
    for field, column in NAMED.items():
        if names := getattr(goods, field):
            yield nw.col(column).cast(nw.String).is_in(names)
    for attribute in goods.attributes:
        yield from _attribute_tests(attribute, schema[attribute.name])
    price = nw.col("list_value_minor") - nw.col("discount_minor")
    if goods.least_minor is not None:
        yield price + ROUNDING >= goods.least_minor * nw.col("quantity")
    if goods.most_minor is not None:
        yield price - ROUNDING <= goods.most_minor * nw.col("quantity")
    if goods.only_full_price:
        yield nw.col("discount_minor") <= 0
    if goods.but is not None:
        excepted = [one.fill_null(value=False) for one in _tests(goods.but, schema)]
        yield ~nw.all_horizontal(*excepted, ignore_nulls=False) if excepted else NO_LINE


def _attribute_tests(wanted: WantedAttribute, kind: nw.dtypes.DType) -> Iterator[nw.Expr]:
    """Yield the conditions of an attribute; text is no number, and true and false are texts."""
    column, is_number = nw.col(wanted.name), kind.is_numeric()
    if is_number:
        column = column.cast(nw.Float64)
    elif kind == nw.Boolean:
        column = nw.when(column).then(nw.lit("true")).when(~column).then(nw.lit("false"))
    among = [one for one in wanted.among if isinstance(one, str) != is_number]
    if among:
        yield column.is_in(among)
    elif wanted.among or not is_number:
        yield NO_LINE
    if is_number and wanted.at_least is not None:
        yield column >= wanted.at_least
    if is_number and wanted.at_most is not None:
        yield column <= wanted.at_most

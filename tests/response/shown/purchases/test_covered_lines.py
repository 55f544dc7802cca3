"""Engines find the lines that the pricing of baskets finds, as far as the columns of a shop tell them."""

import polars as pl
import pytest

from offerloop.engine import ENGINES, InMemoryEngine, collect
from offerloop.offers import read_basket, read_offers
from offerloop.response.shown.purchases.covered_lines import (
    columns_of_tables,
    covered_goods,
    covered_lines,
    tells_scope,
    with_product_columns,
)
from offerloop.response.terms import EVERYTHING, CoveredGoods

PRODUCTS = pl.DataFrame(
    {
        "product_id": [1, 2, 3, 4],
        "category": ["tea", "wine", "wine", "unknown"],
        "brand": ["hills", "seas", "hills", "unknown"],
        "grams": [500, 750, None, 20],
        "colour": [None, "red", "white", "5"],
        "organic": [True, False, None, True],
    }
)
LINES = pl.DataFrame(
    [(1, 1, "leeds", 1_200, 0), (1, 2, "york", 1_000, 100), (2, 3, None, 5_000, 200), (3, 3, "leeds", 3_003, 0),
     (4, 1, "york", 2_000, 1_001), (4, 1, None, 999, 0)],
    ["product_id", "quantity", "store_id", "list_value_minor", "discount_minor"], orient="row",
).with_row_index("place")  # fmt: skip
SCOPES = [
    {"products": ["1", "4"]},
    {"on": ["tea", "wine"], "brands": "hills"},
    {"except": {"on": "wine"}},
    {"on": "wine", "except": {"brands": "seas"}},
    {"except": {"on": ["tea", "wine"], "except": {"brands": "hills"}}},
    {"shops": "leeds"},
    {"except": {"shops": ["leeds"]}},
    {"price_from": "10.01"},
    {"price_from": "4.50", "price_to": "10.01"},
    {"except": {"price_to": "9.99"}},
    {"attributes": {"grams": {"at_least": 500}}},
    {"attributes": {"grams": {"at_least": 0, "at_most": 500}, "organic": True}},
    {"except": {"attributes": {"organic": [True, "hardly"]}}},
    {"attributes": {"colour": ["red", "white"]}},
    {"attributes": {"colour": 5}},
    {"only_full_price": True},
    {"on": "wine", "except": {"only_full_price": True}},
]


def priced(scope):
    """Places of the lines that the pricing of a basket finds."""
    lines = []
    for line in LINES.join(PRODUCTS, on="product_id").sort("place").iter_rows(named=True):
        own = {name: line[name] for name in ("grams", "colour", "organic") if line[name] is not None}
        full, off = line["list_value_minor"], line["discount_minor"]
        prices = {"unit_price": (full - off) // line["quantity"], "list_price": full // line["quantity"]}
        known = {name: line[name] for name in ("quantity", "category", "brand")}
        shop = {"shop": line["store_id"]} if line["store_id"] else {}
        product = {"product_id": str(line["product_id"]), "attributes": own}
        lines.append(known | shop | product | {name: f"{one / 100:.2f}" for name, one in prices.items()})
    return list(scope.lines(read_basket({"currency": "USD", "lines": lines})))


@pytest.mark.parametrize("name", ["memory", "duckdb", pytest.param("spark", marks=pytest.mark.soak)])
def test_engines_find_the_lines_that_pricing_finds(name):
    engine = InMemoryEngine() if name == "memory" else ENGINES.load(name)()
    lines, products = engine.table(LINES), engine.table(PRODUCTS)
    coupons = [{"kind": "coupon", "percent": 10, "id": str(place), **one} for place, one in enumerate(SCOPES)]
    for offer in read_offers(coupons, None, "USD"):
        goods = covered_goods(offer.scope, columns_of_tables(lines, products, coupons_apart=True))
        found = collect(covered_lines(with_product_columns(lines, products, [goods]), goods))
        assert sorted(found["place"]) == priced(offer.scope), offer.scope


@pytest.mark.parametrize(
    ("written", "goods"),
    [
        ({"on": "wine", "shops": "leeds"}, CoveredGoods(categories=("wine",))),
        ({"price_from": "10.00", "only_full_price": True}, EVERYTHING),
        ({"attributes": {"colour": "red"}, "products": "1"}, CoveredGoods(products=("1",))),
        ({"except": {"on": "wine", "shops": "leeds"}}, EVERYTHING),
    ],
)
def test_what_no_column_tells_limits_nothing_and_leaves_nothing_out(written, goods):
    (offer,) = read_offers([{"kind": "coupon", "percent": 10, **written}], None, "USD")
    columns = {"product_id", "category", "brand", "list_value_minor"}
    assert covered_goods(offer.scope, columns) == goods
    assert not tells_scope(columns, offer.scope)

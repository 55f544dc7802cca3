"""Each rule by a tiny table that triggers it."""

import polars as pl
import pytest

from offerloop.engine import collect

HEADER = "order,customer,product,units,paid,at\n"
GOOD = "1,1,1,1,1.00,2024-01-01\n"


def counts(events, table="order_lines"):
    quality = events.quality.filter(pl.col("table") == table)
    return {(rule, action): rows for rule, action, rows in quality.select("rule", "action", "rows").rows()}


def kept(events):
    return collect(events.order_lines, "order_id").select("order_id", "quantity", "paid_minor").rows()


@pytest.mark.parametrize(
    ("rule", "action", "line", "left"),
    [
        ("exact copy", "rejected", GOOD, []),
        ("incomplete", "rejected", ",1,1,1,1.00,2024-01-01\n", []),
        ("incomplete", "rejected", "2,,1,1,1.00,2024-01-01\n", []),
        ("incomplete", "rejected", "2,1,,1,1.00,2024-01-01\n", []),
        ("incomplete", "rejected", "2,1,1,,1.00,2024-01-01\n", []),
        ("incomplete", "rejected", "2,1,1,,0.00,2024-01-01\n", []),
        ("incomplete", "rejected", "2,1,1,1,,2024-01-01\n", []),
        ("incomplete", "rejected", "2,1,1,1,1.00,\n", []),
        ("nothing sold", "rejected", "2,1,1,0,0.00,2024-01-01\n", []),
        ("nothing sold", "rejected", "2,1,1,-1,0.00,2024-01-01\n", []),
        ("quantity zero with money", "repaired", "2,1,1,0,3.00,2024-01-01\n", [(2, 1, 300)]),
        ("quantity is a measure", "repaired", "2,1,1,101,3.00,2024-01-01\n", [(2, 1, 300)]),
        ("paid below zero", "flagged", "2,1,1,1,-0.50,2024-01-01\n", [(2, 1, -50)]),
    ],
)
def test_each_rule_hits_the_line_made_for_it_and_no_other(clean, rule, action, line, left):
    events = clean(HEADER + GOOD + line)
    assert kept(events) == [(1, 1, 100), *left]
    hits = {name for name, rows in counts(events).items() if rows and name[0] != "all rows"}
    assert hits == {(rule, action)}
    assert counts(events)[rule, action] == 1


@pytest.mark.parametrize("line", ["2,1,1,100,3.00,2024-01-01\n", "2,1,1,1,0.00,2024-01-01\n"])
def test_ordinary_lines_pass_untouched(clean, line):
    events = clean(HEADER + GOOD + line)
    assert len(kept(events)) == 2
    assert {rows for (rule, _), rows in counts(events).items() if rule != "all rows"} == {0}


def test_a_line_that_a_coupon_paid_for_was_a_sale(clean):
    header = "order,customer,product,units,paid,at,worth\n"
    events = clean(header + "1,1,1,0,0.00,2024-01-01,2.00\n", columns=', list_value = "worth"')
    assert kept(events) == [(1, 1, 0)]
    assert counts(events)["quantity zero with money", "repaired"] == 1


def test_the_largest_quantity_is_configured(clean):
    events = clean(HEADER + "1,1,1,7,1.00,2024-01-01\n2,1,1,6,1.00,2024-01-01\n", toml="[clean]\nmax_quantity = 6")
    assert [quantity for _, quantity, _ in kept(events)] == [1, 6]


def test_counts_add_up(clean):
    lines = (
        HEADER + GOOD * 3 + ",1,1,1,1,2024-01-01\n2,1,1,0,0,2024-01-02\n3,1,1,0,1,2024-01-03\n4,1,1,500,-1,2024-01-04\n"
    )
    events = clean(lines)
    found = counts(events)
    rejected = sum(rows for (_, action), rows in found.items() if action == "rejected")
    assert found["all rows", "read"] == 7 == found["all rows", "kept"] + rejected
    assert found["all rows", "kept"] == len(kept(events)) == 3


PRODUCTS = '[sources.products]\npath = "p.csv"\ncolumns = { product_id = "product", category = "category" }'


def test_products_without_category_and_products_not_listed_are_unknown(clean):
    lines = HEADER + GOOD + "2,1,2,1,1.00,2024-01-01\n3,1,9,1,1.00,2024-01-01\n"
    events = clean(lines, toml=PRODUCTS, files={"p.csv": "product,category\n1,tea\n2,\n3,bread\n"})
    found = counts(events, "products")
    assert found["category unknown", "repaired"] == 1
    assert found["not on the product list", "repaired"] == 1
    products = collect(events.products.select("product_id", "category"), "product_id").rows()
    assert products == [(1, "tea"), (2, "unknown"), (3, "bread"), (9, "unknown")]


@pytest.mark.sample
def test_what_cleaning_did_to_the_sample(sample_events):
    events = sample_events[2]
    lines, coupons = counts(events), counts(events, "coupon_products")
    assert lines["all rows", "read"] == 1_469_307
    assert coupons["exact copy", "rejected"] == 4_872
    zero = lines["nothing sold", "rejected"] + lines["quantity zero with money", "repaired"]
    assert zero == 8_869
    for table in events.quality["table"].unique():
        found = counts(events, table)
        rejected = sum(rows for (_, action), rows in found.items() if action == "rejected")
        assert found["all rows", "read"] == found["all rows", "kept"] + rejected

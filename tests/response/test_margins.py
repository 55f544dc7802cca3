"""What is left of order lines, and of categories, by unit costs or a margin for all."""

import polars as pl
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.money import MICRO
from offerloop.response import daily_sums, known_margins

LINES = pl.DataFrame(
    [(1, 2, 900, 1000, 0, 0), (2, 1, 300, 400, 0, 0), (3, 1, 500, 500, 0, 0), (4, 1, 2000, 2000, 0, 0)],
    schema=["product_id", "quantity", "revenue_minor", "list_value_minor", "coupon_minor", "reimbursed_minor"],
    orient="row",
)


def margins(costs):
    engine = DuckDBEngine(threads=1)
    products = pl.DataFrame({"product_id": [1, 2, 3, 4], "category": ["tea", "tea", "jam", "jam"]})
    if costs is not None:
        products = products.with_columns(unit_cost_minor=pl.Series(costs, dtype=pl.Int64))
    return known_margins(engine.table(LINES), engine.table(products), 0.3, tells_shelf=False)


def test_margins_are_revenue_less_unit_cost_over_list_value():
    found = margins([300, 250, 200, 1500])
    assert found.of("tea") == pytest.approx((1200 - 600 - 250) / 1400)
    assert found.of("jam") == pytest.approx((2500 - 1700) / 2500)
    assert found.of(None) == pytest.approx((3700 - 2550) / 3900)


def test_a_category_whose_costs_are_mostly_unknown_has_the_usual_margin():
    found = margins([300, None, 200, None])
    assert found.of("tea") == pytest.approx((900 - 600) / 1000)
    assert (found.of("jam"), found.of(None), found.of("bread")) == (0.3, 0.3, 0.3)


def test_without_unit_costs_it_is_the_usual_margin():
    assert margins(None).of("tea") == 0.3


def test_own_coupons_do_not_lower_the_margin_and_suppliers_coupons_do_not_raise_it():
    """A coupon of 100 on goods of 900 at the shelf: paid by the shop, by a supplier, or half and half."""
    rows = [(1, 1, 800, 1000, 100, 0), (1, 1, 900, 1000, 100, 100), (1, 1, 850, 1000, 100, 50)]
    for row in rows:
        lines = pl.DataFrame([row], schema=LINES.columns, orient="row")
        engine = DuckDBEngine(threads=1)
        products = pl.DataFrame({"product_id": [1], "category": ["tea"], "unit_cost_minor": [600]})
        found = known_margins(engine.table(lines), engine.table(products), 0.5, tells_shelf=True)
        assert found.of("tea") == pytest.approx(0.3)


def profits(bought, costs=None, *, usual=0.3, tells_shelf=True):
    """What each customer leaves of goods of list value 1,000 a unit: (quantity, shelf discount, coupon, reimbursed)."""
    names = ["customer_id", "product_id", "quantity", "discount_minor", "coupon_minor", "reimbursed_minor"]
    lines = pl.DataFrame([(f"c{n}", *row) for n, row in enumerate(bought)], names, orient="row").with_columns(
        order_id=pl.col("customer_id"), order_day=1, list_value_minor=1_000 * pl.col("quantity")
    )
    paid = pl.col("list_value_minor") - pl.col("discount_minor") - pl.col("coupon_minor")
    lines = lines.with_columns(revenue_minor=paid + pl.col("reimbursed_minor"))
    products = pl.DataFrame({"product_id": ["tea", "jam"], "category": ["drinks", None]})
    if costs is not None:
        products = products.with_columns(unit_cost_minor=pl.Series(costs, dtype=pl.Int64))
    engine = DuckDBEngine(threads=1)
    tables = engine.table(lines), engine.table(products)
    margins = known_margins(*tables, usual, tells_shelf=tells_shelf)
    daily = daily_sums(*tables, engine.table(lines.select("customer_id").unique()))
    left = margins.with_profit(daily.collect("polars").to_native())
    return (left.sort("customer_id")["profit_micro"] / MICRO).to_list()


def test_who_buys_on_sale_leaves_less_and_all_together_leave_the_usual_margin():
    """Goods cost .60 of list price, so that after discounts of .10 of it on the whole .30 are left."""
    bought = [("tea", 1, 0, 0, 0), ("tea", 2, 0, 0, 0), ("jam", 1, 400, 0, 0)]
    left = profits(bought)
    assert left == pytest.approx([400, 800, 0])
    assert sum(left) == pytest.approx(0.3 * 4_000)


def test_a_line_leaves_what_was_paid_before_the_offer_less_its_unit_cost():
    """Whoever pays for a coupon, goods leave the same; jam leaves what all tea does, 1,700 of 5,000."""
    bought = [("tea", 3, 300, 0, 0), ("jam", 1, 0, 0, 0), ("tea", 1, 0, 250, 0), ("tea", 1, 0, 250, 250)]
    assert profits(bought, [600, None]) == pytest.approx([900, 340, 400, 400])


def test_margins_that_are_all_alike_leave_the_same_share_to_the_last_digit():
    bought = [("tea", 1, 0, 0, 0), ("jam", 3, 0, 77, 0)]
    assert profits(bought, usual=0.37) == [370.0, 1110.0]


def test_where_coupons_are_not_known_all_goods_of_a_category_leave_its_margin():
    """What was off the second line may be what an offer costs, which is counted apart."""
    bought = [("tea", 1, 0, 0, 0), ("tea", 1, 400, 0, 0)]
    assert profits(bought, tells_shelf=False) == pytest.approx([300, 300])
    assert profits(bought, [500, None], tells_shelf=False) == pytest.approx([300, 300])
